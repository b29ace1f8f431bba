//! `gabion list`

use std::collections::HashSet;

use gabion::snapshot::manifest::Manifest;
use gabion::snapshot::{Kind, SnapshotDirectory, percent};
use serde_json::{Value, json};

use crate::arguments::List;
use crate::failure::Failure;
use crate::output::Style;
use crate::table::{Side, Table};
use crate::{Context, Verdict, address, text};

pub fn run(arguments: &List, context: &mut Context) -> Result<Verdict, Failure> {
    let url = address::directory(&arguments.url)?;
    let directory = SnapshotDirectory::open(&url, &arguments.store.read()?)?.with_control(&context.control);
    let manifests = directory.manifests()?;
    let verdict = if manifests.values().all(Result::is_ok) { Verdict::Good } else { Verdict::Broken };
    let bytes = bytes_of_all(manifests.values().flatten());
    let out = &mut context.out;
    if out.json {
        let snapshots: Vec<Value> = manifests
            .iter()
            .map(|(number, manifest)| match manifest {
                Ok(manifest) => summary(manifest),
                Err(error) => json!({"number": number, "error": error.message}),
            })
            .collect();
        out.value(&json!({"url": url, "snapshots": snapshots, "bytes": bytes}))?;
        return Ok(verdict);
    }
    let right = |name| (name, Side::Right);
    let left = |name| (name, Side::Left);
    let columns =
        [right("NUMBER"), left("CREATED (UTC)"), left("KIND"), right("FILES"), right("SIZE"), right("NEW"), left("ID")];
    let mut table = Table::new(&columns);
    for (number, manifest) in &manifests {
        let cells = match manifest {
            Ok(manifest) => {
                let info = manifest.info();
                let created = text::time(info.created_ms);
                let (size, new) = (text::size(info.bytes), text::size(info.bytes_written));
                let id = text::escaped(&info.id);
                table.row(
                    vec![number.to_string(), created, kind(info.kind).into(), info.files.to_string(), size, new, id],
                    Style::Plain,
                );
                continue;
            }
            Err(_) => vec![
                number.to_string(),
                String::new(),
                String::new(),
                String::new(),
                String::new(),
                String::new(),
                "damaged".into(),
            ],
        };
        table.row(cells, Style::Bad);
    }
    if manifests.is_empty() {
        out.note(&format!("there is no snapshot in {url}"));
        return Ok(verdict);
    }
    table.print(out)?;
    let number = manifests.len() as u64;
    out.line(&format!("{}, {} in all", text::count(number, "snapshot"), text::size(bytes)))?;
    out.flush()?;
    for error in manifests.values().filter_map(|manifest| manifest.as_ref().err()) {
        out.error(&error.message);
    }
    Ok(verdict)
}

/// Bytes of all files, each counted once.
fn bytes_of_all<'a>(manifests: impl Iterator<Item = &'a Manifest>) -> u64 {
    let objects: HashSet<_> = manifests.flat_map(|manifest| manifest.objects()).collect();
    objects.into_iter().map(|object| object.origin.size).sum()
}

pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Native => "native",
        Kind::Portable => "portable",
    }
}

/// What programs are told of a snapshot.
pub fn summary(manifest: &Manifest) -> Value {
    let info = manifest.info();
    json!({
        "number": info.number,
        "kind": kind(info.kind),
        "created": info.created_ms,
        "id": percent::encode(&info.id),
        "metadata": percent::encode(&info.metadata),
        "families": info.families,
        "files": info.files,
        "bytes": info.bytes,
        "bytes_written": info.bytes_written,
        "parents": manifest.parents,
    })
}
