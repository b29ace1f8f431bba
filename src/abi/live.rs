//! What is alive in this process: for leak tests.

use std::mem::MaybeUninit;

use super::boundary::{call, out};
use super::bytes::gabion_bytes;
use super::error::gabion_error;
use super::handle;
use crate::error::{Code, Error};
use crate::live::{self, KINDS};

/// Counts the handles of a kind that were not freed yet, in this process. `kind` is the noun of the type, like "column_family".
#[unsafe(no_mangle)]
pub extern "C" fn gabion_live_handles(
    kind: gabion_bytes<'_>,
    out_count: Option<&mut MaybeUninit<i64>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_count = out(out_count, "out_count")?;
        let kind = kind.as_str("kind")?;
        out_count.write(handle::live(kind).ok_or_else(|| unknown(kind, &handle::nouns().collect::<Vec<_>>()))?);
        Ok(())
    })
}

/// Counts what stands behind handles, of C and of Java, and of what Gabion itself keeps alive. `kind` is one of "backend",
/// "column_family", "batch", "scan", "view", "snapshot", "budget", "directory", "stream".
#[unsafe(no_mangle)]
pub extern "C" fn gabion_live_objects(
    kind: gabion_bytes<'_>,
    out_count: Option<&mut MaybeUninit<i64>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_count = out(out_count, "out_count")?;
        let kind = kind.as_str("kind")?;
        let found = KINDS.into_iter().find(|known| noun(*known) == kind);
        out_count.write(live::count(found.ok_or_else(|| unknown(kind, &KINDS.map(noun)))?));
        Ok(())
    })
}

fn noun(kind: live::Kind) -> &'static str {
    match kind {
        live::Kind::Backend => "backend",
        live::Kind::ColumnFamily => "column_family",
        live::Kind::Batch => "batch",
        live::Kind::Scan => "scan",
        live::Kind::View => "view",
        live::Kind::Snapshot => "snapshot",
        live::Kind::Budget => "budget",
        live::Kind::Directory => "directory",
        live::Kind::Stream => "stream",
    }
}

fn unknown(kind: &str, known: &[&str]) -> Error {
    Error::invalid(format!("`kind` is \"{kind}\"; it must be one of: {}", known.join(", ")))
}
