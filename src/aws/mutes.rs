//! Which mute rules silence an alarm just now: like disabled actions, they keep it from telling anybody, and do not show in
//! its state.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_cloudwatch::types::{AlarmMuteRuleStatus, AlarmMuteRuleSummary};
use tokio::time::Instant;

use super::action::Action;
use super::connect::Clients;
use super::failure;
use super::known::{Known, following};

/// How long an answer is good for: rules are set by the minute at the finest, and each alarm costs a call.
const KEPT: Duration = Duration::from_mins(1);

/// What was told of each alarm, by its name.
#[derive(Debug, Default)]
pub(super) struct Mutes {
    told: Mutex<BTreeMap<String, Told>>,
}

/// The names of the rules that were active when that was asked.
#[derive(Debug, Clone)]
struct Told {
    asked: Instant,
    rules: Known<Vec<String>>,
}

impl Mutes {
    /// The names of the rules that silence an alarm now, or did within the last minute.
    pub(super) async fn of(&self, clients: &Clients, alarm: &str) -> Known<Vec<String>> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner).get(alarm).cloned();
        if let Some(told) = told.filter(|told| told.asked.elapsed() < KEPT) {
            return told.rules;
        }
        let rules = active(clients, alarm).await;
        let told = Told { asked: Instant::now(), rules: rules.clone() };
        self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(alarm.to_owned(), told);
        rules
    }
}

async fn active(clients: &Clients, alarm: &str) -> Known<Vec<String>> {
    let (mut rules, mut token) = (Vec::new(), None);
    loop {
        clients.cloudwatch_pace.turn().await;
        let call = clients.cloudwatch.list_alarm_mute_rules().alarm_name(alarm);
        let call = call.statuses(AlarmMuteRuleStatus::Active).max_records(100).set_next_token(token);
        let page = call.send().await.map_err(|error| failure::explain(Action::ListAlarmMuteRules, &error))?;
        rules.extend(page.alarm_mute_rule_summaries().iter().filter(|rule| is_active(rule)).map(name));
        token = following(page.next_token());
        if token.is_none() {
            return Ok(rules);
        }
    }
}

/// Some places that are asked ignore what they are asked for.
fn is_active(rule: &AlarmMuteRuleSummary) -> bool {
    rule.status().is_none_or(|status| *status == AlarmMuteRuleStatus::Active)
}

/// Of `arn:aws:cloudwatch:eu-west-1:1:alarm-mute-rule:night` what comes last.
fn name(rule: &AlarmMuteRuleSummary) -> String {
    let arn = rule.alarm_mute_rule_arn().unwrap_or_default();
    arn.splitn(7, ':').nth(6).unwrap_or(arn).to_owned()
}
