//! The nearest right name to a wrong one.

/// Longer text is not compared, and not quoted in full.
const LONGEST: usize = 80;

/// `text` in backquotes for a message: printable, and cut when it is long.
pub fn quote(text: &str) -> String {
    let mut characters = text.chars();
    let head: String = characters.by_ref().take(LONGEST).flat_map(char::escape_debug).collect();
    format!("`{head}{}`", if characters.next().is_some() { "…" } else { "" })
}

/// The candidate with the fewest edits to `text`, the first of equals; empty if there is none.
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> &'a str {
    let text: Vec<char> = text.chars().take(LONGEST).flat_map(char::to_lowercase).collect();
    candidates.into_iter().min_by_key(|candidate| distance(&text, candidate)).unwrap_or_default()
}

/// Levenshtein's distance between lower-case `left` and `right`, whatever the case of `right`.
fn distance(left: &[char], right: &str) -> usize {
    // `row[i]` is the distance between the first `i` characters of `left` and the part of `right` read so far.
    let mut row: Vec<usize> = (0..=left.len()).collect();
    for (read, right) in right.chars().flat_map(char::to_lowercase).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], read + 1);
        for (i, left) in left.iter().enumerate() {
            let replaced = diagonal + usize::from(*left != right);
            diagonal = row[i + 1];
            row[i + 1] = replaced.min(diagonal + 1).min(row[i] + 1);
        }
    }
    row[left.len()]
}
