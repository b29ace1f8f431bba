//! `gabion discard`

use gabion::snapshot::SnapshotDirectory;
use serde_json::json;

use crate::arguments::Discard;
use crate::failure::Failure;
use crate::{Context, Verdict, address};

pub fn run(arguments: &Discard, context: &mut Context) -> Result<Verdict, Failure> {
    let address = address::snapshot(&arguments.snapshot)?;
    let Some(number) = address.number else {
        return Err(Failure::Usage(format!("{} names no snapshot; write URL/NUMBER", arguments.snapshot)));
    };
    let directory = SnapshotDirectory::open(&address.url, &arguments.store.read()?)?.with_control(&context.control);
    directory.discard(number).map_err(|error| address.explain(error.into()))?;
    let out = &mut context.out;
    if out.json {
        out.value(&json!({"url": address.url, "discarded": [number]}))?;
    } else {
        out.line(&format!("discarded {}; its files go with a later sweep", address.label(number)))?;
    }
    Ok(Verdict::Good)
}
