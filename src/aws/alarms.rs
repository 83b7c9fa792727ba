//! `CloudWatch` alarms: a hundred names a call, each with its changes of state over the window.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_cloudwatch::types::{AlarmHistoryItem, HistoryItemType};
use chrono::{DateTime, Utc};
use futures_util::future::{join, join_all};
use serde_json::Value as Json;
use tokio::time::Instant;

use super::action::Action;
use super::alarm::{self, AlarmKind};
use super::apart::{self, Refusal};
use super::connect::Clients;
use super::failure;
use super::gather::{Brought, Gathering, Wanted};
use super::known::{Known, following, time};
use super::mutes::Mutes;
use crate::look::LookError;

/// `DescribeAlarms` takes no more names.
const ALARMS_A_CALL: usize = 100;
/// How long the names of other alarms, for a suggestion, are good for.
const NAMES_KEPT: Duration = Duration::from_mins(1);

/// An alarm as AWS told it.
#[derive(Debug, Clone)]
pub struct AlarmFacts {
    /// The name that was asked for.
    pub name: String,
    /// When it was looked at.
    pub seen_at: DateTime<Utc>,
    /// None where there is no such alarm. AWS says that with HTTP 200 and an empty list.
    pub alarm: Option<AlarmKind>,
    /// Its changes of state, oldest first.
    pub history: Known<Vec<Transition>>,
    /// The names of the mute rules that silence it now, or did within the last minute.
    pub mutes: Known<Vec<String>>,
    /// Where there is no such alarm: names of some that there are.
    pub others: Vec<String>,
}

impl AlarmFacts {
    /// When its state last changed, as it says itself or as its history has it, whichever tells more.
    #[must_use]
    pub fn last_change(&self) -> Option<DateTime<Utc>> {
        let told = self.history.iter().flatten().map(|change| change.at);
        told.chain(self.alarm.as_ref()?.changed_at).max()
    }
}

/// A change of an alarm's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// When.
    pub at: DateTime<Utc>,
    /// The state it left; empty where the history does not say.
    pub from: String,
    /// The state it took.
    pub to: String,
    /// Why, in words.
    pub reason: String,
}

/// The looks at alarms.
#[derive(Debug)]
pub(super) struct Alarms {
    lane: Arc<Gathering<String, Arc<AlarmFacts>>>,
}

impl Alarms {
    pub(super) fn new(clients: &Arc<Clients>) -> Self {
        let room = Arc::new(Room { clients: Arc::clone(clients), mutes: Mutes::default(), names: Mutex::default() });
        let lane = Gathering::new(Arc::clone(&clients.cloudwatch_pace), move |wanted| {
            let room = Arc::clone(&room);
            Box::pin(async move { room.look(wanted).await })
        });
        Self { lane }
    }

    pub(super) async fn look(&self, name: &str, since: DateTime<Utc>) -> Result<Arc<AlarmFacts>, LookError> {
        self.lane.ask(name.to_owned(), since).await
    }
}

struct Room {
    clients: Arc<Clients>,
    mutes: Mutes,
    names: Mutex<Option<(Instant, Vec<String>)>>,
}

impl Room {
    async fn look(&self, wanted: Wanted<String>) -> Brought<String, Arc<AlarmFacts>> {
        let wanted: Vec<(String, DateTime<Utc>)> = wanted.into_iter().collect();
        let chunks = join_all(wanted.chunks(ALARMS_A_CALL).map(|chunk| self.look_at(chunk))).await;
        chunks.into_iter().flatten().collect()
    }

    async fn look_at(&self, wanted: &[(String, DateTime<Utc>)]) -> Brought<String, Arc<AlarmFacts>> {
        let names = |part: &[(String, DateTime<Utc>)]| part.iter().map(|(name, _)| name.clone()).collect();
        let mut brought = Brought::new();
        for (part, found) in apart::ask(wanted, |part| self.describe(Some(names(part)))).await {
            match found {
                Ok(found) => brought.extend(self.read(part, &found).await),
                Err(error) => brought.extend(part.iter().map(|(name, _)| (name.clone(), Err(error.clone())))),
            }
        }
        brought
    }

    async fn read(
        &self,
        wanted: &[(String, DateTime<Utc>)],
        found: &BTreeMap<String, AlarmKind>,
    ) -> Brought<String, Arc<AlarmFacts>> {
        let facts = join_all(wanted.iter().map(|(name, since)| self.complete(name, *since, found.get(name)))).await;
        facts.into_iter().map(|facts| (facts.name.clone(), Ok(Arc::new(facts)))).collect()
    }

    async fn complete(&self, name: &str, since: DateTime<Utc>, alarm: Option<&AlarmKind>) -> AlarmFacts {
        let (history, mutes, others) = if alarm.is_some() {
            let (history, mutes) = join(self.history(name, since), self.mutes.of(&self.clients, name)).await;
            (history, mutes, Vec::new())
        } else {
            (Ok(Vec::new()), Ok(Vec::new()), self.other_names().await)
        };
        AlarmFacts { name: name.to_owned(), seen_at: self.clients.now(), alarm: alarm.cloned(), history, mutes, others }
    }

    /// The alarms of these names, of whatever type; without names the first page of all.
    async fn describe(&self, names: Option<Vec<String>>) -> Result<BTreeMap<String, AlarmKind>, Refusal> {
        let (mut found, mut token) = (BTreeMap::new(), None);
        loop {
            let ask = |types| {
                let call = self.clients.cloudwatch.describe_alarms().set_alarm_names(names.clone());
                let call = call.set_alarm_types(Some(types)).max_records(100).set_next_token(token.clone());
                async move {
                    self.clients.cloudwatch_pace.turn().await;
                    call.send().await.map_err(|error| failure::refusal(Action::DescribeAlarms, &error))
                }
            };
            let page = self.clients.alarm_types.ask(ask).await?;
            found.extend(page.metric_alarms().iter().filter_map(alarm::of_metric));
            found.extend(page.composite_alarms().iter().filter_map(alarm::of_alarms));
            found.extend(page.log_alarms().iter().filter_map(alarm::of_log));
            token = following(page.next_token());
            if token.is_none() || names.is_none() {
                return Ok(found);
            }
        }
    }

    async fn history(&self, name: &str, since: DateTime<Utc>) -> Known<Vec<Transition>> {
        let start = aws_smithy_types::DateTime::from_millis(since.timestamp_millis());
        let (mut history, mut token) = (Vec::new(), None);
        loop {
            let ask = |types| {
                let call = self.clients.cloudwatch.describe_alarm_history().alarm_name(name);
                let call = call.set_alarm_types(Some(types)).set_next_token(token.clone());
                let call = call.history_item_type(HistoryItemType::StateUpdate).start_date(start).max_records(100);
                async move {
                    self.clients.cloudwatch_pace.turn().await;
                    call.send().await.map_err(|error| failure::refusal(Action::DescribeAlarmHistory, &error))
                }
            };
            let page = self.clients.history_types.ask(ask).await.map_err(Refusal::into_error)?;
            history.extend(page.alarm_history_items().iter().filter_map(transition));
            token = following(page.next_token());
            if token.is_none() {
                history.sort_by_key(|transition| transition.at);
                return Ok(history);
            }
        }
    }

    /// Only a hint for a person who mistyped: whatever goes wrong here is nothing.
    async fn other_names(&self) -> Vec<String> {
        let known = self.names.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, names)) = known.filter(|(read, _)| read.elapsed() < NAMES_KEPT) {
            return names;
        }
        let names: BTreeSet<String> = self.describe(None).await.unwrap_or_default().into_keys().collect();
        let names: Vec<String> = names.into_iter().collect();
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), names.clone()));
        names
    }
}

fn transition(item: &AlarmHistoryItem) -> Option<Transition> {
    let at = time(item.timestamp()?);
    let data = item.history_data().and_then(|data| serde_json::from_str::<Json>(data).ok());
    data.and_then(|data| told(at, &data)).or_else(|| summed_up(at, item.history_summary()?))
}

/// From `HistoryData`, which is JSON.
fn told(at: DateTime<Utc>, data: &Json) -> Option<Transition> {
    let text = |pointer: &str| data.pointer(pointer).and_then(Json::as_str).map(str::to_owned);
    Some(Transition {
        at,
        from: text("/oldState/stateValue").unwrap_or_default(),
        to: text("/newState/stateValue")?,
        reason: text("/newState/stateReason").unwrap_or_default(),
    })
}

/// From `Alarm updated from OK to ALARM`, where there is no data.
fn summed_up(at: DateTime<Utc>, summary: &str) -> Option<Transition> {
    let (from, to) = summary.split_once(" from ")?.1.split_once(" to ")?;
    let to = to.split_whitespace().next()?;
    Some(Transition { at, from: from.to_owned(), to: to.trim_end_matches('.').to_owned(), reason: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(data: Option<&str>, summary: Option<&str>, expected: Option<(&str, &str, &str)>) {
        let item = AlarmHistoryItem::builder().timestamp(aws_smithy_types::DateTime::from_secs(7));
        let item = item.set_history_data(data.map(str::to_owned)).set_history_summary(summary.map(str::to_owned));
        let expected = expected.map(|(from, to, reason)| Transition {
            at: DateTime::from_timestamp(7, 0).unwrap(),
            from: from.to_owned(),
            to: to.to_owned(),
            reason: reason.to_owned(),
        });
        assert_eq!(transition(&item.build()), expected);
    }

    #[test]
    fn a_transition_comes_from_the_data_and_only_else_from_the_summary() {
        let data = r#"{"version":"1.0","oldState":{"stateValue":"OK"},"newState":{"stateValue":"ALARM","stateReason":"Threshold Crossed"}}"#;
        let summary = "Alarm updated from INSUFFICIENT_DATA to OK";
        check(Some(data), Some(summary), Some(("OK", "ALARM", "Threshold Crossed")));
        check(None, Some(summary), Some(("INSUFFICIENT_DATA", "OK", "")));
        check(Some("not JSON"), Some("Alarm created"), None);
        check(None, None, None);
    }
}
