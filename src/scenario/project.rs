//! The whole of it: finding the files and reading them all.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::reader::{Draft, Reader, config as reader_config};
use super::yaml::{self, Data};
use super::{Config, Scenario, check, source};
use crate::abreast::longest_first;
use crate::diagnostic::{self, Diagnostic, Location, Source};
use crate::probe::terraform::Modules;

/// Folders within folders; a link that leads back up ends here.
const DEEPEST: usize = 16;

/// Everything the user wrote: `smoke.yaml` and the scenarios beside it.
#[derive(Debug)]
pub struct Project {
    /// `smoke.yaml`, or the built-in one.
    pub config: Config,
    /// Every scenario that was found or named, sorted by path; step files that are only `use`d are not among them.
    pub scenarios: Vec<Arc<Scenario>>,
}

impl Project {
    /// Reads `smoke.yaml` in `dir` (where there is none: the built-in configuration, whose one target is `local`) and
    /// every scenario below `dir/scenarios`, and those `paths` that lie elsewhere.
    ///
    /// # Errors
    /// Every error of every file at once, in order of file and line.
    pub fn load(dir: &Path, paths: &[PathBuf]) -> Result<Self, Vec<Diagnostic>> {
        let (project, problems) = Self::survey(dir, paths);
        if problems.is_empty() { Ok(project) } else { Err(problems) }
    }

    /// The same, but gives what could be read beside what is wrong with the rest, so that more can be looked for in
    /// it: `smoke check` goes on to [`crate::plan::check_all`]. Such a project must not be run.
    #[must_use]
    pub fn survey(dir: &Path, paths: &[PathBuf]) -> (Self, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        let config = config(dir, &mut problems);
        let mut files = Files::default();
        files.below(&dir.join("scenarios"), 0, &mut problems);
        for path in paths {
            files.named(path, &mut problems);
        }
        let (mut scenarios, mut lists, mut used, mut whole) = (Vec::new(), Vec::new(), Vec::new(), true);
        let files = files.sorted();
        let modules = Modules::default();
        // What cannot be looked at says why when it is read.
        let bytes = |path: &PathBuf| path.metadata().map_or(0, |about| about.len());
        let reads = longest_first(&files, bytes, |path| Read::from(path, &config, &modules));
        for (path, read) in files.iter().zip(reads) {
            scenarios.extend(read.scenario.map(Arc::new));
            lists.extend(read.list.map(|source| (path, source)));
            used.extend(read.used);
            whole &= read.whole;
            problems.extend(read.problems);
        }
        problems.extend(repeated_ids(&scenarios));
        // What stands where nobody could read may take them in.
        if whole {
            problems.extend(unused(&lists, &used));
        }
        tidy(&mut problems);
        (Self { config, scenarios }, problems)
    }

    /// The same of a `smoke.yaml` and one scenario that stand in no file.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn of_texts(config: &str, scenario: &str) -> (Self, Vec<Diagnostic>) {
        let (dir, mut problems) = (Path::new("nowhere"), Vec::new());
        let read = config_in(&Source::new("smoke.yaml", config), dir, &mut problems);
        let config = read.unwrap_or_else(|problem| {
            problems.push(problem);
            reader_config::built_in(dir)
        });
        let source = Source::new("scenarios/a.yaml", scenario);
        let read = Read::of(&source, &dir.join("scenarios/a.yaml"), &config, &Modules::default());
        problems.extend(read.problems);
        tidy(&mut problems);
        (Self { config, scenarios: read.scenario.map(Arc::new).into_iter().collect() }, problems)
    }
}

/// Sorts by file and line; what two ways led to is said once.
pub(crate) fn tidy(problems: &mut Vec<Diagnostic>) {
    diagnostic::sort(problems);
    problems.dedup();
}

fn config(dir: &Path, problems: &mut Vec<Diagnostic>) -> Config {
    let path = dir.join("smoke.yaml");
    if !path.exists() {
        return reader_config::built_in(dir);
    }
    let read = source::read(&path).and_then(|source| config_in(&source, dir, problems));
    match read {
        Ok(config) => config,
        Err(problem) => {
            problems.push(problem);
            reader_config::built_in(dir)
        }
    }
}

fn config_in(source: &Arc<Source>, dir: &Path, problems: &mut Vec<Diagnostic>) -> Result<Config, Diagnostic> {
    let root = yaml::parse(source)?;
    let mut reader = Reader::default();
    let config = reader.config(&root, source, dir);
    problems.extend(check::config(&config, &reader.foreign));
    problems.extend(reader.problems);
    Ok(config)
}

/// What a file holds, and what is wrong with it.
#[derive(Debug, Default)]
struct Read {
    scenario: Option<Scenario>,
    /// The file, where it is a list of steps for `use`.
    list: Option<Arc<Source>>,
    /// Files whose steps it takes in.
    used: Vec<PathBuf>,
    /// Whether all of it could be read, so that it takes in no other files.
    whole: bool,
    problems: Vec<Diagnostic>,
}

impl Read {
    fn from(path: &Path, config: &Config, modules: &Modules) -> Self {
        match source::read(path) {
            Ok(source) => Self::of(&source, path, config, modules),
            Err(problem) => Self::wrong(problem),
        }
    }

    fn of(source: &Arc<Source>, path: &Path, config: &Config, modules: &Modules) -> Self {
        let root = match yaml::parse(source) {
            Ok(root) if matches!(root.data, Data::List(_)) => {
                return Self { list: Some(Arc::clone(source)), whole: true, ..Self::default() };
            }
            Ok(root) => root,
            Err(problem) => return Self::wrong(problem),
        };
        let mut reader = Reader::default();
        let draft = reader.scenario(&root, source, path);
        let Reader { mut problems, used, foreign: _ } = reader;
        let whole = problems.is_empty();
        problems.extend(draft.iter().flat_map(|draft| check::draft(draft, config, modules)));
        Self { scenario: draft.map(assemble), list: None, used, whole, problems }
    }

    fn wrong(problem: Diagnostic) -> Self {
        Self { problems: vec![problem], ..Self::default() }
    }
}

/// Lists of steps that no scenario takes in: they would never run, and nobody would miss them.
fn unused(lists: &[(&PathBuf, Arc<Source>)], used: &[PathBuf]) -> Vec<Diagnostic> {
    if lists.is_empty() {
        return Vec::new();
    }
    let used: HashSet<PathBuf> = used.iter().map(|path| whole(path)).collect();
    let missed = |path: &Path| !used.contains(path) && !is_set_aside(path);
    let unused = lists.iter().filter(|(path, _)| missed(&whole(path)));
    let said = |(_, source): &(_, Arc<Source>)| {
        let location = Location { source: Arc::clone(source), start: 0, end: 1 };
        let problem = Diagnostic::at(&location, "this is a list of steps, and no scenario takes it in with `use`");
        problem.help("a scenario's steps stand below `steps:`; lists for later belong into a folder called `steps`")
    };
    unused.map(said).collect()
}

/// Whether a list lies where nobody would look for a scenario.
fn is_set_aside(path: &Path) -> bool {
    path.parent().and_then(Path::file_name).is_some_and(|folder| folder == "steps")
}

fn assemble(draft: Draft) -> Scenario {
    let [ready, guards, steps, finally] =
        draft.lists.map(|(_, steps)| steps.into_iter().filter_map(|step| step.step).collect());
    Scenario { ready, guards, steps, finally, ..draft.scenario }
}

/// Reports and history tell scenarios apart by id.
fn repeated_ids(scenarios: &[Arc<Scenario>]) -> Vec<Diagnostic> {
    let mut first: HashMap<&str, &Arc<Scenario>> = HashMap::new();
    let mut problems = Vec::new();
    for scenario in scenarios {
        if let Some(other) = first.insert(&scenario.id, scenario) {
            let location = Location { source: Arc::clone(&scenario.source), start: 0, end: 0 };
            let message = format!("two scenarios have the id `{}`", scenario.id);
            let help = format!("the id is the file's name: rename this one or {}", other.source.path);
            problems.push(Diagnostic::at(&location, message).help(help));
        }
    }
    problems
}

/// A path from the root, with no link in it.
fn whole(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The entries of a folder. One that cannot be read may be a scenario, so it is not passed over in silence.
fn readable<T>(entries: impl Iterator<Item = io::Result<T>>, dir: &Path, problems: &mut Vec<Diagnostic>) -> Vec<T> {
    let mut told = |error| problems.push(source::unreadable(&source::shown(dir), &error));
    entries.filter_map(|entry| entry.map_err(&mut told).ok()).collect()
}

/// Scenario files, each once however it is named.
#[derive(Debug, Default)]
struct Files {
    found: Vec<PathBuf>,
    known: HashSet<PathBuf>,
}

impl Files {
    /// A file that the user named, or a folder with files in it. What lies deeper is not looked at: the folder may be `/`.
    fn named(&mut self, path: &Path, problems: &mut Vec<Diagnostic>) {
        if path.is_dir() {
            self.below(path, DEEPEST, problems);
        } else if path.exists() {
            self.add(path.to_path_buf(), whole(path));
        } else {
            problems.push(Diagnostic::nowhere(format!("there is no file {}", source::shown(path))));
        }
    }

    /// Every YAML file below a folder, hidden ones not counted. No folder, no files.
    fn below(&mut self, dir: &Path, depth: usize, problems: &mut Vec<Diagnostic>) {
        if depth > DEEPEST || !dir.is_dir() {
            return;
        }
        let entries = match std::fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) => {
                problems.push(source::unreadable(&source::shown(dir), &error));
                return;
            }
        };
        let whole_dir = whole(dir);
        for entry in readable(entries, dir, problems) {
            let (path, name) = (entry.path(), entry.file_name());
            let hidden = name.to_string_lossy().starts_with('.');
            // The folder itself tells what is no link, so that the system need not be asked for each of a thousand.
            let kind = entry.file_type().ok().filter(|kind| !kind.is_symlink());
            let is_dir = kind.map_or_else(|| path.is_dir(), |kind| kind.is_dir());
            if is_dir && !hidden {
                self.below(&path, depth + 1, problems);
            } else if source::is_yaml(&path) && !hidden {
                let identity = if kind.is_some() { whole_dir.join(name) } else { whole(&path) };
                self.add(path, identity);
            }
        }
    }

    fn add(&mut self, path: PathBuf, identity: PathBuf) {
        if self.known.insert(identity) {
            self.found.push(path);
        }
    }

    fn sorted(mut self) -> Vec<PathBuf> {
        self.found.sort();
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "steps:\n  - name: look\n    http: { get: /health }\n    expect: response.status == 200\n";

    fn check(files: &[(&str, &str)], paths: &[&str], expected: (&[&str], &[&str])) {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let paths: Vec<PathBuf> = paths.iter().map(|path| dir.path().join(path)).collect();
        let (project, problems) = Project::survey(dir.path(), &paths);
        let ids: Vec<&str> = project.scenarios.iter().map(|scenario| scenario.id.as_str()).collect();
        let root = format!("{}/", dir.path().display());
        let said: Vec<String> = problems.iter().map(|problem| problem.message.replace(&root, "")).collect();
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        assert_eq!((ids.as_slice(), said.as_slice()), expected);
    }

    #[test]
    fn every_file_is_read_once_in_order_of_its_path() {
        let files = [("scenarios/b.yaml", GOOD), ("scenarios/deep/a.yml", GOOD), ("other/c.yaml", GOOD)];
        check(&files, &["other/c.yaml", "scenarios/b.yaml"], (&["c", "b", "a"], &[]));
        check(&[("other/c.yaml", GOOD), ("other/deep/d.yaml", "no")], &["other"], (&["c"], &[]));
        check(&[("scenarios/.hidden.yaml", "no"), ("scenarios/notes.txt", "no")], &[], (&[], &[]));
        let shouted = [("scenarios/gate.YAML", GOOD), ("scenarios/later.Yml", GOOD), ("other/d.YML", GOOD)];
        check(&shouted, &["other"], (&["d", "gate", "later"], &[]));
        check(
            &[("scenarios/steps.yaml", "- name: only used\n")],
            &["nowhere.yaml"],
            (&[], &["there is no file nowhere.yaml", UNUSED]),
        );
    }

    const UNUSED: &str = "this is a list of steps, and no scenario takes it in with `use`";

    #[test]
    fn a_list_of_steps_that_nobody_uses_is_no_scenario_that_went_missing() {
        let user = "steps:\n  - use: steps/outer.yaml\n";
        let outer = "- use: inner.yaml\n";
        let inner = "- name: look\n  http: { get: /health }\n  expect: response.status == 200\n";
        let taken_in =
            [("scenarios/a.yaml", user), ("scenarios/steps/outer.yaml", outer), ("scenarios/steps/inner.yaml", inner)];
        check(&taken_in, &[], (&["a"], &[]));
        let beside = ("scenarios/a.yaml", "steps:\n  - use: ../scenarios/b.yaml\n");
        check(&[beside, ("scenarios/b.yaml", "- use: c.yaml\n"), ("scenarios/c.yaml", inner)], &[], (&["a"], &[]));
        check(&[("scenarios/a.yaml", GOOD), ("scenarios/b.yaml", inner)], &[], (&["a"], &[UNUSED]));
        check(&[("scenarios/a.yaml", GOOD), ("scenarios/steps/b.yaml", inner)], &[], (&["a"], &[]));
        check(&[("scenarios/a.yaml", GOOD), ("elsewhere/b.yaml", inner)], &["elsewhere/b.yaml"], (&["a"], &[UNUSED]));
    }

    /// The list may be what the file that cannot be read takes in: the second error would be a false one.
    #[test]
    fn nothing_is_said_of_lists_where_some_file_could_not_be_read() {
        const NO_STEP: [&str; 3] = ["a step has no key `uses`", "a step needs `name`", "a step needs a probe"];
        let list =
            ("scenarios/list.yaml", "- name: look\n  http: { get: /health }\n  expect: response.status == 200\n");
        let (used, misspelt) = ("steps:\n  - use: list.yaml\n", "steps:\n  - uses: list.yaml\n");
        check(&[("scenarios/a.yaml", used), list], &[], (&["a"], &[]));
        check(&[("scenarios/a.yaml", misspelt), list], &[], (&["a"], &NO_STEP));
        let torn = "this is not YAML: while parsing a node, did not find expected node content";
        check(&[("scenarios/a.yaml", &format!("{used}name: [\n")), list], &[], (&[], &[torn]));
        check(&[("scenarios/a.yaml", GOOD), list, ("scenarios/b.yaml", "name: [\n")], &[], (&["a"], &[torn]));
    }

    #[test]
    fn an_entry_that_cannot_be_read_is_not_passed_over() {
        let mut problems = Vec::new();
        let entries = [Ok(1), Err(io::Error::from(io::ErrorKind::PermissionDenied)), Ok(2)];
        let read = readable(entries.into_iter(), Path::new("scenarios"), &mut problems);
        assert_eq!(read, [1, 2]);
        let said: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(said, ["scenarios cannot be read: permission denied"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_leads_to_what_is_read_only_once() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let scenarios = dir.path().join("scenarios");
        std::fs::create_dir_all(scenarios.join("deep")).unwrap();
        std::fs::write(scenarios.join("deep/a.yaml"), GOOD).unwrap();
        symlink("deep/a.yaml", scenarios.join("b.yaml")).unwrap();
        symlink(".", scenarios.join("here")).unwrap();
        symlink("deep", scenarios.join("there")).unwrap();
        let (project, problems) = Project::survey(dir.path(), &[scenarios.join("there/a.yaml")]);
        assert_eq!((project.scenarios.len(), problems.len()), (1, 0), "{:?}", project.scenarios);
    }

    #[test]
    fn two_scenarios_never_share_an_id() {
        let files = [("scenarios/a.yaml", GOOD), ("scenarios/deep/a.yaml", GOOD)];
        check(&files, &[], (&["a", "a"], &["two scenarios have the id `a`"]));
    }
}
