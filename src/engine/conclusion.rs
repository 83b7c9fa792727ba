//! What is said of an attempt at a case, and of the case where an attempt before it failed.

use crate::verdict::Verdict;

/// What is said in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conclusion {
    pub(crate) verdict: Verdict,
    /// One sentence that says why it did not pass.
    pub(crate) cause: Option<String>,
    /// What supports the cause, and what was tested, a line each.
    pub(crate) notes: Vec<String>,
}

/// An attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    attempt: u32,
    cause: Option<String>,
}

impl Conclusion {
    /// The failure that this attempt is, where it is one.
    pub(crate) fn failure(&self, attempt: u32) -> Option<Failure> {
        (self.verdict == Verdict::Failed).then(|| Failure { attempt, cause: self.cause.clone() })
    }

    /// What is said of the case after this attempt, where an earlier one failed. Only a pass takes that back: an attempt
    /// that could not see it again, or judged nothing, says nothing of what was seen. One that was broken off stays that.
    pub(crate) fn after(self, earlier: Option<&Failure>, attempt: u32) -> Self {
        let Some(Failure { attempt: failed, cause }) = earlier else { return self };
        let came_out = match self.verdict {
            Verdict::Skipped => "was skipped",
            Verdict::Inconclusive => "was inconclusive",
            Verdict::Passed | Verdict::Aborted | Verdict::Failed => return self,
        };
        let cause = cause.as_deref().unwrap_or(Verdict::Failed.word());
        let why = self.cause.map_or_else(String::new, |why| format!(": {why}"));
        let note = format!("attempt {attempt} {came_out}{why}");
        Self {
            verdict: Verdict::Failed,
            cause: Some(format!("{cause}; so it was at attempt {failed}, and attempt {attempt} {came_out}")),
            notes: std::iter::once(note).chain(self.notes).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conclusion(verdict: Verdict, cause: &str, notes: &[&str]) -> Conclusion {
        let notes = notes.iter().map(|note| (*note).to_owned()).collect();
        Conclusion { verdict, cause: Some(cause.to_owned()).filter(|cause| !cause.is_empty()), notes }
    }

    #[test]
    fn only_a_pass_takes_a_failure_back() {
        #[track_caller]
        fn check(verdict: Verdict, expected: &Conclusion) {
            let failure = conclusion(Verdict::Failed, "500", &[]).failure(1);
            let last = conclusion(verdict, "why", &["tested"]);
            assert_eq!(last.clone().after(None, 2), last);
            assert_eq!(&last.after(failure.as_ref(), 2), expected);
        }
        for own in [Verdict::Passed, Verdict::Aborted, Verdict::Failed] {
            check(own, &conclusion(own, "why", &["tested"]));
        }
        let skipped = "500; so it was at attempt 1, and attempt 2 was skipped";
        check(Verdict::Skipped, &conclusion(Verdict::Failed, skipped, &["attempt 2 was skipped: why", "tested"]));
        let unseen = "500; so it was at attempt 1, and attempt 2 was inconclusive";
        check(
            Verdict::Inconclusive,
            &conclusion(Verdict::Failed, unseen, &["attempt 2 was inconclusive: why", "tested"]),
        );
    }

    #[test]
    fn only_a_failure_is_one() {
        for verdict in [Verdict::Skipped, Verdict::Passed, Verdict::Inconclusive, Verdict::Aborted] {
            assert_eq!(conclusion(verdict, "why", &[]).failure(1), None);
        }
    }
}
