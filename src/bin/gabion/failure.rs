//! `Failure`: why a command did not do what it was asked, and the exit code that says so.

use std::io;
use std::process::ExitCode;

use gabion::{Code, Error};

use crate::output::Output;

/// Something is broken, or failed.
pub const FAILED: u8 = 1;
/// It was asked wrongly.
const USAGE: u8 = 2;
/// A process that a signal ended is said to have ended with this and the signal's number.
const SIGNAL: i32 = 128;

#[derive(Debug)]
pub enum Failure {
    Engine(Error),
    Usage(String),
    /// By Ctrl-C; with what became of the work.
    Cancelled(String),
    /// Nobody reads the output any more.
    Pipe,
    Io(io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        match error.code {
            Code::Cancelled => Failure::Cancelled("nothing unfinished is left".to_owned()),
            _ => Failure::Engine(error),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Pipe,
            _ => Failure::Io(error),
        }
    }
}

impl Failure {
    /// The same with more to say.
    pub fn hint(self, hint: &str) -> Failure {
        match self {
            Failure::Engine(error) => {
                let message = format!("{}; {hint}", error.message);
                Failure::Engine(Error { message, ..error })
            }
            other => other,
        }
    }

    /// Tells of it; `signal` is the one that cancelled the command, or 0.
    pub fn report(&self, out: &Output, signal: i32) -> ExitCode {
        match self {
            Failure::Pipe => ExitCode::SUCCESS,
            Failure::Cancelled(text) => {
                out.note(&format!("cancelled; {text}"));
                ExitCode::from(u8::try_from(SIGNAL + signal).unwrap_or(FAILED))
            }
            Failure::Engine(error) => {
                out.error(&error.message);
                ExitCode::from(if error.code == Code::InvalidArgument { USAGE } else { FAILED })
            }
            Failure::Usage(message) => {
                out.error(message);
                ExitCode::from(USAGE)
            }
            Failure::Io(error) => {
                out.error(&format!("cannot write the output: {error}"));
                ExitCode::from(FAILED)
            }
        }
    }
}
