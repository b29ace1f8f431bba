//! Metrics as name/value pairs.

/// One figure: its name, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    pub name: String,
    pub value: u64,
}
