//! A file's bytes → the rows of a table of contacts, or everything that is wrong with it, line by line. Pure.
//!
//! The file is CSV in UTF-8, with or without a byte-order mark, its first line a header that names at least `name` and
//! `email`, and `phone` where there is one; other columns are read over. A file is taken whole or not at all: one bad
//! row rejects it, and all bad rows are named, so that it can be corrected in one go.

mod field;
mod header;
mod lines;
mod row;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use csv::ByteRecord;

use super::import::FileError;
use header::Header;
use lines::Lines;
pub(crate) use row::ContactRow;

/// How many errors are kept word by word; all are counted.
const ERRORS_KEPT: usize = 50;

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct CsvTable {
    /// Rows below the header.
    pub(crate) rows_total: u32,
    /// Those without an error, in the file's order.
    pub(crate) rows: Vec<ContactRow>,
    /// The first errors.
    pub(crate) errors: Vec<FileError>,
    /// How many there are in all.
    pub(crate) errors_total: u32,
}

impl CsvTable {
    /// Reads a whole file.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        Self::read_delimited(bytes, b',')
    }

    /// Reads a whole file whose cells are set apart by `delimiter`.
    pub(crate) fn read_delimited(bytes: &[u8], delimiter: u8) -> Self {
        let mut table = Self::default();
        if let Err(error) = table.read_rows(bytes, delimiter) {
            table.note(error);
        }
        table
    }

    /// Whether all of it can be imported.
    pub(crate) fn is_accepted(&self) -> bool {
        self.errors_total == 0
    }

    /// How many rows have no error.
    pub(crate) fn rows_valid(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// Reads header and rows; what makes it senseless to read on comes back as the error.
    fn read_rows(&mut self, bytes: &[u8], delimiter: u8) -> Result<(), FileError> {
        lines::refuse_utf16(bytes)?;
        let mut reader = csv::ReaderBuilder::new();
        let mut records = reader.has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes);
        let mut lines = Lines::of(bytes);
        let mut record = ByteRecord::new();
        if !next(&mut records, &mut record, 1)? {
            return Err(FileError::new(
                1,
                None,
                "the file is empty; a header with the columns name and email is expected",
            ));
        }
        let header_line = lines.begin(&record).line;
        let header = Header::read(&record, header_line)?;
        let mut seen = HashMap::new();
        while next(&mut records, &mut record, header_line)? {
            let place = lines.begin(&record);
            self.rows_total += 1;
            if place.quotes_unbalanced(records.position().byte()) {
                self.note(FileError::new(place.line, None, "a quotation mark is opened and not closed"));
                continue;
            }
            self.take(header.row(&record, place.line), &mut seen);
        }
        if self.rows_total == 0 {
            return Err(FileError::new(header_line, None, "there is no row below the header"));
        }
        Ok(())
    }

    /// Keeps a row unless its address stood in the file before.
    fn take(&mut self, row: Result<ContactRow, Vec<FileError>>, seen: &mut HashMap<String, u32>) {
        match row {
            Err(errors) => errors.into_iter().for_each(|error| self.note(error)),
            Ok(row) => match seen.entry(row.email.to_lowercase()) {
                Entry::Occupied(first) => {
                    let reason = format!("`{}` stands on line {} already", row.email, first.get());
                    self.note(FileError::new(row.line, Some("email"), reason));
                }
                Entry::Vacant(place) => {
                    place.insert(row.line);
                    self.rows.push(row);
                }
            },
        }
    }

    fn note(&mut self, error: FileError) {
        self.errors_total += 1;
        if self.errors.len() < ERRORS_KEPT {
            self.errors.push(error);
        }
    }
}

/// Reads the next record. Bytes in memory and records of any length leave nothing to go wrong, but were something to,
/// it would be about the file.
fn next(records: &mut csv::Reader<&[u8]>, record: &mut ByteRecord, line: u32) -> Result<bool, FileError> {
    records.read_byte_record(record).map_err(|broken| FileError::new(line, None, broken.to_string()))
}
