//! Whether anybody is heard where a log is looked at. That nothing unwanted stands in a log says nothing where nobody
//! logs, where those do not whose lines count, or where no line can be read as it was asked for.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::authors::Author;
use super::event::is_readable;
use super::query::{Heard, Query};
use crate::aws::{LogLine, Past, Reader};
use crate::look::LookError;
use crate::probe::{Gap, Vantage};

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
        if !heard.well {
            let mut past = heard.past.take().unwrap_or_else(|| Past::before(reader.start_of(&vantage.window)));
            past.again();
            let until = vantage.deadline.min(Instant::now() + SEARCH);
            // Where time is over, it is said how far it came.
            let searched = timeout_at(until, self.search(reader, &mut past, &mut heard, until)).await;
            heard.past = Some(past);
            searched.unwrap_or(Ok(()))?;
        }
        let whole = heard.past.as_ref().is_some_and(Past::is_whole);
        let gap = |why| if whole { Gap::lasting(why) } else { Gap::passing(why) };
        Ok((!heard.well).then(|| gap(self.silence(&heard))))
    }

    async fn search(
        &self,
        reader: &Reader,
        past: &mut Past,
        heard: &mut Heard,
        until: Instant,
    ) -> Result<(), LookError> {
        while let Some(lines) = reader.past(&self.group, self.prefix.as_deref(), past).await? {
            if let Some(tasks) = &self.tasks {
                let strangers = lines.iter().filter(|line| tasks.judge(line) != Author::Ours);
                let strangers = strangers.filter_map(|line| line.task_id()).map(str::to_owned).collect();
                tasks.ask(strangers, reader, until).await;
            }
            let ours: Vec<&Arc<LogLine>> = lines.iter().filter(|line| self.author_of(line) == Author::Ours).collect();
            heard.at_all |= !ours.is_empty();
            heard.well |= ours.iter().any(|line| !self.is_by_field() || is_readable(line, self.text.as_ref()));
            if heard.well {
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
