//! One run out of the shards of one: what was shared out is put together again, and judged as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::{Run, Scenario};
use crate::event::{AwsUse, Shard};
use crate::verdict::Verdict;

/// A shard's record, and what it is called in errors: its path.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its path.
    pub name: String,
    /// Itself.
    pub run: Run,
}

/// Why records are not the shards of one run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// Nothing was given.
    #[error("there is nothing to merge")]
    Nothing,
    /// A run that was not shared out is whole already.
    #[error("{name} is no shard: it was run without --shard")]
    NoShard {
        /// Its path.
        name: String,
    },
    /// Two records of the same part.
    #[error("{first} and {second} are both shard {shard}; leave out the one that does not count")]
    Twice {
        /// The path of the one.
        first: String,
        /// The path of the other.
        second: String,
        /// Which part.
        shard: Shard,
    },
    /// They differ in what all shards of a run have in common.
    #[error("they are not shards of one run: {first} has {what} {ones}, {second} has {others}")]
    Differ {
        /// What: `target`, `version of smoke`, …
        what: &'static str,
        /// The path of the one.
        first: String,
        /// What it has.
        ones: String,
        /// The path of the other.
        second: String,
        /// What that has.
        others: String,
    },
    /// A scenario that ran in two shards.
    #[error("they are not shards of one run: scenario {id} of {file} is in {first} and in {second}")]
    SameScenario {
        /// The scenario's id.
        id: String,
        /// Where it stands.
        file: String,
        /// The path of the one.
        first: String,
        /// The path of the other.
        second: String,
    },
}

impl Run {
    /// Puts shards together: their scenarios in plan order, what was sent added up, verdict and exit code made anew from
    /// all of them. A shard that is not there was not seen: the whole is inconclusive at best, and says so.
    ///
    /// # Errors
    /// Everything that keeps the records from being shards of one run, at once.
    pub fn merge(mut parts: Vec<Part>) -> Result<Self, Vec<MergeError>> {
        parts.sort_by_key(|part| part.run.shard);
        let problems = problems(&parts);
        if !problems.is_empty() {
            return Err(problems);
        }
        let verdict = verdict(&parts);
        let missing = missing(&parts);
        let verdict = if missing.is_some() { verdict.max(Verdict::Inconclusive) } else { verdict };
        let runs = || parts.iter().map(|part| &part.run);
        let first = runs().min_by_key(|run| (run.started, &run.id)).cloned().unwrap_or_default();
        let broken_off = runs().filter_map(|run| Some(format!("shard {}: {}", run.shard?, run.broken_off.as_ref()?)));
        let broken_off: Vec<String> = missing.into_iter().chain(broken_off).collect();
        Ok(Self {
            id: format!("{}-merged", first.id),
            ended: runs().filter_map(|run| run.ended).max(),
            exit_code: Some(exit_code(verdict, &parts)),
            verdict: Some(verdict),
            stopped_by: runs().find_map(|run| run.stopped_by.clone()),
            broken_off: (!broken_off.is_empty()).then(|| broken_off.join("; ")),
            identity: identity(&parts),
            aws: aws(&parts),
            http_requests: runs().map(|run| run.http_requests).fold(0, u64::saturating_add),
            shard: None,
            options: options(&parts),
            scenarios: in_plan_order(&parts),
            ..first
        })
    }
}

/// The parts come sorted by shard, those without one first.
fn problems(parts: &[Part]) -> Vec<MergeError> {
    let Some(first) = parts.first() else { return vec![MergeError::Nothing] };
    let whole = parts.iter().filter(|part| part.run.shard.is_none());
    let mut problems: Vec<MergeError> = whole.map(|part| MergeError::NoShard { name: part.name.clone() }).collect();
    if !problems.is_empty() {
        return problems;
    }
    problems.extend(parts.iter().skip(1).flat_map(|other| differences(first, other)));
    let pairs = parts.windows(2).filter_map(|pair| Some((&pair[0], &pair[1], pair[0].run.shard?)));
    let twice = pairs.filter(|(one, other, _)| one.run.shard == other.run.shard);
    problems.extend(twice.map(|(first, second, shard)| MergeError::Twice {
        first: first.name.clone(),
        second: second.name.clone(),
        shard,
    }));
    // What follows from those is not worth a word of its own.
    if problems.is_empty() { same_scenarios(parts) } else { problems }
}

fn differences(first: &Part, second: &Part) -> Vec<MergeError> {
    let number = |part: &Part| part.run.shard.map_or(0, |shard| shard.of).to_string();
    let revision = |part: &Part| part.run.revision.clone().unwrap_or_else(|| "none".to_owned());
    let all = [
        ("target", first.run.target.clone(), second.run.target.clone()),
        ("version of smoke", first.run.smoke.clone(), second.run.smoke.clone()),
        ("revision", revision(first), revision(second)),
        ("number of shards", number(first), number(second)),
    ];
    let differ = all.into_iter().filter(|(_, ones, others)| ones != others);
    let told = differ.map(|(what, ones, others)| MergeError::Differ {
        what,
        first: first.name.clone(),
        ones,
        second: second.name.clone(),
        others,
    });
    told.collect()
}

fn same_scenarios(parts: &[Part]) -> Vec<MergeError> {
    let mut known: BTreeMap<(&str, &str), &Part> = BTreeMap::new();
    let mut problems = Vec::new();
    for part in parts {
        for scenario in &part.run.scenarios {
            let known = known.entry((&scenario.id, &scenario.file)).or_insert(part);
            if known.run.shard != part.run.shard {
                let [id, file, first, second] =
                    [&scenario.id, &scenario.file, &known.name, &part.name].map(String::clone);
                problems.push(MergeError::SameScenario { id, file, first, second });
            }
        }
    }
    problems
}

/// Which shards are not there.
fn missing(parts: &[Part]) -> Option<String> {
    let here: BTreeSet<usize> = parts.iter().filter_map(|part| Some(part.run.shard?.index)).collect();
    let of = parts.iter().find_map(|part| Some(part.run.shard?.of)).unwrap_or_default();
    let missing: Vec<String> =
        (1..=of).filter(|index| !here.contains(index)).map(|index| format!("{index}/{of}")).collect();
    match missing.as_slice() {
        [] => None,
        [one] => Some(format!("shard {one} is missing: what it ran is not known")),
        several => Some(format!("shards {} are missing: what they ran is not known", several.join(", "))),
    }
}

/// The worst that any shard or any of its scenarios says. A shard in which nothing was judged leaves it to the others.
fn verdict(parts: &[Part]) -> Verdict {
    let scenarios = parts.iter().flat_map(|part| &part.run.scenarios).filter_map(|scenario| scenario.verdict);
    // That a scenario passed says nothing where nothing was judged, which the shard's own verdict knows.
    let scenarios = scenarios.filter(|verdict| *verdict > Verdict::Passed);
    let runs = parts.iter().map(|part| part.run.verdict.unwrap_or(Verdict::Aborted));
    scenarios.chain(runs).max().unwrap_or(Verdict::Skipped)
}

/// As in the contract's table; where all was broken off, what the shards ended with tells why.
fn exit_code(verdict: Verdict, parts: &[Part]) -> u8 {
    let aborted = || parts.iter().filter(|part| part.run.verdict == Some(Verdict::Aborted));
    match verdict {
        Verdict::Passed => 0,
        Verdict::Failed => 1,
        Verdict::Skipped => 2,
        Verdict::Inconclusive => 3,
        Verdict::Aborted => aborted().find_map(|part| part.run.exit_code).filter(|code| *code != 0).unwrap_or(4),
    }
}

/// Shards took every n-th case, so the first cases of all of them come first.
fn in_plan_order(parts: &[Part]) -> Vec<Scenario> {
    let placed = parts
        .iter()
        .flat_map(|part| part.run.scenarios.iter().enumerate().map(move |(at, one)| (at, part.run.shard, one)));
    let mut placed: Vec<_> = placed.collect();
    placed.sort_by_key(|(at, shard, _)| (*at, *shard));
    placed.into_iter().map(|(_, _, scenario)| scenario.clone()).collect()
}

/// What all of them were called with. Where they differ, no one command would run the whole again.
fn options(parts: &[Part]) -> Option<Vec<String>> {
    let first = parts.first()?.run.options.clone();
    first.filter(|first| parts.iter().all(|part| part.run.options.as_ref() == Some(first)))
}

/// Every line once, in the order in which they first stand.
fn identity(parts: &[Part]) -> Vec<String> {
    let mut known = BTreeSet::new();
    let lines = parts.iter().flat_map(|part| &part.run.identity);
    lines.filter(|line| known.insert(line.as_str())).cloned().collect()
}

fn aws(parts: &[Part]) -> AwsUse {
    let mut calls: BTreeMap<&str, u64> = BTreeMap::new();
    for (operation, many) in parts.iter().flat_map(|part| &part.run.aws.calls) {
        let sum = calls.entry(operation).or_default();
        *sum = sum.saturating_add(*many);
    }
    let sum = |of: fn(&AwsUse) -> u64| parts.iter().map(|part| of(&part.run.aws)).fold(0, u64::saturating_add);
    AwsUse {
        calls: calls.into_iter().map(|(operation, many)| (operation.to_owned(), many)).collect(),
        looks: sum(|aws| aws.looks),
        throttled: sum(|aws| aws.throttled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario(id: &str, verdict: Verdict) -> Scenario {
        Scenario { id: id.into(), file: format!("{id}.yaml"), verdict: Some(verdict), ..Scenario::default() }
    }

    /// Shard `index` of `of`, with scenarios of these names and verdicts, and its own verdict and exit code.
    fn part(index: usize, of: usize, scenarios: &[(&str, Verdict)], end: (Verdict, u8)) -> Part {
        let run = Run {
            id: format!("r{index}"),
            target: "prod".into(),
            smoke: "1".into(),
            shard: Some(Shard { index, of }),
            scenarios: scenarios.iter().map(|(id, verdict)| scenario(id, *verdict)).collect(),
            verdict: Some(end.0),
            exit_code: Some(end.1),
            aws: AwsUse { calls: vec![("ecs:X".into(), 2), (format!("s{index}"), 1)], looks: 3, throttled: 1 },
            http_requests: 5,
            identity: vec!["AWS account 1".into(), format!("API {index}")],
            ..Run::default()
        };
        Part { name: format!("{index}.json"), run }
    }

    const PASSED: (Verdict, u8) = (Verdict::Passed, 0);

    fn passed(index: usize, of: usize, ids: &[&str]) -> Part {
        let scenarios: Vec<_> = ids.iter().map(|id| (*id, Verdict::Passed)).collect();
        part(index, of, &scenarios, PASSED)
    }

    #[test]
    fn scenarios_stand_in_plan_order_and_numbers_are_added_up() {
        let run = Run::merge(vec![passed(3, 3, &["c"]), passed(1, 3, &["a", "d"]), passed(2, 3, &["b", "e"])]).unwrap();
        let ids: Vec<_> = run.scenarios.iter().map(|scenario| scenario.id.as_str()).collect();
        assert_eq!((run.id.as_str(), ids), ("r1-merged", vec!["a", "b", "c", "d", "e"]));
        let calls: Vec<_> = run.aws.calls.iter().map(|(name, many)| (name.as_str(), *many)).collect();
        assert_eq!(calls, [("ecs:X", 6), ("s1", 1), ("s2", 1), ("s3", 1)]);
        assert_eq!((run.aws.looks, run.aws.throttled, run.http_requests), (9, 3, 15));
        assert_eq!(run.identity, ["AWS account 1", "API 1", "API 2", "API 3"]);
        assert_eq!(
            (run.verdict, run.exit_code, run.shard, run.broken_off),
            (Some(Verdict::Passed), Some(0), None, None)
        );
    }

    #[test]
    fn the_verdict_is_that_of_the_worst() {
        #[track_caller]
        fn check(ends: &[(Verdict, u8)], expected: (Verdict, u8)) {
            let parts = ends.iter().zip(1..).map(|(end, index)| part(index, ends.len(), &[], *end));
            let run = Run::merge(parts.collect()).unwrap();
            assert_eq!((run.verdict, run.exit_code), (Some(expected.0), Some(expected.1)));
        }
        let (failed, unseen, unjudged) = ((Verdict::Failed, 1), (Verdict::Inconclusive, 3), (Verdict::Skipped, 2));
        check(&[PASSED, failed, unseen], failed);
        check(&[PASSED, unseen], unseen);
        check(&[PASSED, unjudged], PASSED);
        check(&[unjudged, unjudged], unjudged);
        check(&[PASSED, (Verdict::Aborted, 143)], (Verdict::Aborted, 143));
        check(&[PASSED, (Verdict::Aborted, 2)], (Verdict::Aborted, 2));
        check(&[(Verdict::Failed, 143), PASSED], failed);
    }

    /// A record that contradicts itself is no way to a green gate.
    #[test]
    fn a_scenario_that_failed_counts_whatever_its_run_says() {
        let run = Run::merge(vec![part(1, 1, &[("a", Verdict::Failed)], PASSED)]).unwrap();
        assert_eq!((run.verdict, run.exit_code), (Some(Verdict::Failed), Some(1)));
    }

    #[test]
    fn a_shard_that_is_missing_was_not_seen() {
        #[track_caller]
        fn check(parts: Vec<Part>, expected: (u8, &str)) {
            let run = Run::merge(parts).unwrap();
            assert_eq!((run.exit_code, run.broken_off.as_deref()), (Some(expected.0), Some(expected.1)));
        }
        let missing = "shard 2/3 is missing: what it ran is not known";
        check(vec![passed(1, 3, &["a"]), passed(3, 3, &["c"])], (3, missing));
        let failed = part(1, 3, &[("a", Verdict::Failed)], (Verdict::Failed, 1));
        check(vec![failed, passed(3, 3, &["c"])], (1, missing));
        let mut broken = part(3, 3, &[], (Verdict::Aborted, 4));
        broken.run.broken_off = Some("boom".into());
        check(vec![broken], (4, "shards 1/3, 2/3 are missing: what they ran is not known; shard 3/3: boom"));
    }

    #[test]
    fn what_are_no_shards_of_one_run_is_refused() {
        #[track_caller]
        fn check(parts: Vec<Part>, expected: &[&str]) {
            let errors = Run::merge(parts).unwrap_err();
            assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
        }
        let (one, two) = (|| passed(1, 2, &["a"]), || passed(2, 2, &["b"]));
        let with = |change: fn(&mut Run)| {
            let mut part = two();
            change(&mut part.run);
            part
        };
        check(vec![], &["there is nothing to merge"]);
        check(vec![one(), with(|run| run.shard = None)], &["2.json is no shard: it was run without --shard"]);
        check(
            vec![one(), two(), one()],
            &["1.json and 1.json are both shard 1/2; leave out the one that does not count"],
        );
        check(
            vec![one(), with(|run| (run.target, run.smoke) = ("staging".into(), "2".into()))],
            &[
                "they are not shards of one run: 1.json has target prod, 2.json has staging",
                "they are not shards of one run: 1.json has version of smoke 1, 2.json has 2",
            ],
        );
        check(
            vec![one(), with(|run| run.revision = Some("abc".into()))],
            &["they are not shards of one run: 1.json has revision none, 2.json has abc"],
        );
        check(
            vec![one(), with(|run| run.shard = Some(Shard { index: 2, of: 3 }))],
            &["they are not shards of one run: 1.json has number of shards 2, 2.json has 3"],
        );
        check(
            vec![one(), passed(2, 2, &["a"])],
            &["they are not shards of one run: scenario a of a.yaml is in 1.json and in 2.json"],
        );
    }
}
