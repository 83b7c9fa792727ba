//! A row that can become a contact.

/// One contact to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContactRow {
    /// Line of the file, from 1, on which the row begins.
    pub(crate) line: u32,
    /// Not empty.
    pub(crate) name: String,
    /// Not empty, and looks like an address.
    pub(crate) email: String,
    /// Where the file has the column and the row a value.
    pub(crate) phone: Option<String>,
}
