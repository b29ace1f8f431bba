//! The forms that values have, and the parsers behind them.
//!
//! They are stricter than RocksDB's parsers, which read `12abc` as 12, `-1` as 2^64 - 1 and an unknown filter as none.

use std::collections::BTreeSet;
use std::time::Duration;

use super::nearest::{nearest, quote};

/// The form of a value.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `true` or `false` (or `1`, `0`).
    Bool,
    /// An integer in these bounds; `K`, `M`, `G`, `T` after it multiply by powers of 1024.
    Integer(i128, i128),
    /// A decimal fraction.
    Double,
    /// One of these names.
    Enum(&'static [&'static str]),
    /// Any number of values, separated by `:`.
    List(&'static Kind),
    /// `{member=value;…}` with these members, each at most once.
    Struct(&'static [(&'static str, Kind)]),
    /// Printable text without `;`, `{` and `}`.
    Text,
    /// What the function accepts; the text says what that is.
    Form(fn(&str) -> bool, &'static str),
}

impl Kind {
    pub const INT: Kind = Kind::Integer(i32::MIN as i128, i32::MAX as i128);
    pub const INT64: Kind = Kind::Integer(i64::MIN as i128, i64::MAX as i128);
    pub const UINT8: Kind = Kind::Integer(0, u8::MAX as i128);
    pub const UINT32: Kind = Kind::Integer(0, u32::MAX as i128);
    pub const UINT64: Kind = Kind::Integer(0, u64::MAX as i128);

    /// Nothing, or what is wrong with `value`: the rest of a sentence that begins with the value.
    pub fn check(&self, value: &str) -> Result<(), String> {
        match *self {
            Kind::Bool => ensure(boolean(value).is_some(), "is not `true` or `false`"),
            Kind::Integer(least, most) => match integer(value) {
                Some(number) if number < least => Err(format!("is below {least}")),
                Some(number) if number > most => Err(format!("is above {most}")),
                Some(_) => Ok(()),
                None => Err("is not an integer (decimal digits; `K`, `M`, `G` or `T` may follow)".to_owned()),
            },
            Kind::Double => ensure(is_double(value), "is not a decimal fraction (such as 0.5)"),
            Kind::Enum(names) if names.contains(&value) => Ok(()),
            Kind::Enum(names) => Err(not_one_of(value, names)),
            Kind::List(of) if value.is_empty() || value.split(':').all(|part| of.check(part).is_ok()) => Ok(()),
            Kind::List(of) => {
                let wrong = value.split(':').find_map(|part| of.check(part).err().map(|found| (part, found)));
                let (part, found) = wrong.unwrap_or_default();
                Err(format!("is a list (separated by `:`) with {} in it, which {found}", quote(part)))
            }
            Kind::Struct(members) => match pairs(value) {
                Some(pairs) => check_members(&pairs, members),
                None => Err("is not of the form `{member=value;…}`".to_owned()),
            },
            Kind::Text => ensure(is_text(value), "is not printable text without `;`, `{` and `}`"),
            Kind::Form(accepts, form) => ensure(accepts(value), &format!("is not {form}")),
        }
    }
}

fn ensure(good: bool, found: &str) -> Result<(), String> {
    if good { Ok(()) } else { Err(found.to_owned()) }
}

fn not_one_of(value: &str, names: &[&'static str]) -> String {
    let nearest = quote(nearest(value, names.iter().copied()));
    format!("is not one of {}; the nearest is {nearest}", names.join(", "))
}

/// As [`Kind::check`], for the members of a struct.
pub fn check_members(pairs: &[(&str, &str)], members: &[(&'static str, Kind)]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for (name, value) in pairs {
        let Some((_, kind)) = members.iter().find(|(known, _)| known == name) else {
            let nearest = quote(nearest(name, members.iter().map(|(known, _)| *known)));
            return Err(format!("has no member {}; the nearest name is {nearest}", quote(name)));
        };
        if !seen.insert(name) {
            return Err(format!("has the member {} twice", quote(name)));
        }
        let complaint = |found| format!("has the member {} = {}, which {found}", quote(name), quote(value));
        kind.check(value).map_err(complaint)?;
    }
    Ok(())
}

/// The members of `{name=value;…}`; `None` if it isn't that. Braces may nest in values.
pub fn pairs(text: &str) -> Option<Vec<(&str, &str)>> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut pairs = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, character) in inner.char_indices().chain([(inner.len(), ';')]) {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.checked_sub(1)?,
            ';' if depth == 0 => {
                let part = inner[start..at].trim();
                if !part.is_empty() {
                    let (name, value) = part.split_once('=')?;
                    pairs.push((name.trim(), value.trim()));
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    (depth == 0).then_some(pairs)
}

/// `true`, `false`, `1` or `0`, as RocksDB reads them.
pub fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// Decimal digits, perhaps after `-`, perhaps before `K`, `M`, `G` or `T` of either case.
pub fn integer(text: &str) -> Option<i128> {
    let (digits, shift) = match text.as_bytes().last()?.to_ascii_uppercase() {
        b'K' => (&text[..text.len() - 1], 10),
        b'M' => (&text[..text.len() - 1], 20),
        b'G' => (&text[..text.len() - 1], 30),
        b'T' => (&text[..text.len() - 1], 40),
        _ => (text, 0),
    };
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    // 20 digits hold every 64-bit number; times 2^40 they still fit.
    let plain = (1..=20).contains(&unsigned.len()) && unsigned.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse::<i128>().ok()).flatten().map(|number| number << shift)
}

/// `500ms`, `30s`, `5m`, `1h`.
pub fn duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    // Far below the end of the clocks that deadlines are added to.
    number.checked_mul(milliseconds).filter(|all| *all <= 1 << 50).map(Duration::from_millis)
}

/// One printable ASCII character, or `0x` and two hex digits.
pub fn byte(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [byte @ b' '..=b'~'] => Some(*byte),
        [b'0', b'x', hex @ ..] if hex.len() == 2 && hex.iter().all(u8::is_ascii_hexdigit) => {
            u8::from_str_radix(&text[2..], 16).ok()
        }
        _ => None,
    }
}

pub fn is_text(text: &str) -> bool {
    !text.chars().any(|character| character.is_control() || matches!(character, ';' | '{' | '}'))
}

/// Digits, perhaps with a sign, a point and an exponent; not `inf` or `nan`.
pub fn is_double(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E'));
    plain && text.parse::<f64>().is_ok_and(f64::is_finite)
}
