//! What a restore reads from, and which keys it keeps.

/// Half-open range of keys, `from <= key < to`; `to == None` has no end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRange {
    pub from: Vec<u8>,
    pub to: Option<Vec<u8>>,
}

/// One input of a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The snapshot of that number in the directory at `url`.
    Number { url: String, number: u64 },
    /// The newest snapshot in the directory at `url`.
    Latest { url: String },
    /// A captured directory on a local file system.
    Capture { path: std::path::PathBuf },
}

pub(crate) fn restore(
    _options: &crate::Options,
    _budget: Option<&crate::Budget>,
    _sources: &[Source],
    _range: &KeyRange,
) -> crate::Result<(crate::Backend, Vec<crate::snapshot::SnapshotInfo>)> {
    todo!()
}
