//! What is left, as plans of today: one batch for each target and place.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use smoke::engine::Rest;
use smoke::journal::{Attempt, Journal, Pen, Shelved, State};
use smoke::plan::{Order, Plan};
use smoke::scenario::Project;
use tokio_util::sync::CancellationToken;

use crate::cli::args;
use crate::cli::command::run::knowing;
use crate::cli::exit::Exit;
use crate::cli::{complain, note};

const UNPLANNED: &str = "cannot be planned any more, for these reasons";

/// What was asked for, and of which project.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'asked> {
    pub(super) project: &'asked Project,
    pub(super) args: &'asked args::Cleanup,
    /// Cancelled once nobody waits for the plans any more.
    pub(super) given_up: &'asked CancellationToken,
}

/// Everything that is to be done, and what is to be said already of what cannot be.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) batches: Vec<Batch>,
    /// What came of looking through the journals.
    pub(super) exit: Exit,
}

/// What is to be done on one target.
#[derive(Debug)]
pub(super) struct Batch {
    /// The rests as cases of a plan.
    pub(super) plan: Plan,
    /// Of each case, in the same order.
    pub(super) rests: Vec<Rest>,
}

impl Work {
    /// Looks through the journals, and plans what they left.
    pub(super) fn of(asked: Asked<'_>, shelved: Vec<Shelved>) -> Self {
        let mut work = Self { batches: Vec::new(), exit: Exit::PASSED };
        for Shelved { path, state } in shelved {
            if asked.given_up.is_cancelled() {
                break;
            }
            let path = path.display();
            match state {
                State::Alive => {
                    note(&format!("{path}: its run still goes on, or is cleaned up after just now; left alone"));
                }
                State::Broken(why) => work.add(complain(Exit::FAULT, &format!("{path}: {why}"))),
                State::Left(file, journal) => {
                    if is_meant(asked.args, &journal) {
                        work.left(asked, file, &journal);
                    }
                }
            }
        }
        work
    }

    /// Whether there is nothing to do and nothing to say.
    pub(super) fn is_none(&self) -> bool {
        self.batches.is_empty() && self.exit == Exit::PASSED
    }

    fn add(&mut self, exit: Exit) {
        self.exit = self.exit.worst(exit);
    }

    fn left(&mut self, asked: Asked<'_>, file: File, journal: &Journal) {
        let order = order(asked, journal);
        if order.select.is_empty() {
            return self.gone(journal, journal.unfinished());
        }
        let plan = match Plan::make(asked.project, &order) {
            Ok(plan) => plan,
            // Nobody waits for it any more: what it could not fetch for that says nothing.
            Err(_) if asked.given_up.is_cancelled() => return,
            Err(diagnostics) => {
                self.add(crate::cli::command::refuse(&diagnostics));
                return by_hand(journal, UNPLANNED, journal.unfinished());
            }
        };
        let (then, now) = (&journal.header.api_url, &plan.target_settings.api_url);
        let now = now.as_ref().map(|url| knowing(&plan).clean(url).into_owned());
        if *then != now {
            let none = "no API".to_owned();
            let (then, now) = (then.as_ref().unwrap_or(&none), now.as_ref().unwrap_or(&none));
            let why = format!("sent to {then}, and {} is at {now} today", journal.header.target);
            self.add(Exit::INVALID);
            return by_hand(journal, &why, journal.unfinished());
        }
        self.plan(plan, journal, &Pen::resume(file));
    }

    /// Takes in what an admitted journal left.
    fn plan(&mut self, plan: Plan, journal: &Journal, pen: &Pen) {
        let Plan { target, target_settings, secrets, cases, whole: _ } = plan;
        let cases: BTreeMap<String, _> = cases.into_iter().map(|case| (case.id.clone(), case)).collect();
        let mut gone = Vec::new();
        let at = self.batches.iter().position(|batch| {
            batch.plan.target == target && batch.plan.target_settings.api_url == target_settings.api_url
        });
        let at = at.unwrap_or_else(|| {
            let plan = Plan { target, target_settings, secrets: Vec::new(), cases: Vec::new(), whole: None };
            self.batches.push(Batch { plan, rests: Vec::new() });
            self.batches.len() - 1
        });
        // Each plan has the secrets that its own scenarios read.
        self.batches[at].plan.secrets.extend(secrets);
        let mut attempts: Vec<&Attempt> = journal.unfinished().collect();
        // They stand in the order in which they noted something first; reports are in the order of the plan.
        attempts.sort_by_key(|attempt| (attempt.case, attempt.number));
        for attempt in attempts {
            match cases.get(&attempt.id).cloned() {
                Some(case) => self.batches[at].add(Rest::of(attempt, case, &journal.header.run, pen)),
                None => gone.push(attempt),
            }
        }
        self.gone(journal, gone.into_iter());
    }

    /// What belongs to scenarios that are not there any more.
    fn gone<'journal>(&mut self, journal: &Journal, attempts: impl Iterator<Item = &'journal Attempt>) {
        let mut attempts = attempts.peekable();
        if attempts.peek().is_some() {
            self.add(Exit::FAILED);
            by_hand(journal, "cannot be planned: there is no such scenario any more", attempts);
        }
    }
}

/// Says what is left where what is written cannot be read, so that nothing can be planned.
pub(super) fn unplanned(args: &args::Cleanup, shelved: &[Shelved]) {
    for Shelved { state, .. } in shelved {
        if let State::Left(_, journal) = state
            && is_meant(args, journal)
        {
            by_hand(journal, UNPLANNED, journal.unfinished());
        }
    }
}

fn is_meant(args: &args::Cleanup, journal: &Journal) -> bool {
    args.target.as_ref().is_none_or(|target| *target == journal.header.target)
}

/// Says what smoke will not take away.
fn by_hand<'journal>(journal: &Journal, why: &str, attempts: impl Iterator<Item = &'journal Attempt>) {
    let run = &journal.header.run;
    for attempt in attempts {
        let message = format!(
            "{} of the run {run} {why}. Left behind, to be taken away by hand: {}. Once it is: smoke \
             cleanup --settled {run}",
            attempt.id,
            attempt.remains()
        );
        complain(Exit::FAILED, &message);
    }
}

impl Batch {
    /// Reports tell cases apart by id: what two runs left of the same scenario is numbered.
    fn add(&mut self, (mut case, rest): (smoke::plan::Case, Rest)) {
        let known = |id: &str| self.plan.cases.iter().any(|case| case.id == id);
        let numbered = (2..).map(|number| format!("{} ({number})", case.id));
        let id = std::iter::once(case.id.clone()).chain(numbered).find(|id| !known(id));
        case.id = id.unwrap_or_default();
        self.plan.cases.push(case);
        self.rests.push(rest);
    }
}

/// The order that the run itself was, for the scenarios of which something is left.
fn order(asked: Asked<'_>, journal: &Journal) -> Order {
    let Asked { project, args, given_up } = asked;
    let header = &journal.header;
    let ids: BTreeSet<&str> =
        journal.unfinished().map(|attempt| attempt.id.split('[').next().unwrap_or_default()).collect();
    let known = |id: &&str| project.scenarios.iter().any(|scenario| scenario.id == *id);
    let vars = header.vars.iter().map(|(name, value)| (name.clone(), value.clone()));
    Order {
        select: ids.into_iter().filter(known).map(str::to_owned).collect(),
        vars: vars.chain(args.vars.var.clone()).collect(),
        given_up: given_up.clone(),
        ..Order::new(&header.target, &header.run, header.started)
    }
}
