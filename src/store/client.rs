//! The HTTP client under the stores of `object_store`: it follows no redirect, takes no proxy from the environment, calls no
//! metadata address unless it may, and notes what the server says when it refuses.

use std::error::Error as StdError;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use object_store::ClientConfigKey;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::tls::Certificate;
use reqwest::{NoProxy, Proxy, redirect};

use super::answer::{self, Answer};
use crate::error::{Code, Error, Result};
use crate::options::{StoreSettings, duration};
use crate::version;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// More of an answer of refusal is not read.
const MOST_OF_REFUSAL: usize = 64 << 10;

/// Makes the clients of one store.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    proxy: Option<(String, Option<String>)>,
    certificates: Vec<Certificate>,
    any_certificate: bool,
    connect_timeout: Duration,
    pool_idle_timeout: Duration,
    user_agent: String,
    /// May it call metadata addresses?
    instance: bool,
    #[cfg(test)]
    pub(super) instead: Option<HttpClient>,
}

impl Connector {
    /// As `settings` say. `instance`: the credential comes from a metadata address.
    pub(super) fn new(settings: &StoreSettings, instance: bool) -> Result<Self> {
        let text = |name: &str| settings.texts.get(name).map(String::as_str);
        let time = |name, default| text(name).and_then(duration).unwrap_or(default);
        Ok(Self {
            proxy: text("proxy_url").map(|url| (url.to_owned(), text("proxy_excludes").map(str::to_owned))),
            certificates: text("store.ca_file").map_or(Ok(Vec::new()), |path| certificates(Path::new(path)))?,
            any_certificate: matches!(text("allow_invalid_certificates"), Some("true" | "1")),
            connect_timeout: time("connect_timeout", CONNECT_TIMEOUT),
            pool_idle_timeout: time("pool_idle_timeout", POOL_IDLE_TIMEOUT),
            user_agent: text("user_agent").map_or_else(|| format!("gabion/{}", version::VERSION), str::to_owned),
            instance,
            #[cfg(test)]
            instead: None,
        })
    }

    /// A client; of the options of `object_store`, only whether it may do without TLS counts.
    fn client(&self, allow_http: bool) -> std::result::Result<reqwest::Client, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .user_agent(&self.user_agent)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .http1_only()
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(self.pool_idle_timeout)
            .tcp_keepalive(Duration::from_secs(30))
            .tls_certs_merge(self.certificates.iter().cloned())
            .tls_danger_accept_invalid_certs(self.any_certificate)
            .https_only(!allow_http);
        if let Some((url, excludes)) = &self.proxy {
            let excludes = excludes.as_deref().and_then(NoProxy::from_string);
            builder = builder.proxy(Proxy::all(url)?.no_proxy(excludes));
        }
        if !self.instance {
            builder = builder.dns_resolver(Arc::new(Resolver));
        }
        builder.build()
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>> {
    let pem = std::fs::read(path).map_err(|error| Error::io_named("read the certificates in", path, &error))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(Error::invalid(format!("{} (store.ca_file) has no PEM certificates in it", path.display()))),
    }
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let allow_http = options.get_config_value(&ClientConfigKey::AllowHttp).as_deref() == Some("true");
        let client = self.client(allow_http).map(HttpClient::new);
        #[cfg(test)]
        let client = self.instead.clone().map_or(client, Ok);
        let client = client
            .map_err(|error| object_store::Error::Generic { store: "HTTP", source: error.without_url().into() })?;
        Ok(HttpClient::new(Watched { client, instance: self.instance }))
    }
}

/// A client that is watched.
#[derive(Debug)]
struct Watched {
    client: HttpClient,
    instance: bool,
}

#[async_trait]
impl HttpService for Watched {
    async fn call(&self, request: HttpRequest) -> std::result::Result<HttpResponse, HttpError> {
        if !self.instance && is_metadata_url(&request.uri().to_string()) {
            return Err(HttpError::new(HttpErrorKind::Unknown, MetadataAddress));
        }
        // An answer to a POST is small, and may be an error though its status is a success.
        let is_post = request.method() == "POST";
        let response = self.client.execute(request).await?;
        let success = response.status().is_success();
        if success && !is_post {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let bytes = body.bytes().await?;
        let head = &bytes[..bytes.len().min(MOST_OF_REFUSAL)];
        if !success || head.windows(7).any(|window| window == b"<Error>") {
            let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
            let mut answer = Answer::read(parts.status.as_u16(), head);
            if answer.code.is_empty() {
                answer.code = header("x-ms-error-code").unwrap_or_default().chars().take(80).collect();
            }
            answer.pause = header("retry-after").and_then(|value| value.parse().ok()).map(Duration::from_secs);
            answer::note(answer);
        }
        Ok(HttpResponse::from_parts(parts, bytes.into()))
    }
}

/// A request went to a metadata address, and must not.
#[derive(Debug)]
struct MetadataAddress;

impl fmt::Display for MetadataAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is a metadata address")
    }
}

impl StdError for MetadataAddress {}

/// Names of metadata services.
const METADATA_NAMES: &[&str] =
    &["metadata.google.internal", "metadata", "metadata.goog", "instance-data", "instance-data.ec2.internal"];

/// Whether the host of `url` is a metadata service, in whatever form it is written.
fn is_metadata_url(url: &str) -> bool {
    match url::Url::parse(url).ok().as_ref().and_then(url::Url::host) {
        Some(url::Host::Ipv4(address)) => is_metadata_address(address.into()),
        Some(url::Host::Ipv6(address)) => is_metadata_address(address.into()),
        Some(url::Host::Domain(name)) => {
            METADATA_NAMES.contains(&name.trim_end_matches('.').to_ascii_lowercase().as_str())
        }
        None => true,
    }
}

/// Link-local addresses, and the few others that clouds use.
fn is_metadata_address(address: IpAddr) -> bool {
    const AZURE_WIRE: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);
    const ALIBABA: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);
    const ORACLE: Ipv4Addr = Ipv4Addr::new(192, 0, 0, 192);
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_link_local() || [AZURE_WIRE, ALIBABA, ORACLE].contains(&address),
        IpAddr::V6(address) => {
            let amazon = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0).segments();
            address.is_unicast_link_local() || address.segments()[..7] == amazon[..7]
        }
    }
}

/// The system's resolver, which keeps names from leading to metadata addresses.
struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || (name.as_str(), 0).to_socket_addrs()).await??;
            let found: Vec<_> = found.collect();
            if found.iter().any(|address| is_metadata_address(address.ip())) {
                return Err(MetadataAddress.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// An error of a builder of `object_store`, which is about settings.
pub(super) fn refused(url: &str, error: &object_store::Error) -> Error {
    Error::new(Code::InvalidArgument, format!("cannot reach {url} with these options: {error}"))
}

#[cfg(all(test, feature = "s3", feature = "gcs", feature = "azure"))]
mod tests {
    use super::*;

    #[test]
    fn metadata_addresses_are_known_in_every_form() {
        for url in [
            "http://169.254.169.254/latest/meta-data",
            "http://169.254.170.2/v2/credentials/x",
            "http://169.254.170.23/v1/credentials",
            "http://2852039166/",
            "http://0xa9fea9fe/",
            "http://0251.0376.0251.0376/",
            "http://[fd00:ec2::254]/latest",
            "http://[fd00:ec2::23]/v1",
            "http://[::ffff:169.254.169.254]/",
            "http://[fe80::1]/",
            "http://metadata.google.internal/x",
            "http://METADATA.google.internal./x",
            "http://metadata/x",
            "http://168.63.129.16/",
            "http://100.100.100.200/",
        ] {
            assert!(is_metadata_url(url), "{url}");
        }
        for url in [
            "https://s3.eu-west-1.amazonaws.com/bucket",
            "http://127.0.0.1:9000/",
            "http://[::1]:9000/",
            "http://10.0.0.1/metadata",
            "http://metadata.example.com/",
            "https://storage.googleapis.com/169.254.169.254",
        ] {
            assert!(!is_metadata_url(url), "{url}");
        }
    }

    /// Notes where requests go, and answers none.
    #[derive(Clone, Debug, Default)]
    struct Recorder(Arc<std::sync::Mutex<Vec<String>>>);

    #[async_trait]
    impl HttpService for Recorder {
        async fn call(&self, request: HttpRequest) -> std::result::Result<HttpResponse, HttpError> {
            self.0.lock().unwrap().push(request.uri().to_string());
            Err(HttpError::new(HttpErrorKind::Unknown, std::io::Error::other("recorded")))
        }
    }

    /// Where a store with these settings sends requests when it is written to.
    fn asked(url: &str, settings: &[(&str, &str)]) -> Vec<String> {
        let mut options = crate::Options::new();
        settings.iter().for_each(|(name, value)| options.set(name, value).unwrap());
        options.set("store.retries", "0").unwrap();
        let settings = options.store();
        let recorder = Recorder::default();
        let mut connector =
            Connector::new(&settings, settings.credentials == Some(crate::options::Credentials::Instance)).unwrap();
        connector.instead = Some(HttpClient::new(recorder.clone()));
        let access = |naming| super::super::credentials::Access::new(url, naming, &settings).unwrap();
        use super::super::{Store, azure, google, s3};
        let store = match url.split(':').next().unwrap() {
            "s3" => s3::open_with(url, ("b", "x"), &settings, &access(&s3::NAMING), connector),
            "gs" => google::open_with(url, ("b", "x"), &settings, &access(&google::NAMING), connector),
            _ => azure::open_with(url, ("a", "b", "x"), &settings, &access(&azure::NAMING), connector),
        };
        store.unwrap().put_new("sequence/1", bytes::Bytes::new(), &super::super::Control::new()).unwrap_err();
        let asked = recorder.0.lock().unwrap().clone();
        assert!(!asked.is_empty(), "{url} {settings:?} asked nobody");
        asked
    }

    #[test]
    fn only_instance_asks_a_metadata_address() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
            folder.path().join(name).display().to_string()
        };
        let keys = file("keys", "[default]\naws_access_key_id = k\naws_secret_access_key = s\n");
        let token = file("token", "token");
        let principal = file("principal", r#"{"appId": "c", "password": "s", "tenant": "t"}"#);
        let account = r#"{"disable_oauth": true, "client_email": "", "private_key": "", "private_key_id": ""}"#;
        let account_file = file("account", account);
        let keyed = |source: &'static str, rest: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
            let rest = rest.iter().map(|(name, value)| (*name, (*value).to_owned()));
            std::iter::once(("store.credentials", source.to_owned())).chain(rest).collect()
        };
        let s3 = [("aws_access_key_id", "k"), ("aws_secret_access_key", "s")];
        for (url, settings) in [
            ("s3://b/x", keyed("static", &s3)),
            ("s3://b/x", keyed("env", &s3)),
            ("s3://b/x", keyed("file", &[("aws_shared_credentials_file", &keys)])),
            ("s3://b/x", keyed("web-identity", &[("aws_web_identity_token_file", &token), ("aws_role_arn", "r")])),
            ("gs://b/x", keyed("static", &[("google_service_account_key", account)])),
            ("gs://b/x", keyed("static", &[("google_bearer_token", "t")])),
            ("gs://b/x", keyed("env", &[("google_service_account_key", account)])),
            ("gs://b/x", keyed("file", &[("google_service_account", &account_file)])),
            ("az://b/x", keyed("static", &[("azure_storage_account_key", "a2V5")])),
            ("az://b/x", keyed("static", &[("azure_storage_sas_key", "sig=x")])),
            ("az://b/x", keyed("static", &[("azure_storage_token", "t")])),
            ("az://b/x", keyed("env", &[("azure_storage_account_key", "a2V5")])),
            ("az://b/x", keyed("file", &[("azure_service_principal_file", &principal)])),
            (
                "az://b/x",
                keyed(
                    "web-identity",
                    &[
                        ("azure_federated_token_file", &token),
                        ("azure_storage_client_id", "c"),
                        ("azure_storage_tenant_id", "t"),
                    ],
                ),
            ),
        ] {
            let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let asked = asked(url, &settings);
            assert!(asked.iter().all(|asked| !is_metadata_url(asked)), "{url} {settings:?} asked {asked:?}");
        }
        for url in ["s3://b/x", "gs://b/x", "az://b/x"] {
            let asked = asked(url, &[("store.credentials", "instance")]);
            assert!(asked.iter().any(|asked| is_metadata_url(asked)), "{url} asked {asked:?}");
        }
    }

    #[test]
    fn a_metadata_address_as_a_server_is_refused() {
        for server in ["http://169.254.169.254", "http://metadata.google.internal", "http://[::ffff:a9fe:a9fe]:80"] {
            let settings = [
                ("store.credentials", "static"),
                ("aws_access_key_id", "k"),
                ("aws_secret_access_key", "s"),
                ("allow_http", "true"),
                ("aws_endpoint", server),
            ];
            let mut options = crate::Options::new();
            settings.iter().for_each(|(name, value)| options.set(name, value).unwrap());
            let store = super::super::open("s3://b/x", &options.store()).unwrap();
            let error = store.list("files", &super::super::Control::new()).unwrap_err();
            assert!(error.message.contains("metadata address") && error.message.contains("tried once"), "{error}");
        }
    }
}
