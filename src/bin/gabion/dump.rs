//! `gabion dump`

use std::os::unix::ffi::OsStrExt;

use gabion::restore::KeyRange;
use gabion::restore::reader::Reader;
use gabion::snapshot::percent;
use gabion::{Code, Options};
use serde_json::json;

use crate::address::Address;
use crate::arguments::{Dump, Format, Scratch};
use crate::failure::Failure;
use crate::progress::Progress;
use crate::{Context, Verdict, address, describe, text};

pub fn run(arguments: &Dump, context: &mut Context) -> Result<Verdict, Failure> {
    let address = address::snapshot(&arguments.snapshot)?;
    let prefix = match (&arguments.prefix, &arguments.prefix_hex) {
        (Some(text), _) => text.as_bytes().to_vec(),
        (None, Some(hex)) => text::unhex(hex).ok_or_else(|| Failure::Usage(format!("{hex:?} is not in hex digits")))?,
        (None, None) => Vec::new(),
    };
    let format = if context.out.json { Format::Json } else { arguments.format };
    let reader = open(&address, arguments.store.read()?, &arguments.scratch, context)?;
    let family = family(&reader, arguments.family.as_deref())?;
    let range = KeyRange { to: beyond(&prefix), from: prefix };
    let limit = arguments.limit.unwrap_or(u64::MAX);
    let mut left = limit;
    let mut progress = Some(Progress::of(&context.control, "fetching", &context.out));
    let out = &mut context.out;
    let mut lost = None;
    if limit > 0 {
        reader.read(&family, &range, &mut |key, value| {
            // Rows on a terminal and a bar there don't mix.
            progress = None;
            context.control.check()?;
            left -= 1;
            if let Err(error) = out.line(&row(format, key, value)) {
                lost = Some(error);
            }
            Ok(left > 0 && lost.is_none())
        })?;
    }
    drop(progress);
    match lost {
        Some(error) => Err(error.into()),
        None => Ok(Verdict::Good),
    }
}

/// A snapshot to be read from.
pub fn open(address: &Address, mut options: Options, scratch: &Scratch, context: &Context) -> Result<Reader, Failure> {
    if let Some(path) = scratch.scratch.as_ref().map(|_| scratch.path()) {
        let path = path.to_str().ok_or_else(|| Failure::Usage("the scratch directory's path is no text".to_owned()))?;
        options.set("storage.paths", path)?;
    }
    Reader::open(&options, &address.source(), &context.control).map_err(|error| address.explain(error.into()))
}

/// The family that is meant: by its name, or by its percent form; the only one need not be named.
pub fn family(reader: &Reader, wanted: Option<&str>) -> Result<Vec<u8>, Failure> {
    let names: Vec<&Vec<u8>> = reader.manifest().families.iter().map(|family| &family.definition.name).collect();
    let found = match (wanted, &names[..]) {
        (None, [only]) => Some(*only),
        (None, _) => None,
        (Some(wanted), _) => {
            let is_named = |name: &&&Vec<u8>| name.as_slice() == wanted.as_bytes();
            let is_shown = |name: &&&Vec<u8>| describe::name(name) == wanted || percent::encode(name) == wanted;
            names.iter().find(is_named).or_else(|| names.iter().find(is_shown)).copied()
        }
    };
    found.cloned().ok_or_else(|| {
        let all: Vec<String> = names.iter().map(|name| describe::name(name)).collect();
        let all = all.join(", ");
        match wanted {
            None => Failure::Usage(format!("name a column family with --family; there are: {all}")),
            Some(wanted) => Failure::Engine(gabion::Error::new(
                Code::NotFound,
                format!("there is no column family {wanted:?}; there are: {all}"),
            )),
        }
    })
}

/// The smallest key behind all that begin with `prefix`; `None` if there is none.
fn beyond(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut beyond = prefix[..=last].to_vec();
    beyond[last] += 1;
    Some(beyond)
}

/// One row on one line.
fn row(format: Format, key: &[u8], value: &[u8]) -> String {
    match format {
        Format::Text => format!("{}\t{}", text::escaped(key), text::escaped(value)),
        Format::Hex => format!("{}\t{}", text::hex(key), text::hex(value)),
        Format::Json => json!({"key": text::hex(key), "value": text::hex(value)}).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_one() {
        assert_eq!(beyond(b""), None);
        assert_eq!(beyond(b"ab"), Some(b"ac".to_vec()));
        assert_eq!(beyond(b"a\xff\xff"), Some(b"b".to_vec()));
        assert_eq!(beyond(b"\xff\xff"), None);
    }

    #[test]
    fn a_row_is_one_line_in_every_format() {
        assert_eq!(row(Format::Text, b"a\n", b"\xff"), "a\\n\t\\xff");
        assert_eq!(row(Format::Hex, b"a\n", b"\xff"), "610a\tff");
        assert_eq!(row(Format::Json, b"a\n", b"\xff"), "{\"key\":\"610a\",\"value\":\"ff\"}");
    }
}
