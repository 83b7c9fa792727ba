//! The summary at the end of a run: what went wrong first, whole; then what else; then the numbers.

use super::evidence::Paths;
use super::headline::{self, Headline, troubled};
use super::{inert, story, tally};
use crate::event::{Evidence, Leftover, Phase};
use crate::record::{Attempt, Run, Scenario, Step};
use crate::verdict::Verdict;

/// How the summary is drawn.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style<'run> {
    /// Whether marks and headlines are coloured. Colour never says anything that the words do not say.
    pub color: bool,
    /// Where the run's `run.json` lies, for the commands that draw it again.
    pub run_json: Option<&'run str>,
    /// Whether the run only cleaned up after others: then it is not to be run again as scenarios are.
    pub cleans: bool,
}

/// How many stretches of a step's story are shown.
const STRETCHES: usize = 6;
/// How many lines of a piece of evidence are shown; the rest is in `run.json`.
const EVIDENCE_LINES: usize = 12;

/// The summary, ending in a line feed.
#[must_use]
pub fn summary(run: &Run, style: &Style<'_>) -> String {
    let folder = style.run_json.and_then(|path| path.strip_suffix("run.json")).unwrap_or_default();
    let mut page = Page { style, paths: Paths::of(run), folder, text: String::new() };
    let headline = Headline::of(run);
    // Whether the run as a whole has more to say than any of its scenarios.
    let alone = headline.who.is_none();
    if alone {
        page.whole(run);
    }
    for (case, scenario) in troubled(run) {
        page.bad(case, scenario);
        page.gap();
    }
    if !alone {
        page.whole(run);
    }
    page.unmet(run);
    page.flaky(run);
    page.shadows(run);
    page.leftovers(run);
    page.verdict(run);
    page.commands(run);
    inert::text(&page.text)
}

struct Page<'run> {
    style: &'run Style<'run>,
    paths: Paths,
    /// Where the run's files lie; empty where that is not known.
    folder: &'run str,
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

    /// Why the run as a whole is not well, where no scenario says it.
    fn whole(&mut self, run: &Run) {
        if let Some(reason) = headline::unsaid(run).filter(|_| run.broken_off.is_some()) {
            let loud = self.loud(run.verdict.unwrap_or(Verdict::Aborted));
            self.line(0, &format!("{loud}: {reason}"));
            self.gap();
        }
    }

    fn flaky(&mut self, run: &Run) {
        for (_, scenario) in headline::flaky(run) {
            let flaky = self.paint("33", "FLAKY");
            self.line(0, &format!("{flaky} {}: passed at attempt {}", story::one_line(&scenario.id), scenario.attempt));
            self.attempts(scenario);
            self.notes(scenario);
            self.gap();
        }
    }

    fn shadows(&mut self, run: &Run) {
        let mut any = false;
        for (scenario, phase, step) in headline::shadows(run) {
            any = true;
            let (loud, verdict) = (self.paint("33", "SHADOW"), step.verdict.unwrap_or(Verdict::Aborted));
            let who = story::who(scenario, phase, step);
            self.line(0, &format!("{loud} {who}: {}", story::shadow(verdict, step)));
        }
        if any {
            self.gap();
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

    fn bad(&mut self, case: usize, scenario: &Scenario) {
        let loud = self.loud(scenario.verdict.unwrap_or(Verdict::Aborted));
        if let Some((phase, index, step)) = scenario.culprit() {
            let why = scenario.cause.as_deref().map_or_else(|| story::headline(step), story::one_line);
            self.line(0, &format!("{loud} {}: {why}", story::who(scenario, phase, step)));
            self.details(scenario, step, &why);
            self.evidence(step, (case, phase, index));
        } else {
            let why = scenario.cause.as_deref().unwrap_or("no step says why");
            self.line(0, &format!("{loud} {}: {}", story::one_line(&scenario.id), story::one_line(why)));
            self.notes(scenario);
            self.line(2, &format!("at {}", story::one_line(&scenario.file)));
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
    }

    /// The end of each piece of evidence, and where all of it is. No line begins with what came from outside.
    fn evidence(&mut self, step: &Step, (case, phase, index): (usize, Phase, usize)) {
        let paths = self.paths.step(case, phase, index).to_vec();
        for (Evidence { title, text }, path) in step.evidence.iter().zip(paths) {
            let lines: Vec<&str> = text.lines().collect();
            let left_out = lines.len().saturating_sub(EVIDENCE_LINES);
            self.line(2, &format!("{}:", story::one_line(title)));
            if left_out > 0 {
                self.line(4, &format!("… {} before, all in {}{path}", tally::several(left_out, "line"), self.folder));
            }
            for line in &lines[left_out..] {
                self.line(4, &story::visible(line));
            }
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
            self.line(2, &format!("finish it: smoke cleanup {}", quoted(&run.target)));
            self.gap();
        }
    }

    fn verdict(&mut self, run: &Run) {
        let verdict = run.verdict.unwrap_or(Verdict::Aborted);
        let word = self.paint(ansi(verdict), &format!("{} {verdict}", story::mark(verdict)));
        self.line(
            0,
            &format!(
                "{word}: {} on {}, {}",
                story::one_line(&run.id),
                story::one_line(&run.target),
                story::span(run.duration_ms())
            ),
        );
        self.line(2, &tally::numbers(&run.counts()));
        self.line(2, &tally::sent(run));
        if let Some(revision) = &run.revision {
            self.line(2, &format!("revision {}", story::one_line(revision)));
        }
        for note in headline::tested(run) {
            self.line(2, &note);
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
        if let Some(first) = run.scenarios.iter().filter(|_| !self.style.cleans).find(unwell) {
            // The row of a matrix is no word that `run` takes; its scenario is.
            let id = first.id.split('[').next().unwrap_or_default();
            self.line(2, &format!("run it again: smoke run {} {}", quoted(&run.target), quoted(id)));
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
