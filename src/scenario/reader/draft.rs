//! What could be read of a scenario so far.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Foreign;
use crate::diagnostic::Location;
use crate::expr::Template;
use crate::scenario::model::{Scenario, Step};

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
