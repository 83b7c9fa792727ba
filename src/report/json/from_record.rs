//! Record → wire. Every struct is taken apart without `..`, so that a new field of the record cannot be forgotten.

use serde::{Serialize, Serializer};

use super::wire::{
    Attempt, AttemptStep, Aws, Calls, Captured, Counts, File, Head, Look, SCHEMA_VERSION, Scenario, Step,
};
use crate::event::{self, AwsUse};
use crate::record::{self, Looks, Run};
use crate::verdict::Verdict;

/// Scenarios that become wire types one at a time, as they are written, so that a record of many is not held twice.
pub(super) struct OneByOne<'run>(&'run [record::Scenario]);

impl Serialize for OneByOne<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().cloned().map(Scenario::from))
    }
}

impl<'run> From<&'run Run> for File<OneByOne<'run>> {
    fn from(run: &'run Run) -> Self {
        let (counts, scenarios) = (run.counts().into(), OneByOne(&run.scenarios));
        Self { schema_version: SCHEMA_VERSION, run: run.into(), counts, scenarios }
    }
}

impl From<&Run> for Head {
    fn from(run: &Run) -> Self {
        let duration_ms = run.duration_ms();
        let Run {
            id,
            target,
            revision,
            shard,
            whole,
            options,
            embedded,
            folder,
            smoke,
            identity,
            started,
            ended,
            verdict,
            exit_code,
            stopped_by,
            broken_off,
            aws,
            http_requests,
            scenarios: _,
        } = run;
        Self {
            id: id.clone(),
            target: target.clone(),
            verdict: verdict.unwrap_or(Verdict::Aborted),
            started: *started,
            ended: *ended,
            duration_ms,
            exit_code: exit_code.unwrap_or(4),
            revision: revision.clone(),
            shard: *shard,
            whole: whole.clone(),
            options: options.clone(),
            embedded: *embedded,
            folder: folder.clone(),
            smoke: smoke.clone(),
            identity: identity.clone(),
            stopped_by: stopped_by.clone(),
            broken_off: broken_off.clone(),
            aws: aws.clone().into(),
            http_requests: *http_requests,
        }
    }
}

fn each<From, To: std::convert::From<From>>(items: Vec<From>) -> Vec<To> {
    items.into_iter().map(To::from).collect()
}

impl From<AwsUse> for Aws {
    fn from(AwsUse { calls, looks, throttled }: AwsUse) -> Self {
        let calls = calls.into_iter().map(|(operation, count)| Calls { operation, count }).collect();
        Self { calls, looks, throttled }
    }
}

impl From<record::Counts> for Counts {
    fn from(counts: record::Counts) -> Self {
        let record::Counts {
            scenarios,
            steps,
            expectations,
            passed,
            failed,
            inconclusive,
            skipped,
            aborted,
            flaky,
            leftovers,
        } = counts;
        Self { scenarios, steps, expectations, passed, failed, inconclusive, skipped, aborted, flaky, leftovers }
    }
}

impl From<record::Scenario> for Scenario {
    fn from(scenario: record::Scenario) -> Self {
        let (flaky, duration_ms) = (scenario.flaky(), scenario.duration_ms());
        let record::Scenario {
            id,
            name,
            file,
            reads,
            started,
            ended,
            window_opened,
            verdict,
            attempt,
            earlier,
            cause,
            notes,
            ready,
            guards,
            steps,
            cleanup,
            leftovers,
        } = scenario;
        Self {
            id,
            name,
            file,
            reads,
            verdict: verdict.unwrap_or(Verdict::Aborted),
            flaky,
            started,
            ended,
            duration_ms,
            window_opened,
            attempt,
            earlier: each(earlier),
            cause,
            notes,
            ready: each(ready),
            guards: each(guards),
            steps: each(steps),
            cleanup: each(cleanup),
            leftovers,
        }
    }
}

impl From<record::Attempt> for Attempt {
    fn from(record::Attempt { number, verdict, duration_ms, cause, steps }: record::Attempt) -> Self {
        Self { number, verdict, duration_ms, cause, steps: each(steps) }
    }
}

impl From<record::AttemptStep> for AttemptStep {
    fn from(step: record::AttemptStep) -> Self {
        let record::AttemptStep { phase, index, verdict, duration_ms, cause, expectations, evidence } = step;
        Self { phase, index, verdict, duration_ms, cause, expectations, evidence }
    }
}

impl From<record::Step> for Step {
    fn from(step: record::Step) -> Self {
        let record::Step {
            name,
            probe,
            file,
            line,
            enforced,
            started,
            until,
            within_ms,
            verdict,
            duration_ms,
            looks: Looks { total, kept },
            changes,
            expectations,
            cause,
            evidence,
            captured,
        } = step;
        Self {
            name,
            file,
            line,
            probe,
            verdict: verdict.unwrap_or(Verdict::Aborted),
            enforced,
            started,
            duration_ms,
            until,
            within_ms,
            looks_total: total,
            looks: each(kept),
            changes,
            expectations,
            cause,
            evidence,
            captured: captured.into_iter().map(|(name, value)| Captured { name, value }).collect(),
        }
    }
}

impl From<event::Look> for Look {
    fn from(event::Look { at_ms, took_ms, state, summary }: event::Look) -> Self {
        Self { at_ms, took_ms, state, summary }
    }
}
