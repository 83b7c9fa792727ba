//! What is measured.

use std::path::PathBuf;
use std::process::Command;

use crate::cost::Cost;
use crate::machine;
use crate::measurer::cost_of;
use crate::project::{self, Project};
use crate::summary::Summary;
use crate::upstream::Upstream;

/// How many scenarios wait side by side, in three sizes.
pub(crate) const WAITING: [u32; 3] = [10, 100, 1000];
/// How many journeys run one after another, in two sizes.
pub(crate) const JOURNEYS: [u32; 2] = [1, 100];

/// The servers, and the projects that are run against them.
#[derive(Debug)]
pub(crate) struct Stand {
    api: Upstream,
    /// Kept for its AWS endpoint.
    _sandbox: Upstream,
    journeys: Vec<(u32, Project)>,
    waiting: Vec<(u32, Project)>,
}

/// One command, to be measured again and again.
pub(crate) struct Measurement<'stand> {
    /// As the table calls it.
    pub(crate) name: String,
    scenarios: u32,
    command: Command,
    /// Whose `run.json` tells what was sent.
    counts: Option<&'stand Project>,
    /// A folder that another run would add to.
    leaves: Option<PathBuf>,
}

/// Measurements that are repeated in turn, so that they can be compared.
pub(crate) struct Group<'stand> {
    rounds: usize,
    pub(crate) measurements: Vec<Measurement<'stand>>,
}

impl Stand {
    /// Starts the servers and writes the projects.
    pub(crate) fn build() -> Self {
        let (api, sandbox) = (Upstream::api(), Upstream::sandbox());
        let journeys = [JOURNEYS[0], JOURNEYS[1], 1000].map(|count| (count, Project::journeys(count, &api)));
        let waiting = WAITING.map(|count| (count, Project::waiting(count, &api, &sandbox)));
        let stand = Self { journeys: journeys.into(), waiting: waiting.into(), api, _sandbox: sandbox };
        stand.warm_up();
        stand
    }

    /// One run of the smallest project that waits: it ends once the sandbox has rolled out its worker. The alarm may
    /// still be without data meanwhile.
    fn warm_up(&self) {
        let began = std::time::Instant::now();
        let (_, smallest) = &self.waiting[0];
        while !smallest.run(&[]).output().unwrap().status.success() {
            assert!(began.elapsed().as_secs() < 120, "the sandbox's worker never became steady");
        }
    }
}

/// Everything.
pub(crate) fn groups(stand: &Stand) -> Vec<Group<'_>> {
    vec![start_up(stand), check(stand), journeys(stand), waiting(stand)]
}

fn start_up(stand: &Stand) -> Group<'_> {
    let (count, one) = &stand.journeys[0];
    let mut version = project::smoke();
    version.arg("--version");
    let mut measurements = vec![
        Measurement::plain("start-up: `smoke --version`", 0, version),
        Measurement::plain("start-up: `smoke check` of a single scenario", *count, one.check()),
        Measurement::plain("start-up: `smoke check` of this repository", 0, project::check_own()),
    ];
    if machine::has_hurl() {
        let mut hurl = Command::new("hurl");
        hurl.arg("--version");
        measurements.push(Measurement::plain("start-up: `hurl --version`", 0, hurl));
    }
    Group { rounds: 31, measurements }
}

fn check(stand: &Stand) -> Group<'_> {
    let (count, project) = &stand.journeys[2];
    let name = format!("`smoke check` of {count} scenarios");
    Group { rounds: 11, measurements: vec![Measurement::plain(&name, *count, project.check())] }
}

fn journeys(stand: &Stand) -> Group<'_> {
    let mut measurements = Vec::new();
    for (count, project) in &stand.journeys[..2] {
        let counts = Some(project);
        let (name, command) = (journeys_of("smoke", *count), project.run(&["--jobs", "1"]));
        measurements.push(Measurement { name, scenarios: *count, command, counts, leaves: None });
        if machine::has_hurl() {
            measurements.push(Measurement::plain(&journeys_of("hurl", *count), *count, project.hurl(&stand.api)));
        }
    }
    if machine::has_hurl() {
        let (count, project) = &stand.journeys[1];
        let (command, reports) = project.hurl_reporting(&stand.api);
        let name = format!("{}, with reports", journeys_of("hurl", *count));
        let hurl = Measurement { leaves: Some(reports), ..Measurement::plain(&name, *count, command) };
        measurements.push(hurl);
    }
    Group { rounds: 11, measurements }
}

fn waiting(stand: &Stand) -> Group<'_> {
    let measurements = stand.waiting.iter().map(|(count, project)| Measurement {
        name: waiting_of(*count),
        scenarios: *count,
        command: project.run(&[]),
        counts: Some(project),
        leaves: None,
    });
    Group { rounds: 5, measurements: measurements.collect() }
}

/// The name of a measurement of journeys one after another.
pub(crate) fn journeys_of(program: &str, count: u32) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("ready API: `{program}`, {count} scenario{plural} of 4 requests")
}

/// The name of a measurement of scenarios that wait.
pub(crate) fn waiting_of(count: u32) -> String {
    format!("waiting: {count} scenarios of 2 s side by side")
}

impl Measurement<'_> {
    fn plain(name: &str, scenarios: u32, command: Command) -> Self {
        Self { name: name.to_owned(), scenarios, command, counts: None, leaves: None }
    }

    fn once(&self) -> Cost {
        let cost = cost_of(&self.command);
        if let Some(folder) = &self.leaves {
            std::fs::remove_dir_all(folder).unwrap();
        }
        let (requests, aws_calls) = self.counts.map(Project::counted).unzip();
        Cost { requests, aws_calls, ..cost }
    }
}

impl Group<'_> {
    /// Measures all of it in turn, round after round. One round before is not counted: it fills caches.
    pub(crate) fn carry_out(self, rounds: Option<usize>) -> Vec<Summary> {
        let rounds = rounds.unwrap_or(self.rounds).max(1);
        let mut costs: Vec<Vec<Cost>> = self.measurements.iter().map(|_| Vec::new()).collect();
        for round in 0..=rounds {
            for (measurement, costs) in self.measurements.iter().zip(&mut costs) {
                let cost = measurement.once();
                if round > 0 {
                    costs.push(cost);
                }
            }
        }
        let named = self.measurements.into_iter().zip(costs);
        named.map(|(Measurement { name, scenarios, .. }, costs)| Summary { name, scenarios, costs }).collect()
    }
}
