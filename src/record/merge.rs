//! One run out of the shards of one: what was shared out is put together again, and judged as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::part::{MergeError, Part, names, problems};
use super::run::MERGED;
use super::{Run, Scenario, options};
use crate::event::{AwsUse, Planned};
use crate::verdict::Verdict;

impl Run {
    /// Puts shards together: their scenarios in plan order, what was sent added up, verdict and exit code made anew from
    /// all of them. A shard that is not there, or does not hold its share, was not seen: the whole is inconclusive at best,
    /// and says so.
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
        let unseen: Vec<String> = missing(&parts).into_iter().chain(torn(&parts)).collect();
        let verdict = if unseen.is_empty() { verdict } else { verdict.max(Verdict::Inconclusive) };
        let runs = || parts.iter().map(|part| &part.run);
        let first = runs().min_by_key(|run| (run.started, &run.id)).cloned().unwrap_or_default();
        let broken_off = runs().filter_map(|run| Some(format!("shard {}: {}", run.shard?, run.broken_off.as_ref()?)));
        let broken_off: Vec<String> = unseen.into_iter().chain(broken_off).collect();
        Ok(Self {
            id: format!("{}{MERGED}", first.id),
            ended: runs().filter_map(|run| run.ended).max(),
            exit_code: Some(exit_code(verdict, &parts)),
            verdict: Some(verdict),
            stopped_by: runs().find_map(|run| run.stopped_by.clone()),
            broken_off: (!broken_off.is_empty()).then(|| broken_off.join("; ")),
            identity: identity(&parts),
            aws: aws(&parts),
            http_requests: runs().map(|run| run.http_requests).fold(0, u64::saturating_add),
            shard: None,
            whole: None,
            options: called_with(&parts),
            scenarios: in_plan_order(&parts),
            ..first
        })
    }
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

/// What is not as it was shared out, so that the numbers do not add up. A shard that broke off has said so itself.
fn torn(parts: &[Part]) -> Vec<String> {
    let Some(whole) = parts.iter().find_map(|part| part.run.whole.as_ref()) else { return Vec::new() };
    let seen = parts.iter().filter(|part| part.run.broken_off.is_none());
    let torn = seen.filter_map(|part| {
        let shard = part.run.shard?;
        let fell: Vec<&Planned> = shard.share(whole).collect();
        let held: Vec<Planned> = part.run.scenarios.iter().map(planned).collect();
        let lost = names(fell.iter().copied().filter(|planned| !held.contains(planned)));
        let strays = || names(held.iter().filter(|planned| !fell.contains(planned)));
        let lost = lost.map(|lost| format!("shard {shard} says nothing of {lost}: what came of it is not known"));
        lost.or_else(|| Some(format!("shard {shard} tells of {}, which did not fall to it", strays()?)))
    });
    torn.collect()
}

fn planned(Scenario { id, file, .. }: &Scenario) -> Planned {
    Planned { id: id.clone(), file: file.clone() }
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

/// What all of them were called with, but for where each was kept. Where they differ, no one command would run the whole
/// again.
fn called_with(parts: &[Part]) -> Option<Vec<String>> {
    let mut all = parts.iter().map(|part| {
        let words = options::those(part.run.options.as_deref()?, |option, _| option != options::KEPT);
        Some(words.map(str::to_owned).collect::<Vec<_>>())
    });
    let first = all.next()??;
    all.all(|other| other.as_ref() == Some(&first)).then_some(first)
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
    use crate::event::Shard;

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

    /// A share that lost scenarios on the way is no way to a green gate either.
    #[test]
    fn a_shard_that_does_not_hold_its_share_was_not_seen() {
        #[track_caller]
        fn check(mut parts: Vec<Part>, expected: (u8, Option<&str>)) {
            let planned = |id: &str| Planned { id: id.into(), file: format!("{id}.yaml") };
            parts[0].run.whole = Some(["a", "b", "c", "d", "e"].map(planned).to_vec());
            let run = Run::merge(parts).unwrap();
            assert_eq!((run.exit_code, run.broken_off.as_deref()), (Some(expected.0), expected.1));
        }
        check(vec![passed(1, 2, &["a", "c", "e"]), passed(2, 2, &["b", "d"])], (0, None));
        let lost = "shard 2/2 says nothing of d (d.yaml): what came of it is not known";
        check(vec![passed(1, 2, &["a", "c", "e"]), passed(2, 2, &["b"])], (3, Some(lost)));
        let stray = "shard 2/2 tells of z (z.yaml), which did not fall to it";
        check(vec![passed(1, 2, &["a", "c", "e"]), passed(2, 2, &["b", "d", "z"])], (3, Some(stray)));
        let mut broken = part(2, 2, &[], (Verdict::Inconclusive, 3));
        broken.run.broken_off = Some("no credentials".into());
        check(vec![passed(1, 2, &["a", "c", "e"]), broken], (3, Some("shard 2/2: no credentials")));
    }
}
