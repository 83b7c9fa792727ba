//! `--shard`: which part of the plan, said or asked of the CI system.

/// As typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shard {
    /// Index from 1, and number.
    Part(usize, usize),
    /// What the CI system says.
    Auto,
}

/// Where a CI system says which of its parallel jobs this is: the index, the index of the first, and the number.
const CI_SYSTEMS: &[(&str, usize, &str)] = &[
    ("CI_NODE_INDEX", 1, "CI_NODE_TOTAL"),
    ("CIRCLE_NODE_INDEX", 0, "CIRCLE_NODE_TOTAL"),
    ("BUILDKITE_PARALLEL_JOB", 0, "BUILDKITE_PARALLEL_JOB_COUNT"),
    ("SEMAPHORE_JOB_INDEX", 1, "SEMAPHORE_JOB_COUNT"),
    ("BITBUCKET_PARALLEL_STEP", 0, "BITBUCKET_PARALLEL_STEP_COUNT"),
    ("SYSTEM_JOBPOSITIONINPHASE", 1, "SYSTEM_TOTALJOBSINPHASE"),
];

impl Shard {
    /// Index from 1, and number.
    pub(crate) fn resolve(self, env: &dyn Fn(&str) -> Option<String>) -> Result<(usize, usize), String> {
        match self {
            Self::Part(index, number) => Ok((index, number)),
            Self::Auto => from_ci(env),
        }
    }
}

fn from_ci(env: &dyn Fn(&str) -> Option<String>) -> Result<(usize, usize), String> {
    for (index, first, number) in CI_SYSTEMS {
        if let (Some(at), Some(of)) = (env(index), env(number)) {
            let part = at.parse::<usize>().ok().and_then(|at| (at + 1).checked_sub(*first)).zip(of.parse().ok());
            return part
                .filter(|(at, of)| (1..=*of).contains(at))
                .ok_or_else(|| format!("--shard auto: {index}={at} and {number}={of} are no part of a whole"));
        }
    }
    let known: Vec<&str> = CI_SYSTEMS.iter().map(|(index, _, _)| *index).collect();
    Err(format!("--shard auto: no CI system says which part this is; none of {} is set", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ci_system_says_which_part_this_is() {
        #[track_caller]
        fn check(env: &[(&str, &str)], expected: Result<(usize, usize), &str>) {
            let find = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(Shard::Auto.resolve(&find), expected.map_err(str::to_owned));
        }
        check(&[("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "5")], Ok((2, 5)));
        check(&[("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "4")], Ok((1, 4)));
        check(&[("BUILDKITE_PARALLEL_JOB", "3"), ("BUILDKITE_PARALLEL_JOB_COUNT", "4")], Ok((4, 4)));
        check(
            &[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "5")],
            Err("--shard auto: CI_NODE_INDEX=0 and CI_NODE_TOTAL=5 are no part of a whole"),
        );
        check(
            &[("CI_NODE_TOTAL", "1")],
            Err("--shard auto: no CI system says which part this is; none of CI_NODE_INDEX, CIRCLE_NODE_INDEX, \
                 BUILDKITE_PARALLEL_JOB, SEMAPHORE_JOB_INDEX, BITBUCKET_PARALLEL_STEP, SYSTEM_JOBPOSITIONINPHASE is set"),
        );
    }
}
