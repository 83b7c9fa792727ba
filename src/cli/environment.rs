//! What the environment adds to what was typed.
//!
//! Clap takes a variable only where its option was not typed at all. That is right where there can be one value. Variables
//! and reports are many: there what the environment says counts beside what was typed, so that a job which sets
//! `SMOKE_VAR` for all its commands keeps it when one of them is given `--var`.

use std::ffi::{OsStr, OsString};

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches};

use super::args::Args;
use super::options::Talkativeness;
use super::settings::parse;

const VARIABLES: &str = "SMOKE_VAR";
const REPORTS: &str = "SMOKE_REPORT";
/// What is read here, and not by clap.
const OURS: [&str; 2] = [VARIABLES, REPORTS];

/// Reads one environment variable.
type Env<'env> = &'env dyn Fn(&str) -> Option<OsString>;

/// What is wrong with it, as clap tells it.
type Wrong = (ErrorKind, String);

/// The command as clap is to read it. A variable that is set and empty says nothing: CI systems leave many such.
pub(super) fn without_ours(command: clap::Command) -> clap::Command {
    let ours = |name: &OsStr| OURS.iter().any(|ours| name == *ours);
    let unheard = |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty() || ours(name));
    // No variable has that name: an argument cannot be told to have none.
    let heard = |arg: Arg| if arg.get_env().is_some_and(unheard) { arg.env("").hide_env(true) } else { arg };
    command.mut_args(heard).mut_subcommands(without_ours)
}

/// Adds what the environment says.
pub(super) fn add(args: &mut Args, typed: &ArgMatches, env: Env<'_>) -> Result<(), Wrong> {
    if let Some(vars) = args.command.vars() {
        // One a line. A variable that was typed is as it was typed.
        let said = said(VARIABLES, env)?;
        let lines = said.lines().filter(|line| !line.is_empty()).map(parse::variable);
        put_before(&mut vars.var, VARIABLES, lines, |(name, _), (typed, _)| name == typed)?;
    }
    if let Some(output) = args.command.output() {
        // One a line, or with commas between them. One that was typed as well is written once.
        let said = said(REPORTS, env)?;
        let words = said.split(['\n', ',']).map(str::trim).filter(|word| !word.is_empty()).map(parse::report);
        put_before(&mut output.report, REPORTS, words, PartialEq::eq)?;
    }
    match (args.command.talk(), typed.subcommand()) {
        (Some(talk), Some((_, typed))) => settle(talk, typed),
        _ => Ok(()),
    }
}

fn said(name: &str, env: Env<'_>) -> Result<String, Wrong> {
    env(name).unwrap_or_default().into_string().map_err(|_| wrong(name, "not UTF-8"))
}

fn wrong(name: &str, why: &str) -> Wrong {
    (ErrorKind::ValueValidation, format!("invalid value in {name}: {why}"))
}

/// Puts what the variable of this name says before what was typed, but for that which was typed as well.
fn put_before<T>(
    typed: &mut Vec<T>,
    name: &str,
    said: impl Iterator<Item = Result<T, String>>,
    is_same: impl Fn(&T, &T) -> bool,
) -> Result<(), Wrong> {
    let mut all = said.collect::<Result<Vec<T>, _>>().map_err(|why| wrong(name, &why))?;
    all.retain(|one| !typed.iter().any(|typed| is_same(one, typed)));
    all.append(typed);
    *typed = all;
    Ok(())
}

/// Of quiet and verbose the one that was typed counts; both from one source cannot be meant.
fn settle(talk: &mut Talkativeness, typed: &ArgMatches) -> Result<(), Wrong> {
    if !talk.quiet || talk.verbose == 0 {
        return Ok(());
    }
    let is_typed = |option| typed.value_source(option) == Some(ValueSource::CommandLine);
    match (is_typed("quiet"), is_typed("verbose")) {
        (true, false) => talk.verbose = 0,
        (false, true) => talk.quiet = false,
        _ => {
            let message = "the argument '--quiet' cannot be used with '--verbose...'";
            return Err((ErrorKind::ArgumentConflict, message.to_owned()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, FromArgMatches as _};

    use super::*;

    /// What is meant where that was typed, and the environment says the rest.
    fn meant(words: &[&str], set: &[(&str, &str)]) -> Result<Args, String> {
        let typed = Args::command().try_get_matches_from(words).unwrap();
        let mut args = Args::from_arg_matches(&typed).unwrap();
        let env = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(*value));
        add(&mut args, &typed, &env).map(|()| args).map_err(|(_, message)| message)
    }

    #[test]
    fn variables_of_the_environment_count_beside_those_that_were_typed() {
        #[track_caller]
        fn check(words: &[&str], set: &str, expected: Result<&[(&str, &str)], &str>) {
            let vars = meant(words, &[("SMOKE_VAR", set)]).map(|mut args| args.command.vars().unwrap().var.clone());
            let expected =
                expected.map(|all| all.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect());
            assert_eq!(vars, expected.map_err(str::to_owned));
        }
        let typed = ["smoke", "run", "--var", "rows=5", "--var", "x=one\ny=two"];
        check(&typed, "image=sha256:1a\nrows=7\n", Ok(&[("image", "sha256:1a"), ("rows", "5"), ("x", "one\ny=two")]));
        check(&typed, "", Ok(&[("rows", "5"), ("x", "one\ny=two")]));
        for command in
            [["smoke", "run"].as_slice(), &["smoke", "doctor", "t"], &["smoke", "policy", "t"], &["smoke", "cleanup"]]
        {
            check(command, "a=1\r\nb=2", Ok(&[("a", "1"), ("b", "2")]));
        }
        check(&typed, "hunter2", Err("invalid value in SMOKE_VAR: expected K=V"));
    }

    #[test]
    fn reports_of_the_environment_are_written_beside_those_that_were_typed() {
        #[track_caller]
        fn check(words: &[&str], set: &str, expected: Result<&[&str], &str>) {
            let reports =
                meant(words, &[("SMOKE_REPORT", set)]).map(|mut args| args.command.output().unwrap().report.clone());
            let expected = expected.map(|all| all.iter().map(|word| parse::report(word).unwrap()).collect());
            assert_eq!(reports, expected.map_err(str::to_owned));
        }
        let typed = ["smoke", "run", "--report", "html", "--report", "junit=a.xml"];
        check(&typed, "junit=b.xml,html", Ok(&["junit=b.xml", "html", "junit=a.xml"]));
        check(&["smoke", "merge", "run.json"], "junit=b.xml", Ok(&["junit=b.xml"]));
        check(&["smoke", "run"], "junit=b.xml\n", Ok(&["junit=b.xml"]));
        check(&["smoke", "run"], "\r\njunit=b c.xml \r\n\n  github,\n", Ok(&["junit=b c.xml", "github"]));
        check(&["smoke", "run"], "\n", Ok(&[]));
        // What was typed is one, whatever is in it.
        check(&["smoke", "run", "--report", "junit=a,b.xml"], "", Ok(&["junit=a,b.xml"]));
        check(&typed, "junti", Err("invalid value in SMOKE_REPORT: no format is called junti; did you mean junit?"));
    }

    /// As a switch of the environment is said, and as the number that a count is.
    #[test]
    fn verbose_is_said_like_any_switch() {
        let said = |text: &'static str| {
            let command =
                Args::command().mut_subcommand("run", |run| run.mut_arg("verbose", |arg| arg.default_value(text)));
            let typed = command.try_get_matches_from(["smoke", "run"]).map_err(|error| error.to_string())?;
            Ok::<u8, String>(typed.subcommand().unwrap().1.get_count("verbose"))
        };
        for (text, expected) in [("true", 1), ("Yes", 1), ("on", 1), ("no", 0), ("FALSE", 0), ("0", 0), ("2", 2)] {
            assert_eq!(said(text), Ok(expected), "{text}");
        }
        assert!(said("loud").unwrap_err().contains("expected true, false or a number"));
        let typed = Args::command().try_get_matches_from(["smoke", "run", "-vv"]).unwrap();
        assert_eq!(typed.subcommand().unwrap().1.get_count("verbose"), 2);
    }

    /// Clap reads these two; here is what comes of what it read.
    #[test]
    fn two_ways_of_talking_cannot_be_meant() {
        assert_eq!(
            meant(&["smoke", "run", "-q", "-v"], &[]).unwrap_err(),
            "the argument '--quiet' cannot be used with '--verbose...'"
        );
        assert!(meant(&["smoke", "run", "-q"], &[]).is_ok());
    }
}
