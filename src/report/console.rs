//! The summary at the end of a run: what went wrong first, whole; then what else; then the numbers.

use std::collections::BTreeSet;

use super::story;
use crate::event::{Evidence, Leftover, Phase};
use crate::record::{Attempt, Counts, Run, Scenario, Step};
use crate::verdict::Verdict;

/// How the summary is drawn.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style<'run> {
    /// Whether marks and headlines are coloured. Colour never says anything that the words do not say.
    pub color: bool,
    /// Where the run's `run.json` lies, for the commands that draw it again.
    pub run_json: Option<&'run str>,
}

/// How many stretches of a step's story are shown.
const STRETCHES: usize = 6;
/// How many lines of a piece of evidence are shown; the rest is in `run.json`.
const EVIDENCE_LINES: usize = 12;

/// The summary, ending in a line feed.
#[must_use]
pub fn summary(run: &Run, style: &Style<'_>) -> String {
    let mut page = Page { style, text: String::new() };
    for scenario in &run.scenarios {
        page.trouble(scenario);
    }
    let said = run.scenarios.iter().any(|scenario| scenario.verdict == Some(Verdict::Aborted));
    if let Some(reason) = run.broken_off.as_ref().filter(|_| !said) {
        page.line(0, &format!("{}: {}", page.loud(run.verdict.unwrap_or(Verdict::Aborted)), story::one_line(reason)));
        page.gap();
    }
    page.unmet(run);
    page.leftovers(run);
    page.verdict(run);
    page.commands(run);
    page.text
}

struct Page<'run> {
    style: &'run Style<'run>,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, indent: usize, text: &str) {
        self.text.push_str(&" ".repeat(indent));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn gap(&mut self) {
        self.text.push('\n');
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.style.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// The verdict as the first word of a headline.
    fn loud(&self, verdict: Verdict) -> String {
        self.paint(ansi(verdict), &verdict.word().to_uppercase())
    }

    fn trouble(&mut self, scenario: &Scenario) {
        let verdict = scenario.verdict.unwrap_or(Verdict::Aborted);
        if verdict > Verdict::Passed {
            self.bad(scenario, verdict);
            self.gap();
        } else if scenario.flaky() {
            let flaky = self.paint("33", "FLAKY");
            self.line(0, &format!("{flaky} {}: passed at attempt {}", story::one_line(&scenario.id), scenario.attempt));
            self.attempts(scenario);
            self.notes(scenario);
            self.gap();
        }
        for (phase, _, step) in scenario.all() {
            if phase != Phase::Finally && !step.enforced && step.verdict > Some(Verdict::Passed) {
                let who = story::who(scenario, phase, step);
                self.line(0, &format!("SHADOW {who}: {} (enforce: false, decides nothing)", story::headline(step)));
                self.gap();
            }
        }
    }

    /// What this machine could not run. Nobody failed, but nothing was proved either: that is said aloud.
    fn unmet(&mut self, run: &Run) {
        let unmet: Vec<_> = run.scenarios.iter().filter_map(|one| Some((one, story::unmet_need(one)?))).collect();
        for (scenario, why) in &unmet {
            let loud = self.paint("33", "SKIPPED");
            self.line(0, &format!("{loud} {}: {}", story::one_line(&scenario.id), story::one_line(why)));
        }
        if !unmet.is_empty() {
            self.gap();
        }
    }

    fn bad(&mut self, scenario: &Scenario, verdict: Verdict) {
        let loud = self.loud(verdict);
        if let Some((phase, _, step)) = scenario.culprit() {
            let cause = scenario.cause.as_deref().map_or_else(|| story::headline(step), story::one_line);
            self.line(0, &format!("{loud} {}: {cause}", story::who(scenario, phase, step)));
            self.details(scenario, step, &cause);
        } else {
            let cause = scenario.cause.as_deref().unwrap_or("no step says why");
            self.line(0, &format!("{loud} {}: {}", story::one_line(&scenario.id), story::one_line(cause)));
            self.notes(scenario);
            self.line(2, &format!("at {}", scenario.file));
        }
        self.others(scenario);
        self.attempts(scenario);
    }

    fn notes(&mut self, scenario: &Scenario) {
        self.notes_but(scenario, "");
    }

    /// All notes, except one that was said already.
    fn notes_but(&mut self, scenario: &Scenario, said: &str) {
        for note in scenario.notes.iter().map(|note| story::one_line(note)).filter(|note| note != said) {
            self.line(2, &note);
        }
    }

    fn details(&mut self, scenario: &Scenario, step: &Step, headline: &str) {
        let own = story::headline(step);
        if own != headline {
            self.line(2, &own);
        }
        self.line(2, &format!("at {}", story::place(step)));
        for expectation in story::unmet(&step.expectations).map(story::judged).filter(|text| *text != own) {
            self.line(2, &expectation);
        }
        if let Some(waited) = story::waited(step) {
            self.line(2, &waited);
        }
        if let Some(seen) = story::seen(&step.changes, STRETCHES) {
            self.line(2, &format!("seen: {seen}"));
        }
        self.notes_but(scenario, &own);
        step.evidence.iter().for_each(|evidence| self.evidence(evidence));
    }

    fn evidence(&mut self, evidence: &Evidence) {
        let Evidence { title, text } = evidence;
        self.line(2, &format!("{}:", story::one_line(title)));
        let lines: Vec<&str> = text.lines().collect();
        let left_out = lines.len().saturating_sub(EVIDENCE_LINES);
        if left_out > 0 {
            self.line(4, &format!("… {left_out} lines before"));
        }
        for line in &lines[left_out..] {
            self.line(4, &story::visible(line));
        }
    }

    /// Steps that did not pass either, besides the one that decided.
    fn others(&mut self, scenario: &Scenario) {
        let culprit = scenario.culprit().map(|(phase, index, _)| (phase, index));
        let bad = |step: &Step| step.enforced && step.verdict > Some(Verdict::Passed);
        let others = scenario.all().filter(|(phase, index, step)| bad(step) && culprit != Some((*phase, *index)));
        for (phase, _, step) in others {
            let verdict = step.verdict.unwrap_or(Verdict::Aborted);
            let (kind, name) = (story::kind(phase), story::one_line(&step.name));
            self.line(2, &format!("also {verdict}: {kind} \"{name}\": {}", story::headline(step)));
        }
    }

    fn attempts(&mut self, scenario: &Scenario) {
        for Attempt { number, verdict, duration_ms, cause, steps: _ } in &scenario.earlier {
            let cause = cause.as_deref().map_or(String::new(), |cause| format!(": {}", story::one_line(cause)));
            self.line(2, &format!("attempt {number} {verdict} after {}{cause}", story::span(*duration_ms)));
        }
    }

    fn leftovers(&mut self, run: &Run) {
        let mut any = false;
        for scenario in &run.scenarios {
            for Leftover { step, what, why } in &scenario.leftovers {
                any = true;
                let loud = self.paint("33", "LEFT BEHIND");
                let [id, step, what, why] = [&scenario.id, step, what, why].map(|text| story::one_line(text));
                self.line(0, &format!("{loud} {id} › clean-up \"{step}\": {what}: {why}"));
            }
        }
        if any {
            self.line(2, &format!("finish it: smoke cleanup {}", run.target));
            self.gap();
        }
    }

    fn verdict(&mut self, run: &Run) {
        let verdict = run.verdict.unwrap_or(Verdict::Aborted);
        let word = self.paint(ansi(verdict), &format!("{} {verdict}", story::mark(verdict)));
        self.line(0, &format!("{word}: {} on {}, {}", run.id, run.target, story::span(run.duration_ms())));
        self.line(2, &numbers(&run.counts()));
        self.line(2, &sent(run));
        if let Some(revision) = &run.revision {
            self.line(2, &format!("revision {}", story::one_line(revision)));
        }
        let passed = run.scenarios.iter().filter(|scenario| scenario.verdict == Some(Verdict::Passed));
        // Scenarios that looked at the same service say the same of it.
        for note in passed.flat_map(|scenario| &scenario.notes).collect::<BTreeSet<_>>() {
            self.line(2, &story::one_line(note));
        }
        for line in &run.identity {
            self.line(2, &format!("looked at {}", story::one_line(line)));
        }
    }

    fn commands(&mut self, run: &Run) {
        if let Some(path) = self.style.run_json {
            self.line(2, &format!("all that was seen: {path}"));
            self.line(2, &format!("draw it again: smoke report {path}"));
        }
        let unwell = |scenario: &&Scenario| scenario.verdict > Some(Verdict::Passed);
        if let Some(first) = run.scenarios.iter().find(unwell) {
            // The row of a matrix is no word that `run` takes; its scenario is.
            let id = first.id.split('[').next().unwrap_or_default();
            self.line(2, &format!("run it again: smoke run {} {}", run.target, quoted(id)));
        }
    }
}

const fn ansi(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "1;32",
        Verdict::Failed => "1;31",
        Verdict::Inconclusive | Verdict::Aborted => "1;33",
        Verdict::Skipped => "2",
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c));
    if plain { word.to_owned() } else { format!("'{}'", story::one_line(word).replace('\'', r"'\''")) }
}

fn numbers(counts: &Counts) -> String {
    let Counts { scenarios, steps, expectations, passed, failed, inconclusive, skipped, aborted, flaky, leftovers } =
        *counts;
    let named = [
        (passed, "passed"),
        (failed, "failed"),
        (inconclusive, "inconclusive"),
        (skipped, "skipped"),
        (aborted, "aborted"),
        (flaky, "flaky"),
    ];
    let named: Vec<String> =
        named.iter().filter(|(many, _)| *many > 0).map(|(many, word)| format!("{many} {word}")).collect();
    let scenarios = several(scenarios, "scenario");
    let scenarios = if named.is_empty() { scenarios } else { format!("{scenarios}: {}", named.join(", ")) };
    let left = if leftovers > 0 { format!("; {leftovers} left behind") } else { String::new() };
    format!("{scenarios}; {}, {}{left}", several(steps, "step"), several(expectations, "expectation"))
}

fn several(many: usize, word: &str) -> String {
    if many == 1 { format!("1 {word}") } else { format!("{many} {word}s") }
}

fn sent(run: &Run) -> String {
    let calls: u64 = run.aws.calls.iter().map(|(_, many)| many).sum();
    let requests = several(usize::try_from(run.http_requests).unwrap_or(usize::MAX), "HTTP request");
    if run.aws.looks == 0 && calls == 0 {
        return requests;
    }
    let throttled = if run.aws.throttled > 0 { format!(", {} throttled", run.aws.throttled) } else { String::new() };
    let plural = if calls == 1 { "" } else { "s" };
    format!("{requests}; {calls} AWS call{plural} for {} looks{throttled}", run.aws.looks)
}
