//! `Access`: the options of one cloud store, put together from where `store.credentials` says and from nowhere else.

use std::collections::BTreeMap;
use std::path::Path;

use object_store::{ClientOptions, RetryConfig};

use super::client::Connector;
use crate::error::{Error, Result};
use crate::options::{Credentials, StoreSettings};

/// What is special about a store's options.
pub(super) struct Naming {
    /// What the names of its own options begin with.
    pub(super) prefix: &'static str,
    /// The name of an option for the name of an environment variable in lower case.
    pub(super) of_variable: fn(&str) -> Option<String>,
    /// Options that `web-identity` and `instance` take from the environment: the platform puts them there.
    pub(super) of_platform: &'static [&'static str],
}

/// The options of one store, the environment's among them where that is asked for.
pub(super) struct Access {
    url: String,
    pub(super) source: Credentials,
    texts: BTreeMap<String, String>,
}

impl Access {
    /// Refused without a source of credentials.
    pub(super) fn new(url: &str, naming: &Naming, settings: &StoreSettings) -> Result<Self> {
        Self::with_environment(url, naming, settings, &|| {
            let pairs = std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
            pairs.collect()
        })
    }

    fn with_environment(
        url: &str,
        naming: &Naming,
        settings: &StoreSettings,
        environment: &dyn Fn() -> Vec<(String, String)>,
    ) -> Result<Self> {
        let Some(source) = settings.credentials else {
            return Err(Error::invalid(format!(
                "{url} needs the option store.credentials, which says where the right to use it comes from: {}",
                Credentials::NAMES.join(", ")
            )));
        };
        let own = |name: &String| name.starts_with(naming.prefix);
        let given = settings.texts.iter().filter(|(name, _)| own(name));
        let mut texts: BTreeMap<String, String> = given.map(|(name, value)| (name.clone(), value.clone())).collect();
        let wanted = |name: &str| match source {
            Credentials::Static | Credentials::File => false,
            Credentials::Env => true,
            Credentials::WebIdentity | Credentials::Instance => naming.of_platform.contains(&name),
        };
        if matches!(source, Credentials::Env | Credentials::WebIdentity | Credentials::Instance) {
            for (variable, value) in environment() {
                let Some(name) = (naming.of_variable)(&variable.to_ascii_lowercase()) else { continue };
                if wanted(&name) && !value.is_empty() {
                    texts.entry(name).or_insert(value);
                }
            }
        }
        Ok(Self { url: url.to_owned(), source, texts })
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.texts.get(name).cloned()
    }

    /// The value of an option that the source of credentials can't do without.
    #[cfg(any(feature = "s3", feature = "azure"))]
    pub(super) fn need(&self, name: &str) -> Result<&str> {
        self.get(name).ok_or_else(|| self.lacks(&format!("the option {name}")))
    }

    /// Something is missing.
    pub(super) fn lacks(&self, what: &str) -> Error {
        let source = self.source.name();
        let variables = if self.source == Credentials::Env { ", or the environment variable of that name" } else { "" };
        Error::invalid(format!("{} with store.credentials = {source} needs {what}{variables}", self.url))
    }

    /// Values that no message may have in it.
    pub(super) fn secrets(&self) -> impl Iterator<Item = String> {
        let secret = self.texts.iter().filter(|(name, value)| crate::options::is_secret(name) && value.len() > 3);
        secret.map(|(_, value)| value.clone())
    }
}

/// The text of the file `path`, which the option `name` names.
pub(super) fn read(name: &str, path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| Error::io_named(&format!("read the credentials ({name}) in"), path, &error))
}

/// Whether `settings` allow servers without TLS.
fn allows_http(settings: &StoreSettings) -> bool {
    matches!(settings.texts.get("allow_http").map(String::as_str), Some("true" | "1"))
}

/// The options of the crate's HTTP client: ours does the rest.
pub(super) fn client_options(settings: &StoreSettings) -> ClientOptions {
    ClientOptions::new().with_allow_http(allows_http(settings))
}

/// Every try is ours, so that they can be counted, paused and stopped.
pub(super) fn no_retries() -> RetryConfig {
    RetryConfig { max_retries: 0, retry_timeout: std::time::Duration::ZERO, ..RetryConfig::default() }
}

/// The client of a store, which calls a metadata address only if its credentials come from there.
pub(super) fn connector(access: &Access, settings: &StoreSettings) -> Result<Connector> {
    Connector::new(settings, access.source == Credentials::Instance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    const NAMING: Naming = Naming {
        prefix: "aws_",
        of_variable: |name| name.starts_with("aws_").then(|| name.to_owned()),
        of_platform: &["aws_role_arn"],
    };

    fn access(settings: &[(&str, &str)]) -> Result<Access> {
        let mut options = Options::new();
        settings.iter().for_each(|(name, value)| options.set(name, value).unwrap());
        let environment =
            [("AWS_ACCESS_KEY_ID", "of env"), ("AWS_REGION", "of env"), ("AWS_ROLE_ARN", "of env"), ("HOME", "/")];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Access::with_environment("s3://b", &NAMING, &options.store(), &|| environment.to_vec())
    }

    #[test]
    fn the_environment_is_asked_only_by_those_who_say_so() {
        for (source, key, role) in [
            ("static", None, None),
            ("file", None, None),
            ("env", Some("of env"), Some("of env")),
            ("web-identity", None, Some("of env")),
            ("instance", None, Some("of env")),
        ] {
            let access = access(&[("store.credentials", source), ("google_base_url", "http://h")]).unwrap();
            assert_eq!((access.get("aws_access_key_id"), access.get("aws_role_arn")), (key, role), "{source}");
            assert_eq!(access.get("google_base_url"), None, "another store's");
        }
    }

    #[test]
    fn an_option_wins_over_the_environment() {
        let access = access(&[("store.credentials", "env"), ("aws_region", "of options")]).unwrap();
        assert_eq!(access.get("aws_region"), Some("of options"));
    }

    #[test]
    fn what_is_missing_is_named_and_secrets_are_known() {
        assert!(access(&[]).is_err_and(|error| error.message.contains("static, env, file")));
        let access = access(&[("store.credentials", "static"), ("aws_secret_access_key", "the-Secret")]).unwrap();
        let error = access.need("aws_access_key_id").unwrap_err();
        assert!(error.message.contains("static needs the option aws_access_key_id"), "{error}");
        assert_eq!(access.secrets().collect::<Vec<_>>(), ["the-Secret"]);
    }
}
