//! Services that are meant to have no task: a roll-back takes them away on purpose.

/// What says how many tasks there are to be.
const MEANT: [&str; 2] = [".desired", ".running"];
/// What counts tasks.
const COUNTS: [&str; 6] = [".desired", ".running", ".pending", ".healthy", ".unhealthy", ".tasks.size()"];
/// How it is said that there is none.
const NONE: [&str; 3] = ["==0", "<1", "<=0"];

/// Whether an expectation wants a service without tasks: `service.running == 0`.
#[must_use]
pub fn wants_none(expectation: &str) -> bool {
    says_none(expectation, &MEANT)
}

/// Whether it wants that tasks of some sort are none, be it those that are ill.
pub(super) fn counts_none(expectation: &str) -> bool {
    says_none(expectation, &COUNTS)
}

fn says_none(expectation: &str, fields: &[&str]) -> bool {
    let text: String = expectation.split_whitespace().collect();
    fields.iter().any(|field| NONE.iter().any(|none| text.contains(&format!("{field}{none}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_wanted_of_tasks_where_it_says_so() {
        #[track_caller]
        fn check(text: &str, expected: (bool, bool)) {
            assert_eq!((wants_none(text), counts_none(text)), expected);
        }
        check("service.desired == 0", (true, true));
        check("services[\"w\"].running<1 && true", (true, true));
        check("service.pending == 0", (false, true));
        check("service.unhealthy == 0", (false, true));
        check("service.stopped.size() == 0", (false, false));
        check("service.running == 10", (false, false));
        check("service.steady", (false, false));
    }
}
