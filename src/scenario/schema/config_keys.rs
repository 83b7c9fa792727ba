//! The keys of `smoke.yaml`.

use super::{Key, Object, Shape};

const TEXTS: Shape = Shape::Map(&Shape::Text);
const VARS: Shape = Shape::Map(&Shape::Tree);

/// The root of `smoke.yaml`.
pub(crate) static CONFIG: Object = Object {
    name: "config",
    what: "smoke.yaml",
    keys: &[
        Key::optional("secrets", Shape::Map(&Shape::Object(&SECRET)), "Where secrets come from"),
        Key::optional("targets", Shape::Map(&Shape::Object(&TARGET)), "Deployed environments, by name"),
        Key::optional("vars", VARS, "Variables for all targets"),
    ],
};

/// An entry of `secrets`.
pub(crate) static SECRET: Object = Object {
    name: "secret",
    what: "a secret",
    keys: &[
        Key::optional("env", Shape::Text, "An environment variable"),
        Key::optional("file", Shape::Text, "A file, relative to smoke.yaml"),
        Key::optional("command", Shape::List(&Shape::Text), "A program and its arguments; its standard output"),
    ],
};

/// An entry of `targets`.
pub(crate) static TARGET: Object = Object {
    name: "target",
    what: "a target",
    keys: &[
        Key::optional("protected", Shape::Flag, "true: only scenarios that list it run here, and it asks first"),
        Key::optional("sandbox", Shape::Object(&SANDBOX), "The embedded local target"),
        Key::optional("api", Shape::Object(&API), "The API under test"),
        Key::optional("aws", Shape::Object(&AWS), "Where AWS is looked at"),
        Key::optional("vars", VARS, "Variables of this target"),
    ],
};

/// `sandbox`: no settings of its own.
pub(crate) static SANDBOX: Object = Object { name: "sandbox", what: "sandbox", keys: &[] };

/// `api`.
pub(crate) static API: Object = Object {
    name: "api",
    what: "api",
    keys: &[
        Key::required("url", Shape::Text, "What paths are appended to"),
        Key::optional("headers", TEXTS, "Sent to that host, and to no other"),
    ],
};

/// `aws`.
pub(crate) static AWS: Object = Object {
    name: "aws",
    what: "aws",
    keys: &[
        Key::optional("region", Shape::Text, "For instance eu-west-1"),
        Key::optional("profile", Shape::Text, "A profile of the shared config file"),
        Key::optional("role_arn", Shape::Text, "A role to assume"),
        Key::optional("endpoint_url", Shape::Text, "Endpoint for every service"),
        Key::optional("endpoint_urls", Shape::Object(&ENDPOINTS), "Endpoints for single services"),
        Key::optional("log_lag", Shape::Duration, "How late a log line may become visible; 15s by default"),
    ],
};

/// `endpoint_urls`.
pub(crate) static ENDPOINTS: Object = Object {
    name: "endpoint_urls",
    what: "endpoint_urls",
    keys: &[
        Key::optional("logs", Shape::Text, "CloudWatch Logs"),
        Key::optional("ecs", Shape::Text, "ECS"),
        Key::optional("cloudwatch", Shape::Text, "CloudWatch"),
        Key::optional("sts", Shape::Text, "STS"),
    ],
};
