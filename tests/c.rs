//! C programs can use the library: built by gcc and clang, run as they are, under valgrind, and under AddressSanitizer with the library
//! instrumented too.

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::{has, header, misuse, path, run};
use tempfile::TempDir;

const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// A folder for one test: the library under its soname, the programs, and what these write.
struct Workshop {
    folder: TempDir,
    compiler: &'static str,
    flags: &'static [&'static str],
}

impl Workshop {
    fn new(compiler: &'static str, flags: &'static [&'static str], library: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("tmp")).unwrap();
        for name in ["libgabion.so", "libgabion.so.0"] {
            symlink(library, folder.path().join(name)).unwrap();
        }
        Self { folder, compiler, flags }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn compiler(&self) -> Command {
        let mut command = Command::new(self.compiler);
        command.args(["-std=c11", "-D_DEFAULT_SOURCE", "-O1", "-g", "-pthread"]).args(WARNINGS).args(self.flags);
        command.arg("-I").arg(path("include")).arg("-I").arg(path("tests/c"));
        command
    }

    /// Builds a program from `sources`.
    fn program(&self, name: &str, sources: &[PathBuf]) -> PathBuf {
        let program = self.path(name);
        let folder = self.folder.path();
        let rpath = format!("-Wl,-rpath,{}", folder.display());
        run(self.compiler().args(sources).arg("-o").arg(&program).arg("-L").arg(folder).args(["-lgabion", &rpath]));
        program
    }

    /// All programs in one, for tools that take long to start.
    fn all_programs(&self) -> PathBuf {
        let (mut objects, mut declarations, mut calls) = (Vec::new(), String::new(), String::new());
        for source in self.sources() {
            let noun = source.file_stem().unwrap().to_string_lossy().into_owned();
            let object = self.path(&format!("{noun}.o"));
            run(self.compiler().arg("-c").arg(format!("-Dmain=main_{noun}")).arg(&source).arg("-o").arg(&object));
            declarations.push_str(&format!("int main_{noun}(void);\n"));
            calls.push_str(&format!(" || main_{noun}()"));
            objects.push(object);
        }
        let all = self.path("all.c");
        fs::write(&all, format!("{declarations}int main(void) {{ return 0{calls}; }}\n")).unwrap();
        objects.push(all);
        self.program("all", &objects)
    }

    /// The programs of tests/c, and the one that misuses every function.
    fn sources(&self) -> Vec<PathBuf> {
        let folder = fs::read_dir(path("tests/c")).unwrap();
        let mut sources: Vec<PathBuf> = folder
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
            .collect();
        sources.sort();
        assert!(sources.len() > 10, "{sources:?}");
        let misuse = self.path("misuse.c");
        fs::write(&misuse, misuse::program().0).unwrap();
        sources.push(misuse);
        sources
    }

    /// A command that gets the test's own temporary folder, and ends at some time.
    fn command(&self, words: &[&str], program: &Path) -> Command {
        let mut command = Command::new("timeout");
        command.arg("900").args(words).arg(program).env("TMPDIR", self.path("tmp"));
        command
    }

    fn build_and_run_each(&self) {
        for source in self.sources() {
            let name = source.file_stem().unwrap().to_string_lossy().into_owned();
            run(&mut self.command(&[], &self.program(&name, &[source])));
        }
    }
}

fn library() -> PathBuf {
    support::library_folder().join("libgabion.so")
}

/// The library with AddressSanitizer in its own code. RocksDB's stays as it is; what Rust hands to it is checked all the same.
fn sanitized_library() -> PathBuf {
    let target = support::library_folder().join("../../sanitized");
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
