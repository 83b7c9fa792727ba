//! Evidence as files of its own beside `run.json`: `evidence/<scenario>/<step>-<title>.txt`.
//!
//! The names are safe on every file system, unique without regard to case, and the same in every run of the same plan:
//! a step's part comes from all steps of its scenario, whether they brought evidence or not.

use std::collections::{BTreeMap, HashSet};

use crate::event::{Evidence, Phase};
use crate::record::{Run, Scenario};

/// How long a part of a name may get, in characters.
const PART: usize = 60;
/// How long a file may get, in bytes. What the engine collects is far shorter.
const FILE: usize = 1024 * 1024;

/// A step of one attempt: index of the scenario, number of the attempt (0: the last one), list, index in it.
type Spot = (usize, u32, Phase, usize);

/// The paths of all evidence of a run, relative to its folder.
#[derive(Debug, Default)]
pub struct Paths {
    of: BTreeMap<Spot, Vec<String>>,
}

/// A file of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFile {
    /// Relative to the run's folder, with `/` between its parts.
    pub path: String,
    /// Ending in a line feed.
    pub text: String,
}

/// Every file of evidence of a run, in plan order, earlier attempts of a scenario first.
#[must_use]
pub fn files(run: &Run) -> Vec<EvidenceFile> {
    let paths = Paths::of(run);
    let mut files = Vec::new();
    for (case, scenario) in run.scenarios.iter().enumerate() {
        for (spot, evidence) in pieces(case, scenario) {
            let named = paths.of.get(&spot).into_iter().flatten().zip(evidence);
            files.extend(
                named
                    .map(|(path, Evidence { title: _, text })| EvidenceFile { path: path.clone(), text: capped(text) }),
            );
        }
    }
    files
}

impl Paths {
    /// Gives every piece of evidence its path.
    #[must_use]
    pub fn of(run: &Run) -> Self {
        let (mut paths, mut folders) = (Self::default(), Names::default());
        for (case, scenario) in run.scenarios.iter().enumerate() {
            let folder = folders.name(&scenario.id);
            let pieces = pieces(case, scenario);
            if pieces.is_empty() {
                continue;
            }
            let mut steps = Names::default();
            let steps: BTreeMap<(Phase, usize), String> =
                scenario.all().map(|(phase, index, step)| ((phase, index), steps.name(&step.name))).collect();
            let mut files = Names::default();
            for ((_, attempt, phase, index), evidence) in pieces {
                let step = steps.get(&(phase, index)).map_or("step", String::as_str);
                let again = if attempt > 0 { format!("attempt-{attempt}-") } else { String::new() };
                let path = |piece: &Evidence| {
                    let name = files.whole(&format!("{again}{step}-{}", slug(&piece.title)));
                    format!("evidence/{folder}/{name}.txt")
                };
                paths.of.insert((case, attempt, phase, index), evidence.iter().map(path).collect());
            }
        }
        paths
    }

    /// The paths of a step's evidence in the last attempt, in its order.
    #[must_use]
    pub fn step(&self, case: usize, phase: Phase, index: usize) -> &[String] {
        self.attempt(case, 0, phase, index)
    }

    /// The paths of a step's evidence in an earlier attempt, in its order.
    #[must_use]
    pub fn attempt(&self, case: usize, number: u32, phase: Phase, index: usize) -> &[String] {
        self.of.get(&(case, number, phase, index)).map_or(&[], Vec::as_slice)
    }
}

/// All evidence of a scenario, and where it belongs.
fn pieces(case: usize, scenario: &Scenario) -> Vec<(Spot, &[Evidence])> {
    let earlier = scenario.earlier.iter().flat_map(|attempt| {
        attempt.steps.iter().map(|step| ((case, attempt.number, step.phase, step.index), step.evidence.as_slice()))
    });
    let last = scenario.all().map(|(phase, index, step)| ((case, 0, phase, index), step.evidence.as_slice()));
    earlier.chain(last).filter(|(_, evidence)| !evidence.is_empty()).collect()
}

fn capped(text: &str) -> String {
    let end = text.floor_char_boundary(FILE);
    let cut = if end < text.len() { format!("\n… cut after {FILE} bytes") } else { String::new() };
    let gap = if text.ends_with('\n') && cut.is_empty() { "" } else { "\n" };
    format!("{}{cut}{gap}", &text[..end])
}

/// Names that were given so far.
#[derive(Debug, Default)]
struct Names {
    taken: HashSet<String>,
}

impl Names {
    fn name(&mut self, wanted: &str) -> String {
        self.whole(&slug(wanted))
    }

    /// The name, or with the first number that makes it new.
    fn whole(&mut self, wanted: &str) -> String {
        let numbered = (2..).map(|number| format!("{wanted}-{number}"));
        let mut all = std::iter::once(wanted.to_owned()).chain(numbered);
        all.find(|name| self.taken.insert(name.clone())).unwrap_or_default()
    }
}

/// Lower-case letters, digits and single hyphens, never empty: safe on every file system and in every URL.
fn slug(text: &str) -> String {
    let safe = text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect::<String>();
    let parts: Vec<&str> = safe.split('-').filter(|part| !part.is_empty()).collect();
    let whole: String = parts.join("-").chars().take(PART).collect();
    let whole = whole.trim_end_matches('-');
    if whole.is_empty() { "unnamed".to_owned() } else { whole.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            assert_eq!(slug(text), expected);
        }
        check("bulk-import", "bulk-import");
        check("c[m=x, n=1]", "c-m-x-n-1");
        check("../../etc/passwd\0", "etc-passwd");
        check("Näs\"ty/ÜBER", "n-s-ty-ber");
        check("..", "unnamed");
        check("日本", "unnamed");
        check(&"ab ".repeat(50), &"ab-".repeat(20)[..59]);
    }

    #[test]
    fn names_are_new() {
        let mut names = Names::default();
        let given = ["A", "a", "a-2", "a"].map(|name| names.name(name));
        assert_eq!(given, ["a", "a-2", "a-2-2", "a-3"]);
    }

    #[test]
    fn files_end_in_a_line_feed_and_are_capped() {
        assert_eq!([capped("a"), capped("a\n"), capped("")], ["a\n", "a\n", "\n"]);
        let long = capped(&"ü".repeat(FILE));
        assert!(long.len() < FILE + 100 && long.ends_with("ü\n… cut after 1048576 bytes\n"));
    }
}
