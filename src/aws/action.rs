//! What looks are made of: the things that scenarios name in AWS, and the calls that a look at each makes.
//!
//! Permissions, the policy that grants them and the preflight that tries them all come from here. Whoever lets a look
//! make one more call names it here; a test holds the calls of whole runs against it.

use super::arn::short_name;

/// A call, by what a policy calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// `ecs:DescribeServices`
    DescribeServices,
    /// `ecs:ListServiceDeployments`
    ListServiceDeployments,
    /// `ecs:ListTasks`
    ListTasks,
    /// `ecs:DescribeTasks`
    DescribeTasks,
    /// `ecs:DescribeTaskDefinition`
    DescribeTaskDefinition,
    /// `logs:FilterLogEvents`
    FilterLogEvents,
    /// `cloudwatch:DescribeAlarms`
    DescribeAlarms,
    /// `cloudwatch:DescribeAlarmHistory`
    DescribeAlarmHistory,
    /// `cloudwatch:ListAlarmMuteRules`
    ListAlarmMuteRules,
    /// `sts:GetCallerIdentity`, which needs no permission, but may be asked for by a boundary
    GetCallerIdentity,
}

impl Action {
    /// `ecs:DescribeServices`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DescribeServices => "ecs:DescribeServices",
            Self::ListServiceDeployments => "ecs:ListServiceDeployments",
            Self::ListTasks => "ecs:ListTasks",
            Self::DescribeTasks => "ecs:DescribeTasks",
            Self::DescribeTaskDefinition => "ecs:DescribeTaskDefinition",
            Self::FilterLogEvents => "logs:FilterLogEvents",
            Self::DescribeAlarms => "cloudwatch:DescribeAlarms",
            Self::DescribeAlarmHistory => "cloudwatch:DescribeAlarmHistory",
            Self::ListAlarmMuteRules => "cloudwatch:ListAlarmMuteRules",
            Self::GetCallerIdentity => "sts:GetCallerIdentity",
        }
    }

    /// Whether a look does without it where it is refused, and only says that it had to.
    #[must_use]
    pub const fn is_spare(self) -> bool {
        matches!(self, Self::ListAlarmMuteRules)
    }
}

/// Something in AWS that a step names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// An ECS service.
    Service {
        /// Name or ARN of its cluster.
        cluster: String,
        /// Its name or ARN.
        name: String,
    },
    /// A log group.
    LogGroup {
        /// Its name.
        name: String,
        /// What the streams that are read begin with.
        prefix: Option<String>,
    },
    /// An alarm.
    Alarm {
        /// Its name.
        name: String,
    },
}

impl Thing {
    /// The calls that a look at it makes.
    #[must_use]
    pub const fn actions(&self) -> &'static [Action] {
        match self {
            Self::Service { .. } => &[
                Action::DescribeServices,
                Action::ListServiceDeployments,
                Action::ListTasks,
                Action::DescribeTasks,
                Action::DescribeTaskDefinition,
            ],
            Self::LogGroup { .. } => &[Action::FilterLogEvents],
            Self::Alarm { .. } => &[Action::DescribeAlarms, Action::DescribeAlarmHistory, Action::ListAlarmMuteRules],
        }
    }

    /// In a few words: `service prod/bulk-import-worker`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Service { cluster, name } => format!("service {}/{}", short_name(cluster), short_name(name)),
            Self::LogGroup { name, prefix: None } => format!("log group {name}"),
            Self::LogGroup { name, prefix: Some(prefix) } => format!("log group {name}, streams {prefix}*"),
            Self::Alarm { name } => format!("alarm {name}"),
        }
    }
}
