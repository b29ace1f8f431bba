//! `Table`: rows of text in columns, as wide as they need to be.

use std::io;

use crate::output::{Output, Style};

/// On which side the text of a column begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// Between two columns.
const GAP: &str = "  ";
/// No column is cut below this.
const LEAST: usize = 8;

/// A heading and rows below it. The last column is cut where the terminal ends.
pub struct Table {
    columns: Vec<(&'static str, Side)>,
    rows: Vec<(Vec<String>, Style)>,
}

impl Table {
    pub fn new(columns: &[(&'static str, Side)]) -> Table {
        Table { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// A row; its last column in `style`.
    pub fn row(&mut self, cells: Vec<String>, style: Style) {
        self.rows.push((cells, style));
    }

    pub fn print(&self, out: &mut Output) -> io::Result<()> {
        let widths: Vec<usize> = (0..self.columns.len()).map(|at| self.width(at)).collect();
        let before: usize = widths.iter().rev().skip(1).map(|width| width + GAP.len()).sum();
        let rest = out.width.map(|width| width.saturating_sub(before).max(LEAST));
        let heading: Vec<String> = self.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let heading = self.line(&heading, &widths, rest, |text| text.to_owned());
        let heading = out.styled(Style::Strong, &heading);
        out.line(&heading)?;
        for (cells, style) in &self.rows {
            let line = self.line(cells, &widths, rest, |text| out.styled(*style, text));
            out.line(&line)?;
        }
        Ok(())
    }

    fn width(&self, at: usize) -> usize {
        let cells = self.rows.iter().map(|(cells, _)| cells[at].chars().count());
        cells.chain([self.columns[at].0.len()]).max().unwrap_or_default()
    }

    fn line(&self, cells: &[String], widths: &[usize], rest: Option<usize>, last: impl Fn(&str) -> String) -> String {
        let end = cells.len() - 1;
        let mut line = String::new();
        for (at, cell) in cells.iter().enumerate() {
            let fill = " ".repeat(widths[at].saturating_sub(cell.chars().count()));
            match self.columns[at].1 {
                _ if at == end => line.push_str(&last(&cut(cell, rest))),
                Side::Left => line.extend([cell.as_str(), &fill, GAP]),
                Side::Right => line.extend([fill.as_str(), cell, GAP]),
            }
        }
        line.trim_end().to_owned()
    }
}

/// `text`, or as much of it as fits.
pub fn cut(text: &str, width: Option<usize>) -> String {
    match width {
        Some(width) if text.chars().count() > width => {
            text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_the_last_one_is_cut() {
        let mut table = Table::new(&[("N", Side::Right), ("NAME", Side::Left), ("ID", Side::Left)]);
        table.row(vec!["7".into(), "größe".into(), "a".repeat(20)], Style::Plain);
        let widths: Vec<usize> = (0..3).map(|at| table.width(at)).collect();
        assert_eq!(widths, [1, 5, 20]);
        let line = table.line(&table.rows[0].0, &widths, Some(8), |text| text.to_owned());
        assert_eq!(line, "7  größe  aaaaaaa…");
    }
}
