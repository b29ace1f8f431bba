//! One client of an HDFS: made at first need, every call with a time limit, replaced when nobody answers.

use std::fmt::Display;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hdfs_native::{Client, ClientBuilder};

use super::Attempt;
use super::configuration::{Configuration, folder_of_environment};
use super::failure::Failure;
use crate::error::{Code, Error, Result};
use crate::options::{StoreSettings, is_hadoop};
use crate::store::{Control, runtime};

/// The first pause before another try; each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// The last try begins so many time limits of one call after the first one failed.
const PATIENCE: u32 = 2;
/// How often a sleeper looks at its cancel flag.
const TICK: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(super) struct Connection {
    /// Of the file system, without a path.
    url: String,
    settings: StoreSettings,
    configuration: Configuration,
    client: Mutex<Option<Client>>,
}

impl Connection {
    /// To the name node `authority` (`host:port`), or name service; empty, to the configuration's default.
    pub(super) fn new(authority: &str, settings: &StoreSettings) -> Self {
        let folder = settings.hadoop_conf_dir.clone().or_else(folder_of_environment);
        let properties = settings.texts.iter().filter(|(name, _)| is_hadoop(name));
        let mut configuration = Configuration::new(folder.as_deref(), properties);
        let authority = match authority {
            "" => configuration.default_authority(),
            authority => authority.to_owned(),
        };
        if !authority.is_empty() && !authority.contains(':') {
            // The first name node of the list may be the one that is silent, and those that only observe answer from the past.
            let provider = "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider";
            configuration.set(format!("dfs.client.failover.random.order.{authority}"), "true");
            configuration.set(format!("dfs.client.failover.proxy.provider.{authority}"), provider);
        }
        let (url, settings) = (format!("hdfs://{authority}"), settings.clone());
        Self { url, settings, configuration, client: Mutex::default() }
    }

    pub(super) fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Runs `call` once: an answer or a failure within the time limit, whatever the client does.
    pub(super) fn once<T, F>(&self, control: &Control, call: impl FnOnce(Client) -> F) -> Attempt<T>
    where
        T: Send + 'static,
        F: Future<Output = hdfs_native::Result<T>> + Send + 'static,
    {
        let client = self.client(control)?;
        self.wait(control, call(client))
    }

    /// Waits for a part of a call, such as the next bytes of a file.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        control: &Control,
        part: impl Future<Output = hdfs_native::Result<T>> + Send + 'static,
    ) -> Attempt<T> {
        let answer = self.within_limit(control, part);
        if answer.as_ref().is_err_and(|failure| failure.is_silent) {
            // Its connection may be to a host that is gone; only a new one finds that out.
            *self.client.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        answer
    }

    fn within_limit<T: Send + 'static>(
        &self,
        control: &Control,
        part: impl Future<Output = hdfs_native::Result<T>> + Send + 'static,
    ) -> Attempt<T> {
        match runtime::block_on(part, self.settings.timeout, control) {
            Ok(answer) => answer.map_err(Failure::from),
            Err(error) if error.code == Code::Panic => {
                Err(Failure::silent("the client of HDFS failed in a panic; its words are on standard error"))
            }
            // The caller's deadline is not ours.
            Err(error) if error.code == Code::TimedOut && control.check().is_ok() => Err(Failure {
                code: Code::TimedOut,
                ..Failure::silent(format!("no answer within {:?} (store.timeout)", self.settings.timeout))
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// Runs `call` until it has an answer, or fails in a way that more tries don't help, or has had all its tries.
    pub(super) fn call<T, F>(
        &self,
        what: &dyn Display,
        control: &Control,
        mut call: impl FnMut(Client) -> F,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = hdfs_native::Result<T>> + Send + 'static,
    {
        self.retry(what, control, || self.once(control, &mut call))
    }

    /// Runs `attempt` until it succeeds, or fails in a way that more tries don't help, or has had all its tries and time.
    /// `what` says what could not be done, and where.
    pub(super) fn retry<T>(
        &self,
        what: &dyn Display,
        control: &Control,
        mut attempt: impl FnMut() -> Attempt<T>,
    ) -> Result<T> {
        let started = Instant::now();
        let (mut pause, mut tries, mut last_start) = (FIRST_PAUSE, 0, None);
        loop {
            let failure = match attempt() {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            tries += 1;
            // A file may have taken long until it failed.
            let last_start = *last_start.get_or_insert_with(|| Instant::now() + self.settings.timeout * PATIENCE);
            if !failure.may_pass || tries > self.settings.retries || Instant::now() + pause > last_start {
                let tried = match tries {
                    1 => String::new(),
                    tries => format!("; tried {tries} times in {:.1} s", started.elapsed().as_secs_f64()),
                };
                return Err(Error::new(failure.code, format!("cannot {what}: {}{tried}", failure.sentence)));
            }
            // Others fail at the same time; they should not all come back at the same time.
            sleep(pause.mul_f64(0.5 + 0.5 * jitter()), control)?;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// The client that calls use now, or a new one if the last one was given up.
    pub(super) fn current(&self) -> Option<Client> {
        self.client(&Control::new()).ok()
    }

    fn client(&self, control: &Control) -> Attempt<Client> {
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        match &*client {
            Some(client) => Ok(client.clone()),
            None => Ok(client.insert(self.connect(control)?).clone()),
        }
    }

    /// A new client. It connects at its first call.
    fn connect(&self, control: &Control) -> Attempt<Client> {
        let mut builder = ClientBuilder::new().with_url(&self.url).with_config(self.configuration.pairs());
        if let Some(folder) = &self.settings.hadoop_conf_dir {
            if !folder.is_dir() {
                let text = format!("store.hadoop_conf_dir names {}, which is no directory", folder.display());
                return Err(Failure::lasting(Code::InvalidArgument, text));
            }
            builder = builder.with_config_dir(folder.display().to_string());
        }
        let option = |name| self.settings.texts.get(name);
        if let Some(user) = option("store.hadoop_user") {
            builder = builder.with_user(user);
        }
        if let Some(principal) = option("store.kerberos_principal") {
            builder = builder.with_kerberos_principal(principal);
        }
        if let Some(keytab) = option("store.kerberos_keytab") {
            if option("store.kerberos_principal").is_none() {
                let text = "store.kerberos_keytab needs store.kerberos_principal: whose key it is to take";
                return Err(Failure::lasting(Code::InvalidArgument, text));
            }
            builder = builder.with_kerberos_keytab(keytab);
        }
        // The client starts its tasks on the runtime that it was built on.
        self.within_limit(control, async move { builder.build() })
    }
}

/// Between 0 and 1.
fn jitter() -> f64 {
    let [a, b, c, d, ..] = uuid::Uuid::new_v4().into_bytes();
    f64::from(u32::from_le_bytes([a, b, c, d])) / f64::from(u32::MAX)
}

/// Sleeps, unless `control` ends it.
fn sleep(time: Duration, control: &Control) -> Result<()> {
    let end = Instant::now() + time;
    loop {
        control.check()?;
        match end.checked_duration_since(Instant::now()) {
            Some(left) => std::thread::sleep(left.min(TICK)),
            None => return Ok(()),
        }
    }
}
