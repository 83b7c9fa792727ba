//! Every name that an expression reads, held against what is known where it stands.

use super::scope::{Known, Names};
use crate::diagnostic::Diagnostic;
use crate::expr::Template;
use crate::scenario::Config;
use crate::scenario::model::Step;
use crate::scenario::reader::{Draft, DraftStep, Foreign, List, TakenIn};

/// What `target` has.
pub(super) const TARGET: [&str; 3] = ["name", "protected", "api"];
/// What `run` has.
pub(super) const RUN: [&str; 2] = ["id", "started"];

/// Undefined names and unknown fields, all through a scenario.
pub(super) fn check(draft: &Draft, config: &Config) -> Vec<Diagnostic> {
    let base = base(draft, config);
    let mut problems = outside_steps(draft, &base);
    problems.extend(unfilled(&draft.foreign, &base));
    let [announced, announced_to_guards] =
        ["use it in a step after that one", "a guard looks from the beginning, so it sees only what `ready` captured"]
            .map(|help| announced(draft, help));
    let mut names = base.moved(&announced);
    let mut for_guards = base.moved(&announced_to_guards);
    for (list, steps) in &draft.lists {
        for step in steps {
            // A guard sees what `ready` kept, and nobody sees what a guard kept.
            let guard = *list == List::Guards;
            let seen = if guard { &for_guards } else { &names };
            problems.extend(step.step.as_deref().into_iter().flat_map(|it| in_step(it, step.taken_in.as_ref(), seen)));
            problems.extend(unfilled_in(step, seen));
            if !guard {
                keep(step, &mut names);
            }
        }
        if *list == List::Ready {
            for_guards = names.moved(&announced_to_guards);
        }
    }
    problems
}

fn base<'n>(draft: &'n Draft, config: &'n Config) -> Names<'n> {
    let mut names = everywhere(config);
    let own = draft.scenario.vars.iter().map(|(name, _)| name.as_str());
    names.bind("vars", Known::Among(variables(config).chain(own).collect()));
    if let Some((first, rest)) = draft.rows.split_first() {
        let shared = first.iter().filter(|column| rest.iter().all(|row| row.contains(column)));
        names.bind("row", Known::fields(shared.map(String::as_str)));
    } else {
        let why = "there is no row: this scenario has no `matrix`";
        names.bind("row", Known::Barred(why, "add a `matrix`, or use `vars`"));
    }
    names
}

/// What can be read in `smoke.yaml` too.
pub(super) fn everywhere(config: &Config) -> Names<'_> {
    let mut names = Names::default();
    names.bind("vars", Known::Among(variables(config).collect()));
    names.bind("secret", Known::fields(config.secrets.iter().map(|(name, _)| name.as_str())));
    names.bind("target", Known::observation(&TARGET));
    names.bind("run", Known::observation(&RUN));
    names
}

/// Variables that `smoke.yaml` defines, for whatever target.
fn variables(config: &Config) -> impl Iterator<Item = &str> {
    let targets = config.targets.iter().flat_map(|target| &target.vars);
    config.vars.iter().chain(targets).map(|(name, _)| name.as_str())
}

fn outside_steps(draft: &Draft, base: &Names<'_>) -> Vec<Diagnostic> {
    let scenario = &draft.scenario;
    let why = "a row of the matrix cannot read `{}`";
    let for_rows = base.only(&["target"], why, "rows are part of the scenario's id: write them out");
    let why = "`{}` is a secret, and this is shown";
    let shown = base.only(&["vars", "target", "run", "row"], why, "use a variable");
    let rows = scenario.matrix.iter().flat_map(|row| for_rows.hold(row.references()));
    let vars = scenario.vars.iter().flat_map(|(_, value)| base.hold(value.references()));
    let settings = scenario.timeout.iter().chain(&scenario.exclusive);
    rows.chain(vars).chain(settings.flat_map(|setting| shown.hold(setting.references()))).collect()
}

/// Names that are not known before their step has kept them; it helps to say so.
fn announced<'n>(draft: &'n Draft, help: &'static str) -> Names<'n> {
    let mut names = Names::default();
    for kept in draft.lists.iter().flat_map(|(_, steps)| steps).flat_map(|step| &step.kept) {
        names.bind(&kept.name, Known::Later(&kept.location, help));
    }
    names
}

fn keep<'n>(draft: &'n DraftStep, names: &mut Names<'n>) {
    let step = draft.step.as_deref();
    for kept in &draft.kept {
        let whole = step.filter(|step| step.keep_as.as_deref() == Some(&kept.name));
        let known = whole.map_or(Known::Anything, |step| Known::observation(&step.probe.keeps()));
        names.bind(&kept.name, known);
    }
}

fn in_step(step: &Step, taken_in: Option<&TakenIn>, around: &Names<'_>) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut names = Names::within(around).taken_in(taken_in);
    // What is known before the run begins, and what of that tells nothing about this one run.
    let mut planned = vec!["vars", "target", "run", "row"];
    let mut lasting = vec!["vars", "target", "row"];
    for (name, template) in &step.with {
        problems.extend(names.hold(template.references()));
        for known in [&mut planned, &mut lasting] {
            known.retain(|other| other != name);
            if reads_only(template, known) {
                known.push(name);
            }
        }
        names.bind(name, Known::Anything);
    }
    let why = "the name of a step cannot read `{}`";
    let help = "names never hold ids or times, so that a step keeps its history: use `vars`, `target` or `row`";
    problems.extend(names.only(&lasting, why, help).hold(step.name.references()));
    problems.extend(clocks(&step.name));
    let why = "a duration cannot read `{}`";
    let help = "it is filled in before the run begins: use `vars`, `target` or `row`";
    let durations = step.within.iter().chain(&step.every).chain(&step.hold);
    let filled_in = names.only(&planned, why, help);
    problems.extend(durations.flat_map(|duration| filled_in.hold(duration.references())));
    problems.extend(names.hold(step.probe.references()));
    problems.extend(step.when.iter().flat_map(|when| names.hold(when.references())));
    for (root, fields) in step.probe.brings() {
        names.bind(root, Known::observation(fields));
    }
    problems.extend(step.asks().flat_map(|expression| names.hold(expression.references())));
    problems
}

/// What looks like a template and would be sent as it stands, where the names of the step mean something in it.
fn unfilled_in(draft: &DraftStep, around: &Names<'_>) -> Vec<Diagnostic> {
    let mut names = Names::within(around);
    for (name, _) in draft.step.iter().flat_map(|step| &step.with) {
        names.bind(name, Known::Anything);
    }
    unfilled(&draft.foreign, &names)
}

/// The same, with the names that can be read.
pub(super) fn unfilled(foreign: &[Foreign], names: &Names<'_>) -> Vec<Diagnostic> {
    foreign.iter().filter(|it| names.reaches(&it.path, it.is_bare())).map(Foreign::complaint).collect()
}

fn reads_only(template: &Template, names: &[&str]) -> bool {
    !changes(template)
        && template.references().iter().all(|read| read.path.first().is_some_and(|root| names.contains(&root.as_str())))
}

/// Whether a template has another value in every run, whatever it reads.
pub(crate) fn changes(template: &Template) -> bool {
    let text = template.location().text();
    text.contains("${{") && (text.contains("uuid()") || text.contains("now()"))
}

fn clocks(name: &Template) -> Option<Diagnostic> {
    changes(name).then(|| {
        let problem = Diagnostic::at(name.location(), "the name of a step cannot change from run to run");
        problem.help("names never hold ids or times, so that a step keeps its history")
    })
}
