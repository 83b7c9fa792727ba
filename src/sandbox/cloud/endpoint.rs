//! The HTTP side: one address for all services, as `AWS_ENDPOINT_URL` expects it.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use chrono::Utc;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;

use super::place::ACCESS_KEY;
use super::protocol::Call;
use super::refusal::Refusal;
use super::{Cloud, cloudwatch, ecs, logs, sts};

/// Serves until `stop` turns true or nobody is left to turn it; then open connections are closed.
pub(crate) async fn serve(listener: TcpListener, cloud: Arc<Cloud>, mut stop: watch::Receiver<bool>) {
    let router = Router::new().fallback(handle).with_state(cloud);
    let stopped = async move {
        let _ = stop.wait_for(|stop| *stop).await;
    };
    // Serving only ends when it is told to: errors of single connections stay with them.
    let _ = axum::serve(listener, router).with_graceful_shutdown(stopped).await;
}

async fn handle(State(cloud): State<Arc<Cloud>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    respond(&cloud, &uri, &headers, &body)
}

/// The answer to one request, whatever it holds.
pub(crate) fn respond(cloud: &Cloud, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Response {
    let request_id = Uuid::new_v4().to_string();
    let call = match Call::of(uri.path(), headers, body) {
        Ok(call) => call,
        Err((protocol, refusal)) => return protocol.refuse("", &refusal, &request_id),
    };
    match answer(cloud, &call, headers, body, &request_id) {
        Ok(answer) => call.protocol.draw(&answer, &request_id),
        Err(refusal) => call.protocol.refuse(call.service, &refusal, &request_id),
    }
}

fn answer(cloud: &Cloud, call: &Call, headers: &HeaderMap, body: &Bytes, request_id: &str) -> Result<Value, Refusal> {
    check_credentials(headers)?;
    cloud.quotas.lock().take(call.service, &call.operation, Instant::now())?;
    let input = call.input(body)?;
    let (operation, now) = (call.operation.as_str(), Utc::now());
    match call.service {
        "logs" => logs::answer(&cloud.logs.lock(), operation, &input, now.timestamp_millis()),
        "ecs" => {
            let answer = ecs::answer(&mut cloud.fleet.lock(), operation, &input, now)?;
            if operation == "UpdateService" {
                cloud.changed.notify_one();
            }
            Ok(answer)
        }
        "monitoring" => cloudwatch::answer(&cloud.watch.lock(), operation, &input),
        _ => sts::answer(operation, request_id).map(Value::String),
    }
}

/// A request must be signed with the sandbox's access key, so that neither a client without credentials nor one with
/// somebody's real ones gets through. The signature itself is not verified.
fn check_credentials(headers: &HeaderMap) -> Result<(), Refusal> {
    let authorization = headers.get("authorization").and_then(|value| value.to_str().ok());
    let credential = authorization
        .and_then(|text| text.strip_prefix("AWS4-HMAC-SHA256 "))
        .and_then(|text| text.split(',').find_map(|part| part.trim().strip_prefix("Credential=")))
        .and_then(|scope| scope.split('/').next());
    match credential {
        Some(ACCESS_KEY) => Ok(()),
        Some(_) => Err(Refusal::forbidden(
            "UnrecognizedClientException",
            "The security token included in the request is invalid: the sandbox takes its own access key only.",
        )),
        None => Err(Refusal::forbidden("MissingAuthenticationTokenException", "Missing Authentication Token")),
    }
}
