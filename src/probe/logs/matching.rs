//! Which line meets which entry of `sequence`. Each line is used once: `{event: x}` and then `{event: x, status: done}`
//! are two lines, though the second one alone would fit both.

use std::cmp::Reverse;
use std::ptr;

use super::event::Event;
use super::pattern::Pattern;

/// The lines that fit some entry, and the one that meets each.
pub(super) struct Matching<'look> {
    entries: &'look [Pattern],
    lines: Vec<&'look Event>,
    met: Vec<Option<&'look Event>>,
}

impl<'look> Matching<'look> {
    /// Of `events`, which are in order of time. Where some lines are still to come, those that are there stand where they
    /// leave room for them; where nothing puts all of them in order, what is there is shared out without one.
    pub(super) fn of(entries: &'look [Pattern], events: &[&'look Event]) -> Self {
        let fits = |event: &&&Event| entries.iter().any(|entry| entry.matches(event.fields()));
        let lines: Vec<&'look Event> = events.iter().filter(fits).copied().collect();
        let met = in_order(entries, &lines).unwrap_or_else(|| one_by_one(entries, &lines));
        Self { entries, lines, met }
    }

    /// The line that meets the entry of that index.
    pub(super) fn met(&self, index: usize) -> Option<&'look Event> {
        self.met[index]
    }

    /// The entries before that of an index, with the lines that meet them, in order.
    pub(super) fn before(&self, index: usize) -> impl Iterator<Item = (&'look Pattern, &'look Event)> {
        self.entries.iter().zip(&self.met).take(index).filter_map(|(entry, met)| Some((entry, (*met)?)))
    }

    /// All entries with the lines that meet them, in order.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'look Pattern, &'look Event)> {
        self.before(self.entries.len())
    }

    /// The entries that no line meets.
    pub(super) fn unmet(&self) -> impl Iterator<Item = &'look Pattern> {
        self.entries.iter().zip(&self.met).filter(|(_, met)| met.is_none()).map(|(entry, _)| entry)
    }

    /// The lines that fit an entry, but for those that meet one that asks for something else.
    pub(super) fn own(&self, pattern: &Pattern) -> Vec<&'look Event> {
        let others = || self.pairs().filter(|(entry, _)| *entry != pattern).map(|(_, line)| line);
        let fits = |line: &&&Event| pattern.matches(line.fields()) && !others().any(|other| ptr::eq(other, **line));
        self.lines.iter().filter(fits).copied().collect()
    }

    /// Whether any line fits an entry.
    pub(super) fn has_line_for(&self, pattern: &Pattern) -> bool {
        self.lines.iter().any(|line| pattern.matches(line.fields()))
    }
}

/// All lines, one after the other, each at an entry behind that of the line before; where there is a choice, at entries that
/// ask for more, and else at the first. None where that cannot be.
fn in_order<'look>(entries: &[Pattern], lines: &[&'look Event]) -> Option<Vec<Option<&'look Event>>> {
    let (many, all) = (lines.len(), entries.len());
    if many > all {
        return None;
    }
    // How many fields the first so many lines meet at the first so many entries.
    let mut best = vec![vec![None; all + 1]; many + 1];
    best[0].fill(Some(0));
    for (line, entry) in (0..many).flat_map(|line| (0..all).map(move |entry| (line, entry))) {
        let fits = entries[entry].matches(lines[line].fields());
        let here = best[line][entry].filter(|_| fits).map(|before| before + entries[entry].len());
        best[line + 1][entry + 1] = here.max(best[line + 1][entry]);
    }
    best[many][all]?;
    let (mut met, mut left) = (vec![None; all], many);
    for entry in (0..all).rev() {
        if best[left][entry] < best[left][entry + 1] {
            left -= 1;
            met[entry] = Some(lines[left]);
        }
    }
    Some(met)
}

/// Each entry takes the first line that fits it and is left; the one that asks for most chooses first.
fn one_by_one<'look>(entries: &[Pattern], lines: &[&'look Event]) -> Vec<Option<&'look Event>> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|entry| Reverse(entries[*entry].len()));
    let (mut met, mut taken) = (vec![None; entries.len()], vec![false; lines.len()]);
    for entry in order {
        let fits = |line: &usize| !taken[*line] && entries[entry].matches(lines[*line].fields());
        if let Some(line) = (0..lines.len()).find(fits) {
            taken[line] = true;
            met[entry] = Some(lines[line]);
        }
    }
    met
}
