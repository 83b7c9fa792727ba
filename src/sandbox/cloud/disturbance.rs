//! What goes wrong at AWS, or is just its weather: plain data that the endpoint and the state behind it go by. All of it
//! is off by default; what the sandbox does then is awkward enough.

use std::time::{Duration, Instant};

use super::logs::Delivery;
use super::place::{ACCESS_KEY, ACCOUNT};
use super::refusal::Refusal;
use super::token::Paging;

/// One burst of throttling begins so long after the one before, and goes on for so long. The SDK's own three attempts
/// take up to three seconds, so that some of its calls come through and some do not.
const BURST_EVERY: Duration = Duration::from_secs(8);
const BURST: Duration = Duration::from_secs(3);
/// The first one comes so late: a run has begun by then, and waits for something.
const BURST_FIRST: Duration = Duration::from_secs(1);

/// All of it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Disturbances {
    /// How CloudWatch Logs takes calls.
    pub(crate) logs: Manner,
    /// How ECS does.
    pub(crate) ecs: Manner,
    /// How CloudWatch does.
    pub(crate) monitoring: Manner,
    /// Whether all three throttle everything for some seconds now and then.
    pub(crate) bursts: bool,
    /// How lists are cut into pages.
    pub(crate) paging: Paging,
    /// How log lines get to where they can be read.
    pub(crate) delivery: Delivery,
}

/// How a service takes calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It answers, as far as the quotas go.
    #[default]
    Willing,
    /// The caller's policy does not allow it.
    Denying,
    /// The account's quota is used up by somebody else.
    Throttling,
    /// Something before the service answers in its place, with HTML and a 500.
    Html,
}

/// What a call comes to that does not get through to its service.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// In the words of AWS.
    Refusal(Refusal),
    /// In those of a load balancer.
    Html,
}

impl Disturbances {
    /// Whether a call gets through, `running` after the endpoint came up.
    pub(super) fn meet(&self, service: &str, operation: &str, running: Duration) -> Result<(), Obstacle> {
        let manner = match service {
            "logs" => self.logs,
            "ecs" => self.ecs,
            "monitoring" => self.monitoring,
            _ => return Ok(()),
        };
        match manner {
            Manner::Denying => Err(Obstacle::Refusal(denied(service, operation))),
            Manner::Throttling => Err(Obstacle::Refusal(Refusal::throttled())),
            Manner::Html => Err(Obstacle::Html),
            Manner::Willing if self.bursts && is_burst(running) => Err(Obstacle::Refusal(Refusal::throttled())),
            Manner::Willing => Ok(()),
        }
    }
}

/// As IAM words it. The answer differs by protocol: CloudWatch's code has no `Exception`, and its status is 403.
fn denied(service: &str, operation: &str) -> Refusal {
    let prefix = if service == "monitoring" { "cloudwatch" } else { service };
    let message = format!(
        "User: arn:aws:iam::{ACCOUNT}:user/{ACCESS_KEY} is not authorized to perform: {prefix}:{operation} because no \
         identity-based policy allows the {prefix}:{operation} action"
    );
    if service == "monitoring" {
        Refusal::forbidden("AccessDenied", message)
    } else {
        Refusal::new("AccessDeniedException", message)
    }
}

fn is_burst(running: Duration) -> bool {
    let since_first = running.checked_sub(BURST_FIRST);
    since_first.is_some_and(|since| since.as_millis() % BURST_EVERY.as_millis() < BURST.as_millis())
}

/// When the endpoint came up: bursts count from there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening(Instant);

impl Default for Opening {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Opening {
    /// How long ago that was.
    pub(super) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(disturbances: &Disturbances, service: &str, milliseconds: u64, expected: &str) {
        let met = disturbances.meet(service, "DescribeThings", Duration::from_millis(milliseconds));
        let told = match met {
            Ok(()) => "through".to_owned(),
            Err(Obstacle::Html) => "HTML".to_owned(),
            Err(Obstacle::Refusal(refusal)) => refusal.line(),
        };
        assert_eq!(told, expected, "{service} after {milliseconds} ms");
    }

    fn denied(code: &str, action: &str) -> String {
        format!(
            "{code}: User: arn:aws:iam::000000000000:user/sandbox is not authorized to perform: {action} because no \
             identity-based policy allows the {action} action"
        )
    }

    #[test]
    fn each_service_is_disturbed_for_itself() {
        let disturbances = Disturbances {
            logs: Manner::Throttling,
            ecs: Manner::Denying,
            monitoring: Manner::Html,
            ..Disturbances::default()
        };
        check(&disturbances, "logs", 0, "400 ThrottlingException: Rate exceeded");
        check(&disturbances, "ecs", 0, &denied("400 AccessDeniedException", "ecs:DescribeThings"));
        check(&disturbances, "monitoring", 0, "HTML");
        check(&disturbances, "sts", 0, "through");
    }

    #[test]
    fn a_denial_of_cloudwatch_is_a_403_under_its_own_prefix() {
        let disturbances = Disturbances { monitoring: Manner::Denying, ..Disturbances::default() };
        check(&disturbances, "monitoring", 0, &denied("403 AccessDenied", "cloudwatch:DescribeThings"));
        check(&disturbances, "logs", 0, "through");
    }

    #[test]
    fn bursts_come_and_go() {
        let disturbances = Disturbances { bursts: true, ..Disturbances::default() };
        let throttled = "400 ThrottlingException: Rate exceeded";
        for (milliseconds, expected) in [
            (0, "through"),
            (999, "through"),
            (1000, throttled),
            (3999, throttled),
            (4000, "through"),
            (8999, "through"),
            (9000, throttled),
        ] {
            check(&disturbances, "ecs", milliseconds, expected);
        }
        check(&Disturbances::default(), "ecs", 1000, "through");
    }
}
