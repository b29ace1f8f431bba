//! C programs can use the library: built by gcc and clang, run as they are, under valgrind, and under AddressSanitizer with the library
//! instrumented too.

#[path = "servers/mod.rs"]
mod servers;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use support::workshop::{WARNINGS, Workshop};
use support::{has, header, library, misuse, path, run};

/// The library with AddressSanitizer in its own code. RocksDB's stays as it is; what Rust hands to it is checked all the same.
fn sanitized_library() -> PathBuf {
    let target = library().with_file_name("../../sanitized");
    let version = run(Command::new("rustc").arg("-vV"));
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--lib", "--quiet", "--target", &host]).current_dir(path(""));
    // The flag is one of the compiler's unstable ones; this build is for a test only.
    cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Zsanitizer=address").env("CARGO_TARGET_DIR", &target);
    run(&mut cargo);
    target.join(host).join("debug/libgabion.so")
}

fn symbols(file: &Path) -> String {
    run(Command::new("nm").arg("-D").arg(file))
}

#[test]
fn the_header_is_clean_in_c11_and_cpp17() {
    for compiler in ["gcc", "clang", "g++", "clang++"] {
        if !has(compiler, "the_header_is_clean_in_c11_and_cpp17") {
            continue;
        }
        let language: &[&str] =
            if compiler.ends_with("++") { &["-x", "c++", "-std=c++17"] } else { &["-x", "c", "-std=c11"] };
        let mut command = Command::new(compiler);
        run(command
            .args(language)
            .args(WARNINGS)
            .args(["-fsyntax-only", "-Wno-pragma-once-outside-header"])
            .arg(path("include/gabion.h")));
    }
}

#[test]
fn the_example_of_the_header_compiles_and_runs() {
    let header = header::text();
    let example: Vec<&str> = header
        .lines()
        .skip_while(|line| *line != "// A complete program:")
        .skip(2)
        .take_while(|line| *line == "//" || line.starts_with("//     "))
        .map(|line| line.strip_prefix("//     ").unwrap_or(""))
        .collect();
    assert!((30..50).contains(&example.len()), "{} lines", example.len());
    let workshop = Workshop::new("gcc", &[], &library());
    let source = workshop.path("example.c");
    fs::write(&source, example.join("\n")).unwrap();
    let output = run(&mut workshop.command(&[], &workshop.program("example", &[source])));
    assert_eq!(output, "stone: wall\nsnapshot: completed\n");
}

#[test]
fn every_function_with_a_pointer_is_misused() {
    let header = header::text();
    let (_, misused) = misuse::program();
    let with_pointers = header::functions(&header)
        .iter()
        .filter(|function| {
            function
                .parameters
                .iter()
                .any(|one| one.c_type.ends_with('*') && one.c_type != "const char *" && one.name != "out_error")
        })
        .count();
    assert_eq!(misused, with_pointers);
}

#[test]
fn c_programs_built_by_gcc_run() {
    Workshop::new("gcc", &[], &library()).build_and_run_each();
}

#[test]
fn c_programs_built_by_clang_run() {
    if has("clang", "c_programs_built_by_clang_run") {
        Workshop::new("clang", &[], &library()).build_and_run_each();
    }
}

#[test]
fn c_programs_are_clean_under_valgrind() {
    if !has("valgrind", "c_programs_are_clean_under_valgrind") {
        return;
    }
    let workshop = Workshop::new("gcc", &[], &library());
    let valgrind = [
        "valgrind",
        "--quiet",
        "--error-exitcode=99",
        "--leak-check=full",
        "--show-leak-kinds=definite,indirect",
        "--errors-for-leak-kinds=definite,indirect",
        "--fair-sched=yes",
        // What a forked child leaves to its parent would pass for leaks.
        "--child-silent-after-fork=yes",
    ];
    run(&mut workshop.command(&valgrind, &workshop.all_programs()));
}

#[test]
fn address_sanitizer_finds_nothing_in_c_programs_and_what_a_broken_one_does() {
    let workshop = Workshop::new("gcc", &["-fsanitize=address"], &sanitized_library());
    assert!(symbols(&workshop.path("libgabion.so")).contains("__asan_report_load"), "the library is not instrumented");
    run(&mut workshop.command(&[], &workshop.all_programs()));

    let broken = workshop.program("broken", &[path("tests/c/broken/freed_block.c")]);
    let Output { status, stderr, .. } = workshop.command(&[], &broken).output().unwrap();
    let report = String::from_utf8_lossy(&stderr);
    assert!(!status.success() && report.contains("heap-use-after-free"), "{status}: {report}");
    assert!(report.contains("gabion_rows_next"), "it was found inside the library: {report}");
}

/// A C program that uses a new folder of `server`.
fn on(server: &servers::Server, folder: &str, workshop: &Workshop, words: &[&str]) -> Command {
    let program = workshop.program("store", &[path("tests/c/remote/store.c")]);
    let options: Vec<String> = server.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut command = workshop.command(&[], &program);
    command.args(words).env("GABION_TEST_URL", folder).env("GABION_TEST_OPTIONS", options.join("\n"));
    command
}

#[test]
fn a_c_program_has_its_snapshots_in_a_store_of_another_machine() {
    let workshop = Workshop::new("gcc", &[], &library());
    for server in [&servers::s3().server, &servers::google().server] {
        run(&mut on(server, &server.folder(), &workshop, &[]));
    }
}

#[test]
fn a_process_that_exits_during_a_snapshot_does_not_wait_for_the_store() {
    let (workshop, google) = (Workshop::new("gcc", &[], &library()), servers::google());
    for (method, part) in [("PUT", "files/"), ("GET", "?list-type")] {
        let folder = google.server.folder();
        let own = folder.rsplit('/').next().unwrap();
        google.fail(
            method,
            &if part.starts_with('?') { own.to_owned() } else { format!("{own}/{part}") },
            servers::Fault::Silence,
            99,
        );
        let mut command = on(&google.server, &folder, &workshop, &["exit"]);
        let started = Instant::now();
        run(&mut command);
        // It waits some seconds for what it was about; a request that gets no answer lasts a minute.
        assert!(started.elapsed() < Duration::from_secs(30), "{method} {part}: {:?}", started.elapsed());
    }
}
