//! The one error type: a code to branch on, a sentence to read.

use std::fmt;

/// What went wrong, in numbers that never change meaning.
///
/// Hosts must have a default branch: later versions add codes.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Success.
    Ok = 0,
    /// An argument is NULL, of a wrong length or value, or a handle is of another kind or freed.
    InvalidArgument = 1,
    /// The backend is closed, and with it everything made from it.
    Closed = 2,
    /// Another thread's write is in progress on this backend; a backend has one writer at a time.
    ConcurrentWrite = 3,
    /// A column family, snapshot or file that was asked for is not there.
    NotFound = 4,
    /// Something of that name is there already.
    AlreadyExists = 5,
    /// Two things that must be equal differ: descriptors, merge kinds, key ranges.
    Mismatch = 6,
    /// Reading or writing a file or an object failed.
    Io = 7,
    /// Bytes are not what was written: a checksum, a length or a structure is wrong.
    Corruption = 8,
    /// A newer writer has taken over the snapshot directory.
    Fenced = 9,
    /// The job was cancelled.
    Cancelled = 10,
    /// The operation is not possible here, whatever the arguments.
    Unsupported = 11,
    /// RocksDB refused or failed; its own words are in the message.
    Engine = 12,
    /// A bug in Gabion: a panic was caught at the border. Only freeing the handles involved is promised to work.
    Panic = 13,
    /// The work did not end in the time given.
    TimedOut = 14,
    /// The result is not there yet: the job is still running.
    Running = 15,
}

/// A failure: its code, and a message that says what was asked, what was found and what to do.
#[derive(Clone, Debug)]
pub struct Error {
    /// For programs.
    pub code: Code,
    /// For people.
    pub message: String,
}

/// The result of every fallible operation of the engine.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of `code` that says `message`.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// A bad argument.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, message)
    }

    /// Bytes that are not what was written.
    pub fn corruption(message: impl Into<String>) -> Self {
        Self::new(Code::Corruption, message)
    }

    /// An operation on a closed backend or on something made from it.
    pub fn closed() -> Self {
        Self::new(Code::Closed, "the backend is closed; open or restore a new one")
    }

    /// A failed operation of the operating system: `what` was tried on `path`.
    pub fn io(what: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(Code::Io, format!("cannot {what} {}: {error}", path.display()))
    }

    /// The same for a file that the caller named: that it is missing, or in the way, has a code of its own.
    pub fn io_named(what: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        let code = match error.kind() {
            std::io::ErrorKind::NotFound => Code::NotFound,
            std::io::ErrorKind::AlreadyExists => Code::AlreadyExists,
            _ => Code::Io,
        };
        Self { code, ..Self::io(what, path, error) }
    }

    /// The same error with `context` in front of its message.
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        self.message = format!("{context}: {}", self.message);
        self
    }

    /// The payload of a caught panic as an error.
    pub fn from_panic(payload: &(dyn std::any::Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<&'static str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no text".to_owned());
        Self::new(Code::Panic, format!("a bug in Gabion (panic: {text}); free the handles involved and report it"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?})", self.message, self.code)
    }
}

impl std::error::Error for Error {}
