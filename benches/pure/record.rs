//! Events folded into a record, and reports drawn from it.

use divan::Bencher;
use smoke::event::{Event, Fact};
use smoke::record::Run;
use smoke::report::{Format, ndjson};

/// A recorded run of one scenario, as if so many had run.
fn events(scenarios: usize) -> Vec<Event> {
    let text = include_str!("../../fixtures/runs/failed/events.ndjson");
    let recorded: Vec<Event> = text.lines().map(|line| ndjson::read(line).unwrap()).collect();
    let mut all = Vec::new();
    let (first, rest) = recorded.split_first().unwrap();
    let (last, between) = rest.split_last().unwrap();
    let mut first = first.clone();
    if let Fact::RunStarted { cases, .. } = &mut first.fact {
        *cases = cases.iter().take(1).cycle().take(scenarios).cloned().collect();
    }
    all.push(first);
    for scenario in 0..scenarios {
        all.extend(between.iter().cloned().filter_map(|event| of_case(event, scenario)));
    }
    all.push(last.clone());
    all
}

/// The same event of another case; none where it is not the first one's.
fn of_case(mut event: Event, to: usize) -> Option<Event> {
    let case = match &mut event.fact {
        Fact::ScenarioStarted { case, .. }
        | Fact::WindowOpened { case }
        | Fact::ScenarioEnded { case, .. }
        | Fact::LeftBehind { case, .. } => case,
        Fact::StepStarted { step, .. } | Fact::Looked { step, .. } | Fact::StepEnded { step, .. } => &mut step.case,
        Fact::RunStarted { .. } | Fact::StopRequested { .. } | Fact::RunEnded { .. } => return None,
    };
    if *case != 0 {
        return None;
    }
    *case = to;
    Some(event)
}

fn recorded(scenarios: usize) -> Run {
    let mut run = Run::default();
    for event in events(scenarios) {
        run.apply(&event);
    }
    assert_eq!(run.counts().scenarios, scenarios);
    run
}

#[divan::bench(args = [1, 1000])]
fn fold(bencher: Bencher<'_, '_>, scenarios: usize) {
    let events = events(scenarios);
    bencher.counter(events.len()).bench(|| {
        let mut run = Run::default();
        for event in &events {
            run.apply(event);
        }
        run
    });
}

#[divan::bench]
fn event_as_a_line(bencher: Bencher<'_, '_>) {
    let events = events(1);
    bencher.counter(events.len()).bench(|| events.iter().map(|event| ndjson::line(event).len()).sum::<usize>());
}

#[divan::bench(args = [1, 1000])]
fn draw_json(bencher: Bencher<'_, '_>, scenarios: usize) {
    draw(bencher, scenarios, Format::Json);
}

#[divan::bench(args = [1, 1000])]
fn draw_junit(bencher: Bencher<'_, '_>, scenarios: usize) {
    draw(bencher, scenarios, Format::Junit);
}

#[divan::bench(args = [1, 1000])]
fn draw_text(bencher: Bencher<'_, '_>, scenarios: usize) {
    draw(bencher, scenarios, Format::Text);
}

fn draw(bencher: Bencher<'_, '_>, scenarios: usize, format: Format) {
    let run = recorded(scenarios);
    bencher.counter(scenarios).bench(|| format.draw(&run, None));
}
