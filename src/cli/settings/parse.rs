//! One typed value each; the errors follow clap's `invalid value '…' for '…': `.

use std::time::Duration;

use smoke::diagnostic::nearest;
use smoke::report::Format;
use smoke::span;

use super::{Place, ReportTo, Shard};

/// `K=V`. The value is not shown in errors: it may be a secret.
pub(crate) fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected K=V".to_owned()),
    }
}

/// A tag. None has spaces around it: those are from a variable written as a block, or from between two tags.
#[expect(clippy::unnecessary_wraps, reason = "what clap takes")]
pub(crate) fn tag(text: &str) -> Result<String, String> {
    Ok(text.trim().to_owned())
}

/// `90s`, `5m`, `1m 30s`; more than nothing.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    match span::read(text) {
        Ok(Duration::ZERO) => Err("must be more than nothing".to_owned()),
        Ok(duration) => Ok(duration),
        Err(error) => Err(format!("{error}; write for instance 90s or 5m")),
    }
}

/// A whole number from 1 on.
pub(crate) fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "expected a whole number from 1 on".to_owned())
}

/// How often `--verbose` is meant: as a number, or as any other switch is said in the environment.
pub(crate) fn verbosity(text: &str) -> Result<u8, String> {
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "t" | "true" | "on" => Ok(1),
        "n" | "no" | "f" | "false" | "off" => Ok(0),
        number => number.parse().map_err(|_| "expected true, false or a number".to_owned()),
    }
}

/// An AWS account's id.
pub(crate) fn account(text: &str) -> Result<String, String> {
    let whole = text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_digit());
    if whole { Ok(text.to_owned()) } else { Err("an account's id has 12 digits".to_owned()) }
}

/// `I/N` or `auto`.
pub(crate) fn shard(text: &str) -> Result<Shard, String> {
    if text == "auto" {
        return Ok(Shard::Auto);
    }
    let part = text.split_once('/').and_then(|(index, number)| Some((index.parse().ok()?, number.parse().ok()?)));
    match part {
        Some((index, number)) if (1..=number).contains(&index) => Ok(Shard::Part(index, number)),
        _ => Err("expected I/N with I from 1 to N, or auto".to_owned()),
    }
}

/// `FORMAT` or `FORMAT=PATH`.
pub(crate) fn report(text: &str) -> Result<ReportTo, String> {
    let (name, path) = text.split_once('=').map_or((text, None), |(name, path)| (name, Some(path)));
    let place = match path {
        // Commands are for those who read the output.
        None if name == "github" => Place::Stdout,
        None => Place::Folder,
        Some("-") => Place::Stdout,
        Some("") => return Err("a path is missing after `=`".to_owned()),
        Some(path) => Place::File(path.into()),
    };
    let unknown = || {
        let known: Vec<&str> = Format::all().iter().map(|(_, name, _)| *name).collect();
        let near = nearest(name, known.iter().copied()).map(|near| format!("did you mean {near}?"));
        let each = name.contains(',').then(|| "each has a `--report` of its own".to_owned());
        let help = each.or(near).unwrap_or_else(|| format!("there are {}", known.join(", ")));
        format!("no format is called {name}; {help}")
    };
    let found = Format::all().iter().find(|(_, known, _)| *known == name);
    let format = found.map(|(format, _, _)| *format).ok_or_else(unknown)?;
    Ok(ReportTo { format, place })
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    #[track_caller]
    fn check<T: Debug + PartialEq>(parsed: Result<T, String>, expected: Result<T, &str>) {
        let (parsed, expected) = (parsed, expected.map_err(str::to_owned));
        assert_eq!(parsed, expected);
    }

    #[test]
    fn values_are_understood_or_say_why_not() {
        check(variable("a=b=c"), Ok(("a".into(), "b=c".into())));
        check(variable("a="), Ok(("a".into(), String::new())));
        check(variable("hunter2"), Err("expected K=V"));
        check(variable("=x"), Err("expected K=V"));
        check(duration("1m 30s"), Ok(Duration::from_secs(90)));
        check(duration("0s"), Err("must be more than nothing"));
        check(
            duration("5M"),
            Err("there are no months and no years, and minutes are `m`; write for instance 90s or 5m"),
        );
        check(at_least_one("0"), Err("expected a whole number from 1 on"));
        check(shard("2/3"), Ok(Shard::Part(2, 3)));
        check(shard("auto"), Ok(Shard::Auto));
        check(shard("0/3"), Err("expected I/N with I from 1 to N, or auto"));
        check(shard("4/3"), Err("expected I/N with I from 1 to N, or auto"));
    }

    #[test]
    fn reports_are_understood_or_say_why_not() {
        let junit = |place| Ok(ReportTo { format: Format::Junit, place });
        check(report("junit"), junit(Place::Folder));
        check(report("junit=a=b.xml"), junit(Place::File("a=b.xml".into())));
        check(report("junit=-"), junit(Place::Stdout));
        check(report("ndjson=-"), Ok(ReportTo { format: Format::Ndjson, place: Place::Stdout }));
        let github = |place| Ok(ReportTo { format: Format::Github, place });
        check(report("github"), github(Place::Stdout));
        check(report("github=a.txt"), github(Place::File("a.txt".into())));
        check(report("junti"), Err("no format is called junti; did you mean junit?"));
        check(report("junit,html"), Err("no format is called junit,html; each has a `--report` of its own"));
        check(report("junit="), Err("a path is missing after `=`"));
        check(
            report("pdf"),
            Err("no format is called pdf; there are json, junit, html, markdown, github, ndjson, text"),
        );
    }
}
