//! What is compared with the requirements, and how.

use std::collections::BTreeSet;

use super::declared::{Declared, Group, Project};
use crate::diagnostic::nearest;

/// How versions are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Compare {
    /// Both must say the same.
    #[default]
    Exact,
    /// What is pinned must be among what is wanted.
    Satisfied,
}

/// Which tables of `pyproject.toml` the requirements stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Selection {
    /// Extras, beside what is always installed.
    pub(super) extras: Vec<String>,
    /// Groups.
    pub(super) groups: Vec<String>,
    pub(super) compare: Compare,
}

impl Selection {
    /// Holds that everything that is chosen by name is there (what is not would be in step with anything), and that
    /// every entry of it can be read.
    ///
    /// # Errors
    /// Each name that is none, with the nearest right one, or with all that there are, and where; else the first entry.
    pub(super) fn held_by(&self, project: &Project, file: &str) -> Result<(), String> {
        let extras: &[String] = if project.dynamic_extras.is_some() { &[] } else { &self.extras };
        let extras = extras.iter().map(|name| Group::Optional(name.clone()));
        let wanted = extras.chain(self.groups.iter().map(|name| Group::Named(name.clone())));
        let missing = wanted.filter(|wanted| !project.tables.iter().any(|(group, _)| group == wanted));
        let missing: Vec<String> = missing.map(|group| there_is_no(&group, project, file)).collect();
        if !missing.is_empty() {
            return Err(missing.join("; "));
        }
        let widened = self.widened(project);
        let unread = project.unread.iter().find(|(group, _)| widened.takes(group));
        unread.map_or(Ok(()), |(_, why)| Err(why.clone()))
    }

    /// The same with the extras that the chosen ones select: `all = ["project[one,two]"]`.
    pub(super) fn widened(&self, project: &Project) -> Self {
        let mut extras: BTreeSet<String> = self.extras.iter().cloned().collect();
        let own: Vec<&Declared> = project.declared.iter().filter(|it| project.is_named_in(it)).collect();
        loop {
            let before = extras.len();
            let selecting = |it: &&&Declared| matches!(&it.group, Group::Optional(name) if extras.contains(name));
            let more: Vec<String> =
                own.iter().filter(selecting).flat_map(|it| it.requirement.extras.iter().cloned()).collect();
            extras.extend(more);
            if extras.len() == before {
                return Self { extras: extras.into_iter().collect(), ..self.clone() };
            }
        }
    }

    /// Whether what stands in a group is compared.
    pub(super) fn takes(&self, group: &Group) -> bool {
        match group {
            Group::Main => true,
            Group::Optional(name) => self.extras.contains(name),
            Group::Named(name) => self.groups.contains(name),
        }
    }

    /// Why nothing is known of what the project needs, whatever is found in its file.
    pub(super) fn hidden_in(&self, project: &Project) -> Option<String> {
        let told = |what: &str, at| format!("{at} says that {what} are dynamic: what they are only a build would tell");
        let extras = project.dynamic_extras.as_ref().filter(|_| !self.extras.is_empty());
        let dependencies = project.dynamic.as_ref().map(|at| told("dependencies", at));
        dependencies.or_else(|| extras.map(|at| told("optional dependencies", at)))
    }

    /// Why it is not known that the project needs nothing, though its file names nothing: a table may be called wrongly.
    pub(super) fn absent_from(&self, project: &Project, file: &str) -> Option<String> {
        let told = project.tables.iter().any(|(group, _)| self.takes(group));
        (!told).then(|| {
            format!(
                "{file} does not say what it needs: neither project.dependencies nor tool.poetry.dependencies is there \
                 (`dependencies = []` would say that it needs nothing)"
            )
        })
    }
}

fn there_is_no(wanted: &Group, project: &Project, file: &str) -> String {
    let (name, tables) = match wanted {
        Group::Main => ("", "project.dependencies"),
        Group::Optional(name) => (name.as_str(), "project.optional-dependencies nor tool.poetry.extras"),
        Group::Named(name) => (name.as_str(), "dependency-groups nor tool.poetry.group"),
    };
    let named = project.tables.iter().filter_map(|(group, place)| match (wanted, group) {
        (Group::Optional(_), Group::Optional(name)) | (Group::Named(_), Group::Named(name)) => Some((name, place)),
        _ => None,
    });
    let named: Vec<_> = named.collect();
    let near = nearest(name, named.iter().map(|(name, _)| name.as_str()));
    let near = near.and_then(|near| named.iter().find(|(name, _)| **name == near));
    let all = || named.iter().map(|(name, place)| format!("{name} ({place})")).collect::<Vec<_>>().join(", ");
    match near {
        Some((near, place)) => format!("{file} has no {wanted}: did you mean {near} ({place})?"),
        None if named.is_empty() => format!("{file} has no {wanted}: neither {tables} is there"),
        None => format!("{file} has no {wanted}; it has {}", all()),
    }
}
