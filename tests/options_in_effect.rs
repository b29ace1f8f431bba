//! Options as RocksDB sees them: its OPTIONS file against the tables of names, every option changed once, and the metrics.

use std::collections::{BTreeMap, BTreeSet};

use gabion::options::{self, Options, Place, Texts};
use gabion::restore::{KeyRange, Source};
use gabion::snapshot::{Kind, SnapshotRequest, State, Target};
use gabion::{Backend, ColumnFamily};

const DOCUMENT: &str = include_str!("../docs/options.md");

/// Lists, with values: RocksDB writes them only when they are not empty.
const LISTS: [(&str, &str); 3] = [
    ("compression_per_level", "kNoCompression:kLZ4Compression"),
    ("daily_offpeak_time_utc", "23:30-04:00"),
    ("table_properties_collectors", "{id=CompactOnDeletionCollector;window_size=100;deletion_trigger=50}"),
];

/// Options that RocksDB never writes.
const NOT_WRITTEN: &[&str] = &["rate_limiter_bytes_per_sec"];

fn options_of<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> gabion::Result<Options> {
    let mut options = Options::new();
    settings.into_iter().try_for_each(|(name, value)| options.set(name, value))?;
    Ok(options)
}

/// A backend that is gone with its storage path.
struct Opened {
    backend: Backend,
    _storage: tempfile::TempDir,
}

fn open<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> gabion::Result<Opened> {
    let storage = tempfile::tempdir().unwrap();
    let mut options = options_of(settings)?;
    options.set("storage.paths", storage.path().to_str().unwrap())?;
    let backend = Backend::open(&options, None);
    if backend.is_err() {
        assert_eq!(storage.path().read_dir().unwrap().count(), 0, "a failed open left something behind");
    }
    Ok(Opened { backend: backend?, _storage: storage })
}

fn make<'a>(
    opened: &Opened,
    name: &str,
    settings: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> gabion::Result<ColumnFamily> {
    opened.backend.create_column_family(name.as_bytes(), b"", &options_of(settings)?)
}

fn borrowed(texts: &Texts) -> impl Iterator<Item = (&str, &str)> {
    texts.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

/// A section of the OPTIONS file as names and values, as they would be set.
fn section(file: &str, title: &str) -> Texts {
    let title = format!("[{title}]");
    let lines = file.lines().map(str::trim).skip_while(|line| *line != title).skip(1);
    let lines = lines.take_while(|line| !line.starts_with('[')).filter_map(|line| line.split_once('='));
    lines.map(|(name, value)| (name.to_owned(), value.replace("\\:", ":"))).collect()
}

/// The options of the database, and of a family and its tables.
fn in_effect(opened: &Opened, family: &str) -> [(Place, Texts); 3] {
    let file = opened.backend.effective_options().unwrap();
    [
        (Place::Database, section(&file, "DBOptions")),
        (Place::ColumnFamily, section(&file, &format!("CFOptions \"{family}\""))),
        (Place::Table, section(&file, &format!("TableOptions/BlockBasedTable \"{family}\""))),
    ]
}

fn names_of(place: Place) -> BTreeSet<&'static str> {
    options::names().into_iter().filter(|(_, of)| *of == place).map(|(name, _)| name).collect()
}

#[test]
fn rocksdb_writes_the_options_that_can_be_set_and_the_refused_ones() {
    let opened = open(LISTS).unwrap();
    make(&opened, "family", []).unwrap();
    let refused: BTreeSet<_> = options::refused().map(|(name, _)| name).collect();
    for (place, written) in in_effect(&opened, "family") {
        let written: BTreeSet<&str> = written.keys().map(String::as_str).collect();
        let settable = names_of(place);
        let unknown: Vec<_> = written.difference(&settable).filter(|name| !refused.contains(*name)).collect();
        assert!(unknown.is_empty(), "RocksDB has options that are in no list: {unknown:?}");
        let gone: Vec<_> = settable.difference(&written).filter(|name| !NOT_WRITTEN.contains(name)).collect();
        assert!(gone.is_empty(), "RocksDB doesn't write: {gone:?}");
    }
}

#[test]
fn what_rocksdb_writes_can_be_set_and_changes_nothing() {
    let first = open(LISTS).unwrap();
    make(&first, "family", []).unwrap();
    let before = in_effect(&first, "family");
    let [database, family, table] = before.clone().map(|(place, mut texts)| {
        // RocksDB writes a list of objects in one more pair of braces than it reads.
        texts.retain(|name, _| names_of(place).contains(name.as_str()) && name != "table_properties_collectors");
        texts
    });
    let second = open(borrowed(&database).chain([LISTS[2]])).unwrap();
    make(&second, "family", borrowed(&family).chain(borrowed(&table))).unwrap();
    assert_eq!(in_effect(&second, "family"), before);
}

#[test]
fn the_base_is_in_effect() {
    let opened = open([]).unwrap();
    make(&opened, "family", []).unwrap();
    let [(_, database), (_, family), (_, table)] = in_effect(&opened, "family");
    for (name, value, _) in options::fixed() {
        let effective = database.get(name).or_else(|| family.get(name));
        assert_eq!(effective.map(String::as_str), Some(value), "{name}");
    }
    for (name, value) in [("max_write_buffer_number", "4"), ("compression", "kLZ4Compression")] {
        assert_eq!(family[name], value);
    }
    for (name, value) in [
        ("format_version", "5"),
        ("checksum", "kCRC32c"),
        ("filter_policy", "bloomfilter:10:false"),
        ("whole_key_filtering", "true"),
        ("block_size", "4096"),
    ] {
        assert_eq!(table[name], value);
    }
}

/// Values that differ from the defaults, where no rule makes one.
const OTHERS: &[(&str, &str)] = &[
    ("compaction_pri", "kRoundRobin"),
    ("compaction_style", "kCompactionStyleUniversal"),
    ("compression", "kSnappyCompression"),
    ("compression_per_level", "kNoCompression:kLZ4HCCompression"),
    ("bottommost_compression", "kLZ4HCCompression"),
    ("checksum", "kXXH3"),
    ("data_block_index_type", "kDataBlockBinaryAndHash"),
    ("filter_policy", "bloomfilter:12:false"),
    ("index_type", "kTwoLevelIndexSearch"),
    ("index_shortening", "kNoShortening"),
    ("prepopulate_block_cache", "kFlushOnly"),
    ("memtable_insert_with_hint_prefix_extractor", "rocksdb.FixedPrefix.4"),
    ("sst_partitioner_factory", "{id=SstPartitionerFixedPrefixFactory;length=2;}"),
    ("lowest_used_cache_tier", "kVolatileTier"),
    ("wal_recovery_mode", "kAbsoluteConsistency"),
    ("db_host_id", "host-1"),
    ("max_open_files", "100"),
    ("daily_offpeak_time_utc", "01:00-02:00"),
    ("max_bytes_for_level_multiplier_additional", "1:2:3"),
    ("last_level_temperature", "kCold"),
];

/// Changes that RocksDB refuses alone, or on file systems without direct I/O.
const NOT_ALONE: &[&str] = &[
    "open_files_async",
    "use_direct_io_for_compaction_reads",
    "use_direct_io_for_flush_and_compaction",
    "use_direct_reads",
];

/// `value` changed, in RocksDB's own spelling; `None` if there is nothing to change.
fn changed(name: &str, value: &str) -> Option<String> {
    if NOT_ALONE.contains(&name) || options::fixed().any(|(fixed, _, _)| fixed == name) {
        return None;
    }
    if let Some((_, other)) = OTHERS.iter().find(|(other, _)| *other == name) {
        return Some((*other).to_owned());
    }
    match value {
        "true" => Some("false".to_owned()),
        "false" => Some("true".to_owned()),
        _ if value.contains('.') => value.parse::<f64>().ok().map(|_| "0.125000".to_owned()),
        _ => value
            .parse::<i64>()
            .ok()
            .map(|number| (if number == i64::from(i32::MAX) { 7 } else { number + 1 }).to_string()),
    }
}

#[test]
fn every_change_to_a_family_is_in_effect() {
    let opened = open([]).unwrap();
    make(&opened, "family", []).unwrap();
    let mut wanted = Vec::new();
    for (place, texts) in in_effect(&opened, "family").into_iter().skip(1) {
        for name in names_of(place) {
            let Some(value) = changed(name, texts.get(name).map_or("", String::as_str)) else { continue };
            make(&opened, name, [(name, value.as_str())]).unwrap_or_else(|error| panic!("{name} = {value}: {error}"));
            wanted.push((name, value));
        }
    }
    assert!(wanted.len() > 90, "{} options changed", wanted.len());
    let mut differ = Vec::new();
    for (name, value) in wanted {
        let [_, (_, family), (_, table)] = in_effect(&opened, name);
        let found =
            family.get(name).filter(|_| names_of(Place::ColumnFamily).contains(name)).or_else(|| table.get(name));
        if found != Some(&value) {
            differ.push((name, value, found.cloned()));
        }
    }
    assert!(differ.is_empty(), "{differ:#?}");
}

#[test]
fn every_change_to_a_backend_is_in_effect() {
    let [(_, texts), ..] = in_effect(&open([]).unwrap(), "default");
    let mut count = 0;
    let mut differ = Vec::new();
    for name in names_of(Place::Database) {
        let Some(value) = changed(name, texts.get(name).map_or("", String::as_str)) else { continue };
        match open([(name, value.as_str())]) {
            Ok(opened) => {
                let [(_, found), ..] = in_effect(&opened, "default");
                if found.get(name) != Some(&value) {
                    differ.push(format!("{name} = {value}: {:?}", found.get(name)));
                }
            }
            Err(error) => differ.push(format!("{name} = {value}: {error}")),
        }
        count += 1;
    }
    assert!(differ.is_empty() && count > 70, "{count} options changed: {differ:#?}");
}

#[test]
fn what_rocksdb_refuses_is_an_error_in_its_words() {
    // One option alone is of the right form; RocksDB refuses it without another one.
    let error = open([("open_files_async", "true")]).err().unwrap();
    assert!(error.message.contains("skip_stats_update_on_db_open"), "{error}");
    open([("open_files_async", "true"), ("skip_stats_update_on_db_open", "true")]).unwrap();
}

/// What stands in backquotes in the first column of the table below the heading.
fn documented(heading: &str) -> BTreeSet<String> {
    let (_, rest) = DOCUMENT.split_once(&format!("\n{heading}\n")).unwrap();
    let section = rest.split("\n##").next().unwrap_or_default();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    cells.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn the_document_names_exactly_the_metrics_there_are() {
    let opened = open([("statistics", "true")]).unwrap();
    make(&opened, "a b.c", []).unwrap();
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for metric in opened.backend.metrics().unwrap() {
        let (group, rest) = metric.name.split_once('.').unwrap();
        let name = match group {
            "column_family" => rest.strip_prefix("a%20b.c.").unwrap().to_owned(),
            _ => metric.name.clone(),
        };
        let group = ["column_family", "backend", "rocksdb", "memory", "snapshots", "store", "live"]
            .into_iter()
            .find(|known| *known == group);
        assert!(found.entry(group.unwrap()).or_default().insert(name), "{} is there twice", metric.name);
    }
    assert_eq!(found["column_family"], documented("### Per column family"));
    assert_eq!(found["backend"], documented("### Backend"));
    assert_eq!(found["memory"], documented("### Memory"));
    assert_eq!(found["snapshots"], documented("### Snapshots"));
    assert_eq!(found["store"], documented("### Stores"));
    assert_eq!(found["live"], documented("### Live objects"));
    assert!(found["rocksdb"].contains("rocksdb.block.cache.miss") && found["rocksdb"].len() > 200);
    let quiet = open([]).unwrap().backend.metrics().unwrap();
    assert!(quiet.iter().all(|metric| !metric.name.starts_with("rocksdb.")));
}

#[test]
fn a_restored_family_has_its_own_options_and_the_backends() {
    let folder = tempfile::tempdir().unwrap();
    let original = open([]).unwrap();
    make(&original, "compacts", []).unwrap();
    make(&original, "still", [("disable_auto_compactions", "true")]).unwrap();
    let path = folder.path().join("capture");
    let target = Target::Capture(path.clone());
    let request = SnapshotRequest { kind: Kind::Native, target, id: vec![], metadata: vec![], options: Options::new() };
    let snapshot = original.backend.start_snapshot(&request).unwrap();
    assert_eq!(snapshot.wait(None), State::Completed);
    let before = ["compacts", "still"].map(|family| in_effect(&original, family));
    for (disabled, compacts) in [("false", "false"), ("true", "true")] {
        let storage = tempfile::tempdir().unwrap();
        let paths = ("storage.paths", storage.path().to_str().unwrap());
        let options = options_of([paths, ("disable_auto_compactions", disabled)]).unwrap();
        let source = Source::Capture { path: path.clone() };
        let (backend, _) = Backend::restore(&options, None, &[source], &KeyRange::default()).unwrap();
        let restored = Opened { backend, _storage: storage };
        let mut after = ["compacts", "still"].map(|family| in_effect(&restored, family));
        let [_, (_, family), _] = &mut after[0];
        assert_eq!(family.insert("disable_auto_compactions".to_owned(), "false".to_owned()).unwrap(), compacts);
        assert_eq!(after, before);
    }
}
