//! The top of the page: the verdict, why, and what was tested.

use maud::{Markup, html};

use super::words::{badge, time};
use crate::record::Run;
use crate::report::headline::Headline;
use crate::report::{story, tally};

/// What is read first.
pub(super) fn banner(run: &Run, headline: &Headline) -> Markup {
    let Headline { verdict, who, why, place } = headline;
    html! {
        header class={ "banner " (verdict) } {
            p class="run" { (badge(*verdict)) " " span { "on " strong { (story::one_line(&run.target)) } } }
            h1 { (why) }
            @if let Some(who) = who {
                p class="who" {
                    (who)
                    @if let Some((file, line)) = place {
                        " " code { (story::one_line(file)) @if let Some(line) = line { ":" (line) } }
                    }
                }
            }
            (facts(run))
        }
    }
}

fn facts(run: &Run) -> Markup {
    html! {
        dl class="facts" {
            (fact("Scenarios", &html! { (tally::numbers(&run.counts())) }))
            (fact("Began", &time(run.started)))
            (fact("Took", &html! { (story::span(run.duration_ms())) }))
            @if let Some(revision) = &run.revision { (fact("Revision", &html! { code { (story::one_line(revision)) } })) }
            @if let Some(shard) = run.shard { (fact("Shard", &html! { (shard) })) }
            @if let Some(signal) = &run.stopped_by { (fact("Stopped by", &html! { (story::one_line(signal)) })) }
            @if let Some(code) = run.exit_code { (fact("Exit code", &html! { (code) })) }
            (fact("Run", &html! { code { (story::one_line(&run.id)) } }))
            @for line in &run.identity { (fact("Looked at", &html! { (story::one_line(line)) })) }
        }
    }
}

fn fact(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}
