//! `az://container/path`, `abfs://container@account.dfs.core.windows.net/path`: Azure Blob Storage.
//!
//! Azure has no uploads with an id: blocks that no blob took in go away by themselves, within a week.

use std::path::Path;
use std::str::FromStr;

use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use serde::Deserialize;

use super::client::{self, Connector};
use super::credentials::{self, Access, Naming, client_options, connector, no_retries};
use super::objects::Objects;
use super::remote::{Backing, Remote};
use crate::error::{Error, Result};
use crate::options::{Credentials, StoreSettings};

pub(super) const NAMING: Naming = Naming {
    prefix: "azure_",
    of_variable,
    of_platform: &[
        "azure_federated_token_file",
        "azure_storage_client_id",
        "azure_storage_tenant_id",
        "azure_storage_authority_host",
        "azure_msi_endpoint",
    ],
};

/// Azure's variables have several names for one thing; the crate knows them.
fn of_variable(name: &str) -> Option<String> {
    let own = name.starts_with("azure_") || name == "identity_endpoint";
    let key = AzureConfigKey::from_str(name).ok().filter(|_| own)?;
    Some(key.as_ref().to_owned()).filter(|name| name.starts_with("azure_"))
}

/// The account, and where the server is, as a part of a place.
pub(super) fn endpoint(url: &str, account: Option<&str>, settings: &StoreSettings) -> (String, String) {
    let access = Access::new(url, &NAMING, settings).ok();
    let option = |name: &str| {
        let given = settings.texts.get(name).cloned();
        given.or_else(|| access.as_ref()?.owned(name)).unwrap_or_default()
    };
    let account = account.map_or_else(|| option("azure_storage_account_name"), str::to_owned);
    (account, option("azure_storage_endpoint"))
}

pub(super) fn open(
    url: &str,
    (account, container, prefix): (Option<&str>, &str, &str),
    settings: &StoreSettings,
) -> Result<Objects> {
    let access = Access::new(url, &NAMING, settings)?;
    let connector = connector(&access, settings)?;
    let account = match account {
        Some(account) => account.to_owned(),
        None => access.need("azure_storage_account_name")?.to_owned(),
    };
    open_with(url, (&account, container, prefix), settings, &access, connector)
}

pub(super) fn open_with(
    url: &str,
    (account, container, prefix): (&str, &str, &str),
    settings: &StoreSettings,
    access: &Access,
    connector: Connector,
) -> Result<Objects> {
    let mut builder = MicrosoftAzureBuilder::new()
        .with_account(account)
        .with_container_name(container)
        .with_client_options(client_options(settings))
        .with_retry(no_retries())
        .with_http_connector(connector);
    if let Some(endpoint) = access.get("azure_storage_endpoint") {
        builder = builder.with_endpoint(endpoint.trim_end_matches('/').to_owned());
    }
    builder = pass(builder, access, &["azure_storage_encryption_key", "azure_storage_authority_host"])?;
    builder = match access.source {
        Credentials::Static | Credentials::Env => with_secret(builder, access)?,
        Credentials::File => {
            let name = "azure_service_principal_file";
            let path = access.need(name)?;
            let text = credentials::read(name, Path::new(path))?;
            let principal: Principal = serde_json::from_str(&text).map_err(|_| {
                // The parser's words could repeat a secret.
                Error::invalid(format!(
                    "{path} ({name}) is no service principal: JSON with clientId, clientSecret and tenantId"
                ))
            })?;
            builder
                .with_client_id(principal.client)
                .with_client_secret(principal.secret)
                .with_tenant_id(principal.tenant)
                .with_config(AzureConfigKey::CredentialType, "client_secret")
        }
        Credentials::WebIdentity => {
            let names = ["azure_federated_token_file", "azure_storage_client_id", "azure_storage_tenant_id"];
            names.iter().try_for_each(|name| access.need(name).map(drop))?;
            pass(builder, access, &names)?.with_config(AzureConfigKey::CredentialType, "workload_identity")
        }
        Credentials::Instance => {
            let names = ["azure_msi_endpoint", "azure_msi_resource_id", "azure_object_id", "azure_storage_client_id"];
            pass(builder, access, &names)?.with_config(AzureConfigKey::CredentialType, "managed_identity")
        }
    };
    let store = builder.build().map_err(|error| client::refused(url, &error))?;
    let server = format!("az:{}/{account}/{container}", access.get("azure_storage_endpoint").unwrap_or_default());
    let backing = Backing::on_server(store, false, server);
    Ok(Objects::new(Remote::new(url, prefix, backing, settings, access.secrets())?))
}

/// The one secret that is there.
fn with_secret(builder: MicrosoftAzureBuilder, access: &Access) -> Result<MicrosoftAzureBuilder> {
    let secrets = [
        ("azure_storage_account_key", "access_key"),
        ("azure_storage_sas_key", "sas_token"),
        ("azure_storage_token", "bearer_token"),
        ("azure_storage_client_secret", "client_secret"),
    ];
    let Some((name, kind)) = secrets.into_iter().find(|(name, _)| access.get(name).is_some()) else {
        let names: Vec<_> = secrets.iter().map(|(name, _)| *name).collect();
        return Err(access.lacks(&format!("one of the options {}", names.join(", "))));
    };
    let mut names = vec![name];
    if kind == "client_secret" {
        names.extend(["azure_storage_client_id", "azure_storage_tenant_id"]);
    }
    names.iter().try_for_each(|name| access.need(name).map(drop))?;
    Ok(pass(builder, access, &names)?.with_config(AzureConfigKey::CredentialType, kind))
}

fn pass(mut builder: MicrosoftAzureBuilder, access: &Access, names: &[&str]) -> Result<MicrosoftAzureBuilder> {
    for name in names {
        if let Some(value) = access.get(name) {
            let key = AzureConfigKey::from_str(name).map_err(|error| Error::invalid(error.to_string()))?;
            builder = builder.with_config(key, value);
        }
    }
    Ok(builder)
}

/// What `az ad sp create-for-rbac` prints, with or without `--json-auth`.
#[derive(Deserialize)]
struct Principal {
    #[serde(alias = "appId", rename = "clientId")]
    client: String,
    #[serde(alias = "password", rename = "clientSecret")]
    secret: String,
    #[serde(alias = "tenant", rename = "tenantId")]
    tenant: String,
}
