//! A real HDFS for a test, with every fault as a command (tests/servers/minidfs/MiniDfs.java).

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Missing;

/// Flags that make it start in a third of the time, in half of the memory.
const FLAGS: [&str; 3] = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m"];
/// A clean stop takes less than a second; the program gives itself ten.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// One HDFS, stopped and removed when it is dropped or this process ends in whatever way.
pub struct MiniDfs {
    process: u32,
    /// Dropped to stop it.
    line: Mutex<Option<Line>>,
    ended: Mutex<Receiver<()>>,
    /// Of the name nodes.
    pub ports: Vec<u16>,
}

struct Line {
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl MiniDfs {
    /// Starts one; the error says why this machine can't.
    pub fn start(arguments: &[&str]) -> Result<Self, Missing> {
        Self::start_with(&[], arguments)
    }

    /// Starts one, with more flags for Java.
    pub fn start_with(flags: &[&str], arguments: &[&str]) -> Result<Self, Missing> {
        let classes = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/minidfs"))
            .output()
            .map_err(|error| format!("tools/minidfs: {error}"))?;
        if !classes.status.success() {
            return Err(format!("tools/minidfs failed: {}", String::from_utf8_lossy(&classes.stderr)));
        }
        let classes = String::from_utf8(classes.stdout).unwrap();
        // Woken when this process dies, it finds its input closed, even if a test had stopped it.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "CONT", "java"]).args(FLAGS).args(flags).args(["-cp", classes.trim(), "MiniDfs"]);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let (process, mut line, ended) = keep(command)?;
        let ready = line.answer();
        let mut cluster = Self { process, line: Mutex::new(Some(line)), ended: Mutex::new(ended), ports: Vec::new() };
        let ports = ready.strip_prefix("ready ").ok_or("the HDFS for tests did not start")?;
        cluster.ports = ports.split(' ').map(|port| port.parse().unwrap()).collect();
        Ok(cluster)
    }

    /// The URL of `path`, which begins with a slash, by way of the first name node.
    pub fn url(&self, path: &str) -> String {
        format!("hdfs://127.0.0.1:{}{path}", self.ports[0])
    }

    /// Runs a command; its answer.
    pub fn tell(&self, command: &str) -> String {
        let mut line = self.line();
        let line = line.as_mut().unwrap();
        writeln!(line.commands, "{command}").unwrap();
        line.commands.flush().unwrap();
        let answer = line.answer();
        match answer.strip_prefix("ok") {
            Some(result) => result.trim().to_owned(),
            None => panic!("{command}: {answer}"),
        }
    }

    /// Stops the whole process in its tracks, its connections open; or has it go on.
    pub fn freeze(&self, is_frozen: bool) {
        self.signal(if is_frozen { "STOP" } else { "CONT" });
    }

    /// Its process id.
    pub fn process(&self) -> u32 {
        self.process
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.process.to_string()]).status().unwrap();
        assert!(status.success(), "kill -s {name}");
    }

    fn line(&self) -> MutexGuard<'_, Option<Line>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn answer(&mut self) -> String {
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }
}

impl Drop for MiniDfs {
    fn drop(&mut self) {
        drop(self.line().take());
        self.signal("CONT");
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(STOP_LIMIT);
        if ended.is_err() {
            self.signal("KILL");
        }
    }
}

/// Starts the command on a thread that lives as long as it does: the kernel takes the end of the thread that started a
/// process for the death of its parent. Its id, its line, and what tells its end.
fn keep(mut command: Command) -> Result<(u32, Line, Receiver<()>), Missing> {
    let (started, start) = channel();
    let (ended, end) = channel();
    std::thread::spawn(move || match command.spawn() {
        Ok(mut child) => {
            let (commands, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
            let _ = started.send(Ok((child.id(), Line { commands, answers })));
            let _ = child.wait();
            let _ = ended.send(());
        }
        Err(error) => drop(started.send(Err(format!("cannot start java: {error}")))),
    });
    let (process, line) = start.recv().map_err(|error| error.to_string())??;
    Ok((process, line, end))
}
