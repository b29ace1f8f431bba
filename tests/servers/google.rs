//! A stub of Google Cloud Storage: that part of its XML interface which `object_store` speaks, in memory, behind a proxy that fails
//! it on demand.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};

use super::proxy::{Fault, Proxy, Rule};
use super::{Server, serve};

const BUCKET: &str = "gabion";
/// A bucket that overwrites what it is asked to create.
pub const CARELESS: &str = "careless";
const PAGE: usize = 1000;

/// A running stub.
pub struct Google {
    pub server: Server,
    pub proxy: Proxy,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Stored>,
    uploads: BTreeMap<String, Upload>,
    counter: u64,
}

#[derive(Clone)]
struct Stored {
    bytes: Bytes,
    modified: SystemTime,
    generation: u64,
}

struct Upload {
    key: String,
    parts: BTreeMap<u32, Bytes>,
}

type Body = http_body_util::combinators::BoxBody<Bytes, std::io::Error>;

impl Google {
    pub(super) fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let address: SocketAddr = {
            let state = Arc::clone(&state);
            serve(service_fn(move |request| answer(Arc::clone(&state), request)))
        };
        let proxy = Proxy::start(address);
        // No key is needed where nobody is asked for a token.
        let account = r#"{"type": "service_account", "disable_oauth": true, "client_email": "", "private_key": "", "private_key_id": ""}"#;
        let settings = vec![
            ("store.credentials", "static".to_owned()),
            ("google_service_account_key", account.to_owned()),
            ("google_base_url", format!("http://{}", proxy.address())),
            ("allow_http", "true".to_owned()),
        ];
        Self { server: Server { name: "google", url: format!("gs://{BUCKET}"), settings }, proxy, state }
    }

    /// The next `times` requests of `method` whose URI contains `part` go wrong.
    pub fn fail(&self, method: &str, part: &str, fault: Fault, times: usize) {
        self.proxy.obey([Rule::of(fault).method(method.parse().unwrap()).part(part).times(times as u64)]);
    }

    /// Nothing goes wrong any more for URIs that contain `part`.
    pub fn heal(&self, part: &str) {
        self.proxy.heal(part);
    }

    /// The uploads below `part` that nobody has ended.
    pub fn open_uploads(&self, part: &str) -> usize {
        self.state.lock().unwrap().uploads.values().filter(|upload| upload.key.contains(part)).count()
    }

    /// The requests so far of `method` whose URI contains `part`.
    pub fn requests_of(&self, method: &str, part: &str) -> usize {
        self.proxy.requests(part).iter().filter(|request| request.starts_with(method)).count()
    }
}

impl State {
    fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
}

async fn answer(state: Arc<Mutex<State>>, request: Request<Incoming>) -> Result<Response<Body>, std::io::Error> {
    let (head, body) = request.into_parts();
    let gone = || std::io::Error::other("the client went away");
    let body = body.collect().await.map_err(|_| gone())?.to_bytes();
    Ok(done(&state, &head, body))
}

fn whole(status: u16, bytes: impl Into<Bytes>) -> Response<Body> {
    let body = Full::new(bytes.into()).map_err(|never| match never {}).boxed();
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

fn refusal(status: u16, code: &str) -> Response<Body> {
    whole(status, format!("<?xml version='1.0'?><Error><Code>{code}</Code><Message>Says the stub.</Message></Error>"))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let hex = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap_or("00"), 16).unwrap_or(b'?'));
            }
            b'+' => bytes.push(b' '),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Does what a request asks for.
fn done(state: &Mutex<State>, head: &hyper::http::request::Parts, body: Bytes) -> Response<Body> {
    let path = head.uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let (bucket, key) = (decoded(bucket), decoded(&key.replace('+', "%2B")));
    let query: BTreeMap<String, String> = head
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect();
    if bucket != BUCKET && bucket != CARELESS {
        return refusal(404, "NoSuchBucket");
    }
    let mut state = state.lock().unwrap();
    let upload = query.get("uploadId");
    match (&head.method, upload) {
        (&Method::GET, _) if key.is_empty() => list(&state, &query),
        (&Method::GET | &Method::HEAD, _) => get(&state, &key, &head.headers),
        (&Method::PUT, None) if bucket == CARELESS => put(&mut state, key, body, &HeaderMap::new()),
        (&Method::PUT, None) => put(&mut state, key, body, &head.headers),
        (&Method::PUT, Some(id)) => {
            let number = query.get("partNumber").and_then(|number| number.parse().ok()).unwrap_or(0);
            match state.uploads.get_mut(id) {
                Some(upload) => {
                    let tag = format!("\"{:08x}-{}\"", crc32c::crc32c(&body), body.len());
                    upload.parts.insert(number, body);
                    tagged(whole(200, ""), &tag)
                }
                None => refusal(404, "NoSuchUpload"),
            }
        }
        (&Method::POST, None) if query.contains_key("uploads") => {
            let id = format!("upload-{}", state.next());
            let xml =
                format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
            state.uploads.insert(id, Upload { key, parts: BTreeMap::new() });
            whole(200, xml)
        }
        (&Method::POST, Some(id)) => match state.uploads.remove(id) {
            Some(upload) => {
                let bytes: Vec<u8> = upload.parts.values().flatten().copied().collect();
                let generation = store(&mut state, upload.key, bytes.into());
                let xml = format!(
                    "<CompleteMultipartUploadResult><ETag>\"{generation}\"</ETag></CompleteMultipartUploadResult>"
                );
                versioned(whole(200, xml), generation)
            }
            None => refusal(404, "NoSuchUpload"),
        },
        (&Method::DELETE, Some(id)) => match state.uploads.remove(id) {
            Some(_) => whole(204, ""),
            None => refusal(404, "NoSuchUpload"),
        },
        (&Method::DELETE, None) => match state.objects.remove(&key) {
            Some(_) => whole(204, ""),
            None => refusal(404, "NoSuchKey"),
        },
        _ => refusal(400, "NotUnderstood"),
    }
}

fn store(state: &mut State, key: String, bytes: Bytes) -> u64 {
    let generation = state.next();
    state.objects.insert(key, Stored { bytes, modified: SystemTime::now(), generation });
    generation
}

fn tagged(mut response: Response<Body>, tag: &str) -> Response<Body> {
    response.headers_mut().insert("etag", tag.parse().unwrap());
    response
}

fn versioned(mut response: Response<Body>, generation: u64) -> Response<Body> {
    response.headers_mut().insert("x-goog-generation", generation.into());
    tagged(response, &format!("\"{generation}\""))
}

fn put(state: &mut State, key: String, body: Bytes, headers: &HeaderMap) -> Response<Body> {
    let only_new = headers.get("x-goog-if-generation-match").is_some_and(|value| value == "0");
    if only_new && state.objects.contains_key(&key) {
        return refusal(412, "PreconditionFailed");
    }
    let generation = store(state, key, body);
    versioned(whole(200, ""), generation)
}

fn get(state: &State, key: &str, headers: &HeaderMap) -> Response<Body> {
    let Some(stored) = state.objects.get(key) else { return refusal(404, "NoSuchKey") };
    let size = stored.bytes.len();
    let range = headers.get("range").and_then(|value| {
        let (from, to) = value.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
        Some((from.parse::<usize>().ok()?, to.parse::<usize>().map_or(size, |to| to + 1).min(size)))
    });
    let mut response = match range {
        Some((from, to)) if from < to => {
            let mut part = whole(206, stored.bytes.slice(from..to));
            let text = format!("bytes {from}-{}/{size}", to - 1);
            part.headers_mut().insert("content-range", text.parse().unwrap());
            part
        }
        Some(_) => return refusal(416, "InvalidRange"),
        None => whole(200, stored.bytes.clone()),
    };
    let length = range.map_or(size, |(from, to)| to - from);
    response.headers_mut().insert("content-length", length.into());
    let modified = httpdate::fmt_http_date(stored.modified);
    response.headers_mut().insert("last-modified", modified.parse().unwrap());
    versioned(response, stored.generation)
}

fn list(state: &State, query: &BTreeMap<String, String>) -> Response<Body> {
    let text = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let after = text("continuation-token").max(text("start-after"));
    let keys = state.objects.iter().filter(|(key, _)| key.starts_with(text("prefix")) && key.as_str() > after);
    let page: Vec<_> = keys.take(PAGE + 1).collect();
    let mut xml = String::from("<?xml version='1.0'?><ListBucketResult>");
    for (key, stored) in page.iter().take(PAGE) {
        let modified = humantime::format_rfc3339_millis(stored.modified);
        let key = key.replace('&', "&amp;").replace('<', "&lt;");
        let (size, tag) = (stored.bytes.len(), stored.generation);
        xml += &format!(
            "<Contents><Key>{key}</Key><Size>{size}</Size><LastModified>{modified}</LastModified><ETag>\"{tag}\"</ETag></Contents>"
        );
    }
    if page.len() > PAGE {
        let (last, _) = page[PAGE - 1];
        xml += &format!("<NextContinuationToken>{last}</NextContinuationToken><IsTruncated>true</IsTruncated>");
    }
    whole(200, xml + "</ListBucketResult>")
}
