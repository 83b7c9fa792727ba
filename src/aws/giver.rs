//! Who gives out credentials (STS, SSO, …), where that is only in trouble: it is asked again like AWS itself. That there are
//! no credentials, or that we may not have them, stays as it is.

use std::error::Error;

use aws_sdk_ecs::config::http::HttpResponse;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;

use super::told::{THROTTLES, chain, stem};

/// Codes that say `not just now`, beside those of throttling.
const TROUBLES: [&str; 5] =
    ["InternalFailure", "InternalError", "InternalServerError", "ServiceUnavailable", "IDPCommunicationError"];

/// In words, where `error` stems from such a trouble.
pub(super) fn trouble(error: &(dyn Error + 'static)) -> Option<String> {
    let mut causes = std::iter::successors(Some(error), |&cause| cause.source());
    causes.find_map(of_sts).or_else(|| told(&chain(error)))
}

/// What STS answered, or that it did not.
fn of_sts(cause: &(dyn Error + 'static)) -> Option<String> {
    let said = match (cause.downcast_ref(), cause.downcast_ref()) {
        (Some(error), _) => answered::<AssumeRoleError>(error),
        (_, Some(error)) => answered::<AssumeRoleWithWebIdentityError>(error),
        _ => None,
    };
    said.map(|said| format!("STS would not give the role just now: {said}"))
}

fn answered<E: ProvideErrorMetadata + Error + 'static>(error: &SdkError<E, HttpResponse>) -> Option<String> {
    let status = error.raw_response().map(|response| response.status().as_u16());
    let Some(service) = error.as_service_error() else {
        // Where it could not even be asked, somebody else lacks credentials, and says so.
        let silent = matches!(error, SdkError::TimeoutError(_) | SdkError::ResponseError(_));
        let cut_off = matches!(error, SdkError::DispatchFailure(failure) if failure.is_timeout() || failure.is_io());
        return (silent || cut_off).then(|| format!("it did not answer: {}", chain(error)));
    };
    let code = service.code().map(stem).unwrap_or_default();
    let passes = passes(code) || status.is_some_and(|status| status == 429 || status >= 500);
    let message = service.message().unwrap_or_default();
    passes.then(|| match (code, message) {
        ("", _) => format!("it answered {}", status.unwrap_or_default()),
        (code, "") => code.to_owned(),
        (code, message) => format!("{code}: {message}"),
    })
}

/// Where somebody else gives them out, whose errors are only known by their words. The machine's own metadata are the last
/// place that is asked: that they do not answer says that there are none.
fn told(chain: &str) -> Option<String> {
    let denied = ["IMDS", "AccessDenied", "NotFound"].iter().any(|word| chain.contains(word));
    let words = chain.split(|letter: char| !letter.is_ascii_alphanumeric());
    let passing = words.clone().any(|word| passes(stem(word))) || chain.contains("timed out");
    (passing && !denied).then(|| format!("AWS credentials were not to be had just now: {chain}"))
}

fn passes(code: &str) -> bool {
    THROTTLES.contains(&code) || TROUBLES.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_a_passing_trouble_are_one() {
        let check = |said: &str, passing: bool| assert_eq!(told(said).is_some(), passing, "{said}");
        check("an error occurred while loading credentials: TooManyRequestsException: HTTP 429", true);
        check("identity resolver timed out after 5s", true);
        check("credentials: service error: Error { code: \"ServiceUnavailable\" }", true);
        check("credentials: AccessDeniedException: not for ThrottledRequest", false);
        check("credentials: failed to load IMDS session token: request has timed out", false);
        check("credentials: ResourceNotFoundException: no such role", false);
        check("credentials: failed to load the cached SSO token", false);
    }
}
