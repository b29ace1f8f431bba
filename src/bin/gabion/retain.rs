//! `gabion retain`

use gabion::snapshot::SnapshotDirectory;
use serde_json::json;

use crate::arguments::Retain;
use crate::failure::Failure;
use crate::{Context, Verdict, address, text};

pub fn run(arguments: &Retain, context: &mut Context) -> Result<Verdict, Failure> {
    let url = address::directory(&arguments.url)?;
    let directory = SnapshotDirectory::open(&url, &arguments.store.read()?)?.with_control(&context.control);
    let discarded = if arguments.dry_run {
        let numbers: Vec<u64> = directory.list()?.iter().map(|info| info.number).collect();
        numbers[..numbers.len().saturating_sub(arguments.count)].to_vec()
    } else {
        directory.retain(arguments.count)?
    };
    let out = &mut context.out;
    if out.json {
        out.value(&json!({"url": url, "discarded": discarded, "dry_run": arguments.dry_run}))?;
        return Ok(Verdict::Good);
    }
    let numbers: Vec<String> = discarded.iter().map(u64::to_string).collect();
    let count = text::count(discarded.len() as u64, "snapshot");
    match (discarded.is_empty(), arguments.dry_run) {
        (true, _) => out.line("nothing to discard")?,
        (false, true) => out.line(&format!("would discard {count}: {}", numbers.join(", ")))?,
        (false, false) => out.line(&format!("discarded {count}: {}", numbers.join(", ")))?,
    }
    Ok(Verdict::Good)
}
