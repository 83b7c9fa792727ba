//! The names of everything that an expression can call.

/// Functions that are called by name, macros included. A test holds that the environment has each of them.
pub(super) const FUNCTIONS: &[&str] = &[
    "has",
    "size",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "bool",
    "duration",
    "timestamp",
    "type",
    "dyn",
    "matches",
    "json",
    "now",
    "uuid",
    "optional.of",
    "optional.none",
    "optional.ofNonZeroValue",
    "strings.quote",
    "base64.encode",
    "base64.decode",
    "lists.range",
    "math.greatest",
    "math.least",
    "math.abs",
    "math.ceil",
    "math.floor",
    "math.round",
    "math.trunc",
    "math.sign",
    "math.sqrt",
    "math.isNaN",
    "math.isInf",
    "math.isFinite",
    "math.bitAnd",
    "math.bitOr",
    "math.bitXor",
    "math.bitNot",
    "math.bitShiftLeft",
    "math.bitShiftRight",
];

/// Functions that are called on a value, macros included. A test holds that the environment has each of them.
pub(super) const METHODS: &[&str] = &[
    "all",
    "exists",
    "exists_one",
    "map",
    "filter",
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "charAt",
    "indexOf",
    "lastIndexOf",
    "join",
    "lowerAscii",
    "upperAscii",
    "trim",
    "replace",
    "split",
    "substring",
    "format",
    "reverse",
    "distinct",
    "flatten",
    "slice",
    "sort",
    "sortBy",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "hasValue",
    "value",
    "or",
    "orValue",
    "optMap",
    "optFlatMap",
];

/// The types of values: what `type(…)` gives.
pub const TYPES: [&str; 13] = [
    "bool",
    "bytes",
    "double",
    "duration",
    "dyn",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "timestamp",
    "type",
    "uint",
];

/// Macros that only the environment's own parser knows; the fast one has the standard macros alone.
pub(super) const EXTENSION_MACROS: &[&str] = &["sortBy", "optMap", "optFlatMap", "greatest", "least"];

/// The function that is put around what a loop goes through. Nobody can write this name.
pub(super) const ORDERED: &str = "@ordered";

/// The functions that are put around what an optional field (`x.?a`) is asked of, and an optional element (`x[?0]`).
pub(super) const FIELDS: &str = "@fields";
/// See [`FIELDS`].
pub(super) const ELEMENTS: &str = "@elements";

/// The function that is put around what is counted.
pub(super) const WHOLE: &str = "@whole";

/// What stands in the place of `==`, `!=` and `in`, so that what is withheld is equal to nothing and to everything.
pub(super) const EQUALS: &str = "@equals";
/// See [`EQUALS`].
pub(super) const DIFFERS: &str = "@differs";
/// See [`EQUALS`].
pub(super) const CONTAINS: &str = "@contains";
