//! Every step of a scenario, as a table.

use maud::{Markup, html};

use super::trouble::course;
use super::words::{badge, evidence, label};
use crate::event::{Judged, Look, Phase};
use crate::record::{Scenario, Step};
use crate::report::evidence::Paths;
use crate::report::story;
use crate::verdict::Verdict;

/// The table.
pub(super) fn table(case: usize, scenario: &Scenario, paths: &Paths) -> Markup {
    html! {
        // On a narrow screen cells stand below each other; the roles keep it a table for those who hear it.
        table class="steps" role="table" aria-label={ "steps of " (story::one_line(&scenario.id)) } {
            thead role="rowgroup" {
                tr role="row" {
                    th scope="col" role="columnheader" { "Verdict" }
                    th scope="col" role="columnheader" { "Step" }
                    th scope="col" role="columnheader" { "Seen" }
                    th scope="col" role="columnheader" class="took" { "Took" }
                }
            }
            tbody role="rowgroup" {
                @for (phase, index, step) in scenario.all() {
                    (row(phase, step, &story::telling_first(&step.evidence, paths.step(case, phase, index))))
                }
            }
        }
    }
}

fn row(phase: Phase, step: &Step, kept: &[(&crate::event::Evidence, &String)]) -> Markup {
    let verdict = step.verdict.unwrap_or(Verdict::Aborted);
    html! {
        tr role="row" class=(verdict) {
            td role="cell" { (badge(verdict)) }
            th scope="row" role="rowheader" {
                @if phase != Phase::Step { span class="kind" { (story::kind(phase)) } " " }
                (story::one_line(&step.name))
                @if !step.enforced { " " (label("shadow check")) }
                div class="small" { (step.probe) " · " code { (story::place(step)) } }
            }
            td role="cell" {
                @if verdict != Verdict::Passed { p { (story::headline(step)) } }
                (course(step))
                (judged(step))
                @for (piece, path) in kept { (evidence(piece, path, false)) }
            }
            td role="cell" class="took" { @if step.started.is_some() { (story::span(step.duration_ms)) } }
        }
    }
}

/// What was judged, what was kept for later steps, and each look that is kept, folded away.
fn judged(step: &Step) -> Markup {
    let many = step.expectations.len();
    html! {
        @if many > 0 || !step.captured.is_empty() {
            details {
                summary { (many) @if many == 1 { " expectation" } @else { " expectations" } ", " (story::looked(step.looks.total)) }
                ul class="judged" {
                    @for expectation in &step.expectations { li { (mark(expectation)) " " code { (story::judged(expectation)) } } }
                    @for (name, value) in &step.captured { li { "kept " code { (story::one_line(name)) " = " (story::one_line(value)) } } }
                }
                @if step.verdict > Some(Verdict::Passed) { (looks(step)) }
            }
        }
    }
}

fn mark(expectation: &Judged) -> Markup {
    let (mark, word) = match expectation.held {
        Some(true) => ("✓", "holds"),
        Some(false) => ("✗", "does not hold"),
        None => ("?", "not known"),
    };
    html! { span class="mark" role="img" aria-label=(word) { (mark) } }
}

fn looks(step: &Step) -> Markup {
    html! {
        table class="looks" {
            thead { tr { th scope="col" { "Looked at" } th scope="col" { "Saw" } } }
            tbody {
                @for Look { at_ms, took_ms: _, state: _, summary } in &step.looks.kept {
                    tr { td { (story::span(*at_ms)) } td { (story::one_line(summary)) } }
                }
            }
        }
    }
}
