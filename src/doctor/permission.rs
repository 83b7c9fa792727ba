//! Which of the calls that a thing needs are allowed.

use futures_util::future::join_all;

use super::finding::{Finding, Mark};
use crate::aws::{Action, Reader, Thing};
use crate::look::{LookError, LookErrorKind};

/// Tries every call that a look at the thing makes. Those that are allowed share a line. Also says whether any is denied.
pub(super) async fn examine(reader: &Reader, thing: &Thing) -> (Vec<Finding>, bool) {
    let tries = thing.actions().iter().map(|action| async { (*action, reader.try_call(*action, thing).await) });
    findings(&join_all(tries).await)
}

fn findings(tried: &[(Action, Result<(), LookError>)]) -> (Vec<Finding>, bool) {
    let allowed: Vec<&str> = tried.iter().filter(|(_, said)| said.is_ok()).map(|(action, _)| action.name()).collect();
    let well = (!allowed.is_empty()).then(|| Finding::well("allowed", allowed.join(", ")));
    let refused = tried.iter().filter_map(|(action, said)| Some(refused(*action, said.as_ref().err()?)));
    let findings: Vec<Finding> = well.into_iter().chain(refused).collect();
    let denied = findings.iter().any(|finding| finding.mark == Mark::Wrong);
    (findings, denied)
}

fn refused(action: Action, error: &LookError) -> Finding {
    let name = action.name();
    match error.kind {
        LookErrorKind::Denied if action.is_spare() => {
            Finding::unknown(name, &error.message).todo("grant it (`smoke policy` has it); runs do without, and say so")
        }
        LookErrorKind::Denied => {
            let prefix = format!("not allowed to call {name}: ");
            let why = error.message.strip_prefix(&prefix).unwrap_or(&error.message);
            Finding::wrong(name, why).todo("grant it: `smoke policy` prints the least policy with it")
        }
        _ => Finding::unknown(name, &error.message).todo("try again later"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_denied_has_a_line_of_its_own() {
        let error = |kind, message: &str| Err(LookError { kind, message: message.to_owned(), retry_after: None });
        let tried = [
            (Action::DescribeServices, Ok(())),
            (Action::ListTasks, error(LookErrorKind::Denied, "not allowed to call ecs:ListTasks: AccessDenied")),
            (Action::DescribeTasks, error(LookErrorKind::Obscured, "AWS throttled ecs:DescribeTasks (Throttling)")),
            (Action::ListServiceDeployments, Ok(())),
            (
                Action::ListAlarmMuteRules,
                error(LookErrorKind::Denied, "cloudwatch:ListAlarmMuteRules is not to be had here"),
            ),
        ];
        let expected = [
            Finding::well("allowed", "ecs:DescribeServices, ecs:ListServiceDeployments".to_owned()),
            Finding::wrong("ecs:ListTasks", "AccessDenied")
                .todo("grant it: `smoke policy` prints the least policy with it"),
            Finding::unknown("ecs:DescribeTasks", "AWS throttled ecs:DescribeTasks (Throttling)")
                .todo("try again later"),
            Finding::unknown("cloudwatch:ListAlarmMuteRules", "cloudwatch:ListAlarmMuteRules is not to be had here")
                .todo("grant it (`smoke policy` has it); runs do without, and say so"),
        ];
        assert_eq!(findings(&tried), (expected.to_vec(), true));
    }
}
