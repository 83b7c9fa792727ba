//! What was tested, where, and what was asked of it.

use maud::{Markup, html};

use crate::record::Run;
use crate::report::{headline, story, tally};

/// The section.
pub(super) fn tested(run: &Run) -> Markup {
    html! {
        section aria-labelledby="tested" {
            h2 id="tested" { "What was tested" }
            dl class="facts" {
                (fact("Target", &html! { (story::one_line(&run.target)) }))
                @if let Some(revision) = &run.revision { (fact("Revision", &html! { code { (story::one_line(revision)) } })) }
                @for note in headline::tested(run) { (labelled(&note, &NOTES, "Note")) }
                @for line in &run.identity { (labelled(&story::one_line(line), &PLACES, "Looked at")) }
                @if let Some(shard) = run.shard { (fact("Shard", &html! { (shard) })) }
                @if let Some(signal) = &run.stopped_by { (fact("Stopped by", &html! { (story::one_line(signal)) })) }
                @if let Some(code) = run.exit_code { (fact("Exit code", &html! { (code) })) }
                (fact("Run", &html! { code { (story::one_line(&run.id)) } }))
                (fact("Sent", &html! { (tally::sent(run)) }))
            }
            @if !run.aws.calls.is_empty() { (calls(&run.aws.calls)) }
        }
    }
}

/// How lines begin that say where was looked, and what is to stand above the rest of them.
const PLACES: [(&str, &str); 4] =
    [("API ", "API"), ("AWS account ", "AWS account"), ("AWS region ", "Region"), ("AWS endpoint ", "Endpoint")];
/// The same of what was tested, there the name of the service itself; and of what an alarm's silence does not prove.
const NOTES: [(&str, &str); 2] = [("tested ", ""), ("alarm ", "Alarm")];

/// A line with what it begins with as its label; where that says nothing, the word before its colon.
fn labelled(line: &str, known: &[(&str, &str)], otherwise: &str) -> Markup {
    let found = known.iter().find_map(|(begin, label)| Some((*label, line.strip_prefix(begin)?)));
    let (label, value) = match found {
        Some(("", rest)) => rest.split_once(": ").unwrap_or((otherwise, rest)),
        Some(labelled) => labelled,
        None => (otherwise, line),
    };
    fact(label, &html! { (value) })
}

fn fact(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

fn calls(calls: &[(String, u64)]) -> Markup {
    html! {
        details {
            summary { "AWS calls by operation" }
            table class="calls" {
                thead { tr { th scope="col" { "Operation" } th scope="col" class="took" { "Calls" } } }
                tbody {
                    @for (operation, many) in calls {
                        tr { th scope="row" { code { (story::one_line(operation)) } } td class="took" { (many) } }
                    }
                }
            }
        }
    }
}
