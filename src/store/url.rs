//! URLs of stores, parsed.
//!
//! A URL may come with a secret in it, before an `@` or after a `?`. Such ones are refused, and what could be one is never
//! repeated.

use std::path::PathBuf;

use url::Url;

use crate::error::{Code, Error, Result};

/// Where a URL points. A `prefix` is a folder without slashes around it, empty for the whole bucket or container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A directory of a local file system, absolute.
    Local(PathBuf),
    /// A store in this process's memory.
    Memory(String),
    /// A folder of a bucket of S3, or of what speaks its protocol.
    S3 { bucket: String, prefix: String },
    /// A folder of a bucket of Google Cloud Storage.
    Google { bucket: String, prefix: String },
    /// A folder of a container of Azure Blob Storage; its account, if the URL names it.
    Azure { account: Option<String>, container: String, prefix: String },
    /// A directory of an HDFS: `host:port` or the name of a name service (empty: the configuration's default), and an
    /// absolute path.
    Hdfs { authority: String, path: String },
}

const SUPPORTED: &str = "the URLs of stores are file:///absolute/path, s3://bucket/path, gs://bucket/path, az://container/path, \
     abfs://container@account.dfs.core.windows.net/path, hdfs://host:port/path and memory://name";
/// What the name of an account is followed by in an `abfs` URL.
const AZURE_HOST: &str = ".dfs.core.windows.net";

/// Parses `text`; every refusal says what was found and what is possible.
pub(super) fn parse(text: &str) -> Result<Place> {
    let Some((scheme, rest)) = text.split_once(':') else { return Err(no_url(text, "it has no scheme")) };
    if text.contains(['?', '#']) {
        return Err(refused(text, "has a '?' or '#' part (in a path, write them as %3F and %23)"));
    }
    match scheme.to_ascii_lowercase().as_str() {
        "file" | "memory" => parse_here(text),
        scheme @ ("s3" | "gs" | "az" | "abfs" | "abfss" | "hdfs") => match rest.strip_prefix("//") {
            Some(rest) => parse_remote(text, scheme, rest),
            None => Err(refused(text, "lacks the // behind its scheme")),
        },
        scheme if Url::parse(text).is_ok() => {
            let text = format!("there is no store for {scheme}:// (in {:?}); {SUPPORTED}", shown(text));
            Err(Error::new(Code::Unsupported, text))
        }
        _ => Err(no_url(text, "its scheme is none")),
    }
}

/// The URL of a server, the same text for every way to write it.
#[cfg(cloud)]
pub(super) fn normal(server: &str) -> String {
    match Url::parse(server) {
        Ok(url) => url.as_str().trim_end_matches('/').to_owned(),
        Err(_) => server.to_owned(),
    }
}

/// `text` without what may be a secret: what stands before an `@`, and behind `?` or `#`.
pub(super) fn shown(text: &str) -> String {
    let (text, cut) = match text.find(['?', '#']) {
        Some(at) => (&text[..at], "…"),
        None => (text, ""),
    };
    let start = text.find("//").map_or(0, |at| at + 2);
    let end = text[start..].find('/').map_or(text.len(), |at| start + at);
    match text[start..end].rfind('@') {
        // The container of an Azure URL is no secret; a password behind it may be.
        Some(at) if !text.to_ascii_lowercase().starts_with("abfs") || text[start..end].contains(':') => {
            format!("{}…{}{cut}", &text[..start], &text[start + at..])
        }
        _ => format!("{text}{cut}"),
    }
}

fn no_url(text: &str, why: &str) -> Error {
    let hint = if text.starts_with('/') { format!("; did you mean file://{} ?", shown(text)) } else { String::new() };
    Error::invalid(format!("{:?} is no URL of a store ({why}); {SUPPORTED}{hint}", shown(text)))
}

fn refused(text: &str, why: &str) -> Error {
    Error::invalid(format!("the store URL {:?} {why}; {SUPPORTED}", shown(text)))
}

/// The places of this machine and of this process.
fn parse_here(text: &str) -> Result<Place> {
    let url = Url::parse(text).map_err(|error| no_url(text, &error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(text, "has a user in it, which such a store has no use for"));
    }
    if url.scheme() == "memory" {
        let name = format!("{}{}", url.host_str().unwrap_or_default(), url.path());
        return match name.trim_end_matches('/') {
            "" => Err(refused(text, "has no name")),
            name => Ok(Place::Memory(name.to_owned())),
        };
    }
    // The parser makes an absolute path of any text, so the text itself shows whether it was one.
    if !text[5..].starts_with("///") && !text[5..].starts_with("//localhost/") {
        return Err(refused(text, "is not an absolute path of this machine"));
    }
    match url.to_file_path() {
        Ok(path) if !path.as_os_str().as_encoded_bytes().contains(&0) => Ok(Place::Local(path)),
        _ => Err(refused(text, "is not a path")),
    }
}

/// The places of other machines; `rest` is what follows the two slashes.
fn parse_remote(text: &str, scheme: &str, rest: &str) -> Result<Place> {
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let prefix = folder(text, path)?;
    let named = |name: &str, what: &str| match is_name(name) {
        true => Ok(name.to_owned()),
        false => Err(refused(text, &format!("has no {what} of letters, digits, '.', '_' and '-'"))),
    };
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    match (scheme, user) {
        ("abfs" | "abfss", Some(container)) => {
            let account = host.strip_suffix(AZURE_HOST).ok_or_else(|| {
                refused(text, "names another host than <account>.dfs.core.windows.net; for one, use az:// and azure_storage_endpoint")
            })?;
            let (account, container) = (named(account, "account")?, named(container, "container")?);
            Ok(Place::Azure { account: Some(account), container, prefix })
        }
        (_, Some(_)) => {
            Err(refused(text, "has a user in it; credentials are options (store.credentials), never a part of a URL"))
        }
        ("s3", None) => Ok(Place::S3 { bucket: named(host, "bucket")?, prefix }),
        ("gs", None) => Ok(Place::Google { bucket: named(host, "bucket")?, prefix }),
        ("hdfs", None) => {
            let (name, port) = host.rsplit_once(':').unwrap_or((host, "0"));
            let is_host = (name.is_empty() && host.is_empty()) || (is_name(name) && port.parse::<u16>().is_ok());
            match is_host {
                true => Ok(Place::Hdfs { authority: host.to_owned(), path: format!("/{prefix}") }),
                false => Err(refused(text, "has no host, host:port or name service behind its //")),
            }
        }
        _ => Ok(Place::Azure { account: None, container: named(host, "container")?, prefix }),
    }
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=255).contains(&name.len()) && name.bytes().all(plain)
}

/// The folder that a path means: `%` and two hex digits are the byte they say, and slashes at the end mean nothing.
fn folder(text: &str, path: &str) -> Result<String> {
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        return Ok(String::new());
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        let Some(part) = decoded(part) else {
            return Err(refused(text, "has a % that is not followed by the two hex digits of a byte of UTF-8"));
        };
        if part.is_empty() || part == "." || part == ".." {
            return Err(refused(text, "has an empty part, '.' or '..' in its path"));
        }
        if part.contains(|character: char| character.is_control() || character == '/' || character == '\\') {
            return Err(refused(text, "has a slash, a backslash or a control character in a part of its path"));
        }
        parts.push(part);
    }
    Ok(parts.join("/"))
}

fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        if byte != b'%' {
            bytes.push(byte);
            rest = behind;
            continue;
        }
        let hex = behind.get(..2).filter(|hex| hex.iter().all(u8::is_ascii_hexdigit))?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?);
        rest = &behind[2..];
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(path: &str) -> Place {
        Place::Local(PathBuf::from(path))
    }

    fn s3(bucket: &str, prefix: &str) -> Place {
        Place::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() }
    }

    fn azure(account: Option<&str>, prefix: &str) -> Place {
        Place::Azure { account: account.map(str::to_owned), container: "box".to_owned(), prefix: prefix.to_owned() }
    }

    fn hdfs(authority: &str, path: &str) -> Place {
        Place::Hdfs { authority: authority.to_owned(), path: path.to_owned() }
    }

    #[test]
    fn local_paths_are_absolute_and_percent_decoded() {
        assert_eq!(parse("file:///data/snapshots").unwrap(), local("/data/snapshots"));
        assert_eq!(parse("FILE:///data/a%20b%23c").unwrap(), local("/data/a b#c"));
        assert_eq!(parse("file:///d%C3%A4ten/größe").unwrap(), local("/däten/größe"));
        assert_eq!(parse("file://localhost/data").unwrap(), local("/data"));
        assert_eq!(parse("file:///data/%zz").unwrap(), local("/data/%zz"));
    }

    #[test]
    fn memory_stores_have_names() {
        assert_eq!(parse("memory://one").unwrap(), Place::Memory("one".into()));
        assert_eq!(parse("memory://one/").unwrap(), Place::Memory("one".into()));
        assert_eq!(parse("memory://One/two").unwrap(), Place::Memory("One/two".into()));
    }

    #[test]
    fn buckets_and_containers_have_folders() {
        assert_eq!(parse("s3://bucket").unwrap(), s3("bucket", ""));
        assert_eq!(parse("s3://bucket/").unwrap(), s3("bucket", ""));
        assert_eq!(parse("S3://My.bucket_1/jobs/one//").unwrap(), s3("My.bucket_1", "jobs/one"));
        assert_eq!(parse("s3://bucket/a%20b/%25/größe%2Bx").unwrap(), s3("bucket", "a b/%/größe+x"));
        assert_eq!(
            parse("gs://bucket/x").unwrap(),
            Place::Google { bucket: "bucket".to_owned(), prefix: "x".to_owned() }
        );
        assert_eq!(parse("az://box/x/y").unwrap(), azure(None, "x/y"));
        assert_eq!(parse("abfs://box/x").unwrap(), azure(None, "x"));
        assert_eq!(parse("abfss://box@account.dfs.core.windows.net/x").unwrap(), azure(Some("account"), "x"));
    }

    #[test]
    fn hdfs_has_hosts_and_name_services() {
        assert_eq!(parse("hdfs://host:9000/a/b").unwrap(), hdfs("host:9000", "/a/b"));
        assert_eq!(parse("hdfs://service/a%20b").unwrap(), hdfs("service", "/a b"));
        assert_eq!(parse("hdfs:///a").unwrap(), hdfs("", "/a"));
        assert_eq!(parse("hdfs://host").unwrap(), hdfs("host", "/"));
    }

    #[test]
    fn what_there_is_no_store_for_is_refused_by_name() {
        for text in ["ftp://x/", "s3a://bucket/x", "http://host/x"] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.code, Code::Unsupported, "{text}");
            assert!(error.message.contains(text) && error.message.contains("s3://bucket/path"), "{error}");
        }
    }

    #[test]
    fn bad_urls_are_refused() {
        for text in [
            "",
            "data",
            "/data/x",
            "file:data",
            "file:/data",
            "file://data",
            "file://host/data",
            "file:///a?b",
            "file:///a#b",
            "file:///a%00b",
            "memory://",
            "memory:///",
            "s3:bucket/x",
            "s3://",
            "s3:///x",
            "s3://bucket:80/x",
            "s3://buck%65t/x",
            "s3://bucket//x",
            "s3://bucket/a//b",
            "s3://bucket/a/../b",
            "s3://bucket/%2e%2E",
            "s3://bucket/a%2fb",
            "s3://bucket/a%5Cb",
            "s3://bucket/a%0ab",
            "s3://bucket/a%",
            "s3://bucket/a%2",
            "s3://bucket/a%zz",
            "s3://bucket/a%+1",
            "s3://bucket/a%ff",
            "az://",
            "abfs://box@account.example.com/x",
            "abfs://@account.dfs.core.windows.net/x",
            "abfs://box@.dfs.core.windows.net/x",
            "hdfs://host:port/x",
            "hdfs://:9000/x",
            "hdfs://host:70000/x",
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.code, Code::InvalidArgument, "{text}");
            assert!(error.message.contains(SUPPORTED), "{error}");
        }
        assert!(parse("/data/x").unwrap_err().message.contains("file:///data/x"));
    }

    #[test]
    fn what_may_be_a_secret_is_refused_and_not_repeated() {
        for text in [
            "s3://key:SECRET@bucket/x",
            "s3://SECRET@bucket/x",
            "gs://SECRET@bucket",
            "az://box/x?sv=1&sig=SECRET",
            "az://box/x#SECRET",
            "abfs://box:SECRET@account.dfs.core.windows.net/x",
            "abfs://box@account.example.com/x?SECRET",
            "hdfs://SECRET@host:9000/x",
            "memory://SECRET@name",
            "memory://u:SECRET@name",
            "file://u:SECRET@localhost/x",
            "ftp://u:SECRET@host/x",
            "ftp://host/x?SECRET",
            "https://account.blob.core.windows.net/box?sig=SECRET",
        ] {
            let error = parse(text).unwrap_err();
            assert!(!error.message.contains("SECRET"), "{error}");
            assert!(matches!(error.code, Code::InvalidArgument | Code::Unsupported), "{error}");
        }
    }
}
