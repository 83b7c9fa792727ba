//! Rows of one matrix that went wrong in the same way: told once, with all of them named.

use super::headline::{Headline, troubled};
use super::story;
use crate::record::{Run, Scenario};

/// How many rows are named.
const NAMED: usize = 30;

/// A scenario that did not pass, and the rows of its matrix that did not pass for the same reason.
#[derive(Debug)]
pub(super) struct Trouble<'run> {
    /// Index in the plan.
    pub(super) case: usize,
    /// The first of them, which is told of whole.
    pub(super) scenario: &'run Scenario,
    /// The others, with their index in the plan.
    pub(super) others: Vec<(usize, &'run Scenario)>,
    /// How many rows the matrix has.
    pub(super) rows: usize,
}

/// What did not pass: the worst first, then in plan order; rows that are alike in one.
pub(super) fn troubles(run: &Run) -> Vec<Trouble<'_>> {
    let mut found: Vec<(String, Trouble<'_>)> = Vec::new();
    for (case, scenario) in troubled(run) {
        let way = way(scenario);
        match found.iter_mut().find(|(known, _)| row(scenario).is_some() && *known == way) {
            Some((_, alike)) => alike.others.push((case, scenario)),
            None => found.push((way, Trouble { case, scenario, others: Vec::new(), rows: rows(run, scenario) })),
        }
    }
    found.into_iter().map(|(_, trouble)| trouble).collect()
}

impl<'run> Trouble<'run> {
    /// `29 of 200 rows`; none where it stands alone.
    pub(super) fn how_many(&self) -> Option<String> {
        (!self.others.is_empty()).then(|| format!("{} of {} rows", self.others.len() + 1, self.rows))
    }

    /// The rows, each with its index in the plan, as many as are named; and how many more there are.
    pub(super) fn named(&self) -> (Vec<(usize, &'run str)>, usize) {
        let all = std::iter::once((self.case, self.scenario)).chain(self.others.iter().copied());
        let named = all.filter_map(|(case, scenario)| Some((case, row(scenario)?))).take(NAMED).collect();
        (named, (self.others.len() + 1).saturating_sub(NAMED))
    }

    /// `29 of 200 rows: n=3, n=9, …`; none where it stands alone.
    pub(super) fn line(&self) -> Option<String> {
        let (named, more) = self.named();
        let named: Vec<String> = named.into_iter().map(|(_, row)| story::one_line(row)).collect();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Some(format!("{}: {}{more}", self.how_many()?, named.join(", ")))
    }
}

/// The row of a matrix: `n=3` of `import[n=3]`.
fn row(scenario: &Scenario) -> Option<&str> {
    scenario.id.split_once('[')?.1.strip_suffix(']')
}

fn rows(run: &Run, scenario: &Scenario) -> usize {
    run.scenarios.iter().filter(|other| row(other).is_some() && base(other) == base(scenario)).count()
}

/// What all rows of a matrix have alike.
fn base(scenario: &Scenario) -> (&str, Option<&str>) {
    (&scenario.file, scenario.id.split('[').next())
}

/// Which scenario, which step and why, but for the numbers in it: rows differ in these.
fn way(scenario: &Scenario) -> String {
    let Headline { verdict, who, why, place } = Headline::of_scenario(scenario);
    let base = scenario.id.split('[').next().unwrap_or_default();
    let step = who.as_deref().and_then(|who| who.split_once(" › ")).map(|(_, step)| step);
    let own = row(scenario).unwrap_or_default().split_once('=').map_or("", |(_, value)| value);
    let why = if own.is_empty() { why } else { why.replace(own, "#") };
    let why: String = why.split(|c: char| c.is_ascii_digit() || c == '.').collect::<Vec<_>>().join("#");
    let why = why.split('#').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("#");
    format!("{base}\n{}\n{verdict}\n{step:?}\n{place:?}\n{why}", scenario.file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;

    fn failed(id: &str, cause: &str) -> Scenario {
        let verdict = if cause.is_empty() { Verdict::Passed } else { Verdict::Failed };
        let cause = Some(cause.to_owned()).filter(|cause| !cause.is_empty());
        Scenario { id: id.into(), file: "m.yaml".into(), verdict: Some(verdict), cause, ..Scenario::default() }
    }

    #[test]
    fn rows_that_failed_alike_are_one() {
        #[track_caller]
        fn check(scenarios: &[(&str, &str)], expected: &[(&str, Option<&str>)]) {
            let scenarios = scenarios.iter().map(|(id, cause)| failed(id, cause)).collect();
            let run = Run { scenarios, ..Run::default() };
            let told = troubles(&run).iter().map(|one| (one.scenario.id.clone(), one.line())).collect::<Vec<_>>();
            let expected: Vec<_> =
                expected.iter().map(|(id, line)| ((*id).to_owned(), line.map(str::to_owned))).collect();
            assert_eq!(told, expected);
        }
        let four = [
            ("a[n=1]", ""),
            ("a[n=3]", "3 rows after 2.1 s"),
            ("a[n=9]", "9 rows after 10 s"),
            ("a[n=10]", "no answer"),
        ];
        check(&four, &[("a[n=3]", Some("2 of 4 rows: n=3, n=9")), ("a[n=10]", None)]);
        check(&[("a[m=x]", "x is gone"), ("a[m=y]", "y is gone")], &[("a[m=x]", Some("2 of 2 rows: m=x, m=y"))]);
        check(&[("a", "gone"), ("b", "gone")], &[("a", None), ("b", None)]);
    }
}
