//! A portable snapshot pulled and pushed as one stream of bytes.

mod common;

use common::{contents, open, options};
use gabion::restore::KeyRange;
use gabion::{Backend, Code};

fn filled() -> common::Scratch {
    let scratch = open(&[]);
    let append = options(&[("merge", "string-append"), ("merge.delimiter", "0x00"), ("memtable", "hash-link-list")]);
    let list = scratch.backend.create_column_family(b"list", b"a list", &append).unwrap();
    let plain = scratch.backend.create_column_family("größe".as_bytes(), b"", &options(&[])).unwrap();
    scratch.backend.create_column_family(b"", b"", &options(&[])).unwrap();
    for key in 0..5000u32 {
        plain.put(&key.to_be_bytes(), &vec![key as u8; key as usize % 700]).unwrap();
        list.merge(&(key % 50).to_be_bytes(), &key.to_le_bytes()).unwrap();
    }
    plain.put(b"large", &vec![9; 3 << 20]).unwrap();
    scratch
}

fn pull(backend: &Backend, block: usize) -> Vec<u8> {
    let mut stream = backend.pull_stream(b"id", b"metadata").unwrap();
    backend.column_family(b"list").unwrap().unwrap().put(b"later", b"not in the stream").unwrap();
    let (mut block, mut bytes) = (vec![0; block], Vec::new());
    loop {
        match stream.read(&mut block).unwrap() {
            0 => return bytes,
            length => bytes.extend_from_slice(&block[..length]),
        }
    }
}

fn push(bytes: &[u8], piece: usize, range: &KeyRange) -> gabion::Result<(Backend, tempfile::TempDir)> {
    let storage = tempfile::tempdir().unwrap();
    let settings = options(&[("storage.paths", storage.path().to_str().unwrap())]);
    let mut stream = Backend::push_stream(&settings, None, range).unwrap();
    bytes.chunks(piece).try_for_each(|piece| stream.write(piece))?;
    let (backend, info) = stream.finish()?;
    assert_eq!((info.id.as_slice(), info.metadata.as_slice()), (&b"id"[..], &b"metadata"[..]));
    Ok((backend, storage))
}

#[test]
fn what_is_pulled_can_be_pushed_whatever_the_pieces() {
    let scratch = filled();
    let before = contents(&scratch.backend);
    let bytes = pull(&scratch.backend, 1000);
    for piece in [1 << 20, 4099, 77] {
        let (backend, _storage) = push(&bytes, piece, &KeyRange::default()).unwrap();
        assert_eq!(contents(&backend), before);
        let list = backend.column_family(b"list").unwrap().unwrap();
        assert_eq!(list.descriptor(), b"a list");
        list.merge(b"x", b"y").unwrap();
    }
    let again = filled();
    let same = pull(&again.backend, 1 << 20);
    assert_eq!(same.len(), bytes.len());
}

#[test]
fn a_key_range_keeps_only_its_keys() {
    let scratch = filled();
    let range = KeyRange { from: 100u32.to_be_bytes().to_vec(), to: Some(200u32.to_be_bytes().to_vec()) };
    let expected: Vec<_> = contents(&scratch.backend)
        .into_iter()
        .map(|(name, rows)| (name, rows.into_iter().filter(|(key, _)| range.contains(key)).collect::<Vec<_>>()))
        .collect();
    let (backend, _storage) = push(&pull(&scratch.backend, 1 << 16), 1 << 16, &range).unwrap();
    assert_eq!(contents(&backend), expected);
    assert_eq!(expected[1].1.len(), 100);
}

#[test]
fn a_broken_stream_is_refused_and_leaves_nothing() {
    let bytes = pull(&filled().backend, 1 << 16);
    for length in [0, 5, 12, bytes.len() / 2, bytes.len() - 1] {
        assert_eq!(push(&bytes[..length], 1 << 16, &KeyRange::default()).err().unwrap().code, Code::Corruption);
    }
    let mut changed = bytes.clone();
    changed[bytes.len() / 3] ^= 1;
    assert_eq!(push(&changed, 1 << 16, &KeyRange::default()).err().unwrap().code, Code::Corruption);
    let longer = [&bytes[..], b"x"].concat();
    assert_eq!(push(&longer, 1 << 16, &KeyRange::default()).err().unwrap().code, Code::Corruption);
    let storage = tempfile::tempdir().unwrap();
    let settings = options(&[("storage.paths", storage.path().to_str().unwrap())]);
    let mut stream = Backend::push_stream(&settings, None, &KeyRange::default()).unwrap();
    stream.write(&bytes[..bytes.len() / 2]).unwrap();
    drop(stream);
    assert_eq!(std::fs::read_dir(storage.path()).unwrap().count(), 0);
}

#[test]
fn a_stream_of_a_closed_backend_says_so() {
    let scratch = filled();
    let mut stream = scratch.backend.pull_stream(b"", b"").unwrap();
    let mut block = vec![0; 1 << 16];
    assert!(stream.read(&mut block).unwrap() > 0);
    scratch.backend.close().unwrap();
    let end = loop {
        match stream.read(&mut block) {
            Ok(length) => assert!(length > 0, "a stream that breaks off must not look complete"),
            Err(error) => break error,
        }
    };
    assert_eq!(end.code, Code::Closed);
}
