//! `Failure`: why a request failed, whether another try may help, and what a person can do.

use std::time::Duration;

use crate::error::Code;

/// What a failure means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// There is no such object.
    Missing,
    /// There is one already.
    Exists,
    /// The store or the way to it failed; it may be better at the next try.
    Passing,
    /// Another try will fail the same way.
    Lasting,
}

/// Why one try failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) kind: Kind,
    pub(super) code: Code,
    /// What happened, without an end.
    pub(super) reason: String,
    /// What to do about it.
    pub(super) hint: Option<&'static str>,
    pub(super) pause: Option<Duration>,
}

impl Failure {
    /// No answer within `limit`.
    pub(super) fn timeout(limit: Duration) -> Self {
        let reason = format!("it did not answer within {limit:?}");
        Self { code: Code::TimedOut, ..Self::passing(reason, Some("raise store.timeout if the connection is slow")) }
    }

    /// An answer that ended too early.
    pub(super) fn short() -> Self {
        Self { code: Code::Corruption, ..Self::passing("its answer ended too early".to_owned(), None) }
    }

    pub(super) fn passing(reason: String, hint: Option<&'static str>) -> Self {
        Self { kind: Kind::Passing, code: Code::Io, reason, hint, pause: None }
    }

    /// An error of `object_store` that no server is behind.
    pub(super) fn new(error: &object_store::Error) -> Self {
        use object_store::Error as E;
        let (kind, code) = match error {
            E::NotFound { .. } => (Kind::Missing, Code::NotFound),
            E::AlreadyExists { .. } | E::Precondition { .. } => (Kind::Exists, Code::AlreadyExists),
            E::NotSupported { .. } | E::NotImplemented { .. } => (Kind::Lasting, Code::Unsupported),
            _ => (Kind::Lasting, Code::Io),
        };
        Self { kind, code, reason: line(&error.to_string(), 300), hint: None, pause: None }
    }
}

/// Waits for one try of a request, as `answer::explained` does where no server can say more.
#[cfg(not(cloud))]
pub(super) async fn explained<T>(
    attempt: impl Future<Output = std::result::Result<T, Option<object_store::Error>>>,
) -> std::result::Result<T, Failure> {
    attempt.await.map_err(|error| error.map_or_else(Failure::short, |error| Failure::new(&error)))
}

/// The first line of `text`, at most `most` characters of it, without control characters.
pub(super) fn line(text: &str, most: usize) -> String {
    let first = text.trim().lines().next().unwrap_or_default();
    first.chars().filter(|character| !character.is_control()).take(most).collect()
}
