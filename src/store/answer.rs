//! `Answer`: what a server says when it refuses, and what that means: whether another try may help, and what a person can do.
//!
//! `object_store` keeps the status and the code of an answer to itself, and its texts may hold URLs with signatures. So the
//! HTTP client notes what it sees (`note`), and messages are made of that: a status, a code, the first line of a message.

use std::cell::RefCell;
use std::error::Error as StdError;
use std::future::Future;
use std::time::Duration;

use object_store::client::{HttpError, HttpErrorKind};

use super::failure::{Failure, Kind, line};
use crate::error::Code;

/// An answer that is no success.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// `NoSuchKey`, `BlobNotFound`, …; empty if the answer had none.
    pub(super) code: String,
    /// The first line of what it says besides.
    pub(super) message: String,
    /// How long the store asks to wait.
    pub(super) pause: Option<Duration>,
}

tokio::task_local! {
    /// The last answer of refusal to a request of this task.
    static LAST: RefCell<Option<Answer>>;
}

/// Notes an answer for the request that it belongs to.
pub(super) fn note(answer: Answer) {
    let _ = LAST.try_with(|last| *last.borrow_mut() = Some(answer));
}

/// Waits for one try of a request. The error of a failed one is `None` for an answer that ended too early.
pub(super) async fn explained<T>(
    attempt: impl Future<Output = std::result::Result<T, Option<object_store::Error>>>,
) -> std::result::Result<T, Failure> {
    let take = || LAST.with(|last| last.borrow_mut().take());
    let (outcome, answer) = LAST.scope(RefCell::default(), async { (attempt.await, take()) }).await;
    outcome.map_err(|error| match (error, answer) {
        (None, _) => Failure::short(),
        (Some(error), Some(answer)) => answer.failure(&error),
        (Some(error), None) => of_connection(&error).unwrap_or_else(|| Failure::new(&error)),
    })
}

impl Answer {
    /// Reads the document that comes with a refusal: XML of S3, Google and Azure, or JSON of who gives out tokens. Only a
    /// code and a message are taken: other parts may repeat the request with its secrets.
    pub(super) fn read(status: u16, body: &[u8]) -> Self {
        let body = String::from_utf8_lossy(body);
        let json = |name: &str| {
            let value: serde_json::Value = serde_json::from_str(&body).ok()?;
            value.get(name).and_then(|value| value.as_str().map(str::to_owned))
        };
        let code = element(&body, "Code").or_else(|| json("error")).unwrap_or_default();
        let message = element(&body, "Message").or_else(|| json("error_description")).unwrap_or_default();
        Self { status, code: line(&code, 80), message: line(&message, 300), pause: None }
    }

    /// What it means, with the error that `object_store` made of it.
    fn failure(&self, error: &object_store::Error) -> Failure {
        let Answer { status, code, message, pause } = self;
        let separator = if message.is_empty() { "" } else { ": " };
        let reason =
            format!("it answered {status} {code}{separator}{message}").replace("  ", " ").trim_end().to_owned();
        let known = KNOWN.iter().find(|(codes, ..)| codes.contains(&code.as_str()));
        let mut failure = match (known, *status) {
            (Some(&(_, kind, code, hint)), _) => Failure { kind, code, reason, hint, pause: None },
            (None, 404) => Failure { kind: Kind::Missing, code: Code::NotFound, reason, hint: None, pause: None },
            (None, 412 | 304) => {
                Failure { kind: Kind::Exists, code: Code::AlreadyExists, reason, hint: None, pause: None }
            }
            (None, 408 | 409 | 425 | 429 | 500 | 502..=506 | 508..) => Failure::passing(reason, None),
            (None, 401) => lasting(Code::Io, reason, Some(RENEW)),
            (None, 403) => lasting(Code::Io, reason, Some(DENIED)),
            (None, 301 | 302 | 307 | 308) => lasting(Code::Io, reason, Some(REGION)),
            (None, 507) => lasting(Code::Io, reason, Some(FULL)),
            // A success with an error in it.
            (None, 200..=299) => Failure::passing(reason, None),
            _ => lasting(Code::Io, reason, None),
        };
        if let object_store::Error::NotSupported { .. } | object_store::Error::NotImplemented { .. } = error {
            failure.code = Code::Unsupported;
        }
        // Some servers say so under the code for a right that is missing.
        if message.contains("failed to authenticate") {
            failure.hint = Some(RENEW);
        }
        failure.pause = *pause;
        failure
    }
}

/// The text of the first element of that name.
fn element(xml: &str, name: &str) -> Option<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let start = xml.find(&open)? + open.len();
    let end = start + xml[start..].find(&close)?;
    let text = &xml[start..end];
    Some(
        text.replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&"),
    )
}

/// A failure of the connection, or `None` if it was none.
fn of_connection(error: &object_store::Error) -> Option<Failure> {
    let http = causes(error).find_map(|cause| cause.downcast_ref::<HttpError>())?;
    let deepest = causes(http).last();
    let reason = line(&deepest.map(ToString::to_string).unwrap_or_default(), 300);
    let all = causes(http).map(ToString::to_string).collect::<Vec<_>>().join(": ");
    Some(match http.kind() {
        _ if all.contains("metadata address") => lasting(Code::Unsupported, reason, Some(METADATA)),
        _ if all.contains("certificate") => {
            lasting(Code::Io, format!("its certificate is not trusted ({reason})"), Some(CERTIFICATE))
        }
        HttpErrorKind::Connect => Failure::passing(format!("it can't be reached ({reason})"), Some(REACH)),
        HttpErrorKind::Timeout => Failure::passing(format!("it did not answer in time ({reason})"), None),
        HttpErrorKind::Unknown if all.contains("URL scheme is not allowed") => {
            lasting(Code::InvalidArgument, "its URL begins with http:".to_owned(), Some(PLAIN))
        }
        _ => Failure::passing(format!("the connection broke ({reason})"), None),
    })
}

fn lasting(code: Code, reason: String, hint: Option<&'static str>) -> Failure {
    Failure { kind: Kind::Lasting, code, reason, hint, pause: None }
}

fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

const RENEW: &str = "the credential is wrong or has expired; renew it where store.credentials says";
const DENIED: &str = "the credential may not do this; it needs the rights to list, read, write and delete there";
const REGION: &str =
    "the bucket is in another region or at another endpoint; set aws_region (or the endpoint's option)";
const FULL: &str = "the store is full or its quota is used up; make room, and snapshots go on";
const NO_BUCKET: &str = "make the bucket or container first, or check the URL and the endpoint";
const CLOCK: &str = "this machine's clock differs from the store's; set it";
const BUSY: &str = "lower store.concurrency if this stays";
const ENDED: &str = "the upload was ended by somebody else, a sweep perhaps";
const REACH: &str = "check the endpoint and the network";
const CERTIFICATE: &str = "name who vouches for it in store.ca_file";
const PLAIN: &str = "use https, or set allow_http to true";
const METADATA: &str = "only store.credentials = instance may ask one";

/// What the codes of the stores mean: those that say more than their status.
type Meaning = (&'static [&'static str], Kind, Code, Option<&'static str>);
const KNOWN: &[Meaning] = &[
    (&["NoSuchBucket", "ContainerNotFound", "FilesystemNotFound"], Kind::Lasting, Code::NotFound, Some(NO_BUCKET)),
    (&["InvalidBucketName", "InvalidResourceName"], Kind::Lasting, Code::InvalidArgument, Some(NO_BUCKET)),
    (&["NoSuchKey", "BlobNotFound"], Kind::Missing, Code::NotFound, None),
    (&["BlobAlreadyExists", "PreconditionFailed", "ConditionNotMet"], Kind::Exists, Code::AlreadyExists, None),
    (&["NoSuchUpload"], Kind::Lasting, Code::NotFound, Some(ENDED)),
    (
        &[
            "RequestTimeout",
            "IncompleteBody",
            "BadDigest",
            "XAmzContentSHA256Mismatch",
            "InternalError",
            "OperationTimedOut",
        ],
        Kind::Passing,
        Code::Io,
        None,
    ),
    (&["SlowDown", "ServerBusy", "TooManyRequests", "RequestLimitExceeded"], Kind::Passing, Code::Io, Some(BUSY)),
    (&["ConditionalRequestConflict", "OperationAborted"], Kind::Passing, Code::Io, None),
    (
        &[
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidAccessKeyId",
            "InvalidToken",
            "TokenRefreshRequired",
            "SignatureDoesNotMatch",
            "AuthenticationFailed",
            "InvalidAuthenticationInfo",
            "AuthenticationRequired",
            "InvalidIdentityToken",
            "invalid_client",
            "invalid_grant",
            "unauthorized_client",
        ],
        Kind::Lasting,
        Code::Io,
        Some(RENEW),
    ),
    (
        &["AccessDenied", "AuthorizationFailure", "AuthorizationPermissionMismatch", "InsufficientAccountPermissions"],
        Kind::Lasting,
        Code::Io,
        Some(DENIED),
    ),
    (
        &[
            "AuthorizationHeaderMalformed",
            "PermanentRedirect",
            "TemporaryRedirect",
            "IllegalLocationConstraintException",
        ],
        Kind::Lasting,
        Code::Io,
        Some(REGION),
    ),
    (&["RequestTimeTooSkewed"], Kind::Lasting, Code::Io, Some(CLOCK)),
    (
        &["QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "AccountQuotaExceeded", "StorageFull"],
        Kind::Lasting,
        Code::Io,
        Some(FULL),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(status: u16, body: &str) -> Failure {
        let error = object_store::Error::Generic { store: "test", source: "whatever".into() };
        Answer::read(status, body.as_bytes()).failure(&error)
    }

    fn xml(code: &str) -> String {
        format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>It &lt;is&gt; so.\nMore.</Message></Error>")
    }

    #[test]
    fn an_answer_is_a_code_and_the_first_line_of_a_message() {
        let failure = failure(403, &xml("AccessDenied"));
        assert_eq!(failure.reason, "it answered 403 AccessDenied: It <is> so.");
        let json = r#"{"error": "invalid_client", "error_description": "AADSTS7000215: wrong\r\nTrace: 1"}"#;
        assert_eq!(Answer::read(401, json.as_bytes()).message, "AADSTS7000215: wrong");
        assert_eq!(Answer::read(502, b"<html>Bad gateway").code, "");
        assert_eq!(Answer::read(503, b"").failure(&generic()).reason, "it answered 503");
    }

    fn generic() -> object_store::Error {
        object_store::Error::Generic { store: "test", source: "the-Secret".into() }
    }

    #[test]
    fn a_credential_that_is_wrong_is_told_from_a_right_that_is_missing() {
        let said =
            "Server failed to authenticate the request. Make sure the value of the Authorization header is right.";
        let answer =
            Answer { status: 403, code: "AuthorizationFailure".to_owned(), message: said.to_owned(), pause: None };
        assert_eq!(answer.failure(&generic()).hint, Some(RENEW));
        assert_eq!(failure(403, &xml("AuthorizationFailure")).hint, Some(DENIED));
    }

    #[test]
    fn nothing_else_of_an_answer_is_repeated() {
        let body = "<Error><Code>ExpiredToken</Code><Message>expired</Message><Token-0>the-Secret</Token-0>\
                    <StringToSign>the-Secret</StringToSign></Error>";
        let failure = Answer::read(400, body.as_bytes()).failure(&generic());
        assert!(!format!("{failure:?}").contains("the-Secret"), "{failure:?}");
    }

    #[test]
    fn codes_win_over_statuses() {
        for (status, code, kind) in [
            (404, "NoSuchKey", Kind::Missing),
            (404, "BlobNotFound", Kind::Missing),
            (404, "", Kind::Missing),
            (404, "NoSuchBucket", Kind::Lasting),
            (404, "ContainerNotFound", Kind::Lasting),
            (404, "NoSuchUpload", Kind::Lasting),
            (412, "PreconditionFailed", Kind::Exists),
            (412, "", Kind::Exists),
            (409, "BlobAlreadyExists", Kind::Exists),
            (409, "ConditionalRequestConflict", Kind::Passing),
            (409, "OperationAborted", Kind::Passing),
            (409, "ContainerBeingDeleted", Kind::Passing),
            (400, "RequestTimeout", Kind::Passing),
            (400, "IncompleteBody", Kind::Passing),
            (400, "BadDigest", Kind::Passing),
            (400, "ExpiredToken", Kind::Lasting),
            (400, "AuthorizationHeaderMalformed", Kind::Lasting),
            (400, "InvalidArgument", Kind::Lasting),
            (401, "", Kind::Lasting),
            (403, "AccessDenied", Kind::Lasting),
            (403, "RequestTimeTooSkewed", Kind::Lasting),
            (301, "PermanentRedirect", Kind::Lasting),
            (307, "", Kind::Lasting),
            (200, "InternalError", Kind::Passing),
            (202, "BlobNotFound", Kind::Missing),
            (200, "Anything", Kind::Passing),
            (429, "", Kind::Passing),
            (408, "", Kind::Passing),
            (500, "InternalError", Kind::Passing),
            (501, "NotImplemented", Kind::Lasting),
            (502, "", Kind::Passing),
            (503, "SlowDown", Kind::Passing),
            (503, "ServerBusy", Kind::Passing),
            (507, "", Kind::Lasting),
            (507, "XMinioStorageFull", Kind::Lasting),
        ] {
            assert_eq!(failure(status, &xml(code)).kind, kind, "{status} {code}");
        }
    }

    #[test]
    fn what_a_person_can_mend_has_a_hint() {
        for (status, code, words) in [
            (404, "NoSuchBucket", "make the bucket"),
            (404, "ContainerNotFound", "make the bucket or container"),
            (400, "ExpiredToken", "renew"),
            (403, "SignatureDoesNotMatch", "renew"),
            (403, "AuthenticationFailed", "renew"),
            (403, "AccessDenied", "rights"),
            (400, "AuthorizationHeaderMalformed", "aws_region"),
            (301, "", "aws_region"),
            (403, "RequestTimeTooSkewed", "clock"),
            (507, "", "make room"),
            (503, "SlowDown", "store.concurrency"),
        ] {
            let hint = failure(status, &xml(code)).hint.unwrap_or_default();
            assert!(hint.contains(words), "{status} {code}: {hint}");
        }
    }
}
