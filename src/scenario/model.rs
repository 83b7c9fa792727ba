//! A scenario as it was written: templates not yet filled in, durations not yet known.

use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Location, Source};
use crate::expr::{Expression, Reference, Template};
use crate::probe::Probe;

/// One scenario file.
#[derive(Debug)]
pub struct Scenario {
    /// The file's name without its ending.
    pub id: String,
    /// `name`; the id where there is none.
    pub name: String,
    /// The file.
    pub source: Arc<Source>,
    /// The folder that files named in the scenario are relative to.
    pub dir: PathBuf,
    /// `tags`, as written.
    pub tags: Vec<String>,
    /// `targets` that admit it, with their places; `None`: every target that is not protected.
    pub targets: Option<Vec<(String, Location)>>,
    /// `requires`: programs that must be on PATH, with their places.
    pub requires: Vec<(String, Location)>,
    /// `timeout` of the whole scenario, `finally` not counted.
    pub timeout: Option<Template>,
    /// `vars`, in order.
    pub vars: Vec<(String, Template)>,
    /// `matrix`: one template map a row.
    pub matrix: Vec<Template>,
    /// `exclusive`: scenarios with the same key never run side by side; with `*` nothing else runs meanwhile.
    pub exclusive: Option<Template>,
    /// `retries`: how often a failed scenario is run afresh.
    pub retries: Option<u32>,
    /// `ready`.
    pub ready: Vec<Arc<Step>>,
    /// `guards`.
    pub guards: Vec<Arc<Step>>,
    /// `steps`.
    pub steps: Vec<Arc<Step>>,
    /// `finally`.
    pub finally: Vec<Arc<Step>>,
}

/// What goes without saying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Implied {
    /// That what was done came off.
    CameOff,
    /// That what was to be taken away is gone.
    TakenAway,
}

/// One step, of whatever list.
#[derive(Debug)]
pub struct Step {
    /// `name`; may read `vars`, `target`, `row` only.
    pub name: Template,
    /// Where the step stands, also when it was taken in with `use`.
    pub location: Location,
    /// The folder that files named in the step are relative to.
    pub dir: PathBuf,
    /// How it observes.
    pub probe: Probe,
    /// What is waited for.
    pub until: Vec<Expression>,
    /// What ends the waiting at once.
    pub fail_if: Vec<Expression>,
    /// What is judged.
    pub expect: Vec<Expression>,
    /// Set where nobody wrote what is judged: it is what goes without saying.
    pub implied: Option<Implied>,
    /// How long may be waited.
    pub within: Option<Template>,
    /// How often is looked; adaptive where it is not set.
    pub every: Option<Template>,
    /// `for`: how long `expect` must keep holding.
    pub hold: Option<Template>,
    /// `when`: the step is skipped where this does not hold.
    pub when: Option<Expression>,
    /// `capture`: values kept for later steps.
    pub capture: Vec<Capture>,
    /// `as`: the name under which the whole observation is kept.
    pub keep_as: Option<String>,
    /// `enforce`: false for a shadow check.
    pub enforce: bool,
    /// `idempotent: true`: a POST or PATCH that may be sent again.
    pub idempotent: bool,
    /// `with`: names that only this step sees (from `use` … `with`), innermost last.
    pub with: Vec<(String, Arc<Template>)>,
}

impl Step {
    /// The names that it keeps for later steps: those of `capture`, and `as`.
    pub fn keeps(&self) -> impl Iterator<Item = &str> {
        self.capture.iter().map(|capture| &capture.name).chain(&self.keep_as).map(String::as_str)
    }

    /// Whether it judges or keeps what stands in a log, and does not say with `until` what that must have come to, unless
    /// to `complete`. Then the log must be complete: a line may become visible late, and change it. `matched` is as good
    /// as `sequence` is.
    #[must_use]
    pub fn reads_whole_log(&self) -> bool {
        let reads = |reference: &Reference| match reference.path.as_slice() {
            [root, field, ..] => root == "logs" && field != "matched",
            [root] => root == "logs",
            [] => false,
        };
        let is_complete = |reference: &Reference| reference.path == ["logs", "complete"];
        let captures = self.capture.iter().map(|capture| &capture.from);
        let mut judged = self.expect.iter().chain(&self.fail_if).chain(captures).flat_map(Expression::references);
        let mut awaited = self.until.iter().flat_map(Expression::references);
        let whole =
            if self.until.is_empty() { self.keep_as.is_some() || judged.any(reads) } else { awaited.any(is_complete) };
        matches!(self.probe, Probe::Logs(_)) && whole
    }

    /// Whether it can only be green once a log is complete: where something must not stand there, too.
    #[must_use]
    pub fn wants_whole_log(&self) -> bool {
        self.reads_whole_log() || matches!(&self.probe, Probe::Logs(logs) if !logs.none.is_empty())
    }

    /// Whether it says itself what is to be where there is no such alarm.
    #[must_use]
    pub fn judges_absence(&self) -> bool {
        self.asks().any(|asked| asked.mentions("exists") || asked.mentions("MISSING"))
    }

    /// What it asks of its observation: `until`, `fail_if`, `expect`, and what `capture` takes of it.
    pub fn asks(&self) -> impl Iterator<Item = &Expression> {
        let captures = self.capture.iter().map(|capture| &capture.from);
        self.until.iter().chain(&self.fail_if).chain(&self.expect).chain(captures)
    }

    /// Its conditions: `until`, `fail_if`, `expect` and `when`.
    pub fn conditions(&self) -> impl Iterator<Item = &Expression> {
        self.until.iter().chain(&self.fail_if).chain(&self.expect).chain(&self.when)
    }

    /// Everything that it reads, all through; the names of its own observation and of `with` among them.
    #[must_use]
    pub fn references(&self) -> Vec<&Reference> {
        let captures = self.capture.iter().map(|capture| &capture.from);
        let expressions = self.conditions().chain(captures).flat_map(Expression::references);
        self.templates().into_iter().flat_map(Template::references).chain(expressions).collect()
    }

    /// Everything that is filled in before it is looked.
    #[must_use]
    pub fn templates(&self) -> Vec<&Template> {
        let durations = self.within.iter().chain(&self.every).chain(&self.hold);
        let with = self.with.iter().map(|(_, template)| template.as_ref());
        [&self.name].into_iter().chain(durations).chain(with).chain(self.probe.templates()).collect()
    }
}

/// One value to keep.
#[derive(Debug)]
pub struct Capture {
    /// The name that later steps see.
    pub name: String,
    /// Where the value comes from.
    pub from: Expression,
    /// Whether it is to be redacted everywhere.
    pub secret: bool,
}

#[cfg(test)]
mod tests {
    use crate::scenario::Project;

    #[test]
    fn a_log_must_be_complete_where_what_stands_in_it_is_judged_or_kept() {
        #[track_caller]
        fn check(lines: &str, expected: bool) {
            let scenario = format!("steps:\n- name: look\n  logs: {{ group: g, {lines}\n");
            let (project, problems) = Project::of_texts("targets: { prod: { aws: { region: r } } }", &scenario);
            assert_eq!(problems, [], "{lines}");
            assert_eq!(project.scenarios[0].steps[0].reads_whole_log(), expected, "{lines}");
        }
        check("}\n  expect: logs.events.all(e, e.fields.level != 'ERROR')", true);
        check("}\n  expect:\n  - run.id != 'x'\n  - logs.events.exists(e, e.task == 't')", true);
        check("}\n  expect: logs.complete", true);
        check("}\n  expect: size(logs) > 0", true);
        check("sequence: [ { event: end } ] }\n  expect: logs.events.size() == 1", true);
        check("sequence: [ { event: end } ] }\n  fail_if: logs.events.size() > 1", true);
        check("sequence: [ { event: end } ] }\n  capture: { many: logs.events.size() }", true);
        check("sequence: [ { event: end } ] }\n  as: log", true);
        // It says itself when that is.
        check("}\n  until: logs.events.size() > 0\n  expect: logs.events.size() == 1", false);
        check("none: [ { event: end } ] }", false);
        check("sequence: [ { event: end } ] }\n  until: logs.complete", true);
        check("}\n  until: logs.complete && logs.events.size() > 1", true);
        check("sequence: [ { event: end } ] }\n  capture: { end: 'logs.matched[0].time' }", false);
        check("}\n  expect: run.id != 'x'", false);
    }
}
