//! Whether anybody is heard where a log is looked at. That nothing unwanted stands in a log says nothing where nobody
//! logs, where those do not whose lines count, or where no line can be read as it was asked for: it has no fields, or tells
//! its level otherwise. Other fields may be such as only what is unwanted has.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::authors::Author;
use super::event::Event;
use super::level::{self, Level};
use super::query::{Heard, Query};
use super::seen::LogsSeen;
use crate::aws::{LogLine, Past, Reader};
use crate::look::LookError;
use crate::probe::{DemandState, Gap, Vantage};

/// How long a look searches the past at most; the next one goes on from there.
const SEARCH: Duration = Duration::from_secs(20);

impl Query {
    /// Why nobody is heard there; none where somebody is. `speaking`: whether the window has lines that count. Where the
    /// past could not be read to its end, another look may tell more.
    pub(super) async fn unheard(
        &self,
        vantage: &Vantage,
        reader: &Reader,
        speaking: bool,
    ) -> Result<Option<Gap>, LookError> {
        let mut heard = self.heard.lock().await;
        heard.at_all |= speaking;
        self.recall(vantage, reader, &mut heard, |heard| heard.well).await?;
        let whole = heard.past.as_ref().is_some_and(Past::is_whole);
        let gap = |why| if whole { Gap::lasting(why) } else { Gap::passing(why) };
        Ok((!heard.well).then(|| gap(self.silence(&heard))))
    }

    /// Takes back that a level is not in the log where none of the window's lines tells its level as it is asked for, some
    /// do otherwise, and so it was in the hour before.
    ///
    /// # Errors
    /// Where what was before could not be read.
    pub(super) async fn doubt_levels(
        &self,
        vantage: &Vantage,
        reader: &Reader,
        seen: &mut LogsSeen,
    ) -> Result<(), LookError> {
        let levels = seen.events.iter().map(|event| self.level(event.fields()));
        let Some(Level::Otherwise(otherwise)) = levels.reduce(Level::best) else { return Ok(()) };
        let why = format!("no line in {} {otherwise}", self.place());
        let none = seen.demands.iter_mut().filter(|demand| demand.kind == "none").zip(&self.none);
        let met = none.filter(|(demand, pattern)| demand.state == DemandState::Met && level::asked(pattern).is_some());
        let met: Vec<_> = met.map(|(demand, _)| demand).collect();
        if met.is_empty() {
            return Ok(());
        }
        let mut heard = self.heard.lock().await;
        let enough = |heard: &Heard| heard.level || heard.past.as_ref().is_some_and(Past::has_last_hour);
        self.recall(vantage, reader, &mut heard, enough).await?;
        let hour = heard.past.as_ref().is_some_and(Past::has_last_hour);
        let reach = if hour { "" } else { ", as far as the last hour could be read in time" };
        for demand in met.into_iter().filter(|_| !heard.level) {
            demand.state = DemandState::Unknown(format!("{why}{reach}"));
        }
        Ok(())
    }

    /// Reads the past on until that is enough, it is read to its end, or time is over.
    async fn recall(
        &self,
        vantage: &Vantage,
        reader: &Reader,
        heard: &mut Heard,
        enough: fn(&Heard) -> bool,
    ) -> Result<(), LookError> {
        if enough(heard) {
            return Ok(());
        }
        heard.past.get_or_insert_with(|| Past::before(reader.start_of(&vantage.window))).again();
        let until = vantage.deadline.min(Instant::now() + SEARCH);
        // Where time is over, it is said how far it came.
        timeout_at(until, self.search(reader, heard, until, enough)).await.unwrap_or(Ok(()))
    }

    async fn search(
        &self,
        reader: &Reader,
        heard: &mut Heard,
        until: Instant,
        enough: fn(&Heard) -> bool,
    ) -> Result<(), LookError> {
        while let Some(past) = &mut heard.past
            && let Some(lines) = reader.past(&self.group, self.prefix.as_deref(), past).await?
        {
            if let Some(tasks) = &self.tasks {
                let strangers = lines.iter().filter(|line| tasks.judge(line) != Author::Ours);
                let strangers = strangers.filter_map(|line| line.task_id()).map(str::to_owned).collect();
                tasks.ask(strangers, reader, until).await;
            }
            let event = |line: &Arc<LogLine>| Event::new(line, self.text.as_ref(), &Arc::default());
            let ours = || lines.iter().filter(|line| self.author_of(line) == Author::Ours).map(event);
            heard.at_all |= ours().next().is_some();
            heard.well |= ours().any(|event| self.reads(&event));
            heard.level |= ours().any(|event| matches!(self.level(event.fields()), Level::AsAsked));
            if enough(heard) {
                break;
            }
        }
        Ok(())
    }

    fn silence(&self, heard: &Heard) -> String {
        let place = self.place();
        let reach = heard.past.as_ref().map(Past::reach).unwrap_or_default();
        match (heard.at_all, &self.text, &self.tasks) {
            (true, None, _) => format!(
                "no line in {place} could be read by its fields, since none is a JSON object: say with `text` where they stand"
            ),
            (true, Some(_), _) => {
                format!("no line in {place} could be read by its fields: none is a JSON object, and `text` fits none")
            }
            (false, _, Some(_)) => {
                format!("none of the tasks under test has logged in {place} {reach}: is that where they log?")
            }
            (false, _, None) => format!("no line in {place} {reach}: is that where it logs?"),
        }
    }
}
