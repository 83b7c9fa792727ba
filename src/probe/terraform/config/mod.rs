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
mod terms;
mod types;
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
use crate::expr::{self, Value, Withheld};
use crate::probe::local_file::shown;

/// How deep modules may call each other.
const DEEPEST: usize = 10;

/// `config`, as expressions see it, and where each part of it stands.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) value: Value,
    /// What the provider of each kind is given that has no alias; no part of what expressions see.
    pub(super) providers: Value,
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
    if let Some((name, help)) =
        variables::undeclared(declared.variables.keys().copied(), vars.iter().map(|(name, _)| name.as_str()))
    {
        return Err(format!("{}: the module declares no variable `{name}`, which `vars` names; {help}", shown(dir)));
    }
    config(&folder, &declared, variables::of_root(&declared, &given))
}

/// The names of the variables that a root module's files declare, sorted.
///
/// # Errors
/// One of the files cannot be read. What is wrong in files that surely declare no variable is not looked for.
pub(super) fn declared_variables(dir: &Path) -> Result<Vec<String>, String> {
    let folder = Folder::read_where(dir, variables::may_be_in)?;
    let declared = Declared::of(&folder)?;
    Ok(declared.variables.into_keys().map(str::to_owned).collect())
}

/// The first of the names that are not among the declared ones, and what may be meant.
pub(super) fn undeclared<'n>(
    declared: &[String],
    names: impl IntoIterator<Item = &'n str>,
) -> Option<(&'n str, String)> {
    variables::undeclared(declared.iter().map(String::as_str), names)
}

fn config(folder: &Folder, declared: &Declared<'_>, variables: BTreeMap<String, Variable>) -> Result<Config, String> {
    let mut gathered = Gathered::default();
    let root = Spot { address: String::new(), depth: 0, count: Value::Int(1) };
    let view = module(folder, declared, variables, (&mut gathered, &root))?;
    let Gathered { resources, unread, providers, places, secrets, files } = gathered;
    let count = resources.len();
    let resources = expr::object(resources.into_iter().chain(unread));
    let value = expr::object([("resources".to_owned(), resources)].into_iter().chain(view));
    Ok(Config { value, providers: expr::object(providers), places, resources: count, files, secrets })
}

/// What is gathered from all modules.
#[derive(Debug, Default)]
struct Gathered {
    resources: BTreeMap<String, Value>,
    /// What stands for the resources of modules whose files are not read.
    unread: BTreeMap<String, Value>,
    /// Those of the root module.
    providers: BTreeMap<String, Value>,
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
    for call in declared.calls() {
        let count = count::times(&spot.count, &count::of(&call.stanza, &evaluation));
        let below = Spot { address: call.address(&spot.address), depth: spot.depth + 1, count };
        match call.folder() {
            Some(source) => called(&folder.dir.join(source), &call, &evaluation, (gathered, &below))?,
            None => unread(&call, (gathered, &below)),
        }
    }
    if spot.depth == 0 {
        gathered.places.extend(view.other_places());
        gathered.providers.extend(view.providers());
    }
    Ok(rest)
}

/// A module that another one calls.
fn called(
    dir: &Path,
    call: &Call<'_>,
    caller: &Evaluation<'_>,
    (gathered, spot): (&mut Gathered, &Spot),
) -> Result<(), String> {
    if spot.depth > DEEPEST {
        return Err(format!("{}: modules call each other more than {DEEPEST} deep", call.at()));
    }
    let child =
        Folder::read(dir).map_err(|why| format!("{}: module {} cannot be read: {why}", call.at(), call.name))?;
    let declared = Declared::of(&child)?;
    module(&child, &declared, variables::of_call(&declared, call, caller), (gathered, spot)).map(|_| ())
}

/// A module that lies elsewhere. Nobody knows what is below its address, but where there are none of it.
fn unread(call: &Call<'_>, (gathered, spot): (&mut Gathered, &Spot)) {
    if matches!(spot.count, Value::Int(0)) {
        return;
    }
    let from = call.source.map_or_else(|| "elsewhere".to_owned(), |source| format!("`{source}`"));
    let why = format!(
        "module {} ({}) comes from {from}, and smoke reads modules from folders beside only: a plan tells what it holds",
        call.name,
        call.at()
    );
    let address = format!("{}.*", spot.address);
    gathered.places.insert(format!("resources.{address}"), call.at());
    gathered.unread.insert(address, Withheld::Rest(why).into_value());
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
