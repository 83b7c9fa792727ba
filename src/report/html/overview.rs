//! What holds for the whole run: warnings, all scenarios in a table, each step by step.

use maud::{Markup, PreEscaped, html};

use super::step;
use super::trouble::{attempts, notes};
use super::words::{anchor, badge, label};
use crate::event::Leftover;
use crate::record::{Run, Scenario};
use crate::report::evidence::Paths;
use crate::report::{headline, story};
use crate::verdict::Verdict;

/// What decides nothing and should be known: what is left behind, what was flaky, what shadow checks saw.
pub(super) fn warnings(run: &Run) -> Markup {
    let left = headline::leftovers(run).map(|(scenario, left)| {
        let Leftover { step, why, .. } = left;
        let kind = story::leaver(scenario, step);
        let [id, step, what, why] = [&scenario.id, step, &story::remains(left), why].map(|text| story::one_line(text));
        html! { strong { (id) } " › " (kind) " \"" (step) "\": " (what) ": " (why) }
    });
    let flaky = headline::flaky(run).map(|(case, scenario)| {
        let cause = scenario.earlier.iter().find_map(|attempt| attempt.cause.as_deref()).map(story::one_line);
        html! {
            strong { a href={ "#" (anchor(case)) } { (story::one_line(&scenario.id)) } }
            " passed at attempt " (scenario.attempt) @if let Some(cause) = cause { "; before: " (cause) }
        }
    });
    let shadows = headline::shadows(run).map(|(scenario, phase, step)| {
        html! { strong { (story::who(scenario, phase, step)) } ": " (story::shadow(step)) }
    });
    html! {
        (list("left", &story::begin(story::left(run)), &left.collect::<Vec<_>>()))
        (list("flaky", "Flaky", &flaky.collect::<Vec<_>>()))
        (list("shadow", "Shadow checks", &shadows.collect::<Vec<_>>()))
    }
}

fn list(id: &str, title: &str, lines: &[Markup]) -> Markup {
    html! {
        @if !lines.is_empty() {
            section class="warning" aria-labelledby=(id) {
                h2 id=(id) { span aria-hidden="true" { "⚠ " } (title) }
                ul { @for line in lines { li { (line) } } }
            }
        }
    }
}

/// All scenarios in plan order.
pub(super) fn scenarios(run: &Run) -> Markup {
    html! {
        section aria-labelledby="scenarios" {
            h2 id="scenarios" { "All scenarios" }
            table class="all" {
                thead { tr { th scope="col" { "Verdict" } th scope="col" { "Scenario" } th scope="col" class="took" { "Took" } } }
                tbody {
                    @for (case, scenario) in run.scenarios.iter().enumerate() { (row(case, scenario)) }
                }
            }
        }
    }
}

fn row(case: usize, scenario: &Scenario) -> Markup {
    let verdict = scenario.verdict.unwrap_or(Verdict::Aborted);
    let why = scenario.cause.as_deref().filter(|_| verdict != Verdict::Passed);
    html! {
        tr class=(verdict) {
            td { (badge(verdict)) }
            th scope="row" {
                a href={ "#" (anchor(case)) } { (story::one_line(&scenario.id)) }
                @if scenario.flaky() { " " (label("flaky")) }
                @if scenario.all().any(|(phase, _, step)| headline::is_shadow(phase, step)) { " " (label("shadow check")) }
                div class="small" { (story::one_line(&scenario.name)) }
                @if let Some(why) = why { div class="why" { (story::one_line(why)) } }
            }
            td class="took" { @if scenario.started.is_some() { (story::span(scenario.duration_ms())) } }
        }
    }
}

/// Where each scenario stands with each step.
pub(super) fn step_by_step(run: &Run, steps: &str) -> Markup {
    html! {
        @if !run.scenarios.is_empty() {
            section aria-labelledby="steps" {
                h2 id="steps" { "Step by step" }
                (PreEscaped(steps))
            }
        }
    }
}

/// A scenario with each step, folded away where it passed.
pub(super) fn whole(case: usize, scenario: &Scenario, paths: &Paths) -> Markup {
    let verdict = scenario.verdict.unwrap_or(Verdict::Aborted);
    let file = story::one_line(&scenario.file);
    html! {
        details class="scenario" id=(anchor(case)) open[verdict > Verdict::Passed] {
            summary {
                h3 { (badge(verdict)) " " (story::one_line(&scenario.id)) @if scenario.flaky() { " " (label("flaky")) } }
                span class="small" { (story::one_line(&scenario.name)) " · " code { (file) } }
            }
            (attempts(case, scenario, paths))
            (notes(scenario))
            (step::table(case, scenario, paths))
        }
    }
}
