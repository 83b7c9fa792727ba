//! What stands between clients and the API: a load balancer, with the faults and the weather of one. The container's
//! own health check does not come through it, so what goes wrong here is seen by clients only.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Response};

use super::wire::Cut;
use crate::sandbox::fault::{Fault, FaultSet};
use crate::sandbox::service::HEALTH_CHECK;

/// Longer than anybody waits.
const SLOW: Duration = Duration::from_mins(10);
/// What a rule that sends everything to the wrong place brings.
const WELCOME: &str = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head>\n\
                       <body><h1>It works</h1><p>This is the default page of this server.</p></body></html>\n";
/// What the balancer itself answers where it has no answer.
const BAD_GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n\
                           <body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>\r\n";

/// The balancer; cloning shares its count.
#[derive(Debug, Clone)]
pub(super) struct Balancer {
    faults: FaultSet,
    reads: Arc<AtomicU32>,
}

impl Balancer {
    /// One that behaves as `faults` have it.
    pub(super) fn new(faults: FaultSet) -> Self {
        Self { faults, reads: Arc::default() }
    }

    /// Of every three reads one meets the weather, so that all of them come through when asked again. The first gets
    /// the 502 and the second the cut, which then falls on a connection that was used before.
    fn weather(&self, method: &Method) -> Option<Fault> {
        if *method != Method::GET && *method != Method::HEAD {
            return None;
        }
        let weather = match self.reads.fetch_add(1, Ordering::Relaxed) % 3 {
            0 => Fault::GatewayBlips,
            1 => Fault::ClosedConnections,
            _ => return None,
        };
        self.faults.contains(weather).then_some(weather)
    }
}

/// Passes a request on to the API, or does not.
pub(super) async fn pass(
    State(balancer): State<Balancer>,
    ConnectInfo(wire): ConnectInfo<Cut>,
    request: Request,
    next: Next,
) -> Response {
    if request.headers().get(header::USER_AGENT).is_some_and(|agent| agent == HEALTH_CHECK) {
        return next.run(request).await;
    }
    match balancer.weather(request.method()) {
        Some(Fault::GatewayBlips) => return (StatusCode::BAD_GATEWAY, Html(BAD_GATEWAY)).into_response(),
        Some(_) => {
            wire.cut();
            return StatusCode::NO_CONTENT.into_response();
        }
        None => {}
    }
    if balancer.faults.contains(Fault::ApiHtml) {
        return Html(WELCOME).into_response();
    }
    if balancer.faults.contains(Fault::ApiSlow) {
        tokio::time::sleep(SLOW).await;
    }
    next.run(request).await
}
