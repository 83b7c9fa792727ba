//! On which line of the file a record begins. The CSV reader counts lines where it stops reading, which is off by one
//! after blank lines and after `\r\n`; and it takes a quotation mark that is never closed for the rest of the file.

use csv::ByteRecord;

use crate::sandbox::service::import::FileError;

/// Counts lines on the way through a file.
pub(super) struct Lines<'file> {
    bytes: &'file [u8],
    offset: usize,
    line: u32,
}

/// Where a record begins.
pub(super) struct Place<'file> {
    /// From 1.
    pub(super) line: u32,
    bytes: &'file [u8],
    offset: usize,
}

impl<'file> Lines<'file> {
    pub(super) fn of(bytes: &'file [u8]) -> Self {
        Self { bytes, offset: 0, line: 1 }
    }

    /// Moves on to where `record`, which must lie further down, really begins: behind blank lines.
    pub(super) fn begin(&mut self, record: &ByteRecord) -> Place<'file> {
        let reported = record.position().map_or(0, |position| index(position.byte(), self.bytes));
        let blank = self.bytes[reported..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let begin = reported + blank;
        self.line += line_ends(&self.bytes[self.offset..begin], self.bytes.get(begin));
        self.offset = begin;
        Place { line: self.line, bytes: self.bytes, offset: begin }
    }
}

impl Place<'_> {
    /// Whether the record, which ends before byte `end`, holds an odd number of quotation marks. Well-formed CSV always
    /// holds an even one, since a mark inside quotes is doubled.
    pub(super) fn quotes_unbalanced(&self, end: u64) -> bool {
        let record = &self.bytes[self.offset..index(end, self.bytes).max(self.offset)];
        record.iter().fold(false, |odd, byte| odd ^ (*byte == b'"'))
    }
}

/// Lines end with `\n`, `\r\n` or, in files from long ago, `\r` alone.
fn line_ends(bytes: &[u8], following: Option<&u8>) -> u32 {
    let next = bytes.iter().skip(1).chain(following).map(Some).chain(std::iter::once(None));
    let ends = bytes.iter().zip(next).filter(|(byte, next)| match byte {
        b'\n' => true,
        b'\r' => *next != Some(&b'\n'),
        _ => false,
    });
    u32::try_from(ends.count()).unwrap_or(u32::MAX)
}

fn index(offset: u64, bytes: &[u8]) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len())
}

/// Spreadsheets save `Unicode text` as UTF-16, in which every letter would be an error of its own.
pub(super) fn refuse_utf16(bytes: &[u8]) -> Result<(), FileError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(FileError::new(1, None, "the file is UTF-16; save it as CSV in UTF-8"));
    }
    Ok(())
}
