//! What a person can mend has a sentence of its own, on each store.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use gabion::snapshot::{Kind, SnapshotDirectory};
use gabion::{Error, Options};
use hyper::Method;

use crate::data::{Data, assert_helps, restore};
use crate::place::{Place, alone, servers};
use crate::servers::proxy::{Fault, Rule};
use crate::servers::{self, Server};

const LIMIT: Duration = Duration::from_secs(120);

/// The error has `words`, helps, and was not tried in vain more often than once.
fn assert_sentence(error: &Error, place: &Place, words: &str, what: &str) {
    assert!(error.message.contains(words), "{what}: no {words:?} in: {error}");
    assert_helps(error, place, what);
    assert!(error.message.contains("(tried once)"), "{what}: {error}");
}

/// A snapshot, a list and a restore, each of which must fail.
fn fail_all(data: &Data, place: &Place, number: u64, options: &Options) -> [(&'static str, Error); 3] {
    let directory = SnapshotDirectory::open(&place.url, options).unwrap();
    [
        ("snapshot", data.take(Kind::Native, place, options, LIMIT).unwrap_err()),
        ("list", directory.list().unwrap_err()),
        ("restore", restore(place, number, options, LIMIT).unwrap_err()),
    ]
}

/// What stores say of one thing.
fn answers_of(server: &Server, what: &str) -> Vec<(u16, &'static str)> {
    let is_azure = server.name == "azurite";
    let is_google = server.name == "google";
    match (what, is_azure, is_google) {
        ("expired", true, _) => vec![(401, "InvalidAuthenticationInfo"), (403, "AuthenticationFailed")],
        ("expired", _, true) => vec![(401, "AuthenticationRequired"), (401, "")],
        ("expired", ..) => vec![(400, "ExpiredToken"), (403, "InvalidAccessKeyId"), (400, "TokenRefreshRequired")],
        ("denied", true, _) => vec![(403, "AuthorizationPermissionMismatch"), (403, "AuthorizationFailure")],
        ("denied", ..) => vec![(403, "AccessDenied")],
        ("region", false, false) => {
            vec![(400, "AuthorizationHeaderMalformed"), (301, "PermanentRedirect"), (307, "TemporaryRedirect")]
        }
        ("full", ..) => vec![(507, "InsufficientStorage"), (507, "")],
        ("clock", false, false) => vec![(403, "RequestTimeTooSkewed")],
        _ => Vec::new(),
    }
}

#[test]
fn each_thing_that_a_person_can_mend_has_its_own_sentence() {
    const TEST: &str = "each_thing_that_a_person_can_mend_has_its_own_sentence";
    const SENTENCES: [(&str, &str); 5] = [
        ("expired", "the credential is wrong or has expired; renew it where store.credentials says"),
        ("denied", "the credential may not do this; it needs the rights to list, read, write and delete there"),
        ("region", "the bucket is in another region or at another endpoint; set aws_region"),
        ("full", "the store is full or its quota is used up; make room, and snapshots go on"),
        ("clock", "this machine's clock differs from the store's; set it"),
    ];
    let alone = alone();
    let data = Data::new(false);
    for server in servers(TEST) {
        for (thing, sentence) in SENTENCES {
            for (status, code) in answers_of(server, thing) {
                let place = Place::new(server);
                let number = data.take(Kind::Native, &place, &place.options(&[]), LIMIT).unwrap().number;
                place.befall(Rule::of(Fault::Refused(status, code)));
                for (operation, error) in fail_all(&data, &place, number, &place.options(&[])) {
                    let what = format!("{thing}, {status} {code:?}, {operation} on {}", server.name);
                    assert_sentence(&error, &place, sentence, &what);
                    assert!(error.message.contains(&format!("it answered {status}")), "{what}: {error}");
                }
                place.heal();
                // Mended, it goes on where it was.
                data.take(Kind::Native, &place, &place.options(&[]), LIMIT).unwrap();
                assert_eq!(place.check(thing).0.len(), 2);
            }
        }
    }
    drop(data);
    alone.end(TEST);
}

#[test]
fn who_may_read_and_not_write_is_told_so_and_leaves_nothing() {
    const TEST: &str = "who_may_read_and_not_write_is_told_so_and_leaves_nothing";
    let alone = alone();
    let data = Data::new(true);
    for server in servers(TEST) {
        let place = Place::new(server);
        let number = data.take(Kind::Native, &place, &place.options(&[]), LIMIT).unwrap().number;
        for method in [Method::PUT, Method::POST] {
            place.befall(Rule::of(Fault::Refused(403, "AccessDenied")).method(method));
        }
        let error = data.take(Kind::Portable, &place, &place.options(&[]), LIMIT).unwrap_err();
        assert_sentence(&error, &place, "it needs the rights to list, read, write and delete", server.name);
        assert!(restore(&place, number, &place.options(&[]), LIMIT).unwrap() == data.contents, "{}", server.name);
        assert_eq!(place.check(TEST).0.len(), 1);
    }
    drop(data);
    alone.end(TEST);
}

#[test]
fn a_wrong_key_is_told_by_the_servers_that_look_at_it() {
    const TEST: &str = "a_wrong_key_is_told_by_the_servers_that_look_at_it";
    let alone = alone();
    let data = Data::new(false);
    for server in servers(TEST) {
        let (name, wrong) = match server.name {
            "s3s-fs" => ("aws_secret_access_key", "not-the-right-secret"),
            "azurite" => ("azure_storage_account_key", "bm90LXRoZS1yaWdodC1zZWNyZXQ="),
            other => {
                println!("SKIPPED: {TEST} on one store: {other} looks at no signature");
                continue;
            }
        };
        let place = Place::new(server);
        let number = data.take(Kind::Native, &place, &server.options(), LIMIT).unwrap().number;
        let mut options = server.options();
        options.set(name, wrong).unwrap();
        for (operation, error) in fail_all(&data, &place, number, &options) {
            let what = format!("{operation} on {}", server.name);
            assert_sentence(&error, &place, "the credential is wrong or has expired", &what);
            assert!(!error.message.contains(wrong), "{what}: it tells the secret: {error}");
        }
    }
    drop(data);
    alone.end(TEST);
}

#[test]
fn a_bucket_that_is_not_there_or_has_vanished_is_told() {
    const TEST: &str = "a_bucket_that_is_not_there_or_has_vanished_is_told";
    const SENTENCE: &str = "make the bucket or container first, or check the URL and the endpoint";
    let alone = alone();
    let data = Data::new(false);
    for server in servers(TEST) {
        let mut place = Place::new(server);
        place.url = place.url.replacen("gabion", "no-such-bucket", 1);
        for (operation, error) in fail_all(&data, &place, 1, &server.options()) {
            let what = format!("{operation} on {}", server.name);
            assert_sentence(&error, &place, SENTENCE, &what);
        }
    }
    let s3 = servers::s3();
    let bucket = format!("vanishing-under-a-backend-{}", std::process::id());
    let place = Place { url: format!("{}/x", s3.make_bucket(&bucket)), ..Place::new(&s3.server) };
    let number = data.take(Kind::Native, &place, &s3.server.options(), LIMIT).unwrap().number;
    s3.remove_bucket(&bucket);
    for (operation, error) in fail_all(&data, &place, number, &s3.server.options()) {
        assert_sentence(&error, &place, SENTENCE, operation);
    }
    drop(data);
    alone.end(TEST);
}

/// A small file system in memory.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Why there is none, if so: it takes the right to mount.
    fn new(parent: &Path, size: &str) -> Result<SmallDisk, String> {
        let path = parent.join("small-disk");
        std::fs::create_dir(&path).unwrap();
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(&path).output();
        match mount {
            Ok(output) if output.status.success() => Ok(SmallDisk(path)),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[test]
fn a_store_whose_disk_is_full_fails_the_snapshot_and_not_the_next_one() {
    const TEST: &str = "a_store_whose_disk_is_full_fails_the_snapshot_and_not_the_next_one";
    let alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let disk = match SmallDisk::new(folder.path(), "60m") {
        Ok(disk) => disk,
        Err(why) => return println!("SKIPPED: {TEST}: no small file system: {why}"),
    };
    let server = &Box::leak(Box::new(servers::S3::at(&disk.0))).server;
    let ballast = disk.0.join("ballast");
    std::fs::write(&ballast, vec![0; 48 << 20]).unwrap();
    let (data, place) = (Data::new(true), Place::new(server));
    let mut options = server.options();
    options.set("store.retries", "2").unwrap();
    let error = data.take(Kind::Native, &place, &options, LIMIT).unwrap_err();
    assert_helps(&error, &place, TEST);
    // It says no more than this; a store that says what is wrong has the sentence above.
    assert!(error.message.contains("it answered 500 InternalError"), "{error}");
    std::fs::remove_file(&ballast).unwrap();
    place.check(TEST);
    let info = data.take(Kind::Native, &place, &options, LIMIT).unwrap();
    let (there, _) = place.check(TEST);
    assert_eq!(there.iter().map(|info| info.number).collect::<Vec<_>>(), [info.number]);
    data.assert_restored(&place, info.number, TEST);
    drop(data);
    alone.end(TEST);
}

#[test]
fn a_local_disk_that_is_full_fails_the_restore_and_leaves_nothing_on_it() {
    const TEST: &str = "a_local_disk_that_is_full_fails_the_restore_and_leaves_nothing_on_it";
    let alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let disk = match SmallDisk::new(folder.path(), "12m") {
        Ok(disk) => disk,
        Err(why) => return println!("SKIPPED: {TEST}: no small file system: {why}"),
    };
    let data = Data::new(true);
    for server in servers(TEST) {
        let place = Place::new(server);
        for kind in [Kind::Native, Kind::Portable] {
            let number = data.take(kind, &place, &server.options(), LIMIT).unwrap().number;
            let mut options = server.options();
            options.set("storage.paths", disk.0.to_str().unwrap()).unwrap();
            let source = gabion::restore::Source::Number { url: place.url.clone(), number };
            let error = gabion::Backend::restore(&options, None, &[source], &Default::default()).unwrap_err();
            assert!(error.message.contains("No space left on device"), "{kind:?} on {}: {error}", server.name);
            assert!(error.message.contains(disk.0.to_str().unwrap()), "{kind:?} on {}: {error}", server.name);
            assert_eq!(crate::common::swept::names(&disk.0), Vec::<String>::new(), "{kind:?} on {}", server.name);
        }
    }
    drop(data);
    alone.end(TEST);
}
