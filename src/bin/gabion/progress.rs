//! `Progress`: how far a command is: a bar on a terminal, a line now and then elsewhere.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use gabion::store::Control;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::Output;
use crate::text;

/// How often the bar is drawn.
const FRAME: Duration = Duration::from_millis(100);
/// How often a line is written where there is no terminal.
const LINE: Duration = Duration::from_secs(5);

/// Shown for as long as it lives.
pub struct Progress {
    bar: Option<ProgressBar>,
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Shows how far `control` is; `what` is done ("copying").
    pub fn of(control: &Control, what: &str, out: &Output) -> Progress {
        if out.quiet {
            return Progress { bar: None, thread: None };
        }
        let (stop, stopped) = channel();
        // Some terminals can't draw one.
        let bar = io::stderr().is_terminal().then(|| new_bar(what)).filter(|bar| !bar.is_hidden());
        let (control, what) = (control.clone(), what.to_owned());
        let mut show: Box<dyn FnMut() + Send> = match bar.clone() {
            Some(bar) => Box::new(move || draw(&bar, &control)),
            None => lines(control, what),
        };
        let watch = move || {
            while stopped.recv_timeout(FRAME) == Err(RecvTimeoutError::Timeout) {
                show();
            }
        };
        // Without a thread the work goes on unseen.
        let thread = std::thread::Builder::new().name("gabion-progress".to_owned()).spawn(watch).ok();
        Progress { bar, thread: thread.map(|thread| (stop, thread)) }
    }

    /// Writes something while the bar is out of the way.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.thread.take() {
            drop(stop);
            let _ = thread.join();
        }
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn new_bar(what: &str) -> ProgressBar {
    const TEMPLATE: &str =
        "{msg} [{wide_bar}] {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} left";
    // Not drawn yet: with nothing to do, it would be full.
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr()).with_message(what.to_owned());
    if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

fn draw(bar: &ProgressBar, control: &Control) {
    if control.is_cancelled() {
        // What is told of the end must not mix with the bar.
        bar.finish_and_clear();
    } else if control.expected() > 0 {
        bar.set_length(control.expected());
        bar.set_position(control.moved());
    }
}

fn lines(control: Control, what: String) -> Box<dyn FnMut() + Send> {
    let (start, mut last) = (Instant::now(), Instant::now());
    Box::new(move || {
        if last.elapsed() < LINE || control.is_cancelled() {
            return;
        }
        last = Instant::now();
        let line = line(&what, control.moved(), control.expected(), start.elapsed());
        let _ = io::stderr().write_all(line.as_bytes());
    })
}

/// How far it is after that time.
fn line(what: &str, moved: u64, expected: u64, elapsed: Duration) -> String {
    let rate = moved as f64 / elapsed.as_secs_f64().max(0.001);
    let percent = moved.saturating_mul(100).checked_div(expected).unwrap_or_default();
    let left = Duration::try_from_secs_f64(expected.saturating_sub(moved) as f64 / rate);
    let left = left.map_or_else(|_| String::new(), |left| format!(", {} s left", left.as_secs()));
    let (done, all) = (text::size(moved), text::size(expected));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate for people")]
    let rate = text::size(rate as u64);
    format!("gabion: {what}: {done} of {all} ({percent} %), {rate}/s{left}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is_and_how_long_it_takes() {
        let mib = 1 << 20;
        let told = line("copying", 10 * mib, 40 * mib, Duration::from_secs(5));
        assert_eq!(told, "gabion: copying: 10.00 MiB of 40.00 MiB (25 %), 2.00 MiB/s, 15 s left\n");
        assert_eq!(line("copying", 0, 0, Duration::ZERO), "gabion: copying: 0 B of 0 B (0 %), 0 B/s\n");
    }
}
