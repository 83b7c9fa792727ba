//! Workflow commands of GitHub Actions: annotations beside the lines of the scenarios.
//!
//! GitHub keeps ten errors, ten warnings and ten notices a step and cuts a message at 4,096 characters, so the worst comes
//! first, and the last of ten says how many more there are.

use super::headline::{self, Headline, troubled};
use super::story;
use crate::event::{Leftover, Phase};
use crate::record::{Run, Scenario, Step};

/// How many commands of a kind GitHub takes.
const OF_A_KIND: usize = 10;
/// How long a message may get, in characters as they are written.
const MESSAGE: usize = 4096;
/// How long a title may get, in characters as they are written.
const TITLE: usize = 255;
/// How many stretches of a step's story are shown.
const STRETCHES: usize = 6;

/// Errors for scenarios that did not pass, warnings for what is left behind or flaky, notices for shadow checks: a line
/// each, nothing where all is well.
#[must_use]
pub fn render(run: &Run) -> String {
    let commands = [
        limited("error", "did not pass either", errors(run)),
        limited("warning", "to be warned of", warnings(run)),
        limited("notice", "to be noted", notices(run)),
    ];
    commands.concat().iter().map(|command| command.line(run)).collect()
}

/// One workflow command.
#[derive(Debug, Clone)]
struct Command {
    kind: &'static str,
    place: Option<(String, Option<usize>)>,
    title: String,
    message: String,
}

/// The first ten; where there are more, nine and a word about the others.
fn limited(kind: &'static str, what: &str, all: Vec<Command>) -> Vec<Command> {
    let many = all.len();
    let kept = if many > OF_A_KIND { OF_A_KIND - 1 } else { many };
    let mut commands: Vec<Command> = all.into_iter().take(kept).map(|command| Command { kind, ..command }).collect();
    if kept < many {
        let title = format!("{} more {what}", many - kept);
        let message = "GitHub shows ten of a kind; the summary and report.html have all".to_owned();
        commands.push(Command { kind, place: None, title, message });
    }
    commands
}

fn errors(run: &Run) -> Vec<Command> {
    let whole = headline::unsaid(run).map(|whole| command(whole, &[]));
    let scenarios = troubled(run).into_iter().map(|(_, scenario)| {
        let headline = Headline::of_scenario(scenario);
        let details = scenario.culprit().map(|(_, _, step)| details(step, &headline.why)).unwrap_or_default();
        command(headline, &details.into_iter().chain(story::notes(scenario)).collect::<Vec<_>>())
    });
    whole.into_iter().chain(scenarios).collect()
}

/// What was expected and seen instead, below the cause.
fn details(step: &Step, why: &str) -> Vec<String> {
    let expected = story::expected(step).into_iter().filter(|line| line != why);
    let mut lines: Vec<String> = story::own(step, why).into_iter().chain(expected).collect();
    lines.extend(story::waited(step));
    lines.extend(story::seen(&step.changes, STRETCHES).map(|seen| format!("seen: {seen}")));
    lines
}

fn warnings(run: &Run) -> Vec<Command> {
    let left = headline::leftovers(run).map(|(scenario, left)| {
        let Leftover { step, why, .. } = left;
        let named = scenario.list(Phase::Finally).iter().find(|cleanup| cleanup.name == *step);
        let place = named.map_or((scenario.file.clone(), None), |step| (step.file.clone(), Some(step.line)));
        let title = format!("{}: {} › {} \"{step}\"", story::left(run), scenario.id, story::leaver(scenario, step));
        Command { kind: "", place: Some(place), title, message: format!("{}: {why}", story::remains(left)) }
    });
    left.chain(headline::flaky(run).map(|(_, scenario)| flaky(scenario))).collect()
}

fn flaky(scenario: &Scenario) -> Command {
    let attempts = scenario.earlier.iter().map(|attempt| {
        let cause = attempt.cause.as_deref().map(story::one_line).unwrap_or_default();
        format!("attempt {} {}: {cause}", attempt.number, attempt.verdict)
    });
    let message = format!("passed at attempt {}\n{}", scenario.attempt, attempts.collect::<Vec<_>>().join("\n"));
    Command { kind: "", place: Some((scenario.file.clone(), None)), title: format!("flaky: {}", scenario.id), message }
}

fn notices(run: &Run) -> Vec<Command> {
    let shadows = headline::shadows(run).map(|(scenario, phase, step)| Command {
        kind: "",
        place: Some((step.file.clone(), Some(step.line))),
        title: story::who(scenario, phase, step),
        message: story::shadow(step),
    });
    shadows.collect()
}

fn command(Headline { verdict, who, why, place }: Headline, details: &[String]) -> Command {
    let title = who.map_or_else(|| verdict.to_string(), |who| format!("{verdict}: {who}"));
    let lines: Vec<&str> = std::iter::once(why.as_str()).chain(details.iter().map(String::as_str)).collect();
    Command { kind: "", place, title, message: lines.join("\n") }
}

impl Command {
    fn line(&self, run: &Run) -> String {
        let Self { kind, place, title, message } = self;
        let (file, line) = place.as_ref().map_or((None, None), |(file, line)| (Some(run.located(file)), *line));
        let line = line.map(|line| line.to_string());
        let title = Some(fitting(title, TITLE, property));
        let all = [("file", file.map(|file| property(&story::one_line(&file)))), ("line", line), ("title", title)];
        let named: Vec<String> =
            all.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?))).collect();
        format!("::{kind} {}::{}\n", named.join(","), fitting(message, MESSAGE, data))
    }
}

/// As much of the text as fits once it is escaped, with a mark where it was cut.
fn fitting(text: &str, room: usize, escape: fn(&str) -> String) -> String {
    let lines: Vec<String> = text.lines().map(story::visible).collect();
    let escaped: Vec<String> = lines.join("\n").chars().map(|c| escape(c.encode_utf8(&mut [0; 4]))).collect();
    let needs = |escaped: &String| escaped.chars().count();
    if escaped.iter().map(needs).sum::<usize>() <= room {
        return escaped.concat();
    }
    let mut left = room - 1;
    let fits = |escaped: &&String| left.checked_sub(needs(escaped)).map(|rest| left = rest).is_some();
    escaped.iter().take_while(fits).map(String::as_str).collect::<String>() + "…"
}

/// A command's message as GitHub reads it back.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A command's property as GitHub reads it back.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(title: &str, message: &str) -> String {
        let place = Some(("a,b:c.yaml".to_owned(), Some(3)));
        Command { kind: "error", place, title: title.to_owned(), message: message.to_owned() }.line(&Run::default())
    }

    #[test]
    fn what_means_something_to_github_is_escaped() {
        #[track_caller]
        fn check(title: &str, message: &str, expected: &str) {
            assert_eq!(line(title, message), format!("::error file=a%2Cb%3Ac.yaml,line=3,title={expected}\n"));
        }
        check("plain", "plain", "plain::plain");
        check("a: b, c%", "100%, a: b", "a%3A b%2C c%25::100%25, a: b");
        check("t", "a\r\nb\n::error::c\u{1b}[31m\u{202e}d", "t::a%0Ab%0A::error::cd");
        check("a\n::stop-commands::x", "", "a%0A%3A%3Astop-commands%3A%3Ax::");
    }

    #[test]
    fn a_file_is_named_as_the_repository_calls_it() {
        let place = Some(("../shared/steps.yaml".to_owned(), None));
        let command = Command { kind: "error", place, title: "t".to_owned(), message: "m".to_owned() };
        let run = Run { folder: Some("shop/e2e".to_owned()), ..Run::default() };
        assert_eq!(command.line(&run), "::error file=shop/shared/steps.yaml,title=t::m\n");
    }

    #[test]
    fn what_is_too_long_is_cut() {
        #[track_caller]
        fn check(message: &str, expected: &str) {
            let line = line("t", message);
            let written = line.trim_end().rsplit_once("title=t::").unwrap().1;
            assert_eq!((written.chars().count() <= MESSAGE, written == expected), (true, true), "{}", written.len());
        }
        check(&"ü".repeat(4096), &"ü".repeat(4096));
        check(&"ü".repeat(4097), &format!("{}…", "ü".repeat(4095)));
        check(&"%".repeat(4096), &format!("{}…", "%25".repeat(1365)));
        assert!(line(&"x".repeat(300), "").contains(&format!("title={}…::", "x".repeat(254))));
    }

    #[test]
    fn ten_of_a_kind_are_enough() {
        let one = |number| Command { kind: "", place: None, title: format!("t{number}"), message: String::new() };
        let titles = |many| limited("error", "did not pass either", (0..many).map(one).collect());
        let titles = |many| titles(many).into_iter().map(|command| command.title).collect::<Vec<_>>();
        assert_eq!(titles(10).last().map(String::as_str), Some("t9"));
        let (eleven, last) = (titles(11), "2 more did not pass either");
        assert_eq!((eleven.len(), eleven[8].as_str(), eleven[9].as_str()), (10, "t8", last));
    }
}
