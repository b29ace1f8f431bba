//! Options as text: what is refused and in which words, how the layers go together, and that docs/options.md says so.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use gabion::error::Code;
use gabion::kinds::{MemtableKind, MergeKind};
use gabion::options::{self, Options, Place, Profile, Verify};
use proptest::prelude::*;

const DOCUMENT: &str = include_str!("../docs/options.md");

fn options(settings: &[(&str, &str)]) -> Options {
    let mut options = Options::new();
    for (name, value) in settings {
        options.set(name, value).unwrap();
    }
    options
}

/// The message with which `name` = `value` is refused.
fn refusal(name: &str, value: &str) -> String {
    let mut options = Options::new();
    let error = options.set(name, value).expect_err("it was accepted");
    assert_eq!(error.code, Code::InvalidArgument);
    assert_eq!(options, Options::new(), "a refused setting changed something");
    error.message
}

#[test]
fn a_wrong_name_is_quoted_with_the_nearest_right_one() {
    for (wrong, right) in [
        ("write_bufer_size", "write_buffer_size"),
        ("WRITE_BUFFER_SIZE", "write_buffer_size"),
        ("max-background-jobs", "max_background_jobs"),
        ("storage.path", "storage.paths"),
        ("profil", "profile"),
        ("restore_verify", "restore.verify"),
        ("comparater", "comparator"),
        ("memtable_veirfy_per_key_checksum_on_seek", "memtable_verify_per_key_checksum_on_seek"),
    ] {
        let message = refusal(wrong, "1");
        assert!(message.contains(&format!("`{wrong}`")) && message.contains(&format!("`{right}`")), "{message}");
    }
    assert!(refusal("", "1").contains("there is no option ``"));
}

#[test]
fn a_wrong_value_is_quoted_with_what_is_right() {
    for (name, value, right) in [
        ("compression", "kLZ5Compression", "the nearest is `kLZ4Compression`"),
        ("compression", "kZSTD", "not one of kNoCompression, kSnappyCompression, kLZ4Compression"),
        ("compaction_style", "level", "the nearest is `kCompactionStyleLevel`"),
        ("profile", "flash_ssd_optimised", "the nearest is `FLASH_SSD_OPTIMIZED`"),
        ("merge", "string_append", "the nearest is `string-append`"),
        ("write_buffer_size", "64MB", "not an integer"),
        ("write_buffer_size", "-1", "below 0"),
        ("write_buffer_size", "20000000T", "above 18446744073709551615"),
        ("max_open_files", "3G", "above 2147483647"),
        ("paranoid_checks", "yes", "not `true` or `false`"),
        ("max_bytes_for_level_multiplier", "ten", "not a decimal fraction"),
        ("max_bytes_for_level_multiplier", "inf", "not a decimal fraction"),
        ("compression_per_level", "kNoCompression:kLZ", "with `kLZ` in it"),
        ("compression_opts", "{levl=3}", "no member `levl`; the nearest name is `level`"),
        ("compression_opts", "{level=a}", "the member `level` = `a`, which is not an integer"),
        ("compression_opts", "{level=1;level=2}", "the member `level` twice"),
        ("compression_opts", "4:5", "not of the form `{member=value;…}`"),
        ("filter_policy", "blomfilter:10", "`bloomfilter:<bits per key>[:false]`"),
        ("sst_partitioner_factory", "{id=Unknown;length=2}", "SstPartitionerFixedPrefixFactory"),
        ("name", "a/b", "letters, digits"),
        ("name", "", "1 to 64"),
        ("storage.paths", "tmp", "absolute paths"),
        ("storage.paths", "/tmp,", "absolute paths"),
        ("memory.budget", "1K", "below 1048576"),
        ("memory.block_cache", "0", "below 1048576"),
        ("merge.delimiter", "", "one byte"),
        ("merge.delimiter", "ab", "one byte"),
        ("merge.delimiter", "é", "one byte"),
        ("snapshot.deadline", "60", "a duration"),
        ("snapshot.grace", "0s", "above zero"),
        ("db_host_id", "a;create_if_missing=false", "without `;`"),
    ] {
        let message = refusal(name, value);
        let quoted = format!("option `{name}` is set to `{value}`, which ");
        assert!(message.starts_with(&quoted) && message.contains(right), "{message}");
    }
}

#[test]
fn a_long_or_unprintable_text_is_quoted_in_part_and_escaped() {
    let message = refusal(&"x\n".repeat(100_000), "1");
    assert!(message.len() < 500 && !message.contains('\n'), "{message}");
    let message = refusal("db_host_id", &"x".repeat(100_000));
    assert!(message.len() < 500 && message.contains("100000 bytes; 65536 are allowed"), "{message}");
}

#[test]
fn refused_and_ignored_options_say_why() {
    for (name, reason) in options::refused() {
        assert_eq!(refusal(name, "false"), format!("option `{name}` is refused: {reason}"));
    }
    for name in options::ignored() {
        assert!(refusal(name, "false").contains("does nothing with it"));
    }
    for (name, value) in
        [("checksum", "kNoChecksum"), ("compaction_style", "kCompactionStyleFIFO"), ("index_type", "kHashSearch")]
    {
        assert!(refusal(name, value).contains("is refused: "));
    }
    assert!(refusal("max_write_buffer_number", "3").contains("is below 4"));
}

#[test]
fn fixed_options_take_their_value_and_no_other() {
    for (name, value, reason) in options::fixed() {
        options(&[(name, value)]);
        let other = match value {
            "true" => "false",
            "false" => "true",
            "1" => "2",
            _ => "INFO_LEVEL",
        };
        let message = refusal(name, other);
        assert!(message.contains(&format!("Gabion fixes it at `{value}` ({reason})")), "{message}");
    }
    options(&[("create_if_missing", "1")]);
}

#[test]
fn later_values_replace_earlier_ones_and_all_can_be_read_back() {
    let mut options = options(&[("name", "a"), ("block_size", "16K")]);
    options.set("name", "b").unwrap();
    options.set("name", "/").unwrap_err();
    assert_eq!(options.get("name"), Some("b"));
    assert_eq!(options.get("profile"), None);
    assert_eq!(options.iter().collect::<Vec<_>>(), [("block_size", "16K"), ("name", "b")]);
}

#[test]
fn an_option_in_the_wrong_place_is_told_where_it_belongs() {
    let backend = Options::new().backend().unwrap();
    let wrong = [
        (options(&[("merge", "none")]).backend().unwrap_err(), "`merge` belongs to a column family, not to a backend"),
        (options(&[("restore.verify", "full")]).backend().unwrap_err(), "belongs to a restore, not to a backend"),
        (options(&[("name", "x")]).family(&backend).unwrap_err(), "belongs to a backend, not to a column family"),
        (options(&[("max_open_files", "9")]).family(&backend).unwrap_err(), "belongs to a backend"),
        (options(&[("block_size", "4K")]).snapshot().unwrap_err(), "belongs to a column family, not to a snapshot"),
        (options(&[("snapshot.grace", "1h")]).restore().unwrap_err(), "belongs to a snapshot, not to a restore"),
    ];
    for (error, words) in wrong {
        assert!(error.code == Code::InvalidArgument && error.message.contains(words), "{error}");
    }
}

#[test]
fn without_options_everything_has_its_documented_default() {
    let backend = Options::new().backend().unwrap();
    assert_eq!(backend.name, "backend");
    assert_eq!(backend.storage_paths, [std::env::temp_dir()]);
    assert_eq!((backend.profile, backend.profile.block_cache()), (Profile::Default, 32 << 20));
    assert_eq!((backend.memory_budget, backend.block_cache, backend.statistics), (None, 32 << 20, false));
    let family = Options::new().family(&backend).unwrap();
    assert_eq!((family.merge, family.memtable), (MergeKind::None, MemtableKind::SkipList));
    assert_eq!((&family.family, &family.table, family.given.len()), (&backend.family, &backend.table, 0));
    let snapshot = Options::new().snapshot().unwrap();
    assert_eq!((snapshot.deadline, snapshot.grace), (Duration::from_secs(60), Duration::from_secs(3600)));
    assert_eq!(Options::new().restore().unwrap().verify, Verify::Moved);
}

#[test]
fn gabions_own_options_are_read() {
    let settings = [
        ("name", "job-1"),
        ("storage.paths", "/a,/b c"),
        ("memory.budget", "2G"),
        ("memory.block_cache", "48M"),
        ("statistics", "true"),
        ("restore.verify", "full"),
    ];
    let restore = options(&settings).restore().unwrap();
    assert_eq!(restore.verify, Verify::Full);
    let backend = restore.backend;
    assert_eq!((backend.name.as_str(), backend.memory_budget, backend.statistics), ("job-1", Some(2 << 30), true));
    assert_eq!(backend.block_cache, 48 << 20);
    assert_eq!(backend.storage_paths, [std::path::Path::new("/a"), std::path::Path::new("/b c")]);
    let snapshot = options(&[("snapshot.deadline", "500ms"), ("snapshot.grace", "5m")]).snapshot().unwrap();
    assert_eq!((snapshot.deadline, snapshot.grace), (Duration::from_millis(500), Duration::from_secs(300)));
}

#[test]
fn merge_kinds_have_any_delimiter_byte() {
    let backend = Options::new().backend().unwrap();
    let merge = |settings: &[(&str, &str)]| options(settings).family(&backend).map(|family| family.merge);
    assert_eq!(merge(&[("merge", "uint64-add")]).unwrap(), MergeKind::Uint64Add);
    assert_eq!(merge(&[("merge", "string-append")]).unwrap(), MergeKind::StringAppend(b','));
    for (text, byte) in [(";", b';'), (" ", b' '), ("0", b'0'), ("0x00", 0), ("0xfF", 255)] {
        let settings = [("merge", "string-append"), ("merge.delimiter", text)];
        assert_eq!(merge(&settings).unwrap(), MergeKind::StringAppend(byte));
    }
    let error = merge(&[("merge.delimiter", ",")]).unwrap_err();
    assert!(error.message.contains("`merge` is `none`"), "{error}");
    assert!(merge(&[("merge", "uint64-add"), ("merge.delimiter", ",")]).is_err());
}

#[test]
fn a_higher_layer_replaces_a_lower_one() {
    let backend = options(&[
        ("profile", "SPINNING_DISK_OPTIMIZED_HIGH_MEM"),
        ("max_background_jobs", "6"),
        ("write_buffer_size", "8M"),
        ("block_size", "4K"),
    ]);
    let backend = backend.backend().unwrap();
    assert_eq!(backend.block_cache, 256 << 20);
    assert_eq!((&*backend.database["max_background_jobs"], &*backend.database["max_open_files"]), ("6", "-1"));
    assert_eq!((&*backend.family["write_buffer_size"], &*backend.family["compression"]), ("8M", "kLZ4Compression"));
    assert_eq!((&*backend.table["block_size"], &*backend.table["format_version"]), ("4K", "5"));
    let family = options(&[("write_buffer_size", "1M"), ("checksum", "kXXH3"), ("memtable", "hash-link-list")]);
    let family = family.family(&backend).unwrap();
    assert_eq!(family.memtable, MemtableKind::HashLinkList);
    assert_eq!((&*family.family["write_buffer_size"], &*family.table["checksum"]), ("1M", "kXXH3"));
    assert_eq!((&*family.family["max_bytes_for_level_base"], &*family.table["block_size"]), ("1073741824", "4K"));
    let given = [("checksum", "kXXH3"), ("write_buffer_size", "1M")];
    assert_eq!(family.given.iter().map(|(name, value)| (&**name, &**value)).collect::<Vec<_>>(), given);
}

#[test]
fn a_family_comes_back_from_what_a_snapshot_says_of_it() {
    let backend = Options::new().backend().unwrap();
    for merge in [MergeKind::None, MergeKind::Uint64Add, MergeKind::StringAppend(0), MergeKind::StringAppend(b';')] {
        let given = BTreeMap::from([("block_size".to_owned(), "8K".to_owned())]);
        let options = Options::of_family(merge, MemtableKind::HashLinkList, &given).unwrap();
        let family = options.family(&backend).unwrap();
        assert_eq!((family.merge, family.memtable, family.given), (merge, MemtableKind::HashLinkList, given));
    }
    let hostile = BTreeMap::from([("block_cache".to_owned(), "1".to_owned())]);
    assert!(Options::of_family(MergeKind::None, MemtableKind::SkipList, &hostile).is_err());
}

/// The text below the heading, up to the next heading.
fn section(heading: &str) -> &'static str {
    let mark = format!("\n{heading}\n");
    let start = DOCUMENT.find(&mark).unwrap_or_else(|| panic!("no heading {heading}")) + mark.len();
    let rest = &DOCUMENT[start..];
    &rest[..rest.find("\n## ").into_iter().chain(rest.find("\n### ")).min().unwrap_or(rest.len())]
}

/// The cells of a section's table, without the head.
fn rows(heading: &str) -> Vec<Vec<&'static str>> {
    let lines = section(heading).lines().filter(|line| line.starts_with("| "));
    lines.skip(2).map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

fn plain(cell: &str) -> &str {
    cell.trim_matches('`')
}

/// What stands in backquotes in the paragraphs that have nothing else.
fn listed(heading: &str) -> BTreeSet<&'static str> {
    let lists = section(heading).split("\n\n").filter(|part| {
        let words: Vec<_> = part.split_whitespace().collect();
        !words.is_empty() && words.iter().all(|word| word.starts_with('`') && word.ends_with('`'))
    });
    lists.flat_map(str::split_whitespace).map(plain).collect()
}

fn names_of(places: &[Place]) -> BTreeSet<&'static str> {
    options::names().into_iter().filter(|(_, place)| places.contains(place)).map(|(name, _)| name).collect()
}

#[test]
fn the_document_names_exactly_the_options_there_are() {
    let own = names_of(&[Place::Backend, Place::Family, Place::Snapshot, Place::Restore]);
    assert_eq!(rows("## Gabion's options").iter().map(|row| plain(row[0])).collect::<BTreeSet<_>>(), own);
    let stores = rows("## Options of stores");
    assert_eq!(stores.iter().map(|row| plain(row[0])).collect::<BTreeSet<_>>(), names_of(&[Place::Store]));
    for row in stores {
        assert_eq!(row[2].contains("secret"), options::is_secret(plain(row[0])), "{row:?}");
    }
    for prefix in options::hadoop() {
        assert!(section("## Options of stores").contains(&format!("`{prefix}`")), "{prefix}");
    }
    assert_eq!(listed("### Of the database"), names_of(&[Place::Database]));
    assert_eq!(listed("### Of column families"), names_of(&[Place::ColumnFamily]));
    assert_eq!(listed("### Of tables"), names_of(&[Place::Table]));
    let refused: Vec<_> = rows("## Refused options").iter().map(|row| (plain(row[0]), row[1])).collect();
    assert_eq!(refused, options::refused().collect::<Vec<_>>());
    assert_eq!(listed("## Refused options"), options::ignored().collect());
    let fixed: Vec<_> = rows("## Fixed options").iter().map(|row| (plain(row[0]), plain(row[1]), row[2])).collect();
    assert_eq!(fixed, options::fixed().collect::<Vec<_>>());
}

#[test]
fn the_document_shows_the_profiles_as_they_are() {
    let profiles = ["DEFAULT", "SPINNING_DISK_OPTIMIZED", "SPINNING_DISK_OPTIMIZED_HIGH_MEM", "FLASH_SSD_OPTIMIZED"];
    for (column, profile) in profiles.into_iter().enumerate() {
        let backend = options(&[("profile", profile)]).backend().unwrap();
        let base = section("## Layers");
        let all = [&backend.database, &backend.family, &backend.table].into_iter().flatten();
        let fixed: BTreeSet<_> = options::fixed().map(|(name, _, _)| name).collect();
        let of_profile = all.filter(|(name, value)| {
            !fixed.contains(name.as_str())
                && (*name == "max_write_buffer_number" || !base.contains(&format!("`{name}` = `{value}`")))
        });
        let shown = rows("## Profiles");
        let (cache, options) = shown.split_last().unwrap();
        let cell = |row: &[&'static str]| row.get(column + 1).copied().unwrap_or_default();
        let documented: BTreeMap<_, _> = options
            .iter()
            .map(|row| (plain(row[0]), plain(cell(row))))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        assert_eq!(of_profile.map(|(name, value)| (&**name, &**value)).collect::<BTreeMap<_, _>>(), documented);
        assert_eq!(cell(cache), format!("{} MiB", backend.profile.block_cache() >> 20));
    }
}

#[test]
fn no_name_is_in_two_lists() {
    let mut seen = BTreeSet::new();
    let settable = options::names().into_iter().map(|(name, _)| name);
    for name in settable.chain(options::refused().map(|(name, _)| name)).chain(options::ignored()) {
        assert!(seen.insert(name), "{name}");
    }
    let names: Vec<_> = options::names().into_iter().map(|(name, _)| name).collect();
    assert!(names.is_sorted() && options::fixed().all(|(name, _, _)| names.contains(&name)));
}

/// Values near the right ones: pieces of them in any order.
fn values() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        ";",
        "=",
        ":",
        "-",
        "1",
        "9",
        "0.5",
        "K",
        "T",
        "true",
        "kLZ4Compression",
        "level",
        "id",
        "é",
        "\0",
        " ",
        "bloomfilter",
        "nullptr",
        "0x",
        "/",
        ",",
        "ms",
        "h",
        "none",
        "99999999999999999999",
    ]);
    prop_oneof![any::<String>(), prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())]
}

fn any_name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(options::names().into_iter().map(|(name, _)| name).collect::<Vec<_>>())
}

/// As RocksDB splits `name=value;…`: braces that pair, around all of the value, or no `;`, `{` and `}` at all.
fn is_one_value(value: &str) -> bool {
    if !value.contains(['{', '}', ';']) {
        return true;
    }
    let depths = value.chars().scan(0_i32, |depth, character| {
        *depth += i32::from(character == '{') - i32::from(character == '}');
        Some(*depth)
    });
    let depths: Vec<_> = depths.collect();
    depths.split_last().is_some_and(|(last, rest)| *last == 0 && rest.iter().all(|depth| *depth > 0))
}

proptest! {
    #[test]
    fn any_text_is_accepted_or_refused(name in values(), value in values()) {
        let _ = Options::new().set(&name, &value);
    }

    #[test]
    fn an_accepted_value_is_kept_and_is_one_value_to_rocksdb(name in any_name(), value in values()) {
        let mut options = Options::new();
        match options.set(name, &value) {
            Ok(()) => {
                prop_assert_eq!(options.get(name), Some(value.as_str()));
                let own = !names_of(&[Place::Database, Place::ColumnFamily, Place::Table]).contains(name);
                prop_assert!(own || is_one_value(&value), "{} = {:?}", name, value);
                prop_assert!(own || !value.contains('\0'));
            }
            Err(error) => {
                prop_assert!(error.message.contains(name));
                prop_assert_eq!(options.get(name), None);
            }
        }
    }

    #[test]
    fn a_name_with_one_letter_too_few_gets_a_name_as_near(name in any_name(), at in any::<prop::sample::Index>()) {
        let mut wrong = name.to_owned();
        wrong.remove(at.index(name.len()));
        if let Err(error) = Options::new().set(&wrong, "") && error.message.starts_with("there is no option") {
            let found = error.message.rsplit('`').nth(1).unwrap_or_default();
            // The name itself, or another one that is also one edit away.
            prop_assert!(found.len().abs_diff(wrong.len()) <= 1, "{}", error.message);
        }
    }

    #[test]
    fn any_set_of_options_has_views_or_a_reason(settings in prop::collection::vec((any_name(), values()), 0..8)) {
        let mut options = Options::new();
        for (name, value) in &settings {
            let _ = options.set(name, value);
        }
        let backend = Options::new().backend().unwrap();
        let _ = (options.backend(), options.family(&backend), options.snapshot(), options.restore());
    }
}

#[test]
fn options_of_stores_are_taken_wherever_a_url_is() {
    let given = options(&[
        ("store.credentials", "static"),
        ("store.timeout", "5s"),
        ("store.memory", "32M"),
        ("aws_region", "eu-west-1"),
        ("dfs.replication", "1"),
        ("allow_http", "true"),
    ]);
    given.snapshot().unwrap();
    let store = given.restore().unwrap().store;
    assert_eq!(store, given.store());
    assert_eq!(store.credentials, Some(options::Credentials::Static));
    assert_eq!((store.timeout, store.retries), (Duration::from_secs(5), 8));
    assert_eq!((store.concurrency, store.memory, store.bandwidth), (None, Some(32 << 20), None));
    assert_eq!(store.texts["dfs.replication"], "1");
    assert!(given.backend().unwrap_err().message.contains("a snapshot, a restore or a snapshot directory"));
}

#[test]
fn wrong_values_of_stores_are_refused() {
    for (name, value, right) in [
        ("store.credentials", "keys", "static, env, file, web-identity, instance"),
        ("store.timeout", "0s", "above zero"),
        ("store.memory", "1M", "below 16777216"),
        ("store.concurrency", "0", "below 1"),
        ("store.ca_file", "ca.pem", "an absolute path"),
        ("aws_endpoint", "localhost:9000", "https://host:port"),
        ("aws_endpoint", "http://host/?x", "https://host:port"),
        ("aws_checksum_algorithm", "md5", "sha256, crc64nvme"),
        ("allow_http", "yes", "not `true` or `false`"),
        ("dfs.x", "a\0", "NUL"),
    ] {
        let message = refusal(name, value);
        assert!(message.contains(right), "{message}");
    }
    for (name, nearest) in [("aws_acces_key_id", "`aws_access_key_id`"), ("hdfs.x", "nearest"), ("dfs.", "nearest")] {
        assert!(refusal(name, "1").contains(nearest));
    }
}

#[test]
fn secrets_are_in_no_message() {
    let secrets = options::names().into_iter().filter(|(name, _)| options::is_secret(name)).map(|(name, _)| name);
    let of_hadoop = ["fs.azure.account.key.x", "hadoop.security.credential.password", "dfs.replication"];
    for name in secrets.chain(of_hadoop) {
        let given = options(&[(name, "the-Secret")]);
        assert_eq!(given.get(name), Some("the-Secret"));
        let texts = [format!("{given:?}"), format!("{:?}", given.store()), format!("{:#?}", given.restore())];
        assert!(texts.iter().all(|text| text.contains(name) && !text.contains("the-Secret")), "{texts:?}");
        for wrong in ["the-Secret\0", &"the-Secret".repeat(10_000)] {
            let message = refusal(name, wrong);
            assert!(message.contains(name) && !message.contains("the-Secret"), "{message}");
        }
    }
    let message = refusal("aws_endpoint", "http://user:the-Secret@host");
    assert!(!message.contains("the-Secret"), "{message}");
    assert!(!format!("{:?}", options(&[("aws_region", "x")])).contains("(secret)"));
}
