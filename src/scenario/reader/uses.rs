//! `use`: steps of another file, taken in with the names that they are given.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::draft::{DraftStep, Place, TakenIn};
use super::value::RESERVED;
use super::{Mapping, Reader};
use crate::diagnostic::{Diagnostic, nearest};
use crate::scenario::model::Step;
use crate::scenario::scalar::Numbers;
use crate::scenario::yaml::{Data, Node};
use crate::scenario::{schema, source, yaml};

impl Reader {
    /// The steps of another file, with the names that they are given.
    pub(super) fn taken_in(&mut self, node: &Node, place: Place<'_>) -> Vec<DraftStep> {
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
