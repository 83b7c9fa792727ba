//! A probe with everything filled in.

use super::{LookError, Observation, Vantage, alarm, ecs, exec, http, logs, python_deps, terraform};
use crate::aws::Thing;

/// Ready to be looked through, more than once where need be.
#[derive(Debug)]
pub enum Request {
    /// An HTTP request.
    Http(http::Request),
    /// CloudWatch Logs over the window.
    Logs(logs::Query),
    /// ECS services.
    Ecs(ecs::Query),
    /// CloudWatch alarms.
    Alarm(alarm::Query),
    /// A Terraform plan, or the files it is made from.
    Terraform(terraform::Query),
    /// Python dependencies.
    PythonDeps(python_deps::Query),
    /// A program.
    Exec(exec::Command),
}

impl Request {
    /// Looks once.
    ///
    /// # Errors
    /// Where nothing could be seen. What was seen and is not as it must be is no error.
    pub async fn look(&self, vantage: &Vantage) -> Result<Observation, LookError> {
        Ok(match self {
            Self::Http(request) => Observation::Http(Box::new(request.look(vantage).await?)),
            Self::Logs(query) => Observation::Logs(query.look(vantage).await?),
            Self::Ecs(query) => Observation::Ecs(query.look(vantage).await?),
            Self::Alarm(query) => Observation::Alarm(query.look(vantage).await?),
            Self::Terraform(query) => Observation::Terraform(query.look(vantage).await?),
            Self::PythonDeps(query) => Observation::PythonDeps(Box::new(query.look().await?)),
            Self::Exec(command) => Observation::Exec(command.look(vantage).await?),
        })
    }

    /// What it looks at in AWS.
    #[must_use]
    pub fn things(&self) -> Vec<Thing> {
        match self {
            Self::Logs(query) => query.things(),
            Self::Ecs(query) => query.things(),
            Self::Alarm(query) => query.things(),
            Self::Http(_) | Self::Terraform(_) | Self::PythonDeps(_) | Self::Exec(_) => Vec::new(),
        }
    }

    /// What it does, in a few words, for leftovers and headlines: `DELETE https://…/42`, `ecs prod/bulk-import-worker`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Http(request) => request.describe(),
            Self::Logs(query) => query.describe(),
            Self::Ecs(query) => query.describe(),
            Self::Alarm(query) => query.describe(),
            Self::Terraform(query) => query.describe(),
            Self::PythonDeps(query) => query.describe(),
            Self::Exec(command) => command.describe(),
        }
    }
}
