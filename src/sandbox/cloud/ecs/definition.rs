//! Task definitions.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The only image that there is, under any tag but one: this very program.
const REPOSITORY: &str = "sandbox/backend";
/// The tag under which there is an older build.
pub(crate) const PREVIOUS: &str = "sandbox/backend:previous";

/// One revision of a family.
#[derive(Debug)]
pub(crate) struct Definition {
    /// Its family.
    pub(crate) family: String,
    /// Its number, from 1.
    pub(crate) revision: u32,
    /// When it was registered.
    pub(crate) registered: DateTime<Utc>,
    /// As it was registered.
    pub(crate) body: Value,
}

impl Definition {
    /// `family:revision`.
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.family, self.revision)
    }

    /// Its one container, as registered.
    pub(crate) fn container(&self) -> &Value {
        &self.body["containerDefinitions"][0]
    }

    /// The container's name.
    pub(crate) fn container_name(&self) -> &str {
        self.container()["name"].as_str().unwrap_or_default()
    }

    /// The image, as written.
    pub(crate) fn image(&self) -> &str {
        self.container()["image"].as_str().unwrap_or_default()
    }

    /// Whether that image can be had.
    pub(crate) fn has_image(&self) -> bool {
        self.image().split([':', '@']).next() == Some(REPOSITORY)
    }

    /// Whether health is looked at. Without a check it stays UNKNOWN for ever.
    pub(crate) fn has_health_check(&self) -> bool {
        self.container()["healthCheck"].is_object()
    }

    /// How long a task may take to start before a check that fails counts.
    pub(crate) fn start_period(&self) -> TimeDelta {
        TimeDelta::seconds(self.container()["healthCheck"]["startPeriod"].as_i64().unwrap_or_default())
    }

    /// The log group, and the stream of one task: `prefix/container/task`.
    pub(crate) fn log_stream(&self, task: &str) -> Option<(String, String)> {
        let options = &self.container()["logConfiguration"]["options"];
        let group = options["awslogs-group"].as_str()?;
        let prefix = options["awslogs-stream-prefix"].as_str()?;
        Some((group.to_owned(), format!("{prefix}/{}/{task}", self.container_name())))
    }

    /// CPU units of a task.
    pub(crate) fn cpu(&self) -> u32 {
        self.body["cpu"].as_str().and_then(|units| units.parse().ok()).unwrap_or_default()
    }

    /// The digest of its image, as it is in the registry.
    pub(super) fn image_digest(&self) -> String {
        image_digest(self.image() == PREVIOUS)
    }
}

/// The digest of the image that runs. The image is this program, so the digest is made of what tells one build of it
/// from another: its version, and the length and the time of its file. Reading the whole file would cost more than the
/// rest of the start. A tag does not enter, since it proves nothing about what runs; the older build is another one.
fn image_digest(previous: bool) -> String {
    let mut identity = Sha256::new();
    if previous {
        identity.update(PREVIOUS);
    }
    identity.update(env!("CARGO_PKG_VERSION"));
    if let Ok(file) = std::env::current_exe().and_then(std::fs::metadata) {
        identity.update(file.len().to_be_bytes());
        let modified = file.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        identity.update(modified.unwrap_or_default().as_nanos().to_be_bytes());
    }
    let digits: Vec<String> = identity.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{}", digits.concat())
}
