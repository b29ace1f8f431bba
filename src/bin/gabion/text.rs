//! How sizes, times and bytes are written.

use std::fmt::Write;
use std::time::Duration;

use chrono::DateTime;
use indicatif::BinaryBytes;

/// Letters of a text that is shown to people in a line of its own.
const EXCERPT: usize = 48;

/// `1.21 GiB`.
pub fn size(bytes: u64) -> String {
    BinaryBytes(bytes).to_string()
}

/// `2026-01-01 00:00:00`, in UTC.
pub fn time(ms: u64) -> String {
    let time = i64::try_from(ms).ok().and_then(DateTime::from_timestamp_millis);
    time.map_or_else(|| format!("{ms} ms"), |time| time.format("%Y-%m-%d %H:%M:%S").to_string())
}

/// `1 file`, `2 files`.
pub fn count(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// Bytes as hex digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes that hex digits mean.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Bytes as text on one line, from which they can be told: what can't be printed becomes `\t`, `\n`, `\\` or `\xff`.
pub fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '\t' => text.push_str("\\t"),
                '\n' => text.push_str("\\n"),
                '\\' => text.push_str("\\\\"),
                // Controls, and what turns a line around.
                letter
                    if letter.is_control()
                        || matches!(letter, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
                {
                    letter.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| {
                        let _ = write!(text, "\\x{byte:02x}");
                    });
                }
                letter => text.push(letter),
            }
        }
        chunk.invalid().iter().for_each(|byte| {
            let _ = write!(text, "\\x{byte:02x}");
        });
    }
    text
}

/// The same, quoted, and cut to a readable length.
pub fn excerpt(bytes: &[u8]) -> String {
    let text = escaped(&bytes[..bytes.len().min(4 * EXCERPT)]);
    let is_whole = bytes.len() <= 4 * EXCERPT && text.chars().count() <= EXCERPT;
    if is_whole {
        return format!("\"{text}\"");
    }
    let start: String = text.chars().take(EXCERPT).collect();
    format!("\"{start}\"... ({} bytes)", bytes.len())
}

/// A word as a shell of today reads it.
pub fn shell_word(bytes: &[u8]) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+:=@".contains(byte);
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && bytes.iter().all(is_plain) => text.to_owned(),
        Ok(text) if !text.chars().any(char::is_control) => format!("'{}'", text.replace('\'', "'\\''")),
        _ => format!("$'{}'", bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>()),
    }
}

/// A duration as options have it: `30s`, `5m`, `1h`, `500ms`; `0` too.
pub fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong_duration(text))?;
    let millis = match unit {
        "ms" => Some(number),
        "s" => number.checked_mul(1000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        "d" => number.checked_mul(86_400_000),
        "" if number == 0 => Some(0),
        _ => None,
    };
    millis.map(Duration::from_millis).ok_or_else(|| wrong_duration(text))
}

fn wrong_duration(text: &str) -> String {
    format!("{text:?} is no duration such as 30s, 5m, 1h, 7d or 0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_from_their_text() {
        assert_eq!(escaped(b"a\tb\nc\\d\xff\0"), "a\\tb\\nc\\\\d\\xff\\x00");
        assert_eq!(escaped("größe \u{202e}".as_bytes()), "größe \\xe2\\x80\\xae");
        assert_eq!(excerpt(&[b'a'; EXCERPT]), format!("\"{}\"", "a".repeat(EXCERPT)));
        assert_eq!(excerpt(&[b'a'; 60]), format!("\"{}\"... (60 bytes)", "a".repeat(EXCERPT)));
    }

    #[test]
    fn hex_is_read_as_it_is_written() {
        assert_eq!(hex(&[0, 255, 16]), "00ff10");
        assert_eq!(unhex("00fF10"), Some(vec![0, 255, 16]));
        assert_eq!(unhex(""), Some(vec![]));
        for wrong in ["0", "0g", "00 11", "ä"] {
            assert_eq!(unhex(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_are_in_utc_and_durations_have_units() {
        assert_eq!(time(1_767_225_600_000), "2026-01-01 00:00:00");
        assert_eq!(time(u64::MAX), format!("{} ms", u64::MAX));
        assert_eq!(duration("90m").unwrap(), Duration::from_secs(5400));
        assert_eq!(duration("0").unwrap(), Duration::ZERO);
        for wrong in ["", "5", "m", "1.5h", "-1s", "99999999999999999h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_shell_reads_words_as_they_are() {
        for word in [&b"counts"[..], b"it's", b"a b", b"", b"\xff\x00x", b"$HOME", "größe".as_bytes(), b"a\nb"] {
            let line = format!("printf %s {}", shell_word(word));
            let told = std::process::Command::new("bash").args(["-c", &line]).output().unwrap();
            // No shell can pass a NUL.
            let expected: Vec<u8> = word.iter().copied().take_while(|byte| *byte != 0).collect();
            assert_eq!(told.stdout, expected, "{line}");
        }
    }
}
