//! Backends whose snapshots are in stores of other machines.

use std::time::{Duration, Instant};

use gabion::restore::{KeyRange, Source};
use gabion::snapshot::{Kind, Snapshot, SnapshotDirectory, SnapshotInfo, SnapshotRequest, State};
use gabion::{Backend, Code, Options};

use crate::common::{contents, open, request, wait_until};
use crate::faults::{SOON, assert_quick};
use crate::servers::{self, Fault, Server};

/// A folder of a server, as a host knows it.
struct Place {
    url: String,
    options: Options,
}

impl Place {
    fn on(server: &Server) -> Self {
        Self { url: server.folder(), options: server.options() }
    }

    fn request(&self, kind: Kind) -> SnapshotRequest {
        SnapshotRequest { options: self.options.clone(), ..request(kind, &self.url) }
    }

    fn take(&self, backend: &Backend, kind: Kind) -> SnapshotInfo {
        let snapshot = backend.start_snapshot(&self.request(kind)).unwrap();
        snapshot.wait(None);
        snapshot.result().unwrap()
    }

    fn directory(&self) -> SnapshotDirectory {
        SnapshotDirectory::open(&self.url, &self.options).unwrap()
    }

    fn restore(&self, source: Source) -> (Backend, tempfile::TempDir) {
        let storage = tempfile::tempdir().unwrap();
        let mut options = self.options.clone();
        options.set("storage.paths", storage.path().to_str().unwrap()).unwrap();
        (Backend::restore(&options, None, &[source], &KeyRange::default()).unwrap().0, storage)
    }

    fn names(&self, folder: &str) -> Vec<String> {
        crate::stores::names(self.directory().store().as_ref(), folder)
    }
}

/// Rows that don't compress, `megabytes` of them, in files of RocksDB.
fn fill(backend: &Backend, megabytes: usize) {
    let family = backend.register_column_family(b"rows", b"", &Options::new()).unwrap();
    let mut state = 88_172_645_463_325_252_u64;
    let mut value = vec![0; 1 << 20];
    for row in 0..megabytes {
        for piece in value.chunks_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            piece.copy_from_slice(&state.to_le_bytes());
        }
        family.put(format!("{row:04}").as_bytes(), &value).unwrap();
    }
    backend.flush().unwrap();
}

fn servers() -> Vec<&'static Server> {
    let (servers, missing) = servers::all();
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    missing.iter().for_each(|why| println!("SKIPPED: {test} on one store: {why}"));
    servers
}

#[test]
fn a_backend_is_restored_from_every_store() {
    for server in servers() {
        let (scratch, place) = (open(&[("write_buffer_size", "64M")]), Place::on(server));
        fill(&scratch.backend, 40);
        let before = contents(&scratch.backend);
        for kind in [Kind::Native, Kind::Portable] {
            let info = place.take(&scratch.backend, kind);
            assert_eq!(place.directory().verify(info.number).unwrap(), info.bytes, "{}", server.name);
            let (restored, _storage) = place.restore(Source::Number { url: place.url.clone(), number: info.number });
            assert!(contents(&restored) == before, "{} {kind:?}", server.name);
        }
        assert!(place.names("uploads").is_empty() && place.names("intents").is_empty(), "{}", server.name);
    }
}

#[test]
fn files_that_a_store_has_are_not_put_again() {
    for server in servers() {
        let (scratch, place) = (open(&[("disable_auto_compactions", "true")]), Place::on(server));
        fill(&scratch.backend, 3);
        let first = place.take(&scratch.backend, Kind::Native);
        let family = scratch.backend.column_family(b"rows").unwrap().unwrap();
        family.put(b"more", b"row").unwrap();
        let second = place.take(&scratch.backend, Kind::Native);
        assert!(second.bytes_written * 10 < first.bytes_written, "{}: {first:?} {second:?}", server.name);
        // The second one stands alone when the first is gone.
        place.directory().discard(first.number).unwrap();
        place.directory().sweep(Duration::ZERO, false).unwrap();
        let (restored, _storage) = place.restore(Source::Latest { url: place.url.clone() });
        assert!(contents(&restored) == contents(&scratch.backend));
        drop(scratch);
        // Nor by the backend that was restored from there.
        let third = place.take(&restored, Kind::Native);
        assert!(third.bytes_written * 10 < first.bytes_written, "{}: {third:?}", server.name);
    }
}

#[test]
fn a_file_that_other_hands_removed_is_put_again() {
    let (scratch, place) = (open(&[]), Place::on(&servers::s3().server));
    fill(&scratch.backend, 2);
    place.take(&scratch.backend, Kind::Native);
    let tables: Vec<String> = place.names("files").into_iter().filter(|name| name.ends_with(".sst")).collect();
    place.directory().store().delete(&tables, &gabion::store::Control::new()).unwrap();
    let second = place.take(&scratch.backend, Kind::Native);
    assert_eq!(place.directory().verify(second.number).unwrap(), second.bytes);
}

#[test]
fn a_host_comes_with_another_credential_and_stays_the_same_writer() {
    let (scratch, mut place) = (open(&[]), Place::on(&servers::s3().server));
    fill(&scratch.backend, 1);
    let first = place.take(&scratch.backend, Kind::Native);
    let right = place.options.clone();
    place.options.set("aws_secret_access_key", "it has expired").unwrap();
    let snapshot = scratch.backend.start_snapshot(&place.request(Kind::Native)).unwrap();
    assert_eq!(snapshot.wait(None), State::Failed);
    let error = snapshot.result().unwrap_err();
    assert!(error.message.contains("expired; renew it"), "{error}");
    place.options = right;
    let second = place.take(&scratch.backend, Kind::Native);
    assert_eq!(second.number, first.number + 1, "no new epoch lies between them");
}

/// Cancels when `has_come`; answers how long the job then took to end.
fn cancel(snapshot: &Snapshot, has_come: impl Fn() -> bool) -> Duration {
    wait_until("the request", has_come);
    let started = Instant::now();
    snapshot.cancel();
    snapshot.wait(None);
    started.elapsed()
}

#[test]
fn a_job_is_cancelled_within_a_second_at_whatever_request_the_store_hangs() {
    let google = servers::google();
    let mut times = Vec::new();
    for (method, part) in [
        ("GET", "?list-type"),
        ("PUT", "sequence/00000000000000000001"),
        ("PUT", "intents/"),
        ("PUT", "files/"),
        ("HEAD", "files/"),
        ("POST", "files/"),
        ("PUT", "uploads/"),
        ("PUT", "sequence/00000000000000000002"),
        ("DELETE", "intents/"),
    ] {
        let (scratch, place) = (open(&[("write_buffer_size", "64M")]), Place::on(&google.server));
        fill(&scratch.backend, 20);
        let own = place.url.rsplit('/').next().unwrap().to_owned();
        let uri = if part.starts_with('?') { own.clone() } else { format!("{own}/{part}") };
        google.fail(method, &uri, Fault::Silence, 1);
        let snapshot = scratch.backend.start_snapshot(&place.request(Kind::Native)).unwrap();
        times.push(cancel(&snapshot, || google.requests_of(method, &uri) > 0));
        match snapshot.result() {
            // It had published already.
            Ok(_) => assert_eq!(method, "DELETE"),
            Err(error) => assert_eq!(error.code, Code::Cancelled, "{method} {part}: {error}"),
        }
        google.heal(&own);
        // What goes on behind its back comes to an end, and a sweep finds nothing that it can't take.
        let started = Instant::now();
        loop {
            let swept = place.directory().sweep(Duration::ZERO, false);
            let left = ["files", "intents", "uploads"].map(|folder| place.names(folder));
            let listed = place.directory().list().unwrap().len();
            if swept.is_ok() && google.open_uploads(&own) == 0 && (listed == 1 || left.iter().all(Vec::is_empty)) {
                break;
            }
            assert!(started.elapsed() < Duration::from_secs(30), "{method} {part}: {left:?} {swept:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    assert_quick(&times);
}

#[test]
fn closing_a_backend_does_not_wait_for_a_store() {
    let google = servers::google();
    let (scratch, place) = (open(&[]), Place::on(&google.server));
    fill(&scratch.backend, 1);
    let files = format!("{}/files/", place.url.rsplit('/').next().unwrap());
    google.fail("PUT", &files, Fault::Silence, 99);
    let snapshot = scratch.backend.start_snapshot(&place.request(Kind::Native)).unwrap();
    wait_until("the request", || google.requests_of("PUT", &files) > 0);
    let started = Instant::now();
    scratch.backend.close().unwrap();
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    assert_eq!(snapshot.result().unwrap_err().code, Code::Cancelled);
}
