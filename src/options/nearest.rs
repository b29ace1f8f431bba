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
    // Entry `i` is the distance between the first `i` characters of `left` and the part of `right` read so far.
    let mut row: Vec<usize> = (0..=left.len()).collect();
    for (read, right) in right.chars().flat_map(char::to_lowercase).enumerate() {
        let mut last = read + 1;
        let neighbours = row.iter().zip(row.iter().skip(1)).zip(left);
        let rest = neighbours.map(|((diagonal, above), left)| {
            last = (diagonal + usize::from(*left != right)).min(above + 1).min(last + 1);
            last
        });
        row = std::iter::once(read + 1).chain(rest).collect();
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_insertions_deletions_and_replacements() {
        for (left, right, edits) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "SITTING", 3), ("flaw", "lawn", 2), ("é", "e", 1)]
        {
            assert_eq!(distance(&left.chars().collect::<Vec<_>>(), right), edits, "{left} {right}");
        }
    }

    #[test]
    fn the_first_of_equally_near_ones_is_taken() {
        assert_eq!(nearest("b", ["a", "c"]), "a");
        assert_eq!(nearest("b", []), "");
    }
}
