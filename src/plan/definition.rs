//! What defines a variable.

use std::collections::HashMap;

use crate::expr::Template;

/// Where a variable's value comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Definition<'p> {
    /// From a file.
    Written(&'p Template),
    /// From the command line or the sandbox.
    Given(&'p str),
}

/// What defines each variable: of several definitions the strongest.
pub(super) type Definitions<'p> = HashMap<&'p str, Definition<'p>>;
