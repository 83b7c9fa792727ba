//! `smoke check`: everything that can be wrong, found without a network.

use std::path::Path;

use smoke::diagnostic;
use smoke::plan;
use smoke::sandbox::Sandbox;
use smoke::scenario::Project;

use crate::cli::args::Check;
use crate::cli::exit::Exit;
use crate::cli::print;

/// Reads everything, plans it for every target, and says what is wrong, or that nothing is.
pub(crate) fn run(args: &Check) -> Exit {
    let (project, mut problems) = Project::survey(Path::new("."), &args.paths);
    let vars = Sandbox::vars().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    problems.extend(plan::check_all(&project, &vars.collect::<Vec<_>>()));
    if !problems.is_empty() {
        diagnostic::sort(&mut problems);
        problems.dedup();
        return super::refuse(&problems);
    }
    let scenarios = several(project.scenarios.len(), "scenario");
    let targets = several(project.config.targets.len(), "target");
    print(&format!("{scenarios} and {targets}: nothing wrong\n"))
}

fn several(many: usize, word: &str) -> String {
    if many == 1 { format!("1 {word}") } else { format!("{many} {word}s") }
}
