//! A network between a client and a server on this machine: so many bytes a second each way, and so much time on the way.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::time::Instant;

const CHUNK: usize = 64 << 10;
/// Chunks of one connection that are on the way.
const ON_THE_WAY: usize = 64;

/// What it does to bytes.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Bytes a second of all connections together, each way.
    pub rate: Option<u64>,
    /// From one end to the other.
    pub delay: Duration,
}

/// One way of all connections.
#[derive(Debug)]
struct Way {
    line: Line,
    free: Mutex<Instant>,
    bytes: AtomicU64,
}

/// A running network; it ends with the runtime.
pub struct Throttle {
    pub address: SocketAddr,
    /// From clients to the server.
    up: Arc<Way>,
}

impl Throttle {
    /// Begins to pass connections on to `server`.
    pub fn start(runtime: &Runtime, server: SocketAddr, line: Line) -> Throttle {
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("its address");
        let way = || Arc::new(Way { line, free: Mutex::new(Instant::now()), bytes: AtomicU64::new(0) });
        let (up, down) = (way(), way());
        let of_clients = Arc::clone(&up);
        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(server).await else { continue };
                for socket in [&client, &server] {
                    let _ = socket.set_nodelay(true);
                }
                let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
                pass(from_client, to_server, Arc::clone(&of_clients));
                pass(from_server, to_client, Arc::clone(&down));
            }
        });
        Throttle { address, up }
    }

    /// Bytes that clients have sent.
    pub fn sent(&self) -> u64 {
        self.up.bytes.load(Ordering::Relaxed)
    }
}

/// Passes bytes on until one end closes.
fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, way: Arc<Way>) {
    let (send, mut receive) = mpsc::channel::<(Instant, Vec<u8>)>(ON_THE_WAY);
    let delay = way.line.delay;
    tokio::spawn(async move {
        let mut chunk = vec![0; CHUNK];
        while let Ok(length @ 1..) = from.read(&mut chunk).await {
            way.carry(length as u64).await;
            if send.send((Instant::now() + delay, chunk[..length].to_vec())).await.is_err() {
                break;
            }
        }
    });
    tokio::spawn(async move {
        while let Some((arrival, chunk)) = receive.recv().await {
            tokio::time::sleep_until(arrival).await;
            if to.write_all(&chunk).await.is_err() {
                break;
            }
        }
        let _ = to.shutdown().await;
    });
}

impl Way {
    /// Waits until the line has taken so many bytes.
    async fn carry(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let Some(rate) = self.line.rate else { return };
        let end = {
            let mut free = self.free.lock().expect("nobody panics with it");
            *free = (*free).max(Instant::now()) + Duration::from_nanos(bytes * 1_000_000_000 / rate);
            *free
        };
        tokio::time::sleep_until(end).await;
    }
}
