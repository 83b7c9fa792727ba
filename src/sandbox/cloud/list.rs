//! A list that is answered in pages, in the words of whichever service it is.

use serde_json::{Value, json};

use super::members::Members;
use super::refusal::Refusal;
use super::token::{self, Paging};

/// A list.
pub(crate) struct List {
    /// The member that holds it.
    pub(crate) key: &'static str,
    /// All of it.
    pub(crate) items: Vec<Value>,
    /// So many entries a page, unless the request says otherwise.
    pub(crate) size: usize,
    /// How pages are cut.
    pub(crate) paging: Paging,
}

/// How a service speaks of pages.
pub(crate) struct Dialect {
    /// The member that leads to the next page.
    pub(crate) token: &'static str,
    /// The member that says how many entries a page has, and the most it may say.
    pub(crate) size: (&'static str, u32),
    /// What is said to a token that leads nowhere.
    pub(crate) lost: fn(&Members<'_>) -> Refusal,
}

impl Dialect {
    /// The place where a page starts.
    pub(crate) fn place(&self, members: &Members, request: u64) -> Result<u64, Refusal> {
        let Some(text) = members.text(self.token)? else { return Ok(0) };
        let [place] = token::read(request, text).ok_or_else(|| (self.lost)(members))?;
        Ok(place)
    }

    /// One page of a list.
    pub(crate) fn page(&self, members: &Members, input: &Value, list: List) -> Result<Value, Refusal> {
        let List { key, items, size, paging } = list;
        let request = token::fingerprint(key, input);
        let place = self.place(members, request)?;
        let (name, most) = self.size;
        let size = members.size(name, 1, most)?.unwrap_or(size);
        let (page, next) = paging.page(items, place, size);
        let mut answer = json!({ key: page });
        if let Some(next) = next {
            answer[self.token] = token::write(request, &[next]).into();
        }
        Ok(answer)
    }
}
