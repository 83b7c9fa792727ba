//! Something that is always there, compared with null.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, LiteralValue};

use super::kind::Kind;
use super::mismatch::Misfit;
use super::print::source;
use super::tree;
use super::vocabulary::{DIFFERS, EQUALS};

/// What is wrong with a comparison with null, where `always` knows the kinds of what is always there.
pub(super) fn misfit(call: &CallExpr, always: &dyn Fn(&IdedExpr) -> Option<Kind>) -> Option<Misfit> {
    let asked = asked(call)?;
    let kind = always(asked).filter(|kind| !matches!(kind, Kind::OrNull(_)))?;
    let (word, written) = (kind.word()?, source(asked));
    let holds = if call.func_name == EQUALS { "never holds" } else { "always holds" };
    Some(Misfit {
        message: format!("`{written}` is never null, so this {holds}"),
        help: format!("it is {word}: compare it with what it should be"),
        word: tree::path(asked)?.steps.last().map_or(written, |field| (*field).to_owned()),
    })
}

/// What is compared with null.
pub(super) fn asked(call: &CallExpr) -> Option<&IdedExpr> {
    let is_null = |part: &IdedExpr| matches!(part.expr, Expr::Literal(LiteralValue::Null));
    match (call.func_name.as_str(), call.args.as_slice()) {
        (EQUALS | DIFFERS, [asked, null]) if is_null(null) => Some(asked),
        (EQUALS | DIFFERS, [null, asked]) if is_null(null) => Some(asked),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::expr::Kind;
    use crate::expr::tests::check_misfits;

    const METRIC: Kind = Kind::Object(&[("name", Kind::Text)]);
    const SEEN: Kind = Kind::Object(&[
        ("status", Kind::Number),
        ("since", Kind::OrNull(&Kind::Time)),
        ("metric", Kind::OrNull(&METRIC)),
        ("body", Kind::Any),
        ("headers", Kind::Lower(&Kind::Text)),
        ("tasks", Kind::List(&METRIC)),
    ]);

    /// The message of each misfit.
    fn check(text: &str, expected: &[&str]) {
        check_misfits(text, &[("seen", SEEN)], expected);
    }

    #[test]
    fn what_is_always_there_is_not_compared_with_null() {
        check("seen.status != null", &["`seen.status` is never null, so this always holds"]);
        check("null == seen.status", &["`seen.status` is never null, so this never holds"]);
        check("!(seen['headers'] != null)", &["`seen[\"headers\"]` is never null, so this always holds"]);
        check("seen.tasks.all(t, t.name != null)", &["`t.name` is never null, so this always holds"]);
        check("seen == null", &["`seen` is never null, so this never holds"]);
    }

    #[test]
    fn what_may_be_null_or_left_out_is() {
        for fine in [
            "seen.since != null && seen.metric == null",
            "seen.metric.name != null",
            "seen.body != null && seen.body.a == null",
            "seen.headers['x-a'] != null && seen.headers.b != null",
            "seen.tasks[0].name != null",
            "other != null && other.status != null",
            "seen.status in [null, 200]",
            "null == null",
        ] {
            check(fine, &[]);
        }
        // Its kind counts all the same.
        check("seen.since == 'x'", &["`seen.since` cannot be compared with `\"x\"`"]);
        check("seen.metric.nam == 'x'", &["`seen.metric` has no field `nam`"]);
        check("seen.metric.name == 1", &["`seen.metric.name` cannot be compared with `1`"]);
    }
}
