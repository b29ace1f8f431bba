//! C++ programs can use `bindings/cpp/gabion.hpp` and its parts: built by g++ and clang++, and under AddressSanitizer's leak check.

mod support;

use std::fs;
use std::path::PathBuf;

use support::workshop::Workshop;
use support::{has, library, path, run};

fn sources() -> Vec<PathBuf> {
    let folder = fs::read_dir(path("tests/cpp")).unwrap();
    let mut sources: Vec<PathBuf> = folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "cc"))
        .collect();
    sources.sort();
    assert!(sources.len() >= 3, "{sources:?}");
    sources
}

fn build_and_run_each(workshop: &Workshop) {
    for source in sources() {
        let name = source.file_stem().unwrap().to_string_lossy().into_owned();
        run(&mut workshop.command(&[], &workshop.program(&name, &[source])));
    }
}

#[test]
fn cpp_programs_built_by_gcc_run_without_leaks() {
    build_and_run_each(&Workshop::new("g++", &["-fsanitize=address"], &library()));
}

#[test]
fn cpp_programs_built_by_clang_run() {
    if has("clang++", "cpp_programs_built_by_clang_run") {
        build_and_run_each(&Workshop::new("clang++", &[], &library()));
    }
}

#[test]
fn two_sources_that_include_the_header_link() {
    let workshop = Workshop::new("g++", &[], &library());
    let (one, other) = (workshop.path("one.cc"), workshop.path("other.cc"));
    fs::write(&one, "#include <gabion.hpp>\nvoid other();\nint main() { gabion::options options; other(); }\n")
        .unwrap();
    fs::write(
        &other,
        "#include <gabion.hpp>\n#include <gabion.hpp>\nvoid other();\nvoid other() { gabion::options options; }\n",
    )
    .unwrap();
    run(&mut workshop.command(&[], &workshop.program("both", &[one, other])));
}

#[test]
fn each_part_of_the_header_stands_alone() {
    let workshop = Workshop::new("g++", &[], &library());
    let parts = fs::read_dir(path("bindings/cpp/gabion")).unwrap();
    let mut names: Vec<String> = parts.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let whole = fs::read_to_string(path("bindings/cpp/gabion.hpp")).unwrap();
    for name in &names {
        assert!(whole.contains(&format!("#include <gabion/{name}>\n")), "gabion.hpp does not include {name}");
        let source = workshop.path(&format!("{name}.cc"));
        fs::write(&source, format!("#include <gabion/{name}>\nint main() {{}}\n")).unwrap();
        workshop.program(name, &[source]);
    }
    assert!(names.len() > 10, "{names:?}");
}

#[test]
fn the_sample_of_the_readme_runs() {
    let readme = fs::read_to_string(path("bindings/cpp/README.md")).unwrap();
    let sample = readme.split("```cpp\n").nth(1).unwrap().split("```").next().unwrap();
    let workshop = Workshop::new("g++", &[], &library());
    let source = workshop.path("readme.cc");
    fs::write(&source, sample).unwrap();
    let output = run(&mut workshop.command(&[], &workshop.program("readme", &[source])));
    assert_eq!(output, "gabion: cage\nstone: wall,bridge\nwall,bridge\n");
}
