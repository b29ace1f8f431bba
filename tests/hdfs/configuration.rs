//! Where the store learns of the cluster from.

use std::fs;

use gabion::Code;
use gabion::store::{self, Control};

use crate::clusters::{self, set};
use crate::place::{HOUR, Place};

fn xml(properties: &[(&str, &str)]) -> String {
    let property =
        |(name, value): &(&str, &str)| format!("<property><name>{name}</name><value>{value}</value></property>");
    let properties: String = properties.iter().map(property).collect();
    format!("<?xml version=\"1.0\"?><configuration>{properties}</configuration>")
}

#[test]
fn a_name_service_comes_from_hadoops_files() {
    let Some(cluster) = clusters::with_two_name_nodes() else { return };
    let folder = tempfile::tempdir().unwrap();
    let addresses = [0, 1].map(|node| format!("127.0.0.1:{}", cluster.ports[node]));
    let hdfs = [
        ("dfs.ha.namenodes.prod", "a,b"),
        ("dfs.namenode.rpc-address.prod.a", addresses[0].as_str()),
        ("dfs.namenode.rpc-address.prod.b", addresses[1].as_str()),
    ];
    fs::write(folder.path().join("core-site.xml"), xml(&[("fs.defaultFS", "hdfs://prod")])).unwrap();
    fs::write(folder.path().join("hdfs-site.xml"), xml(&hdfs)).unwrap();
    let options = set(&[("store.hadoop_conf_dir", folder.path().to_str().unwrap())]);
    let by_name = Place::at("hdfs://prod/from/files", &options);
    let published = by_name.publish(&by_name.writer(HOUR), &[], &["a"]).unwrap();
    let by_default = Place::at("hdfs:///from/files/", &options);
    assert_eq!(by_default.check(), [published.number]);
}

#[test]
fn what_is_not_configured_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().to_str().unwrap().to_owned();
    let missing = format!("{there}/missing");
    for (url, options, words) in [
        ("hdfs://ns/x", vec![("store.hadoop_conf_dir", there.as_str())], ["dfs.ha.namenodes", "hdfs://host:8020/path"]),
        ("hdfs:///x", vec![("store.hadoop_conf_dir", there.as_str())], ["fs.defaultFS", "hdfs:///x"]),
        ("hdfs://h:1/x", vec![("store.hadoop_conf_dir", missing.as_str())], ["store.hadoop_conf_dir", "no directory"]),
        ("hdfs://h:1/x", vec![("store.kerberos_keytab", "/k")], ["principal", "store.kerberos_principal"]),
    ] {
        let error = store::open(url, &set(&options).store()).unwrap().list("files", &Control::new()).unwrap_err();
        assert_eq!(error.code, Code::InvalidArgument, "{error}");
        words.iter().for_each(|word| assert!(error.message.contains(word), "no {word:?} in: {error}"));
    }
    fs::write(folder.path().join("core-site.xml"), "<configuration><property>").unwrap();
    let options = set(&[("store.hadoop_conf_dir", &there)]);
    let error = store::open("hdfs://h:1/x", &options.store()).unwrap().list("files", &Control::new()).unwrap_err();
    assert_eq!(error.code, Code::InvalidArgument, "{error}");
    assert!(error.message.contains("XML"), "{error}");
}
