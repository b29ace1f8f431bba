//! What a backend must hold, as plain maps; and the changes that are made to both.
#![allow(dead_code, reason = "every test binary uses a part of it")]

use std::collections::BTreeMap;

use gabion::column_family::{MemtableKind, MergeKind};
use gabion::restore::KeyRange;
use gabion::{Backend, ColumnFamily, Result};

use super::random::Random;
use super::{Rows, all_rows, options};

/// The families that a test may create: every merge kind on every memtable kind, and names that need an escape.
pub const SHAPES: [Shape; 6] = [
    Shape { name: b"plain", merge: MergeKind::None, memtable: MemtableKind::SkipList },
    Shape { name: b"hashed\0", merge: MergeKind::None, memtable: MemtableKind::HashLinkList },
    Shape { name: b"default", merge: MergeKind::StringAppend(b','), memtable: MemtableKind::SkipList },
    Shape { name: b"", merge: MergeKind::StringAppend(0), memtable: MemtableKind::HashLinkList },
    Shape { name: "größe".as_bytes(), merge: MergeKind::Uint64Add, memtable: MemtableKind::SkipList },
    Shape { name: b"gabion%", merge: MergeKind::Uint64Add, memtable: MemtableKind::HashLinkList },
];

/// What a family is made as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub name: &'static [u8],
    pub merge: MergeKind,
    pub memtable: MemtableKind,
}

/// One change. `family` is an index of `SHAPES`; of a family that isn't there nothing is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Create {
        family: usize,
    },
    Drop {
        family: usize,
    },
    Describe {
        family: usize,
        descriptor: Vec<u8>,
    },
    Put {
        family: usize,
        key: Vec<u8>,
        value: Vec<u8>,
    },
    /// Of a family without a merge kind, a put.
    Merge {
        family: usize,
        key: Vec<u8>,
        value: Vec<u8>,
    },
    Delete {
        family: usize,
        key: Vec<u8>,
    },
    DeleteRange {
        family: usize,
        from: Vec<u8>,
        to: Vec<u8>,
    },
    Clear {
        family: usize,
    },
}

/// One family of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Family {
    shape: usize,
    descriptor: Vec<u8>,
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// All families, in order of creation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model(Vec<Family>);

/// A family as it is shown: its name, descriptor, kinds and rows.
pub type Shown = (Vec<u8>, Vec<u8>, MergeKind, MemtableKind, Rows);

impl Model {
    pub fn apply(&mut self, change: &Change) {
        let at = self.0.iter().position(|family| family.shape == change.family());
        match (change, at) {
            (Change::Create { family }, None) => {
                self.0.push(Family { shape: *family, descriptor: Vec::new(), rows: BTreeMap::new() });
            }
            (Change::Drop { .. }, Some(at)) => drop(self.0.remove(at)),
            (_, Some(at)) => self.0[at].apply(change),
            (_, None) => {}
        }
    }

    /// What a backend with these contents shows.
    pub fn shown(&self, range: &KeyRange) -> Vec<Shown> {
        let rows = |family: &Family| {
            let kept = family.rows.iter().filter(|(key, _)| range.contains(key));
            kept.map(|(key, value)| (key.clone(), value.clone())).collect()
        };
        let show = |family: &Family| {
            let shape = SHAPES[family.shape];
            (shape.name.to_vec(), family.descriptor.clone(), shape.merge, shape.memtable, rows(family))
        };
        self.0.iter().map(show).collect()
    }
}

impl Family {
    fn apply(&mut self, change: &Change) {
        match change {
            Change::Put { key, value, .. } => drop(self.rows.insert(key.clone(), self.fitting(value))),
            Change::Merge { key, value, .. } => {
                let operand = self.fitting(value);
                let merged = match (SHAPES[self.shape].merge, self.rows.get(key)) {
                    (MergeKind::StringAppend(delimiter), Some(there)) => [there, &[delimiter][..], &operand].concat(),
                    (MergeKind::Uint64Add, Some(there)) => {
                        number(there).wrapping_add(number(&operand)).to_le_bytes().into()
                    }
                    _ => operand,
                };
                self.rows.insert(key.clone(), merged);
            }
            Change::Delete { key, .. } => drop(self.rows.remove(key)),
            Change::DeleteRange { from, to, .. } => self.rows.retain(|key, _| key < from || key >= to),
            Change::Clear { .. } => self.rows.clear(),
            Change::Describe { descriptor, .. } => self.descriptor.clone_from(descriptor),
            Change::Create { .. } | Change::Drop { .. } => {}
        }
    }

    fn fitting(&self, value: &[u8]) -> Vec<u8> {
        fitting(SHAPES[self.shape].merge, value)
    }
}

/// A value that a family of that merge kind takes.
fn fitting(merge: MergeKind, value: &[u8]) -> Vec<u8> {
    match merge {
        MergeKind::Uint64Add => number(value).to_le_bytes().to_vec(),
        _ => value.to_vec(),
    }
}

fn number(bytes: &[u8]) -> u64 {
    let mut eight = [0; 8];
    let length = bytes.len().min(8);
    eight[..length].copy_from_slice(&bytes[..length]);
    u64::from_le_bytes(eight)
}

impl Change {
    pub fn family(&self) -> usize {
        match self {
            Change::Create { family } | Change::Drop { family } | Change::Clear { family } => *family,
            Change::Describe { family, .. } | Change::Put { family, .. } | Change::Merge { family, .. } => *family,
            Change::Delete { family, .. } | Change::DeleteRange { family, .. } => *family,
        }
    }

    /// Makes the change in `backend`, whose families have the options `more` beside their kinds.
    pub fn perform(&self, backend: &Backend, more: &[(&str, &str)]) -> Result<()> {
        let shape = SHAPES[self.family()];
        let family = backend.column_family(shape.name)?;
        let Some(family) = family else {
            return match self {
                Change::Create { .. } => create(backend, shape, more).map(drop),
                _ => Ok(()),
            };
        };
        match self {
            Change::Create { .. } => Ok(()),
            Change::Drop { .. } => backend.drop_column_family(&family),
            Change::Describe { descriptor, .. } => family.set_descriptor(descriptor),
            Change::Put { key, value, .. } => family.put(key, &fitting(shape.merge, value)),
            Change::Merge { key, value, .. } if shape.merge == MergeKind::None => family.put(key, value),
            Change::Merge { key, value, .. } => family.merge(key, &fitting(shape.merge, value)),
            Change::Delete { key, .. } => family.delete(key),
            Change::DeleteRange { from, to, .. } => family.delete_range(from, to),
            Change::Clear { .. } => family.clear(),
        }
    }

    /// A change as a stream job makes it: mostly rows, now and then a whole family.
    pub fn random(random: &mut Random) -> Change {
        let family = random.index(SHAPES.len());
        let key = |random: &mut Random| (random.below(400) as u32).to_be_bytes()[2..].to_vec();
        match random.below(1000) {
            0..600 => {
                let (key, length) = (key(random), random.index(300));
                Change::Merge { family, key, value: random.bytes(length) }
            }
            600..850 => {
                let (key, length) = (key(random), random.index(300));
                Change::Put { family, key, value: random.bytes(length) }
            }
            850..960 => Change::Delete { family, key: key(random) },
            960..970 => {
                let from = key(random);
                Change::DeleteRange { family, to: [&from[..], &[200]].concat(), from }
            }
            970..972 => Change::Clear { family },
            972..976 => Change::Drop { family },
            976..980 => Change::Describe { family, descriptor: random.bytes(8) },
            _ => Change::Create { family },
        }
    }
}

fn create(backend: &Backend, shape: Shape, more: &[(&str, &str)]) -> Result<ColumnFamily> {
    let mut settings = options(more);
    settings.set("memtable", shape.memtable.name())?;
    settings.set("merge", shape.merge.name())?;
    if let MergeKind::StringAppend(delimiter) = shape.merge {
        settings.set("merge.delimiter", &format!("0x{delimiter:02x}"))?;
    }
    backend.create_column_family(shape.name, b"", &settings)
}

/// What a backend shows.
pub fn shown(backend: &Backend) -> Vec<Shown> {
    let show = |family: &ColumnFamily| {
        (family.name().to_vec(), family.descriptor(), family.merge_kind(), family.memtable_kind(), all_rows(family))
    };
    backend.column_families().unwrap().iter().map(show).collect()
}

/// Where two contents differ first, family by family and row by row.
pub fn difference(found: &[Shown], expected: &[Shown]) -> Option<String> {
    let names =
        |all: &[Shown]| all.iter().map(|family| String::from_utf8_lossy(&family.0).into_owned()).collect::<Vec<_>>();
    if names(found) != names(expected) {
        return Some(format!("families {:?} instead of {:?}", names(found), names(expected)));
    }
    for (found, expected) in found.iter().zip(expected) {
        let name = String::from_utf8_lossy(&found.0);
        let (is, should) = ((&found.1, found.2, found.3), (&expected.1, expected.2, expected.3));
        if is != should {
            return Some(format!("{name:?} is made as {is:?} instead of {should:?}"));
        }
        if found.4 != expected.4 {
            let first = found.4.iter().zip(&expected.4).find(|(found, expected)| found != expected);
            let (rows, wanted) = (found.4.len(), expected.4.len());
            return Some(format!(
                "{name:?} has {rows} rows instead of {wanted}; first other (found, expected): {first:?}"
            ));
        }
    }
    None
}

/// Refuses contents that differ.
pub fn assert_same(found: &[Shown], expected: &[Shown], what: &str) {
    if let Some(difference) = difference(found, expected) {
        panic!("{what}: {difference}");
    }
}
