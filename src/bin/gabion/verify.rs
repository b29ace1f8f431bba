//! `gabion verify`

use gabion::snapshot::SnapshotDirectory;
use serde_json::{Value, json};

use crate::arguments::Verify;
use crate::failure::Failure;
use crate::output::Style;
use crate::progress::Progress;
use crate::{Context, Verdict, address, text};

pub fn run(arguments: &Verify, context: &mut Context) -> Result<Verdict, Failure> {
    let address = address::snapshot(&arguments.snapshot)?;
    let directory = SnapshotDirectory::open(&address.url, &arguments.store.read()?)?.with_control(&context.control);
    let (mut manifests, mut damaged) = (Vec::new(), Vec::new());
    match address.number {
        Some(number) => match directory.manifest(Some(number)) {
            Ok(manifest) => manifests.push(manifest),
            Err(error) if error.code == gabion::Code::Corruption => damaged.push((number, error.message)),
            Err(error) => return Err(address.explain(error.into())),
        },
        None => {
            for (number, manifest) in directory.manifests()? {
                match manifest {
                    Ok(manifest) => manifests.push(manifest),
                    Err(error) => damaged.push((number, error.message)),
                }
            }
        }
    }
    let progress = Progress::of(&context.control, "verifying", &context.out);
    let verified = directory.verify_all(&manifests)?;
    drop(progress);
    let verdict = if verified.broken.is_empty() && damaged.is_empty() { Verdict::Good } else { Verdict::Broken };
    let out = &mut context.out;
    let snapshots = manifests.len() as u64;
    if out.json {
        let files = verified
            .broken
            .iter()
            .map(|broken| json!({"object": broken.name, "snapshots": broken.snapshots, "error": broken.error.message}));
        let manifests = damaged.iter().map(|(number, error)| json!({"number": number, "error": error}));
        out.value(&json!({
            "url": address.url,
            "snapshots": snapshots,
            "files": verified.files,
            "bytes": verified.bytes,
            "broken_files": files.collect::<Vec<Value>>(),
            "damaged_manifests": manifests.collect::<Vec<Value>>(),
        }))?;
        return Ok(verdict);
    }
    let (files, bytes) = (text::count(verified.files, "file"), text::size(verified.bytes));
    let read = format!("{}, {files}, {bytes} read", text::count(snapshots, "snapshot"));
    if verdict == Verdict::Good {
        let good = out.styled(Style::Strong, "all good");
        out.line(&format!("{good}: {read}"))?;
        return Ok(verdict);
    }
    for (_, error) in damaged {
        let line = out.styled(Style::Bad, "damaged");
        out.line(&format!("{line}  {error}"))?;
    }
    for broken in &verified.broken {
        let numbers: Vec<String> = broken.snapshots.iter().map(u64::to_string).collect();
        let word = out.styled(Style::Bad, "broken");
        out.line(&format!("{word}  {}", broken.error.message))?;
        out.line(&format!("        needed by {}", numbers.join(", ")))?;
    }
    out.line(&format!("{} broken; {read}", text::count(verified.broken.len() as u64, "file")))?;
    Ok(verdict)
}
