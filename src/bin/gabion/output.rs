//! `Output`: where answers, notes and errors go, and how they look there.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use clap::builder::Styles;
use clap::builder::styling::Style as HelpStyle;
use serde_json::Value;

use crate::arguments::{Colour, Common};

/// Columns of a line, where that can't be found out.
const WIDTH: usize = 80;

/// How a piece of text is to stand out, on dark and on light backgrounds: green, yellow and cyan are pale on white, blue is dark on
/// black, and red and magenta are neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Strong,
    Bad,
    Bar,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Style::Plain => "",
            Style::Strong => "1",
            Style::Bad => "1;31",
            Style::Bar => "35",
        }
    }
}

/// How help and complaints about the command line look: clap's own green and yellow are bold.
pub const HELP: Styles = Styles::styled().valid(HelpStyle::new().bold()).invalid(HelpStyle::new().bold());

/// Answers go to standard output; notes, errors and progress to standard error.
pub struct Output {
    answers: BufWriter<Stdout>,
    pub json: bool,
    pub quiet: bool,
    colour: bool,
    colour_of_errors: bool,
    /// Columns of the terminal that reads the answers; `None` for a file or a program.
    pub width: Option<usize>,
}

impl Output {
    pub fn new(common: &Common) -> Output {
        let (answers, errors) = (io::stdout(), io::stderr());
        // NO_COLOR counts when it is not empty (no-color.org).
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colour = |is_terminal: bool| match common.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => is_terminal && !refused,
        };
        let columns = || terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0));
        Output {
            json: common.json,
            quiet: common.quiet,
            colour: colour(answers.is_terminal()),
            colour_of_errors: colour(errors.is_terminal()),
            width: answers.is_terminal().then(columns),
            answers: BufWriter::with_capacity(1 << 16, answers),
        }
    }

    /// `text` as it is to look among the answers.
    pub fn styled(&self, style: Style, text: &str) -> String {
        styled(self.colour, style, text)
    }

    /// One line of an answer.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        self.answers.write_all(line.as_bytes())?;
        self.answers.write_all(b"\n")
    }

    /// A whole answer for programs: one line.
    pub fn value(&mut self, value: &Value) -> io::Result<()> {
        self.line(&value.to_string())
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.answers.flush()
    }

    /// Something that people should know; unless they asked for quiet.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.tell(text);
        }
    }

    pub fn error(&self, text: &str) {
        self.tell(&format!("{} {text}", styled(self.colour_of_errors, Style::Bad, "error:")));
    }

    fn tell(&self, text: &str) {
        // Nobody can be told that standard error is closed.
        let _ = io::stderr().write_all(format!("gabion: {text}\n").as_bytes());
    }
}

fn styled(colour: bool, style: Style, text: &str) -> String {
    match style.code() {
        code if colour && !code.is_empty() && !text.is_empty() => format!("\x1b[{code}m{text}\x1b[0m"),
        _ => text.to_owned(),
    }
}
