//! `gabion describe`

use gabion::kinds::MergeKind;
use gabion::snapshot::manifest::{Family, Manifest, Rows};
use gabion::snapshot::object_name::ObjectName;
use gabion::snapshot::{SnapshotDirectory, percent};
use serde_json::{Map, Value, json};

use crate::arguments::Describe;
use crate::failure::Failure;
use crate::output::{Output, Style};
use crate::table::{Side, Table, cut};
use crate::{Context, Verdict, address, list, text};

/// Letters of a name in a table.
const NAME: usize = 20;
/// Cells of the longest bar.
const BAR: u64 = 14;

pub fn run(arguments: &Describe, context: &mut Context) -> Result<Verdict, Failure> {
    let address = address::snapshot(&arguments.snapshot)?;
    let directory = SnapshotDirectory::open(&address.url, &arguments.store.read()?)?.with_control(&context.control);
    let manifest = directory.manifest(address.number).map_err(|error| address.explain(error.into()))?;
    let out = &mut context.out;
    if out.json {
        out.value(&value(&address.url, &manifest, arguments.files))?;
        return Ok(Verdict::Good);
    }
    heading(out, &address.label(manifest.number), &manifest)?;
    out.line("")?;
    families(out, &manifest)?;
    descriptors(out, &manifest)?;
    if arguments.files {
        out.line("")?;
        files(out, &manifest)?;
    }
    Ok(Verdict::Good)
}

fn heading(out: &mut Output, label: &str, manifest: &Manifest) -> Result<(), Failure> {
    let info = manifest.info();
    let title = out.styled(Style::Strong, label);
    out.line(&title)?;
    let own = manifest.objects().filter(|object| object.job == manifest.job).count() as u64;
    let parents = match &manifest.parents[..] {
        [] => "none".to_owned(),
        parents => parents.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
    };
    let files = format!(
        "{} ({}); {} of them ({}) written by it",
        info.files,
        text::size(info.bytes),
        own,
        text::size(info.bytes_written)
    );
    for (name, value) in [
        ("created", format!("{} UTC", text::time(info.created_ms))),
        ("kind", list::kind(info.kind).to_owned()),
        ("id", text::excerpt(&info.id)),
        ("metadata", text::excerpt(&info.metadata)),
        ("parents", parents),
        ("files", files),
        ("epoch", format!("{}, job {}", manifest.epoch, manifest.job)),
    ] {
        out.line(&cut(&format!("  {name:<9} {value}"), out.width))?;
    }
    Ok(())
}

fn families(out: &mut Output, manifest: &Manifest) -> Result<(), Failure> {
    let sizes: Vec<u64> = (0..manifest.families.len()).map(|at| bytes(&manifest.files_of(at))).collect();
    let others = others(manifest);
    let largest = sizes.iter().copied().chain([bytes(&others)]).max().unwrap_or_default();
    let (left, right) = (Side::Left, Side::Right);
    let columns = [("FAMILY", left), ("MERGE", left), ("AS", left), ("FILES", right), ("SIZE", right), ("", left)];
    let mut table = Table::new(&columns);
    for ((at, family), size) in manifest.families.iter().enumerate().zip(sizes) {
        let (name, merge) = (cut(&name(&family.definition.name), Some(NAME)), family.definition.merge.name());
        let cells = [
            name,
            merge.to_owned(),
            form(family).to_owned(),
            manifest.files_of(at).len().to_string(),
            text::size(size),
            bar(size, largest),
        ];
        table.row(cells.into(), Style::Bar);
    }
    if !others.is_empty() {
        let size = bytes(&others);
        let cells = [
            "(RocksDB's own)".to_owned(),
            String::new(),
            String::new(),
            others.len().to_string(),
            text::size(size),
            bar(size, largest),
        ];
        table.row(cells.into(), Style::Bar);
    }
    Ok(table.print(out)?)
}

fn descriptors(out: &mut Output, manifest: &Manifest) -> Result<(), Failure> {
    let described = manifest.families.iter().map(|family| &family.definition).filter(|d| !d.descriptor.is_empty());
    for (at, definition) in described.enumerate() {
        if at == 0 {
            let title = out.styled(Style::Strong, "DESCRIPTORS");
            out.line("")?;
            out.line(&title)?;
        }
        let (name, descriptor) = (cut(&name(&definition.name), Some(NAME)), text::excerpt(&definition.descriptor));
        out.line(&cut(&format!("{name}  {descriptor}"), out.width))?;
    }
    Ok(())
}

fn files(out: &mut Output, manifest: &Manifest) -> Result<(), Failure> {
    let (left, right) = (Side::Left, Side::Right);
    let mut table =
        Table::new(&[("FILE", left), ("SIZE", right), ("CRC32C", left), ("WRITTEN BY", left), ("FAMILY", left)]);
    for (label, object, family) in all_files(manifest) {
        let by = if object.job == manifest.job { "this snapshot" } else { "an earlier one" };
        let sum = object.origin;
        let family = family.map(|at| name(&manifest.families[at].definition.name)).unwrap_or_default();
        table
            .row(vec![label, text::size(sum.size), format!("{:08x}", sum.crc32c), by.to_owned(), family], Style::Plain);
    }
    Ok(table.print(out)?)
}

/// All files: what each is called for people, and the family whose rows it holds.
fn all_files(manifest: &Manifest) -> Vec<(String, &ObjectName, Option<usize>)> {
    let own = manifest.rocksdb.iter().flat_map(|rocksdb| &rocksdb.files);
    let by_id = |id: Option<u32>| {
        manifest
            .families
            .iter()
            .position(|family| matches!(family.rows, Rows::Exact { rocksdb_id } if Some(rocksdb_id) == id))
    };
    let mut all: Vec<_> = own.map(|file| (file.name.clone(), &file.object, by_id(file.family))).collect();
    for (at, family) in manifest.families.iter().enumerate() {
        let files = family.rows.files().iter();
        all.extend(files.map(|file| (format!("{} rows", file.rows), &file.object, Some(at))));
    }
    all
}

/// Files in which no family's rows are.
fn others(manifest: &Manifest) -> Vec<&ObjectName> {
    let named: std::collections::HashSet<&ObjectName> =
        (0..manifest.families.len()).flat_map(|at| manifest.files_of(at)).collect();
    manifest.objects().filter(|object| !named.contains(object)).collect()
}

fn bytes(objects: &[&ObjectName]) -> u64 {
    objects.iter().map(|object| object.origin.size).sum()
}

fn form(family: &Family) -> &'static str {
    match family.rows {
        Rows::Exact { .. } => "RocksDB",
        Rows::Tables { .. } => "rows",
        Rows::Streams { .. } => "stream",
    }
}

/// A family's name as text; in percent form where it is none.
pub fn name(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && text::escaped(bytes) == text => text.to_owned(),
        _ if bytes.is_empty() => "\"\"".to_owned(),
        _ => percent::encode(bytes),
    }
}

/// A bar of eighths of cells where the terminal's text has them.
fn bar(size: u64, largest: u64) -> String {
    let eighths = (size.saturating_mul(8 * BAR)).div_ceil(largest.max(1));
    let (cells, rest) = (eighths / 8, eighths % 8);
    let is_unicode = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    if !is_unicode.is_some_and(|value| value.to_uppercase().replace('-', "").contains("UTF8")) {
        return "#".repeat(usize::try_from(cells + u64::from(rest > 0)).unwrap_or_default());
    }
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][usize::try_from(rest).unwrap_or_default()];
    format!("{}{part}", "█".repeat(usize::try_from(cells).unwrap_or_default()))
}

fn value(url: &str, manifest: &Manifest, with_files: bool) -> Value {
    let mut value = match list::summary(manifest) {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let families: Vec<Value> =
        manifest.families.iter().enumerate().map(|(at, family)| family_value(manifest, at, family)).collect();
    value.insert("url".to_owned(), json!(url));
    value.insert("epoch".to_owned(), json!(manifest.epoch));
    value.insert("job".to_owned(), json!(manifest.job));
    value.insert("backend".to_owned(), json!(manifest.backend));
    value.insert("families".to_owned(), json!(families));
    value.insert("other_bytes".to_owned(), json!(bytes(&others(manifest))));
    if with_files {
        let files = all_files(manifest).into_iter().map(|(_, object, family)| {
            json!({
                "object": object.path(),
                "bytes": object.origin.size,
                "crc32c": format!("{:08x}", object.origin.crc32c),
                "written": object.job == manifest.job,
                "family": family.map(|at| percent::encode(&manifest.families[at].definition.name)),
            })
        });
        value.insert("object_files".to_owned(), files.collect());
    }
    Value::Object(value)
}

fn family_value(manifest: &Manifest, at: usize, family: &Family) -> Value {
    let (files, definition) = (manifest.files_of(at), &family.definition);
    let delimiter = match definition.merge {
        MergeKind::StringAppend(delimiter) => Some(delimiter),
        _ => None,
    };
    let rows: u64 = family.rows.files().iter().map(|file| file.rows).sum();
    json!({
        "name": percent::encode(&definition.name),
        "descriptor": percent::encode(&definition.descriptor),
        "merge": definition.merge.name(),
        "delimiter": delimiter,
        "memtable": definition.memtable.name(),
        "options": definition.options,
        "as": form(family).to_lowercase(),
        "rows": (!matches!(family.rows, Rows::Exact { .. })).then_some(rows),
        "files": files.len(),
        "bytes": bytes(&files),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_text_are_in_percent_form() {
        assert_eq!(name("größe".as_bytes()), "größe");
        assert_eq!(name(b""), "\"\"");
        assert_eq!(name(b"a\0b"), "a%00b");
        assert_eq!(name(b"\xff"), "%FF");
    }
}
