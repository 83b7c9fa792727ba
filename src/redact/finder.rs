//! Many texts searched for at once, of which some may be long.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use aho_corasick::AhoCorasick;

/// So many bytes of a text are searched for; what follows them is compared. The search is made ready in time and room that
/// grow with every byte searched for, and a secret of 100 kB has a dozen forms.
const HEAD: usize = 64;

/// Knows where texts stand in another.
pub(super) struct Finder {
    heads: AhoCorasick,
    /// By the number of their head: the texts that begin with it.
    texts: Vec<Vec<String>>,
}

impl Finder {
    /// For these texts; none where they cannot be searched for.
    pub(super) fn of(texts: BTreeSet<String>) -> Option<Self> {
        let mut by_head: BTreeMap<Vec<u8>, Vec<String>> = BTreeMap::new();
        for text in texts {
            let head = &text.as_bytes()[..text.len().min(HEAD)];
            by_head.entry(head.to_vec()).or_default().push(text);
        }
        let (heads, texts): (Vec<_>, Vec<_>) = by_head.into_iter().unzip();
        Some(Self { heads: AhoCorasick::new(heads).ok()?, texts })
    }

    /// Tells where they stand; the places may overlap.
    pub(super) fn find(&self, text: &[u8], mut tell: impl FnMut(Range<usize>)) {
        if !self.heads.is_match(text) {
            return;
        }
        for head in self.heads.find_overlapping_iter(text) {
            let from = &text[head.start()..];
            let whole = self.texts[head.pattern().as_usize()].iter().filter(|whole| from.starts_with(whole.as_bytes()));
            whole.for_each(|whole| tell(head.start()..head.start() + whole.len()));
        }
    }
}
