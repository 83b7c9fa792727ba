//! Wire → record. What follows from the rest (durations from times, counts, whether it is flaky) is not taken over.

use super::wire::{Attempt, AttemptStep, Aws, Calls, Captured, File, Head, Look, Scenario, Step};
use crate::event::{self, AwsUse};
use crate::record::{self, Looks, Run};

impl From<File> for Run {
    fn from(File { schema_version: _, run, counts: _, scenarios }: File) -> Self {
        let Head {
            id,
            target,
            verdict,
            started,
            ended,
            duration_ms: _,
            exit_code,
            revision,
            shard,
            whole,
            options,
            embedded,
            folder,
            smoke,
            identity,
            stopped_by,
            broken_off,
            aws,
            http_requests,
        } = run;
        Self {
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
            verdict: Some(verdict),
            exit_code: Some(exit_code),
            stopped_by,
            broken_off,
            aws: aws.into(),
            http_requests,
            scenarios: each(scenarios),
        }
    }
}

fn each<From, To: std::convert::From<From>>(items: Vec<From>) -> Vec<To> {
    items.into_iter().map(To::from).collect()
}

impl From<Aws> for AwsUse {
    fn from(Aws { calls, looks, throttled }: Aws) -> Self {
        let calls = calls.into_iter().map(|Calls { operation, count }| (operation, count)).collect();
        Self { calls, looks, throttled }
    }
}

impl From<Scenario> for record::Scenario {
    fn from(scenario: Scenario) -> Self {
        let Scenario {
            id,
            name,
            file,
            reads,
            verdict,
            flaky: _,
            started,
            ended,
            duration_ms: _,
            window_opened,
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
            started,
            ended,
            window_opened,
            verdict: Some(verdict),
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

impl From<Attempt> for record::Attempt {
    fn from(Attempt { number, verdict, duration_ms, cause, steps }: Attempt) -> Self {
        Self { number, verdict, duration_ms, cause, steps: each(steps) }
    }
}

impl From<AttemptStep> for record::AttemptStep {
    fn from(step: AttemptStep) -> Self {
        let AttemptStep { phase, index, verdict, duration_ms, cause, expectations, evidence } = step;
        Self { phase, index, verdict, duration_ms, cause, expectations, evidence }
    }
}

impl From<Step> for record::Step {
    fn from(step: Step) -> Self {
        let Step {
            name,
            file,
            line,
            probe,
            verdict,
            enforced,
            started,
            duration_ms,
            until,
            within_ms,
            looks_total,
            looks,
            changes,
            expectations,
            cause,
            evidence,
            captured,
        } = step;
        Self {
            name,
            probe,
            file,
            line,
            enforced,
            started,
            until,
            within_ms,
            verdict: Some(verdict),
            duration_ms,
            looks: Looks { total: looks_total, kept: each(looks) },
            changes,
            expectations,
            cause,
            evidence,
            captured: captured.into_iter().map(|Captured { name, value }| (name, value)).collect(),
        }
    }
}

impl From<Look> for event::Look {
    fn from(Look { at_ms, took_ms, state, summary }: Look) -> Self {
        Self { at_ms, took_ms, state, summary }
    }
}
