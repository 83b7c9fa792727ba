//! The summary at the end of a run: what went wrong first, whole; then what else; then the numbers.

mod sheet;

use self::sheet::Sheet;
use super::alike::{Trouble, troubles};
use super::evidence::Paths;
use super::excerpt::Excerpt;
use super::headline::{self, Headline, troubled};
use super::{again, inert, story, tally};
use crate::event::{Leftover, Phase};
use crate::record::{Attempt, Run, Scenario, Step};
use crate::verdict::Verdict;

/// How the summary is drawn.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style<'run> {
    /// Whether marks and headlines are coloured. Colour never says anything that the words do not say.
    pub color: bool,
    /// Where the run's `run.json` lies, for the commands that draw it again.
    pub run_json: Option<&'run str>,
    /// Where its `report.html` lies, which is the one to open.
    pub report_html: Option<&'run str>,
    /// Of a run that only cleaned up after others the options that lead to what they left: it is not to be run again as
    /// scenarios are.
    pub cleans: Option<&'run [String]>,
}

/// How many stretches of a step's story are shown.
const STRETCHES: usize = 6;
/// How many lines of a piece of evidence are shown; the rest is in `run.json`.
const EVIDENCE_LINES: usize = 12;

/// The summary, ending in a line feed.
#[must_use]
pub fn summary(run: &Run, style: &Style<'_>) -> String {
    let folder = style.run_json.and_then(|path| path.strip_suffix("run.json")).unwrap_or_default();
    let mut page = Page { style, paths: Paths::of(run), folder, sheet: Sheet::new(style.color) };
    let headline = Headline::of(run);
    // Whether the run as a whole has more to say than any of its scenarios.
    let alone = headline.who.is_none();
    if alone {
        page.whole(run);
    }
    for trouble in troubles(run) {
        page.bad(&trouble);
        page.sheet.gap();
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
    page.last_words(run, &headline);
    inert::text(&page.sheet.into_text())
}

struct Page<'run> {
    style: &'run Style<'run>,
    paths: Paths,
    /// Where the run's files lie; empty where that is not known.
    folder: &'run str,
    sheet: Sheet,
}

impl Page<'_> {
    /// Why the run as a whole is not well, where no scenario says it.
    fn whole(&mut self, run: &Run) {
        if let Some(whole) = headline::unsaid(run).filter(|_| run.broken_off.is_some()) {
            let loud = self.sheet.loud(whole.verdict);
            self.sheet.line(0, &format!("{loud}: {}", whole.why));
            self.sheet.gap();
        }
    }

    fn flaky(&mut self, run: &Run) {
        for (_, scenario) in headline::flaky(run) {
            let flaky = self.sheet.warning("FLAKY");
            self.sheet
                .line(0, &format!("{flaky} {}: passed at attempt {}", story::one_line(&scenario.id), scenario.attempt));
            self.attempts(scenario);
            self.notes(scenario);
            self.sheet.gap();
        }
    }

    fn shadows(&mut self, run: &Run) {
        let mut any = false;
        for (scenario, phase, step) in headline::shadows(run) {
            any = true;
            let loud = self.sheet.warning("SHADOW");
            let who = story::who(scenario, phase, step);
            self.sheet.line(0, &format!("{loud} {who}: {}", story::shadow(step)));
        }
        if any {
            self.sheet.gap();
        }
    }

    /// What this machine could not run. Nobody failed, but nothing was proved either: that is said aloud.
    fn unmet(&mut self, run: &Run) {
        let unmet: Vec<_> = run.scenarios.iter().filter_map(|one| Some((one, story::unmet_need(one)?))).collect();
        for (scenario, why) in &unmet {
            let loud = self.sheet.warning("SKIPPED");
            self.sheet.line(0, &format!("{loud} {}: {}", story::one_line(&scenario.id), story::one_line(why)));
        }
        if !unmet.is_empty() {
            self.sheet.gap();
        }
    }

    fn bad(&mut self, trouble: &Trouble<'_>) {
        let Trouble { case, scenario, .. } = *trouble;
        let loud = self.sheet.loud(scenario.verdict.unwrap_or(Verdict::Aborted));
        if let Some((phase, index, step)) = scenario.culprit() {
            let why = scenario.cause.as_deref().map_or_else(|| story::headline(step), story::one_line);
            self.sheet.line(0, &format!("{loud} {}: {why}", story::who(scenario, phase, step)));
            self.alike(trouble);
            self.details(scenario, step, &why);
            self.evidence(step, (case, phase, index));
        } else {
            let why = scenario.cause.as_deref().unwrap_or("no step says why");
            self.sheet.line(0, &format!("{loud} {}: {}", story::one_line(&scenario.id), story::one_line(why)));
            self.alike(trouble);
            self.notes(scenario);
            self.sheet.line(2, &format!("at {}", story::one_line(&scenario.file)));
        }
        self.others(scenario);
        self.attempts(scenario);
    }

    fn alike(&mut self, trouble: &Trouble<'_>) {
        if let Some(line) = trouble.line() {
            self.sheet.line(2, &line);
        }
    }

    fn notes(&mut self, scenario: &Scenario) {
        for note in story::notes(scenario) {
            self.sheet.line(2, &note);
        }
    }

    fn details(&mut self, scenario: &Scenario, step: &Step, headline: &str) {
        if let Some(own) = story::own(step, headline) {
            self.sheet.line(2, &own);
        }
        self.sheet.line(2, &format!("at {}", story::place(step)));
        for expectation in story::expected(step) {
            self.sheet.line(2, &expectation);
        }
        if let Some(waited) = story::waited(step) {
            self.sheet.line(2, &waited);
        }
        if let Some(seen) = story::seen(&step.changes, STRETCHES) {
            self.sheet.line(2, &format!("seen: {seen}"));
        }
        self.notes(scenario);
    }

    /// What there is room for of each piece of evidence, and where all of it is. No line begins with what came from
    /// outside.
    fn evidence(&mut self, step: &Step, (case, phase, index): (usize, Phase, usize)) {
        let paths = self.paths.step(case, phase, index).to_vec();
        for (piece, path) in story::telling_first(&step.evidence, &paths) {
            let Excerpt { lines, left_out } = Excerpt::of(piece, EVIDENCE_LINES);
            self.sheet.line(2, &format!("{}:", story::title(piece)));
            if let Some(left_out) = left_out {
                let file = format!(", all in {}{path}", self.folder);
                let file = if self.folder.is_empty() { "" } else { file.as_str() };
                self.sheet.line(4, &format!("… {left_out}{file}"));
            }
            for line in lines {
                self.sheet.line(4, &story::visible(line));
            }
        }
    }

    /// Steps that did not pass either, besides the one that decided.
    fn others(&mut self, scenario: &Scenario) {
        for (phase, step) in headline::others(scenario) {
            let verdict = step.verdict.unwrap_or(Verdict::Aborted);
            let (kind, name) = (story::kind(phase), story::one_line(&step.name));
            self.sheet.line(2, &format!("also {verdict}: {kind} \"{name}\": {}", story::headline(step)));
        }
    }

    fn attempts(&mut self, scenario: &Scenario) {
        for Attempt { number, verdict, duration_ms, cause, steps: _ } in &scenario.earlier {
            let cause = cause.as_deref().map_or(String::new(), |cause| format!(": {}", story::one_line(cause)));
            self.sheet.line(2, &format!("attempt {number} {verdict} after {}{cause}", story::span(*duration_ms)));
        }
    }

    fn leftovers(&mut self, run: &Run) {
        let mut any = false;
        for (scenario, left) in headline::leftovers(run) {
            any = true;
            let Leftover { step, why, .. } = left;
            let loud = self.sheet.warning(&story::left(run).to_uppercase());
            let kind = story::leaver(scenario, step);
            let [id, step, what, why] =
                [&scenario.id, step, &story::remains(left), why].map(|text| story::one_line(text));
            self.sheet.line(0, &format!("{loud} {id} › {kind} \"{step}\": {what}: {why}"));
        }
        if any && run.embedded {
            self.sheet.line(2, "gone all the same: the sandbox ended with the run");
            self.sheet.gap();
        } else if any {
            self.sheet.line(2, &self.finish(run));
            self.sheet.gap();
        }
    }

    /// How the clean-up is finished. The journals lie with the runs themselves, and not with what was merged of them.
    fn finish(&self, run: &Run) -> String {
        let called_with = self.style.cleans.or(run.options.as_deref()).unwrap_or_default();
        let command = again::cleanup(&run.target, called_with);
        if self.style.cleans.is_some() {
            // Whoever cleans up and did not come to the end has tried it just now.
            format!("once that is mended: {command}")
        } else if run.is_merged() {
            format!("finish it where the shards ran, each with the --reports that it had: {command}")
        } else {
            format!("finish it: {command}")
        }
    }

    fn verdict(&mut self, run: &Run) {
        let verdict = run.verdict.unwrap_or(Verdict::Aborted);
        let word = self.sheet.tinted(verdict, &format!("{} {verdict}", story::mark(verdict)));
        self.sheet.line(
            0,
            &format!(
                "{word}: {} on {}, {}",
                story::one_line(&run.id),
                story::one_line(&run.target),
                story::span(run.duration_ms())
            ),
        );
        self.sheet.line(2, &tally::numbers(run));
        self.sheet.line(2, &tally::sent(run));
        if let Some(revision) = &run.revision {
            self.sheet.line(2, &format!("revision {}", story::one_line(revision)));
        }
        for note in headline::tested(run) {
            self.sheet.line(2, &note);
        }
        for line in &run.identity {
            self.sheet.line(2, &format!("looked at {}", story::one_line(line)));
        }
    }

    fn commands(&mut self, run: &Run) {
        if let Some(path) = self.style.run_json {
            self.sheet.line(2, &format!("all that was seen: {path}"));
            self.sheet.line(2, &format!("draw it again: smoke report {}", again::quoted(path)));
        }
        if let Some(command) = again::command(run).filter(|_| self.style.cleans.is_none()) {
            self.sheet.line(2, &format!("run it again: {command}"));
        }
    }

    /// Once more what decided, since what stands above may have scrolled away; and where to go on.
    fn last_words(&mut self, run: &Run, headline: &Headline) {
        if !run.green() {
            self.sheet.gap();
            let others = troubled(run).len().saturating_sub(1);
            let more = if others > 0 { format!(" (and {others} more)") } else { String::new() };
            let loud = self.sheet.loud(headline.verdict);
            self.sheet.line(0, &format!("{loud} {}{more}", headline.line()));
            if let Some(spot) = headline.spot() {
                self.sheet.line(2, &format!("at {spot}"));
            }
        }
        if let Some(path) = self.style.report_html {
            self.sheet.line(2, &format!("open {path}"));
        }
    }
}
