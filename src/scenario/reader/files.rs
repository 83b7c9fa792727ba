//! The probes that look at files: `terraform` and `python_deps`.

use super::Reader;
use crate::diagnostic::Diagnostic;
use crate::expr::Template;
use crate::probe::python_deps::PythonDeps;
use crate::probe::terraform::Terraform;
use crate::scenario::scalar::Numbers;
use crate::scenario::schema;
use crate::scenario::yaml::{Data, Node};

impl Reader {
    pub(super) fn terraform(&mut self, node: &Node) -> Option<Terraform> {
        let mapping = self.mapping(node, &schema::TERRAFORM)?;
        let plan = mapping.get("plan").and_then(|node| self.template(node));
        let dir = mapping.get("dir").and_then(|node| self.template(node));
        let var_files = mapping.get("var_files").map(|node| self.one_or_list(node)).unwrap_or_default();
        let vars = mapping.get("vars").and_then(|node| self.entries(node, "`vars`")).unwrap_or_default();
        let vars = vars.iter().filter_map(|(key, node)| Some((key.name.clone(), self.tree(node, Numbers::AsJson)?)));
        let vars = vars.collect();
        if mapping.get("plan").is_none() && mapping.get("dir").is_none() {
            self.complain(Diagnostic::at(&mapping.head, "this needs `plan` or `dir`, or both"));
            return None;
        }
        if let (Some((key, _)), None) = (mapping.entry("vars").or(mapping.entry("var_files")), mapping.get("dir")) {
            let message = format!("`{}` is for `dir`: a plan has its variables already", key.name);
            self.complain(Diagnostic::at(&key.location, message).help("leave it out, or add `dir`"));
        }
        Some(Terraform { plan, dir, var_files, vars })
    }

    pub(super) fn python_deps(&mut self, node: &Node) -> Option<PythonDeps> {
        let mapping = self.mapping(node, &schema::PYTHON_DEPS)?;
        let requirements = self.one_or_list(mapping.get("requirements")?);
        let pyproject = mapping.get("pyproject").and_then(|node| self.template(node));
        let mut names = |key: &str| mapping.get(key).and_then(|node| self.tree(node, Numbers::IfFaithful));
        let (extras, groups) = (names("extras"), names("groups"));
        let compare = mapping.get("compare").and_then(|node| self.template(node));
        Some(PythonDeps { requirements, pyproject: pyproject?, extras, groups, compare })
    }

    /// One text or a list of them.
    fn one_or_list(&mut self, node: &Node) -> Vec<Template> {
        match &node.data {
            Data::List(items) => items.iter().filter_map(|item| self.template(item)).collect(),
            _ => self.template(node).into_iter().collect(),
        }
    }
}
