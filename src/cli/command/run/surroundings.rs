//! What looks are made with: the sandbox where it is the target, HTTP, AWS, and what knows the secrets.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use smoke::aws::Reader;
use smoke::plan::{Plan, TargetSettings};
use smoke::probe::http::Client;
use smoke::probe::{Instruments, LookError, LookErrorKind, Recent};
use smoke::redact::Redactor;
use smoke::sandbox::{Options, Sandbox};

use super::prepare::Prepared;
use crate::cli::exit::Exit;

/// All of it.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// The local target, where that is meant; stops when dropped.
    pub(crate) sandbox: Option<Sandbox>,
    /// What looks are made with.
    pub(crate) instruments: Arc<Instruments>,
    /// What cleans texts of the plan's secrets.
    pub(crate) redactor: Arc<Redactor>,
    /// Which API, account, region and endpoints are looked at; a line each.
    pub(crate) identity: Vec<String>,
}

/// Why a run cannot begin.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// What the process ends with.
    pub(crate) exit: Exit,
    /// In words.
    pub(crate) message: String,
}

impl Surroundings {
    /// Starts and connects what the plan's target needs. A sandbox's settings take the place of the plan's.
    pub(crate) async fn build(prepared: &mut Prepared) -> Result<Self, Trouble> {
        let sandbox = match prepared.sandbox.clone() {
            Some(options) => Some(start(options).await?),
            None => None,
        };
        if let Some(sandbox) = &sandbox {
            prepared.plan.settle(sandbox.settings());
        }
        let redactor = Arc::new(knowing(&prepared.plan));
        let clean = |error: LookError| Trouble {
            exit: exit_of(error.kind),
            message: redactor.clean(&error.message).into_owned(),
        };
        let settings = &prepared.plan.target_settings;
        let http = Client::new(settings).map_err(clean)?;
        let aws = match &settings.aws {
            Some(aws) => Some(Reader::connect(aws).await.map_err(clean)?),
            None => None,
        };
        let identity = identity(settings, aws.as_ref()).await;
        Ok(Self {
            sandbox,
            instruments: Arc::new(Instruments {
                http,
                aws,
                recent: Recent::default(),
                redactor: Arc::clone(&redactor),
            }),
            redactor,
            identity,
        })
    }

    /// The time of day by which the run is recorded, UTC: AWS's where AWS is looked at.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.instruments.aws.as_ref().map_or_else(Utc::now, Reader::now)
    }
}

async fn start(options: Options) -> Result<Sandbox, Trouble> {
    let started = Sandbox::start(options).await;
    started.map_err(|error| Trouble { exit: Exit::FAULT, message: format!("the sandbox does not start: {error}") })
}

/// What knows every secret of a plan.
pub(crate) fn knowing(plan: &Plan) -> Redactor {
    let redactor = Redactor::default();
    let settings = plan.target_settings.secrets();
    plan.secrets.iter().map(|(_, secret)| secret).chain(&settings).for_each(|secret| redactor.learn(secret));
    redactor
}

/// What cannot be seen is inconclusive; what cannot even be looked with is wrong.
const fn exit_of(kind: LookErrorKind) -> Exit {
    match kind {
        LookErrorKind::Denied | LookErrorKind::Obscured | LookErrorKind::Unreachable | LookErrorKind::Unequipped => {
            Exit::INCONCLUSIVE
        }
        LookErrorKind::System | LookErrorKind::Late | LookErrorKind::Broken | LookErrorKind::Unusable => Exit::INVALID,
    }
}

async fn identity(settings: &TargetSettings, aws: Option<&Reader>) -> Vec<String> {
    let mut lines: Vec<String> = settings.api_shown().iter().map(|url| format!("API {url}")).collect();
    if let Some(reader) = aws {
        lines.extend(reader.identity().await);
    }
    lines
}
