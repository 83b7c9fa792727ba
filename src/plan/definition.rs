//! What defines a variable.

use crate::expr::Template;

/// Where a variable's value comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Definition<'p> {
    /// From a file.
    Written(&'p Template),
    /// From the command line or the sandbox.
    Given(&'p str),
}
