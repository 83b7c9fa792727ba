//! The files of a root module, and of the local modules that it calls: what they say, as far as they say it themselves.
//!
//! Values are computed from variables, locals and arguments that stand in the files. What only a plan could tell is
//! withheld, with the place that it hangs on; nothing is guessed.

mod count;
mod declared;
mod evaluate;
mod folder;
mod functions;
mod hcl_value;
mod known;
mod lifecycle;
mod references;
mod variable;
mod variables;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use self::declared::{Call, Declared};
use self::evaluate::Evaluation;
use self::folder::Folder;
use self::variable::Variable;
use self::view::View;
use super::withheld;
use crate::expr::{self, Value};

/// How deep modules may call each other.
const DEEPEST: usize = 10;

/// `config`, as expressions see it, and where each part of it stands.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) value: Value,
    /// By dotted path below `config`: `resources.aws_ecs_service.x.values.desired_count` → `ecs.tf:12`.
    pub(super) places: BTreeMap<String, String>,
    /// How many resources there are, and in how many files.
    pub(super) resources: usize,
    pub(super) files: usize,
    /// The texts of sensitive values.
    pub(super) secrets: BTreeSet<String>,
}

/// Reads a root module. `vars` are given as `-var` would.
///
/// # Errors
/// The first thing that cannot be read, with its place: `ecs.tf:12: …`.
pub(super) fn read(dir: &Path, var_files: &[PathBuf], vars: &[(String, Json)]) -> Result<Config, String> {
    let folder = Folder::read(dir)?;
    let declared = Declared::of(&folder)?;
    let given = variables::given(&folder, var_files, vars)?;
    config(&folder, &declared, variables::of_root(&declared, &given))
}

fn config(folder: &Folder, declared: &Declared<'_>, variables: BTreeMap<String, Variable>) -> Result<Config, String> {
    let mut gathered = Gathered::default();
    let root = Spot { address: String::new(), depth: 0, count: Value::Int(1) };
    let view = module(folder, declared, variables, (&mut gathered, &root))?;
    let Gathered { resources, places, secrets, files } = gathered;
    let count = resources.len();
    let value = expr::object([("resources".to_owned(), expr::object(resources))].into_iter().chain(view));
    Ok(Config { value, places, resources: count, files, secrets })
}

/// What is gathered from all modules.
#[derive(Debug, Default)]
struct Gathered {
    resources: BTreeMap<String, Value>,
    places: BTreeMap<String, String>,
    secrets: BTreeSet<String>,
    files: usize,
}

/// Where a module stands.
struct Spot {
    address: String,
    depth: usize,
    /// How many there are of it.
    count: Value,
}

/// One module and those that it calls; gives the rest of what is seen of it: `outputs`, `variables`, `locals`.
fn module(
    folder: &Folder,
    declared: &Declared<'_>,
    variables: BTreeMap<String, Variable>,
    (gathered, spot): (&mut Gathered, &Spot),
) -> Result<Vec<(String, Value)>, String> {
    let evaluation = Evaluation::of(declared, variables);
    let view = View { declared, evaluation: &evaluation, module: &spot.address, count: &spot.count };
    gathered.files += folder.files.len();
    gathered.secrets.extend(evaluation.variables.values().flat_map(|variable| variable.secrets.clone()));
    for (name, value, places) in view.resources() {
        gathered.secrets.extend(withheld::secrets(&value));
        gathered.places.extend(places);
        gathered.resources.insert(name, value);
    }
    let rest = view.rest();
    gathered.secrets.extend(rest.iter().flat_map(|(_, value)| withheld::secrets(value)));
    for call in declared.local_modules() {
        called(folder, &call, &evaluation, (gathered, spot))?;
    }
    if spot.depth == 0 {
        gathered.places.extend(view.other_places());
    }
    Ok(rest)
}

/// A module that another one calls.
fn called(
    folder: &Folder,
    call: &Call<'_>,
    caller: &Evaluation<'_>,
    (gathered, spot): (&mut Gathered, &Spot),
) -> Result<(), String> {
    if spot.depth >= DEEPEST {
        return Err(format!("{}: modules call each other more than {DEEPEST} deep", call.at()));
    }
    let child = Folder::read(&folder.dir.join(call.source))
        .map_err(|why| format!("{}: module {} cannot be read: {why}", call.at(), call.name))?;
    let below = Declared::of(&child)?;
    let dot = if spot.address.is_empty() { "" } else { "." };
    let below_spot = Spot {
        address: format!("{}{dot}module.{}", spot.address, call.name),
        depth: spot.depth + 1,
        count: count::times(&spot.count, &count::of(&call.stanza, caller)),
    };
    module(&child, &below, variables::of_call(&below, call, caller), (gathered, &below_spot)).map(|_| ())
}

/// Reads a text as a module of its own, for tests that throw anything at it.
///
/// # Errors
/// It is no HCL.
#[cfg(any(test, fuzzing))]
pub(super) fn read_text(text: &str) -> Result<Config, String> {
    let file = folder::File::parse("main.tf".to_owned(), text.to_owned())?;
    let folder = Folder { dir: PathBuf::from("/nowhere"), files: vec![file] };
    let declared = Declared::of(&folder)?;
    let variables = variables::of_root(&declared, &BTreeMap::new());
    config(&folder, &declared, variables)
}
