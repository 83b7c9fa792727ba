//! The commands that go on from a run, ready to be copied to a shell: the one that runs once more what did not pass, as it
//! was run, and the one that finishes its clean-up.

use super::headline::troubled;
use super::story;
use crate::record::Run;

/// Where a run works and where it is kept; `smoke cleanup` finds its journal by both.
const PLACE: [&str; 2] = ["-C", KEPT];
/// Where it is kept is no part of what it means.
const KEPT: &str = "--reports";

/// The command for the worst of them; none where all is well. Options that are not known are asked for in a shell's own comment, since without
/// them another image might be judged.
#[must_use]
pub fn command(run: &Run) -> Option<String> {
    let (_, first) = troubled(run).into_iter().next()?;
    // The row of a matrix is no word that `run` takes; its scenario is, and its file where nobody would look for it.
    let id = first.id.split('[').next().unwrap_or_default();
    let scenario = if first.file.starts_with("scenarios/") { id } else { first.file.as_str() };
    let options = options(run.options.as_deref().unwrap_or_default(), |option| option != KEPT);
    let words: Vec<String> = [run.target.as_str(), scenario].into_iter().chain(options).map(quoted).collect();
    let unknown = if run.options.is_none() { " # and the options that it had, which nobody kept" } else { "" };
    Some(format!("smoke run {}{unknown}", words.join(" ")))
}

/// The command that finishes what a run left on the target, which was called with these options.
#[must_use]
pub fn cleanup(target: &str, called_with: &[String]) -> String {
    let place = options(called_with, |option| PLACE.contains(&option));
    let words: Vec<String> = std::iter::once(target).chain(place).map(quoted).collect();
    format!("smoke cleanup {}", words.join(" "))
}

/// Those of the options that are wanted, each with its value.
fn options(words: &[String], wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
    words.chunks(2).filter(move |pair| wanted(&pair[0])).flatten().map(String::as_str)
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
    use crate::record::Scenario;
    use crate::verdict::Verdict;

    #[test]
    fn what_failed_is_run_again_as_it_was() {
        #[track_caller]
        fn check((id, file): (&str, &str), options: Option<&[&str]>, expected: &str) {
            let failed =
                Scenario { id: id.into(), file: file.into(), verdict: Some(Verdict::Failed), ..Scenario::default() };
            let options = options.map(|words| words.iter().map(ToString::to_string).collect());
            // The worst is what the report begins with, wherever it stands in the plan.
            let unsure = Scenario { id: "unsure".into(), verdict: Some(Verdict::Inconclusive), ..Scenario::default() };
            let run = Run { target: "prod".into(), options, scenarios: vec![unsure, failed], ..Run::default() };
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
        check(a, Some(&["-C", "e2e", "--reports", "out", "--tag", "t"]), "smoke run prod a -C e2e --tag t");
        assert_eq!(command(&Run::default()), None);
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
