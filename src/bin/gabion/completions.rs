//! `gabion completions`

use clap::CommandFactory;

use crate::arguments::{Arguments, Completions};
use crate::failure::Failure;
use crate::{Context, Verdict};

pub fn run(arguments: &Completions, context: &mut Context) -> Result<Verdict, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "gabion", &mut script);
    context.out.line(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Verdict::Good)
}
