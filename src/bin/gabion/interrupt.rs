//! `Interrupt`: Ctrl-C asks the command to stop and to clean up; a second one ends the process at once.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use gabion::store::Control;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// How often the flag is looked at that the signal handler sets.
const TICK: Duration = Duration::from_millis(20);

/// What has come of Ctrl-C and of `kill`.
pub struct Interrupt {
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// From now on the first such signal cancels `control`.
    pub fn watch(control: &Control, quiet: bool) -> io::Result<Interrupt> {
        let (come, signal) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        for number in [SIGINT, SIGTERM] {
            // Handlers run in this order: the first signal finds the flag unset, and sets it.
            flag::register_conditional_shutdown(number, 128 + number, Arc::clone(&come))?;
            flag::register_usize(number, Arc::clone(&signal), usize::try_from(number).unwrap_or_default())?;
            flag::register(number, Arc::clone(&come))?;
        }
        let control = control.clone();
        std::thread::Builder::new().name("gabion-interrupt".to_owned()).spawn(move || {
            while !come.load(Ordering::Relaxed) {
                std::thread::sleep(TICK);
            }
            control.cancel();
            if !quiet {
                // A terminal shows the keys that were pressed.
                let start = if io::stderr().is_terminal() { "\n" } else { "" };
                let text = format!("{start}gabion: cancelling and cleaning up; once more ends at once\n");
                let _ = io::stderr().write_all(text.as_bytes());
            }
        })?;
        Ok(Interrupt { signal })
    }

    /// The number of the signal that came, or 0.
    pub fn signal(&self) -> i32 {
        i32::try_from(self.signal.load(Ordering::Relaxed)).unwrap_or_default()
    }
}
