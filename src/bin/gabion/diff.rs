//! `gabion diff`

use gabion::restore::diff::{self, Change, FamilyDiff};
use gabion::restore::reader::Reader;
use gabion::snapshot::percent;
use serde_json::{Value, json};

use crate::arguments::{Diff, Format};
use crate::failure::Failure;
use crate::output::{Output, Style};
use crate::progress::Progress;
use crate::table::{Side, Table, cut};
use crate::{Context, Verdict, address, describe, dump, text};

/// Letters of a name in the table.
const NAME: usize = 20;

pub fn run(arguments: &Diff, context: &mut Context) -> Result<Verdict, Failure> {
    let (one, two) = (address::snapshot(&arguments.old)?, address::snapshot(&arguments.new)?);
    let old_options = arguments.store.read_with(arguments.old_options.as_ref())?;
    let new_options = arguments.store.read_with(arguments.new_options.as_ref())?;
    let old = dump::open(&one, old_options, &arguments.scratch, context)?;
    let new = dump::open(&two, new_options, &arguments.scratch, context)?;
    let mut families = diff::files(old.manifest(), new.manifest());
    if let Some(wanted) = arguments.family.as_deref() {
        let name = dump::family(&new, Some(wanted)).or_else(|_| dump::family(&old, Some(wanted)))?;
        families.retain(|family| family.name == name);
    }
    if !arguments.files_only {
        // Keys on a terminal and a bar there don't mix.
        let _progress = (!arguments.list).then(|| Progress::of(&context.control, "comparing", &context.out));
        for family in &mut families {
            compare(arguments, (&old, &new), family, context)?;
        }
    }
    let labels = [one.label(old.manifest().number), two.label(new.manifest().number)];
    let out = &mut context.out;
    if out.json {
        let all: Vec<Value> = families.iter().map(value).collect();
        out.value(&json!({
            "old": {"url": one.url, "number": old.manifest().number},
            "new": {"url": two.url, "number": new.manifest().number},
            "families": all,
        }))?;
    } else if !arguments.list {
        table(&families, &labels, out)?;
    }
    Ok(Verdict::Good)
}

/// Counts the keys of a family that changed, and prints them if that is asked for.
fn compare(
    arguments: &Diff,
    (old, new): (&Reader, &Reader),
    family: &mut FamilyDiff,
    context: &mut Context,
) -> Result<(), Failure> {
    let (control, out) = (&context.control, &mut context.out);
    let mut lost = None;
    let keys = diff::keys(old, new, &family.name, &mut |change| {
        control.check()?;
        if arguments.list
            && let Err(error) = out.line(&line(out.json, arguments.format, &change))
        {
            lost = Some(error);
            return Err(gabion::Error::new(gabion::Code::Cancelled, "nobody reads the output"));
        }
        Ok(())
    });
    match (lost, keys) {
        (Some(error), _) => Err(error.into()),
        (None, keys) => {
            family.keys = Some(keys?);
            Ok(())
        }
    }
}

/// One key that changed.
fn line(json: bool, format: Format, change: &Change<'_>) -> String {
    let sign = match (change.old, change.new) {
        (None, _) => "+",
        (_, None) => "-",
        _ => "~",
    };
    if json || format == Format::Json {
        let hex = |value: Option<&[u8]>| value.map(text::hex);
        let family = percent::encode(change.family);
        return json!({"change": sign, "family": family, "key": text::hex(change.key), "old": hex(change.old), "new": hex(change.new)})
            .to_string();
    }
    let key = if format == Format::Hex { text::hex(change.key) } else { text::escaped(change.key) };
    format!("{sign}\t{}\t{key}", describe::name(change.family))
}

fn table(families: &[FamilyDiff], labels: &[String; 2], out: &mut Output) -> Result<(), Failure> {
    for (word, label) in ["old:", "new:"].iter().zip(labels) {
        let line = out.styled(Style::Strong, &format!("{word} {label}"));
        out.line(&line)?;
    }
    out.line("")?;
    let (left, right) = (Side::Left, Side::Right);
    let columns = [
        ("FAMILY", left),
        ("BYTES +", right),
        ("BYTES -", right),
        ("KEYS +", right),
        ("KEYS -", right),
        ("KEYS ~", right),
        ("", left),
    ];
    let mut table = Table::new(&columns);
    for family in families {
        let keys = |of: fn(&diff::Keys) -> u64| {
            family.keys.as_ref().map_or_else(|| "?".to_owned(), |keys| of(keys).to_string())
        };
        let (is_new, is_gone) = (family.old_bytes.is_none(), family.new_bytes.is_none());
        let state = if is_new {
            "new"
        } else if is_gone {
            "gone"
        } else {
            ""
        };
        let cells = vec![
            cut(&describe::name(&family.name), Some(NAME)),
            text::size(family.bytes_added),
            text::size(family.bytes_removed),
            keys(|keys| keys.added),
            keys(|keys| keys.removed),
            keys(|keys| keys.changed),
            state.to_owned(),
        ];
        table.row(cells, Style::Strong);
    }
    Ok(table.print(out)?)
}

fn value(family: &FamilyDiff) -> Value {
    let keys = family.keys.map(|keys| json!({"added": keys.added, "removed": keys.removed, "changed": keys.changed}));
    json!({
        "name": percent::encode(&family.name),
        "old_bytes": family.old_bytes,
        "new_bytes": family.new_bytes,
        "bytes_added": family.bytes_added,
        "bytes_removed": family.bytes_removed,
        "keys": keys,
    })
}
