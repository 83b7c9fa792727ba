//! What was imported, for those who want to see that rows really arrived.

use rusqlite::Row;
use serde::Serialize;

use super::{Database, DatabaseError};

/// A contact.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Contact {
    /// The import it came with.
    pub(crate) import_id: String,
    /// Line of the file.
    pub(crate) line: u32,
    /// Its name.
    pub(crate) name: String,
    /// Its address.
    pub(crate) email: String,
    /// Its telephone number.
    pub(crate) phone: Option<String>,
}

/// Some contacts, and how many there are.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Contacts {
    /// How many there are in all.
    pub(crate) count: u32,
    /// The first of them, in the order of the file.
    pub(crate) contacts: Vec<Contact>,
}

impl Database {
    /// At most `limit` contacts, of one import or of all.
    pub(crate) fn contacts(&self, import_id: Option<&str>, limit: u32) -> Result<Contacts, DatabaseError> {
        self.with(|connection| {
            let counted = "SELECT count(*) FROM contacts WHERE ?1 IS NULL OR import_id = ?1";
            let count = connection.prepare_cached(counted)?.query_row([import_id], |row| row.get(0))?;
            let first = "SELECT import_id, line, name, email, phone FROM contacts
                         WHERE ?1 IS NULL OR import_id = ?1 ORDER BY import_id, line LIMIT ?2";
            let mut query = connection.prepare_cached(first)?;
            let contacts = query.query_map((import_id, limit), read_contact)?.collect::<Result<_, _>>()?;
            Ok(Contacts { count, contacts })
        })
    }
}

fn read_contact(row: &Row<'_>) -> rusqlite::Result<Contact> {
    Ok(Contact { import_id: row.get(0)?, line: row.get(1)?, name: row.get(2)?, email: row.get(3)?, phone: row.get(4)? })
}
