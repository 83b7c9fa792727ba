//! The run: starts cases as the schedule allows, and concludes.

use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::case::{CaseEnd, CaseRun};
use super::clock::Clock;
use super::lookout::Stage;
use super::notes::Notes;
use super::outline;
use super::rest::Rest;
use super::schedule::Schedule;
use super::sink::Sink;
use super::stop::Stop;
use crate::aws::{Reader, Window};
use crate::event::{AwsUse, Event, Fact, RunHeader};
use crate::journal::Pen;
use crate::plan::{Case, Plan};
use crate::probe::{Instruments, Vantage};
use crate::redact::Redactor;
use crate::verdict::Verdict;

/// How a run is carried out.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many cases run side by side at most.
    pub jobs: usize,
    /// Start nothing more once a case has failed.
    pub fail_fast: bool,
    /// How long all clean-up of one case may take.
    pub cleanup_within: Duration,
    /// Whether it is well that nothing is judged: a part that the CI system shared out leaves that to the others.
    pub may_be_idle: bool,
}

/// What a run is for.
#[derive(Debug, Clone)]
pub enum Purpose {
    /// To take the whole journey and judge; what it may leave behind is noted in the journal.
    Judge(Pen),
    /// To finish the clean-up that other runs left: for each case of the plan, what is left of it.
    CleanUp(Arc<Vec<Rest>>),
}

/// What a run is made with.
#[derive(Debug, Clone)]
pub struct Equipment {
    /// What looks are made with.
    pub instruments: Arc<Instruments>,
    /// What cleans every event of secrets; knows those of the plan already.
    pub redactor: Arc<Redactor>,
    /// Where facts go.
    pub events: mpsc::UnboundedSender<Event>,
    /// Whether the run is to stop.
    pub stop: watch::Receiver<Stop>,
    /// What it is for.
    pub purpose: Purpose,
}

/// Runs the whole plan and tells what happens. Returns once every case has ended and `RunEnded` was told.
pub async fn run(plan: Arc<Plan>, header: RunHeader, equipment: Equipment, options: Options) {
    let clock = Clock::starting_at(header.started);
    let sink = Sink::new(equipment.events.clone(), Arc::clone(&equipment.redactor), clock);
    sink.tell(Fact::RunStarted { run: header, cases: plan.cases.iter().map(outline::outline).collect() });
    let met = plan.cases.iter().enumerate().filter(|(_, case)| case.unmet.is_none());
    let schedule = Schedule::new(met.map(|(index, case)| (index, case.exclusive.clone())), options.jobs);
    let clock_known = equipment.instruments.aws.as_ref().and_then(Reader::clock_difference).is_some();
    let (ends, panic) = (Vec::new(), None);
    let mut run = Run { plan, equipment, options, clock, clock_known, sink, schedule, ends, panic };
    run.skip_unmet();
    run.carry_out().await;
    run.tell_end();
}

struct Run {
    plan: Arc<Plan>,
    equipment: Equipment,
    options: Options,
    clock: Clock,
    /// Whether it was known from the beginning that this machine's clock is off, so that the run goes by AWS's.
    clock_known: bool,
    sink: Sink,
    schedule: Schedule,
    ends: Vec<CaseEnd>,
    /// The first panic inside a case.
    panic: Option<Box<dyn Any + Send>>,
}

impl Run {
    async fn carry_out(&mut self) {
        let mut running = JoinSet::new();
        let mut stop = self.equipment.stop.clone();
        let mut heard = false;
        while !self.schedule.is_over() {
            while let Some(index) = self.schedule.start() {
                // Boxed, since it is large, and spawning moves it about.
                running.spawn(Box::pin(self.case(index)));
            }
            tokio::select! {
                // In this order: a case that ends because it was told to must not be heard of before the reason.
                biased;
                Ok(asked) = stop.wait_for(|stop| *stop != Stop::No), if !heard => {
                    heard = true;
                    self.sink.tell(Fact::StopRequested { signal: asked.signal().unwrap_or_default().to_owned() });
                    self.schedule.close();
                }
                Some(joined) = running.join_next() => self.ended(joined),
            }
        }
        self.skip_rest();
        if let Some(panic) = self.panic.take() {
            std::panic::resume_unwind(panic);
        }
    }

    fn case(&self, index: usize) -> impl Future<Output = (usize, CaseEnd)> + Send + 'static {
        let plan = Arc::clone(&self.plan);
        let (sink, notes) = (self.sink.clone(), Notes::resume(&Pen::dry(), index, 0));
        let stage = Stage { vantage: self.vantage(), sink, clock: self.clock, notes };
        let (stop, cleanup_within) = (self.equipment.stop.clone(), self.options.cleanup_within);
        let purpose = self.equipment.purpose.clone();
        async move {
            let case: &Case = &plan.cases[index];
            let run = CaseRun { index, case, stage, stop, cleanup_within };
            let end = match purpose {
                Purpose::Judge(pen) => run.run(&pen).await,
                Purpose::CleanUp(rests) => run.clean_up(&rests[index]).await,
            };
            (index, end)
        }
    }

    fn vantage(&self) -> Vantage {
        Vantage {
            instruments: Arc::clone(&self.equipment.instruments),
            window: Window::opening(),
            step_start: Instant::now(),
            whole_log: false,
            anew: true,
            all_along: false,
            dir: PathBuf::new(),
            deadline: Instant::now(),
        }
    }

    /// A case's end. A panic inside one is smoke's own fault, and goes on as one once the others have cleaned up.
    fn ended(&mut self, joined: Result<(usize, CaseEnd), tokio::task::JoinError>) {
        let (index, end) = match joined {
            Ok(ended) => ended,
            Err(error) => {
                self.schedule.fell_over();
                self.panic = self.panic.take().or_else(|| error.try_into_panic().ok());
                return;
            }
        };
        self.schedule.ended(self.plan.cases[index].exclusive.as_ref());
        if self.options.fail_fast && end.verdict == Verdict::Failed {
            self.schedule.close();
        }
        self.ends.push(end);
    }

    /// What cannot run here is told before anything else.
    fn skip_unmet(&self) {
        for (index, case) in self.plan.cases.iter().enumerate() {
            if let Some(why) = &case.unmet {
                self.skip(index, why);
            }
        }
    }

    /// What never started is told too.
    fn skip_rest(&self) {
        let stopped = *self.equipment.stop.borrow() != Stop::No;
        let why = if stopped { "not started: the run was stopped" } else { "not started: another scenario failed" };
        self.schedule.never_started().for_each(|case| self.skip(case, why));
    }

    fn skip(&self, case: usize, why: &str) {
        let (verdict, why) = (Verdict::Skipped, Some(why.to_owned()));
        self.sink.tell(Fact::ScenarioEnded { case, verdict, cause: why, notes: Vec::new(), retrying: false });
    }

    fn tell_end(&self) {
        let stop = *self.equipment.stop.borrow();
        let (verdict, exit_code) = match self.equipment.purpose {
            Purpose::Judge(_) => conclude(&self.ends, stop, self.options.may_be_idle),
            Purpose::CleanUp(_) => cleaned(&self.ends, stop),
        };
        let instruments = &self.equipment.instruments;
        let aws = instruments.aws.as_ref().map_or_else(AwsUse::default, Reader::used);
        let http_requests = instruments.http.requests();
        let reader = instruments.aws.as_ref().filter(|_| !self.clock_known);
        let learnt = reader.and_then(Reader::clock_difference).into_iter().collect();
        self.sink.tell(Fact::RunEnded { verdict, exit_code, aws, http_requests, learnt });
    }
}

/// The run's verdict and exit code, as in the contract's table.
fn conclude(ends: &[CaseEnd], stop: Stop, may_be_idle: bool) -> (Verdict, u8) {
    let worst = ends.iter().map(|end| end.verdict).max().unwrap_or(Verdict::Skipped);
    match (stop.exit_code(), worst) {
        (Some(code), _) => (worst.max(Verdict::Aborted), code),
        // Without a signal only a fault of smoke's own breaks a case off.
        (None, _) if ends.iter().any(|end| end.verdict == Verdict::Aborted) => (worst, 4),
        (None, Verdict::Failed) => (worst, 1),
        (None, Verdict::Inconclusive) => (worst, 3),
        (None, _) if !ends.iter().any(|end| end.judged) => (Verdict::Skipped, if may_be_idle { 0 } else { 2 }),
        (None, _) => (Verdict::Passed, 0),
    }
}

/// The same for a run that only cleans up: passed means that nothing is left.
fn cleaned(ends: &[CaseEnd], stop: Stop) -> (Verdict, u8) {
    let worst = ends.iter().map(|end| end.verdict).max().unwrap_or(Verdict::Passed);
    match (stop.exit_code(), worst) {
        (Some(code), _) => (worst.max(Verdict::Aborted), code),
        (None, Verdict::Failed) => (worst, 1),
        (None, Verdict::Inconclusive) => (worst, 3),
        (None, Verdict::Aborted) => (worst, 4),
        (None, Verdict::Passed | Verdict::Skipped) => (Verdict::Passed, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ends: &[(Verdict, bool)], stop: Stop, expected: (Verdict, u8)) {
        let ends = ends.iter().map(|(verdict, judged)| CaseEnd { verdict: *verdict, judged: *judged });
        assert_eq!(conclude(&ends.collect::<Vec<_>>(), stop, false), expected);
    }

    /// Nobody chose what fell to it, and others judge the rest.
    #[test]
    fn a_part_that_was_shared_out_may_judge_nothing() {
        #[track_caller]
        fn check(verdict: Verdict, judged: bool, expected: (Verdict, u8)) {
            assert_eq!(conclude(&[CaseEnd { verdict, judged }], Stop::No, true), expected);
        }
        check(Verdict::Skipped, false, (Verdict::Skipped, 0));
        check(Verdict::Passed, true, (Verdict::Passed, 0));
        check(Verdict::Inconclusive, false, (Verdict::Inconclusive, 3));
        check(Verdict::Failed, false, (Verdict::Failed, 1));
        assert_eq!(conclude(&[], Stop::Interrupted, true), (Verdict::Aborted, 130));
    }

    #[test]
    fn exit_codes_are_those_of_the_table() {
        let (passed, failed) = ((Verdict::Passed, true), (Verdict::Failed, true));
        let unseen = (Verdict::Inconclusive, true);
        check(&[passed, passed], Stop::No, (Verdict::Passed, 0));
        check(&[passed, failed, unseen], Stop::No, (Verdict::Failed, 1));
        check(&[passed, unseen], Stop::No, (Verdict::Inconclusive, 3));
        check(&[(Verdict::Passed, false)], Stop::No, (Verdict::Skipped, 2));
        check(&[], Stop::No, (Verdict::Skipped, 2));
        check(&[passed], Stop::Interrupted, (Verdict::Aborted, 130));
        check(&[failed], Stop::Terminated, (Verdict::Failed, 143));
        check(&[], Stop::HungUp, (Verdict::Aborted, 129));
        check(&[failed, (Verdict::Aborted, true)], Stop::No, (Verdict::Failed, 4));
    }
}
