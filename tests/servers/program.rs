//! Servers that are programs of their own. A shell stands between: it ends the program when its standard input ends, which
//! happens with this process, however that dies.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::{Missing, Server, scratch};

/// How long a program may take to start: Python and node read many files first.
const TO_START: Duration = Duration::from_secs(60);

/// Their standard inputs stay open as long as this process lives.
static RUNNING: Mutex<Vec<Child>> = Mutex::new(Vec::new());

pub(super) fn moto() -> Result<Server, Missing> {
    let program = installed("moto")?;
    let folder = scratch("moto");
    let port = start(&program, &folder, |port| vec!["-H".into(), "127.0.0.1".into(), "-p".into(), port.to_string()])?;
    let made = ask(port, "PUT", "/gabion");
    if !made.contains(" 200 ") {
        return Err(format!("moto did not make a bucket: {made}"));
    }
    let settings = vec![
        ("store.credentials", "static".to_owned()),
        ("aws_access_key_id", "moto".to_owned()),
        ("aws_secret_access_key", "secret of moto".to_owned()),
        ("aws_endpoint", format!("http://127.0.0.1:{port}")),
        ("aws_region", "us-east-1".to_owned()),
        ("allow_http", "true".to_owned()),
    ];
    Ok(Server { name: "moto", url: "s3://gabion".to_owned(), settings })
}

/// The account that every Azurite has, and its key, which is no secret.
const ACCOUNT: &str = "devstoreaccount1";
const ACCOUNT_KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

pub(super) fn azurite() -> Result<Server, Missing> {
    let program = installed("azurite")?;
    let folder = scratch("azurite");
    let port = start(&program, &folder, |port| {
        let mut arguments = vec!["--blobHost".to_owned(), "127.0.0.1".into(), "--blobPort".into(), port.to_string()];
        arguments.extend(["--location".to_owned(), folder.display().to_string()]);
        // It would call home otherwise.
        arguments.extend(["--silent", "--skipApiVersionCheck", "--disableTelemetry"].map(str::to_owned));
        arguments
    })?;
    let settings = vec![
        ("store.credentials", "static".to_owned()),
        ("azure_storage_account_name", ACCOUNT.to_owned()),
        ("azure_storage_account_key", ACCOUNT_KEY.to_owned()),
        ("azure_storage_endpoint", format!("http://127.0.0.1:{port}/{ACCOUNT}")),
        ("allow_http", "true".to_owned()),
    ];
    make_container(&program, port)?;
    Ok(Server { name: "azurite", url: "az://gabion".to_owned(), settings })
}

/// The path of a server's program, which is installed if it is missing.
fn installed(name: &str) -> Result<String, Missing> {
    let root = env!("CARGO_MANIFEST_DIR");
    let output = Command::new(format!("{root}/tools/servers")).arg(name).output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("{name}: {}", said.lines().last().unwrap_or("tools/servers failed")))
        }
    }
}

/// Ends them all.
pub(super) fn end_all() {
    for mut child in RUNNING.lock().unwrap().drain(..) {
        drop(child.stdin.take());
        let _ = child.wait();
    }
}

/// Starts `program` with the arguments for a free port; answers the port when it listens there.
fn start(program: &str, folder: &Path, arguments: impl Fn(u16) -> Vec<String>) -> Result<u16, Missing> {
    const SHELL: &str = r#""$@" >log 2>&1 </dev/null & child=$!; cat >/dev/null; kill -KILL $child"#;
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).map_err(|error| error.to_string())?.port();
    let child = Command::new("sh")
        .args(["-c", SHELL, "sh", program])
        .args(arguments(port))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot start {program}: {error}"))?;
    RUNNING.lock().unwrap().push(child);
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if started.elapsed() > TO_START {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            return Err(format!(
                "{program} did not start within {TO_START:?}: {}",
                log.lines().last().unwrap_or_default()
            ));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(port)
}

/// The keys of the uploads that moto lists as open.
pub(super) fn uploads_of_moto(endpoint: &str) -> Vec<String> {
    let port = endpoint.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap();
    let answer = ask(port, "GET", "/gabion?uploads");
    assert!(answer.contains("ListMultipartUploadsResult"), "moto did not list uploads: {answer}");
    answer.split("<Key>").skip(1).map(|rest| rest.split('<').next().unwrap_or_default().to_owned()).collect()
}

/// The answer to a request without a body.
fn ask(port: u16, method: &str, path: &str) -> String {
    use std::io::{Read, Write};
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().unwrap_or_else(|error| error.to_string())
}

/// Makes the container with Azurite's own module for it: requests must be signed.
fn make_container(program: &str, port: u16) -> Result<(), Missing> {
    const SCRIPT: &str = r#"
        const crypto = require("crypto"), http = require("http");
        const [account, key, port] = process.argv.slice(1);
        const path = `/${account}/gabion`, date = new Date().toUTCString(), version = "2021-12-02";
        const text = `PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:${date}\nx-ms-version:${version}\n/${account}${path}\nrestype:container`;
        const signature = crypto.createHmac("sha256", Buffer.from(key, "base64")).update(text, "utf8").digest("base64");
        const headers = { "x-ms-date": date, "x-ms-version": version, "content-length": 0,
                          authorization: `SharedKey ${account}:${signature}` };
        http.request({ host: "127.0.0.1", port, path: path + "?restype=container", method: "PUT", headers }, answer => {
            answer.pipe(process.stderr);
            process.exitCode = answer.statusCode == 201 ? 0 : 1;
        }).end();
    "#;
    let _ = program;
    let output = Command::new("node").args(["-e", SCRIPT, ACCOUNT, ACCOUNT_KEY, &port.to_string()]).output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("azurite made no container: {}", String::from_utf8_lossy(&output.stderr))),
        Err(error) => Err(format!("azurite: cannot run node: {error}")),
    }
}
