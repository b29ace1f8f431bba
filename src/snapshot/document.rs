//! Documents: a header line, a JSON body, and a checksum between them (docs/snapshot-format.md, section 2).

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::id::{decimal, lower_hex};
use super::percent::excerpt;
use crate::error::{Code, Error, Result};

/// The largest document, header included.
pub const MAX_BYTES: u64 = 256 << 20;
/// How a manifest begins, whatever its version.
pub(super) const MANIFEST_PREFIX: &[u8] = b"gabion-manifest ";
/// The version that is written, and the only one that is read.
const VERSION: u64 = 1;
/// No header line is longer.
const MAX_HEADER: usize = 64;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// A writer's claim to the directory.
    Epoch,
    /// A snapshot.
    Manifest,
    /// A number that is used up, and the jobs it expires.
    Void,
    /// An unfinished job.
    Intent,
    /// A discarded manifest.
    Tombstone,
}

impl DocumentKind {
    const ALL: [(DocumentKind, &'static str); 5] = [
        (DocumentKind::Epoch, "epoch"),
        (DocumentKind::Manifest, "manifest"),
        (DocumentKind::Void, "void"),
        (DocumentKind::Intent, "intent"),
        (DocumentKind::Tombstone, "tombstone"),
    ];

    fn text(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// A document of `kind` with `body`; `Code::InvalidArgument` if it comes out larger than `MAX_BYTES`.
pub fn encode<T: Serialize>(kind: DocumentKind, body: &T) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(body).map_err(|error| Error::invalid(format!("cannot write JSON: {error}")))?;
    let mut bytes =
        format!("gabion-{} {VERSION} {} {:08x}\n", kind.text(), body.len(), crc32c::crc32c(&body)).into_bytes();
    if (bytes.len() + body.len()) as u64 > MAX_BYTES {
        return Err(Error::invalid(format!(
            "the {} would be {} bytes, and a document has at most {MAX_BYTES}",
            kind.text(),
            bytes.len() + body.len()
        )));
    }
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

/// What kind of document `bytes` is, with its body, whose length and checksum are right.
pub fn open(bytes: &[u8]) -> Result<(DocumentKind, &[u8])> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Error::corruption(format!("a document of {} bytes is over the limit of {MAX_BYTES}", bytes.len())));
    }
    let end = bytes.iter().take(MAX_HEADER).position(|&byte| byte == b'\n');
    let header = end.and_then(|end| std::str::from_utf8(&bytes[..end]).ok());
    let (Some(end), Some(header)) = (end, header) else {
        return Err(Error::corruption("the header line of a Gabion document is missing"));
    };
    let body = &bytes[end + 1..];
    let wrong =
        |what: &str| Error::corruption(format!("{what} in the header line {:?} of a document", excerpt(header)));
    let mut words = header.split(' ');
    let kind = words.next().and_then(|word| word.strip_prefix("gabion-")).ok_or_else(|| wrong("no kind"))?;
    let version = words.next().and_then(decimal).ok_or_else(|| wrong("no version"))?;
    if version != VERSION {
        return Err(Error::new(
            Code::Unsupported,
            format!(
                "the document has format version {version}, and this build reads version {VERSION} only; use a newer Gabion"
            ),
        ));
    }
    let kind = DocumentKind::ALL.iter().find(|(_, text)| *text == kind).ok_or_else(|| wrong("an unknown kind"))?.0;
    let length = words.next().and_then(decimal).ok_or_else(|| wrong("no length"))?;
    let sum = words.next().and_then(|word| lower_hex(word, 8)).ok_or_else(|| wrong("no checksum"))?;
    if words.next().is_some() {
        return Err(wrong("too many words"));
    }
    if length != body.len() as u64 {
        return Err(Error::corruption(format!("the document's body has {} bytes instead of {length}", body.len())));
    }
    let found = crc32c::crc32c(body);
    if u128::from(found) != sum {
        return Err(Error::corruption(format!("the document's body has checksum {found:08x} instead of {sum:08x}")));
    }
    Ok((kind, body))
}

/// The body of a document that must be of `kind`, as JSON with the members of `T`.
pub fn decode<T: DeserializeOwned>(kind: DocumentKind, bytes: &[u8]) -> Result<T> {
    let (found, body) = open(bytes)?;
    if found != kind {
        return Err(Error::corruption(format!("the document is of kind {} instead of {}", found.text(), kind.text())));
    }
    serde_json::from_slice(body)
        .map_err(|error| Error::corruption(format!("the {} is malformed: {error}", kind.text())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn sample() -> Vec<u8> {
        encode(DocumentKind::Epoch, &json!({"a": 1})).unwrap()
    }

    fn decode_value(bytes: &[u8]) -> Result<Value> {
        decode(DocumentKind::Epoch, bytes)
    }

    #[test]
    fn a_document_is_a_line_and_a_body() {
        assert_eq!(
            sample(),
            format!("gabion-epoch 1 7 {:08x}\n{{\"a\":1}}", crc32c::crc32c(b"{\"a\":1}")).into_bytes()
        );
        assert_eq!(decode_value(&sample()).unwrap(), json!({"a": 1}));
    }

    #[test]
    fn another_version_is_named() {
        let text = String::from_utf8(sample()).unwrap().replace("epoch 1", "epoch 2");
        let error = decode_value(text.as_bytes()).unwrap_err();
        assert_eq!(error.code, Code::Unsupported);
        assert!(error.message.contains("version 2"), "{error}");
    }

    #[test]
    fn every_kind_survives_its_text_and_is_not_taken_for_another() {
        for (kind, text) in DocumentKind::ALL {
            assert_eq!(kind.text(), text);
            let bytes = encode(kind, &json!({})).unwrap();
            assert_eq!(open(&bytes).unwrap(), (kind, b"{}".as_slice()));
            for (other, _) in DocumentKind::ALL {
                assert_eq!(decode::<Value>(other, &bytes).is_ok(), kind == other);
            }
        }
    }

    #[test]
    fn broken_headers_and_bodies_are_corruption() {
        let good = String::from_utf8(sample()).unwrap();
        for bad in [
            "".to_owned(),
            "gabion-epoch".to_owned(),
            good.replace('\n', ""),
            good.replace("gabion-epoch", "gabion-thing"),
            good.replace("gabion-", ""),
            good.replace(" 7 ", " 07 "),
            good.replace(" 7 ", " 8 "),
            good.replace(" 7 ", "  7 "),
            good.replace('\n', " x\n"),
            good.replace('\n', "\r\n"),
            format!("{good}\n"),
            good[..good.len() - 1].to_owned(),
            good.replace("\"a\"", "\"b\""),
        ] {
            assert_eq!(decode_value(bad.as_bytes()).unwrap_err().code, Code::Corruption, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_mutation_passes(at in 0..sample().len(), byte in any::<u8>()) {
            let mut bytes = sample();
            bytes[at] = byte;
            prop_assert_eq!(decode_value(&bytes).is_ok(), bytes == sample());
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(decode_value(&bytes).is_err());
        }
    }
}
