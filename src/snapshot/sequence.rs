//! The sequence: epochs, manifests and voids under one row of numbers (docs/snapshot-format.md, section 3).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::document::{self, DocumentKind};
use super::id::Id;
use super::manifest::Manifest;
use crate::error::{Code, Error, Result};
use crate::parallel::{self, Threads};
use crate::store::{Control, Object, Store};

pub(super) const FOLDER: &str = "sequence";
/// Numbers are below this.
const MAX_NUMBER: u64 = 1 << 63;
/// How often a create is tried whose outcome can't be seen, or whose number comes and goes.
const TRIES: u32 = 8;
/// After a failure it is tried again for so long.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a number is looked for behind others who look for one.
const APPENDS: u32 = 1000;

/// A writer's claim: its number is the writer's epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    /// Who took it; drawn anew for each claim.
    pub writer: Id,
    /// Milliseconds since 1970-01-01 UTC.
    pub created: u64,
    /// Where the writer runs: for people.
    pub host: String,
    /// Its process id: for people.
    pub pid: u32,
    /// It only copies snapshots that others made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub copy: bool,
}

/// A number that nothing else will bear, and the jobs that can't publish behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Void {
    /// Milliseconds since 1970-01-01 UTC.
    pub created: u64,
    /// Jobs that have expired.
    pub jobs: Vec<Id>,
    /// The largest epoch below.
    pub epoch: u64,
}

/// What is at a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A writer's claim.
    Epoch(Epoch),
    /// A snapshot.
    Manifest(Box<Manifest>),
    /// Nothing, for ever.
    Void(Void),
}

impl Entry {
    /// Reads the document at `number`.
    pub fn decode(number: u64, bytes: &[u8]) -> Result<Self> {
        let entry = match document::open(bytes)?.0 {
            DocumentKind::Epoch => Entry::Epoch(document::decode(DocumentKind::Epoch, bytes)?),
            DocumentKind::Void => Entry::Void(document::decode(DocumentKind::Void, bytes)?),
            DocumentKind::Manifest => Entry::Manifest(Box::new(Manifest::decode(bytes)?)),
            other => {
                return Err(Error::corruption(format!("a document of kind {other:?} has no place in the sequence")));
            }
        };
        match &entry {
            Entry::Manifest(manifest) if manifest.number != number => Err(Error::corruption(format!(
                "the manifest says that its number is {}, and it stands at {number}",
                manifest.number
            ))),
            _ => Ok(entry),
        }
    }
}

/// What became of a try to have a number.
#[derive(Debug)]
pub(super) enum Claim {
    Ours,
    /// These other bytes are there.
    Taken(Bytes),
}

/// The sequence of one directory.
#[derive(Clone, Debug)]
pub struct Sequence {
    store: Arc<dyn Store>,
}

impl Sequence {
    /// The sequence in `store`. Touches nothing yet.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    pub(super) fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// All numbers that are taken, ascending; not all of them are snapshots.
    pub fn numbers(&self, control: &Control) -> Result<Vec<u64>> {
        Ok(self.objects(control)?.into_keys().collect())
    }

    /// The objects of the sequence by number.
    pub(super) fn objects(&self, control: &Control) -> Result<BTreeMap<u64, Object>> {
        let objects = self.store.list(FOLDER, control)?;
        Ok(objects.into_iter().filter_map(|object| Some((number_of(&object.name)?, object))).collect())
    }

    /// The largest number; 0 if there is none.
    pub fn largest(&self, control: &Control) -> Result<u64> {
        Ok(self.objects(control)?.last_key_value().map_or(0, |(number, _)| *number))
    }

    /// Which directory it is, by whatever URL it is reached: the writer of its first epoch. `None` before there is one.
    pub fn directory(&self, control: &Control) -> Result<Option<Id>> {
        for number in self.objects(control)?.into_keys() {
            if let Some(Entry::Epoch(epoch)) = self.read(number, control)? {
                return Ok(Some(epoch.writer));
            }
        }
        Ok(None)
    }

    /// What is at `number`, or `None`.
    pub fn read(&self, number: u64, control: &Control) -> Result<Option<Entry>> {
        let Some(bytes) = self.bytes(number, control)? else { return Ok(None) };
        self.decode(number, &bytes).map(Some)
    }

    fn bytes(&self, number: u64, control: &Control) -> Result<Option<Bytes>> {
        self.store.read(&name(number), document::MAX_BYTES, control)
    }

    fn decode(&self, number: u64, bytes: &[u8]) -> Result<Entry> {
        let context = || format!("cannot read {} in {}", name(number), self.store.url());
        Entry::decode(number, bytes).map_err(|error| error.context(context()))
    }

    /// The manifest at `number`; `Code::NotFound` if there is none.
    pub fn manifest(&self, number: u64, control: &Control) -> Result<Manifest> {
        self.manifest_and_bytes(number, control).map(|(manifest, _)| manifest)
    }

    /// The same, with the document that it was read from.
    pub(super) fn manifest_and_bytes(&self, number: u64, control: &Control) -> Result<(Manifest, Bytes)> {
        if let Some(bytes) = self.bytes(number, control)?
            && let Entry::Manifest(manifest) = self.decode(number, &bytes)?
        {
            return Ok((*manifest, bytes));
        }
        let text = format!("there is no snapshot {number} in {}; list shows those that are there", self.store.url());
        Err(Error::new(Code::NotFound, text))
    }

    /// All entries. One that is removed meanwhile may be among them or not.
    pub fn read_all(&self, control: &Control) -> Result<BTreeMap<u64, Entry>> {
        let numbers: Vec<u64> = self.objects(control)?.into_keys().collect();
        let read = |at: usize, control: &Control| self.read(numbers[at], control);
        let entries = parallel::map(numbers.len(), Threads::Most, control, &read)?;
        Ok(numbers.iter().copied().zip(entries).filter_map(|(number, entry)| Some((number, entry?))).collect())
    }

    /// The newest manifest, or `None`. One that can't be read is an error: nothing older is taken in its place.
    pub fn latest(&self, control: &Control) -> Result<Option<Manifest>> {
        for number in self.objects(control)?.into_keys().rev() {
            if let Some(Entry::Manifest(manifest)) = self.read(number, control)? {
                return Ok(Some(*manifest));
            }
        }
        Ok(None)
    }

    /// The largest epoch, or 0. Epochs are never removed, and a void tells the largest one below it.
    pub(super) fn largest_epoch(&self, control: &Control) -> Result<u64> {
        for number in self.objects(control)?.into_keys().rev() {
            // Not even a damaged manifest can be an epoch.
            let bytes = self.bytes(number, control)?.filter(|bytes| !bytes.starts_with(document::MANIFEST_PREFIX));
            match bytes.map(|bytes| self.decode(number, &bytes)).transpose()? {
                Some(Entry::Epoch(_)) => return Ok(number),
                Some(Entry::Void(void)) => return Ok(void.epoch),
                _ => {}
            }
        }
        Ok(0)
    }

    /// Tries to put `bytes` at `number`, and reads back what is there: the store's answer alone proves nothing. After an
    /// error the bytes may be there, or get there later.
    pub(super) fn claim(&self, number: u64, bytes: &Bytes, control: &Control) -> Result<Claim> {
        if number >= MAX_NUMBER {
            return Err(Error::new(
                Code::Unsupported,
                format!("the sequence of {} has no numbers left", self.store.url()),
            ));
        }
        let (name, started) = (name(number), Instant::now());
        let mut failure = None;
        for tries in 0..TRIES {
            let answer = self.store.put_new(&name, bytes.clone(), control);
            match self.store.read(&name, document::MAX_BYTES, control)? {
                Some(found) if found == bytes => {
                    if !matches!(answer, Ok(true)) {
                        // It is there from an earlier try, which may have failed before the name was durable.
                        self.store.settle(FOLDER, control)?;
                    }
                    return Ok(Claim::Ours);
                }
                Some(found) => return Ok(Claim::Taken(found)),
                None => {
                    // A store that took long over a failure has tried often enough itself.
                    if started.elapsed() > PATIENCE {
                        answer?;
                    } else {
                        failure = answer.err().or(failure);
                    }
                    control.check()?;
                    std::thread::sleep(Duration::from_millis(5 << tries));
                }
            }
        }
        Err(failure.unwrap_or_else(|| {
            Error::new(Code::Io, format!("{name} in {} is there for a writer and gone for a reader", self.store.url()))
        }))
    }

    /// Puts a document at the first number above all others; answers the number. `make` gives the document's bytes.
    pub(super) fn append(&self, control: &Control, make: impl Fn() -> Result<Vec<u8>>) -> Result<u64> {
        for _ in 0..APPENDS {
            let number = self.largest(control)? + 1;
            if let Claim::Taken(_) = self.claim(number, &make()?.into(), control)? {
                continue;
            }
            // If others went on meanwhile, the number may have been a hole below them.
            if self.largest(control)? == number {
                return Ok(number);
            }
        }
        Err(Error::new(Code::Io, format!("too many writers want a number in {}; try again", self.store.url())))
    }

    /// Expires `jobs`: puts a void above all other numbers, behind which they can't publish. Its number.
    pub fn expire(&self, jobs: &[Id], control: &Control) -> Result<u64> {
        self.append(control, || {
            let void = Void { created: now_ms(), jobs: jobs.to_vec(), epoch: self.largest_epoch(control)? };
            document::encode(DocumentKind::Void, &void)
        })
    }
}

/// The name of the object at `number`.
pub(super) fn name(number: u64) -> String {
    format!("{FOLDER}/{number:020}")
}

/// The number of an object of the sequence; `None` for anything else.
fn number_of(name: &str) -> Option<u64> {
    let number = parse_number(name.strip_prefix(FOLDER)?.strip_prefix('/')?)?;
    (number > 0).then_some(number)
}

/// The value of exactly 20 decimal digits, below 2^63.
pub(super) fn parse_number(digits: &str) -> Option<u64> {
    let plain = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok())?.filter(|&number| number < MAX_NUMBER)
}

/// Milliseconds since 1970-01-01 UTC, for people.
pub(super) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(0))
}
