//! Servers that stores are tried on. Each is started once for a test binary, on a free port of the loopback interface, and
//! ends with it, also when it is killed. Any test binary can have them: `mod servers;`, or with a `#[path]`.
#![allow(dead_code, unused_imports, reason = "not every test binary uses all of it")]

mod google;
mod minidfs;
mod program;
pub mod proxy;
mod s3;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use gabion::Options;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub use google::{CARELESS, Google};
pub use minidfs::MiniDfs;
pub use proxy::Fault;
pub use s3::S3;

/// A bucket of a running server.
#[derive(Clone, Debug)]
pub struct Server {
    /// Which it is: `s3s-fs`, `moto`, `azurite`, `google`, `hdfs`.
    pub name: &'static str,
    /// The URL of its bucket; snapshot directories go below.
    pub url: String,
    /// What it takes to reach it.
    pub settings: Vec<(&'static str, String)>,
}

impl Server {
    /// The URL of a new folder.
    pub fn folder(&self) -> String {
        // Short, as s3s-fs makes a file's name of an object's.
        format!("{}/{:08x}", self.url, uuid::Uuid::new_v4().as_u128() as u32)
    }

    /// The settings as options.
    pub fn options(&self) -> Options {
        let mut options = Options::new();
        for (name, value) in &self.settings {
            options.set(name, value).unwrap();
        }
        options
    }

    /// The address that its endpoint option names.
    pub fn endpoint(&self) -> &str {
        let is_endpoint = |name: &str| ["aws_endpoint", "google_base_url", "azure_storage_endpoint"].contains(&name);
        self.settings.iter().find(|(name, _)| is_endpoint(name)).map(|(_, value)| value.as_str()).unwrap()
    }
}

/// Why a server is not there.
pub type Missing = String;

/// All servers that can be started here, and why the others can't.
pub fn all() -> (Vec<&'static Server>, Vec<Missing>) {
    let (mut servers, mut missing) = (vec![&s3().server, &google().server], Vec::new());
    for server in [moto(), azurite(), hdfs()] {
        match server {
            Ok(server) => servers.push(server),
            Err(why) => missing.push(why.clone()),
        }
    }
    (servers, missing)
}

/// The uploads that nobody has ended, as the servers themselves say; Azurite knows none: there a part without its blob is no upload, and goes
/// away by itself.
pub fn open_uploads() -> Vec<String> {
    let mut open: Vec<String> = s3().open_uploads().into_iter().map(|id| format!("s3s-fs: {id}")).collect();
    open.extend((0..google().open_uploads("")).map(|_| "google".to_owned()));
    if let Ok(moto) = moto() {
        open.extend(program::uploads_of_moto(moto.endpoint()).into_iter().map(|key| format!("moto: {key}")));
    }
    open
}

/// s3s-fs, in this process.
pub fn s3() -> &'static S3 {
    static SERVER: OnceLock<S3> = OnceLock::new();
    SERVER.get_or_init(S3::start)
}

/// A stub of Google Cloud Storage, in this process.
pub fn google() -> &'static Google {
    static SERVER: OnceLock<Google> = OnceLock::new();
    SERVER.get_or_init(Google::start)
}

/// moto, a program in Python.
pub fn moto() -> Result<&'static Server, &'static Missing> {
    static SERVER: OnceLock<Result<Server, Missing>> = OnceLock::new();
    SERVER.get_or_init(program::moto).as_ref()
}

/// Azurite, a program for node.
pub fn azurite() -> Result<&'static Server, &'static Missing> {
    static SERVER: OnceLock<Result<Server, Missing>> = OnceLock::new();
    SERVER.get_or_init(program::azurite).as_ref()
}

/// A MiniDFSCluster with one data node, a program in Java.
pub fn hdfs() -> Result<&'static Server, &'static Missing> {
    static SERVER: OnceLock<Result<(Server, MiniDfs), Missing>> = OnceLock::new();
    let start = || {
        let cluster = MiniDfs::start(&[])?;
        Ok((Server { name: "hdfs", url: cluster.url(""), settings: Vec::new() }, cluster))
    };
    SERVER.get_or_init(start).as_ref().map(|(server, _)| server)
}

/// The runtime that servers in this process run on. Not the library's: that one is under test.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("test-server")
            .enable_all()
            .build()
            .unwrap()
    })
}

/// Serves `service` on a free port; answers the address.
fn serve<S, B>(service: S) -> SocketAddr
where
    S: hyper::service::Service<hyper::Request<hyper::body::Incoming>, Response = hyper::Response<B>>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: hyper::body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let listener = runtime().block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime().spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            // Heads and bodies are written apart; without this each body waits for the client's late acknowledgement, 40 ms.
            let _ = socket.set_nodelay(true);
            let connection =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service.clone());
            // A client that goes away is its own business.
            tokio::spawn(async move { drop(connection.await) });
        }
    });
    address
}

/// Another s3s-fs, for a test that looks at all that is in it.
pub fn own_s3() -> S3 {
    S3::start()
}

/// Where this process's servers have their data, each in a directory whose name begins so.
const SCRATCH: &str = "gabion-test-server-";

/// The directories of servers' data, each with the process whose servers they are.
fn scratches() -> impl Iterator<Item = (u32, PathBuf)> {
    std::fs::read_dir(std::env::temp_dir()).unwrap().flatten().filter_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(SCRATCH)?.split('-').next()?.parse().ok()?;
        Some((owner, entry.path()))
    })
}

/// A new directory for a server's data. Those of processes that are gone are removed.
fn scratch(name: &str) -> PathBuf {
    for (_, path) in scratches().filter(|(owner, _)| !PathBuf::from(format!("/proc/{owner}")).exists()) {
        // Another test may be removing it too.
        let _ = std::fs::remove_dir_all(path);
    }
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let counter = COUNTER.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("{SCRATCH}{}-{name}-{counter}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// Ends the servers that are programs, and removes all servers' data.
pub fn clean() {
    program::end_all();
    for (_, path) in scratches().filter(|(owner, _)| *owner == std::process::id()) {
        let _ = std::fs::remove_dir_all(path);
    }
}
