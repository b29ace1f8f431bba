//! Percent form: byte strings as printable ASCII, one form per string (docs/snapshot-format.md, section 2).

use serde::{Deserialize, Deserializer, Serializer, de};

use crate::error::{Error, Result};

fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x21..=0x7e) && !matches!(byte, b'%' | b'"' | b'\\')
}

/// `bytes` in percent form.
pub fn encode(bytes: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        if is_plain(byte) {
            text.push(char::from(byte));
        } else {
            text.extend(['%', char::from(HEX[usize::from(byte >> 4)]), char::from(HEX[usize::from(byte & 15)])]);
        }
    }
    text
}

/// The bytes of `text`; a text that `encode` doesn't make is `Code::Corruption`.
pub fn decode(text: &str) -> Result<Vec<u8>> {
    let digit = |byte: Option<u8>| match byte {
        Some(byte @ b'0'..=b'9') => Some(byte - b'0'),
        Some(byte @ b'A'..=b'F') => Some(byte - b'A' + 10),
        _ => None,
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let decoded = match byte {
            b'%' => {
                digit(rest.next()).zip(digit(rest.next())).map(|(high, low)| high << 4 | low).filter(|b| !is_plain(*b))
            }
            byte => Some(byte).filter(|b| is_plain(*b)),
        };
        bytes.push(decoded.ok_or_else(|| {
            Error::corruption(format!("byte {} of the text {:?} is not in percent form", bytes.len(), excerpt(text)))
        })?);
    }
    Ok(bytes)
}

/// The beginning of `text`, for messages.
pub(crate) fn excerpt(text: &str) -> &str {
    &text[..text.floor_char_boundary(80)]
}

/// For `#[serde(with = "percent")]`.
pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(&encode(bytes))
}

/// For `#[serde(with = "percent")]`.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Vec<u8>, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    decode(&text).map_err(|error| de::Error::custom(error.message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_bytes_that_need_it_are_escaped() {
        assert_eq!(encode(b"host id%\"\\\x00\x7f\xc3\xa4"), "host%20id%25%22%5C%00%7F%C3%A4");
        assert_eq!(encode(b""), "");
        assert_eq!(encode(b"a/b~!"), "a/b~!");
    }

    #[test]
    fn every_other_form_is_refused() {
        for text in ["%", "%4", "%41", "%2a", "%0a", "%zz", "a b", "\"", "\\", "ä", "\x7f", "%+1", "x%2"] {
            assert!(decode(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn decoding_reverses_encoding(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(decode(&encode(&bytes)).unwrap(), bytes);
        }

        #[test]
        fn a_text_has_one_form(text in "[%0-9A-Fa-f!-~]{0,20}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
