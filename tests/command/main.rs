//! The program `gabion`, as its users start it: what it answers, how it ends, and what it leaves.

#[path = "../common/mod.rs"]
mod common;
mod copying;
mod looking;
mod restoring;
mod stopping;
mod usage;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use common::{options, snapshots, take};
use gabion::snapshot::{Kind, SnapshotInfo};
use serde_json::Value;

/// How a run of the program ended.
struct Told {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Told {
    fn of(output: &Output) -> Told {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Told { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// The answer of a run that must have ended with `code`.
    fn ended(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self.out
    }

    /// The same, as JSON.
    fn json(self, code: i32) -> Value {
        serde_json::from_str(&self.ended(code)).unwrap()
    }
}

/// A folder for a test: the program's scratch files and what it makes.
struct Room {
    folder: tempfile::TempDir,
    /// A directory with three native snapshots and a portable one.
    snapshots: common::Snapshots,
    taken: Vec<SnapshotInfo>,
    /// What they are of.
    backend: common::Scratch,
}

impl Room {
    fn filled() -> Room {
        let (folder, snapshots, backend) =
            (tempfile::tempdir().unwrap(), snapshots(), common::open(&[("disable_auto_compactions", "true")]));
        std::fs::create_dir(folder.path().join("tmp")).unwrap();
        let mut taken = Vec::new();
        let make = |name: &[u8], pairs: &[(&str, &str)]| {
            backend.backend.create_column_family(name, b"v1", &options(pairs)).unwrap()
        };
        let counts = make(b"counts", &[("merge", "uint64-add")]);
        let lists = make(b"lists", &[("merge", "string-append"), ("memtable", "hash-link-list")]);
        let odd = make(b"odd\xff", &[]);
        for round in 0..3u64 {
            for row in 0..200u64 {
                counts.merge(format!("word-{row:03}").as_bytes(), &round.to_le_bytes()).unwrap();
                lists.merge(&row.to_be_bytes(), format!("{round}").as_bytes()).unwrap();
                odd.put(format!("key {round} {row}").as_bytes(), &[round as u8; 50]).unwrap();
            }
            taken.push(take(&backend.backend, Kind::Native, &snapshots.url));
        }
        taken.push(take(&backend.backend, Kind::Portable, &snapshots.url));
        Room { folder, snapshots, taken, backend }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// As it is written on a command line.
    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// The snapshot that was taken at that place.
    fn snapshot(&self, at: usize) -> String {
        format!("{}/{}", self.snapshots.url, self.taken[at].number)
    }

    /// The program, in an environment that nobody else's settings are in.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gabion"));
        for name in ["NO_COLOR", "GABION_OPTIONS", "CLICOLOR_FORCE", "FAILPOINTS", "LC_ALL", "LC_CTYPE"] {
            command.env_remove(name);
        }
        command.args(arguments).env("TMPDIR", self.path("tmp")).env("LANG", "C.UTF-8").stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Told {
        Told::of(&self.command(arguments).output().unwrap())
    }

    /// Nothing is left where files are put on their way.
    fn assert_clean(&self) {
        let left: Vec<_> = entries(&self.path("tmp"));
        assert!(left.is_empty(), "{left:?}");
    }
}

/// The names in a folder, sorted; none if it isn't there.
fn entries(folder: &Path) -> Vec<String> {
    common::swept::names(folder)
}
