//! The layers below what a host sets: Gabion's base, and the profiles.

use super::{Place, Texts};

/// Name and value pairs of one layer.
type Layer = &'static [(&'static str, &'static str)];

/// Gabion's base for column families. Four write buffers keep writes going while a snapshot's barrier is flushed.
const BASE_FAMILY: Layer = &[("max_write_buffer_number", "4"), ("compression", "kLZ4Compression")];

/// Gabion's base for tables: files that RocksDB has read since 6.6, with a checksum that the CPU computes.
const BASE_TABLE: Layer = &[
    ("format_version", "5"),
    ("checksum", "kCRC32c"),
    ("filter_policy", "bloomfilter:10:false"),
    ("whole_key_filtering", "true"),
];

/// The option `profile`: settings for a kind of machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// RocksDB's own values.
    #[default]
    Default,
    /// Fewer, larger reads and writes.
    SpinningDiskOptimized,
    /// The same, with more memory for blocks and write buffers.
    SpinningDiskOptimizedHighMem,
    /// More background work at once.
    FlashSsdOptimized,
}

const NOTHING: Layer = &[];

const MIB: u64 = 1 << 20;

/// What all profiles but `DEFAULT` share.
const PARALLEL: Layer = &[("max_background_jobs", "4"), ("max_open_files", "-1")];

const SPINNING: Layer =
    &[("compaction_style", "kCompactionStyleLevel"), ("level_compaction_dynamic_level_bytes", "true")];

const SPINNING_HIGH_MEM: Layer = &[
    ("compaction_style", "kCompactionStyleLevel"),
    ("level_compaction_dynamic_level_bytes", "true"),
    ("target_file_size_base", "268435456"),
    ("max_bytes_for_level_base", "1073741824"),
    ("write_buffer_size", "67108864"),
    ("max_write_buffer_number", "4"),
];

const LARGE_BLOCKS: Layer = &[("block_size", "131072")];

impl Profile {
    /// The values of the option `profile`.
    pub(crate) const NAMES: &[&str] =
        &["DEFAULT", "SPINNING_DISK_OPTIMIZED", "SPINNING_DISK_OPTIMIZED_HIGH_MEM", "FLASH_SSD_OPTIMIZED"];

    pub(crate) fn named(name: &str) -> Self {
        match name {
            "SPINNING_DISK_OPTIMIZED" => Self::SpinningDiskOptimized,
            "SPINNING_DISK_OPTIMIZED_HIGH_MEM" => Self::SpinningDiskOptimizedHighMem,
            "FLASH_SSD_OPTIMIZED" => Self::FlashSsdOptimized,
            _ => Self::Default,
        }
    }

    /// Bytes of the block cache of a backend without a budget: RocksDB's default, or what the profile asks for.
    pub fn block_cache(self) -> u64 {
        if self == Self::SpinningDiskOptimizedHighMem { 256 * MIB } else { 32 * MIB }
    }

    /// RocksDB's options of `place` in the layers below what a host sets: the base, then the profile.
    pub(crate) fn layers(self, place: Place) -> Texts {
        let (base, profile) = match place {
            Place::Database => (NOTHING, self.database()),
            Place::ColumnFamily => (BASE_FAMILY, self.family()),
            Place::Table => (BASE_TABLE, self.table()),
            _ => (NOTHING, NOTHING),
        };
        base.iter().chain(profile).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn database(self) -> Layer {
        if self == Self::Default { NOTHING } else { PARALLEL }
    }

    fn family(self) -> Layer {
        match self {
            Self::Default | Self::FlashSsdOptimized => NOTHING,
            Self::SpinningDiskOptimized => SPINNING,
            Self::SpinningDiskOptimizedHighMem => SPINNING_HIGH_MEM,
        }
    }

    fn table(self) -> Layer {
        if self == Self::SpinningDiskOptimizedHighMem { LARGE_BLOCKS } else { NOTHING }
    }
}
