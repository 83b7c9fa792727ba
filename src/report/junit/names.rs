//! Names that identify: no two test cases share class and name.

use std::collections::HashSet;

/// The names that were given so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    suites: HashSet<String>,
    cases: HashSet<(String, String)>,
}

impl Names {
    /// A name for a suite, and the class of its cases.
    pub(super) fn suite(&mut self, wanted: &str) -> String {
        unique(wanted, |name| self.suites.insert(name.to_owned()))
    }

    /// A name for a case of a class.
    pub(super) fn case(&mut self, class: &str, wanted: &str) -> String {
        unique(wanted, |name| self.cases.insert((class.to_owned(), name.to_owned())))
    }
}

/// The name itself, or with the first number that makes it new; the same in every run of the same plan.
fn unique(wanted: &str, mut take: impl FnMut(&str) -> bool) -> String {
    let wanted = crate::report::story::one_line(wanted);
    let numbered = (2..).map(|number| format!("{wanted} ({number})"));
    std::iter::once(wanted.clone()).chain(numbered).find(|name| take(name)).unwrap_or(wanted.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_repeat() {
        let mut names = Names::default();
        let given: Vec<String> =
            ["finalize", "finalize", "finalize (2)", "finalize"].iter().map(|name| names.case("a", name)).collect();
        assert_eq!(given, ["finalize", "finalize (2)", "finalize (2) (2)", "finalize (3)"]);
        assert_eq!(names.case("b", "finalize"), "finalize");
    }
}
