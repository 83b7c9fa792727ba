//! What is settled before a request is answered: who asks, and for whom. Health is told to anybody.

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::problem::Problem;
use super::state::Api;
use crate::sandbox::fault::Fault;
use crate::sandbox::service::HEALTH_CHECK;
use crate::sandbox::service::database::Database;

/// The only token that is taken with the fault `api-401`: keys were changed, and nobody was given the new one.
const NEW_TOKEN: &str = "Bearer of-the-next-release";

/// Lets a request in, or refuses it.
pub(super) async fn admit(State(api): State<Api>, request: Request, next: Next) -> Response {
    let of_ours = request.headers().get(header::USER_AGENT).is_some_and(|agent| agent == HEALTH_CHECK);
    // The fault `api-500`: a release that looks tenants up in a table which no migration made. The container's own check
    // asks only whether the process answers.
    if api.faults.contains(Fault::Api500)
        && !of_ours
        && let Err(error) = api.database.call(Database::tenant).await
    {
        return Problem::from(error).into_response();
    }
    if api.faults.contains(Fault::Api401) && request.uri().path() != "/health" && !knows_token(&request) {
        let wanted = [(header::WWW_AUTHENTICATE, "Bearer")];
        let refused = Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "the token is not known");
        return (wanted, refused).into_response();
    }
    next.run(request).await
}

fn knows_token(request: &Request) -> bool {
    request.headers().get(header::AUTHORIZATION).is_some_and(|token| token == NEW_TOKEN)
}
