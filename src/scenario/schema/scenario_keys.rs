//! The keys of a scenario, of its steps and of their probes.

use super::{Key, Object, Shape};

/// The root of a scenario file.
pub(crate) static SCENARIO: Object = Object {
    name: "scenario",
    what: "a scenario",
    keys: &[
        Key::optional("name", Shape::Text, "What the scenario shows, in a few words"),
        Key::optional("tags", WORDS, "Words to select it by"),
        Key::optional("targets", WORDS, "Targets it may run on; without it, every one that is not protected"),
        Key::optional(
            "requires",
            WORDS,
            "Programs that must be on PATH; where one is missing, the scenario is skipped, or refused if it was asked for",
        ),
        Key::optional("timeout", Shape::Duration, "How long it may take, finally not counted; 10m by default"),
        Key::optional("vars", VARS, "Defaults; smoke.yaml, the target and --var are stronger"),
        Key::optional(
            "matrix",
            Shape::List(&VARS),
            "Runs once for each row, which expressions see as `row`; reports call it by its `name`, or else by all its values",
        ),
        Key::optional(
            "exclusive",
            Shape::Text,
            "Scenarios with the same key never run side by side; with `*` nothing else runs meanwhile",
        ),
        Key::optional("retries", Shape::Count, "How often a failed scenario is run afresh; a pass then is flaky"),
        Key::optional("ready", Shape::Steps, "What must have come about before the window opens"),
        Key::optional("guards", Shape::Steps, "What must stay true from before the first of steps to after the last"),
        Key::required("steps", Shape::Steps, "The journey"),
        Key::optional("finally", Shape::Steps, "The clean-up; always runs"),
    ],
};

const WORDS: Shape = Shape::Either(&[Shape::Text, Shape::List(&Shape::Text)]);
const VARS: Shape = Shape::Map(&Shape::Tree);
const TEXTS: Shape = Shape::Map(&Shape::Text);
/// Values that may be repeated: `id: [1, 2]`.
const FIELDS: Shape = Shape::Map(&WORDS);

/// One step.
pub(crate) static STEP: Object = Object {
    name: "step",
    what: "a step",
    keys: &[
        Key::required("name", Shape::Text, "What it does; may read vars, target and row"),
        Key::optional("when", Shape::Expression, "The step is skipped where this does not hold"),
        Key::optional("http", Shape::Object(&HTTP), "One request; brings `response`"),
        Key::optional("logs", Shape::Object(&LOGS), "CloudWatch Logs over the window; brings `logs`"),
        Key::optional("ecs", Shape::Object(&ECS), "ECS services; brings `service` or `services`"),
        Key::optional(
            "alarm",
            Shape::Either(&[Shape::Text, Shape::Object(&ALARM)]),
            "CloudWatch alarms; brings `alarm` or `alarms`",
        ),
        Key::optional("terraform", Shape::Object(&TERRAFORM), "A plan, or the files; brings `plan`, `config` or both"),
        Key::optional(
            "python_deps",
            Shape::Object(&PYTHON_DEPS),
            "requirements.txt against pyproject.toml; brings `deps`",
        ),
        Key::optional("exec", Shape::Object(&EXEC), "A program; brings `output`"),
        Key::optional("until", Shape::Expressions, "What is waited for"),
        Key::optional("within", Shape::Duration, "How long may be waited; 60s by default"),
        Key::optional("every", Shape::Duration, "How often is looked; adaptive by default"),
        Key::optional("fail_if", Shape::Expressions, "What ends the waiting at once"),
        Key::optional(
            "expect",
            Shape::Expressions,
            "What is judged, once; without it and until: that the request or the program came off",
        ),
        Key::optional("for", Shape::Duration, "How long expect must keep holding"),
        Key::optional(
            "capture",
            Shape::Map(&Shape::Either(&[Shape::Expression, Shape::Object(&CAPTURE)])),
            "Values kept for later steps",
        ),
        Key::optional("as", Shape::Text, "The name under which the whole observation is kept"),
        Key::optional("enforce", Shape::Flag, "false: measured and reported without deciding"),
        Key::optional("idempotent", Shape::Flag, "true: a POST or PATCH that may be sent again"),
    ],
};

/// An item of a list of steps.
pub(crate) const STEP_OR_USE: Shape = Shape::Either(&[Shape::Object(&STEP), Shape::Object(&USE)]);

/// Steps from another file.
pub(crate) static USE: Object = Object {
    name: "use",
    what: "a `use`",
    keys: &[
        Key::required("use", Shape::Text, "A file with a list of steps, relative to this one"),
        Key::optional("with", VARS, "Names that those steps see"),
    ],
};

/// A value to keep, spelt out.
pub(crate) static CAPTURE: Object = Object {
    name: "capture",
    what: "a capture",
    keys: &[
        Key::required("from", Shape::Expression, "Where the value comes from"),
        Key::optional("secret", Shape::Flag, "true: redacted everywhere"),
    ],
};

/// `http`.
pub(crate) static HTTP: Object = Object {
    name: "http",
    what: "an http step",
    keys: &[
        Key::optional("get", Shape::Text, "A path of the API, or a whole URL"),
        Key::optional("post", Shape::Text, "A path of the API, or a whole URL"),
        Key::optional("put", Shape::Text, "A path of the API, or a whole URL"),
        Key::optional("patch", Shape::Text, "A path of the API, or a whole URL"),
        Key::optional("delete", Shape::Text, "A path of the API, or a whole URL"),
        Key::optional("head", Shape::Text, "A path of the API, or a whole URL"),
        Key::optional("headers", TEXTS, "Headers"),
        Key::optional("query", FIELDS, "Parameters, URL-encoded"),
        Key::optional("json", Shape::Tree, "A JSON body"),
        Key::optional("form", FIELDS, "A URL-encoded body"),
        Key::optional(
            "multipart",
            Shape::Map(&Shape::Either(&[Shape::Text, Shape::Object(&PART)])),
            "A multipart body: fields and files",
        ),
        Key::optional("body", Shape::Text, "A body, sent as it is"),
        Key::optional("timeout", Shape::Duration, "For one request; 30s by default"),
        Key::optional(
            "redirects",
            Shape::Either(&[Shape::Count, Shape::Template]),
            "How many are followed; 10 by default. 301 and 302 are followed by GET and HEAD only",
        ),
    ],
};

/// A file in a multipart body.
pub(crate) static PART: Object = Object {
    name: "part",
    what: "a file in a multipart body",
    keys: &[
        Key::required("path", Shape::Text, "The file, relative to the scenario"),
        Key::optional("type", Shape::Text, "Its media type; guessed from its name by default"),
        Key::optional("name", Shape::Text, "The name that is sent; that of the file by default"),
    ],
};

/// `logs`.
pub(crate) static LOGS: Object = Object {
    name: "logs",
    what: "a logs step",
    keys: &[
        Key::required("group", Shape::Text, "The log group"),
        Key::optional("stream_prefix", Shape::Text, "Only streams whose names begin so"),
        Key::optional("from_tasks", Shape::Tree, "Only lines of these tasks: `${{ worker.tasks }}`"),
        Key::optional("sequence", Shape::List(&VARS), "Events that must appear, in this order, each exactly once"),
        Key::optional("none", Shape::List(&VARS), "Events that must not appear"),
        Key::optional("text", Shape::Text, "A regular expression with named groups, for lines that are not JSON"),
    ],
};

/// `ecs`.
pub(crate) static ECS: Object = Object {
    name: "ecs",
    what: "an ecs step",
    keys: &[
        Key::required("cluster", Shape::Text, "Name or ARN"),
        Key::optional("service", Shape::Text, "One service; brings `service`"),
        Key::optional(
            "services",
            Shape::Either(&[Shape::List(&Shape::Text), Shape::Text]),
            "Several; brings `services`, a map by name",
        ),
        Key::optional("image", Shape::Text, "What was deployed and must run: `…@sha256:…`; empty expects nothing"),
        Key::optional("task_definition", Shape::Text, "Likewise: `family:revision` or its ARN"),
    ],
};

/// `alarm`, spelt out.
pub(crate) static ALARM: Object = Object {
    name: "alarm",
    what: "an alarm step",
    keys: &[
        Key::optional("name", Shape::Text, "One alarm; brings `alarm`"),
        Key::optional(
            "names",
            Shape::Either(&[Shape::List(&Shape::Text), Shape::Text]),
            "Several; brings `alarms`, a map by name",
        ),
    ],
};

/// The keys of a step that are probes, of which it has exactly one.
pub(crate) const PROBES: [&str; 7] = ["http", "logs", "ecs", "alarm", "terraform", "python_deps", "exec"];

/// `terraform`.
pub(crate) static TERRAFORM: Object = Object {
    name: "terraform",
    what: "a terraform step",
    keys: &[
        Key::optional("plan", Shape::Text, "What `terraform show -json` wrote; brings `plan`"),
        Key::optional("dir", Shape::Text, "The folder of the root module; brings `config`"),
        Key::optional("var_files", WORDS, "Files of variables, as for -var-file; terraform.tfvars is read anyway"),
        Key::optional("vars", VARS, "Values of variables, as for -var"),
    ],
};

/// `python_deps`.
pub(crate) static PYTHON_DEPS: Object = Object {
    name: "python_deps",
    what: "a python_deps step",
    keys: &[
        Key::required("requirements", WORDS, "The requirements file that is the source of truth, or several"),
        Key::required("pyproject", Shape::Text, "The pyproject.toml that must say the same"),
        Key::optional("extras", WORDS, "Optional dependencies that the requirements hold too"),
        Key::optional("groups", WORDS, "Dependency groups that the requirements hold too"),
        Key::optional(
            "compare",
            Shape::Text,
            "`exact` (by default): both say the same; `satisfied`: what is pinned fits what is wanted",
        ),
    ],
};

/// `exec`.
pub(crate) static EXEC: Object = Object {
    name: "exec",
    what: "an exec step",
    keys: &[
        Key::required("run", Shape::List(&Shape::Text), "The program and its arguments; no shell"),
        Key::optional("env", TEXTS, "Added to the environment"),
        Key::optional("dir", Shape::Text, "Where it runs, relative to the scenario"),
        Key::optional("stdin", Shape::Text, "What it reads"),
        Key::optional("aws", Shape::Flag, "true: the aws CLI and SDKs in it reach what smoke looks at"),
    ],
};
