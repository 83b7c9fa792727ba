//! What was aimed at, beside what was measured.

use crate::machine;
use crate::project;
use crate::suite::{JOURNEYS, WAITING, journeys_of, waiting_of};
use crate::summary::{Spread, Summary};
use crate::table;

/// One aim: what for, the bound in words, what was measured, whether that is enough.
struct Aim {
    what: String,
    bound: &'static str,
    measured: String,
    met: bool,
}

/// The aims for which there is a measurement.
pub(crate) fn table(all: &[Summary]) -> String {
    let find = |name: &str| all.iter().find(|summary| summary.name == name);
    let mut aims: Vec<Aim> =
        all.iter().filter(|summary| summary.name.starts_with("start-up: `smoke")).map(start_up).collect();
    if let [Some(few), Some(many)] = [WAITING[0], WAITING[2]].map(|count| find(&waiting_of(count))) {
        aims.extend(waiting(few, many));
    }
    if let [Some(smoke), Some(hurl)] = ["smoke", "hurl"].map(|program| find(&journeys_of(program, JOURNEYS[1]))) {
        aims.extend(beside_hurl(
            smoke,
            hurl,
            JOURNEYS.map(|count| ["smoke", "hurl"].map(|p| find(&journeys_of(p, count)))),
        ));
    } else if !machine::has_hurl() {
        aims.push(skipped());
    }
    aims.push(size());
    let rows = aims.iter().map(|Aim { what, bound, measured, met }| {
        format!("| {what} | {bound} | {measured} | {} |", if *met { "yes" } else { "**no**" })
    });
    let head = "| aim | bound | measured | met |\n|---|---|---|---|".to_owned();
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
}

fn start_up(summary: &Summary) -> Aim {
    let wall = summary.spread(|cost| cost.wall);
    Aim { what: summary.name.clone(), bound: "< 10 ms", measured: table::time(wall), met: wall.middle < 0.010 }
}

fn waiting(few: &Summary, many: &Summary) -> [Aim; 3] {
    let (wall, memory) = (many.spread(|cost| cost.wall), many.spread(|cost| cost.memory));
    let calls = |summary: &Summary| summary.count(|cost| cost.aws_calls).unwrap_or_default();
    let ((_, few_calls), (_, many_calls)) = (calls(few), calls(many));
    let what = |what: &str| format!("{}: {what}", many.name);
    [
        Aim { what: what("wall time"), bound: "≤ 3 s", measured: table::time(wall), met: wall.middle <= 3.0 },
        Aim { what: what("memory"), bound: "< 150 MB", measured: table::memory(memory), met: memory.middle < 150e6 },
        Aim {
            what: what("AWS calls"),
            bound: "as for 10 (at most 1.5 times)",
            measured: format!("{many_calls} beside {few_calls}"),
            met: many_calls * 2 <= few_calls * 3,
        },
    ]
}

/// CPU of smoke and of hurl, round by round.
fn beside_hurl(smoke: &Summary, hurl: &Summary, sizes: [[Option<&Summary>; 2]; 2]) -> Vec<Aim> {
    let ratio = ratios(smoke, hurl);
    let mut aims = vec![Aim {
        what: format!("CPU of {} / hurl", smoke.name),
        bound: "≤ 1",
        measured: table::number(ratio),
        met: ratio.middle <= 1.0,
    }];
    if let [[Some(smoke_few), Some(hurl_few)], _] = sizes {
        let (ours, theirs) = (each(smoke_few, smoke), each(hurl_few, hurl));
        aims.push(Aim {
            what: "CPU of each further scenario of 4 requests, smoke and hurl".to_owned(),
            bound: "smoke ≤ hurl",
            measured: format!("{} and {}", table::time(ours), table::time(theirs)),
            met: ours.middle <= theirs.middle,
        });
    }
    aims
}

fn ratios(smoke: &Summary, hurl: &Summary) -> Spread {
    let rounds = smoke.costs.iter().zip(&hurl.costs);
    Spread::of(rounds.map(|(smoke, hurl)| smoke.cpu / hurl.cpu)).expect("both were measured")
}

/// What one scenario more costs: the difference between many and few.
fn each(few: &Summary, many: &Summary) -> Spread {
    let more = f64::from(many.scenarios - few.scenarios);
    let rounds = few.costs.iter().zip(&many.costs);
    Spread::of(rounds.map(|(few, many)| (many.cpu - few.cpu) / more)).expect("both were measured")
}

fn skipped() -> Aim {
    let why = "not compared: there is no hurl on the PATH".to_owned();
    Aim { what: "CPU of a scenario / hurl".to_owned(), bound: "≤ 1", measured: why, met: false }
}

fn size() -> Aim {
    let binary = std::fs::read(project::binary()).unwrap();
    // The names of an ELF file's sections stand in it as text.
    let stripped = !binary.windows(8).any(|name| name == b".symtab\0");
    let (whole, tenths) = (binary.len() / 1_000_000, binary.len() / 100_000 % 10);
    Aim {
        what: "size of the binary".to_owned(),
        bound: "< 25 MB, stripped",
        measured: format!("{whole}.{tenths} MB, {}", if stripped { "stripped" } else { "with symbols" }),
        met: stripped && binary.len() < 25_000_000,
    }
}
