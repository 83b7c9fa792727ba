//! `summary.md`: a run for a job's summary page. The verdict and its cause come first, then what is expected and seen of
//! each scenario that did not pass, its evidence folded away, and the numbers.
//!
//! GitHub refuses a summary over 1 MiB a step as a whole, so it is kept below that: evidence goes first, the last first.

mod blocks;
mod text;

use self::blocks::{Block, fit};
use self::text::{bold, code, inline};
use super::alike::{Trouble, troubles};
use super::evidence::Paths;
use super::headline::{self, Headline};
use super::{story, tally};
use crate::event::{Evidence, Leftover, Phase};
use crate::record::{Run, Scenario, Step};
use crate::verdict::Verdict;

/// How long the whole may get, in bytes: what GitHub takes for a step.
pub const AT_MOST: usize = 1024 * 1024;
/// How many stretches of a step's story are shown.
const STRETCHES: usize = 12;
/// How many scenarios are listed without being folded away.
const LISTED: usize = 20;
/// How much of a piece of evidence is shown, in bytes, from its end.
const EVIDENCE: usize = 16 * 1024;

/// The run as Markdown of at most so many bytes, ending in a line feed.
#[must_use]
pub fn render(run: &Run, at_most: usize) -> String {
    let paths = Paths::of(run);
    let mut blocks = vec![Block::body(&head(run))];
    let why = Headline::of(run).why;
    for (nth, one) in troubles(run).iter().enumerate() {
        blocks.extend(trouble(one, (nth == 0).then_some(why.as_str()), &paths));
    }
    blocks.extend(section(&story::begin(story::left(run)), &leftovers(run)));
    blocks.extend(section("Flaky", &flaky(run)));
    blocks.extend(section("Shadow checks", &shadows(run)));
    blocks.extend(scenarios(run));
    blocks.push(Block::body(&feet(run)));
    fit(blocks, at_most)
}

fn head(run: &Run) -> String {
    let headline = Headline::of(run);
    let place = headline.spot().map(|spot| code(&spot));
    let Headline { verdict, who, why, place: _ } = headline;
    let title = format!("## {} {verdict}: {}", story::mark(verdict), inline(&why));
    let who = who.map(|who| bold(&who));
    let blamed: Vec<String> = who.into_iter().chain(place).collect();
    let mut tested = vec![inline(&run.target), story::span(run.duration_ms())];
    tested.extend(Some(tally::numbers(run)).filter(|numbers| *numbers != why));
    tested.extend(run.revision.as_deref().map(|revision| format!("revision {}", code(revision))));
    tested.extend(run.shard.map(|shard| format!("shard {shard}")));
    let whole = headline::unsaid(run).map(|whole| whole.why).filter(|whole| *whole != why).map(|whole| bold(&whole));
    let lines = [title, blamed.join(" at "), whole.unwrap_or_default(), tested.join(" · ")];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// One that did not pass. `said` stands in the first line already.
fn trouble(one: &Trouble<'_>, said: Option<&str>, paths: &Paths) -> Vec<Block> {
    let Trouble { case, scenario, .. } = *one;
    let headline = Headline::of_scenario(scenario);
    let who = headline.who.as_deref().unwrap_or_default();
    let mark = story::mark(headline.verdict);
    let why = Some(&headline.why).filter(|why| said != Some(why.as_str()));
    let mut lines = vec![format!("### {mark} {}: {}\n", headline.verdict, inline(who))];
    lines.extend(why.map(|why| format!("{}\n", inline(why))));
    lines.extend(one.line().map(|line| format!("{}\n", inline(&line))));
    let culprit = scenario.culprit();
    if let Some((_, _, step)) = culprit {
        lines.extend(expected(step));
        lines.extend(course(step, &headline.why).iter().map(|line| format!("- {line}")));
    }
    lines.extend(story::notes(scenario).map(|note| format!("- {}", inline(&note))));
    lines.extend(attempts(scenario).iter().map(|line| format!("- {line}")));
    lines.extend(headline.spot().map(|spot| format!("- at {}", code(&spot))));
    let mut blocks = vec![Block::body(&lines.join("\n"))];
    if let Some((phase, index, step)) = culprit {
        let named = story::telling_first(&step.evidence, paths.step(case, phase, index));
        blocks.extend(named.into_iter().map(|(evidence, path)| Block::evidence(&folded(evidence, path))));
    }
    blocks
}

/// What was expected and seen instead, as a table.
fn expected(step: &Step) -> Option<String> {
    let row = |judged: &crate::event::Judged| {
        let seen =
            judged.detail.as_deref().unwrap_or(if judged.held.is_none() { "not known" } else { "does not hold" });
        format!("| {} | {} |\n", code(&judged.text), code(seen))
    };
    let rows: String = story::unmet(&step.expectations).map(row).collect();
    (!rows.is_empty()).then(|| format!("| expected | seen |\n| --- | --- |\n{rows}"))
}

fn course(step: &Step, why: &str) -> Vec<String> {
    let waited = story::waited(step);
    let seen = story::seen(&step.changes, STRETCHES).map(|seen| format!("seen: {seen}"));
    story::own(step, why).into_iter().chain(waited).chain(seen).map(|line| inline(&line)).collect()
}

fn attempts(scenario: &Scenario) -> Vec<String> {
    let line = |attempt: &crate::record::Attempt| {
        let cause = attempt.cause.as_deref().map_or(String::new(), |cause| format!(": {}", inline(cause)));
        format!("attempt {} {} after {}{cause}", attempt.number, attempt.verdict, story::span(attempt.duration_ms))
    };
    scenario.earlier.iter().map(line).collect()
}

/// A piece of evidence, folded away. Its text stands in HTML, where Markdown reads nothing until the end of `pre`.
fn folded(piece: &Evidence, path: &str) -> String {
    let text = &piece.text;
    let start = text.ceil_char_boundary(text.len().saturating_sub(EVIDENCE));
    let before = if start > 0 { format!("… {start} bytes before, all in {path}\n") } else { String::new() };
    let lines: Vec<String> = text[start..].lines().map(story::visible).collect();
    let pre = maud::html! { pre { (before) (lines.join("\n")) } };
    let summary = maud::html! { summary { (story::title(piece)) " (" (path) ")" } };
    format!("<details>{}\n\n{}\n\n</details>", summary.into_string(), pre.into_string())
}

fn section(title: &str, lines: &[String]) -> Option<Block> {
    (!lines.is_empty()).then(|| Block::body(&format!("### {title}\n\n- {}\n", lines.join("\n- "))))
}

fn leftovers(run: &Run) -> Vec<String> {
    let line = |(scenario, left): (&Scenario, &Leftover)| {
        let (kind, what) = (story::leaver(scenario, &left.step), story::remains(left));
        let [step, what, why] = [&left.step, &what, &left.why].map(|text| inline(text));
        format!("⚠ {} › {kind} \"{step}\": {what}: {why}", bold(&scenario.id))
    };
    headline::leftovers(run).map(line).collect()
}

fn flaky(run: &Run) -> Vec<String> {
    let line = |(_, scenario): (usize, &Scenario)| {
        let attempts = attempts(scenario).join("; ");
        format!("⚠ {}: passed at attempt {}; {attempts}", bold(&scenario.id), scenario.attempt)
    };
    headline::flaky(run).map(line).collect()
}

fn shadows(run: &Run) -> Vec<String> {
    let line = |(scenario, phase, step): (&Scenario, Phase, &Step)| {
        format!("{}: {}", bold(&story::who(scenario, phase, step)), inline(&story::shadow(step)))
    };
    headline::shadows(run).map(line).collect()
}

/// All scenarios in plan order, folded away where there are many.
fn scenarios(run: &Run) -> Option<Block> {
    let row = |scenario: &Scenario| {
        let verdict = scenario.verdict.unwrap_or(Verdict::Aborted);
        let flaky = if scenario.flaky() { ", flaky" } else { "" };
        let (id, name) = (code(&scenario.id), inline(&scenario.name));
        let took = story::span(scenario.duration_ms());
        format!("| {} {verdict}{flaky} | {id} | {name} | {took} |\n", story::mark(verdict))
    };
    let rows: String = run.scenarios.iter().map(row).collect();
    let table = format!("| verdict | scenario | | took |\n| --- | --- | --- | --- |\n{rows}");
    let many = run.scenarios.len();
    let folded = format!("<details><summary>{many} scenarios</summary>\n\n{table}\n</details>");
    let open = format!("### Scenarios\n\n{table}");
    (many > 0).then(|| Block::body(if many > LISTED { &folded } else { &open }))
}

fn feet(run: &Run) -> String {
    let looked = run.identity.iter().map(|line| format!("- looked at {}", inline(line)));
    let sent = format!("- {}", tally::sent(run));
    let tested = headline::tested(run).into_iter().map(|note| format!("- {}", inline(&note)));
    let kept = format!("- all that was seen is in {} of run {}", code("run.json"), code(&run.id));
    let by = format!("- smoke {}", inline(&run.smoke));
    let lines: Vec<String> = tested.chain([sent]).chain(looked).chain([kept, by]).collect();
    format!("### What was tested\n\n{}", lines.join("\n"))
}
