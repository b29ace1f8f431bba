//! `gabion sweep`

use gabion::snapshot::SnapshotDirectory;
use serde_json::json;

use crate::arguments::Sweep;
use crate::failure::Failure;
use crate::{Context, Verdict, address, text};

pub fn run(arguments: &Sweep, context: &mut Context) -> Result<Verdict, Failure> {
    let url = address::directory(&arguments.url)?;
    let directory = SnapshotDirectory::open(&url, &arguments.store.read()?)?.with_control(&context.control);
    let swept = directory.sweep(arguments.grace, arguments.dry_run)?;
    let out = &mut context.out;
    if out.json {
        let (objects, bytes, names) = (swept.objects, swept.bytes, &swept.names);
        out.value(
            &json!({"url": url, "objects": objects, "bytes": bytes, "names": names, "dry_run": arguments.dry_run}),
        )?;
        return Ok(Verdict::Good);
    }
    if arguments.list {
        swept.names.iter().try_for_each(|name| out.line(name))?;
    }
    let verb = if arguments.dry_run { "would remove" } else { "removed" };
    out.line(&format!("{verb} {}, {}", text::count(swept.objects, "object"), text::size(swept.bytes)))?;
    Ok(Verdict::Good)
}
