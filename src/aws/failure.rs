//! What AWS's refusals mean to us.

use std::error::Error;

use aws_sdk_ecs::config::http::HttpResponse;
use aws_sdk_ecs::error::{ProvideErrorMetadata, SdkError};

use super::action::Action;
use super::apart::Refusal;
use super::giver;
use super::told::{THROTTLES, chain, stem};
use crate::look::{LookError, LookErrorKind};

/// Codes that say `not you, with this`.
const DENIALS: [&str; 3] = ["AccessDenied", "NotAuthorized", "UnauthorizedOperation"];

/// Codes that say `not you`, whatever was asked for.
const STRANGERS: [&str; 9] = [
    "AuthFailure",
    "UnrecognizedClient",
    "InvalidClientTokenId",
    "ExpiredToken",
    "InvalidSignature",
    "SignatureDoesNotMatch",
    "MissingAuthenticationToken",
    "IncompleteSignature",
    "OptInRequired",
];

/// Codes that say that the question is wrong, whoever asks it: a name that no service can have.
const WRONG: [&str; 8] = [
    "InvalidParameter",
    "InvalidParameterValue",
    "InvalidParameterCombination",
    "MissingParameter",
    "MissingRequiredParameter",
    "InvalidArn",
    "Validation",
    "ValidationError",
];

/// Codes that say that this place has no such thing to ask.
const UNSUPPORTED: [&str; 5] =
    ["UnknownOperation", "UnsupportedOperation", "UnsupportedFeature", "NotImplemented", "NotYetImplemented"];

/// An error answer, taken apart.
#[derive(Debug, Clone, Copy, Default)]
struct Answer<'answer> {
    status: Option<u16>,
    code: Option<&'answer str>,
    message: &'answer str,
}

/// A lasting word for `error`, which came of a call.
pub(super) fn explain<E>(action: Action, error: &SdkError<E, HttpResponse>) -> LookError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let operation = action.name();
    let status = error.raw_response().map(|response| response.status().as_u16());
    let chain = chain(error);
    match error {
        SdkError::ServiceError(service) => {
            let (code, message) = (service.err().code(), service.err().message().unwrap_or_default());
            judge(operation, Answer { status, code, message })
        }
        SdkError::ResponseError(_) => judge(operation, Answer { status, code: None, message: "" }),
        _ if lacks_credentials(&chain) => match giver::trouble(error) {
            Some(trouble) => look_error(LookErrorKind::Obscured, trouble),
            None => look_error(LookErrorKind::Denied, no_credentials(&chain)),
        },
        _ => look_error(LookErrorKind::Obscured, format!("{operation} got no answer: {chain}")),
    }
}

/// An error without a wish to be left alone.
pub(super) fn look_error(kind: LookErrorKind, message: impl Into<String>) -> LookError {
    LookError { kind, message: message.into(), retry_after: None }
}

/// Whether the same refusal says that the thing asked for is not there.
pub(super) fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code).is_some_and(|code| code.contains("NotFound"))
}

/// As [`explain`], of a call that asked for several things.
pub(super) fn refusal<E>(action: Action, error: &SdkError<E, HttpResponse>) -> Refusal
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    let told = explain(action, error);
    let of_one = code.is_some() && blames_what_was_asked_for(Answer { status, code, message: "" });
    if of_one { Refusal::OfOne(told) } else { Refusal::OfAll(told) }
}

/// Whether an answer may be meant for one of the things asked for: it is not allowed, or it is a name that there cannot be.
/// Who is not known at all, and what is not to be had here, is refused alike for each.
fn blames_what_was_asked_for(answer: Answer<'_>) -> bool {
    let code = answer.code.map(stem).unwrap_or_default();
    let refused = matches!(judge("", answer).kind, LookErrorKind::Denied | LookErrorKind::Unusable);
    refused && !STRANGERS.contains(&code) && !UNSUPPORTED.contains(&code) && answer.status != Some(501)
}

/// Whether an error answer's raw body says `slow down`. A code is plain text in JSON and in CBOR alike; in CBOR the bytes
/// around it may look like letters, so no word boundary is asked for.
pub(super) fn throttled(status: u16, body: &[u8]) -> bool {
    let beginning = String::from_utf8_lossy(&body[..body.len().min(2048)]);
    status == 429 || (matches!(status, 400 | 503) && THROTTLES.iter().any(|code| beginning.contains(code)))
}

fn judge(operation: &str, answer: Answer<'_>) -> LookError {
    let is_one_of = |codes: &[&str]| answer.code.is_some_and(|code| codes.contains(&stem(code)));
    let said = said(answer);
    if is_one_of(&THROTTLES) || answer.status == Some(429) {
        return look_error(LookErrorKind::Obscured, format!("AWS throttled {operation} ({said})"));
    }
    if is_one_of(&DENIALS)
        || is_one_of(&STRANGERS)
        || (answer.code.is_none() && matches!(answer.status, Some(401 | 403)))
    {
        return look_error(LookErrorKind::Denied, format!("not allowed to call {operation}: {said}"));
    }
    if is_one_of(&UNSUPPORTED) || answer.status == Some(501) {
        return look_error(LookErrorKind::Denied, format!("{operation} is not to be had here: {said}"));
    }
    match (answer.code, answer.status) {
        (None, Some(status)) => {
            look_error(LookErrorKind::Obscured, format!("AWS answered {status} without a reason to {operation}"))
        }
        (_, Some(500..)) => {
            look_error(LookErrorKind::Obscured, format!("AWS is in trouble: {operation} answered {said}"))
        }
        (Some(code), _) if code.contains("NotFound") => {
            look_error(LookErrorKind::System, format!("{operation} found nothing: {said}"))
        }
        _ if is_one_of(&WRONG) => {
            look_error(LookErrorKind::Unusable, format!("{operation} cannot be asked that: {said}"))
        }
        // That AWS refuses for a reason of its own says nothing of the system.
        _ => look_error(LookErrorKind::Denied, format!("{operation} was refused: {said}")),
    }
}

fn said(answer: Answer<'_>) -> String {
    let status = answer.status.map(|status| status.to_string()).unwrap_or_default();
    match (answer.code, answer.message.trim_end_matches('.')) {
        (Some(code), "") => stem(code).to_owned(),
        (Some(code), message) => format!("{}: {message}", stem(code)),
        (None, "") => status,
        (None, message) => format!("{status} {message}"),
    }
}

fn lacks_credentials(chain: &str) -> bool {
    ["credentials", "ProviderError"].iter().any(|hint| chain.contains(hint))
}

/// The machine's own metadata are the last place that is asked: that there is nothing to be had from them says that
/// there was nothing anywhere.
pub(super) fn found_none(chain: &str) -> bool {
    chain.contains("IMDS")
}

/// Where nothing was found that is said. Else it is told what the chosen place says, without the SDK's frames around it.
fn no_credentials(chain: &str) -> String {
    const FRAMES: [&str; 4] = [
        "dispatch failure: ",
        "other: ",
        "an error occurred while loading credentials: ",
        "unexpected credentials error: ",
    ];
    let said = FRAMES.iter().fold(chain, |said, frame| said.strip_prefix(frame).unwrap_or(said));
    let what = if found_none(said) {
        " were found (environment, profile, SSO, container, instance)".to_owned()
    } else {
        format!(": {said}")
    };
    format!(
        "no AWS credentials{what}; log in (aws sso login), set AWS_PROFILE, or give the job a role, and see that `aws sts \
         get-caller-identity` answers"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, code: Option<&str>, message: &str, expected: (LookErrorKind, &str)) {
        let error = judge("ecs:DescribeServices", Answer { status: Some(status), code, message });
        assert_eq!((error.kind, error.message.as_str()), expected);
    }

    #[test]
    fn throttling_obscures_with_and_without_exception() {
        let expected = (LookErrorKind::Obscured, "AWS throttled ecs:DescribeServices (Throttling: Rate exceeded)");
        check(400, Some("ThrottlingException"), "Rate exceeded", expected);
        check(400, Some("Throttling"), "Rate exceeded", expected);
        check(
            400,
            Some("LimitExceededException"),
            "",
            (LookErrorKind::Obscured, "AWS throttled ecs:DescribeServices (LimitExceeded)"),
        );
    }

    #[test]
    fn a_denial_names_the_action_and_the_principal() {
        check(
            400,
            Some("AccessDeniedException"),
            "User: arn:aws:iam::1:user/ci is not authorized to perform: ecs:DescribeServices",
            (
                LookErrorKind::Denied,
                "not allowed to call ecs:DescribeServices: AccessDenied: User: arn:aws:iam::1:user/ci is not \
                 authorized to perform: ecs:DescribeServices",
            ),
        );
    }

    #[test]
    fn without_credentials_it_is_said_where_they_were_looked_for() {
        #[track_caller]
        fn check(said: &str, expected: &str) {
            let help = "; log in (aws sso login), set AWS_PROFILE, or give the job a role, and see that `aws sts \
                        get-caller-identity` answers";
            assert_eq!(no_credentials(&format!("dispatch failure: other: {said}")), format!("{expected}{help}"));
        }
        check(
            "an error occurred while loading credentials: failed to load IMDS session token: service error: request \
             forbidden: IMDS is disabled or the caller has insufficient permissions.",
            "no AWS credentials were found (environment, profile, SSO, container, instance)",
        );
        check(
            "an error occurred while loading credentials: an error occurred while loading an access token: failed to load \
             the cached SSO token",
            "no AWS credentials: an error occurred while loading an access token: failed to load the cached SSO token",
        );
        check(
            "unexpected credentials error: profile file credentials provider initialization error already taken",
            "no AWS credentials: profile file credentials provider initialization error already taken",
        );
    }

    #[test]
    fn a_balancer_without_a_reason_obscures() {
        check(503, None, "", (LookErrorKind::Obscured, "AWS answered 503 without a reason to ecs:DescribeServices"));
    }

    #[test]
    fn what_is_not_there_is_the_system_and_a_wrong_question_is_unusable() {
        check(
            400,
            Some("ClusterNotFoundException"),
            "Cluster not found.",
            (LookErrorKind::System, "ecs:DescribeServices found nothing: ClusterNotFound: Cluster not found"),
        );
        check(
            400,
            Some("InvalidParameterException"),
            "bad name",
            (LookErrorKind::Unusable, "ecs:DescribeServices cannot be asked that: InvalidParameter: bad name"),
        );
        check(
            400,
            Some("RequestExpired"),
            "",
            (LookErrorKind::Denied, "ecs:DescribeServices was refused: RequestExpired"),
        );
        check(
            501,
            Some("NotYetImplemented"),
            "",
            (LookErrorKind::Denied, "ecs:DescribeServices is not to be had here: NotYetImplemented"),
        );
    }

    #[test]
    fn only_a_refusal_that_may_be_meant_for_one_name_is_asked_about_again() {
        let check = |status: u16, code: &'static str, expected: bool| {
            let answer = Answer { status: Some(status), code: Some(code), message: "" };
            assert_eq!(blames_what_was_asked_for(answer), expected, "{status} {code}");
        };
        check(400, "AccessDeniedException", true);
        check(400, "InvalidParameterException", true);
        check(400, "ValidationError", true);
        check(400, "ClientException", true);
        check(400, "ThrottlingException", false);
        check(400, "ClusterNotFoundException", false);
        check(400, "ExpiredTokenException", false);
        check(400, "UnrecognizedClientException", false);
        check(400, "UnknownOperationException", false);
        check(500, "ServerException", false);
        check(501, "NotYetImplemented", false);
    }

    #[test]
    fn raw_bodies_tell_throttling() {
        assert!(throttled(400, br#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#));
        assert!(throttled(400, b"\xbff__typejThrottlinggmessage`\xff"));
        assert!(throttled(429, b""));
        assert!(!throttled(400, br#"{"__type":"InvalidParameterException"}"#));
        assert!(!throttled(200, b"ThrottlingException"));
    }
}
