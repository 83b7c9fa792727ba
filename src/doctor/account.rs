//! Who we are in AWS, and where.

use super::finding::Finding;
use crate::aws::Reader;
use crate::look::LookErrorKind;

/// Asks STS. An endpoint that is not AWS itself is said.
pub(super) async fn examine(reader: &Reader) -> Finding {
    let place = reader.place();
    let finding = match reader.caller().await {
        Ok(caller) => Finding::well(format!("AWS {caller}"), None),
        Err(error) if error.kind == LookErrorKind::Denied => Finding::wrong("AWS credentials", &error.message)
            .todo("see that `aws sts get-caller-identity` answers in the same shell"),
        Err(error) => Finding::unknown("AWS account", &error.message),
    };
    finding.with(place.into_iter().map(|line| Finding::well(line, None)))
}
