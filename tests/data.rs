//! Every operation on rows, on both memtable kinds, against a model.

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use common::random::is_soak;
use common::{all_rows, open, options, scan_rows};
use gabion::scan::ScanRange;
use gabion::{Backend, Batch, Code, ColumnFamily};
use proptest::prelude::*;

const MEMTABLES: [&str; 2] = ["skip-list", "hash-link-list"];

#[derive(Clone, Debug)]
enum Step {
    Put(Vec<u8>, Vec<u8>),
    Merge(Vec<u8>, Vec<u8>),
    Delete(Vec<u8>),
    DeleteRange(Vec<u8>, Vec<u8>),
    Batch(Vec<(Vec<u8>, Option<Vec<u8>>)>),
    Clear,
    Flush,
    Compact,
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![Just(vec![]), prop::collection::vec(0u8..4, 1..4), prop::collection::vec(any::<u8>(), 1..3)]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..20)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (key(), value()).prop_map(|(key, value)| Step::Put(key, value)),
        6 => (key(), value()).prop_map(|(key, value)| Step::Merge(key, value)),
        3 => key().prop_map(Step::Delete),
        2 => (key(), key()).prop_map(|(from, to)| Step::DeleteRange(from, to)),
        2 => prop::collection::vec((key(), prop::option::of(value())), 0..6).prop_map(Step::Batch),
        1 => Just(Step::Clear),
        1 => Just(Step::Flush),
        1 => Just(Step::Compact),
    ]
}

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

fn append(model: &mut Model, key: &[u8], operand: &[u8]) {
    match model.get_mut(key) {
        Some(value) => {
            value.push(b'|');
            value.extend_from_slice(operand);
        }
        None => drop(model.insert(key.to_vec(), operand.to_vec())),
    }
}

fn apply(step: &Step, backend: &Backend, family: &ColumnFamily, model: &mut Model) {
    match step {
        Step::Put(key, value) => {
            family.put(key, value).unwrap();
            model.insert(key.clone(), value.clone());
        }
        Step::Merge(key, operand) => {
            family.merge(key, operand).unwrap();
            append(model, key, operand);
        }
        Step::Delete(key) => {
            family.delete(key).unwrap();
            model.remove(key);
        }
        Step::DeleteRange(from, to) => {
            family.delete_range(from, to).unwrap();
            model.retain(|key, _| !(from <= key && key < to));
        }
        Step::Batch(writes) => {
            let mut batch = Batch::new();
            for (key, value) in writes {
                match value {
                    Some(value) => {
                        batch.put(family, key, value).unwrap();
                        model.insert(key.clone(), value.clone());
                    }
                    None => {
                        batch.delete(family, key).unwrap();
                        model.remove(key);
                    }
                }
            }
            assert_eq!(batch.count(), writes.len());
            backend.write(&batch).unwrap();
        }
        Step::Clear => {
            family.clear().unwrap();
            model.clear();
        }
        Step::Flush => backend.flush().unwrap(),
        Step::Compact => family.compact().unwrap(),
    }
}

fn check(family: &ColumnFamily, model: &Model, from: &[u8], to: &[u8]) {
    let rows = |pairs: &mut dyn Iterator<Item = (&Vec<u8>, &Vec<u8>)>| {
        pairs.map(|(key, value)| (key.clone(), value.clone())).collect::<Vec<_>>()
    };
    assert_eq!(all_rows(family), rows(&mut model.iter()));
    let range = ScanRange { from: Some(from.to_vec()), to: Some(to.to_vec()), backward: true };
    let expected = rows(&mut model.iter().rev().filter(|(key, _)| from <= key.as_slice() && key.as_slice() < to));
    assert_eq!(scan_rows(family, &range, None, 16).unwrap(), expected);
    let keys: Vec<&[u8]> = model.keys().map(Vec::as_slice).chain([from, to]).collect();
    let values: Vec<_> = keys.iter().map(|key| model.get(*key).cloned()).collect();
    assert_eq!(family.multi_get(&keys).unwrap(), values);
    for (key, value) in keys.into_iter().zip(values) {
        assert_eq!(family.contains(key).unwrap(), value.is_some());
        assert_eq!(family.get(key).unwrap(), value);
        let mut buffer = [7; 8];
        assert_eq!(family.get_into(key, &mut buffer).unwrap(), value.as_ref().map(Vec::len));
        match value {
            Some(value) if value.len() <= 8 => assert_eq!(buffer[..value.len()], value),
            _ => assert_eq!(buffer, [7; 8]),
        }
    }
}

fn cases() -> u32 {
    if is_soak() { 2000 } else { 60 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_family_behaves_like_a_sorted_map(steps in prop::collection::vec(step(), 1..60), from in key(), to in key()) {
        let scratch = open(&[]);
        for memtable in MEMTABLES {
            let kinds = options(&[("memtable", memtable), ("merge", "string-append"), ("merge.delimiter", "|")]);
            let family = scratch.backend.create_column_family(memtable.as_bytes(), b"", &kinds).unwrap();
            let mut model = Model::new();
            for step in &steps {
                apply(step, &scratch.backend, &family, &mut model);
            }
            check(&family, &model, &from, &to);
        }
    }
}

#[test]
fn a_scan_and_a_view_see_the_moment_they_were_made() {
    for memtable in MEMTABLES {
        let scratch = open(&[]);
        let family = scratch.backend.create_column_family(b"f", b"", &options(&[("memtable", memtable)])).unwrap();
        family.put(b"a", b"1").unwrap();
        let view = scratch.backend.view().unwrap();
        let mut scan = family.scan(&ScanRange::default(), None).unwrap();
        family.put(b"a", b"2").unwrap();
        family.put(b"b", b"2").unwrap();
        let mut block = [0; 100];
        let filled = scan.fill(&mut block).unwrap();
        assert_eq!((filled.rows, filled.done), (1, true));
        assert_eq!(gabion::scan::rows(&block[..filled.bytes]).next(), Some((&b"a"[..], &b"1"[..])));
        assert_eq!(view.get(&family, b"a").unwrap(), Some(b"1".to_vec()));
        assert_eq!(view.get(&family, b"b").unwrap(), None);
        assert_eq!(
            scan_rows(&family, &ScanRange::default(), Some(&view), 50).unwrap(),
            [(b"a".to_vec(), b"1".to_vec())]
        );
        assert_eq!(family.get(b"a").unwrap(), Some(b"2".to_vec()));
    }
}

#[test]
fn counters_add_and_wrap_and_refuse_other_lengths() {
    let scratch = open(&[]);
    let family = scratch.backend.create_column_family(b"n", b"", &options(&[("merge", "uint64-add")])).unwrap();
    family.merge(b"k", &5u64.to_le_bytes()).unwrap();
    family.merge(b"k", &u64::MAX.to_le_bytes()).unwrap();
    assert_eq!(family.get(b"k").unwrap(), Some(4u64.to_le_bytes().to_vec()));
    assert_eq!(family.merge(b"k", b"1234567").unwrap_err().code, Code::InvalidArgument);
    assert_eq!(family.put(b"k", b"").unwrap_err().code, Code::InvalidArgument);
    let mut batch = Batch::new();
    assert_eq!(batch.merge(&family, b"k", b"123456789").unwrap_err().code, Code::InvalidArgument);
    batch.delete(&family, b"k").unwrap();
    scratch.backend.write(&batch).unwrap();
    assert_eq!(family.get(b"k").unwrap(), None);
}

#[test]
fn merging_without_a_merge_kind_is_refused() {
    let scratch = open(&[]);
    let family = scratch.backend.create_column_family(b"n", b"", &options(&[])).unwrap();
    assert!(family.merge(b"k", b"v").unwrap_err().message.contains("`merge`"));
}

#[test]
fn any_delimiter_byte_separates_appended_operands() {
    let scratch = open(&[]);
    for delimiter in [0u8, b',', b';', b'}', b'{', b'\\', b'#', b'=', b' ', b'\n', 0x80, 0xff] {
        let kinds = options(&[("merge", "string-append"), ("merge.delimiter", &format!("0x{delimiter:02x}"))]);
        let family = scratch.backend.create_column_family(&[b'd', delimiter], b"", &kinds).unwrap();
        family.merge(b"k", b"one").unwrap();
        family.merge(b"k", b"two").unwrap();
        scratch.backend.flush().unwrap();
        assert_eq!(family.get(b"k").unwrap(), Some([&b"one"[..], &[delimiter], b"two"].concat()), "{delimiter:#x}");
    }
}

#[test]
fn a_flush_joins_the_operands_that_were_appended_to_a_key() {
    let scratch = open(&[]);
    let kinds = options(&[("merge", "string-append"), ("merge.delimiter", "|")]);
    let family = scratch.backend.create_column_family(b"joined", b"", &kinds).unwrap();
    for operand in ["a", "", "bc", "d"] {
        family.merge(b"k", operand.as_bytes()).unwrap();
    }
    scratch.backend.flush().unwrap();
    let metrics = scratch.backend.metrics().unwrap();
    let entries = metrics.iter().find(|metric| metric.name == "column_family.joined.estimate-num-keys").unwrap().value;
    assert_eq!(entries, 1, "one entry for four operands");
    family.merge(b"k", b"e").unwrap();
    assert_eq!(family.get(b"k").unwrap().unwrap(), b"a||bc|d|e");
}

/// The time for which this thread has had a processor.
fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it writes to `time` alone.
    assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) }, 0);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The time that this many appends to one key take, and that of one get of them: from the memtable, and from a file.
fn appended(count: usize) -> [Duration; 3] {
    let scratch = open(&[]);
    let family = scratch.backend.create_column_family(b"l", b"", &options(&[("merge", "string-append")])).unwrap();
    let operands: Vec<String> = (0..count).map(|n| format!("{n:07}")).collect();
    let expected = operands.join(",");
    let timed = |work: &dyn Fn()| {
        let start = cpu_time();
        work();
        cpu_time() - start
    };
    let appends = timed(&|| operands.iter().for_each(|operand| family.merge(b"k", operand.as_bytes()).unwrap()));
    let get = || timed(&|| assert!(family.get(b"k").unwrap().unwrap() == expected.as_bytes()));
    let from_memory = get().min(get());
    scratch.backend.flush().unwrap();
    [appends, from_memory, get().min(get())]
}

#[test]
fn fifty_thousand_appends_to_one_key_and_a_get_take_linear_time() {
    const FEW: usize = 5_000;
    // The best of some rounds: other work on the machine takes the caches away.
    let best = |count| {
        let rounds: Vec<_> = (0..4).map(|_| appended(count)).collect();
        [0, 1, 2].map(|step| rounds.iter().map(|times| times[step]).min().unwrap())
    };
    let (few, many) = (best(FEW), best(10 * FEW));
    for (step, (few, many)) in
        ["the appends", "a get from memory", "a get from a file"].iter().zip(few.into_iter().zip(many))
    {
        // Ten times as many: linear work takes ten times as long, quadratic work a hundred times.
        assert!(many < few * 35, "{step}: {few:?} for {FEW}, {many:?} for ten times as many");
    }
}

#[test]
fn a_batch_applies_to_several_families_or_to_none() {
    let scratch = open(&[]);
    let backend = &scratch.backend;
    let one = backend.create_column_family(b"1", b"", &options(&[])).unwrap();
    let two = backend.create_column_family(b"2", b"", &options(&[])).unwrap();
    let mut batch = Batch::new();
    batch.put(&one, b"k", b"v").unwrap();
    batch.put(&two, b"k", b"w").unwrap();
    backend.drop_column_family(&two).unwrap();
    assert!(backend.write(&batch).is_err());
    assert_eq!(one.get(b"k").unwrap(), None);
    batch.clear();
    batch.put(&one, b"k", b"v").unwrap();
    backend.write(&batch).unwrap();
    assert_eq!(one.get(b"k").unwrap(), Some(b"v".to_vec()));
    assert_eq!(two.get(b"k").unwrap_err().code, Code::NotFound);
    let other = open(&[]);
    assert_eq!(other.backend.write(&batch).unwrap_err().code, Code::InvalidArgument);
}

#[test]
fn a_block_too_small_for_a_row_says_how_large_it_must_be() {
    let scratch = open(&[]);
    let family = scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
    family.put(b"key", &[1; 1000]).unwrap();
    let mut scan = family.scan(&ScanRange::default(), None).unwrap();
    let filled = scan.fill(&mut [0; 100]).unwrap();
    assert_eq!((filled.rows, filled.bytes, filled.done, filled.needed), (0, 0, false, 1011));
    assert_eq!(scan.fill(&mut vec![0; 1011]).unwrap().rows, 1);
}
