//! What a snapshot is called on the command line: `URL`, `URL/7`, `URL#7`.

use gabion::restore::Source;
use url::Url;

use crate::failure::Failure;

/// A snapshot, or the directory it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Of the directory.
    pub url: String,
    /// Of the snapshot; `None` leaves it to the command: the newest, or all.
    pub number: Option<u64>,
    /// Told when there is no such snapshot.
    pub hint: Option<String>,
}

/// `URL[/NUMBER]`. A last part that is a number is the number of a snapshot, always: nothing is looked up. After `#`
/// nothing else can stand; a `/` at the end says that the last part belongs to the directory.
pub fn snapshot(text: &str) -> Result<Address, Failure> {
    if let Some((directory, digits)) = text.rsplit_once('#')
        && is_number(digits)
    {
        return Ok(Address { url: self::directory(directory)?, number: Some(number(digits)?), hint: None });
    }
    let path = text.split_once("://").map_or(text, |(_, path)| path);
    match path.rsplit_once('/') {
        Some((rest, digits)) if is_number(digits) && !rest.is_empty() => {
            let directory = &text[..text.len() - digits.len() - 1];
            let hint =
                format!("a last part that is a number is the number of a snapshot; for the directory write {text}/");
            Ok(Address { url: self::directory(directory)?, number: Some(number(digits)?), hint: Some(hint) })
        }
        _ => Ok(Address { url: self::directory(text)?, number: None, hint: None }),
    }
}

/// The URL of a directory: as it is, or of a local path.
pub fn directory(text: &str) -> Result<String, Failure> {
    if text.contains("://") {
        return Ok(text.to_owned());
    }
    let wrong = || Failure::Usage(format!("{text:?} is neither a URL nor the path of a local directory"));
    if text.is_empty() {
        return Err(wrong());
    }
    let path = std::path::absolute(text).map_err(|_| wrong())?;
    Url::from_file_path(path).map(String::from).map_err(|()| wrong())
}

impl Address {
    /// A failure to find it, with what might have been meant.
    pub fn explain(&self, failure: Failure) -> Failure {
        let is_missing = matches!(&failure, Failure::Engine(error) if error.code == gabion::Code::NotFound);
        match &self.hint {
            Some(hint) if is_missing => failure.hint(hint),
            _ => failure,
        }
    }

    /// It, or the newest one, for a restore.
    pub fn source(&self) -> Source {
        let url = self.url.clone();
        match self.number {
            Some(number) => Source::Number { url, number },
            None => Source::Latest { url },
        }
    }

    /// What it is called in answers.
    pub fn label(&self, number: u64) -> String {
        format!("snapshot {number} in {}", self.url)
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(digits: &str) -> Result<u64, Failure> {
    let number = digits.parse().ok().filter(|&number| number > 0 && number < 1 << 63);
    number.ok_or_else(|| Failure::Usage(format!("{digits} is no number of a snapshot; they begin with 1")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, Option<u64>) {
        let address = snapshot(text).unwrap();
        (address.url, address.number)
    }

    #[test]
    fn a_last_part_that_is_a_number_is_a_snapshot_unless_a_slash_follows() {
        for (text, url, number) in [
            ("file:///data/snapshots", "file:///data/snapshots", None),
            ("file:///data/snapshots/7", "file:///data/snapshots", Some(7)),
            ("file:///data/snapshots/", "file:///data/snapshots/", None),
            ("file:///data/42", "file:///data", Some(42)),
            ("file:///data/42/", "file:///data/42/", None),
            ("file:///data/42/7", "file:///data/42", Some(7)),
            ("file:///data/42/#7", "file:///data/42/", Some(7)),
            ("file:///data/42#7", "file:///data/42", Some(7)),
            ("s3://bucket/7", "s3://bucket", Some(7)),
            ("s3://bucket/42/#7", "s3://bucket/42/", Some(7)),
            ("memory://42", "memory://42", None),
            ("memory://42/7", "memory://42", Some(7)),
            ("file:///42", "file:///42", None),
            ("file:///data/7x", "file:///data/7x", None),
            ("hdfs://host:9000/a/0012", "hdfs://host:9000/a", Some(12)),
            ("/data/snapshots/7", "file:///data/snapshots", Some(7)),
            ("/data/a b", "file:///data/a%20b", None),
            ("/data/a#b", "file:///data/a%23b", None),
        ] {
            assert_eq!(read(text), (url.to_owned(), number), "{text}");
        }
        let here = Url::from_file_path(std::env::current_dir().unwrap().join("x")).unwrap().to_string();
        assert_eq!(read("x"), (here.clone(), None));
        assert_eq!(read("./x/3"), (here, Some(3)));
    }

    #[test]
    fn numbers_that_no_snapshot_has_are_refused() {
        for text in
            ["file:///a/0", "file:///a#0", "file:///a/9223372036854775808", "file:///a/99999999999999999999", ""]
        {
            assert!(matches!(snapshot(text), Err(Failure::Usage(_))), "{text}");
        }
    }
}
