//! The house stands: imports only go down, and `unsafe` stays in the rooms that are made for it.

use std::fs;
use std::path::{Path, PathBuf};

const ERROR: u8 = 0;
const ROCKS: u8 = 1;
const ENGINE: u8 = 2;
const HOSTS: u8 = 3;
/// The program sees the library as any other crate does.
const PROGRAM: u8 = 4;

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The Rust sources: their paths below `src`, and what is code in them.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let relative = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
    files_below(&root).iter().map(|path| (relative(path), code(&fs::read_to_string(path).unwrap()))).collect()
}

/// A source without comments and without its own tests, which may reach anywhere.
fn code(source: &str) -> String {
    let shipped = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    shipped.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn floor(module: &str) -> u8 {
    match module {
        "error" | "kinds" => ERROR,
        "rocks" => ROCKS,
        "abi" | "jni" => HOSTS,
        "bin" => PROGRAM,
        _ => ENGINE,
    }
}

fn module(path: &str) -> &str {
    path.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The modules that a source names by `crate::`.
fn imports(source: &str) -> impl Iterator<Item = &str> {
    let after = source.split("crate::").skip(1);
    after.map(|rest| rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap())
}

#[test]
fn imports_only_go_down() {
    for (path, source) in sources() {
        let here = module(&path);
        if here == "lib" || here == "bin" {
            continue;
        }
        for there in imports(&source) {
            assert!(floor(there) <= floor(here), "{path} imports crate::{there}, which lies above it");
            let neighbours = floor(here) == HOSTS && floor(there) == HOSTS && here != there;
            assert!(!neighbours, "{path} imports crate::{there}: the hosts don't see each other");
        }
    }
}

#[test]
fn nothing_knows_of_the_program() {
    for (path, source) in sources() {
        let here = module(&path);
        let words = ["clap", "indicatif", "signal_hook", "terminal_size"];
        for word in words {
            assert!(here == "bin" || !source.contains(word), "{path} names {word}");
        }
    }
}

#[test]
fn only_rocks_speaks_to_rocksdb() {
    for (path, source) in sources() {
        let words = ["librocksdb_sys", "rocksdb_t", "rocksdb_iterator_t", "rocksdb_column_family_handle_t"];
        for word in words {
            assert!(module(&path) == "rocks" || !source.contains(word), "{path} names {word}");
        }
    }
}

#[test]
fn only_the_hosts_know_c_and_java() {
    for (path, source) in sources() {
        let here = module(&path);
        assert!(here == "jni" || !source.contains("jni::") || here == "lib", "{path} names the jni crate");
        assert!(["abi", "jni", "rocks"].contains(&here) || !source.contains("extern \"C\""), "{path} has C functions");
    }
}

#[test]
fn unsafe_stays_in_its_rooms() {
    for (path, source) in sources() {
        let allowed = ["rocks", "abi", "jni"].contains(&module(&path));
        let has_unsafe =
            source.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == "unsafe");
        assert!(allowed || !has_unsafe, "{path} has unsafe code");
    }
}

#[test]
fn an_import_that_goes_up_is_found() {
    assert_eq!(imports("use crate::error::Code;\n    crate::abi::x()").collect::<Vec<_>>(), ["error", "abi"]);
    assert!(floor("abi") > floor("backend") && floor("backend") > floor("rocks") && floor("rocks") > floor("error"));
}
