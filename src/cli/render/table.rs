//! Rows and columns: a box on a terminal that is wide enough, one field a line on a narrow one, and tab-separated
//! fields for programs.

use std::io;

use comfy_table::presets::{NOTHING, UTF8_FULL_CONDENSED};
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table};

use super::shown::Columns;
use super::{Screen, Stream, harmless, print};

/// The marks between two columns, and those at both ends.
const BETWEEN: u16 = 3;

impl Screen {
    /// Prints rows under their headings.
    pub(super) fn table(&self, columns: &Columns, rows: &[Vec<String>]) -> io::Result<()> {
        let Columns { heads, numbers } = columns;
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| harmless(cell)).collect()).collect();
        match self.out.width {
            None => rows.iter().try_for_each(|row| print(&row.join("\t"))),
            Some(width) => match in_a_box(heads, numbers, &rows, self.out, width) {
                Some(table) => print(&table),
                None => {
                    let records = rows.iter().map(|row| as_record(heads, row, self.out, width));
                    print(&records.collect::<Vec<_>>().join("\n\n"))
                }
            },
        }
    }

    /// Prints the fields of one thing, one a line.
    pub(super) fn record(&self, fields: &[(String, String)]) -> io::Result<()> {
        let heads: Vec<&str> = fields.iter().map(|(head, _)| head.as_str()).collect();
        let row: Vec<String> = fields.iter().map(|(_, cell)| harmless(cell)).collect();
        match self.out.width {
            None => heads.iter().zip(&row).try_for_each(|(head, cell)| print(&format!("{head}\t{cell}"))),
            Some(width) => print(&as_record(&heads, &row, self.out, width)),
        }
    }
}

/// `None` where it does not fit.
fn in_a_box(heads: &[&str], numbers: &[usize], rows: &[Vec<String>], stream: Stream, width: u16) -> Option<String> {
    let mut table = plain(stream);
    table.load_style(UTF8_FULL_CONDENSED.with_rounded_corners());
    table.set_header(heads.iter().map(|head| Cell::new(head).add_attribute(Attribute::Bold)));
    table.add_rows(rows);
    for column in numbers {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let natural: u16 = table.column_max_content_widths().iter().map(|content| content + BETWEEN).sum();
    (natural < width).then(|| table.trim_fmt())
}

/// One field a line, the values below each other.
pub(super) fn as_record(heads: &[&str], row: &[String], stream: Stream, width: u16) -> String {
    let mut table = wrapped(stream, width);
    for (head, cell) in heads.iter().zip(row) {
        table.add_row([Cell::new(head).add_attribute(Attribute::Bold), Cell::new(cell)]);
    }
    if let Some(heads) = table.column_mut(0) {
        heads.set_padding((0, 1));
    }
    table.trim_fmt()
}

/// Words in lines that are not too long.
pub(super) fn paragraph(words: &str, stream: Stream, width: u16) -> String {
    let mut table = wrapped(stream, width);
    table.add_row([words]);
    if let Some(words) = table.column_mut(0) {
        words.set_padding((0, 0));
    }
    table.trim_fmt()
}

fn wrapped(stream: Stream, width: u16) -> Table {
    let mut table = plain(stream);
    table.load_style(NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table
}

fn plain(stream: Stream) -> Table {
    let mut table = Table::new();
    table.force_no_tty();
    if stream.color {
        table.enforce_styling();
    }
    table
}
