//! What an optional field or element is asked of.
//!
//! `x.?errors` and `x[?0]` are for what may be left out. The interpreter answers that there is nothing also where `x` is a
//! text, a number, or a value that is not known: then a maintenance page would have no errors, and a plan that is not
//! applied yet would have whatever `orValue` says. What cannot have fields is no owner, as in a plain `x.errors`; and of a
//! key that an object may have without anybody knowing, it is not said that it is left out.

use cel::ExecutionError;
use cel::common::types::{CelOptional, CelString, LIST_TYPE, MAP_TYPE, NULL_TYPE, Type};
use cel::common::value::{CowVal, Val};
use cel::objects::Key;

use super::vocabulary::{ELEMENTS, FIELDS};
use super::withheld::{not_known, open, untold};

/// An object as it is, and `null`, which has no fields; an error for anything else.
pub(super) fn of_fields<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    owner(arguments, FIELDS, &[MAP_TYPE, NULL_TYPE])
}

/// The same with lists.
pub(super) fn of_elements<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    owner(arguments, ELEMENTS, &[MAP_TYPE, LIST_TYPE, NULL_TYPE])
}

fn owner<'b, 'v>(
    mut arguments: Vec<CowVal<'b, 'v>>,
    function: &str,
    owners: &[Type],
) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let (Some(key), Some(asked)) = (arguments.pop(), arguments.pop()) else {
        return Err(ExecutionError::missing_argument_or_target());
    };
    // Of `x.?a.?b` the second is asked of what the first brought.
    let owner = match asked.downcast_ref::<CelOptional<'_>>() {
        Some(optional) => optional.option(),
        None => Some(asked.as_ref()),
    };
    if let Some(fields) = owner.and_then(open) {
        let untold = match key.downcast_ref::<CelString<'_>>() {
            Some(key) if fields.map.contains_key(&Key::from(key.inner())) => None,
            Some(key) => untold(&fields, key.inner()),
            None => Some("which key is meant is computed, and not all keys of this object are known"),
        };
        if let Some(why) = untold {
            return Err(not_known(why));
        }
    }
    match owner.map(Val::get_type) {
        Some(kind) if !owners.contains(kind) => {
            Err(ExecutionError::no_such_overload(function, vec![kind.name().to_owned()]))
        }
        _ => Ok(asked),
    }
}
