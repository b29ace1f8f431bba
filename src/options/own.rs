//! Gabion's own options.

use std::path::Path;
use std::time::Duration;

use super::Place;
use super::profile::Profile;
use super::settings::Verify;
use super::value::{Kind, byte, duration};
use crate::kinds::{MemtableKind, MergeKind};

/// One of Gabion's own options; docs/options.md says what each means.
pub struct OwnOption {
    pub name: &'static str,
    pub place: Place,
    pub kind: Kind,
}

const fn own(name: &'static str, place: Place, kind: Kind) -> OwnOption {
    OwnOption { name, place, kind }
}

/// A private budget, or a block cache without one, has at least this many bytes.
const LEAST_BUDGET: i128 = 1 << 20;

pub const OPTIONS: &[OwnOption] = &[
    own("name", Place::Backend, Kind::Form(is_name, "1 to 64 letters, digits, `.`, `_` and `-`")),
    own("storage.paths", Place::Backend, Kind::Form(are_paths, "one or more absolute paths, separated by `,`")),
    own("profile", Place::Backend, Kind::Enum(Profile::NAMES)),
    own("memory.budget", Place::Backend, Kind::Integer(LEAST_BUDGET, i64::MAX as i128)),
    own("memory.block_cache", Place::Backend, Kind::Integer(LEAST_BUDGET, i64::MAX as i128)),
    own("statistics", Place::Backend, Kind::Bool),
    own("merge", Place::Family, Kind::Enum(MergeKind::NAMES)),
    own(
        "merge.delimiter",
        Place::Family,
        Kind::Form(|text| byte(text).is_some(), "one byte: a printable ASCII character, or `0x00` to `0xff`"),
    ),
    own("memtable", Place::Family, Kind::Enum(MemtableKind::NAMES)),
    own(
        "snapshot.deadline",
        Place::Snapshot,
        Kind::Form(|text| duration(text).is_some(), "a duration such as `500ms`, `30s`, `5m` or `1h`"),
    ),
    own("snapshot.grace", Place::Snapshot, Kind::Form(is_grace, "a duration above zero such as `30s`, `5m` or `1h`")),
    own("restore.fallback", Place::Restore, Kind::Bool),
    own("restore.verify", Place::Restore, Kind::Enum(Verify::NAMES)),
];

fn is_name(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    plain && (1..=64).contains(&text.len())
}

fn are_paths(text: &str) -> bool {
    !text.contains('\0') && text.split(',').all(|path| Path::new(path).is_absolute())
}

/// A job fails once its grace period has passed, so that none at all would fail every job.
fn is_grace(text: &str) -> bool {
    duration(text).is_some_and(|grace| grace > Duration::ZERO)
}
