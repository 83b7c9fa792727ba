//! Where `requirements.txt` and `pyproject.toml` differ.

use super::agreement::{Agreement, Sides};
use super::declared::{Declared, Project};
use super::requirement::{Requirement, by_name};
use super::requirements::Requirements;
use super::selection::{Compare, Selection};

/// Everything that differs, by name.
#[derive(Debug, Default)]
pub(super) struct Drift {
    pub(super) missing: Vec<Missing>,
    pub(super) extra: Vec<Declared>,
    pub(super) different: Vec<Different>,
    /// Why it is not known of a package whether both sides agree.
    pub(super) open: Vec<String>,
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
    /// Whether two of what is required exclude each other, so that it cannot be installed either.
    pub(super) clashes: bool,
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
            drift.compare(required, declared, (wanted, project), selection.compare);
        }
        let extra = selected.iter().filter(|(name, _)| !wanted_by_name.contains_key(*name));
        let extra = extra.flat_map(|(_, declared)| declared.iter().copied());
        // Something may be asked for by what does not say its name: a path, or the project itself with its extras.
        let by_project = with_project(wanted, project);
        let may_come = |it: &&Declared| {
            !wanted.unnamed.is_empty() || by_project.as_ref().is_some_and(|named| named.takes(&it.group))
        };
        drift.extra = extra.filter(|it| !may_come(it)).cloned().collect();
        drift
    }

    /// What stands on both sides.
    fn compare(
        &mut self,
        required: Vec<Requirement>,
        declared: &[&Declared],
        (wanted, project): (&Requirements, &Project),
        compare: Compare,
    ) {
        let name = &declared[0].requirement.name;
        let (against, clashes) = (against(&required, wanted), wanted.clashing.contains(name));
        let constraints: Vec<_> = wanted.constraints.iter().filter(|it| it.name == *name).collect();
        let python = project.python.as_ref();
        let sides = Sides { required: &required, declared, constraints: &constraints, python };
        let installable = against.is_empty() && !clashes;
        match sides.agreement(compare) {
            Agreement::Agreed if installable => {}
            Agreement::Open(why) if installable => self.open.push(why),
            Agreement::Agreed | Agreement::Open(_) | Agreement::Different => {
                let declared = declared.iter().map(|it| (*it).clone()).collect();
                self.different.push(Different { required, against, clashes, declared });
            }
        }
    }
}

/// What comes with the project, where it is asked for itself.
fn with_project(wanted: &Requirements, project: &Project) -> Option<Selection> {
    let extras = wanted.project.as_ref()?;
    Some(Selection { extras: extras.iter().cloned().collect(), ..Selection::default() }.widened(project))
}

/// The constraints that rule out what is required.
fn against(required: &[Requirement], wanted: &Requirements) -> Vec<Requirement> {
    let rules_out = |constraint: &&Requirement| required.iter().any(|one| one.excludes(constraint));
    wanted.constraints.iter().filter(rules_out).cloned().collect()
}
