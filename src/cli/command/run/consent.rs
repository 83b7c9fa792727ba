//! A protected target: asked about on a terminal, refused without `--yes` elsewhere.

use std::io::{BufRead, IsTerminal as _, Write};

/// Gets leave to do something (`run`, `clean up after`) with `scenarios` on the protected `target`, or says why there is
/// none.
pub(crate) fn ask(target: &str, deed: &str, scenarios: usize) -> Result<(), String> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(format!("{target} is a protected target, and nobody can be asked here; pass --yes to run there"));
    }
    // Standard error is not held on to: a signal that comes meanwhile is told there.
    let answer = question((target, deed, scenarios), &mut std::io::stdin().lock(), &mut std::io::stderr());
    match answer {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!("{target} was not named; nothing was sent")),
        Err(error) => Err(format!("no answer: {error}")),
    }
}

/// Whether the target's name was typed.
fn question(
    (target, deed, scenarios): (&str, &str, usize),
    from: &mut dyn BufRead,
    to: &mut dyn Write,
) -> std::io::Result<bool> {
    let plural = if scenarios == 1 { "" } else { "s" };
    write!(to, "{target} is a protected target. To {deed} {scenarios} scenario{plural} there, type its name: ")?;
    to.flush()?;
    let mut answer = String::new();
    from.read_line(&mut answer)?;
    Ok(answer.trim() == target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_is_a_yes() {
        #[track_caller]
        fn check(typed: &str, expected: bool) {
            let mut asked = Vec::new();
            assert_eq!(question(("prod", "run", 2), &mut typed.as_bytes(), &mut asked).unwrap(), expected);
            let asked = String::from_utf8(asked).unwrap();
            assert_eq!(asked, "prod is a protected target. To run 2 scenarios there, type its name: ");
        }
        check("prod\n", true);
        check("y\n", false);
        check("\n", false);
        check("", false);
    }
}
