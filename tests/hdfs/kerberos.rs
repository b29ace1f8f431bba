//! A cluster that asks for Kerberos, with a KDC of our own.
//!
//! The Kerberos library reads the environment, so each try is a copy of this binary with an environment of its own.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gabion::store::{Control, Link, Sum};

use crate::clusters::set;
use crate::place::{HOUR, Place};
use crate::servers::MiniDfs;

const TEST: &str = "kerberos::a_cluster_with_kerberos_takes_keytabs_and_tickets_and_nothing_else";
/// A URL, and options.
const ORDER: &str = "GABION_KERBEROS_ORDER";
const SERVICE: &str = "hdfs/localhost@GABION.TEST";
const USER: &str = "writer@GABION.TEST";

/// A KDC with a realm of its own, on loopback; it dies with its owner.
struct Kdc {
    folder: tempfile::TempDir,
    process: Child,
}

impl Kdc {
    /// `None` where it is not installed.
    fn start() -> Option<Self> {
        if !["/usr/sbin/krb5kdc", "/usr/sbin/kdb5_util", "/usr/sbin/kadmin.local", "/usr/bin/kinit"]
            .iter()
            .all(|program| Path::new(program).exists())
        {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let here = folder.path().display();
        let client = format!(
            "[libdefaults]\n default_realm = GABION.TEST\n dns_lookup_kdc = false\n dns_canonicalize_hostname = false\n \
             rdns = false\n udp_preference_limit = 1\n[realms]\n GABION.TEST = {{\n kdc = 127.0.0.1:{port}\n }}\n"
        );
        let server = format!(
            "[kdcdefaults]\n kdc_listen = 127.0.0.1:{port}\n kdc_tcp_listen = 127.0.0.1:{port}\n[realms]\n GABION.TEST = {{\n \
             database_name = {here}/principals\n key_stash_file = {here}/stash\n }}\n[logging]\n kdc = FILE:{here}/log\n"
        );
        fs::write(folder.path().join("krb5.conf"), client).unwrap();
        fs::write(folder.path().join("kdc.conf"), server).unwrap();
        Self::run(folder.path(), "/usr/sbin/kdb5_util", &["create", "-r", "GABION.TEST", "-s", "-P", "master"]);
        for (keytab, principals) in [("service", vec![SERVICE, "HTTP/localhost"]), ("user", vec![USER])] {
            for principal in principals {
                let add = format!("addprinc -randkey {principal}");
                let export = format!("ktadd -k {here}/{keytab}.keytab {principal}");
                for query in [add, export] {
                    Self::run(folder.path(), "/usr/sbin/kadmin.local", &["-r", "GABION.TEST", "-q", &query]);
                }
            }
        }
        let mut kdc = Command::new("setpriv");
        kdc.args(["--pdeathsig", "KILL", "/usr/sbin/krb5kdc", "-n", "-r", "GABION.TEST"]);
        Self::environment(&mut kdc, folder.path());
        let process = kdc.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(20), "the KDC does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self { folder, process })
    }

    fn environment(command: &mut Command, folder: &Path) {
        command.env("KRB5_CONFIG", folder.join("krb5.conf")).env("KRB5_KDC_PROFILE", folder.join("kdc.conf"));
        command.env("KRB5CCNAME", format!("FILE:{}", folder.join("none").display()));
    }

    fn run(folder: &Path, program: &str, arguments: &[&str]) {
        let mut command = Command::new(program);
        Self::environment(&mut command, folder);
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// An HDFS that wants tickets of this KDC.
    fn cluster(&self) -> Result<MiniDfs, String> {
        let keytab = self.path("service.keytab").display().to_string();
        let of = |name: &str, value: &str| format!("{name}={value}");
        let arguments = [
            of("login", &format!("{SERVICE}:{keytab}")),
            of("hadoop.security.authentication", "kerberos"),
            of("hadoop.security.authorization", "true"),
            of("dfs.namenode.kerberos.principal", SERVICE),
            of("dfs.namenode.keytab.file", &keytab),
            of("dfs.datanode.kerberos.principal", SERVICE),
            of("dfs.datanode.keytab.file", &keytab),
            of("dfs.web.authentication.kerberos.principal", "HTTP/localhost@GABION.TEST"),
            of("dfs.web.authentication.kerberos.keytab", &keytab),
            of("dfs.block.access.token.enable", "true"),
            of("ignore.secure.ports.for.testing", "true"),
        ];
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let flag = format!("-Djava.security.krb5.conf={}", self.path("krb5.conf").display());
        MiniDfs::start_with(&[&flag], &arguments)
    }

    /// Runs this test in a process of its own, which uses the URL with these options; what it said.
    fn try_it(&self, url: &str, cache: &str, options: &[(&str, &str)]) -> (bool, String) {
        let options: Vec<String> = options.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut child = Command::new(std::env::current_exe().unwrap());
        Self::environment(&mut child, self.folder.path());
        let output = child
            .args([TEST, "--exact", "--nocapture"])
            .env("KRB5CCNAME", format!("FILE:{}", self.path(cache).display()))
            .env(ORDER, format!("{url} {}", options.join(" ")))
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

impl Drop for Kdc {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// In the copy: a snapshot of some megabytes.
fn obey(order: &str) {
    let (url, options) = order.split_once(' ').unwrap();
    let options: Vec<(&str, &str)> = options.split(' ').filter_map(|option| option.split_once('=')).collect();
    let place = Place::at(url, &set(&options));
    let published = place.publish(&place.writer(HOUR), &[], &["a", "b"]).unwrap_or_else(|error| panic!("{error}"));
    let bytes = vec![7; 5 << 20];
    let from = place.scratch().join("large");
    fs::write(&from, &bytes).unwrap();
    let sum = Sum::of(&bytes);
    place.store().put_file(&from, "files/large", &sum, Link::Never, &Control::new()).unwrap();
    assert_eq!(place.store().sum("files/large", &Control::new()).unwrap(), Some(sum));
    place.store().delete(&["files/large".to_owned()], &Control::new()).unwrap();
    assert_eq!(place.check_swept().last(), Some(&published.number));
}

#[test]
fn a_cluster_with_kerberos_takes_keytabs_and_tickets_and_nothing_else() {
    if let Ok(order) = std::env::var(ORDER) {
        obey(&order);
        return;
    }
    let Some(kdc) = Kdc::start() else {
        println!("SKIPPED: {TEST}: no KDC here (Debian: krb5-kdc, krb5-admin-server, krb5-user)");
        return;
    };
    let cluster = match kdc.cluster() {
        Ok(cluster) => cluster,
        Err(why) => {
            println!("SKIPPED: {TEST}: {why}");
            return;
        }
    };
    cluster.tell("mkdir /open");
    cluster.tell("chmod /open 777");
    let keytab = kdc.path("user.keytab").display().to_string();
    let kerberos = ("hadoop.security.authentication", "kerberos");
    let key = [kerberos, ("store.kerberos_principal", USER), ("store.kerberos_keytab", &keytab)];
    let cache = format!("FILE:{}", kdc.path("tickets").display());
    Kdc::run(kdc.folder.path(), "/usr/bin/kinit", &["-c", &cache, "-k", "-t", &keytab, USER]);
    for (name, cache, options) in [("keytab", "none", &key[..]), ("ticket", "tickets", &key[..1])] {
        let (succeeded, said) = kdc.try_it(&cluster.url(&format!("/open/{name}")), cache, options);
        assert!(succeeded, "{name}: {said}");
    }
    let patience = ("store.retries", "1");
    for (name, options) in [("no ticket", &[kerberos, patience][..]), ("no login", &[patience][..])] {
        let (succeeded, said) = kdc.try_it(&cluster.url("/open/refused"), "none", options);
        assert!(!succeeded, "{name}: {said}");
        for word in ["login", "keytab", "libgssapi_krb5.so.2", "kinit"] {
            assert!(said.contains(word), "{name}: no {word:?} in: {said}");
        }
    }
}
