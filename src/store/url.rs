//! URLs of stores, parsed.

use std::path::PathBuf;

use url::Url;

use crate::error::{Code, Error, Result};

/// Where a URL points.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A directory of a local file system, absolute.
    Local(PathBuf),
    /// A store in this process's memory.
    Memory(String),
}

const SUPPORTED: &str = "this build supports file:///absolute/path and memory://name";

/// Parses `text`; every refusal says what was found and what is possible.
pub(super) fn parse(text: &str) -> Result<Place> {
    let url = Url::parse(text).map_err(|error| {
        let hint = if text.starts_with('/') { format!("; did you mean file://{text} ?") } else { String::new() };
        Error::invalid(format!("{text:?} is no URL of a store ({error}); {SUPPORTED}{hint}"))
    })?;
    let refuse = |why: &str| Err(Error::invalid(format!("the store URL {text:?} {why}; {SUPPORTED}")));
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("has a '?' or '#' part (in a path, write them as %3F and %23)");
    }
    match url.scheme() {
        // The parser makes an absolute path of any text, so the text itself shows whether it was one.
        "file" if !text[5..].starts_with("///") && !text[5..].starts_with("//localhost/") => {
            refuse("is not an absolute path of this machine")
        }
        "file" => match url.to_file_path() {
            Ok(path) if !path.as_os_str().as_encoded_bytes().contains(&0) => Ok(Place::Local(path)),
            _ => refuse("is not a path"),
        },
        "memory" => {
            let name = format!("{}{}", url.host_str().unwrap_or_default(), url.path());
            match name.trim_end_matches('/') {
                "" => refuse("has no name"),
                name => Ok(Place::Memory(name.to_owned())),
            }
        }
        scheme => {
            Err(Error::new(Code::Unsupported, format!("there is no store for {scheme}:// (in {text:?}); {SUPPORTED}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(path: &str) -> Place {
        Place::Local(PathBuf::from(path))
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
    fn what_is_not_supported_is_refused_by_name() {
        for text in ["s3://bucket/x", "gs://b", "az://c", "abfs://c@a/x", "hdfs://host:9000/x", "ftp://x/"] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.code, Code::Unsupported, "{text}");
            assert!(error.message.contains(text) && error.message.contains("file:///absolute/path"), "{error}");
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
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.code, Code::InvalidArgument, "{text}");
            assert!(error.message.contains(SUPPORTED), "{error}");
        }
        assert!(parse("/data/x").unwrap_err().message.contains("file:///data/x"));
    }
}
