//! Hadoop's configuration, as a client of HDFS reads it: `core-site.xml` and `hdfs-site.xml`, then the caller's options.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where the client's own defaults don't do. Its calls have no time limit, and 15 tries to reach a name node take minutes;
/// without "best effort" one lost data node of three fails a write that the other two could take.
const DEFAULTS: [(&str, &str); 3] = [
    ("dfs.client.block.write.replace-datanode-on-failure.best-effort", "true"),
    ("dfs.client.failover.max.attempts", "4"),
    ("dfs.client.socket-timeout", "20000"),
];
const FILES: [&str; 2] = ["core-site.xml", "hdfs-site.xml"];

/// Properties by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Configuration(BTreeMap<String, String>);

impl Configuration {
    /// What the files in `folder` say, unless `options` say otherwise.
    pub(super) fn new<'a>(folder: Option<&Path>, options: impl IntoIterator<Item = (&'a String, &'a String)>) -> Self {
        let mut all: BTreeMap<String, String> =
            DEFAULTS.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        for file in FILES {
            // One that can't be read is the client's to refuse: it reads them too, with all of XML.
            let text = folder.and_then(|folder| std::fs::read_to_string(folder.join(file)).ok()).unwrap_or_default();
            all.extend(properties(&text));
        }
        all.extend(options.into_iter().map(|(name, value)| (name.clone(), value.clone())));
        Self(all)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim())
    }

    /// A number, of bytes or of things, if it is there and is one.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        let text = self.get(name)?.to_ascii_lowercase();
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let shift = match &text[digits.len()..] {
            "" => 0,
            "k" => 10,
            "m" => 20,
            "g" => 30,
            "t" => 40,
            _ => return None,
        };
        digits.parse::<u64>().ok()?.checked_mul(1 << shift)
    }

    /// The name node or name service of URLs that name none; empty if there is none.
    pub(super) fn default_authority(&self) -> String {
        let url = self.get("fs.defaultFS").unwrap_or_default();
        url.strip_prefix("hdfs://").unwrap_or_default().split('/').next().unwrap_or_default().to_owned()
    }

    /// All properties.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }

    pub(super) fn set(&mut self, name: String, value: &str) {
        self.0.insert(name, value.to_owned());
    }
}

/// Hadoop's configuration folder by the environment.
pub(super) fn folder_of_environment() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("HADOOP_CONF_DIR").or_else(|| Some(variable("HADOOP_HOME")?.join("etc/hadoop")))
}

fn properties(text: &str) -> Vec<(String, String)> {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let Ok(document) = roxmltree::Document::parse_with_options(text, options) else { return Vec::new() };
    let child = |node: roxmltree::Node, name| {
        let found = node.children().find(|child| child.has_tag_name(name))?;
        Some(found.text().unwrap_or_default().trim().to_owned())
    };
    let properties = document.root_element().children().filter(|node| node.has_tag_name("property"));
    properties.filter_map(|property| Some((child(property, "name")?, child(property, "value")?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn options_win_over_files_and_files_over_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let core = "<?xml version='1.0'?>\n<!-- x -->\n<configuration><property><name>fs.defaultFS</name>\
                    <value> hdfs://ns </value></property><property><name>dfs.replication</name><value>2</value></property>\
                    <property><name>empty</name></property></configuration>";
        let hdfs = "<configuration><property><name>dfs.replication</name><value>1</value><final>true</final></property>\
                    <property><name>dfs.client.failover.max.attempts</name><value>9</value></property></configuration>";
        std::fs::write(folder.path().join("core-site.xml"), core).unwrap();
        std::fs::write(folder.path().join("hdfs-site.xml"), hdfs).unwrap();
        let read = Configuration::new(Some(folder.path()), &options(&[("dfs.blocksize", "64m")]));
        assert_eq!(read.default_authority(), "ns");
        assert_eq!(read.number("dfs.replication"), Some(1), "hdfs-site.xml comes last");
        assert_eq!(read.number("dfs.client.failover.max.attempts"), Some(9));
        assert_eq!(read.number("dfs.blocksize"), Some(64 << 20));
        assert_eq!(read.get("empty"), None);
        let told = Configuration::new(Some(folder.path()), &options(&[("dfs.replication", "3")]));
        assert_eq!(told.number("dfs.replication"), Some(3));
    }

    #[test]
    fn without_files_there_are_the_defaults() {
        for folder in [None, Some(Path::new("/nowhere"))] {
            let read = Configuration::new(folder, &BTreeMap::new());
            assert_eq!(read.number("dfs.client.socket-timeout"), Some(20_000));
            assert_eq!(read.pairs().count(), DEFAULTS.len());
        }
    }

    #[test]
    fn sizes_have_hadoops_suffixes() {
        let number = |text| Configuration::new(None, &options(&[("dfs.blocksize", text)])).number("dfs.blocksize");
        assert_eq!(number("134217728"), Some(1 << 27));
        assert_eq!(number(" 128M "), Some(1 << 27));
        assert_eq!(number("1g"), Some(1 << 30));
        for wrong in ["", "m", "1x", "-1", "1.5m", "99999999999999999999", "99999999999999t"] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }
}
