//! The library exports the functions of the header and `JNI_OnLoad`, nothing else.

mod support;

use std::collections::BTreeSet;
use std::process::Command;

#[test]
fn the_library_exports_the_header_and_jni_onload() {
    let library = support::library();
    let symbols = support::run(Command::new("nm").args(["-D", "--defined-only", "--format=posix"]).arg(&library));
    let exported: BTreeSet<&str> = symbols.lines().filter_map(|line| line.split(' ').next()).collect();
    let header = support::header::text();
    let functions = support::header::functions(&header);
    let mut wanted: BTreeSet<&str> = functions.iter().map(|function| function.name.as_str()).collect();
    wanted.insert("JNI_OnLoad");
    let missing: Vec<_> = wanted.difference(&exported).collect();
    let unwanted: Vec<_> = exported.difference(&wanted).take(20).collect();
    assert!(missing.is_empty() && unwanted.is_empty(), "missing: {missing:?}; not in the header: {unwanted:?}");
}

#[test]
fn nothing_of_the_library_is_destroyed_at_exit_while_threads_may_use_it() {
    let symbols =
        support::run(Command::new("nm").args(["-D", "--undefined-only", "--format=posix"]).arg(support::library()));
    let mut functions = symbols.lines().filter_map(|line| line.split([' ', '@']).next());
    assert!(functions.clone().any(|function| function == "on_exit"), "nm was not understood: {symbols}");
    assert!(!functions.any(|function| function == "__cxa_atexit"), "src/statics.c is not in its place");
}

#[test]
fn every_function_bears_the_prefix_and_every_handle_has_its_free() {
    let header = support::header::text();
    let functions = support::header::functions(&header);
    assert!(functions.len() > 50, "the header was not understood: {} functions", functions.len());
    assert!(functions.iter().all(|function| function.name.starts_with("gabion_")));
    for noun in support::header::handles(&header) {
        let free = functions.iter().find(|function| function.name == format!("gabion_{noun}_free"));
        let free = free.unwrap_or_else(|| panic!("gabion_{noun} has no _free"));
        assert_eq!(free.result, "void");
        assert!(free.may_be_null(&free.parameters[0]), "gabion_{noun}_free(NULL) does nothing");
    }
}

#[test]
fn every_gift_is_announced_by_the_same_sentence() {
    let header = support::header::text();
    let kinds = support::header::handles(&header);
    for function in support::header::functions(&header) {
        for parameter in function.parameters.iter().filter(|parameter| parameter.name != "out_error") {
            let gift = kinds.iter().any(|kind| parameter.c_type == format!("gabion_{kind} **"));
            let announced = function.comment.split("On success the caller owns ").nth(1).unwrap_or("");
            let named = announced.contains(&format!("`*{}`", parameter.name));
            assert_eq!(gift, named, "{}: {}", function.name, parameter.name);
        }
    }
}
