//! What is asked for together, and refused together, for the sake of one.

use std::future::Future;

use futures_util::future::join_all;

use crate::look::{LookError, LookErrorKind};

/// Why a question about several things was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Each alone would be told the same: throttled, no credentials, no such cluster.
    OfAll(LookError),
    /// It may be meant for one of them.
    OfOne(LookError),
}

impl Refusal {
    pub(super) fn into_error(self) -> LookError {
        match self {
            Self::OfAll(error) | Self::OfOne(error) => error,
        }
    }
}

/// What `ask` brings for all of `whole`: in one piece, or, where that is refused for what may concern one of them only, in
/// halves, and halves of these, so that each gets the answer that it would get alone. Where both halves are denied in the
/// very words in which the whole was, it is the action that is denied, and nobody is asked for alone. In the order of
/// `whole`.
pub(super) async fn ask<'whole, T, A, F>(
    whole: &'whole [T],
    ask: impl Fn(&'whole [T]) -> F,
) -> Vec<(&'whole [T], Result<A, LookError>)>
where
    F: Future<Output = Result<A, Refusal>>,
{
    let (mut open, mut answered) = (vec![(0, whole)], Vec::new());
    // What the whole was told, until its halves are.
    let mut told = None;
    while !open.is_empty() {
        let parts = std::mem::take(&mut open);
        let answers = join_all(parts.iter().map(|(_, part)| ask(part))).await;
        if let Some(error) = told.take().filter(|error| is_of_the_action(error, &answers)) {
            return vec![(whole, Err(error))];
        }
        for ((at, part), answer) in parts.into_iter().zip(answers) {
            match answer {
                Err(Refusal::OfOne(error)) if part.len() > 1 => {
                    told = (part.len() == whole.len()).then_some(error);
                    let (left, right) = part.split_at(part.len().div_ceil(2));
                    open.extend([(at, left), (at + left.len(), right)]);
                }
                answer => answered.push((at, part, answer.map_err(Refusal::into_error))),
            }
        }
    }
    answered.sort_by_key(|(at, ..)| *at);
    answered.into_iter().map(|(_, part, answer)| (part, answer)).collect()
}

/// A denial that is meant for one thing names it, and what is named is in one half only.
fn is_of_the_action<A>(whole: &LookError, halves: &[Result<A, Refusal>]) -> bool {
    let same = |half: &Result<A, Refusal>| matches!(half, Err(Refusal::OfOne(error)) if error == whole);
    whole.kind == LookErrorKind::Denied && halves.iter().all(same)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::aws::failure::look_error;
    use crate::look::LookErrorKind;

    /// Names that begin with `n` are refused by name, and all that they are in; with `w` names are wrong, with `x` nobody
    /// is allowed to ask, with `t` there is throttling. Answers are `names=answer`, calls are counted.
    #[track_caller]
    fn check<const MANY: usize>(names: &[&'static str], expected: [&str; MANY], calls: usize) {
        let asked = RefCell::new(0);
        let answer = |part: &[&'static str]| {
            *asked.borrow_mut() += 1;
            let begins = |letter| part.iter().find(|name: &&&str| name.starts_with(letter));
            let denied = |word: String| look_error(LookErrorKind::Denied, word);
            let answer = match (begins('t'), begins('x'), begins('n'), begins('w')) {
                (Some(_), ..) => Err(Refusal::OfAll(denied("slowly".to_owned()))),
                (_, Some(_), ..) => Err(Refusal::OfOne(denied("never".to_owned()))),
                (_, _, Some(name), _) => Err(Refusal::OfOne(denied(format!("no {name}")))),
                (.., Some(_)) => Err(Refusal::OfOne(look_error(LookErrorKind::Unusable, "wrong"))),
                _ => Ok("yes"),
            };
            std::future::ready(answer)
        };
        let answers = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(ask(names, answer));
        let word = |answer: Result<&str, LookError>| answer.map_or_else(|error| error.message, str::to_owned);
        let told = answers.into_iter().map(|(part, answer)| format!("{}={}", part.join(","), word(answer)));
        assert_eq!((told.collect::<Vec<_>>(), *asked.borrow()), (expected.map(str::to_owned).to_vec(), calls));
    }

    #[test]
    fn who_is_refused_is_refused_alone() {
        check(&["a", "b", "c"], ["a,b,c=yes"], 1);
        check(&["n"], ["n=no n"], 1);
        check(&["a", "n"], ["a=yes", "n=no n"], 3);
        check(&["a", "b", "n", "c", "d"], ["a,b=yes", "n=no n", "c,d=yes"], 5);
        check(&["n1", "n2"], ["n1=no n1", "n2=no n2"], 3);
        check(&["n1", "a", "b", "n2"], ["n1=no n1", "a=yes", "b=yes", "n2=no n2"], 7);
        // Two wrong names are told of in the same words.
        check(&["w1", "a", "b", "w2"], ["w1=wrong", "a=yes", "b=yes", "w2=wrong"], 7);
    }

    #[test]
    fn what_nobody_may_ask_is_not_asked_name_by_name() {
        check(&["x1", "x2", "x3", "x4", "x5", "x6", "x7"], ["x1,x2,x3,x4,x5,x6,x7=never"], 3);
        check(&["x1", "x2"], ["x1,x2=never"], 3);
        // One that is refused in such words is refused alone all the same.
        check(&["a", "b", "x", "c"], ["a,b=yes", "x=never", "c=yes"], 5);
    }

    #[test]
    fn what_is_everybodys_is_shared() {
        check(&["a", "t", "n"], ["a,t,n=slowly"], 1);
        check(&["n", "a", "t"], ["n,a,t=slowly"], 1);
    }
}
