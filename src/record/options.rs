//! What a run was called with, as far as that changes what it means: options, a word each, every one with its value.

/// The folder to work in.
pub const DIR: &str = "-C";
/// The folder that runs are kept in, which is no part of what a run means.
pub const KEPT: &str = "--reports";
/// Where a run works and where it is kept: both may be called otherwise on each machine, and `smoke cleanup` finds a
/// run's journal by them.
pub const PLACE: [&str; 2] = [DIR, KEPT];

/// The words of those options that are wanted, by option and value.
pub fn those(words: &[String], wanted: impl Fn(&str, &str) -> bool) -> impl Iterator<Item = &str> {
    let known = move |pair: &&[String]| matches!(pair, [option, value] if wanted(option, value));
    words.chunks(2).filter(known).flatten().map(String::as_str)
}
