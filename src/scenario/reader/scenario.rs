//! A scenario file, its four lists, and the steps that these take in from other files.

use std::path::Path;
use std::sync::Arc;

use super::Reader;
use super::draft::{Draft, DraftStep, List, Place};
use crate::diagnostic::{Diagnostic, Location, Source};
use crate::expr::Template;
use crate::scenario::model::Scenario;
use crate::scenario::scalar::Numbers;
use crate::scenario::yaml::{Data, Node};
use crate::scenario::{schema, source};

/// The smallest scenario that there is.
const SMALLEST: &str = "the smallest scenario is
steps:
  - name: look
    http: { get: /health }
    expect: response.status == 200";

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

    pub(super) fn steps(&mut self, node: &Node, place: Place<'_>) -> Vec<DraftStep> {
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
