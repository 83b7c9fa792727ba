//! What goes on just now, as lines that fit the terminal. Pure: `(run, size, now) → lines`.

use chrono::{DateTime, Utc};
use smoke::event::Phase;
use smoke::record::{Run, Scenario, Step};
use smoke::report::story;
use smoke::verdict::Verdict;

use super::Paint;

/// What goes on where no step does any more.
const LAST_LOOK: &str = "a last look: log lines may come late";

/// How much room there is, in characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) width: usize,
    pub(super) height: usize,
}

/// The lines to draw, never more than fit below each other, none wider than the terminal.
pub(super) fn render(run: &Run, size: Size, now: DateTime<Utc>, paint: Paint) -> Vec<String> {
    if run.id.is_empty() || run.ended.is_some() {
        return Vec::new();
    }
    // One line is for the numbers, one stays free for the cursor.
    let room = size.height.saturating_sub(2).max(1);
    let running: Vec<&Scenario> = run.scenarios.iter().filter(|scenario| scenario.running()).collect();
    let whole: Vec<String> = running.iter().flat_map(|scenario| open(scenario, now, paint)).collect();
    let mut lines = if whole.len() <= room { whole } else { folded(&running, room, now, paint) };
    lines.push(numbers(run, running.len(), now, paint));
    // A cut line must not leave its colour behind, which `truncate_str` sees to.
    lines.iter().map(|line| console::truncate_str(line, size.width.saturating_sub(1), "…").into_owned()).collect()
}

/// A line a scenario, as many as there is room for.
fn folded(running: &[&Scenario], room: usize, now: DateTime<Utc>, paint: Paint) -> Vec<String> {
    let shown = if running.len() > room { room.saturating_sub(1) } else { running.len() };
    let mut lines: Vec<String> = running[..shown].iter().map(|scenario| in_a_line(scenario, now, paint)).collect();
    if shown < running.len() {
        lines.push(paint.dim(&format!("… and {} more running", running.len() - shown)));
    }
    lines
}

/// A scenario with its steps below it: those that have ended, and those that go on.
fn open(scenario: &Scenario, now: DateTime<Utc>, paint: Paint) -> Vec<String> {
    let again = if scenario.attempt > 1 { format!(", attempt {}", scenario.attempt) } else { String::new() };
    let since = scenario.started.map_or(0, |started| ms(started, now));
    let mut lines = vec![format!("{} ({}{again})", story::one_line(&scenario.id), story::span(since))];
    for (phase, _, step) in scenario.all() {
        lines.extend(match step.verdict {
            Some(verdict) => Some(ended(phase, step, verdict, paint)),
            None if step.started.is_some() => Some(going_on(phase, step, now)),
            None => None,
        });
    }
    lines.extend(looks_again(scenario).then(|| format!("  › {LAST_LOOK}")));
    lines
}

/// Whether the steps are through, and what they and the guards saw is looked at once more.
fn looks_again(scenario: &Scenario) -> bool {
    let through = scenario.steps.iter().all(|step| step.verdict.is_some());
    let cleaning = scenario.cleanup.iter().any(|step| step.started.is_some());
    scenario.window_opened.is_some() && through && !cleaning
}

fn ended(phase: Phase, step: &Step, verdict: Verdict, paint: Paint) -> String {
    let why = if verdict > Verdict::Passed { format!(": {}", story::headline(step)) } else { String::new() };
    let took = paint.dim(&story::span(step.duration_ms));
    format!("  {} {} {took}{why}", paint.verdict(verdict), label(phase, step))
}

fn going_on(phase: Phase, step: &Step, now: DateTime<Utc>) -> String {
    format!("  › {}{}", label(phase, step), waiting(step, now))
}

fn in_a_line(scenario: &Scenario, now: DateTime<Utc>, paint: Paint) -> String {
    let id = story::one_line(&scenario.id);
    if looks_again(scenario) {
        return format!("{id} › {LAST_LOOK}");
    }
    // The journey says more than the guards, which go on all along.
    let current =
        scenario.all().filter(|(_, _, step)| step.running()).max_by_key(|(phase, _, _)| *phase != Phase::Guard);
    match current {
        Some((phase, _, step)) => format!("{id} › {}{}", label(phase, step), waiting(step, now)),
        None => format!("{id} {}", paint.dim("…")),
    }
}

fn label(phase: Phase, step: &Step) -> String {
    let name = story::one_line(&step.name);
    if phase == Phase::Step { name } else { format!("{}: {name}", story::kind(phase)) }
}

/// What is being waited for, what was seen last, and how much of its time is gone.
fn waiting(step: &Step, now: DateTime<Utc>) -> String {
    let since = step.started.map_or(0, |started| ms(started, now));
    let seen = step.changes.last().map_or(String::new(), |change| format!(" · {}", story::one_line(&change.state)));
    let until = step.until.as_deref().map_or(String::new(), |until| format!(" · until {}", story::one_line(until)));
    let clock = match step.within_ms {
        Some(within) => format!(" · {} of {}", story::span(since), story::span(within)),
        None => format!(" · {}", story::span(since)),
    };
    format!("{seen}{clock}{until}")
}

fn numbers(run: &Run, running: usize, now: DateTime<Utc>, paint: Paint) -> String {
    let verdicts = [Verdict::Passed, Verdict::Failed, Verdict::Inconclusive, Verdict::Aborted, Verdict::Skipped];
    let ended = |verdict| run.scenarios.iter().filter(|scenario| scenario.verdict == Some(verdict)).count();
    let waiting = run.scenarios.iter().filter(|scenario| scenario.started.is_none() && scenario.verdict.is_none());
    let mut parts = vec![format!("{running} running")];
    for (many, verdict) in verdicts.map(|verdict| (ended(verdict), verdict)) {
        if many > 0 {
            parts.push(format!("{many} {}", paint.verdict(verdict)));
        }
    }
    parts.push(format!("{} to go", waiting.count()));
    format!("{} · {}", parts.join(", "), story::span(ms(run.started, now)))
}

fn ms(from: DateTime<Utc>, to: DateTime<Utc>) -> u64 {
    // Whole seconds, so that a line does not flicker between two lengths.
    u64::try_from((to - from).num_seconds()).unwrap_or_default() * 1000
}

#[cfg(test)]
pub(crate) mod tests {
    use smoke::event::{Event, Fact};
    use smoke::report::ndjson;

    use super::*;

    /// The events of a recorded run.
    pub(crate) fn recorded(name: &str) -> Vec<Event> {
        let path = format!("{}/fixtures/runs/{name}/events.ndjson", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().map(|line| ndjson::read(line).unwrap()).collect()
    }

    fn at(run: &Run, seconds: i64) -> DateTime<Utc> {
        run.started + chrono::TimeDelta::seconds(seconds)
    }

    /// The recorded run as it stood so many seconds after its beginning.
    fn after(name: &str, seconds: i64) -> Run {
        let mut run = Run::default();
        for event in recorded(name) {
            if run.id.is_empty() || event.at <= at(&run, seconds) {
                run.apply(&event);
            }
        }
        run
    }

    #[track_caller]
    fn check(run: &Run, size: (usize, usize), seconds: i64, expected: &[&str]) {
        let size = Size { width: size.0, height: size.1 };
        let lines = render(run, size, at(run, seconds), Paint::PLAIN);
        assert_eq!(lines, expected);
    }

    #[test]
    fn what_is_waited_for_is_shown_with_its_time() {
        check(
            &after("failed", 3),
            (120, 24),
            3,
            &[
                "bulk-import (3 s)",
                "  ✓ passed ready: the new worker is rolled out 1 s",
                "  › guard: the worker stays up · healthy 1, desired 1 · 2 s",
                "  ✓ passed upload a small file 180 ms",
                "  › wait until it can be reviewed · queued · 1 s of 2 min · until response.body.status == \"review_ready\"",
                "1 running, 0 to go · 3 s",
            ],
        );
    }

    /// Between the end of the last step and the beginning of the clean-up.
    #[test]
    fn that_it_looks_once_more_is_shown() {
        let mut run = Run::default();
        for event in recorded("passed") {
            let cleaning = matches!(&event.fact, Fact::StepStarted { step, .. } if step.phase == Phase::Finally);
            let over = cleaning || matches!(event.fact, Fact::ScenarioEnded { .. });
            if over {
                break;
            }
            run.apply(&event);
        }
        let size = Size { width: 80, height: 24 };
        let shown = |run: &Run, height| render(run, Size { height, ..size }, run.started, Paint::PLAIN);
        assert!(
            shown(&run, 24).contains(&"  › a last look: log lines may come late".to_owned()),
            "{:?}",
            shown(&run, 24)
        );
        assert_eq!(shown(&run, 3)[0], "bulk-import › a last look: log lines may come late");
        run.scenarios[0].steps[0].verdict = None;
        assert!(!shown(&run, 24).join(" ").contains("last look"));
    }

    #[test]
    fn narrow_terminals_cut_lines() {
        check(&after("failed", 3), (24, 4), 3, &["bulk-import › wait unt…", "1 running, 0 to go · 3…"]);
    }

    #[test]
    fn an_ended_run_draws_nothing() {
        check(&after("failed", 1000), (80, 24), 1000, &[]);
        check(&Run::default(), (80, 24), 0, &[]);
    }

    #[test]
    fn many_scenarios_side_by_side_collapse() {
        let mut events = recorded("passed");
        let Fact::RunStarted { run: _, cases } = &mut events[0].fact else { panic!() };
        let case = cases[0].clone();
        *cases =
            (0..100).map(|index| smoke::event::CaseOutline { id: format!("case-{index}"), ..case.clone() }).collect();
        let mut run = Run::default();
        run.apply(&events[0]);
        for case in 0..97 {
            run.apply(&Event { at: run.started, fact: Fact::ScenarioStarted { case, attempt: 1 } });
        }
        check(
            &run,
            (60, 6),
            2,
            &["case-0 …", "case-1 …", "case-2 …", "… and 94 more running", "97 running, 3 to go · 2 s"],
        );
    }
}
