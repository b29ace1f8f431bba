//! Manifests that say something else than they should, with headers that are right.

use gabion::Code;
use serde_json::{Value, json};

use crate::common::document;
use crate::common::random::{Random, is_soak, seed};
use crate::victim::{Outcome, Victim};

/// What is tried in the place of every member.
fn hostile_values() -> Vec<Value> {
    let numbers = [0, 1, 7, 1 << 32, i64::MAX as u64, 1 << 63, u64::MAX];
    let texts = [
        "",
        "%00",
        "%",
        "%2",
        "%41",
        "..",
        "../../../etc/passwd",
        "/etc/passwd",
        "a/b",
        "x\0y",
        "\u{fffd}",
        "C:\\x",
        "000001.sst",
        "MANIFEST-000001",
        "CURRENT",
        "default",
    ];
    let mut values: Vec<Value> = numbers.iter().map(|number| json!(number)).collect();
    values.extend(texts.iter().map(|text| json!(text)));
    values.extend([json!(-1), json!(1.5), json!(1e300), json!(true), json!(null), json!([]), json!({}), json!([[]])]);
    values.push(json!("x".repeat(70_000)));
    values
}

/// The paths to all members and elements of `json`, as JSON pointers.
fn pointers(json: &Value, at: &str, found: &mut Vec<String>) {
    let mut visit = |name: &str, value: &Value| {
        let here = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        found.push(here.clone());
        pointers(value, &here, found);
    };
    match json {
        Value::Object(members) => members.iter().for_each(|(name, value)| visit(name, value)),
        Value::Array(elements) => elements.iter().enumerate().for_each(|(at, value)| visit(&at.to_string(), value)),
        _ => {}
    }
}

fn set(json: &Value, pointer: &str, value: Value) -> Value {
    let mut changed = json.clone();
    *changed.pointer_mut(pointer).unwrap() = value;
    changed
}

fn without(json: &Value, pointer: &str) -> Value {
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let mut changed = json.clone();
    match changed.pointer_mut(parent).unwrap() {
        Value::Object(members) => drop(members.remove(last)),
        Value::Array(elements) => drop(elements.remove(last.parse().unwrap())),
        _ => unreachable!("only these have members"),
    }
    changed
}

/// With an element of an array twice; `None` for a member of an object.
fn twice(json: &Value, pointer: &str) -> Option<Value> {
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let mut changed = json.clone();
    let elements = changed.pointer_mut(parent).unwrap().as_array_mut()?;
    elements.push(elements[last.parse::<usize>().unwrap()].clone());
    Some(changed)
}

#[test]
fn a_manifest_with_any_member_changed_restores_the_same_or_is_refused() {
    let seed = seed("a_manifest_with_any_member_changed_restores_the_same_or_is_refused");
    let mut random = Random::new(seed);
    let (mut refused, mut same) = (0, 0);
    for victim in Victim::all() {
        let json = victim.json();
        let mut found = Vec::new();
        pointers(&json, "", &mut found);
        let mut manifests = Vec::new();
        for pointer in &found {
            manifests.push((pointer, without(&json, pointer)));
            manifests.extend(twice(&json, pointer).map(|json| (pointer, json)));
            manifests.extend(hostile_values().into_iter().map(|value| (pointer, set(&json, pointer, value))));
        }
        for _ in 0..if is_soak() { manifests.len() } else { 300 } {
            let (pointer, manifest) = manifests.swap_remove(random.index(manifests.len()));
            match victim.restore_with_json(&manifest, random.chance(50)) {
                Outcome::Refused(_) | Outcome::Failed(_) => refused += 1,
                Outcome::Same => same += 1,
                // What a manifest says of its families is what the snapshot is: another one.
                Outcome::Different(_) | Outcome::Unreadable(_) if pointer.starts_with("/families") => {}
                outcome => panic!("{} {pointer}: {outcome:?}", victim.name),
            }
        }
    }
    println!("{refused} manifests were refused, {same} restored the same");
}

/// Must be refused as corruption (or, for options, as invalid) before anything is written.
fn assert_refused(victim: &Victim, what: &str, manifest: &Value) {
    match victim.restore_with_json(manifest, false) {
        Outcome::Refused(error) => {
            assert!(matches!(error.code, Code::Corruption | Code::InvalidArgument), "{} {what}: {error}", victim.name);
        }
        outcome => panic!("{} {what}: {outcome:?}", victim.name),
    }
}

#[test]
fn hostile_members_are_refused_before_the_first_write() {
    for victim in Victim::all() {
        let json = victim.json();
        let mut found = Vec::new();
        pointers(&json, "", &mut found);
        let ending = |end: &str| found.iter().filter(|pointer| pointer.ends_with(end)).cloned().collect::<Vec<_>>();
        let mut tries: Vec<(String, Value)> = Vec::new();
        let objects = ["../x", "/etc/passwd", "a/b", "", ".", "..", "x", "CURRENT", "files/x", "%2e%2e", "a\0b"];
        ending("/object").iter().for_each(|at| tries.extend(objects.iter().map(|name| (at.clone(), json!(name)))));
        let sizes = [json!(-1), json!(1u64 << 63), json!(u64::MAX), json!(1e300), json!("7"), json!(null), json!(1)];
        ending("/size").iter().for_each(|at| tries.extend(sizes.iter().map(|size| (at.clone(), size.clone()))));
        let sums = [json!("0123456"), json!("0123456G"), json!("DEADBEEF"), json!(7), json!(""), json!("00000000")];
        ending("/crc32c").iter().for_each(|at| tries.extend(sums.iter().map(|sum| (at.clone(), sum.clone()))));
        let rows = [json!(-1), json!(1u64 << 63), json!(0), json!("1")];
        for at in ending("/rows").iter().filter(|at| at.contains("/files/")) {
            tries.extend(rows.iter().map(|rows| (at.clone(), rows.clone())));
        }
        let names = [
            "../000012.sst",
            "/000012.sst",
            "12.sst",
            "000012.SST",
            "000012.sst/../x",
            "CURRENT",
            "LOCK",
            "IDENTITY",
            "000012.log",
            "",
            "000000000000000000000012.sst",
            "+00012.sst",
            "MANIFEST-",
            "OPTIONS-x",
            "000012.sst\0",
        ];
        for at in ending("/name").iter().filter(|at| at.starts_with("/rocksdb")) {
            tries.extend(names.iter().map(|name| (at.clone(), json!(name))));
        }
        let currents = ["", "MANIFEST-999999%0A", "../MANIFEST-000005%0A", "MANIFEST-000005"];
        ending("/current").iter().for_each(|at| tries.extend(currents.iter().map(|text| (at.clone(), json!(text)))));
        ending("/rocksdb_id").iter().for_each(|at| tries.push((at.clone(), json!(1u64 << 32))));
        ending("/delimiter").iter().for_each(|at| tries.push((at.clone(), json!(256))));
        ending("/merge").iter().for_each(|at| tries.push((at.clone(), json!("evil"))));
        ending("/memtable").iter().for_each(|at| tries.push((at.clone(), json!("vector"))));
        let options =
            [("wal_dir", "/tmp"), ("nonsense", "1"), ("write_buffer_size", "many"), ("storage.paths", "/tmp")];
        for at in ending("/options") {
            tries.extend(options.iter().map(|(name, value)| (at.clone(), json!({*name: value}))));
        }
        for (member, values) in [
            ("/kind", vec![json!("strange"), json!(if victim.name == "portable" { "native" } else { "portable" })]),
            ("/number", vec![json!(999), json!(-1), json!(1u64 << 63)]),
            ("/epoch", vec![json!(1000), json!(1u64 << 63)]),
            ("/parents", vec![json!([1, 1]), json!([0]), json!([1u64 << 63])]),
            ("/job", vec![json!("x"), json!("A".repeat(32)), json!("a".repeat(31))]),
            ("/id", vec![json!("%41"), json!("x".repeat(4097)), json!(7)]),
            ("/families/0/name", vec![json!("x".repeat(65_537)), json!("%zz"), json!("ö")]),
        ] {
            tries.extend(values.into_iter().map(|value| (member.to_owned(), value)));
        }
        for (pointer, value) in &tries {
            assert_refused(&victim, &format!("{pointer} = {value:.60}"), &set(&json, pointer, value.clone()));
        }
        let absent =
            ["number", "epoch", "job", "kind", "created", "grace", "id", "metadata", "backend", "parents", "families"];
        absent
            .iter()
            .for_each(|name| assert_refused(&victim, &format!("no {name}"), &without(&json, &format!("/{name}"))));
        for pointer in found.iter().filter(|at| at.starts_with("/families/") || at.starts_with("/rocksdb/files/")) {
            if let Some(json) = twice(&json, pointer) {
                assert_refused(&victim, &format!("{pointer} twice"), &json);
            }
        }
        println!("{}: {} hostile members", victim.name, tries.len());
    }
}

#[test]
fn files_in_each_others_place_are_noticed() {
    for victim in Victim::all() {
        let json = victim.json();
        let mut found = Vec::new();
        pointers(&json, "", &mut found);
        // Whole descriptions of files change places, so that names, sizes and checksums go together.
        let files: Vec<&String> = found.iter().filter(|at| json.pointer(&format!("{at}/object")).is_some()).collect();
        let mut swaps = 0;
        for (at, one) in files.iter().enumerate() {
            for other in &files[at + 1..] {
                let mut changed = json.clone();
                for member in ["object", "size", "crc32c"] {
                    let [a, b] = [one, other].map(|at| format!("{at}/{member}"));
                    changed = set(&changed, &a, json.pointer(&b).unwrap().clone());
                    changed = set(&changed, &b, json.pointer(&a).unwrap().clone());
                }
                swaps += 1;
                let outcome = victim.restore_with_json(&changed, true);
                assert!(
                    matches!(outcome, Outcome::Refused(_) | Outcome::Failed(_)),
                    "{}: {one} and {other} in each other's place: {outcome:?}",
                    victim.name
                );
            }
        }
        assert!(swaps > 3);
    }
}

/// A file under the name of its new bytes, and the manifest that names it so.
pub struct Renamed {
    pub path: String,
    pub manifest: Vec<u8>,
}

/// Gives the file at `path` other bytes, and makes all names and checksums right for them.
pub fn renamed(victim: &Victim, path: &str, bytes: &[u8]) -> Renamed {
    let object = path.strip_prefix("files/").unwrap();
    let parts: Vec<&str> = object.splitn(4, '-').collect();
    let (_, rest) = parts[3].split_once('.').unwrap();
    let sum = format!("{:08x}", crc32c::crc32c(bytes));
    let new = format!("{}-{}-{}-{sum}.{rest}", parts[0], parts[1], bytes.len());
    let mut manifest = victim.json();
    let mut found = Vec::new();
    pointers(&manifest, "", &mut found);
    for pointer in found {
        if manifest.pointer(&format!("{pointer}/object")) == Some(&json!(object)) {
            for (member, value) in [("object", json!(new)), ("size", json!(bytes.len())), ("crc32c", json!(sum))] {
                manifest = set(&manifest, &format!("{pointer}/{member}"), value);
            }
        }
    }
    Renamed { path: format!("files/{new}"), manifest: document("manifest", &manifest) }
}
