//! Looks at a log over the wire, at a peer that shows lines when a test says so.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::{LogsSeen, Query};
use crate::aws::peer::{Answer, Peer};
use crate::probe::http;
use crate::probe::{Instruments, LookError, Recent, Vantage};
use crate::target::TargetSettings;

const LAG: Duration = Duration::from_millis(800);

/// A stand-in for AWS, and from where a look at it is made.
struct Stand {
    peer: Peer,
    vantage: Vantage,
}

impl Stand {
    /// One that answers each call as `script` has it; it is told how long it has stood.
    async fn of(script: impl Fn(TimeDelta, &str, &Json) -> Answer + Send + Sync + 'static) -> Self {
        let began = Utc::now();
        let peer = Peer::start(move |operation, body| script(Utc::now() - began, operation, body)).await;
        let aws = Some(peer.reader_of_logs(Some(LAG)).await);
        let http = http::Client::new(&TargetSettings::default()).unwrap();
        let instruments = Instruments { http, aws, recent: Recent::default(), redactor: Arc::default() };
        let vantage = Vantage {
            instruments: Arc::new(instruments),
            window_start: began,
            step_start: began,
            dir: std::path::PathBuf::new(),
            whole_log: false,
            deadline: Instant::now() + Duration::from_secs(30),
        };
        Self { peer, vantage }
    }

    async fn look(&self, query: &Query) -> Result<LogsSeen, LookError> {
        query.look(&self.vantage).await
    }
}

/// A page that has these lines: so long ago, in that stream.
fn page(lines: &[(TimeDelta, &str, Json)]) -> Json {
    let event = |(index, (ago, stream, message)): (usize, &(TimeDelta, &str, Json))| {
        let time: DateTime<Utc> = Utc::now() - *ago;
        json!({"eventId": index.to_string(), "timestamp": time.timestamp_millis(), "logStreamName": stream,
            "message": message.as_str().map_or_else(|| message.to_string(), str::to_owned)})
    };
    json!({"events": lines.iter().enumerate().map(event).collect::<Vec<_>>()})
}

#[tokio::test]
async fn what_stands_in_a_log_is_known_once_it_is_complete() {
    let late = |stood: TimeDelta, _: &str, _: &Json| {
        let line = (stood - TimeDelta::milliseconds(100), "worker/app/t1", json!({"level": "ERROR"}));
        let visible = stood > TimeDelta::milliseconds(500);
        Answer::Ok(page(if visible { std::slice::from_ref(&line) } else { &[] }))
    };
    let mut stand = Stand::of(late).await;
    let query = Query::everything("/ecs/prod", None);
    let seen = stand.look(&query).await.unwrap();
    assert_eq!((seen.events.len(), seen.unknowns.len(), seen.is_ripening()), (0, 0, false), "as `until` wants it");

    // Time is over before it can be complete.
    stand.vantage.whole_log = true;
    stand.vantage.deadline = Instant::now() + Duration::from_millis(300);
    let seen = stand.look(&query).await.unwrap();
    let fields: Vec<&str> = seen.unknowns.iter().map(|unknown| unknown.path.as_str()).collect();
    assert_eq!(fields, ["logs.events", "logs.matched", "logs.complete"]);
    let why = &seen.unknowns[0].why;
    assert!(why.passing && why.reason.starts_with("not known yet up to ") && seen.is_ripening(), "{why:?}");

    stand.vantage.deadline = Instant::now() + Duration::from_secs(30);
    let began = Instant::now();
    let seen = stand.look(&query).await.unwrap();
    assert_eq!((seen.events.len(), seen.complete, seen.unknowns.len()), (1, true, 0));
    assert!(began.elapsed() >= LAG, "{:?}", began.elapsed());
    assert!(stand.peer.asked("FilterLogEvents").len() > 3);
}
