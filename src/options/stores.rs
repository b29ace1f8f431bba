//! The options of stores: Gabion's own, the stores' own under the names they have there, and Hadoop's.
//!
//! They are taken wherever a URL is. Those of other stores than the URL's have no effect, so that one set of options serves
//! several stores.

use super::value::{Kind, duration};
use crate::error::Error;

/// An option of a store; docs/options.md says what each means.
pub struct StoreOption {
    pub name: &'static str,
    pub kind: Kind,
    /// Its value appears in no message.
    pub secret: bool,
}

const fn open(name: &'static str, kind: Kind) -> StoreOption {
    StoreOption { name, kind, secret: false }
}

const fn secret(name: &'static str) -> StoreOption {
    StoreOption { name, kind: TEXT, secret: true }
}

const TEXT: Kind = Kind::Form(is_line_or_document, "text without a NUL byte");
const PATH: Kind = Kind::Form(is_absolute, "an absolute path");
const TIME: Kind = Kind::Form(is_time, "a duration above zero such as `500ms`, `30s` or `5m`");
const ADDRESS: Kind = Kind::Form(is_address, "a URL such as https://host:port without a user, `?` and `#`");

/// What `store.credentials` says: where the right to use a store comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// The options.
    Static,
    /// The environment variables of the store's own tools.
    Env,
    /// A file of the store's own tools.
    File,
    /// A token that the platform puts into a file, changed for a credential.
    WebIdentity,
    /// The metadata service of the machine.
    Instance,
}

impl Credentials {
    pub(crate) const NAMES: &[&str] = &["static", "env", "file", "web-identity", "instance"];

    pub(super) fn named(name: &str) -> Option<Self> {
        const ALL: [Credentials; 5] =
            [Credentials::Static, Credentials::Env, Credentials::File, Credentials::WebIdentity, Credentials::Instance];
        Self::NAMES.iter().position(|known| *known == name).map(|at| ALL[at])
    }

    /// Its value in `store.credentials`.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

pub const OPTIONS: &[StoreOption] = &[
    // Gabion's.
    open("store.credentials", Kind::Enum(Credentials::NAMES)),
    open("store.timeout", TIME),
    open("store.retries", Kind::Integer(0, 100)),
    open("store.concurrency", Kind::Integer(1, 1024)),
    open("store.memory", Kind::Integer(16 << 20, 1 << 40)),
    open("store.bandwidth", Kind::Integer(1 << 10, 1 << 50)),
    open("store.ca_file", PATH),
    open("store.hadoop_conf_dir", PATH),
    open("store.hadoop_user", TEXT),
    open("store.kerberos_principal", TEXT),
    open("store.kerberos_keytab", PATH),
    // Of S3.
    secret("aws_access_key_id"),
    secret("aws_secret_access_key"),
    secret("aws_session_token"),
    open("aws_region", TEXT),
    open("aws_endpoint", ADDRESS),
    open("aws_virtual_hosted_style_request", Kind::Bool),
    open("aws_unsigned_payload", Kind::Bool),
    open("aws_checksum_algorithm", Kind::Enum(&["sha256", "crc64nvme"])),
    open("aws_request_payer", Kind::Bool),
    open("aws_server_side_encryption", Kind::Enum(&["AES256", "aws:kms", "aws:kms:dsse", "sse-c"])),
    open("aws_sse_kms_key_id", TEXT),
    open("aws_sse_bucket_key_enabled", Kind::Bool),
    secret("aws_sse_customer_key_base64"),
    open("aws_shared_credentials_file", PATH),
    open("aws_profile", TEXT),
    open("aws_web_identity_token_file", PATH),
    open("aws_role_arn", TEXT),
    open("aws_role_session_name", TEXT),
    open("aws_endpoint_url_sts", ADDRESS),
    open("aws_metadata_endpoint", ADDRESS),
    open("aws_imdsv1_fallback", Kind::Bool),
    open("aws_container_credentials_relative_uri", TEXT),
    open("aws_container_credentials_full_uri", ADDRESS),
    open("aws_container_authorization_token_file", PATH),
    // Of Google Cloud Storage.
    secret("google_service_account_key"),
    open("google_service_account", PATH),
    open("google_application_credentials", PATH),
    secret("google_bearer_token"),
    open("google_base_url", ADDRESS),
    // Of Azure Blob Storage.
    open("azure_storage_account_name", TEXT),
    secret("azure_storage_account_key"),
    secret("azure_storage_sas_key"),
    secret("azure_storage_token"),
    open("azure_storage_client_id", TEXT),
    secret("azure_storage_client_secret"),
    open("azure_storage_tenant_id", TEXT),
    open("azure_storage_authority_host", ADDRESS),
    open("azure_storage_endpoint", ADDRESS),
    secret("azure_storage_encryption_key"),
    open("azure_service_principal_file", PATH),
    open("azure_federated_token_file", PATH),
    open("azure_msi_endpoint", ADDRESS),
    open("azure_msi_resource_id", TEXT),
    open("azure_object_id", TEXT),
    // Of the connection to any of the three.
    open("allow_http", Kind::Bool),
    open("allow_invalid_certificates", Kind::Bool),
    open("connect_timeout", TIME),
    open("pool_idle_timeout", TIME),
    // A proxy's URL may have a password in it.
    secret("proxy_url"),
    open("proxy_excludes", TEXT),
    open("user_agent", TEXT),
];

/// What the names of Hadoop's options begin with; of those, any is taken.
pub const HADOOP: &[&str] = &["dfs.", "fs.", "hadoop.", "ipc."];

/// The option of a store that bears this name; its kind, and whether its value is a secret.
pub fn find(name: &str) -> Option<(Kind, bool)> {
    let own = OPTIONS.iter().find(|option| option.name == name).map(|option| (option.kind, option.secret));
    // Any of Hadoop's may hold a key or a password.
    own.or_else(|| is_hadoop(name).then_some((TEXT, true)))
}

/// Whether the value of the option `name` must appear in no message.
pub fn is_secret(name: &str) -> bool {
    find(name).is_some_and(|(_, secret)| secret)
}

/// Whether an option of this name is Hadoop's.
pub fn is_hadoop(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let has_rest = |prefix: &str| name.len() > prefix.len() && name.starts_with(prefix);
    name.len() <= 255 && name.bytes().all(plain) && HADOOP.iter().any(|prefix| has_rest(prefix))
}

fn is_line_or_document(text: &str) -> bool {
    !text.contains('\0')
}

fn is_absolute(text: &str) -> bool {
    is_line_or_document(text) && text.starts_with('/')
}

fn is_time(text: &str) -> bool {
    duration(text).is_some_and(|time| !time.is_zero())
}

fn is_address(text: &str) -> bool {
    let Ok(url) = url::Url::parse(text) else { return false };
    let is_plain = url.username().is_empty() && url.password().is_none() && !text.contains(['?', '#']);
    matches!(url.scheme(), "http" | "https") && url.has_host() && is_plain
}

/// A refusal of `found` for the option `name`, that repeats no secret.
pub fn complaint(name: &str, value: &str, found: &str) -> Error {
    let name_shown = super::quote(name);
    if is_secret(name) || (value.contains('@') && value.contains("://")) {
        return Error::invalid(format!("option {name_shown} is set to a value, not shown here, which {found}"));
    }
    Error::invalid(format!("option {name_shown} is set to {}, which {found}", super::quote(value)))
}
