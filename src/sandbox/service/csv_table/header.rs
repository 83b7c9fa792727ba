//! The header: which column holds what.

use csv::ByteRecord;

use super::field;
use super::row::ContactRow;
use crate::sandbox::service::import::FileError;

/// Where each column stands.
#[derive(Debug)]
pub(super) struct Header {
    width: usize,
    name: usize,
    email: usize,
    phone: Option<usize>,
}

impl Header {
    /// Reads the first record. Names count without regard to case and to blanks around them.
    pub(super) fn read(record: &ByteRecord, line: u32) -> Result<Self, FileError> {
        let names = names(record, line)?;
        if let Some(twice) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
            return Err(FileError::new(line, Some(twice.1), "the column stands twice in the header"));
        }
        let place = |wanted: &str| names.iter().position(|name| name == wanted);
        let required = |wanted: &str| place(wanted).ok_or_else(|| missing(wanted, &names, line));
        Ok(Self { width: names.len(), name: required("name")?, email: required("email")?, phone: place("phone") })
    }

    /// A record as a row, or everything that is wrong with it.
    pub(super) fn row(&self, record: &ByteRecord, line: u32) -> Result<ContactRow, Vec<FileError>> {
        if record.len() != self.width {
            let reason = format!("{} expected as in the header, {} found", columns(self.width), record.len());
            return Err(vec![FileError::new(line, None, reason)]);
        }
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let name = field::name(cell(self.name)).map_err(|reason| FileError::new(line, Some("name"), reason));
        let email = field::email(cell(self.email)).map_err(|reason| FileError::new(line, Some("email"), reason));
        let phone = self.phone.map_or(Ok(None), |at| field::phone(cell(at)));
        let phone = phone.map_err(|reason| FileError::new(line, Some("phone"), reason));
        match (name, email, phone) {
            (Ok(name), Ok(email), Ok(phone)) => Ok(ContactRow { line, name, email, phone }),
            (name, email, phone) => Err([name.err(), email.err(), phone.err()].into_iter().flatten().collect()),
        }
    }
}

fn names(record: &ByteRecord, line: u32) -> Result<Vec<String>, FileError> {
    let names = record.iter().map(|cell| field::text(cell).map(str::to_lowercase));
    names.collect::<Result<_, _>>().map_err(|reason| FileError::new(line, None, format!("the header {reason}")))
}

fn missing(wanted: &str, names: &[String], line: u32) -> FileError {
    let hint = match names {
        [only] if only.contains(';') => "; columns are to be separated by commas, not semicolons",
        [only] if only.contains('\t') => "; columns are to be separated by commas, not tabs",
        _ => "",
    };
    FileError::new(
        line,
        Some(wanted),
        format!("the column is missing in the header, which has {}{hint}", names.join(", ")),
    )
}

fn columns(number: usize) -> String {
    if number == 1 { "1 column".to_owned() } else { format!("{number} columns") }
}
