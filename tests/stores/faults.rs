//! What stores do when something goes wrong: on a stub that fails on demand, and on s3s-fs.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use gabion::snapshot::SnapshotDirectory;
use gabion::store::{Control, Link, Store, Sum};
use gabion::{Code, Error, Options};
use tempfile::TempDir;

use crate::common::wait_until;
use crate::servers::{self, Fault, Google};
use crate::stores::{bytes, names, open};

const PART: usize = 16 << 20;
/// What is to take a second, on a busy machine.
pub const SOON: Duration = Duration::from_secs(10);

/// A folder of the stub, reached with these settings besides.
struct Folder {
    google: &'static Google,
    /// A part of the URIs of its requests, and only of its.
    own: String,
    store: Arc<dyn Store>,
    scratch: TempDir,
}

impl Folder {
    fn new(settings: &[(&str, &str)]) -> Self {
        let google = servers::google();
        let url = google.server.folder();
        let mut options = google.server.options();
        settings.iter().for_each(|(name, value)| options.set(name, value).unwrap());
        let own = url.rsplit('/').next().unwrap().to_owned();
        Self { google, own, store: open(&url, &options), scratch: TempDir::new().unwrap() }
    }

    /// The next `times` requests of `method` about what contains `part` go wrong.
    fn fail(&self, method: &str, part: &str, fault: Fault, times: usize) {
        self.google.fail(method, &format!("{}/{part}", self.own), fault, times);
    }

    fn file(&self, size: usize) -> (PathBuf, Sum) {
        let (path, data) = (self.scratch.path().join(format!("file-{size}")), bytes(size));
        fs::write(&path, &data).unwrap();
        (path, Sum::of(&data))
    }

    fn put(&self, size: usize, control: &Control) -> Result<(), Error> {
        let (path, sum) = self.file(size);
        self.store.put_file(&path, "files/x", &sum, Link::Never, control).map(drop)
    }

    fn requests(&self, method: &str, part: &str) -> usize {
        self.google.requests_of(method, &format!("{}/{part}", self.own))
    }

    /// Cancels when another request of `method` about what contains `part` has come; answers when that was.
    fn cancel_at(&self, method: &'static str, part: &'static str, control: &Control) -> JoinHandle<Instant> {
        let (google, uri, control) = (self.google, format!("{}/{part}", self.own), control.clone());
        let before = google.requests_of(method, &uri);
        std::thread::spawn(move || {
            wait_until(&uri, || google.requests_of(method, &uri) > before);
            control.cancel();
            Instant::now()
        })
    }

    /// Waits until no upload is open and no record is there.
    fn is_clean_soon(&self) {
        let started = Instant::now();
        while self.google.open_uploads(&self.own) > 0 || !names(self.store.as_ref(), "uploads").is_empty() {
            assert!(started.elapsed() < Duration::from_secs(20), "an upload stayed open, or its record");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A cancel is answered within a second, unless the machine has other things to do, which it has not each time.
pub fn assert_quick(times: &[Duration]) {
    assert!(times.iter().all(|&time| time < SOON), "{times:?}");
    assert!(times.iter().any(|&time| time < Duration::from_secs(1)), "{times:?}");
}

#[test]
fn a_store_that_fails_for_a_while_is_asked_again() {
    let folder = Folder::new(&[]);
    for (fault, times) in [
        (Fault::Refused(503, "Injected"), 3),
        (Fault::Refused(429, "Injected"), 2),
        (Fault::LostAnswer, 2),
        (Fault::Refused(500, "Injected"), 1),
    ] {
        folder.fail("GET", "files/a", fault, times);
        folder.store.put_new("files/a", Bytes::from_static(b"text"), &Control::new()).unwrap();
        assert_eq!(folder.store.read("files/a", 9, &Control::new()).unwrap().unwrap(), "text", "{fault:?}");
    }
}

#[test]
fn an_answer_that_is_cut_is_asked_for_again() {
    let folder = Folder::new(&[]);
    folder.put(PART + 5, &Control::new()).unwrap();
    folder.fail("GET", "files/x", Fault::CutAnswer(2), 3);
    let (path, sum) = folder.file(PART + 5);
    let to = folder.scratch.path().join("to");
    let control = Control::new();
    folder.store.get_file("files/x", &to, &sum, Link::Never, &control).unwrap();
    assert!(fs::read(&to).unwrap() == fs::read(&path).unwrap());
    assert_eq!(control.moved(), sum.size, "what moved twice counts once");
}

#[test]
fn an_error_says_what_was_tried_where_and_how_often() {
    let folder = Folder::new(&[("store.retries", "2")]);
    folder.fail("GET", "files/a", Fault::Refused(503, "Injected"), 99);
    let error = folder.store.read("files/a", 9, &Control::new()).unwrap_err();
    assert_eq!(error.code, Code::Io);
    for part in ["cannot read files/a in", folder.store.url(), "503 Injected: Says the proxy.", "tried 3 times in"] {
        assert!(error.message.contains(part), "{error}");
    }
    assert_eq!(folder.requests("GET", "files/a"), 3);
}

#[test]
fn what_will_not_get_better_is_not_tried_again() {
    let folder = Folder::new(&[]);
    for status in [400, 401, 403] {
        let before = folder.requests("GET", "files/a");
        folder.fail("GET", "files/a", Fault::Refused(status, "Injected"), 1);
        let error = folder.store.read("files/a", 9, &Control::new()).unwrap_err();
        assert!(error.message.contains("tried once"), "{error}");
        assert_eq!(folder.requests("GET", "files/a"), before + 1);
    }
}

#[test]
fn a_store_that_does_not_answer_fails_in_bounded_time() {
    let folder = Folder::new(&[("store.timeout", "300ms"), ("store.retries", "2")]);
    folder.fail("HEAD", "files/a", Fault::Silence, 99);
    let started = Instant::now();
    let error = folder.store.head("files/a", &Control::new()).unwrap_err();
    assert_eq!(error.code, Code::TimedOut, "{error}");
    assert!(error.message.contains("store.timeout"), "{error}");
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
}

#[test]
fn a_large_document_may_be_asked_for_and_a_silent_store_is_given_up_as_soon() {
    let folder = Folder::new(&[("store.timeout", "300ms"), ("store.retries", "2")]);
    folder.fail("GET", "sequence/1", Fault::Silence, 99);
    let started = Instant::now();
    let error = folder.store.read("sequence/1", 256 << 20, &Control::new()).unwrap_err();
    assert_eq!(error.code, Code::TimedOut, "{error}");
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
}

#[test]
fn a_create_whose_answer_is_lost_says_that_something_is_there() {
    let folder = Folder::new(&[]);
    folder.store.put_new("files/other", Bytes::new(), &Control::new()).unwrap();
    folder.fail("PUT", "sequence/1", Fault::Lie(503, "Injected"), 1);
    assert!(!folder.store.put_new("sequence/1", Bytes::from_static(b"mine"), &Control::new()).unwrap());
    assert_eq!(folder.store.read("sequence/1", 9, &Control::new()).unwrap().unwrap(), "mine");
}

#[test]
fn cancel_answers_within_a_second_whatever_the_store_does() {
    let folder = Folder::new(&[]);
    folder.put(PART + 5, &Control::new()).unwrap();
    folder.fail("GET", "files/x", Fault::Silence, 99);
    folder.fail("HEAD", "files/y", Fault::Refused(503, "Injected"), 999);
    let to = folder.scratch.path().join("to");
    let (_, sum) = folder.file(PART + 5);
    let get = |control: &Control| folder.store.get_file("files/x", &to, &sum, Link::Never, control).map(drop);
    let pause = |control: &Control| folder.store.head("files/y", control).map(drop);
    let cancelled = |method, part, work: &dyn Fn(&Control) -> Result<(), Error>| {
        let control = Control::new();
        let canceller = folder.cancel_at(method, part, &control);
        let error = work(&control).unwrap_err();
        assert_eq!(error.code, Code::Cancelled, "{error}");
        let took = canceller.join().unwrap().elapsed();
        assert!(!to.exists());
        took
    };
    assert_quick(&[cancelled("GET", "files/x", &get), cancelled("HEAD", "files/y", &pause)]);
}

#[test]
fn a_cancelled_upload_is_ended_behind_the_callers_back() {
    let folder = Folder::new(&[]);
    let (path, sum) = folder.file(3 * PART);
    let mut took = Vec::new();
    for (method, part) in [("PUT", "files/x?partNumber=2"), ("POST", "files/x?uploadId"), ("POST", "files/x?uploads")] {
        let times = if part.ends_with("uploads") { 0 } else { 1 };
        folder.fail(method, part, Fault::Silence, times);
        if times == 0 {
            // The answer with the upload's id comes when nobody waits for it any more.
            folder.fail(method, part, Fault::LateAnswer(Duration::from_secs(2)), 1);
        }
        let control = Control::new();
        let canceller = folder.cancel_at(method, part, &control);
        let error = folder.store.put_file(&path, "files/x", &sum, Link::Never, &control).unwrap_err();
        assert_eq!(error.code, Code::Cancelled, "{error}");
        took.push(canceller.join().unwrap().elapsed());
        folder.is_clean_soon();
    }
    assert_quick(&took);
}

#[test]
fn an_upload_that_fails_is_ended() {
    let folder = Folder::new(&[("store.retries", "1")]);
    folder.fail("PUT", "files/x?partNumber=2", Fault::Refused(403, "Injected"), 1);
    let error = folder.put(3 * PART, &Control::new()).unwrap_err();
    assert!(error.message.contains("403"), "{error}");
    assert_eq!(folder.google.open_uploads(&folder.own), 0);
    assert!(names(folder.store.as_ref(), "uploads").is_empty());
    assert_eq!(folder.store.head("files/x", &Control::new()).unwrap(), None);
    folder.put(3 * PART, &Control::new()).unwrap();
}

#[test]
fn parts_are_tried_again_one_by_one() {
    let folder = Folder::new(&[]);
    folder.fail("PUT", "files/x?partNumber=2", Fault::Refused(503, "Injected"), 2);
    folder.fail("PUT", "files/x?partNumber=1", Fault::Lie(500, "Injected"), 1);
    folder.put(3 * PART, &Control::new()).unwrap();
    assert_eq!(folder.requests("PUT", "files/x?partNumber=1"), 2);
    assert_eq!(folder.requests("PUT", "files/x?partNumber=2"), 3);
    assert_eq!(folder.requests("PUT", "files/x?partNumber=3"), 1);
    folder.is_clean_soon();
}

#[test]
fn an_upload_whose_completion_is_not_answered_has_succeeded() {
    let folder = Folder::new(&[("store.retries", "2")]);
    for fault in [Fault::Lie(503, "Injected"), Fault::LostAnswer, Fault::Lie(400, "Injected")] {
        folder.fail("POST", "files/x?uploadId", fault, 1);
        folder.put(2 * PART, &Control::new()).unwrap();
        folder.is_clean_soon();
    }
}

#[test]
fn a_sweep_that_cannot_end_an_upload_does_the_rest_and_says_so() {
    let folder = Folder::new(&[("store.retries", "0")]);
    let (record, probe) = (format!("uploads/{:032x}", 1), format!("probes/{:032x}", 2));
    let object = format!("files/{:032x}-1-1-00000000.{:032x}.sst", 3, 4);
    let text =
        serde_json::json!({"object": object, "upload": format!("gone-{}", folder.own), "created": 0}).to_string();
    folder.store.put_new(&record, text.into(), &Control::new()).unwrap();
    folder.store.put_new(&probe, Bytes::new(), &Control::new()).unwrap();
    let directory = SnapshotDirectory::with_store(Arc::clone(&folder.store), Duration::ZERO);
    folder.google.fail("DELETE", &format!("uploadId=gone-{}", folder.own), Fault::Refused(403, "Injected"), 1);
    let error = directory.sweep(Duration::ZERO, false).unwrap_err();
    assert!(error.message.contains("all it could") && error.message.contains(&object), "{error}");
    assert!(names(folder.store.as_ref(), "probes").is_empty());
    // An upload that the store does not know has ended.
    assert_eq!(directory.sweep(Duration::ZERO, false).unwrap().names, [record]);
}

#[test]
fn a_record_that_is_none_of_ours_ends_no_upload() {
    let folder = Folder::new(&[]);
    for (at, text) in ["{", "{}", r#"{"object": "other/x", "upload": "theirs", "created": 0}"#].into_iter().enumerate()
    {
        folder.store.put_new(&format!("uploads/{at:032x}"), text.into(), &Control::new()).unwrap();
    }
    let directory = SnapshotDirectory::with_store(Arc::clone(&folder.store), Duration::ZERO);
    let before = folder.google.requests_of("DELETE", "uploadId=theirs");
    assert!(directory.sweep(Duration::from_secs(60), false).unwrap().names.is_empty(), "they are young");
    assert_eq!(directory.sweep(Duration::ZERO, false).unwrap().objects, 3);
    assert_eq!(folder.google.requests_of("DELETE", "uploadId=theirs"), before);
}

#[test]
fn a_create_that_the_store_takes_for_an_overwrite_is_refused() {
    let google = servers::google();
    let store = open(&format!("gs://{}/x", servers::CARELESS), &google.server.options());
    let error = store.put_new("sequence/1", Bytes::new(), &Control::new()).unwrap_err();
    assert_eq!(error.code, Code::Unsupported, "{error}");
    assert!(error.message.contains("conditional writes"), "{error}");
    assert_eq!(store.head("sequence/1", &Control::new()).unwrap(), None);
    assert!(names(store.as_ref(), "probes").is_empty());
}

#[test]
fn a_list_has_all_pages_also_when_one_fails() {
    let folder = Folder::new(&[]);
    let put = |at: usize| folder.store.put_new(&format!("files/{at:05}"), Bytes::new(), &Control::new()).unwrap();
    std::thread::scope(|scope| {
        (0..10).for_each(|thread| drop(scope.spawn(move || (0..250).for_each(|at| assert!(put(thread * 250 + at))))));
    });
    folder.google.fail("GET", "continuation-token", Fault::Refused(503, "Injected"), 2);
    let list = folder.store.list("files", &Control::new()).unwrap();
    assert_eq!(list.len(), 2500);
    assert!(list.iter().enumerate().all(|(at, object)| object.name == format!("files/{at:05}")));
}

/// s3s-fs, reached with other settings.
fn s3_with(url: &str, settings: &[(&str, &str)]) -> Arc<dyn Store> {
    let mut options = servers::s3().server.options();
    settings.iter().for_each(|(name, value)| options.set(name, value).unwrap());
    open(url, &options)
}

#[test]
fn a_wrong_key_a_missing_bucket_and_a_dead_server_each_have_their_sentence() {
    let url = servers::s3().server.folder();
    let wrong = s3_with(&url, &[("aws_secret_access_key", "not the right one")]);
    let dead = s3_with(&url, &[("aws_endpoint", "http://127.0.0.1:1"), ("store.retries", "1")]);
    let plain = s3_with(&url, &[("allow_http", "false")]);
    let missing = open("gs://no-such-bucket/x", &servers::google().server.options());
    for (store, code, words) in [
        (wrong, Code::Io, "the credential is wrong or has expired"),
        (dead, Code::Io, "check the endpoint and the network"),
        (plain, Code::InvalidArgument, "set allow_http to true"),
        (missing, Code::NotFound, "make the bucket or container first"),
    ] {
        let control = Control::new();
        let errors = [
            store.put_new("sequence/1", Bytes::new(), &control).unwrap_err(),
            store.list("files", &control).unwrap_err(),
            store.read("files/x", 9, &control).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.code, code, "{error}");
            assert!(error.message.contains(words) && error.message.contains(store.url()), "{error}");
            assert!(!error.message.contains("not the right one"), "{error}");
        }
    }
}

#[test]
fn a_bucket_that_is_not_there_is_told_from_an_empty_one() {
    let (all, _) = servers::all();
    // An HDFS has no buckets.
    for server in all.into_iter().filter(|server| server.name != "hdfs") {
        let scheme = server.url.split("://").next().unwrap();
        let store = open(&format!("{scheme}://no-such-bucket/x"), &server.options());
        let error = store.list("files", &Control::new()).unwrap_err();
        assert_eq!(error.code, Code::NotFound, "{}: {error}", server.name);
        assert!(error.message.contains("make the bucket or container first"), "{}: {error}", server.name);
    }
}

#[test]
fn a_store_without_a_source_of_credentials_is_refused_with_the_list() {
    for url in ["s3://bucket/x", "gs://bucket/x", "az://box/x", "abfs://box@account.dfs.core.windows.net/x"] {
        let error = gabion::store::open(url, &Options::new().store()).unwrap_err();
        assert_eq!(error.code, Code::InvalidArgument);
        assert!(error.message.contains("static, env, file, web-identity, instance"), "{error}");
    }
}

#[test]
fn a_source_of_credentials_says_what_it_lacks() {
    for (url, settings, lacks) in [
        ("s3://b/x", vec![("store.credentials", "static")], "aws_access_key_id"),
        ("s3://b/x", vec![("store.credentials", "static"), ("aws_access_key_id", "k")], "aws_secret_access_key"),
        ("s3://b/x", vec![("store.credentials", "file"), ("aws_shared_credentials_file", "/no/such")], "/no/such"),
        ("s3://b/x", vec![("store.credentials", "web-identity")], "aws_web_identity_token_file"),
        ("gs://b/x", vec![("store.credentials", "static")], "google_service_account_key"),
        ("gs://b/x", vec![("store.credentials", "file"), ("google_service_account", "/no/such")], "/no/such"),
        ("gs://b/x", vec![("store.credentials", "web-identity")], "can't change such a token"),
        ("az://b/x", vec![("store.credentials", "static")], "azure_storage_account_name"),
        (
            "az://b/x",
            vec![("store.credentials", "static"), ("azure_storage_account_name", "a")],
            "azure_storage_account_key, azure_storage_sas_key",
        ),
        (
            "az://b/x",
            vec![("store.credentials", "file"), ("azure_storage_account_name", "a")],
            "azure_service_principal_file",
        ),
    ] {
        let mut options = Options::new();
        settings.iter().for_each(|(name, value)| options.set(name, value).unwrap());
        let error = gabion::store::open(url, &options.store()).unwrap_err();
        assert!(
            error.message.contains(lacks) && error.message.contains("store") || error.message.contains("/no/such"),
            "{error}"
        );
        assert!(error.message.contains(lacks), "{error}");
    }
}

#[test]
fn a_redirect_is_not_followed() {
    use std::io::{Read, Write};
    let [server, elsewhere] = [(); 2].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    let location = elsewhere.local_addr().unwrap();
    let endpoint = format!("http://{}", server.local_addr().unwrap());
    elsewhere.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        for stream in server.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let head = format!(
                "HTTP/1.1 302 Found\r\nLocation: http://{location}/x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(head.as_bytes());
        }
    });
    let store = s3_with(&servers::s3().server.folder(), &[("aws_endpoint", &endpoint)]);
    let error = store.list("files", &Control::new()).unwrap_err();
    assert!(error.message.contains("302") && error.message.contains("aws_region"), "{error}");
    assert!(elsewhere.accept().is_err(), "somebody came by the redirect");
}
