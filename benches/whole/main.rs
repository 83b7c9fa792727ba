//! What the whole program costs: the real binary as a process, on projects that are made for it, against servers on
//! loopback. `cargo bench --bench whole` prints the tables of `BENCHMARKS.md`; `-- WORD` takes only the measurements with
//! that word in their names, `-- --rounds N` repeats each N times. See [`suite`] for what is measured.
//!
//! Where `hurl` is on the PATH, the same steps go to the same server with it, in turn with smoke, so that whatever else
//! the machine does meets both.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "its tables are what it is for")]

mod aims;
mod api;
mod cost;
mod machine;
mod measurer;
mod project;
mod suite;
mod summary;
mod table;
mod upstream;

/// What was asked for on the command line.
#[derive(Debug, Default)]
struct Asked {
    words: Vec<String>,
    rounds: Option<usize>,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        // The program is its own server and its own stopwatch, each as a process of its own.
        Some(api::MODE) => api::serve(),
        Some(measurer::MODE) => measurer::measure(arguments),
        first => run(&asked(first.map(str::to_owned).into_iter().chain(arguments))),
    }
}

fn asked(arguments: impl Iterator<Item = String>) -> Asked {
    let mut asked = Asked::default();
    let mut arguments = arguments.filter(|argument| argument != "--bench");
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rounds" => {
                let number = arguments.next().and_then(|number| number.parse().ok());
                asked.rounds = Some(number.expect("--rounds takes a number"));
            }
            _ => asked.words.push(argument),
        }
    }
    asked
}

fn run(asked: &Asked) {
    let stand = suite::Stand::build();
    let wanted = |name: &str| asked.words.is_empty() || asked.words.iter().any(|word| name.contains(word.as_str()));
    let mut groups = suite::groups(&stand);
    for group in &mut groups {
        group.measurements.retain(|measurement| wanted(&measurement.name));
    }
    println!("{}\n", machine::described());
    println!("{}", table::HEAD);
    let mut all = Vec::new();
    for group in groups {
        for summary in group.carry_out(asked.rounds) {
            println!("{}", table::row(&summary));
            all.push(summary);
        }
    }
    println!("\n{}", aims::table(&all));
}
