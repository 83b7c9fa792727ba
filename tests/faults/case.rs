//! One run of the binary, and what must come of it.

use std::process::{Command, Output};

use serde_json::Value;

use crate::project::Project;
use crate::server::Server;
use crate::table::Row;

/// One run.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    faults: Vec<String>,
    expected: Row,
}

/// What a run came to.
struct Ended {
    exit: Option<i32>,
    told: String,
    run: Value,
}

impl Case {
    /// With one fault or weather.
    pub(crate) fn alone(row: &Row) -> Self {
        Self { faults: vec![row.name.clone()], expected: row.clone() }
    }

    /// With a fault, in some weather.
    pub(crate) fn together(fault: &Row, weather: &Row) -> Self {
        Self { faults: vec![weather.name.clone(), fault.name.clone()], expected: fault.clone() }
    }

    /// As it is listed.
    pub(crate) fn name(&self) -> String {
        self.faults.join(" with ")
    }

    /// Whether nothing is broken.
    pub(crate) fn is_weather(&self) -> bool {
        self.expected.is_weather()
    }

    /// Runs it and holds what came of it against the table.
    pub(crate) fn run(&self) -> Result<(), String> {
        let reports = tempfile::tempdir().map_err(|error| format!("no folder for the reports: {error}"))?;
        let own = self.server()?;
        let project = Project::new(&self.expected.ready_within, own.as_ref())?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_smoke"));
        command.env_clear().arg("-C").arg(project.root()).args(["run", "local", "bulk-import", "--quiet", "--reports"]);
        command.arg(reports.path());
        match &own {
            Some(server) => command.envs(server.environment()),
            None => command.args(self.options()),
        };
        let output = command.output().map_err(|error| format!("smoke could not be started: {error}"))?;
        let ended = Ended::of(&output, &reports.path().join("latest/run.json"))?;
        self.check(&ended)
            .and_then(|()| ended.left_nothing())
            .and_then(|()| own.as_ref().map_or(Ok(()), Server::left_nothing))
            .map_err(|wrong| format!("{wrong}\n{}", ended.told))
    }

    /// A fault of the import alone is run on a server of its own, which can be asked afterwards what was left behind.
    fn server(&self) -> Result<Option<Server>, String> {
        let is_one = self.expected.group == "import" && self.faults.len() == 1;
        is_one.then(|| Server::start(&self.options())).transpose()
    }

    fn options(&self) -> Vec<&str> {
        self.faults.iter().flat_map(|fault| ["--fault", fault.as_str()]).collect()
    }

    fn check(&self, ended: &Ended) -> Result<(), String> {
        let Row { verdict, exit, place, step, .. } = &self.expected;
        let recorded = (&ended.run["run"]["verdict"], &ended.run["run"]["exit_code"]);
        if ended.exit != Some(*exit) || recorded != (&verdict.as_str().into(), &(*exit).into()) {
            return Err(format!("expected {verdict}, exit {exit}; saw exit {:?}, recorded {recorded:?}", ended.exit));
        }
        if self.is_weather() {
            return Ok(());
        }
        let first = ended.told.lines().next().unwrap_or_default();
        let who = format!("{} bulk-import › {place} {step:?}: ", verdict.to_uppercase());
        let cause = first.strip_prefix(&who).ok_or_else(|| format!("the first line does not begin with {who}"))?;
        match self.expected.causes().find(|words| !cause.contains(words)) {
            Some(words) => Err(format!("the first line does not say: {words}")),
            None => Ok(()),
        }
    }
}

impl Ended {
    fn of(output: &Output, run: &std::path::Path) -> Result<Self, String> {
        let told = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat();
        let run = std::fs::read_to_string(run).map_err(|error| format!("no run.json: {error}\n{told}"))?;
        let run = serde_json::from_str(&run).map_err(|error| format!("run.json: {error}\n{told}"))?;
        Ok(Self { exit: output.status.code(), told, run })
    }

    /// What was uploaded was removed, unless the report says that it was not.
    fn left_nothing(&self) -> Result<(), String> {
        let scenario = &self.run["scenarios"][0];
        let uploaded = scenario["steps"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|step| step["name"] == "upload a small file" && step["verdict"] == "passed");
        let removed = scenario["cleanup"][0]["verdict"] == "passed";
        let told = scenario["leftovers"].as_array().is_some_and(|leftovers| !leftovers.is_empty());
        if removed || told || !uploaded {
            Ok(())
        } else {
            Err("the import was left behind, and nobody says so".to_owned())
        }
    }
}
