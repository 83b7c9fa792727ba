//! The variables of a module: defaults, `terraform.tfvars`, `-var-file`, `-var`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hcl::eval::Context;
use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use serde_json::Value as Json;

use super::declared::{Call, Declared, Stanza, Written};
use super::evaluate::Evaluation;
use super::folder::{File, Folder};
use super::hcl_value::{evaluate, from_hcl, lack, to_hcl};
use super::types::Type;
use super::variable::Variable;
use crate::diagnostic::{listed, nearest};
use crate::expr::{self, Value, Withheld};
use crate::probe::local_file;
use crate::probe::terraform::withheld;

/// A value that was given, and where.
#[derive(Debug)]
pub(super) struct Given {
    value: hcl::Value,
    at: String,
}

/// What is given to the root module, the strongest last: its own files, `-var-file`, `-var`.
///
/// # Errors
/// A file of variables cannot be read.
pub(super) fn given(
    folder: &Folder,
    var_files: &[PathBuf],
    vars: &[(String, Json)],
) -> Result<BTreeMap<String, Given>, String> {
    let mut given = BTreeMap::new();
    for path in folder.variable_files()?.iter().chain(var_files) {
        given.extend(file(path)?);
    }
    let over = vars
        .iter()
        .map(|(name, value)| (name.clone(), Given { value: from_json(value), at: "vars of the step".to_owned() }));
    given.extend(over);
    Ok(given)
}

/// The first of the names that a step gives values to which are not among those that the module declares, and what may
/// be meant. Terraform refuses such a `-var`; of a file of variables it only warns.
pub(super) fn undeclared<'n, 'd>(
    declared: impl Iterator<Item = &'d str> + Clone,
    given: impl IntoIterator<Item = &'n str>,
) -> Option<(&'n str, String)> {
    let strange = given.into_iter().find(|name| !declared.clone().any(|known| known == *name))?;
    let help = match nearest(strange, declared.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if declared.clone().next().is_none() => "it declares none".to_owned(),
        None => format!("it declares {}", listed(declared)),
    };
    Some((strange, help))
}

/// Whether a file may declare a variable: whether the word stands in it.
pub(super) fn may_be_in(text: &str) -> bool {
    let goes_on = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    let mut found = text.match_indices("variable");
    found.any(|(at, word)| !text[..at].ends_with(goes_on) && !text[at + word.len()..].starts_with(goes_on))
}

/// The variables of the root module.
pub(super) fn of_root(declared: &Declared<'_>, given: &BTreeMap<String, Given>) -> BTreeMap<String, Variable> {
    let variable =
        |(name, stanza): (&&str, &Stanza<'_>)| ((*name).to_owned(), root_variable(name, stanza, given.get(*name)));
    declared.variables.iter().map(variable).collect()
}

fn root_variable(name: &str, stanza: &Stanza<'_>, given: Option<&Given>) -> Variable {
    let sensitive = stanza.is_sensitive();
    let default = if sensitive { default(stanza) } else { None };
    let written = given.map(|given| &given.value).filter(|_| sensitive).into_iter().chain(&default);
    let secrets = written.flat_map(|value| withheld::texts(&from_hcl(value))).collect();
    let told = given.map(|given| from_hcl(&given.value));
    Variable { given_at: given.map(|given| given.at.clone()), secrets, ..variable(name, stanza, told) }
}

/// One with the value that it was given, converted; its default where it was given none, or `null` and may not be that.
fn variable(name: &str, stanza: &Stanza<'_>, given: Option<Value>) -> Variable {
    let never_null = stanza.attribute("nullable").is_some_and(|mark| mark.expression.as_bool() == Some(false));
    let given = given.filter(|value| !(never_null && matches!(value, Value::Null)));
    let unset = || format!("variable {name} ({}) is given no value in the files", stanza.at());
    let value = given.or_else(|| default(stanza).as_ref().map(from_hcl)).ok_or_else(unset);
    let value = value.and_then(|value| converted(name, stanza, value));
    let value = value.unwrap_or_else(|why| Withheld::Unknown(why).into_value());
    let known = to_hcl(&value);
    Variable { value, known, given_at: None, sensitive: stanza.is_sensitive(), secrets: Vec::new() }
}

/// Those of a module that is called with arguments.
pub(super) fn of_call(declared: &Declared<'_>, call: &Call<'_>, caller: &Evaluation<'_>) -> BTreeMap<String, Variable> {
    let variable = |(name, stanza): (&&str, &Stanza<'_>)| {
        let variable = match call.stanza.attribute(name) {
            None => root_variable(name, stanza, None),
            Some(argument) => argument_variable(name, stanza, argument, caller),
        };
        ((*name).to_owned(), variable)
    };
    declared.variables.iter().map(variable).collect()
}

fn argument_variable(name: &str, stanza: &Stanza<'_>, argument: Written<'_>, caller: &Evaluation<'_>) -> Variable {
    let sensitive = stanza.is_sensitive() || caller.known.is_sensitive(argument.expression);
    let told = caller.value(argument);
    let secrets = if sensitive { withheld::texts(&told) } else { Vec::new() };
    let given = caller.known_value(argument.expression).as_ref().map_or(told, from_hcl);
    Variable { given_at: Some(argument.at()), sensitive, secrets, ..variable(name, stanza, Some(given)) }
}

/// As Terraform converts to the type that is declared. A type that is not known here tells nothing of the value.
fn converted(name: &str, stanza: &Stanza<'_>, value: Value) -> Result<Value, String> {
    let Some(written) = stanza.attribute("type") else { return Ok(value) };
    let kind = Type::of(written.expression);
    kind.and_then(|kind| kind.convert(value)).map_err(|why| format!("variable {name} ({}): {why}", stanza.at()))
}

/// A file of variables, in either syntax.
fn file(path: &Path) -> Result<BTreeMap<String, Given>, String> {
    let shown = local_file::shown(path);
    if path.extension().is_some_and(|extension| extension == "json") {
        let bytes = local_file::bytes(path).map_err(|why| format!("{shown}: {why}"))?;
        let values: Json =
            serde_json::from_slice(&bytes).map_err(|error| format!("{shown}:{}: {error}", error.line()))?;
        let Json::Object(values) = values else { return Err(format!("{shown}: this is no object")) };
        let given = |(name, value): (String, Json)| (name, Given { value: from_json(&value), at: shown.clone() });
        return Ok(values.into_iter().map(given).collect());
    }
    let file = File::read(path)?;
    let given = file.body.attributes().map(|attribute| {
        let at = file.at(attribute.span());
        let value = literal(&attribute.value).map_err(|why| format!("{at}: {why}"))?;
        Ok((attribute.key.as_str().to_owned(), Given { value, at }))
    });
    given.collect()
}

fn default(stanza: &Stanza<'_>) -> Option<hcl::Value> {
    stanza.attribute("default").and_then(|written| evaluate(written.expression, &Context::new()).ok())
}

/// Values of variables are written out; they refer to nothing.
fn literal(expression: &Expression) -> Result<hcl::Value, String> {
    evaluate(expression, &Context::new())
        .map_err(|error| format!("a variable's value is written out: {}", lack(error.kind())))
}

fn from_json(json: &Json) -> hcl::Value {
    serde_json::from_value(json.clone()).unwrap_or_default()
}

/// A variable as `config.variables` has it.
pub(super) fn fields(name: &str, variable: &Variable, stanza: &Stanza<'_>) -> Value {
    let text = |part: &str| stanza.attribute(part).and_then(|it| it.expression.as_str().map(str::to_owned));
    let default = default(stanza).and_then(|value| converted(name, stanza, from_hcl(&value)).ok());
    let default = default.map(|value| if variable.sensitive { Withheld::Sensitive(value).into_value() } else { value });
    let given = variable.given_at.as_ref().map(|_| variable.shown());
    let fields = [
        ("value", Some(variable.shown())),
        ("default", default),
        ("given", given),
        ("given_at", variable.given_at.as_deref().map(Value::from)),
        ("type", stanza.attribute("type").map(|it| Value::from(it.text().as_str()))),
        ("description", text("description").map(|text| Value::from(text.as_str()))),
        ("sensitive", Some(Value::Bool(variable.sensitive))),
        ("file", Some(Value::from(stanza.file.shown.as_str()))),
        ("line", Some(Value::Int(i64::try_from(stanza.line()).unwrap_or(i64::MAX)))),
    ];
    expr::object(fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))))
}
