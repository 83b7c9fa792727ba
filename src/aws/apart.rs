//! What is asked for together, and refused together, for the sake of one.

use std::future::Future;

use futures_util::future::join_all;

use crate::look::LookError;

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
/// halves, and halves of these, so that each gets the answer that it would get alone. In the order of `whole`.
pub(super) async fn ask<'whole, T, A, F>(
    whole: &'whole [T],
    ask: impl Fn(&'whole [T]) -> F,
) -> Vec<(&'whole [T], Result<A, LookError>)>
where
    F: Future<Output = Result<A, Refusal>>,
{
    let (mut open, mut answered) = (vec![(0, whole)], Vec::new());
    while !open.is_empty() {
        let parts = std::mem::take(&mut open);
        let answers = join_all(parts.iter().map(|(_, part)| ask(part))).await;
        for ((at, part), answer) in parts.into_iter().zip(answers) {
            match answer {
                Err(Refusal::OfOne(_)) if part.len() > 1 => {
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::aws::failure::look_error;
    use crate::look::LookErrorKind;

    /// Names that begin with `n` are refused, and all that they are in; with `t` there is throttling. Answers are
    /// `names=answer`, calls are counted.
    #[track_caller]
    fn check<const MANY: usize>(names: &[&'static str], expected: [&str; MANY], calls: usize) {
        let asked = RefCell::new(0);
        let answer = |part: &[&'static str]| {
            *asked.borrow_mut() += 1;
            let begins = |letter| part.iter().any(|name: &&str| name.starts_with(letter));
            let error = |word: &str| look_error(LookErrorKind::Denied, word);
            let answer = match (begins('t'), begins('n')) {
                (true, _) => Err(Refusal::OfAll(error("slowly"))),
                (_, true) => Err(Refusal::OfOne(error("no"))),
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
        check(&["n"], ["n=no"], 1);
        check(&["a", "n"], ["a=yes", "n=no"], 3);
        check(&["a", "b", "n", "c", "d"], ["a,b=yes", "n=no", "c,d=yes"], 5);
        check(&["n1", "n2"], ["n1=no", "n2=no"], 3);
    }

    #[test]
    fn what_is_everybodys_is_shared() {
        check(&["a", "t", "n"], ["a,t,n=slowly"], 1);
        check(&["n", "a", "t"], ["n,a,t=slowly"], 1);
    }
}
