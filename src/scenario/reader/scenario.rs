//! A scenario file, its four lists, and the steps that these take in from other files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::value::RESERVED;
use super::{Foreign, Mapping, Reader};
use crate::diagnostic::{Diagnostic, Location, Source, nearest};
use crate::expr::Template;
use crate::scenario::model::{Scenario, Step};
use crate::scenario::scalar::Numbers;
use crate::scenario::yaml::{Data, Node};
use crate::scenario::{schema, source, yaml};

/// The smallest scenario that there is.
const SMALLEST: &str = "the smallest scenario is
steps:
  - name: look
    http: { get: /health }
    expect: response.status == 200";

/// A scenario as far as it could be read.
#[derive(Debug)]
pub(crate) struct Draft {
    /// Without its steps.
    pub(crate) scenario: Scenario,
    /// The four lists, in the order in which they run.
    pub(crate) lists: [(List, Vec<DraftStep>); 4],
    /// What looks like a template outside of its steps.
    pub(crate) foreign: Vec<Foreign>,
    /// The columns of each row of the matrix.
    pub(crate) rows: Vec<Vec<String>>,
    /// Where `steps` stands, or the file's beginning.
    pub(crate) location: Location,
}

/// The lists of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    /// `ready`
    Ready,
    /// `guards`
    Guards,
    /// `steps`
    Steps,
    /// `finally`
    Finally,
}

/// A step as far as it could be read.
#[derive(Debug)]
pub(crate) struct DraftStep {
    /// The step; none where it is wrong.
    pub(crate) step: Option<Arc<Step>>,
    /// The names that it binds for later ones, also where it is wrong.
    pub(crate) kept: Vec<Kept>,
    /// What looks like a template in it.
    pub(crate) foreign: Vec<Foreign>,
    /// Whether nothing at all is wrong with it.
    pub(crate) sound: bool,
    /// The `use` that takes it in, where it stands in another file.
    pub(crate) taken_in: Option<TakenIn>,
}

/// How a step of another file is taken in.
#[derive(Debug)]
pub(crate) struct TakenIn {
    /// Where the `use` stands: the innermost, where there are several.
    pub(crate) location: Location,
    /// Names that it is given and that no step of the list reads, which has been complained of.
    pub(crate) idle: Vec<String>,
}

/// A name that a step binds.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The name.
    pub(crate) name: String,
    /// Where it stands.
    pub(crate) location: Location,
}

/// Where a list of steps stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The list of the scenario that it ends up in.
    pub(super) list: List,
    /// The folder of the file.
    pub(super) dir: &'a Path,
    /// Names bound by the `use`s around it, innermost last.
    pub(super) with: &'a [(String, Arc<Template>)],
    /// The files around it, outermost first, its own last.
    pub(super) files: &'a [PathBuf],
}

impl Reader {
    /// Reads the file at `path`, whose root is `root`.
    pub(crate) fn scenario(&mut self, root: &Node, source: &Arc<Source>, path: &Path) -> Option<Draft> {
        if root.is_nothing() {
            self.complain(Diagnostic::at(&root.head(), "this file is empty").help(SMALLEST));
            return None;
        }
        let mapping = self.mapping(root, &schema::SCENARIO)?;
        let dir = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = mapping.get("name").and_then(|node| self.fixed_text(node, "the name of a scenario"));
        let files = [source::tidy(path)];
        let mut list = |key: &str, list: List| {
            let place = Place { list, dir: &dir, with: &[], files: &files };
            (list, mapping.get(key).map(|node| self.steps(node, place)).unwrap_or_default())
        };
        let lists = [
            list("ready", List::Ready),
            list("guards", List::Guards),
            list("steps", List::Steps),
            list("finally", List::Finally),
        ];
        let scenario = Scenario {
            name: name.unwrap_or(&id).to_owned(),
            id,
            source: Arc::clone(source),
            tags: mapping.get("tags").map(|node| self.tags(node)).unwrap_or_default(),
            targets: mapping.get("targets").map(|node| self.admitted(node)),
            requires: mapping.get("requires").map(|node| self.programs(node)).unwrap_or_default(),
            timeout: mapping.get("timeout").and_then(|node| self.duration(node)),
            vars: mapping.get("vars").map(|node| self.vars(node)).unwrap_or_default(),
            matrix: mapping.get("matrix").map(|node| self.matrix(node)).unwrap_or_default(),
            exclusive: mapping.get("exclusive").and_then(|node| self.template(node)),
            retries: mapping.get("retries").and_then(|node| self.count(node)),
            dir: dir.clone(),
            ready: Vec::new(),
            guards: Vec::new(),
            steps: Vec::new(),
            finally: Vec::new(),
        };
        let empty = |node: &Node| node.is_nothing() || matches!(&node.data, Data::List(items) if items.is_empty());
        if let Some((key, _)) = mapping.entry("steps").filter(|(_, node)| empty(node)) {
            self.complain(Diagnostic::at(&key.location, "this scenario has no steps"));
        }
        let rowless = |node: &Node| matches!(&node.data, Data::List(items) if items.is_empty());
        if let Some((key, _)) = mapping.entry("matrix").filter(|(_, node)| rowless(node)) {
            let problem = Diagnostic::at(&key.location, "the matrix has no rows");
            self.complain(problem.help("write one as in `{ file: a.csv }`, or leave `matrix` out"));
        }
        let location = mapping.entry("steps").map_or_else(|| root.head(), |(key, _)| key.location.clone());
        let rows = mapping.get("matrix").map(columns).unwrap_or_default();
        let foreign = std::mem::take(&mut self.foreign);
        Some(Draft { scenario, lists, foreign, rows, location })
    }

    fn tags(&mut self, node: &Node) -> Vec<String> {
        let mut tags = Vec::new();
        for (tag, node) in self.words(node) {
            let word = |letter: char| letter.is_alphanumeric() || "-_.:".contains(letter);
            if tag.is_empty() || !tag.chars().all(word) {
                self.wrong(node, format!("`{tag}` is not a word"), "a tag is one word, such as `post-deploy`");
            } else {
                tags.push(tag.to_owned());
            }
        }
        tags
    }

    fn programs(&mut self, node: &Node) -> Vec<(String, Location)> {
        let mut programs = Vec::new();
        for (name, node) in self.words(node) {
            if name.is_empty() || name.contains(|letter: char| letter.is_whitespace() || "/${}".contains(letter)) {
                self.wrong(node, format!("`{name}` is not the name of a program"), "write it as in `[aws, python3]`");
            } else {
                programs.push((name.to_owned(), node.head()));
            }
        }
        programs
    }

    fn admitted(&mut self, node: &Node) -> Vec<(String, Location)> {
        let words = self.words(node);
        words.into_iter().map(|(name, node)| (name.to_owned(), node.head())).collect()
    }

    fn matrix(&mut self, node: &Node) -> Vec<Template> {
        let mut rows = Vec::new();
        for row in self.list(node, "rows") {
            if matches!(&row.data, Data::Map(entries) if !entries.is_empty()) {
                rows.extend(self.tree(row, Numbers::IfFaithful));
            } else {
                let message = format!("expected a row, found {}", row.kind());
                self.wrong(row, message, "write it as in `{ file: a.csv }`");
            }
        }
        rows
    }

    fn steps(&mut self, node: &Node, place: Place<'_>) -> Vec<DraftStep> {
        if node.is_nothing() {
            return Vec::new();
        }
        let mut steps = Vec::new();
        for item in self.list(node, "steps") {
            match &item.data {
                Data::Map(entries) if entries.iter().any(|(key, _)| key.name == "use") => {
                    steps.extend(self.taken_in(item, place));
                }
                _ => steps.push(self.step(item, &place)),
            }
        }
        steps
    }

    /// The steps of another file, with the names that they are given.
    fn taken_in(&mut self, node: &Node, place: Place<'_>) -> Vec<DraftStep> {
        let Some(mapping) = self.mapping(node, &schema::USE) else { return Vec::new() };
        let before = self.foreign.len();
        let mut with = place.with.to_vec();
        if let Some(node) = mapping.get("with") {
            for (key, _) in self.entries(node, "`with`").unwrap_or_default() {
                self.name(&key.name, &key.location);
            }
            let own = self.trees(node, "`with`", Numbers::IfFaithful);
            with.extend(own.into_iter().map(|(name, template)| (name, Arc::new(template))));
        }
        let Some(node) = mapping.get("use") else { return Vec::new() };
        let Some(name) = self.fixed_text(node, "the name of a step file") else { return Vec::new() };
        let path = source::tidy(&place.dir.join(name));
        if place.files.contains(&path) {
            let message = format!("{} takes in itself", source::shown(&path));
            self.wrong(node, message, "a `use` cannot lead back to a file that it stands in");
            return Vec::new();
        }
        self.used.push(path.clone());
        let Some(root) = self.step_file(&path, node) else { return Vec::new() };
        let files: Vec<PathBuf> = place.files.iter().cloned().chain([path.clone()]).collect();
        let dir = path.parent().unwrap_or(Path::new(""));
        let foreign = self.foreign.split_off(before);
        let mut steps = self.steps(&root, Place { list: place.list, dir, with: &with, files: &files });
        let idle = self.unread(&mapping, &steps);
        for step in &mut steps {
            let innermost = || TakenIn { location: mapping.head.clone(), idle: Vec::new() };
            step.taken_in.get_or_insert_with(innermost).idle.extend_from_slice(&idle);
        }
        if let Some(first) = steps.first_mut() {
            first.foreign.extend(foreign);
        }
        steps
    }

    /// Names that a list is given and never reads: most likely it reads another.
    fn unread(&mut self, mapping: &Mapping<'_>, steps: &[DraftStep]) -> Vec<String> {
        let Some(Data::Map(names)) = mapping.get("with").map(|node| &node.data) else { return Vec::new() };
        // What could not be read might have read them.
        let whole = steps.iter().all(|step| step.sound && step.step.is_some());
        let roots: BTreeSet<&str> = steps.iter().filter_map(|step| step.step.as_deref()).flat_map(roots).collect();
        let mut idle = Vec::new();
        for (key, _) in names.iter().filter(|(key, _)| whole && !roots.contains(key.name.as_str())) {
            let problem = Diagnostic::at(&key.location, format!("no step of the list reads `{}`", key.name));
            let given = |name: &&str| !names.iter().any(|(key, _)| key.name == **name) && !RESERVED.contains(name);
            let near = nearest(&key.name, roots.iter().copied().filter(given));
            let help = near.map_or("leave it out".to_owned(), |near| format!("did you mean `{near}`?"));
            self.complain(problem.help(help));
            idle.push(key.name.clone());
        }
        idle
    }

    fn step_file(&mut self, path: &Path, node: &Node) -> Option<Node> {
        if !path.exists() {
            let message = format!("there is no file {}", source::shown(path));
            self.wrong(node, message, "a file is named relative to the file that names it");
            return None;
        }
        let root = source::read(path).and_then(|source| yaml::parse(&source));
        match root {
            Ok(root) if matches!(root.data, Data::List(_)) => Some(root),
            Ok(_) => {
                let message = format!("{} is not a list of steps", source::shown(path));
                self.wrong(node, message, "a file for `use` holds nothing but steps, each with its `-`");
                None
            }
            Err(problem) => {
                let location = problem.location.clone().unwrap_or_else(|| node.head());
                self.complain(Diagnostic { location: Some(location), ..problem });
                None
            }
        }
    }
}

/// The names that a step reads something of.
fn roots(step: &Step) -> impl Iterator<Item = &str> {
    step.references().into_iter().filter_map(|reference| reference.path.first().map(String::as_str))
}

/// The columns of each row of a matrix.
fn columns(node: &Node) -> Vec<Vec<String>> {
    let Data::List(rows) = &node.data else { return Vec::new() };
    let names = |row: &Node| match &row.data {
        Data::Map(entries) => entries.iter().map(|(key, _)| key.name.clone()).collect(),
        _ => Vec::new(),
    };
    rows.iter().map(names).collect()
}
