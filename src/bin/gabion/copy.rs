//! `gabion copy`

use std::collections::BTreeMap;
use std::time::Duration;

use gabion::snapshot::SnapshotDirectory;
use gabion::snapshot::copy::{Copied, Copier, CopySettings};
use gabion::{Code, Options};
use serde_json::{Value, json};

use crate::arguments::Copy;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::{Context, Verdict, address, text};

/// How long the copy of one snapshot may take, and its leftovers wait for the next try, unless `snapshot.grace` says so.
const GRACE: Duration = Duration::from_secs(24 * 3600);

pub fn run(arguments: &Copy, context: &mut Context) -> Result<Verdict, Failure> {
    let source = address::snapshot(&arguments.source)?;
    let destination = address::directory(&arguments.destination)?;
    let open = |url: &str, options: &Options| SnapshotDirectory::open(url, options);
    let from_options = arguments.store.read_with(arguments.source_options.as_ref())?;
    let to_options = arguments.store.read_with(arguments.destination_options.as_ref())?;
    let from = open(&source.url, &from_options)?.with_control(&context.control);
    let to = open(&destination, &to_options)?.with_control(&context.control);
    let grace = if to_options.get("snapshot.grace").is_some() { to_options.snapshot()?.grace } else { GRACE };
    let manifests = match source.number {
        Some(number) => {
            let found = from.manifest(Some(number)).map_err(|error| source.explain(error.into()))?;
            BTreeMap::from([(number, Ok(found))])
        }
        None => from.manifests()?,
    };
    let settings = CopySettings {
        grace,
        take_over: arguments.take_over,
        older: arguments.older,
        scratch: arguments.scratch.path(),
    };
    let mut copier = Copier::open(&from, &to, settings, &context.control).map_err(|error| match error.code {
        Code::Fenced => Failure::from(error).hint("--take-over says so"),
        _ => error.into(),
    })?;
    copier.expect(manifests.values().flatten(), &context.control);
    let progress = Progress::of(&context.control, "copying", &context.out);
    let mut told = Told { url: source.url.clone(), only_one: source.number.is_some(), ..Told::default() };
    let ended = manifests.keys().try_for_each(|&number| match copier.copy(number, &context.control) {
        Ok(copied) => progress.aside(|| told.tell(number, copied, context)),
        // Of many, the others are copied all the same.
        Err(error) if told.only_one => Err(source.explain(error.into())),
        Err(error) if error.code == Code::NotFound || error.code == Code::Corruption => {
            progress.aside(|| told.fail(number, &error.message, context))
        }
        Err(error) => Err(error.into()),
    });
    drop(progress);
    match ended {
        Err(Failure::Cancelled(_)) => {
            let copied = text::count(told.copied, "snapshot");
            Err(Failure::Cancelled(format!("{copied} copied, and of an unfinished one nothing is left")))
        }
        Err(failure) => Err(failure),
        Ok(()) => told.end(&destination, context),
    }
}

/// What has been told.
#[derive(Default)]
struct Told {
    url: String,
    only_one: bool,
    copied: u64,
    before: u64,
    bytes: u64,
    failed: u64,
    older: Vec<u64>,
    newest: u64,
    values: Vec<Value>,
}

impl Told {
    fn tell(&mut self, number: u64, copied: Copied, context: &mut Context) -> Result<(), Failure> {
        let out = &mut context.out;
        let value = match copied {
            Copied::Now { number: there, moved } => {
                self.copied += 1;
                self.bytes += moved;
                if !out.json {
                    out.line(&format!("{number} -> {there}  copied, {} moved", text::size(moved)))?;
                }
                json!({"source": number, "destination": there, "result": "copied", "bytes": moved})
            }
            Copied::Before { number: there } => {
                self.before += 1;
                if !out.json && !out.quiet {
                    out.line(&format!("{number} -> {there}  there already"))?;
                }
                json!({"source": number, "destination": there, "result": "there"})
            }
            Copied::Older { newest } => {
                if self.only_one {
                    let text = format!(
                        "snapshot {number} is older than the newest one at the destination, a copy of {newest}, and would be \
                         the newest there; --older copies it all the same"
                    );
                    return Err(Failure::Engine(gabion::Error::new(Code::Mismatch, text)));
                }
                self.older.push(number);
                self.newest = newest;
                json!({"source": number, "result": "older"})
            }
        };
        self.values.push(value);
        // People see what is done as it is done.
        Ok(out.flush()?)
    }

    fn fail(&mut self, number: u64, message: &str, context: &mut Context) -> Result<(), Failure> {
        self.failed += 1;
        self.values.push(json!({"source": number, "result": "failed", "error": message}));
        context.out.error(&format!("snapshot {number} was not copied: {message}"));
        Ok(())
    }

    fn end(self, destination: &str, context: &mut Context) -> Result<Verdict, Failure> {
        let out = &mut context.out;
        if out.json {
            out.value(
                &json!({"source": self.url, "destination": destination, "snapshots": self.values, "bytes": self.bytes}),
            )?;
        } else {
            if !self.older.is_empty() {
                let numbers: Vec<String> = self.older.iter().map(u64::to_string).collect();
                out.note(&format!(
                    "not copied: {}, older than {}, the newest at the destination (--older copies them all the same)",
                    numbers.join(", "),
                    self.newest
                ));
            }
            let (copied, bytes) = (text::count(self.copied, "snapshot"), text::size(self.bytes));
            out.line(&format!("{copied} copied to {destination}, {bytes}; {} there already", self.before))?;
        }
        Ok(if self.failed == 0 { Verdict::Good } else { Verdict::Broken })
    }
}
