//! `fixtures/faults.csv`: one line a fault or weather, and what a run must come to with it.
//!
//! | column | means |
//! |---|---|
//! | name | as `--fault` takes it |
//! | group | fleet, import, API, log, alarm, AWS; or weather |
//! | with weather | `yes`: it stands for its group where weather and fault come together |
//! | ready within | it is waited for only so long that the worker is rolled out, where nothing can end that waiting but the clock |
//! | verdict, exit | of the run |
//! | where, step | what fails: `ready`, `guard` or `step`, and its name |
//! | cause | words that the first line must hold, with ` \| ` between them |

use std::path::Path;
use std::process::Command;

use crate::case::Case;

/// Where all files of the project are found from.
pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// One line.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) group: String,
    #[serde(rename = "with weather")]
    stands_for_its_group: String,
    #[serde(rename = "ready within")]
    pub(crate) ready_within: String,
    pub(crate) verdict: String,
    pub(crate) exit: i32,
    #[serde(rename = "where")]
    pub(crate) place: String,
    pub(crate) step: String,
    cause: String,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Table {
    faults: Vec<Row>,
    weather: Vec<Row>,
}

impl Row {
    /// Words that the first line must hold.
    pub(crate) fn causes(&self) -> impl Iterator<Item = &str> {
        self.cause.split(" | ").filter(|words| !words.is_empty())
    }

    /// Whether it must change nothing.
    pub(crate) fn is_weather(&self) -> bool {
        self.group == "weather"
    }
}

impl Table {
    /// Reads it.
    pub(crate) fn read() -> Result<Self, String> {
        let path = Path::new(ROOT).join("fixtures/faults.csv");
        let told = |error: csv::Error| format!("{}: {error}", path.display());
        let rows: Vec<Row> =
            csv::Reader::from_path(&path).map_err(told)?.deserialize().collect::<Result<_, _>>().map_err(told)?;
        let (weather, faults) = rows.into_iter().partition(Row::is_weather);
        Ok(Self { faults, weather })
    }

    /// Everything that is to be run: faults first, since some of them take long.
    pub(crate) fn cases(&self) -> Vec<Case> {
        let alone = self.faults.iter().chain(&self.weather).map(Case::alone);
        let of_groups: Vec<&Row> = self.of_groups().collect();
        let together =
            self.weather.iter().flat_map(|weather| of_groups.iter().map(|fault| Case::together(fault, weather)));
        alone.chain(together).collect()
    }

    /// The faults that stand for their groups.
    fn of_groups(&self) -> impl Iterator<Item = &Row> {
        self.faults.iter().filter(|row| row.stands_for_its_group == "yes")
    }

    /// Holds it against what the binary knows.
    pub(crate) fn is_whole(&self) -> Result<(), String> {
        let listed = Command::new(env!("CARGO_BIN_EXE_smoke")).args(["sandbox", "--list-faults"]).output();
        let listed = listed.map_err(|error| error.to_string())?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let (faults, weather) = listed.split_once("\n\n").ok_or_else(|| format!("no two lists:\n{listed}"))?;
        let same = |kind: &str, listed: &str, rows: &[Row]| {
            let listed: Vec<&str> = listed.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
            let rows: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
            if listed == rows {
                Ok(())
            } else {
                Err(format!("{kind}: the binary has\n{listed:?}\nthe table\n{rows:?}"))
            }
        };
        same("faults", faults, &self.faults)?;
        same("weather", weather, &self.weather)?;
        let of_groups: Vec<&str> = self.of_groups().map(|row| row.group.as_str()).collect();
        let mut groups: Vec<&str> = self.faults.iter().map(|row| row.group.as_str()).collect();
        groups.dedup();
        if groups == of_groups {
            Ok(())
        } else {
            Err(format!("groups are {groups:?}, with weather come {of_groups:?}"))
        }
    }
}
