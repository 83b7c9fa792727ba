//! The parts of a summary, and what of them there is room for.

use crate::report::{inert, tally};

/// A part that stands or falls as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    evidence: bool,
    text: String,
}

impl Block {
    /// What should be read.
    pub(super) fn body(text: &str) -> Self {
        Self { evidence: false, text: inert::markup(text.trim_end().to_owned()) }
    }

    /// What may be looked at besides.
    pub(super) fn evidence(text: &str) -> Self {
        Self { evidence: true, text: inert::markup(text.to_owned()) }
    }

    fn room(&self) -> usize {
        self.text.len() + GAP.len()
    }
}

const GAP: &str = "\n\n";
/// Room for the word about what was cut.
const WORD: usize = 256;

/// The parts one below the other, in at most so many bytes. The last pieces of evidence are left out first, then the last
/// parts; that this happened stands at the end.
pub(super) fn fit(blocks: Vec<Block>, at_most: usize) -> String {
    let mut kept: Vec<Option<Block>> = blocks.into_iter().map(Some).collect();
    let mut room: usize = kept.iter().flatten().map(Block::room).sum();
    let (mut pieces, mut parts) = (0, 0);
    for evidence in [true, false] {
        for block in kept.iter_mut().rev() {
            if room + WORD <= at_most {
                break;
            }
            if let Some(cut) = block.take_if(|block| block.evidence == evidence) {
                room -= cut.room();
                *(if evidence { &mut pieces } else { &mut parts }) += 1;
            }
        }
    }
    let word = (pieces + parts > 0).then(|| Block::body(&left_out(pieces, parts)));
    let texts: Vec<String> = kept.into_iter().flatten().chain(word).map(|block| block.text).collect();
    texts.join(GAP) + "\n"
}

fn left_out(pieces: usize, parts: usize) -> String {
    let named = [(pieces, "of evidence"), (parts, "of the summary")];
    let named = named.iter().filter(|(many, _)| *many > 0);
    let named: Vec<String> = named.map(|(many, what)| format!("{} {what}", tally::several(*many, "part"))).collect();
    let are = if pieces + parts == 1 { "is" } else { "are" };
    let why = "since a summary may have no more than 1 MiB; report.html has all.";
    format!("✂ {} {are} left out here, {why}", named.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_goes_first_and_the_last_first() {
        #[track_caller]
        fn check(at_most: usize, expected: &str) {
            let text = |letter: &str| letter.repeat(998);
            let (body, evidence) = (|letter| Block::body(&text(letter)), |letter| Block::evidence(&text(letter)));
            let fitted = fit(vec![body("a"), evidence("b"), body("c"), evidence("d")], at_most);
            assert!(fitted.len() <= at_most);
            let short =
                |part: &str| part.chars().next().filter(|_| part.len() == 998).map_or(part.to_owned(), String::from);
            assert_eq!(fitted.trim_end().split(GAP).map(short).collect::<Vec<_>>().join(" "), expected);
        }
        let word = |what: &str| {
            format!("✂ {what} left out here, since a summary may have no more than 1 MiB; report.html has all.")
        };
        check(5000, "a b c d");
        check(4000, &format!("a b c {}", word("1 part of evidence is")));
        check(3200, &format!("a c {}", word("2 parts of evidence are")));
        check(2000, &format!("a {}", word("2 parts of evidence and 1 part of the summary are")));
    }
}
