//! No exported function can unwind: each has one of the bodies that catch panics, and nothing else catches them.

use std::fs;
use std::path::{Path, PathBuf};

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
    files.sort();
    files
}

fn sources() -> Vec<(PathBuf, String)> {
    let files = files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    files.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The bodies of the C functions of a file, with their names.
fn exports(source: &str) -> Vec<(&str, &str)> {
    let after_attribute = source.split("#[unsafe(no_mangle)]\n").skip(1);
    after_attribute
        .map(|text| {
            let (signature, rest) = text.split_once("{\n").expect("an export has a body");
            let name = signature.split_once("fn ").expect("an export is a function").1;
            let name = name.split(['(', '<']).next().unwrap();
            (name, rest.split_once("\n}\n").expect("an export ends").0)
        })
        .collect()
}

/// Whether all that a body does is one guarded call: nothing stands before it, and nothing behind its closing bracket.
fn is_guarded(body: &str) -> bool {
    ["call(out_error, ", "answer(", "release("].iter().any(|guard| {
        let Some(rest) = body.trim_start().strip_prefix(guard) else { return false };
        let mut depth = 1_u32;
        let end = rest.char_indices().find(|(_, letter)| {
            match letter {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        end.is_some_and(|(end, _)| matches!(rest[end + 1..].trim(), "" | ";"))
    })
}

#[test]
fn every_export_of_the_c_abi_is_guarded() {
    let mut count = 0;
    for (path, source) in sources() {
        if !path.to_string_lossy().contains("/src/abi/") {
            continue;
        }
        for (name, body) in exports(&source) {
            count += 1;
            assert!(
                is_guarded(body),
                "{name} in {}: its body must be call(…), answer(…) or release(…) only",
                path.display()
            );
        }
    }
    assert!(count > 50, "the source was not understood: {count} exports");
}

#[test]
fn c_functions_are_exported_from_the_abi_only() {
    for (path, source) in sources() {
        let place = path.to_string_lossy();
        let lone_entry = place.contains("/src/jni/") && source.matches("#[unsafe(no_mangle)]").count() <= 1;
        let allowed = place.contains("/src/abi/") || lone_entry;
        assert!(allowed || !source.contains("no_mangle"), "{place} exports a symbol");
        assert!(!source.contains("export_name"), "{place} exports a symbol under another name");
    }
}

#[test]
fn each_floor_has_one_place_where_panics_end() {
    let catching: Vec<String> = sources()
        .into_iter()
        .filter(|(path, source)| path.to_string_lossy().contains("/src/abi/") && source.contains("catch_unwind("))
        .map(|(path, _)| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(catching, ["boundary.rs"]);
}

#[test]
fn a_body_that_does_more_than_its_guard_is_found() {
    assert!(is_guarded("    call(out_error, || {\n        Ok(())\n    })"));
    assert!(is_guarded("    release(backend);"));
    assert!(!is_guarded("    prepare();\n    call(out_error, || Ok(()))"));
    assert!(!is_guarded("    call(out_error, || Ok(())); tidy()"));
    assert!(!is_guarded("    handle.len()"));
}
