//! A scripted peer for tests: answers what a test tells it to, in the protocol of the service that asks, on loopback.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use chrono::{TimeDelta, Utc};
use ciborium::Value as Cbor;
use serde_json::{Value as Json, json};

use super::{AwsSettings, Reader};

/// What the peer answers with.
pub(crate) enum Answer {
    /// HTTP 200. For cloudwatch it becomes CBOR; there `{"$time": 12.5}` is a timestamp.
    Ok(Json),
    /// HTTP 400 with a code and a message.
    Error(&'static str, &'static str),
    /// A status of its own, with a code.
    Trouble(u16, &'static str),
    /// Anything else: status and HTML, as a load balancer has it.
    Html(u16),
}

/// A request as the peer saw it: its operation, and its body where that is JSON.
pub(crate) type Asked = (String, Json);

/// The peer.
pub(crate) struct Peer {
    asked: Arc<Mutex<Vec<Asked>>>,
    url: String,
}

impl Peer {
    /// Starts a peer whose `script` gives the answer to each operation and body.
    pub(crate) async fn start(script: impl Fn(&str, &Json) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_ahead(TimeDelta::zero(), script).await
    }

    /// Likewise, with a clock that is so far ahead.
    pub(crate) async fn start_ahead(
        ahead: TimeDelta,
        script: impl Fn(&str, &Json) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (seen, script) = (Arc::clone(&asked), Arc::new(script));
        let app = axum::Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let (seen, script) = (Arc::clone(&seen), Arc::clone(&script));
            async move {
                let (operation, body, cbor) = read(&uri, &headers, &body);
                let answer = script(&operation, &body);
                seen.lock().unwrap().push((operation, body));
                let date = (Utc::now() + ahead).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
                ([(header::DATE, date)], draw(answer, cbor))
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { asked, url }
    }

    /// A reader that looks at this peer.
    pub(crate) async fn reader(&self) -> Reader {
        self.reader_of_logs(None).await
    }

    /// Likewise, where log lines become visible so late.
    pub(crate) async fn reader_of_logs(&self, log_lag: Option<Duration>) -> Reader {
        let settings = AwsSettings {
            region: Some("eu-west-1".to_owned()),
            endpoint_url: Some(self.url.clone()),
            credentials: Some(("id".to_owned(), "secret".to_owned())),
            log_lag,
            ..AwsSettings::default()
        };
        Reader::connect(&settings).await.unwrap()
    }

    /// Likewise, in a role that STS, which is this peer too, is to give.
    pub(super) async fn reader_in_a_role(&self) -> Reader {
        let settings = AwsSettings {
            region: Some("eu-west-1".to_owned()),
            endpoint_url: Some(self.url.clone()),
            role_arn: Some("arn:aws:iam::1:role/smoke".to_owned()),
            credentials: Some(("id".to_owned(), "secret".to_owned())),
            ..AwsSettings::default()
        };
        Reader::connect(&settings).await.unwrap()
    }

    /// The bodies of all requests for an operation, in order.
    pub(crate) fn asked(&self, operation: &str) -> Vec<Json> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(name, _)| name == operation).map(|(_, body)| body.clone()).collect()
    }
}

fn read(uri: &Uri, headers: &HeaderMap, body: &[u8]) -> (String, Json, bool) {
    if let Some(target) = headers.get("x-amz-target") {
        let operation = target.to_str().unwrap().rsplit('.').next().unwrap().to_owned();
        return (operation, serde_json::from_slice(body).unwrap(), false);
    }
    // STS speaks the query protocol, and is only ever refused here: an error's XML is the same to all.
    let form = std::str::from_utf8(body).ok().and_then(|body| body.strip_prefix("Action="));
    if let Some(form) = form {
        return (form.split('&').next().unwrap_or_default().to_owned(), Json::Null, false);
    }
    let operation = uri.path().rsplit('/').next().unwrap().to_owned();
    let body: Cbor = ciborium::from_reader(body).unwrap();
    (operation, from_cbor(body), true)
}

fn draw(answer: Answer, cbor: bool) -> Response {
    match answer {
        Answer::Ok(body) => body_of(StatusCode::OK, &body, cbor),
        Answer::Error(code, message) => {
            body_of(StatusCode::BAD_REQUEST, &json!({"__type": code, "message": message}), cbor)
        }
        Answer::Trouble(status, code) => {
            let xml = format!("<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>");
            (StatusCode::from_u16(status).unwrap(), [(header::CONTENT_TYPE, "text/xml")], xml).into_response()
        }
        Answer::Html(status) => {
            (StatusCode::from_u16(status).unwrap(), [(header::CONTENT_TYPE, "text/html")], "<html>no</html>")
                .into_response()
        }
    }
}

fn body_of(status: StatusCode, body: &Json, cbor: bool) -> Response {
    if !cbor {
        let kind = [(header::CONTENT_TYPE, "application/x-amz-json-1.1")];
        return (status, kind, body.to_string()).into_response();
    }
    let mut bytes = Vec::new();
    ciborium::into_writer(&to_cbor(body), &mut bytes).unwrap();
    let kind = [("content-type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")];
    (status, kind, bytes).into_response()
}

fn to_cbor(json: &Json) -> Cbor {
    match json {
        Json::Null => Cbor::Null,
        Json::Bool(value) => Cbor::Bool(*value),
        Json::Number(value) if value.is_i64() => Cbor::Integer(value.as_i64().unwrap().into()),
        Json::Number(value) => Cbor::Float(value.as_f64().unwrap()),
        Json::String(value) => Cbor::Text(value.clone()),
        Json::Array(items) => Cbor::Array(items.iter().map(to_cbor).collect()),
        Json::Object(fields) if fields.contains_key("$time") => {
            Cbor::Tag(1, Box::new(Cbor::Float(fields["$time"].as_f64().unwrap())))
        }
        Json::Object(fields) => {
            Cbor::Map(fields.iter().map(|(key, value)| (Cbor::Text(key.clone()), to_cbor(value))).collect())
        }
    }
}

fn from_cbor(cbor: Cbor) -> Json {
    match cbor {
        Cbor::Bool(value) => json!(value),
        Cbor::Integer(value) => json!(i64::try_from(value).unwrap()),
        Cbor::Float(value) => json!(value),
        Cbor::Text(value) => json!(value),
        Cbor::Tag(_, value) => from_cbor(*value),
        Cbor::Array(items) => items.into_iter().map(from_cbor).collect(),
        Cbor::Map(fields) => {
            let field = |(key, value): (Cbor, Cbor)| (key.into_text().unwrap(), from_cbor(value));
            Json::Object(fields.into_iter().map(field).collect())
        }
        _ => Json::Null,
    }
}
