//! The proxy does what it is told: checked against a server that counts.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hyper::Method;

use crate::servers::proxy::{Fault, Proxy, Rule};

const BODY: &str = "0123456789";

/// A server that reads a request of `BODY` and answers it with itself; how many whole requests it got.
fn echo() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, count) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, counted) = (stream.unwrap(), Arc::clone(&counted));
            std::thread::spawn(move || {
                let mut request = Vec::new();
                let mut block = [0; 4096];
                while !request.ends_with(BODY.as_bytes()) {
                    match stream.read(&mut block) {
                        Ok(0) | Err(_) => return,
                        Ok(bytes) => request.extend_from_slice(&block[..bytes]),
                    }
                }
                counted.fetch_add(1, Ordering::SeqCst);
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", BODY.len());
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(BODY.as_bytes()));
            });
        }
    });
    (address, count)
}

/// How long a client waits that expects an answer, or none.
fn patience(fault: Option<Fault>) -> Duration {
    Duration::from_secs(if fault == Some(Fault::Silence) { 2 } else { 30 })
}

/// What a client gets that sends `BODY` to `path`: the bytes until the end, and whether that was an orderly one.
fn ask(proxy: &Proxy, path: &str, fault: Option<Fault>) -> (String, bool) {
    let mut stream = TcpStream::connect(proxy.address()).unwrap();
    stream.set_read_timeout(Some(patience(fault))).unwrap();
    let head = format!("PUT {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", BODY.len());
    let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(BODY.as_bytes()));
    let mut answer = Vec::new();
    let read = sent.and_then(|()| stream.read_to_end(&mut answer));
    (String::from_utf8(answer).unwrap(), read.is_ok())
}

/// A server, and a proxy with one rule for it.
fn behind(rule: Option<Rule>) -> (Proxy, Arc<AtomicUsize>) {
    let (address, count) = echo();
    let proxy = Proxy::start(address);
    proxy.obey(rule);
    (proxy, count)
}

#[test]
fn a_proxy_without_rules_changes_nothing() {
    let (proxy, count) = behind(None);
    let (answer, orderly) = ask(&proxy, "/a?b=c", None);
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with(BODY) && orderly, "{answer}");
    assert_eq!((count.load(Ordering::SeqCst), proxy.requests("b=c")), (1, vec!["PUT /a?b=c".to_owned()]));
    assert!(proxy.done("").is_empty());
}

#[test]
fn each_fault_reaches_the_store_or_not_and_answers_as_it_says() {
    let second = Duration::from_secs(1);
    for (fault, arrives, status, whole, least) in [
        (Fault::Delay(second), 1, "200", true, second),
        (Fault::LateAnswer(second), 1, "200", true, second),
        (Fault::Refused(503, "SlowDown"), 0, "503", false, Duration::ZERO),
        (Fault::Reset, 0, "", false, Duration::ZERO),
        (Fault::CutRequest(4), 0, "", false, Duration::ZERO),
        (Fault::Lie(500, "InternalError"), 1, "500", false, Duration::ZERO),
        (Fault::LostAnswer, 1, "", false, Duration::ZERO),
        (Fault::CutAnswer(4), 1, "200", false, Duration::ZERO),
        // Twenty bytes there and back, one in a twentieth of a second.
        (Fault::Slow(20), 1, "200", true, Duration::from_millis(900)),
        (Fault::Silence, 0, "", false, Duration::from_secs(2)),
    ] {
        let (proxy, count) = behind(Some(Rule::of(fault)));
        let started = Instant::now();
        let (answer, _) = ask(&proxy, "/a", Some(fault));
        assert!(started.elapsed() >= least, "{fault:?}: {:?}", started.elapsed());
        assert_eq!(answer.get(9..12).unwrap_or_default(), status, "{fault:?}: {answer}");
        assert_eq!(answer.ends_with(BODY), whole, "{fault:?}: {answer}");
        if let Fault::Refused(_, code) | Fault::Lie(_, code) = fault {
            assert!(answer.contains(&format!("<Code>{code}</Code>")), "{answer}");
        }
        assert_eq!(count.load(Ordering::SeqCst), arrives, "{fault:?}");
        assert_eq!(proxy.done("/a"), [format!("PUT /a: {fault:?}")]);
    }
}

#[test]
fn a_connection_that_is_cut_is_reset_and_one_that_is_silent_stays() {
    for (fault, kind) in [
        (Fault::Reset, std::io::ErrorKind::ConnectionReset),
        (Fault::LostAnswer, std::io::ErrorKind::ConnectionReset),
        (Fault::CutAnswer(4), std::io::ErrorKind::ConnectionReset),
        (Fault::Silence, std::io::ErrorKind::WouldBlock),
    ] {
        let (proxy, _) = behind(Some(Rule::of(fault)));
        let mut stream = TcpStream::connect(proxy.address()).unwrap();
        stream.set_read_timeout(Some(patience(Some(fault)))).unwrap();
        let request = format!("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{BODY}", BODY.len());
        // It may be reset before all of it is sent.
        let _ = stream.write_all(request.as_bytes());
        let error = stream.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), kind, "{fault:?}: {error}");
    }
}

#[test]
fn a_rule_befalls_what_it_says_and_is_spent() {
    let rule = Rule::of(Fault::Refused(503, "")).method(Method::PUT).part("yes").after(1).times(2);
    let (proxy, count) = behind(Some(rule));
    let statuses = ["/yes", "/no", "/yes", "/yes", "/yes"].map(|path| ask(&proxy, path, None).0[9..12].to_owned());
    assert_eq!(statuses, ["200", "200", "503", "503", "200"]);
    assert_eq!(count.load(Ordering::SeqCst), 3);
    proxy.obey([Rule::of(Fault::Refused(503, "")).part("yes"), Rule::of(Fault::Refused(500, "")).method(Method::GET)]);
    proxy.heal("yes");
    assert_eq!(&ask(&proxy, "/yes", None).0[9..12], "200");
}

#[test]
fn chance_is_repeated_by_its_seed() {
    let statuses = |seed| {
        let (proxy, _) = behind(Some(Rule::of(Fault::Refused(503, "")).percent(50, seed)));
        (0..40).map(|_| ask(&proxy, "/", None).0[9..12] == *"503").collect::<Vec<_>>()
    };
    let first = statuses(1);
    assert_eq!(first, statuses(1));
    assert_ne!(first, statuses(2));
    assert!((8..32).contains(&first.iter().filter(|struck| **struck).count()));
}
