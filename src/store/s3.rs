//! `s3://bucket/path`: Amazon S3, and servers that speak its protocol.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use object_store::CredentialProvider;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, AwsCredential};

use super::client::{self, Connector};
use super::credentials::{self, Access, Naming, client_options, connector, no_retries};
use super::objects::Objects;
use super::remote::{Backing, Remote};
use crate::error::{Error, Result};
use crate::options::{Credentials, StoreSettings};

pub(super) const NAMING: Naming = Naming {
    prefix: "aws_",
    of_variable,
    of_platform: &[
        "aws_web_identity_token_file",
        "aws_role_arn",
        "aws_role_session_name",
        "aws_endpoint_url_sts",
        "aws_region",
        "aws_container_credentials_relative_uri",
        "aws_container_credentials_full_uri",
        "aws_container_authorization_token_file",
    ],
};

/// Amazon's variables have several names for one thing.
fn of_variable(name: &str) -> Option<String> {
    let name = match name {
        "aws_endpoint_url" | "aws_endpoint_url_s3" => "aws_endpoint",
        "aws_default_region" => "aws_region",
        name => name,
    };
    name.starts_with("aws_").then(|| name.to_owned())
}

/// Options that are the crate's as they are.
const PASSED: &[&str] = &[
    "aws_region",
    "aws_endpoint",
    "aws_virtual_hosted_style_request",
    "aws_unsigned_payload",
    "aws_checksum_algorithm",
    "aws_request_payer",
    "aws_server_side_encryption",
    "aws_sse_kms_key_id",
    "aws_sse_bucket_key_enabled",
    "aws_sse_customer_key_base64",
];

/// Where the server is, as a part of a place.
pub(super) fn endpoint(url: &str, settings: &StoreSettings) -> String {
    let given = settings.texts.get("aws_endpoint").cloned();
    let found = given.or_else(|| Access::new(url, &NAMING, settings).ok()?.owned("aws_endpoint"));
    found.unwrap_or_default()
}

pub(super) fn open(url: &str, bucket: &str, prefix: &str, settings: &StoreSettings) -> Result<Objects> {
    let access = Access::new(url, &NAMING, settings)?;
    let connector = connector(&access, settings)?;
    open_with(url, (bucket, prefix), settings, &access, connector)
}

pub(super) fn open_with(
    url: &str,
    (bucket, prefix): (&str, &str),
    settings: &StoreSettings,
    access: &Access,
    connector: Connector,
) -> Result<Objects> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_client_options(client_options(settings))
        .with_retry(no_retries())
        // One request for each object, whose answer is about that object.
        .with_disable_bulk_delete(true)
        .with_http_connector(connector);
    for name in PASSED {
        builder = pass(builder, access, name)?;
    }
    builder = match access.source {
        Credentials::Static | Credentials::Env => {
            builder = builder.with_access_key_id(access.need("aws_access_key_id")?);
            builder = builder.with_secret_access_key(access.need("aws_secret_access_key")?);
            pass(builder, access, "aws_session_token")?
        }
        Credentials::File => builder.with_credentials(Arc::new(SharedFile::new(access)?)),
        Credentials::WebIdentity => {
            access.need("aws_web_identity_token_file")?;
            access.need("aws_role_arn")?;
            pass_all(
                builder,
                access,
                &["aws_web_identity_token_file", "aws_role_arn", "aws_role_session_name", "aws_endpoint_url_sts"],
            )?
        }
        Credentials::Instance => pass_all(
            builder,
            access,
            &[
                "aws_metadata_endpoint",
                "aws_imdsv1_fallback",
                "aws_container_credentials_relative_uri",
                "aws_container_credentials_full_uri",
                "aws_container_authorization_token_file",
            ],
        )?,
    };
    let store = builder.build().map_err(|error| client::refused(url, &error))?;
    let server = format!("s3:{}/{bucket}", access.get("aws_endpoint").unwrap_or_default());
    let backing = Backing::on_server(store, true, server);
    Ok(Objects::new(Remote::new(url, prefix, backing, settings, access.secrets())?))
}

fn pass_all(mut builder: AmazonS3Builder, access: &Access, names: &[&str]) -> Result<AmazonS3Builder> {
    for name in names {
        builder = pass(builder, access, name)?;
    }
    Ok(builder)
}

fn pass(builder: AmazonS3Builder, access: &Access, name: &str) -> Result<AmazonS3Builder> {
    let Some(value) = access.get(name) else { return Ok(builder) };
    let key = AmazonS3ConfigKey::from_str(name).map_err(|error| Error::invalid(error.to_string()))?;
    Ok(builder.with_config(key, value))
}

/// A shared credentials file, which is read again when it changes: its owner keeps it fresh.
#[derive(Debug)]
struct SharedFile {
    path: PathBuf,
    profile: String,
    known: Mutex<Option<(SystemTime, Arc<AwsCredential>)>>,
}

impl SharedFile {
    fn new(access: &Access) -> Result<Self> {
        let path = match (access.get("aws_shared_credentials_file"), std::env::var_os("HOME")) {
            (Some(path), _) => PathBuf::from(path),
            (None, Some(home)) => Path::new(&home).join(".aws/credentials"),
            (None, None) => return Err(access.lacks("the option aws_shared_credentials_file")),
        };
        let profile = access.get("aws_profile").unwrap_or("default").to_owned();
        let file = Self { path, profile, known: Mutex::new(None) };
        file.read()?;
        Ok(file)
    }

    fn read(&self) -> Result<Arc<AwsCredential>> {
        let modified = std::fs::metadata(&self.path).and_then(|metadata| metadata.modified()).ok();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, credential)) = known.as_ref().filter(|(read, _)| Some(*read) == modified) {
            return Ok(Arc::clone(credential));
        }
        let text = credentials::read("aws_shared_credentials_file", &self.path)?;
        let credential = profile(&text, &self.profile).map(Arc::new).ok_or_else(|| {
            Error::invalid(format!(
                "{} has no profile {} with aws_access_key_id and aws_secret_access_key",
                self.path.display(),
                self.profile
            ))
        })?;
        *known = modified.map(|modified| (modified, Arc::clone(&credential)));
        Ok(credential)
    }
}

/// The access key in the section `[wanted]` of a credentials file.
fn profile(text: &str, wanted: &str) -> Option<AwsCredential> {
    let mut inside = false;
    let (mut key_id, mut secret_key, mut token) = (None, None, None);
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            inside = name.trim() == wanted;
        } else if let (true, Some((name, value))) = (inside, line.split_once('=')) {
            let value = Some(value.trim().to_owned());
            match name.trim() {
                "aws_access_key_id" => key_id = value,
                "aws_secret_access_key" => secret_key = value,
                "aws_session_token" => token = value,
                _ => {}
            }
        }
    }
    Some(AwsCredential { key_id: key_id?, secret_key: secret_key?, token })
}

#[async_trait]
impl CredentialProvider for SharedFile {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        self.read().map_err(|error| object_store::Error::Unauthenticated {
            path: self.path.display().to_string(),
            source: error.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_of_a_credentials_file_is_found() {
        let text = "# mine\n[default]\naws_access_key_id = A\naws_secret_access_key=B=\n\n[ other ]\n\
                    aws_access_key_id=C\naws_secret_access_key=D\naws_session_token = E\nregion = x\n[half]\naws_access_key_id=F\n";
        let found = profile(text, "default").unwrap();
        assert_eq!((found.key_id.as_str(), found.secret_key.as_str(), found.token), ("A", "B=", None));
        let found = profile(text, "other").unwrap();
        assert_eq!((found.key_id.as_str(), found.token.as_deref()), ("C", Some("E")));
        assert!(profile(text, "half").is_none() && profile(text, "none").is_none());
    }
}
