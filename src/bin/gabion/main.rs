//! `gabion`: snapshots from the command line, for people and for programs. What it does is in the library; here is what it
//! is asked, and how it answers.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::cast_possible_truncation))]

mod address;
mod arguments;
mod completions;
mod copy;
mod describe;
mod diff;
mod discard;
mod dump;
mod failure;
mod interrupt;
mod list;
mod output;
mod progress;
mod restore;
mod retain;
mod sweep;
mod table;
mod text;
mod verify;

use std::process::ExitCode;

use gabion::store::Control;

use arguments::{Arguments, Command};
use failure::Failure;
use interrupt::Interrupt;
use output::Output;

/// What every command works with.
struct Context {
    out: Output,
    /// Cancelled by Ctrl-C.
    control: Control,
}

/// How a command ended that did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Good,
    /// Something in a store is broken, and it has been said what.
    Broken,
}

fn main() -> ExitCode {
    // Tests stop the program at a point of a protocol.
    #[cfg(feature = "failpoints")]
    let _points = fail::FailScenario::setup();
    let arguments = Arguments::read();
    let out = Output::new(&arguments.common);
    let control = Control::new();
    let interrupt = match Interrupt::watch(&control, out.quiet) {
        Ok(interrupt) => interrupt,
        Err(error) => return Failure::from(error).report(&out, 0),
    };
    let mut context = Context { out, control };
    let done = run(&arguments.command, &mut context).and_then(|verdict| {
        context.out.flush()?;
        Ok(verdict)
    });
    match done {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Broken) => ExitCode::from(failure::FAILED),
        Err(failure) => failure.report(&context.out, interrupt.signal()),
    }
}

fn run(command: &Command, context: &mut Context) -> Result<Verdict, Failure> {
    match command {
        Command::List(arguments) => list::run(arguments, context),
        Command::Describe(arguments) => describe::run(arguments, context),
        Command::Verify(arguments) => verify::run(arguments, context),
        Command::Copy(arguments) => copy::run(arguments, context),
        Command::Restore(arguments) => restore::run(arguments, context),
        Command::Dump(arguments) => dump::run(arguments, context),
        Command::Diff(arguments) => diff::run(arguments, context),
        Command::Retain(arguments) => retain::run(arguments, context),
        Command::Discard(arguments) => discard::run(arguments, context),
        Command::Sweep(arguments) => sweep::run(arguments, context),
        Command::Completions(arguments) => completions::run(arguments, context),
    }
}
