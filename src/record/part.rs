//! Records that are to be the parts of one run, and what speaks against it.

use std::collections::BTreeMap;

use super::{Run, options};
use crate::event::{Planned, Shard};

/// How many scenarios are named at most in one error.
const NAMED: usize = 3;

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
    /// Where they ran was taken for a secret, so that two targets would look the same.
    #[error(
        "whether they are shards of one run cannot be told: the name of their target holds a secret, and is {target} in \
         {first} and in {second}"
    )]
    Masked {
        /// What is left of the target's name.
        target: String,
        /// The path of the one.
        first: String,
        /// The path of the other.
        second: String,
    },
    /// They were shared out of different plans: there are scenarios that no shard ran.
    #[error("they are not shards of one run: {how}; run every shard with the same scenarios and tags")]
    OtherPlan {
        /// How the plans differ.
        how: String,
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

/// The parts come sorted by shard, those without one first.
pub(super) fn problems(parts: &[Part]) -> Vec<MergeError> {
    let Some(first) = parts.first() else { return vec![MergeError::Nothing] };
    let whole = parts.iter().filter(|part| part.run.shard.is_none());
    let mut problems: Vec<MergeError> = whole.map(|part| MergeError::NoShard { name: part.name.clone() }).collect();
    if !problems.is_empty() {
        return problems;
    }
    problems.extend(parts.iter().skip(1).flat_map(|other| differences(first, other)));
    problems.extend(other_options(parts));
    problems.extend(other_plans(parts));
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
    told.chain(masked(first, second)).collect()
}

/// What was cleaned away might have differed.
fn masked(first: &Part, second: &Part) -> Option<MergeError> {
    let target = &first.run.target;
    (*target == second.run.target && target.contains("***")).then(|| MergeError::Masked {
        target: target.clone(),
        first: first.name.clone(),
        second: second.name.clone(),
    })
}

/// The first part that was called with other options than the first that kept them.
fn other_options(parts: &[Part]) -> Option<MergeError> {
    let mut kept = parts.iter().filter_map(|part| Some((part, telling(part.run.options.as_deref()?))));
    let (first, ones) = kept.next()?;
    let (second, others) = kept.find(|(_, others)| *others != ones)?;
    let told = |words: &[&str]| if words.is_empty() { "none".to_owned() } else { words.join(" ") };
    Some(MergeError::Differ {
        what: "options",
        first: first.name.clone(),
        ones: told(&ones),
        second: second.name.clone(),
        others: told(&others),
    })
}

/// Options without the place: what lies there is compared.
fn telling(words: &[String]) -> Vec<&str> {
    options::those(words, |option, _| !options::PLACE.contains(&option)).collect()
}

/// The first part that was taken from another plan than the first that kept its own.
fn other_plans(parts: &[Part]) -> Option<MergeError> {
    let mut kept = parts.iter().filter_map(|part| Some((part, part.run.whole.as_deref()?)));
    let (first, ones) = kept.next()?;
    let (second, others) = kept.find(|(_, others)| *others != ones)?;
    let only = |some: &[Planned], all: &[Planned]| names(some.iter().filter(|one| !all.contains(one)));
    let (one, two) = (&first.name, &second.name);
    let how = match (only(ones, others), only(others, ones)) {
        (Some(ones), Some(others)) => {
            format!("{one} is a part of a plan with {ones}, {two} of one with {others} instead")
        }
        (Some(ones), None) => format!("{one} is a part of a plan with {ones}, {two} of one without"),
        (None, Some(others)) => format!("{two} is a part of a plan with {others}, {one} of one without"),
        (None, None) => format!("{one} and {two} are parts of plans in different orders"),
    };
    Some(MergeError::OtherPlan { how })
}

/// The first of them by id, and how many more there are; nothing where there are none. Their files tell apart those with
/// the same id.
pub(super) fn names<'plan>(planned: impl Iterator<Item = &'plan Planned>) -> Option<String> {
    let names: Vec<String> = planned.map(|Planned { id, file }| format!("{id} ({file})")).collect();
    let more = names.len().saturating_sub(NAMED);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    (!names.is_empty()).then(|| format!("{}{rest}", names[..names.len() - more].join(", ")))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Scenario;

    /// Shard `index` of `of` with these scenarios.
    fn passed(index: usize, of: usize, ids: &[&str]) -> Part {
        let scenario = |id: &&str| Scenario { id: (*id).into(), file: format!("{id}.yaml"), ..Scenario::default() };
        let run = Run {
            target: "prod".into(),
            smoke: "1".into(),
            shard: Some(Shard { index, of }),
            scenarios: ids.iter().map(scenario).collect(),
            ..Run::default()
        };
        Part { name: format!("{index}.json"), run }
    }

    #[test]
    fn what_are_no_shards_of_one_run_is_refused() {
        #[track_caller]
        fn check(mut parts: Vec<Part>, expected: &[&str]) {
            parts.sort_by_key(|part| part.run.shard);
            let errors = problems(&parts);
            assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
        }
        let (one, two) = (|| passed(1, 2, &["a"]), || passed(2, 2, &["b"]));
        let with = |change: fn(&mut Run)| {
            let mut part = two();
            change(&mut part.run);
            part
        };
        check(vec![], &["there is nothing to merge"]);
        let masked = [one(), two()].map(|mut part| {
            part.run.target = "***".into();
            part
        });
        check(
            masked.into(),
            &[
                "whether they are shards of one run cannot be told: the name of their target holds a secret, and is *** in \
               1.json and in 2.json",
            ],
        );
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

    #[test]
    fn shards_of_different_selections_are_refused() {
        #[track_caller]
        fn check(plans: [&[&str]; 2], expected: &[&str]) {
            let planned = |id: &&str| Planned { id: (*id).into(), file: format!("{id}.yaml") };
            let part = |(index, plan): (usize, &&[&str])| {
                let mut part = passed(index, 2, &[]);
                part.run.whole = Some(plan.iter().map(planned).collect());
                part
            };
            let parts: Vec<Part> = (1..).zip(&plans).map(part).collect();
            assert_eq!(problems(&parts).iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
        }
        let told = |how: &str| {
            format!("they are not shards of one run: {how}; run every shard with the same scenarios and tags")
        };
        check([&["a", "b"], &["a", "b"]], &[]);
        check(
            [&["a", "b"], &["e", "f"]],
            &[&told(
                "1.json is a part of a plan with a (a.yaml), b (b.yaml), 2.json of one with e (e.yaml), f (f.yaml) instead",
            )],
        );
        check(
            [&["a", "b"], &["a", "b", "c", "d", "e", "f"]],
            &[&told(
                "2.json is a part of a plan with c (c.yaml), d (d.yaml), e (e.yaml) and 1 more, 1.json of one without",
            )],
        );
        check([&["a", "b"], &["b"]], &[&told("1.json is a part of a plan with a (a.yaml), 2.json of one without")]);
        check([&["a", "b"], &["b", "a"]], &[&told("1.json and 2.json are parts of plans in different orders")]);
    }

    #[test]
    fn shards_with_other_options_are_refused() {
        #[track_caller]
        fn check(options: [Option<&str>; 2], expected: &[&str]) {
            let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
            let part = |(index, line): (usize, Option<&str>)| {
                let mut part = passed(index, 2, &[]);
                part.run.options = line.map(words);
                part
            };
            let parts: Vec<Part> = (1..).zip(options).map(part).collect();
            assert_eq!(problems(&parts).iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
        }
        check([Some("--var image=1"), Some("--var image=1")], &[]);
        check(
            [Some("--var image=1"), Some("--var image=2")],
            &["they are not shards of one run: 1.json has options --var image=1, 2.json has --var image=2"],
        );
        check(
            [Some(""), Some("--tag t2")],
            &["they are not shards of one run: 1.json has options none, 2.json has --tag t2"],
        );
        // Each machine may have its work in another folder.
        check([Some("-C /a --tag x"), Some("-C /b --tag x")], &[]);
        check([None, Some("--tag t2")], &[]);
    }
}
