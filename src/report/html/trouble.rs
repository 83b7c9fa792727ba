//! Scenarios that did not pass, the worst first: the cause, what was expected and what was seen instead, the evidence.

use maud::{Markup, html};

use super::words::{anchor, badge, evidence};
use crate::event::Judged;
use crate::record::{Attempt, Run, Scenario, Step};
use crate::report::alike::{Trouble, troubles};
use crate::report::evidence::Paths;
use crate::report::headline::{self, Headline};
use crate::report::{again, story};
use crate::verdict::Verdict;

/// How many pieces of evidence are open from the beginning.
const OPEN: usize = 2;

/// All of them; nothing where all is well.
pub(super) fn all(run: &Run, said: &Headline, paths: &Paths) -> Markup {
    let troubles = troubles(run);
    let whole = headline::unsaid(run);
    html! {
        @if !troubles.is_empty() || whole.is_some() {
            section aria-labelledby="wrong" {
                h2 id="wrong" { "What went wrong" }
                @if let Some(whole) = whole { p class="whole" { (badge(whole.verdict)) " " (whole.why) } }
                @if troubles.len() > 1 { (contents(&troubles)) }
                @for (nth, trouble) in troubles.iter().enumerate() { (one(trouble, said, paths, nth == 0)) }
                @if let Some(command) = again::command(run) { p class="again" { "Run it again: " code { (command) } } }
            }
        }
    }
}

/// Where there are several, a list to jump from.
fn contents(troubles: &[Trouble<'_>]) -> Markup {
    html! {
        nav aria-label="What went wrong" {
            ol class="contents" {
                @for trouble in troubles {
                    @let Headline { verdict, who, why, place: _ } = Headline::of_scenario(trouble.scenario);
                    li {
                        (badge(verdict)) " "
                        a href={ "#trouble-" (trouble.case + 1) } { (who.unwrap_or_default()) } ": " (why)
                        @if let Some(many) = trouble.how_many() { " (" (many) ")" }
                    }
                }
            }
        }
    }
}

/// One of them. `said` stands at the top of the page already.
fn one(trouble: &Trouble<'_>, said: &Headline, paths: &Paths, first: bool) -> Markup {
    let Trouble { case, scenario, .. } = *trouble;
    let headline = Headline::of_scenario(scenario);
    let spot = headline.spot();
    let Headline { verdict, who, why, place: _ } = headline;
    html! {
        article class={ "trouble " (verdict) } id={ "trouble-" (case + 1) } {
            h3 { (badge(verdict)) " " (who.unwrap_or_default()) }
            (alike(trouble))
            @if !first || why != said.why { p class="cause" { (why) } }
            @if let Some((_, _, step)) = scenario.culprit() { (story_of(step, &why)) }
            (notes(scenario))
            (others(scenario))
            (attempts(case, scenario, paths))
            p class="where" {
                @if let Some(spot) = spot { "at " code { (spot) } " · " }
                a href={ "#" (anchor(case)) } { "every step" }
            }
            @if let Some((phase, index, step)) = scenario.culprit() {
                @let kept = story::telling_first(&step.evidence, paths.step(case, phase, index));
                @for (nth, (piece, path)) in kept.into_iter().enumerate() {
                    (evidence(piece, path, first && nth < OPEN))
                }
            }
        }
    }
}

/// The rows of a matrix that are told of here.
fn alike(trouble: &Trouble<'_>) -> Markup {
    let (named, more) = trouble.named();
    html! {
        @if let Some(many) = trouble.how_many() {
            p class="alike" {
                strong { (many) } ": "
                @for (nth, (case, row)) in named.iter().enumerate() {
                    @if nth > 0 { ", " }
                    a href={ "#" (anchor(*case)) } { (story::one_line(row)) }
                }
                @if more > 0 { " and " (more) " more" }
                ". Told here is the first."
            }
        }
    }
}

/// What was expected and what was seen instead, for how long, and how that changed.
fn story_of(step: &Step, why: &str) -> Markup {
    let unmet: Vec<&Judged> = story::unmet(&step.expectations).collect();
    html! {
        @if let Some(own) = story::own(step, why) { p class="own" { (own) } }
        @if !unmet.is_empty() { (expected(&unmet)) }
        @if let Some(waited) = story::waited(step) { p class="waited" { (waited) } }
        (course(step))
    }
}

fn expected(unmet: &[&Judged]) -> Markup {
    html! {
        // On a phone cells stand below each other; the roles keep it a table for those who hear it.
        table class="expected" role="table" {
            thead role="rowgroup" {
                tr role="row" {
                    th scope="col" role="columnheader" { "Expected" }
                    th scope="col" role="columnheader" { "Seen" }
                }
            }
            tbody role="rowgroup" {
                @for Judged { text, kind, held, detail } in unmet {
                    tr role="row" {
                        td role="cell" { @if kind != "expect" { (kind) ": " } code { (story::one_line(text)) } }
                        td role="cell" { (seen(*held, detail.as_deref())) }
                    }
                }
            }
        }
    }
}

fn seen(held: Option<bool>, detail: Option<&str>) -> Markup {
    html! {
        @match (held, detail) {
            (Some(_), Some(detail)) => code { (story::one_line(detail)) },
            (None, Some(detail)) => { "not known: " (story::one_line(detail)) },
            (Some(true), None) => "holds",
            (Some(false), None) => "does not hold",
            (None, None) => "not known",
        }
    }
}

/// What supports the cause, and what was tested.
pub(super) fn notes(scenario: &Scenario) -> Markup {
    let notes: Vec<String> = story::notes(scenario).collect();
    html! { @if !notes.is_empty() { ul class="notes" { @for note in notes { li { (note) } } } } }
}

/// What was seen in which stretch of time.
pub(super) fn course(step: &Step) -> Markup {
    html! {
        @if !step.changes.is_empty() {
            ol class="course" aria-label="seen, one after the other" {
                @for stretch in story::stretches(&step.changes, 12) { li { (stretch) } }
            }
        }
    }
}

/// Steps that did not pass either, besides the one that decided.
fn others(scenario: &Scenario) -> Markup {
    let others: Vec<_> = headline::others(scenario).collect();
    html! {
        @if !others.is_empty() {
            ul class="others" aria-label="did not pass either" {
                @for (phase, step) in others {
                    li {
                        (badge(step.verdict.unwrap_or(Verdict::Aborted))) " also " (story::kind(phase)) " \""
                        (story::one_line(&step.name)) "\": " (story::headline(step))
                    }
                }
            }
        }
    }
}

/// What came of attempts before the last one, with what was kept of them.
pub(super) fn attempts(case: usize, scenario: &Scenario, paths: &Paths) -> Markup {
    html! {
        @if !scenario.earlier.is_empty() {
            ul class="attempts" aria-label="earlier attempts" {
                @for attempt in &scenario.earlier {
                    @let Attempt { number, verdict, duration_ms, cause, steps } = attempt;
                    li {
                        (badge(*verdict)) " attempt " (number) ", after " (story::span(*duration_ms))
                        @if let Some(cause) = cause { ": " (story::one_line(cause)) }
                        @for step in steps {
                            @for (piece, path) in step.evidence.iter().zip(paths.attempt(case, *number, step.phase, step.index)) {
                                (evidence(piece, path, false))
                            }
                        }
                    }
                }
            }
        }
    }
}
