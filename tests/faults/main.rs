//! The proof: every fault and every weather of the sandbox, the real binary, and what `fixtures/faults.csv` says must
//! come of it. Every weather also together with one fault of each group.
//!
//! `cargo test --test faults` runs all of it side by side, for most runs mostly wait, and prints two figures: how many
//! faults were caught with the right step and cause, and how many weather runs were red. `cargo test --test faults --
//! stuck` runs some of it; `FAULTS_ROUNDS=10 cargo test --test faults` all of it ten times.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a test of its own harness tells its figures itself")]

mod case;
mod project;
mod server;
mod table;
mod tally;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use libtest_mimic::{Arguments, Failed, Trial};

use table::Table;
use tally::Tally;

/// How many runs go on at once, unless `--test-threads` says otherwise. They wait for deadlines, most of their time.
const SIDE_BY_SIDE: usize = 16;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
    let table = match Table::read() {
        Ok(table) => Arc::new(table),
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    let rounds = std::env::var("FAULTS_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
    let perfect = (1..=rounds).filter(|round| {
        if rounds > 1 {
            println!("\nround {round} of {rounds}");
        }
        is_perfect(&arguments, &table)
    });
    let perfect = perfect.count();
    if rounds > 1 {
        println!("rounds in which all of it was right: {perfect} of {rounds}");
    }
    if perfect == rounds { ExitCode::SUCCESS } else { ExitCode::from(101) }
}

/// Runs all once, and tells the figures.
fn is_perfect(arguments: &Arguments, table: &Arc<Table>) -> bool {
    let (started, tally) = (Instant::now(), Arc::new(Tally::default()));
    let conclusion = libtest_mimic::run(arguments, trials(table, &tally));
    if !arguments.list {
        println!("{tally}");
        println!("took {} s, {} side by side", started.elapsed().as_secs(), arguments.test_threads.unwrap_or(1));
    }
    !conclusion.has_failed()
}

fn trials(table: &Arc<Table>, tally: &Arc<Tally>) -> Vec<Trial> {
    let held = Arc::clone(table);
    let whole =
        Trial::test("the table names all that the sandbox can do", move || held.is_whole().map_err(Failed::from));
    let cases = table.cases().into_iter().map(|case| {
        let (name, kind, tally) = (case.name(), if case.is_weather() { "weather" } else { "fault" }, Arc::clone(tally));
        Trial::test(name, move || tally.count(&case, case.run()).map_err(Failed::from)).with_kind(kind)
    });
    std::iter::once(whole).chain(cases).collect()
}
