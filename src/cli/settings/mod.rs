//! What is meant by what was typed: the high settings that the commands work with.

pub(crate) mod parse;
mod report_to;
mod shard;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use smoke::scenario::is_yaml;

pub(crate) use self::report_to::{Place, ReportTo};
pub(crate) use self::shard::Shard;
use super::args;

/// How much is said while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Talk {
    /// Nothing but the verdict and what went wrong.
    Quiet,
    /// What is waited for and what came of it.
    Normal,
    /// Each look too, always as lines.
    Verbose,
}

impl Talk {
    /// As `--quiet` and `--verbose` want it.
    pub(crate) const fn wanted(quiet: bool, verbose: u8) -> Self {
        match (quiet, verbose) {
            (true, _) => Self::Quiet,
            (false, 0) => Self::Normal,
            (false, _) => Self::Verbose,
        }
    }
}

/// How many scenarios run side by side where nothing is said: many, since they mostly wait.
pub(crate) const JOBS: usize = 1000;

/// How `smoke run` is meant.
#[derive(Debug, Clone)]
pub(crate) struct RunSettings {
    /// As typed, for what needs no more meaning.
    pub(crate) args: Arc<args::Run>,
    /// At most so many scenarios side by side.
    pub(crate) jobs: usize,
    /// Which part, and of how many.
    pub(crate) shard: Option<(usize, usize)>,
    /// How much is said.
    pub(crate) talk: Talk,
}

impl RunSettings {
    /// Makes sense of the arguments; `env` reads the environment, where `--shard auto` finds the CI system.
    pub(crate) fn new(args: &Arc<args::Run>, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let shard = args.shard.map(|shard| shard.resolve(env)).transpose()?;
        let talk = Talk::wanted(args.talk.quiet, args.talk.verbose);
        args.output.settled()?;
        Ok(Self { args: Arc::clone(args), jobs: args.jobs.unwrap_or(JOBS), shard, talk })
    }

    /// Whether it is well that nothing is judged: nobody chose this part, and others have the rest.
    pub(crate) fn may_be_idle(&self) -> bool {
        self.args.shard == Some(Shard::Auto) && self.shard.is_some_and(|(_, of)| of > 1)
    }

    /// The words that name files, for the project to read.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        let is_path = |word: &&String| names_a_file(word);
        self.args.words.iter().filter(is_path).map(PathBuf::from).collect()
    }
}

/// Whether a word is the path of a file or folder, by its looks.
pub(crate) fn names_a_file(word: &str) -> bool {
    word.contains('/') || is_yaml(Path::new(word))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::args::{Args, Command};

    fn typed(line: &str) -> Arc<args::Run> {
        match Args::try_parse_from(line.split(' ')).unwrap().command {
            Command::Run(run) => Arc::from(run),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn words_that_name_files_are_known_by_their_looks() {
        #[track_caller]
        fn check(line: &str, paths: &[&str]) {
            let args = typed(line);
            let settings = RunSettings::new(&args, &|_| None).unwrap();
            assert_eq!(settings.paths(), paths.iter().map(PathBuf::from).collect::<Vec<_>>());
        }
        check("smoke run prod bulk-import", &[]);
        check("smoke run local x/a.yaml b.yml", &["x/a.yaml", "b.yml"]);
        check("smoke run local gate.YAML", &["gate.YAML"]);
    }

    #[test]
    fn every_place_has_room_for_one() {
        #[track_caller]
        fn check(reports: &str, expected: Result<(), &str>) {
            let args = typed(&format!("smoke run {reports}"));
            assert_eq!(RunSettings::new(&args, &|_| None).map(drop), expected.map_err(str::to_owned));
        }
        let stdout = "only one --report can go to standard output (`-`)";
        check("--report junit=- --report ndjson=-", Err(stdout));
        check("--report junit=- --report github", Err(stdout));
        check("--report junit=x.xml --report html=x.html", Ok(()));
        check("--report junit --report html", Ok(()));
        let file = "only one --report can go to ./src/../x.xml: the last would be all that is in it";
        check("--report junit=x.xml --report html=./src/../x.xml", Err(file));
        let there = "only one --report can go to src/../Cargo.toml: the last would be all that is in it";
        check("--report junit=Cargo.toml --report html=src/../Cargo.toml", Err(there));
        let nowhere = "only one --report can go to no/such/x.xml: the last would be all that is in it";
        check("--report junit=no/such/x.xml --report html=no/such/x.xml", Err(nowhere));
    }

    /// A step's summary is appended to, by as many as like.
    #[test]
    fn what_is_appended_to_has_room_for_all_that_append() {
        #[track_caller]
        fn check(places: [Place; 2], room: bool) {
            let mut args = typed("smoke run");
            let report = |place| ReportTo { format: smoke::report::Format::Markdown, place };
            Arc::get_mut(&mut args).unwrap().output.report = places.map(report).into();
            assert_eq!(args.output.settled().is_ok(), room);
        }
        let (end, file) = (|| Place::End("x.md".into()), || Place::File("src/../x.md".into()));
        check([end(), end()], true);
        check([end(), file()], false);
        check([file(), end()], false);
    }
}
