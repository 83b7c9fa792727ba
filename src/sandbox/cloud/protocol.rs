//! Which service and operation a request means, in which protocol, and how its answer is drawn in it.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::{cbor, sts};

/// CloudWatch's name on the wire.
const CLOUDWATCH: &str = "GraniteServiceVersion20100801";

/// The protocols there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// `X-Amz-Target`; the version is 1.0 or 1.1 and only shows in the content type.
    Json { old: bool },
    /// Smithy's rpc-v2-cbor.
    Cbor,
    /// A form with `Action`.
    Query,
}

/// What is called.
#[derive(Debug, PartialEq)]
pub(super) struct Call {
    pub(super) protocol: Protocol,
    /// As in a credential's scope: `logs`, `ecs`, `monitoring`, `sts`.
    pub(super) service: &'static str,
    pub(super) operation: String,
}

impl Call {
    /// Reads path, headers and, for the query protocol, the body.
    pub(super) fn of(path: &str, headers: &HeaderMap, body: &[u8]) -> Result<Self, (Protocol, Refusal)> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let content = text("content-type").unwrap_or_default();
        if let Some(target) = text("x-amz-target") {
            let protocol = Protocol::Json { old: content.contains("json-1.0") };
            return Self::targeted(protocol, target).ok_or_else(|| (protocol, Refusal::unknown_operation(target)));
        }
        if text("smithy-protocol") == Some("rpc-v2-cbor") {
            let operation = path.strip_prefix(&format!("/service/{CLOUDWATCH}/operation/"));
            return operation
                .map(|operation| Self {
                    protocol: Protocol::Cbor,
                    service: "monitoring",
                    operation: operation.to_owned(),
                })
                .ok_or_else(|| (Protocol::Cbor, Refusal::unknown_operation(path)));
        }
        let action = url::form_urlencoded::parse(body).find(|(name, _)| name == "Action");
        match action {
            Some((_, action)) if content.contains("x-www-form-urlencoded") => {
                Ok(Self { protocol: Protocol::Query, service: "sts", operation: action.into_owned() })
            }
            _ => Err((Protocol::Query, Refusal::new("MissingAction", "this is no request in a protocol of AWS"))),
        }
    }

    fn targeted(protocol: Protocol, target: &str) -> Option<Self> {
        let (prefix, operation) = target.split_once('.')?;
        let service = match prefix {
            "Logs_20140328" => "logs",
            "AmazonEC2ContainerServiceV20141113" => "ecs",
            CLOUDWATCH => "monitoring",
            _ => return None,
        };
        Some(Self { protocol, service, operation: operation.to_owned() })
    }

    /// The request's members.
    pub(super) fn input(&self, body: &Bytes) -> Result<Value, Refusal> {
        let read = match self.protocol {
            Protocol::Query => Ok(Value::Null),
            Protocol::Cbor => cbor::read(body),
            Protocol::Json { .. } if body.is_empty() => Ok(json!({})),
            Protocol::Json { .. } => {
                serde_json::from_slice(body).map_err(|error| format!("the body is not JSON: {error}"))
            }
        };
        read.map_err(|message| Refusal::new("SerializationException", message))
    }
}

impl Protocol {
    /// An answer.
    pub(super) fn draw(self, answer: &Value, request_id: &str) -> Response {
        let body = match self {
            Self::Cbor => cbor::write(answer),
            Self::Json { .. } => answer.to_string().into_bytes(),
            Self::Query => answer.as_str().unwrap_or_default().as_bytes().to_vec(),
        };
        self.respond(StatusCode::OK, body, request_id)
    }

    /// A refusal. CloudWatch, which once spoke the query protocol, also gives the code that it had there.
    pub(super) fn refuse(self, service: &str, refusal: &Refusal, request_id: &str) -> Response {
        let code = &refusal.code;
        let shape = if service == "monitoring" { format!("com.amazonaws.cloudwatch#{code}") } else { code.to_string() };
        let body = json!({"__type": shape, "message": refusal.message});
        let body = match self {
            Self::Cbor => cbor::write(&body),
            Self::Json { .. } => body.to_string().into_bytes(),
            Self::Query => sts::draw_refusal(refusal, request_id).into_bytes(),
        };
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = self.respond(status, body, request_id);
        let old = code.strip_suffix("Exception").filter(|old| *old == "Throttling").unwrap_or(code);
        if let (true, Ok(value)) = (service == "monitoring", HeaderValue::try_from(format!("{old};Sender"))) {
            response.headers_mut().insert("x-amzn-query-error", value);
        }
        response
    }

    fn respond(self, status: StatusCode, body: Vec<u8>, request_id: &str) -> Response {
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type()));
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert("x-amzn-requestid", id);
        }
        if self == Self::Cbor {
            headers.insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
        }
        response
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Json { old: false } => "application/x-amz-json-1.1",
            Self::Json { old: true } => "application/x-amz-json-1.0",
            Self::Cbor => "application/cbor",
            Self::Query => "text/xml",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(
        path: &str,
        headers: &[(&'static str, &str)],
        body: &str,
    ) -> Result<(Protocol, &'static str, String), String> {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        Call::of(path, &headers, body.as_bytes())
            .map(|call| (call.protocol, call.service, call.operation))
            .map_err(|(_, refusal)| refusal.line())
    }

    #[test]
    fn each_protocol_is_known_by_its_marks() {
        let check = |seen, expected: (Protocol, &'static str, &str)| {
            assert_eq!(seen, Ok((expected.0, expected.1, expected.2.to_owned())));
        };
        check(
            call("/", &[("x-amz-target", "Logs_20140328.FilterLogEvents")], ""),
            (Protocol::Json { old: false }, "logs", "FilterLogEvents"),
        );
        check(
            call(
                "/",
                &[
                    ("x-amz-target", "GraniteServiceVersion20100801.DescribeAlarms"),
                    ("content-type", "application/x-amz-json-1.0"),
                ],
                "",
            ),
            (Protocol::Json { old: true }, "monitoring", "DescribeAlarms"),
        );
        check(
            call(
                "/service/GraniteServiceVersion20100801/operation/DescribeAlarms",
                &[("smithy-protocol", "rpc-v2-cbor")],
                "",
            ),
            (Protocol::Cbor, "monitoring", "DescribeAlarms"),
        );
        check(
            call(
                "/",
                &[("content-type", "application/x-www-form-urlencoded; charset=utf-8")],
                "Action=GetCallerIdentity&Version=2011-06-15",
            ),
            (Protocol::Query, "sts", "GetCallerIdentity"),
        );
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(
            call("/", &[("x-amz-target", "DynamoDB_20120810.GetItem")], ""),
            Err("400 UnknownOperationException: the sandbox does not support the operation DynamoDB_20120810.GetItem"
                .into())
        );
        assert_eq!(call("/", &[], "hello"), Err("400 MissingAction: this is no request in a protocol of AWS".into()));
    }
}
