//! `Id`: the identity of a job, a writer or a backend: 128 random bits, written as 32 lower-case hex digits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::{Error, Result};

/// 128 bits that nobody else draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub u128);

impl Id {
    /// A new random one.
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().as_u128())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for Id {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        lower_hex(text, 32).map(Self).ok_or_else(|| {
            Error::corruption(format!("{:?} is not 32 lower-case hex digits", super::percent::excerpt(text)))
        })
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(|error: Error| de::Error::custom(error.message))
    }
}

/// The value of exactly `digits` lower-case hex digits, at most 32.
pub(super) fn lower_hex(text: &str, digits: usize) -> Option<u128> {
    let is_hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (text.len() == digits && text.bytes().all(is_hex)).then(|| u128::from_str_radix(text, 16).ok())?
}

/// The value of a decimal number below 2^63 without superfluous zeros, signs or spaces.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let canonical =
        text == "0" || (!text.starts_with('0') && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()));
    canonical.then(|| text.parse().ok())?.filter(|&number| number < 1 << 63)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text() {
        for id in [Id(0), Id(7), Id(u128::MAX), Id::random()] {
            assert_eq!(id.to_string().len(), 32);
            assert_eq!(id.to_string().parse::<Id>().unwrap(), id);
        }
    }

    #[test]
    fn other_texts_are_no_ids() {
        let upper = "A".repeat(32);
        let long = "a".repeat(33);
        let signed = format!("+{}", "a".repeat(31));
        for text in ["", "0", upper.as_str(), long.as_str(), signed.as_str()] {
            assert!(text.parse::<Id>().is_err(), "{text}");
        }
    }

    #[test]
    fn decimals_have_one_form() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("9223372036854775807"), Some(i64::MAX as u64));
        for text in ["", "00", "01", "+1", "-1", " 1", "1 ", "9223372036854775808", "99999999999999999999", "1a"] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}
