//! What the tests of the C ABI share.

#![allow(dead_code, reason = "each test uses its part")]

pub mod header;
pub mod misuse;
pub mod workshop;

use std::path::{Path, PathBuf};
use std::process::Command;

/// A path in the checkout.
pub fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// The libgabion.so that was built together with this test.
pub fn library() -> PathBuf {
    let library = std::env::current_exe().unwrap().with_file_name("libgabion.so");
    assert!(library.exists(), "there is no {}", library.display());
    library
}

/// Runs a command, which must succeed; answers what it printed.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{out}\n{err}", output.status);
    out.into_owned()
}

/// Whether a tool is installed; says that `test` is skipped if not.
pub fn has(tool: &str, test: &str) -> bool {
    let found = Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("SKIPPED: {test}: {tool} is not installed");
    }
    found
}
