//! What was typed, as it was typed. What it means stands in [`super::settings`].

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{BoolishValueParser, PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Parser, Subcommand, ValueEnum, ValueHint};

pub(crate) use super::options::REPORTS;
use super::options::{Faults, Filter, Output, Talkativeness, Vars, Worker};
use super::settings::{Shard, parse};

/// Proves that a deploy really works: drives a user's journey through the system and watches its logs, services and
/// alarms while that happens.
#[derive(Debug, Parser)]
#[command(name = "smoke", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// Work as if smoke had been started in DIR
    #[arg(short = 'C', value_name = "DIR", env = "SMOKE_DIR", global = true, value_hint = ValueHint::DirPath)]
    pub(crate) dir: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0         passed, and something was judged
  1         failed: what was looked at is not as it must be
  2         invalid: command line, smoke.yaml, a scenario, nothing to run or judge; nothing was sent
  3         inconclusive: it could not be seen, and nothing failed
  4         smoke's own fault
  128 + n   interrupted by SIGHUP (129), SIGINT (130), SIGTERM (143); cleaned up first";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run scenarios on a target
    Run(Box<Run>),
    /// Find everything that is wrong in smoke.yaml and scenarios, without a network
    Check(Check),
    /// Show what would run on a target, with tags and steps
    List(List),
    /// See whether a run could see all that it looks at: the API, credentials, permissions, each thing that is named
    Doctor(Doctor),
    /// Print the least IAM policy that the scenarios of a target need
    Policy(Policy),
    /// Finish the clean-up that interrupted or killed runs left
    Cleanup(Cleanup),
    /// Draw a report again from a recorded run, judging nothing anew
    Report(Report),
    /// Put the shards of one run together
    Merge(Merge),
    /// Start the local target as a server of its own
    Sandbox(Sandbox),
    /// Print a JSON Schema
    Schema(Schema),
    /// Write a first smoke.yaml and first scenarios, with what Terraform files tell; never overwrites
    Init,
    /// Print completions for a shell
    Completions(Completions),
}

impl Command {
    /// The variables that it was given, where it takes any.
    pub(crate) fn vars(&mut self) -> Option<&mut Vars> {
        match self {
            Self::Run(run) => Some(&mut run.vars),
            Self::Doctor(doctor) => Some(&mut doctor.vars),
            Self::Policy(policy) => Some(&mut policy.vars),
            Self::Cleanup(cleanup) => Some(&mut cleanup.vars),
            _ => None,
        }
    }

    /// Where its reports go, where it writes any.
    pub(crate) fn output(&mut self) -> Option<&mut Output> {
        match self {
            Self::Run(run) => Some(&mut run.output),
            Self::Merge(merge) => Some(&mut merge.output),
            _ => None,
        }
    }

    /// How much it says, where that can be chosen.
    pub(crate) fn talk(&mut self) -> Option<&mut Talkativeness> {
        match self {
            Self::Run(run) => Some(&mut run.talk),
            Self::Cleanup(cleanup) => Some(&mut cleanup.talk),
            _ => None,
        }
    }
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
TARGET is the first word where smoke.yaml names it, else the target is `local`, if that is there.
A SCENARIO is a path, an id (the file's name without its ending), or a tag where it is neither; without one, all that admit
the target run.")]
pub(crate) struct Run {
    /// The target, then scenarios
    #[arg(value_name = "TARGET|SCENARIO")]
    pub(crate) words: Vec<String>,
    #[command(flatten)]
    pub(crate) filter: Filter,
    #[command(flatten)]
    pub(crate) vars: Vars,
    /// Run at most N scenarios side by side
    #[arg(long, short = 'j', value_name = "N", env = "SMOKE_JOBS", value_parser = parse::at_least_one)]
    pub(crate) jobs: Option<usize>,
    /// Run a failed scenario up to N times afresh; a pass after that is shown as flaky
    #[arg(long, value_name = "N", env = "SMOKE_RETRIES")]
    pub(crate) retries: Option<u32>,
    /// Give every scenario that long, for instance 90s or 5m
    #[arg(long, value_name = "DURATION", env = "SMOKE_TIMEOUT", value_parser = parse::duration)]
    pub(crate) timeout: Option<Duration>,
    /// Start nothing more once a scenario has failed
    #[arg(long, env = "SMOKE_FAIL_FAST", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    pub(crate) fail_fast: bool,
    /// Run the I-th of N parts; `auto` asks the CI system, and is content with a part that is empty or all skipped
    #[arg(long, value_name = "I/N|auto", env = "SMOKE_SHARD", value_parser = parse::shard)]
    pub(crate) shard: Option<Shard>,
    #[command(flatten)]
    pub(crate) faults: Faults,
    /// Run this worker in the local target; `python`: the reference deployment's own, as a process
    #[arg(long, value_name = "WORKER", env = "SMOKE_WORKER", value_enum, default_value_t = Worker::Rust)]
    pub(crate) worker: Worker,
    /// Do not ask before a protected target
    #[arg(long, short, env = "SMOKE_YES", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) talk: Talkativeness,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// Scenario files that lie elsewhere than in scenarios/, or folders with a smoke.yaml of their own
    #[arg(value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub(crate) paths: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// The target; `local` where it is left out
    #[arg(value_name = "TARGET")]
    pub(crate) target: Option<String>,
    #[command(flatten)]
    pub(crate) filter: Filter,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Reads, and changes nothing: GET and HEAD requests of steps whose URL is known beforehand, and one \
call for each permission and thing that the scenarios of the target name.

  ✓  as it should be        ✗  seen, and not as it should be        ?  could not be seen

Exit codes:
  0         all is as it should be
  1         something is wrong: not there, not allowed, or such that a run could not tell
  2         invalid: smoke.yaml, a scenario, a secret
  3         nothing is wrong, but something could not be seen
  4         smoke's own fault")]
pub(crate) struct Doctor {
    /// The target
    #[arg(value_name = "TARGET")]
    pub(crate) target: String,
    #[command(flatten)]
    pub(crate) vars: Vars,
    #[command(flatten)]
    pub(crate) faults: Faults,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Read from the files alone: no secret is fetched, and nothing is asked. What a call cannot be \
narrowed by stays `*`, as AWS has it: alarms (of composite ones AWS tells only those who may ask for \
all) and task definitions.")]
pub(crate) struct Policy {
    /// The target
    #[arg(value_name = "TARGET")]
    pub(crate) target: String,
    /// The account's id; where it is not given, the one in the target's `role_arn`, else any
    #[arg(long, value_name = "ID", env = "SMOKE_ACCOUNT", value_parser = parse::account)]
    pub(crate) account: Option<String>,
    #[command(flatten)]
    pub(crate) vars: Vars,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every run notes what it sends, and what came of it, in the journal of its folder, before it sends it. \
This command does the `finally` of each scenario that did not come to it, for all runs whose folders \
are there; those that still go on are left alone. It may be run as often as you like. Variables are \
those that the run had; where one held a secret it was not noted, and is to be given again (`--var`).

Exit codes:
  0         nothing is left, or nothing was
  1         something is still there, and smoke could not take it away
  2         invalid: smoke.yaml, a scenario, a secret; or the target has another URL today
  3         it is not known whether something is left: sent, and never answered
  4         smoke's own fault
Of several, the first of 4, 1, 2, 3.")]
pub(crate) struct Cleanup {
    /// Only what was left on this target; without it, on all
    #[arg(value_name = "TARGET")]
    pub(crate) target: Option<String>,
    #[command(flatten)]
    pub(crate) vars: Vars,
    /// Do not ask before a protected target
    #[arg(long, short, env = "SMOKE_YES", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    pub(crate) yes: bool,
    /// Look for runs in DIR, and keep the record of the clean-up there
    #[arg(long, value_name = "DIR", env = "SMOKE_REPORTS", default_value = REPORTS, value_hint = ValueHint::DirPath)]
    pub(crate) reports: PathBuf,
    /// Say that you have seen to what RUN left, so that it is not spoken of again; sends nothing
    #[arg(long, value_name = "RUN", env = "SMOKE_SETTLED")]
    pub(crate) settled: Option<String>,
    #[command(flatten)]
    pub(crate) talk: Talkativeness,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Report {
    /// A recorded run, or its folder
    #[arg(value_name = "RUN.json", value_hint = ValueHint::FilePath)]
    pub(crate) run: PathBuf,
    /// What to draw
    #[arg(long, value_name = "FORMAT", env = "SMOKE_FORMAT", default_value = "text", value_parser = formats())]
    pub(crate) format: smoke::report::Format,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Scenarios stand in plan order, numbers are added up, verdict and exit code are made anew. A shard \
that is missing was not seen: the whole is inconclusive then, at best. Records that are not the \
shards of one run are refused: every shard is run with the same scenarios, tags and variables.")]
pub(crate) struct Merge {
    /// The shards' records
    #[arg(value_name = "RUN.json", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) runs: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Sandbox {
    #[command(flatten)]
    pub(crate) faults: Faults,
    /// Run this worker in the local target; `python`: the reference deployment's own, as a process
    #[arg(long, value_name = "WORKER", env = "SMOKE_WORKER", value_enum, default_value_t = Worker::Rust)]
    pub(crate) worker: Worker,
    /// Show the faults there are
    #[arg(long, env = "SMOKE_LIST_FAULTS", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    pub(crate) list_faults: bool,
    /// Port of the API; any free one where it is not given
    #[arg(long, value_name = "PORT", env = "SMOKE_API_PORT")]
    pub(crate) api_port: Option<u16>,
    /// Port of the AWS-compatible endpoint; any free one where it is not given
    #[arg(long, value_name = "PORT", env = "SMOKE_AWS_PORT")]
    pub(crate) aws_port: Option<u16>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Schema {
    /// Of what
    #[arg(value_enum, default_value = "scenario")]
    pub(crate) of: SchemaOf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SchemaOf {
    /// A scenario file
    Scenario,
    /// smoke.yaml
    Config,
    /// run.json
    Run,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

fn formats() -> impl TypedValueParser<Value = smoke::report::Format> {
    let all = smoke::report::Format::all();
    PossibleValuesParser::new(all.iter().map(|(_, name, _)| *name)).try_map(move |name| {
        let found = all.iter().find(|(_, known, _)| *known == name);
        found.map(|(format, _, _)| *format).ok_or("no such format")
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn options_stand_before_and_after_the_target() {
        #[track_caller]
        fn check(line: &str) {
            let args = Args::try_parse_from(line.split(' ')).unwrap();
            let Command::Run(run) = args.command else { panic!("{line}") };
            assert_eq!(run.words, ["prod", "bulk-import"], "{line}");
            assert_eq!((run.jobs, run.retries), (Some(3), Some(1)), "{line}");
            assert_eq!(run.filter.tag, ["a", "b"], "{line}");
            assert_eq!(args.dir.as_deref(), Some(std::path::Path::new("x")), "{line}");
        }
        check("smoke -C x run --jobs 3 --retries 1 --tag a,b prod bulk-import");
        check("smoke run prod --tag a --jobs=3 bulk-import --tag b -C x --retries 1");
        check("smoke run prod bulk-import -j3 --tag a --tag b --retries 1 -C x");
    }

    #[test]
    fn spaces_around_a_tag_are_not_of_it() {
        let args = Args::try_parse_from(["smoke", "run", "--tag", "a, b\n", "--skip-tag", " c "]).unwrap();
        let Command::Run(run) = args.command else { panic!("no run") };
        assert_eq!((run.filter.tag, run.filter.skip_tag), (vec!["a".into(), "b".into()], vec!["c".to_owned()]));
    }

    #[test]
    fn every_option_has_its_environment_variable() {
        for command in std::iter::once(Args::command()).chain(Args::command().get_subcommands().cloned()) {
            let typed = command.get_arguments().filter(|arg| !arg.is_positional());
            for arg in typed.filter(|arg| !["help", "version"].contains(&arg.get_id().as_str())) {
                let wanted = format!("SMOKE_{}", arg.get_id().as_str().to_uppercase());
                assert_eq!(arg.get_env().and_then(|name| name.to_str()), Some(wanted.as_str()));
            }
        }
    }
}
