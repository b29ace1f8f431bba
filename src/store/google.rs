//! `gs://bucket/path`: Google Cloud Storage.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::StaticCredentialProvider;
use object_store::gcp::{GcpCredential, GoogleCloudStorageBuilder};

use super::client::{self, Connector};
use super::credentials::{self, Access, Naming, client_options, connector, no_retries};
use super::objects::Objects;
use super::remote::{Backing, Remote};
use crate::error::{Error, Result};
use crate::options::{Credentials, StoreSettings};

pub(super) const NAMING: Naming = Naming { prefix: "google_", of_variable, of_platform: &[] };
const SERVER: &str = "https://storage.googleapis.com";

fn of_variable(name: &str) -> Option<String> {
    name.starts_with("google_").then(|| name.to_owned())
}

/// Where the server is, as a part of a place.
pub(super) fn endpoint(url: &str, settings: &StoreSettings) -> String {
    let given = settings.texts.get("google_base_url").cloned();
    let found = given.or_else(|| Access::new(url, &NAMING, settings).ok()?.owned("google_base_url"));
    found.filter(|found| found.trim_end_matches('/') != SERVER).unwrap_or_default()
}

pub(super) fn open(url: &str, bucket: &str, prefix: &str, settings: &StoreSettings) -> Result<Objects> {
    if settings.credentials == Some(Credentials::WebIdentity) {
        return Err(Error::invalid(format!(
            "{url} can't be used with store.credentials = web-identity: the client of Google's storage can't change such a token \
             for a credential; use file with a service account, or instance, which a workload identity of GKE serves"
        )));
    }
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
    let server = access.get("google_base_url").unwrap_or(SERVER).trim_end_matches('/');
    let mut builder = GoogleCloudStorageBuilder::new()
        .with_bucket_name(bucket)
        .with_base_url(server)
        .with_client_options(client_options(settings))
        .with_retry(no_retries())
        .with_http_connector(connector);
    builder = match access.source {
        Credentials::Static => with_key(builder, access)?,
        Credentials::Env => match named_file(access) {
            Some(_) if access.get("google_service_account_key").is_none() => with_file(builder, access)?,
            _ => with_key(builder, access)?,
        },
        Credentials::File => with_file(builder, access)?,
        // Nothing given: the builder asks the metadata service.
        Credentials::Instance | Credentials::WebIdentity => builder,
    };
    let store = builder.build().map_err(|error| client::refused(url, &error))?;
    let server = format!("gs:{server}/{bucket}");
    let backing = Backing::on_server(store, true, server);
    Ok(Objects::new(Remote::new(url, prefix, backing, settings, access.secrets())?))
}

fn with_key(builder: GoogleCloudStorageBuilder, access: &Access) -> Result<GoogleCloudStorageBuilder> {
    if let Some(key) = access.get("google_service_account_key") {
        return Ok(builder.with_service_account_key(key));
    }
    let Some(token) = access.get("google_bearer_token") else {
        return Err(access.lacks("the option google_service_account_key or google_bearer_token"));
    };
    let credential = GcpCredential { bearer: token.to_owned() };
    Ok(builder.with_credentials(Arc::new(StaticCredentialProvider::new(credential))))
}

/// The option that names a file, and the file.
fn named_file(access: &Access) -> Option<(&'static str, PathBuf)> {
    ["google_service_account", "google_application_credentials"]
        .into_iter()
        .find_map(|name| Some((name, PathBuf::from(access.get(name)?))))
}

fn with_file(builder: GoogleCloudStorageBuilder, access: &Access) -> Result<GoogleCloudStorageBuilder> {
    const GCLOUD: &str = ".config/gcloud/application_default_credentials.json";
    let of_gcloud = || Some(("google_application_credentials", Path::new(&std::env::var_os("HOME")?).join(GCLOUD)));
    let Some((name, path)) = named_file(access).or_else(of_gcloud) else {
        return Err(access.lacks("the option google_service_account or google_application_credentials"));
    };
    // The builder would go on to the metadata service if there were no such file.
    credentials::read(name, &path)?;
    let text = path.to_string_lossy();
    Ok(match name {
        "google_service_account" => builder.with_service_account_path(text),
        _ => builder.with_application_credentials(text),
    })
}
