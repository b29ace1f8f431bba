//! `gabion restore`

use std::os::unix::ffi::OsStrExt;

use gabion::restore::plain;
use serde_json::json;

use crate::arguments::Restore;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::{Context, Verdict, address, text};

/// Lines for ldb, at most.
const LINES: usize = 8;

pub fn run(arguments: &Restore, context: &mut Context) -> Result<Verdict, Failure> {
    let address = address::snapshot(&arguments.snapshot)?;
    let mut options = arguments.store.read()?;
    // A link would share the bytes of the snapshot with whoever opens the directory.
    if options.get("restore.verify").is_none() && !arguments.link {
        options.set("restore.verify", "full")?;
    }
    let progress = Progress::of(&context.control, "restoring", &context.out);
    let restored = plain::into_directory(&options, &address.source(), &arguments.directory, &context.control);
    drop(progress);
    let restored = restored.map_err(|error| address.explain(error.into()))?;
    let directory = std::path::absolute(&arguments.directory).unwrap_or_else(|_| arguments.directory.clone());
    let line = |family: &[u8]| {
        format!(
            "ldb --db={} --try_load_options --ignore_unknown_options --column_family={} --hex scan",
            text::shell_word(directory.as_os_str().as_bytes()),
            text::shell_word(family)
        )
    };
    let lines: Vec<String> = restored.families.iter().map(|family| line(family)).collect();
    let (info, out) = (&restored.snapshot, &mut context.out);
    if out.json {
        out.value(&json!({
            "url": address.url,
            "number": info.number,
            "directory": directory.to_string_lossy(),
            "families": info.families,
            "bytes": info.bytes,
            "ldb": lines,
        }))?;
        return Ok(Verdict::Good);
    }
    let (families, bytes) = (text::count(info.families, "column family"), text::size(info.bytes));
    let families = families.replace("familys", "families");
    out.line(&format!("{} restored to {}: {families}, {bytes}", address.label(info.number), directory.display()))?;
    if !lines.is_empty() {
        out.line("To look into it with RocksDB's own tool:")?;
    }
    for line in lines.iter().take(LINES) {
        out.line(&format!("  {line}"))?;
    }
    if lines.len() > LINES {
        out.line(&format!("  ... and {} more column families", lines.len() - LINES))?;
    }
    Ok(Verdict::Good)
}
