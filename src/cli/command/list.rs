//! `smoke list`: what would run on a target, with tags and steps. Read from the files alone: no secret is fetched.

use std::fmt::Write as _;
use std::path::Path;

use smoke::plan::missing_programs;
use smoke::report::story;
use smoke::scenario::config::Target;
use smoke::scenario::model::Step;
use smoke::scenario::{Project, Scenario};

use crate::cli::args::List;
use crate::cli::exit::Exit;
use crate::cli::options::Filter;
use crate::cli::{complain, folder, print};

/// Prints the scenarios that admit the target, and says which do not.
pub(crate) fn run(args: &List) -> Exit {
    let project = match super::project(&[]) {
        Ok(project) => project,
        Err(diagnostics) => return super::refuse(&diagnostics),
    };
    if folder::is_bare(&project) {
        return super::refuse(&[folder::nothing_in(Path::new("."))]);
    }
    let target = match target(args, &project) {
        Ok(target) => target,
        Err(message) => return complain(Exit::INVALID, &message),
    };
    let mut text = String::new();
    let (admitted, others): (Vec<_>, Vec<_>) =
        project.scenarios.iter().partition(|scenario| admits(scenario, target) && wanted(scenario, &args.filter));
    for scenario in &admitted {
        show(scenario, &mut text);
    }
    let _ = writeln!(text, "{} of {} would run on {}", admitted.len(), project.scenarios.len(), target.name);
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(|scenario| scenario.id.as_str()).collect();
        let _ = writeln!(text, "not: {}", names.join(", "));
    }
    print(&text)
}

/// The target that is named, or meant where none is.
fn target<'project>(args: &List, project: &'project Project) -> Result<&'project Target, String> {
    let name = args.target.clone().map_or_else(|| folder::default_target(project), Ok)?;
    let targets = || project.config.targets.iter();
    targets().find(|target| target.name == name).ok_or_else(|| {
        let known: Vec<&str> = targets().map(|target| target.name.as_str()).collect();
        format!("no target is called {name}; there are {}", known.join(", "))
    })
}

/// A protected target takes only scenarios that list it.
fn admits(scenario: &Scenario, target: &Target) -> bool {
    match &scenario.targets {
        Some(listed) => listed.iter().any(|(name, _)| *name == target.name),
        None => !target.protected,
    }
}

fn wanted(scenario: &Scenario, filter: &Filter) -> bool {
    let has = |tags: &[String]| tags.iter().any(|tag| scenario.tags.contains(tag));
    (filter.tag.is_empty() || has(&filter.tag)) && !has(&filter.skip_tag)
}

fn show(scenario: &Scenario, text: &mut String) {
    let tags = if scenario.tags.is_empty() { String::new() } else { format!("  [{}]", scenario.tags.join(", ")) };
    let rows = match scenario.matrix.len() {
        0 => String::new(),
        1 => "  × 1 row".to_owned(),
        many => format!("  × {many} rows"),
    };
    let _ = writeln!(text, "{}  {}{tags}{rows}", scenario.id, story::one_line(&scenario.name));
    if !scenario.requires.is_empty() {
        let missing = missing_programs(scenario);
        let programs = scenario
            .requires
            .iter()
            .map(|(name, _)| if missing.contains(name) { format!("{name} (not on PATH)") } else { name.clone() });
        let _ = writeln!(text, "  {:<15}  {}", "requires", programs.collect::<Vec<_>>().join(", "));
    }
    for row in &scenario.matrix {
        let _ = writeln!(text, "  {:<15}  {}", "row", story::one_line(row.location().text()));
    }
    let lists = [
        ("ready", &scenario.ready),
        ("guard", &scenario.guards),
        ("step", &scenario.steps),
        ("clean-up", &scenario.finally),
    ];
    for (kind, steps) in lists {
        for step in steps {
            let _ = writeln!(text, "  {kind:<8}  {:<5}  {}", step.probe.kind(), name(step));
        }
    }
    text.push('\n');
}

/// The name as written, which may have places to fill in.
fn name(step: &Step) -> String {
    let written = step.name.location().text().trim();
    let quoted = ['"', '\''].iter().find_map(|quote| written.strip_prefix(*quote)?.strip_suffix(*quote));
    story::one_line(quoted.unwrap_or(written))
}
