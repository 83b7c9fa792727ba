//! The commands that go on from a run, ready to be copied to a shell: the one that runs once more what did not pass, as it
//! was run, and the one that finishes its clean-up.

use super::headline::troubled;
use super::story;
use crate::record::options::{KEPT, PLACE, those};
use crate::record::{Run, Scenario};

/// What selects is no part of it either: the scenarios are named.
const SELECTING: [&str; 3] = [KEPT, "--tag", "--skip-tag"];
const VAR: &str = "--var";
/// How many scenarios are named, the worst of them.
const NAMED: usize = 5;

/// The command for what did not pass, the worst first; none where all is well. Options that are not known are asked for in
/// a shell's own comment, since without them another image might be judged; variables that none of the scenarios reads are
/// left out, since they would be refused.
#[must_use]
pub fn command(run: &Run) -> Option<String> {
    let troubled: Vec<&Scenario> = troubled(run).into_iter().map(|(_, scenario)| scenario).collect();
    let mut all: Vec<&str> = Vec::new();
    for word in troubled.iter().map(|scenario| word(scenario)) {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    let named = &all[..all.len().min(NAMED)];
    let again: Vec<&Scenario> = troubled.into_iter().filter(|scenario| named.contains(&word(scenario))).collect();
    let options = those(run.options.as_deref().unwrap_or_default(), |option, value| {
        !SELECTING.contains(&option) && (option != VAR || is_read(value, &again))
    });
    let words = std::iter::once(run.target.as_str()).chain(named.iter().copied()).chain(options);
    let words: Vec<String> = words.map(quoted).collect();
    let unknown = run.options.is_none().then(|| "and the options that it had, which nobody kept".to_owned());
    let more = (named.len() < all.len()).then(|| format!("{NAMED} of {} that did not pass", all.len()));
    let notes: Vec<String> = more.into_iter().chain(unknown).collect();
    let notes = if notes.is_empty() { String::new() } else { format!(" # {}", notes.join(", ")) };
    (!named.is_empty()).then(|| format!("smoke run {}{notes}", words.join(" ")))
}

/// How a scenario is named. The row of a matrix is no word that `run` takes; its scenario is, and its file where nobody
/// would look for it.
fn word(scenario: &Scenario) -> &str {
    let id = scenario.id.split('[').next().unwrap_or_default();
    if scenario.file.starts_with("scenarios/") { id } else { scenario.file.as_str() }
}

/// Whether one of the scenarios reads the variable that is set, as far as anybody kept that.
fn is_read(set: &str, scenarios: &[&Scenario]) -> bool {
    let name = set.split_once('=').map(|(name, _)| name);
    scenarios.iter().any(|scenario| match (&scenario.reads, name) {
        (Some(reads), Some(name)) => reads.iter().any(|read| read == name),
        _ => true,
    })
}

/// The command that finishes what a run left on the target, which was called with these options.
#[must_use]
pub fn cleanup(target: &str, called_with: &[String]) -> String {
    let place = those(called_with, |option, _| PLACE.contains(&option));
    let words: Vec<String> = std::iter::once(target).chain(place).map(quoted).collect();
    format!("smoke cleanup {}", words.join(" "))
}

/// A word as a shell takes it.
#[must_use]
pub fn quoted(word: &str) -> String {
    let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "._/-=:@%+,…".contains(c));
    if plain { word.to_owned() } else { format!("'{}'", story::one_line(word).replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;

    #[test]
    fn what_failed_is_run_again_as_it_was() {
        #[track_caller]
        fn check((id, file): (&str, &str), options: Option<&[&str]>, expected: &str) {
            let failed =
                Scenario { id: id.into(), file: file.into(), verdict: Some(Verdict::Failed), ..Scenario::default() };
            let options = options.map(|words| words.iter().map(ToString::to_string).collect());
            let run = Run { target: "prod".into(), options, scenarios: vec![failed], ..Run::default() };
            assert_eq!(command(&run).as_deref(), Some(expected));
        }
        let a = ("a[n=1]", "scenarios/a.yaml");
        check(a, Some(&[]), "smoke run prod a");
        check(a, None, "smoke run prod a # and the options that it had, which nobody kept");
        check(
            a,
            Some(&["--var", "image=r/w@sha256:1a", "--timeout", "1m 30s"]),
            "smoke run prod a --var image=r/w@sha256:1a --timeout '1m 30s'",
        );
        check(
            a,
            Some(&["--var", "k=it's $HOME", "--var", "token=…"]),
            r"smoke run prod a --var 'k=it'\''s $HOME' --var token=…",
        );
        check(("a", "elsewhere/a.yaml"), Some(&[]), "smoke run prod elsewhere/a.yaml");
        check(a, Some(&["-C", "e2e", "--reports", "out", "--tag", "t"]), "smoke run prod a -C e2e");
        assert_eq!(command(&Run::default()), None);
    }

    #[test]
    fn all_that_did_not_pass_is_run_again_with_what_it_reads() {
        #[track_caller]
        fn check(scenarios: &[(&str, Verdict, Option<&str>)], expected: &str) {
            let scenario = |(id, verdict, reads): &(&str, Verdict, Option<&str>)| Scenario {
                id: (*id).to_owned(),
                file: format!("scenarios/{id}.yaml"),
                verdict: Some(*verdict),
                reads: reads.map(|reads| reads.split_whitespace().map(str::to_owned).collect()),
                ..Scenario::default()
            };
            let options = ["--var", "image=w:2", "--var", "rows=3", "--fault", "log-lag"].map(str::to_owned);
            let scenarios = scenarios.iter().map(scenario).collect();
            let run = Run { target: "prod".into(), options: Some(options.into()), scenarios, ..Run::default() };
            assert_eq!(command(&run).unwrap(), format!("smoke run prod {expected}"));
        }
        let (failed, unsure, passed) = (Verdict::Failed, Verdict::Inconclusive, Verdict::Passed);
        let one = ("c", passed, Some("image"));
        check(&[("a", failed, Some("rows")), one], "a --var rows=3 --fault log-lag");
        check(&[("a", failed, Some("")), one], "a --fault log-lag");
        // The worst is what the report begins with, wherever it stands in the plan.
        check(
            &[("a", unsure, Some("rows")), ("b", failed, Some("image")), one],
            "b a --var image=w:2 --var rows=3 --fault log-lag",
        );
        // Nobody kept it.
        check(&[("a", failed, None)], "a --var image=w:2 --var rows=3 --fault log-lag");
        let rows = ["m[n=1]", "m[n=2]", "x"].map(|id| (id, failed, Some("rows")));
        check(&rows, "m x --var rows=3 --fault log-lag");
        let many = ["a", "b", "c", "d", "e", "f"].map(|id| (id, failed, Some(if id == "f" { "image" } else { "" })));
        check(&many[..5], "a b c d e --fault log-lag");
        check(&many, "a b c d e --fault log-lag # 5 of 6 that did not pass");
    }

    #[test]
    fn what_is_left_is_looked_for_where_the_run_was_kept() {
        #[track_caller]
        fn check(options: &[&str], expected: &str) {
            let options: Vec<String> = options.iter().map(ToString::to_string).collect();
            assert_eq!(cleanup("prod", &options), expected);
        }
        check(&[], "smoke cleanup prod");
        check(&["--var", "-C=x", "--tag", "--reports"], "smoke cleanup prod");
        check(
            &["-C", "my shop", "--reports", "out/runs", "--var", "a=b"],
            "smoke cleanup prod -C 'my shop' --reports out/runs",
        );
    }
}
