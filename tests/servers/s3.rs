//! s3s-fs: files behind S3's protocol. It checks signatures.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tokio::sync::Mutex;

use super::{Server, scratch, serve};

pub const KEY: &str = "test-access-key";
pub const SECRET: &str = "test-secret-access-key";
const BUCKET: &str = "gabion";

/// A running s3s-fs.
pub struct S3 {
    pub server: Server,
    /// Its data: buckets are folders.
    root: PathBuf,
}

impl S3 {
    pub(super) fn start() -> Self {
        Self::at(&scratch("s3s-fs"))
    }

    /// One that keeps its data in `root`.
    pub fn at(root: &Path) -> Self {
        let root = root.to_owned();
        std::fs::create_dir_all(root.join(BUCKET)).unwrap();
        let mut builder = S3ServiceBuilder::new(FileSystem::new(&root).unwrap());
        builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = builder.build();
        // It looks whether an object is there and then writes it; a real server does both in one step.
        let one_at_a_time = Arc::new(Mutex::new(()));
        let uploads = root.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let (service, lock, uploads) = (service.clone(), Arc::clone(&one_at_a_time), uploads.clone());
            async move {
                if let Some(id) = upload_id(&request)
                    && !is_open(&uploads, &id)
                {
                    return Ok(no_such_upload());
                }
                let _turn = match request.headers().contains_key("if-none-match") {
                    true => Some(lock.lock().await),
                    false => None,
                };
                hyper::service::Service::call(&service, request).await
            }
        });
        let address = serve(service);
        let settings = vec![
            ("store.credentials", "static".to_owned()),
            ("aws_access_key_id", KEY.to_owned()),
            ("aws_secret_access_key", SECRET.to_owned()),
            ("aws_endpoint", format!("http://{address}")),
            ("aws_region", "us-east-1".to_owned()),
            ("allow_http", "true".to_owned()),
        ];
        Self { server: Server { name: "s3s-fs", url: format!("s3://{BUCKET}"), settings }, root }
    }

    /// The ids of uploads that nobody has ended.
    pub fn open_uploads(&self) -> Vec<String> {
        let names = std::fs::read_dir(&self.root).unwrap().flatten();
        let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.filter_map(|name| Some(name.strip_prefix(".upload-")?.strip_suffix(".json")?.to_owned())).collect()
    }

    /// Makes a bucket; answers its URL.
    pub fn make_bucket(&self, name: &str) -> String {
        std::fs::create_dir_all(self.root.join(name)).unwrap();
        format!("s3://{name}")
    }

    /// Removes a bucket with all that is in it.
    pub fn remove_bucket(&self, name: &str) {
        std::fs::remove_dir_all(self.root.join(name)).unwrap();
    }

    /// Forgets all uploads, as a rule of a bucket would.
    pub fn end_uploads(&self) {
        for id in self.open_uploads() {
            std::fs::remove_file(self.root.join(format!(".upload-{id}.json"))).unwrap();
        }
    }
}

/// The upload that a request is about.
fn upload_id(request: &Request<Incoming>) -> Option<String> {
    request.uri().query()?.split('&').find_map(|pair| pair.strip_prefix("uploadId=")).map(str::to_owned)
}

fn is_open(root: &Path, id: &str) -> bool {
    root.join(format!(".upload-{id}.json")).exists()
}

/// It answers AccessDenied here; Amazon answers this.
fn no_such_upload() -> Response<s3s::Body> {
    let text = "<Error><Code>NoSuchUpload</Code><Message>The specified upload does not exist.</Message></Error>";
    let mut response = Response::new(s3s::Body::from(text.to_owned()));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
