//! Whether what is required of one package and what the project wants of it agree.

use pep508_rs::{MarkerExpression, MarkerTree};

use super::declared::Declared;
use super::requirement::{Requirement, marker};
use super::selection::Compare;

/// What comes of a comparison.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Agreement {
    Agreed,
    Different,
    /// They may agree: why that is not known.
    Open(String),
}

/// Both sides, for one package.
#[derive(Clone, Copy)]
pub(super) struct Sides<'s> {
    pub(super) required: &'s [Requirement],
    pub(super) declared: &'s [&'s Declared],
    /// What constraints files say of it: that may stand in `pyproject.toml` too.
    pub(super) constraints: &'s [&'s Requirement],
    /// The Pythons that the project runs on, where it says so.
    pub(super) python: Option<&'s MarkerTree>,
}

impl Sides<'_> {
    pub(super) fn agreement(&self, compare: Compare) -> Agreement {
        match compare {
            Compare::Exact if self.says_the_same() => Agreement::Agreed,
            Compare::Exact => Agreement::Different,
            Compare::Satisfied => self.satisfied(),
        }
    }

    /// Whether each of one side has its like on the other.
    fn says_the_same(&self) -> bool {
        let alike =
            |one: &Requirement, other: &Declared| self.held(one, |required| required.same_as(&other.requirement));
        self.required.iter().all(|one| self.declared.iter().any(|other| alike(one, other)))
            && self.declared.iter().all(|other| self.required.iter().any(|one| alike(one, other)))
    }

    /// Whether it holds of a requirement, alone or with what a constraint adds.
    fn held(&self, one: &Requirement, holds: impl Fn(&Requirement) -> bool) -> bool {
        holds(one) || self.constraints.iter().any(|constraint| holds(&one.constrained_by(constraint)))
    }

    /// Whether every pin fits what is wanted wherever both count, and each side counts wherever the other does.
    fn satisfied(&self) -> Agreement {
        let fits = |one: &Requirement, other: &Declared| {
            let apart = self.is_nowhere(&both(&one.marker, &other.requirement.marker));
            apart || self.held(one, |required| required.fits(&other.requirement))
        };
        if !self.required.iter().all(|one| self.declared.iter().all(|other| fits(one, other))) {
            return Agreement::Different;
        }
        let required = any(self.required.iter().map(|it| &it.marker));
        let declared = any(self.declared.iter().map(|it| &it.requirement.marker));
        let apart = [both(&declared, &required.negate()), both(&required, &declared.negate())];
        if apart.iter().all(|one| self.is_nowhere(one)) {
            return self.without_extras().map_or(Agreement::Agreed, Agreement::Open);
        }
        let unsaid = self.python.is_none() && apart.iter().all(is_of_python);
        if unsaid { Agreement::Open(self.on_some_pythons()) } else { Agreement::Different }
    }

    /// Whether a marker counts on none of the project's Pythons. There is no Python 4, and lock files say so.
    fn is_nowhere(&self, marked: &MarkerTree) -> bool {
        let mut pythons = marker("python_full_version < '4'").unwrap_or_default();
        pythons.and(self.python.cloned().unwrap_or_default());
        pythons.is_disjoint(marked)
    }

    fn on_some_pythons(&self) -> String {
        let (one, other) = (&self.required[0], &self.declared[0].requirement);
        format!(
            "{} and {} say of {} on which Pythons, and pyproject.toml does not say on which the project runs \
             (requires-python)",
            one.place, other.place, one.name
        )
    }

    /// An extra that the project wants, and that is not asked for: what it brings may stand among the requirements, as
    /// pip-compile writes them with `--strip-extras`.
    fn without_extras(&self) -> Option<String> {
        let extras = self.declared.iter().flat_map(|it| it.requirement.extras.iter().map(move |extra| (it, extra)));
        let lacks = |(declared, extra): &(&&Declared, &String)| {
            let with = self.required.iter().filter(|one| one.extras.contains(*extra)).map(|one| &one.marker);
            !self.is_nowhere(&both(&declared.requirement.marker, &any(with).negate()))
        };
        let (declared, extra) = extras.into_iter().find(lacks)?;
        let (one, wanted) = (&self.required[0], &declared.requirement);
        Some(format!(
            "{} wants {}, {} asks for {} without [{extra}]: whether what that brings is required too only an installer \
             could tell",
            wanted.place, wanted.text, one.place, one.text
        ))
    }
}

/// Where both count.
fn both(one: &MarkerTree, other: &MarkerTree) -> MarkerTree {
    let mut both = one.clone();
    both.and(other.clone());
    both
}

/// Where any of them counts.
fn any<'m>(markers: impl Iterator<Item = &'m MarkerTree>) -> MarkerTree {
    let mut any = MarkerTree::default().negate();
    for marker in markers {
        any.or(marker.clone());
    }
    any
}

/// Whether it counts on some Pythons only, whatever else it says.
fn is_of_python(marker: &MarkerTree) -> bool {
    let version =
        |part: &MarkerExpression| matches!(part, MarkerExpression::Version { .. } | MarkerExpression::VersionIn { .. });
    marker.is_false() || marker.to_dnf().iter().all(|clause| clause.iter().any(version))
}
