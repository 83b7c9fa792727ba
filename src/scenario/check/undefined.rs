//! What was meant by a name that means nothing where it stands, and by a field that is not there.

use crate::diagnostic::{Diagnostic, listed, nearest};
use crate::expr::{Reference, TYPES};
use crate::scenario::reader::{RESERVED, TakenIn};

/// A name that can be read, with the fields below it that are known.
pub(super) type Readable<'n> = (&'n str, &'n [&'n str]);

/// What other tools call our names.
const NAMES: [(&str, &str); 12] = [
    ("env", "vars"),
    ("exec", "output"),
    ("http", "response"),
    ("inputs", "vars"),
    ("matrix", "row"),
    ("r", "response"),
    ("res", "response"),
    ("resp", "response"),
    ("result", "output"),
    ("secrets", "secret"),
    ("var", "vars"),
    ("variables", "vars"),
];

/// Under what other tools keep what was captured.
const KEEPERS: [&str; 5] = ["capture", "captured", "captures", "outputs", "steps"];

/// What other tools call fields of observations.
const FIELDS: [(&str, &str); 17] = [
    ("code", "status"),
    ("content", "body"),
    ("data", "body"),
    ("duration", "elapsed"),
    ("err", "stderr"),
    ("exit", "code"),
    ("exitcode", "code"),
    ("httpcode", "status"),
    ("json", "body"),
    ("latency", "elapsed"),
    ("out", "stdout"),
    ("payload", "body"),
    ("returncode", "code"),
    ("status", "code"),
    ("statuscode", "status"),
    ("time", "elapsed"),
    ("url", "api.url"),
];

/// The complaint about a name that is not among those that can be read. In a list that is `taken_in`, it is most likely
/// one that was not given.
pub(super) fn name(reference: &Reference, readable: &[Readable<'_>], taken_in: Option<&TakenIn>) -> Option<Diagnostic> {
    let root = reference.path.first()?;
    let problem = Diagnostic::at(&reference.location, format!("nothing here is called `{root}`"));
    let known = |name: &str| readable.iter().any(|(known, _)| *known == name);
    match dashed(reference) {
        // What stands before it in the same word has been complained of.
        Some(word) if word.before().any(|part| !known(part)) => return None,
        Some(word) => return Some(problem.help(word.help())),
        None => {}
    }
    let names = || readable.iter().map(|(name, _)| *name);
    // What is given under a name that nobody reads is wrong there, not here.
    let idle = |name: &&str| taken_in.is_some_and(|it| it.idle.iter().any(|idle| idle == name));
    let meant = literal(root).map(|literal| format!("write `{literal}`")).or_else(|| {
        let meant = elsewhere(&reference.path, readable).or_else(|| nearest(root, names().filter(|it| !idle(it))))?;
        Some(format!("did you mean `{meant}`?"))
    });
    Some(match meant {
        Some(meant) => problem.help(meant),
        None if TYPES.contains(&root.as_str()) => {
            problem.help(format!("`type(…) == {root}` asks for a type; text stands in quotes: `\"{root}\"`"))
        }
        // One that means something elsewhere is no text without its quotes, and cannot be given.
        None if RESERVED.contains(&root.as_str()) => there_is(problem, names()),
        None => problem.help(match taken_in {
            Some(TakenIn { location, .. }) => {
                format!("the `use` at {location} does not give it: add `with: {{ {root}: … }}` there")
            }
            None => format!("text stands in quotes: `\"{root}\"`; there is {}", listed(names())),
        }),
    })
}

/// The same of a field; `fields` are those that there are.
pub(super) fn field(problem: Diagnostic, field: &str, fields: &[&str]) -> Diagnostic {
    let plain = field.to_lowercase().replace(['_', '-'], "");
    let theirs = FIELDS.iter().find(|(theirs, ours)| *theirs == plain && fields.contains(&first(ours)));
    let near = theirs.map(|(_, ours)| (*ours).to_owned()).or_else(|| nearest(field, fields.iter().copied()));
    match near {
        Some(name) => problem.help(format!("did you mean `{name}`?")),
        None => there_is(problem, fields.iter().copied()),
    }
}

/// The first step of a path.
fn first(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

fn there_is<'n>(problem: Diagnostic, names: impl Iterator<Item = &'n str>) -> Diagnostic {
    let names = listed(names);
    if names.is_empty() { problem } else { problem.help(format!("there is {names}")) }
}

/// What other languages call a literal of ours.
fn literal(word: &str) -> Option<&'static str> {
    match word {
        "True" | "TRUE" => Some("true"),
        "False" | "FALSE" => Some("false"),
        "None" | "nil" | "Null" | "NULL" | "undefined" => Some("null"),
        _ => None,
    }
}

/// A path as it would be right: `response.status` for `status`, `row.n` for `matrix.n`, `oid` for `capture.oid`.
fn elsewhere(path: &[String], readable: &[Readable<'_>]) -> Option<String> {
    let (root, below) = path.split_first()?;
    let known = |name: &str| readable.iter().any(|(known, _)| *known == name);
    let ours = NAMES.iter().find(|(theirs, ours)| theirs == root && known(ours));
    if let Some((_, ours)) = ours {
        return Some(dotted(std::iter::once(*ours).chain(below.iter().map(String::as_str))));
    }
    if KEEPERS.contains(&root.as_str()) && below.first().is_some_and(|name| known(name)) {
        return Some(dotted(below.iter().map(String::as_str)));
    }
    // What another probe brings is no field of something else.
    if RESERVED.contains(&root.as_str()) {
        return None;
    }
    let mut owners: Vec<_> = readable.iter().filter(|(_, fields)| fields.contains(&root.as_str())).collect();
    owners.sort_by_key(|(name, _)| distance(name));
    let (owner, _) = owners.first()?;
    Some(dotted(std::iter::once(*owner).chain(path.iter().map(String::as_str))))
}

/// What a step brings by itself is meant before what was given to it, and that before what earlier steps kept.
fn distance(name: &str) -> u8 {
    match name {
        "vars" | "row" => 1,
        "target" | "run" | "secret" => 3,
        _ if RESERVED.contains(&name) => 0,
        _ => 2,
    }
}

/// A path up to the first step that would need brackets.
fn dotted<'p>(steps: impl Iterator<Item = &'p str>) -> String {
    let plain = |step: &&str| step.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    steps.take_while(plain).collect::<Vec<_>>().join(".")
}

/// A word with `-` in it: `response.headers.content-type`, which takes `type` away from `response.headers.content`.
struct Dashed<'text> {
    /// `response.headers`
    owner: &'text str,
    /// `content-type`
    word: &'text str,
    /// What stands between the first `-` and the name: `request-` of `x-request-id`.
    between: &'text str,
}

impl<'text> Dashed<'text> {
    /// The names that stand before this one behind a `-` of the same word.
    fn before(&self) -> impl Iterator<Item = &'text str> {
        self.between.split('-').filter(|part| !part.is_empty())
    }

    fn help(&self) -> String {
        format!("`-` takes one from the other: a name with `-` in it is written `{}[\"{}\"]`", self.owner, self.word)
    }
}

/// The word that a name is a part of, where it stands right behind a `-`.
fn dashed(reference: &Reference) -> Option<Dashed<'_>> {
    let location = &reference.location;
    let text = location.source.text.as_str();
    let part = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    let before = text.get(..location.start)?;
    let begin = before.trim_end_matches(|letter| part(letter) || letter == '.').len();
    let run = before[begin..].strip_suffix('-')?;
    let first = run.find('-').unwrap_or(run.len());
    let dot = run[..first].rfind('.').filter(|dot| *dot > 0)?;
    let rest = &text[begin + dot + 1..];
    let end = rest.find(|letter| !part(letter)).unwrap_or(rest.len());
    Some(Dashed { owner: &run[..dot], word: &rest[..end], between: run.get(first + 1..).unwrap_or_default() })
}
