//! The HTTP side: one address for all services, as `AWS_ENDPOINT_URL` expects it.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse as _, Response};
use chrono::Utc;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;

use super::disturbance::Obstacle;
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
    match admit(cloud, &call, headers) {
        Ok(()) => {}
        Err(Obstacle::Html) => return html(),
        Err(Obstacle::Refusal(refusal)) => return call.protocol.refuse(call.service, &refusal, &request_id),
    }
    match answer(cloud, &call, body, &request_id) {
        Ok(answer) => call.protocol.draw(&answer, &request_id),
        Err(refusal) => call.protocol.refuse(call.service, &refusal, &request_id),
    }
}

/// Whether a call gets through to its service.
fn admit(cloud: &Cloud, call: &Call, headers: &HeaderMap) -> Result<(), Obstacle> {
    check_credentials(headers).map_err(Obstacle::Refusal)?;
    cloud.disturbances.meet(call.service, &call.operation, cloud.opening.elapsed())
}

/// What stands before a service answers so when the service itself does not.
fn html() -> Response {
    let page = "<html>\r\n<head><title>500 Internal Server Error</title></head>\r\n<body>\r\n\
                <center><h1>500 Internal Server Error</h1></center>\r\n</body>\r\n</html>\r\n";
    (StatusCode::INTERNAL_SERVER_ERROR, Html(page)).into_response()
}

fn answer(cloud: &Cloud, call: &Call, body: &Bytes, request_id: &str) -> Result<Value, Refusal> {
    cloud.quotas.lock().take(call.service, &call.operation, Instant::now())?;
    let input = call.input(body)?;
    let (operation, now) = (call.operation.as_str(), Utc::now());
    match call.service {
        "logs" => logs::answer(&mut cloud.logs.lock(), operation, &input, now.timestamp_millis()),
        "ecs" => {
            let answer = ecs::answer(&mut cloud.fleet.lock(), operation, &input, now)?;
            if operation == "UpdateService" {
                cloud.changed.notify_one();
            }
            Ok(answer)
        }
        "monitoring" => cloudwatch::answer(&mut cloud.watch.lock(), operation, &input, now),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::cloud::{Disturbances, Manner};

    /// Sends a call of ECS to an endpoint that is disturbed so; status, type and body of the answer.
    async fn check(manner: Manner, expected: (u16, &str, &str)) {
        let cloud = Arc::new(Cloud::new(Disturbances { ecs: manner, ..Disturbances::default() }));
        let headers = [
            ("x-amz-target", "AmazonEC2ContainerServiceV20141113.ListClusters"),
            ("authorization", "AWS4-HMAC-SHA256 Credential=sandbox/20261124/eu-central-1/ecs/aws4_request"),
        ];
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let answer = handle(State(cloud), Uri::from_static("/"), headers, Bytes::new()).await;
        let (status, kind) = (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap().to_owned());
        let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert_eq!((status, kind.as_str()), (expected.0, expected.1));
        assert!(body.contains(expected.2), "{body}");
    }

    #[tokio::test]
    async fn a_disturbed_service_answers_as_aws_would() {
        check(Manner::Willing, (200, "application/x-amz-json-1.1", "clusterArns")).await;
        check(Manner::Denying, (400, "application/x-amz-json-1.1", "\"__type\":\"AccessDeniedException\"")).await;
        check(Manner::Throttling, (400, "application/x-amz-json-1.1", "\"__type\":\"ThrottlingException\"")).await;
        check(Manner::Html, (500, "text/html; charset=utf-8", "<h1>500 Internal Server Error</h1>")).await;
    }
}
