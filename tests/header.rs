//! `include/gabion.h` is what `src/abi` says. `BLESS=1 cargo test --test header` (`make header`) writes it anew.

use std::fs;
use std::path::{Path, PathBuf};

/// The files of the floor, in the order in which a reader of the header wants their nouns.
const NOUNS: [&str; 19] = [
    "version",
    "bytes",
    "error",
    "buffer",
    "options",
    "budget",
    "backend",
    "column_family",
    "batch",
    "view",
    "scan",
    "snapshot",
    "snapshot_info",
    "snapshot_directory",
    "restore",
    "pulled_stream",
    "pushed_stream",
    "metrics",
    "live",
];

/// What is on this floor besides nouns.
const MACHINERY: [&str; 3] = ["boundary", "handle", "mod"];

fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

fn generated() -> String {
    let mut builder = cbindgen::Builder::new()
        .with_config(cbindgen::Config::from_file(path("cbindgen.toml")).unwrap())
        .with_src(path("src/error.rs"));
    for noun in NOUNS {
        builder = builder.with_src(path(&format!("src/abi/{noun}.rs")));
    }
    let mut text = Vec::new();
    builder.generate().unwrap().write(&mut text);
    String::from_utf8(text)
        .unwrap()
        .replace("@EXAMPLE@", &commented(&fs::read_to_string(path("tests/c/example.c")).unwrap()))
}

/// The example as it stands in the header, four columns to the right.
fn commented(code: &str) -> String {
    let lines = code.lines().map(|line| if line.is_empty() { "//".to_owned() } else { format!("//     {line}") });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_header_is_what_the_code_says() {
    let generated = generated();
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path("include")).unwrap();
        fs::write(path("include/gabion.h"), &generated).unwrap();
    }
    let committed = fs::read_to_string(path("include/gabion.h")).unwrap_or_default();
    let differing = generated.lines().zip(committed.lines()).find(|(new, old)| new != old);
    assert!(
        generated == committed,
        "run `make header` and read its diff as a C programmer; first difference: {differing:?}"
    );
}

#[test]
fn every_noun_of_the_floor_is_in_the_header() {
    let mut files: Vec<String> = fs::read_dir(path("src/abi"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let mut known: Vec<&str> = NOUNS.into_iter().chain(MACHINERY).collect();
    known.sort_unstable();
    assert_eq!(files, known);
}

#[test]
fn the_header_has_no_words_of_rust_in_it() {
    let header = generated();
    for word in ["MaybeUninit", "Option<", "# Safety", "PhantomData", "[`", "crate::", "Vec<", "&mut"] {
        assert!(!header.contains(word), "{word}");
    }
}
