//! The top of the page: the verdict, and why.

use maud::{Markup, html};

use super::words::{badge, time};
use crate::record::Run;
use crate::report::headline::Headline;
use crate::report::{story, tally};

/// What is read first.
pub(super) fn banner(run: &Run, headline: &Headline) -> Markup {
    let Headline { verdict, who, why, place: _ } = headline;
    html! {
        header class={ "banner " (verdict) } {
            p class="run" { (badge(*verdict)) " " span { "on " strong { (story::one_line(&run.target)) } } }
            h1 { (why) }
            @if let Some(who) = who {
                p class="who" {
                    (who)
                    @if let Some(spot) = headline.spot() { " " code { (spot) } }
                }
            }
            p class="when" {
                (time(run.started)) " · took " (story::span(run.duration_ms()))
                @if *why != tally::numbers(run) { " · " (tally::numbers(run)) }
            }
        }
    }
}
