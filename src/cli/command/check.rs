//! `smoke check`: everything that can be wrong, found without a network.

use std::fs::ReadDir;
use std::path::{Path, PathBuf};

use smoke::diagnostic::{self, Diagnostic};
use smoke::plan;
use smoke::sandbox::Sandbox;
use smoke::scenario::{Project, is_yaml};

use crate::cli::args::Check;
use crate::cli::exit::Exit;
use crate::cli::{folder, print};

/// Reads everything, plans it for every target, and says what is wrong, or that nothing is.
pub(crate) fn run(args: &Check) -> Exit {
    let (mut problems, mut scenarios, mut targets) = (Vec::new(), 0, 0);
    for (dir, files) in places(&args.paths, &mut problems) {
        let project = survey(&dir, &files, &mut problems);
        scenarios += project.scenarios.len();
        targets += plan::meant_targets(&project).count();
        // The process ends soon: nobody needs to take it apart.
        std::mem::forget(project);
    }
    if !problems.is_empty() {
        diagnostic::sort(&mut problems);
        problems.dedup();
        return super::refuse(&problems);
    }
    print(&format!("{} and {}: nothing wrong\n", several(scenarios, "scenario"), several(targets, "target")))
}

/// What to read: each project, with the files that lie elsewhere than in its `scenarios`. A folder means the project in
/// it, and where it is none, the scenarios directly in it; nobody wants the whole disk read for `smoke check /`.
fn places(paths: &[PathBuf], problems: &mut Vec<Diagnostic>) -> Vec<(PathBuf, Vec<PathBuf>)> {
    let (mut projects, mut files) = (Vec::new(), Vec::new());
    for path in paths {
        let named_config = path.file_name().is_some_and(|name| name == folder::CONFIG) && path.is_file();
        let parent = || path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if named_config {
            projects.push((parent().to_owned(), Vec::new()));
        } else if path.join(folder::CONFIG).is_file() || path.join("scenarios").is_dir() {
            projects.push((path.clone(), Vec::new()));
        } else if path.is_dir() && !holds_yaml(path) {
            problems.push(folder::nothing_in(path));
        } else {
            files.push(path.clone());
        }
    }
    if paths.is_empty() || !files.is_empty() {
        projects.push((PathBuf::from("."), files));
    }
    projects
}

/// Whether there is something to read. What cannot be looked at may be: reading it says why not.
fn holds_yaml(dir: &Path) -> bool {
    let yaml = |path: &Path| is_yaml(path) && path.is_file();
    let holds = |entries: ReadDir| entries.into_iter().any(|entry| entry.map_or(true, |entry| yaml(&entry.path())));
    std::fs::read_dir(dir).map_or(true, holds)
}

fn survey(dir: &Path, files: &[PathBuf], problems: &mut Vec<Diagnostic>) -> Project {
    let (project, found) = Project::survey(dir, files);
    let vars = Sandbox::vars().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let planned = plan::check_all(&project, &vars.collect::<Vec<_>>());
    if folder::is_bare(&project) && files.is_empty() && found.is_empty() {
        problems.push(folder::nothing_in(dir));
    }
    problems.extend(found.into_iter().chain(planned));
    project
}

fn several(many: usize, word: &str) -> String {
    if many == 1 { format!("1 {word}") } else { format!("{many} {word}s") }
}
