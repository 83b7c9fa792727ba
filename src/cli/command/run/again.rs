//! What a run was called with, as far as it changes what the run means: kept, so that it can be run again as it was.

use std::path::Path;

use clap::ValueEnum as _;
use smoke::record::options::PLACE;
use smoke::redact::Redactor;

use crate::cli::args;
use crate::cli::options::Worker;

/// The options, a word each, wherever they came from: the command line or the environment. A value that holds a secret is
/// `…`. How many run side by side and which shard this was is left out: one scenario alone has neither.
pub(super) fn options(args: &args::Run, dir: Option<&Path>, redactor: &Redactor) -> Vec<String> {
    let args::Run { filter, vars, retries, timeout, faults, worker, output, .. } = args;
    let clean = |value: &str| if redactor.clean(value) == value { value.to_owned() } else { "…".to_owned() };
    let set = |(name, value): &(String, String)| format!("{name}={}", clean(value));
    let python = worker.to_possible_value().filter(|_| *worker != Worker::Rust);
    let given: [(&str, Vec<String>); 7] = [
        ("--var", vars.var.iter().map(set).collect()),
        ("--tag", filter.tag.clone()),
        ("--skip-tag", filter.skip_tag.clone()),
        ("--retries", retries.iter().map(u32::to_string).collect()),
        ("--timeout", timeout.iter().map(|within| humantime::format_duration(*within).to_string()).collect()),
        ("--fault", faults.fault.iter().filter_map(|fault| Some(fault.entry()?.name.to_owned())).collect()),
        ("--worker", python.iter().map(|worker| worker.get_name().to_owned()).collect()),
    ];
    let words = given
        .into_iter()
        .flat_map(|(option, values)| values.into_iter().flat_map(move |value| [option.to_owned(), value]));
    place(dir, &output.reports).into_iter().chain(words).collect()
}

/// The options that say where a run works and where it is kept, where that is not what goes without saying: its clean-up
/// is finished with the same.
pub(crate) fn place(dir: Option<&Path>, reports: &Path) -> Vec<String> {
    let reports = Some(reports).filter(|reports| *reports != Path::new(args::REPORTS));
    let given = PLACE.into_iter().zip([dir, reports]).filter_map(|(option, path)| Some((option, path?)));
    given.flat_map(|(option, path)| [option.to_owned(), path.to_string_lossy().into_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use smoke::redact::Secret;

    use super::*;
    use crate::cli::args::{Args, Command};

    #[test]
    fn what_changes_the_meaning_is_kept() {
        #[track_caller]
        fn check(typed: &[&str], expected: &[&str]) {
            let args = Args::try_parse_from(["smoke", "run"].iter().chain(typed)).unwrap();
            let Args { dir, command: Command::Run(args) } = args else { panic!("no run") };
            let redactor = Redactor::default();
            redactor.learn(&Secret::new("hunter2"));
            assert_eq!(options(&args, dir.as_deref(), &redactor), expected);
        }
        check(&["local", "a", "-j", "3", "--shard", "1/2", "--quiet", "--yes"], &[]);
        check(&["--var", "image=a b", "--var", "token=hunter2"], &["--var", "image=a b", "--var", "token=…"]);
        check(&["-C", "shop/e2e", "--yes"], &["-C", "shop/e2e"]);
        check(&["--reports", "out", "--tag", "a"], &["--reports", "out", "--tag", "a"]);
        check(&["--reports", "reports"], &[]);
        check(&["--timeout", "90s", "--retries", "2"], &["--retries", "2", "--timeout", "1m 30s"]);
        check(&["--tag", "a,b", "--skip-tag", "c"], &["--tag", "a", "--tag", "b", "--skip-tag", "c"]);
        check(&["--fault", "slow-rollout", "--worker", "python"], &["--fault", "slow-rollout", "--worker", "python"]);
    }
}
