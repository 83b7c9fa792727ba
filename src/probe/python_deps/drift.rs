//! Where `requirements.txt` and `pyproject.toml` differ.

use std::collections::{BTreeMap, BTreeSet};

use super::declared::{Declared, Project};
use super::requirement::Requirement;
use super::requirements::Requirements;
use super::selection::{Compare, Selection};

/// Everything that differs, by name.
#[derive(Debug, Default)]
pub(super) struct Drift {
    pub(super) missing: Vec<Missing>,
    pub(super) extra: Vec<Declared>,
    pub(super) different: Vec<Different>,
}

/// Asked for, and not in `pyproject.toml`.
#[derive(Debug)]
pub(super) struct Missing {
    pub(super) required: Vec<Requirement>,
    /// Where it does stand, in a table that was not selected.
    pub(super) only_in: Option<Declared>,
}

/// In both, and not the same.
#[derive(Debug)]
pub(super) struct Different {
    pub(super) required: Vec<Requirement>,
    /// Constraints that no version of what is required meets: whatever the project says, this cannot be installed.
    pub(super) against: Vec<Requirement>,
    pub(super) declared: Vec<Declared>,
}

impl Drift {
    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty() && self.different.is_empty()
    }

    /// What differs.
    pub(super) fn of(wanted: &Requirements, project: &Project, selection: &Selection) -> Self {
        let selection = selection.widened(project);
        let foreign = project.declared.iter().filter(|it| !project.is_named_in(it));
        let (selected, others): (Vec<_>, Vec<_>) = foreign.partition(|it| selection.takes(&it.group));
        let (mut drift, selected) = (Self::default(), by_name(selected, |declared| &declared.requirement.name));
        let wanted_by_name = by_name(wanted.wanted.iter().collect(), |requirement| &requirement.name);
        for (name, required) in &wanted_by_name {
            let required: Vec<Requirement> = required.iter().map(|it| (*it).clone()).collect();
            let Some(declared) = selected.get(name) else {
                let only_in = others.iter().find(|it| it.requirement.name == *name).map(|it| (*it).clone());
                drift.missing.push(Missing { required, only_in });
                continue;
            };
            let against = against(&required, wanted);
            if !against.is_empty() || !agree(&required, declared, wanted, selection.compare) {
                let declared = declared.iter().map(|it| (*it).clone()).collect();
                drift.different.push(Different { required, against, declared });
            }
        }
        // What has no name may be any of them.
        if wanted.unnamed.is_empty() {
            // What comes with the project itself, and with the extras that are asked for.
            let named = |named: &BTreeSet<String>| named.iter().cloned().collect();
            let with_project = wanted
                .project
                .as_ref()
                .map(|extras| Selection { extras: named(extras), ..Selection::default() }.widened(project));
            let extra = selected.iter().filter(|(name, _)| !wanted_by_name.contains_key(*name));
            let extra = extra.flat_map(|(_, declared)| declared.iter().map(|it| (*it).clone()));
            let comes = |it: &Declared| with_project.as_ref().is_some_and(|with| with.takes(&it.group));
            drift.extra = extra.filter(|it| !comes(it)).collect();
        }
        drift
    }
}

fn by_name<'a, T>(items: Vec<&'a T>, name: impl Fn(&'a T) -> &'a String) -> BTreeMap<&'a str, Vec<&'a T>> {
    let mut named = BTreeMap::<&str, Vec<&T>>::new();
    for item in items {
        named.entry(name(item)).or_default().push(item);
    }
    named
}

/// The constraints that rule out what is required.
fn against(required: &[Requirement], wanted: &Requirements) -> Vec<Requirement> {
    let rules_out = |constraint: &&Requirement| required.iter().any(|one| one.excludes(constraint));
    wanted.constraints.iter().filter(rules_out).cloned().collect()
}

/// Whether each of one side has its like on the other. What a constraints file adds may stand in `pyproject.toml` too.
fn agree(required: &[Requirement], declared: &[&Declared], wanted: &Requirements, compare: Compare) -> bool {
    let alike = |required: &Requirement, declared: &Declared| {
        let like = |required: &Requirement| match compare {
            Compare::Exact => required.same_as(&declared.requirement),
            Compare::Satisfied => required.satisfies(&declared.requirement),
        };
        let mut constraints = wanted.constraints.iter().filter(|constraint| constraint.name == required.name);
        like(required) || constraints.any(|constraint| like(&required.constrained_by(constraint)))
    };
    required.iter().all(|one| declared.iter().any(|other| alike(one, other)))
        && declared.iter().all(|other| required.iter().any(|one| alike(one, other)))
}
