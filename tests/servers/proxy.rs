//! A proxy in front of an HTTP store that does what networks and stores do on bad days.
#![allow(dead_code, reason = "every test binary uses a part of it")]

use std::error::Error;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

type AnyError = Box<dyn Error + Send + Sync>;
type Body = UnsyncBoxBody<Bytes, AnyError>;

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The store gets it after this while.
    Delay(Duration),
    /// The store carries it out at once; the answer comes after this while.
    LateAnswer(Duration),
    /// The store never gets it; this status and code are the answer.
    Refused(u16, &'static str),
    /// The store never gets it; the connection is reset.
    Reset,
    /// The store gets so many bytes of its body; then both connections are reset.
    CutRequest(usize),
    /// The store carries it out; this status and code are the answer all the same.
    Lie(u16, &'static str),
    /// The store carries it out; instead of an answer the connection is reset.
    LostAnswer,
    /// The answer's body ends after so many bytes, and the connection is reset.
    CutAnswer(usize),
    /// Bodies move at so many bytes a second, both ways.
    Slow(usize),
    /// The store never gets it, and no answer ever comes; the connection stays open.
    Silence,
    /// The store gets it when no rule has any request held any more.
    Held,
}

impl Fault {
    /// Whether the store carries out what is asked, and nobody hears of it.
    pub fn loses_answer(self) -> bool {
        use Fault::{CutAnswer, LateAnswer, Lie, LostAnswer, Slow};
        matches!(self, Lie(..) | LostAnswer | CutAnswer(_) | LateAnswer(_) | Slow(_))
    }
}

/// Which requests a fault befalls.
#[derive(Clone, Debug)]
pub struct Rule {
    fault: Fault,
    method: Option<Method>,
    /// In the path and query.
    part: String,
    /// The first ones are spared.
    after: u64,
    /// So many, then the rule is spent.
    times: u64,
    /// Of those, how many in a hundred,
    percent: u64,
    /// and what they are chosen by.
    random: u64,
}

impl Rule {
    /// Befalls every request.
    pub fn of(fault: Fault) -> Rule {
        Rule { fault, method: None, part: String::new(), after: 0, times: u64::MAX, percent: 100, random: 0 }
    }

    /// Only requests by `method`.
    pub fn method(self, method: Method) -> Rule {
        Rule { method: Some(method), ..self }
    }

    /// Only requests with `part` in their path or query.
    pub fn part(self, part: &str) -> Rule {
        Rule { part: part.to_owned(), ..self }
    }

    /// Spares the first `after` of them.
    pub fn after(self, after: u64) -> Rule {
        Rule { after, ..self }
    }

    /// Only `times` of them.
    pub fn times(self, times: u64) -> Rule {
        Rule { times, ..self }
    }

    /// Only `percent` in a hundred of them; the same ones for the same `seed`.
    pub fn percent(self, percent: u64, seed: u64) -> Rule {
        Rule { percent, random: seed, ..self }
    }

    /// Whether it befalls a request that suits it.
    fn strikes(&mut self) -> bool {
        if self.after > 0 {
            self.after -= 1;
            return false;
        }
        // Knuth's multiplicative generator; its high bits are good enough for odds.
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let strikes = (self.random >> 33) % 100 < self.percent;
        self.times -= u64::from(strikes);
        strikes
    }

    fn suits<B>(&self, request: &Request<B>) -> bool {
        self.times > 0
            && self.method.as_ref().is_none_or(|method| method == request.method())
            && target(request).contains(&self.part)
    }
}

/// The path and query of a request, with the slashes that some clients encode.
fn target<B>(request: &Request<B>) -> String {
    request.uri().to_string().replace("%2F", "/")
}

/// What it is told, and what it did.
#[derive(Debug, Default)]
struct State {
    rules: Vec<Rule>,
    /// `PUT /bucket/x`, of every request that came.
    requests: Vec<String>,
    /// `PUT /bucket/x: Reset`
    done: Vec<String>,
    /// Uploads in parts that were begun, perhaps, and nobody was told.
    lost_uploads: usize,
    /// Requests that have no answer yet, and at most so many.
    now: usize,
    most: usize,
}

impl State {
    /// The fault that befalls `request`, if any: that of the first rule that strikes.
    fn fault<B>(&mut self, request: &Request<B>) -> Option<Fault> {
        let line = format!("{} {}", request.method(), target(request));
        let fault =
            self.rules.iter_mut().find_map(|rule| (rule.suits(request) && rule.strikes()).then_some(rule.fault));
        self.done.extend(fault.map(|fault| format!("{line}: {fault:?}")));
        let begins =
            request.method() == Method::POST && request.uri().query().is_some_and(|query| query.starts_with("uploads"));
        self.lost_uploads += usize::from(begins && fault.is_some_and(Fault::loses_answer));
        self.requests.push(line);
        fault
    }
}

/// Counts a request for as long as it has no answer.
struct Counted(Arc<Mutex<State>>);

impl Counted {
    fn new(state: &Arc<Mutex<State>>) -> Counted {
        let mut counts = state.lock().unwrap();
        counts.now += 1;
        counts.most = counts.most.max(counts.now);
        Counted(Arc::clone(state))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.lock().unwrap().now -= 1;
    }
}

/// A running proxy. Dropped, it ends, and so do its connections.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    /// Ends its tasks when it is dropped.
    runtime: Option<Runtime>,
}

impl Proxy {
    /// A proxy on a free loopback port in front of `store`; it does nothing bad until it is told to.
    pub fn start(store: SocketAddr) -> Proxy {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        runtime.spawn(serve(listener, store, Arc::clone(&state)));
        Proxy { address, state, runtime: Some(runtime) }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Adds rules.
    pub fn obey(&self, rules: impl IntoIterator<Item = Rule>) {
        self.state().rules.extend(rules);
    }

    /// No more faults for requests with `part` in their path or query, by rules that were made for it.
    pub fn heal(&self, part: &str) {
        self.state().rules.retain(|rule| !rule.part.contains(part));
    }

    /// The faults so far that befell requests with `part` in their path or query, a line each.
    pub fn done(&self, part: &str) -> Vec<String> {
        self.state().done.iter().filter(|line| line.contains(part)).cloned().collect()
    }

    /// The requests that have come with `part` in their path or query, as `PUT /bucket/x`.
    pub fn requests(&self, part: &str) -> Vec<String> {
        self.state().requests.iter().filter(|line| line.contains(part)).cloned().collect()
    }

    /// How many requests were under way at once, at most, since this was last asked.
    pub fn most_at_once(&self) -> usize {
        std::mem::take(&mut self.state().most)
    }

    /// How many uploads in parts were begun, perhaps, without that anybody was told their names.
    pub fn lost_uploads(&self) -> usize {
        self.state().lost_uploads
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn serve(listener: TcpListener, store: SocketAddr, state: Arc<Mutex<State>>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        // Closed while there is something to say, it is reset.
        let _ = stream.set_zero_linger();
        let _ = stream.set_nodelay(true);
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let answer = service_fn(|request| {
                let fault = state.lock().unwrap().fault(&request);
                handle(request, store, fault, Arc::clone(&state))
            });
            // An error is how a connection is reset.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

async fn handle(
    request: Request<Incoming>,
    store: SocketAddr,
    fault: Option<Fault>,
    state: Arc<Mutex<State>>,
) -> Result<Response<Body>, AnyError> {
    let _counted = Counted::new(&state);
    match fault {
        None => forward(request.map(plain), store).await,
        Some(Fault::Delay(time)) => {
            tokio::time::sleep(time).await;
            forward(request.map(plain), store).await
        }
        Some(Fault::LateAnswer(time)) => {
            let answer = forward(request.map(plain), store).await?;
            tokio::time::sleep(time).await;
            Ok(answer)
        }
        Some(Fault::Refused(status, code)) => {
            // Read to its end: a server that answers earlier may get its connection reset.
            let _ = request.into_body().collect().await?;
            says(status, code)
        }
        Some(Fault::Reset) => Err("reset".into()),
        Some(Fault::CutRequest(bytes)) => {
            forward(request.map(|body| changed(body, |body| cut(body, bytes))), store).await
        }
        Some(Fault::Lie(status, code)) => {
            let _ = forward(request.map(plain), store).await?.into_body().collect().await?;
            says(status, code)
        }
        Some(Fault::LostAnswer) => {
            let _ = forward(request.map(plain), store).await?.into_body().collect().await?;
            Err("the answer is lost".into())
        }
        Some(Fault::CutAnswer(bytes)) => Ok(forward(request.map(plain), store).await?.map(|body| cut(body, bytes))),
        Some(Fault::Slow(rate)) => {
            let slowly = request.map(|body| changed(body, |body| slow(body, rate)));
            Ok(forward(slowly, store).await?.map(|body| slow(body, rate)))
        }
        Some(Fault::Silence) => pending().await,
        Some(Fault::Held) => {
            let is_held = || state.lock().unwrap().rules.iter().any(|rule| rule.fault == Fault::Held);
            while is_held() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            forward(request.map(plain), store).await
        }
    }
}

/// Has the store carry `request` out, over a connection of its own.
async fn forward(request: Request<Body>, store: SocketAddr) -> Result<Response<Body>, AnyError> {
    let stream = TcpStream::connect(store).await?;
    stream.set_zero_linger()?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender.send_request(request).await?.map(plain))
}

/// An answer as stores give it when they refuse.
fn says(status: u16, code: &str) -> Result<Response<Body>, AnyError> {
    let text = format!("<?xml version='1.0'?><Error><Code>{code}</Code><Message>Says the proxy.</Message></Error>");
    let body = Full::new(Bytes::from(text)).map_err(AnyError::from);
    Ok(Response::builder().status(StatusCode::from_u16(status)?).body(body.boxed_unsync())?)
}

fn plain(body: Incoming) -> Body {
    body.map_err(AnyError::from).boxed_unsync()
}

/// `body` as `change` makes it; none stays none, for it has a length that a changed one has not.
fn changed(body: Incoming, change: impl FnOnce(Incoming) -> Body) -> Body {
    if hyper::body::Body::is_end_stream(&body) { plain(body) } else { change(body) }
}

/// The first `left` bytes of `body`, and when they are on their way an error.
fn cut<B>(body: B, left: usize) -> Body
where
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<AnyError>,
{
    const FLUSHED: Duration = Duration::from_millis(20);
    let cut = body.into_data_stream().scan(left, |left, chunk| {
        let (rest, is_end) = (*left, *left == 0);
        let chunk: Result<Bytes, AnyError> = chunk.map_err(Into::into);
        let chunk = chunk.map(|chunk| chunk.slice(..chunk.len().min(rest)));
        *left -= chunk.as_ref().map_or(0, Bytes::len);
        async move {
            if is_end {
                tokio::time::sleep(FLUSHED).await;
                return Some(Err("cut".into()));
            }
            Some(chunk.map(Frame::data))
        }
    });
    // What ends in the middle of a chunk has no next one to fail at.
    let end = futures::stream::once(async {
        tokio::time::sleep(FLUSHED).await;
        Err("cut".into())
    });
    StreamBody::new(cut.chain(end)).boxed_unsync()
}

/// `body`, at `rate` bytes a second.
fn slow<B>(body: B, rate: usize) -> Body
where
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<AnyError>,
{
    const TICK: Duration = Duration::from_millis(50);
    let step = (rate / 20).max(1);
    let pieces = body.into_data_stream().flat_map(move |chunk| {
        let pieces: Vec<Result<Bytes, AnyError>> = match chunk {
            Ok(chunk) => {
                (0..chunk.len()).step_by(step).map(|at| Ok(chunk.slice(at..chunk.len().min(at + step)))).collect()
            }
            Err(error) => vec![Err(error.into())],
        };
        futures::stream::iter(pieces)
    });
    let paced = pieces.then(|piece| async move {
        tokio::time::sleep(TICK).await;
        piece.map(Frame::data)
    });
    StreamBody::new(paced).boxed_unsync()
}
