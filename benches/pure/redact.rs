//! Texts cleaned of secrets, in all the forms that those take.

use divan::Bencher;
use divan::counter::BytesCount;
use smoke::redact::{Redactor, Secret};

fn knowing(secrets: u32) -> Redactor {
    let redactor = Redactor::default();
    (0..secrets).for_each(|number| redactor.learn(&Secret::new(format!("s3cr3t-{number:04}/with+signs&more"))));
    redactor
}

/// An answer as APIs give it, with escapes and without a secret.
fn answer(bytes: usize) -> String {
    let line = r#"{"id":"0c1f6b1e","name":"J\u00fcrgen \"Jo\" M","url":"https://api.example.com/a%20b?x=1&amp;y=2"},"#;
    line.repeat(bytes / line.len() + 1)
}

#[divan::bench(args = [(1, 200), (10, 4096), (100, 4096), (10, 1 << 20)])]
fn clean(bencher: Bencher<'_, '_>, (secrets, bytes): (u32, usize)) {
    let (redactor, answer) = (knowing(secrets), answer(bytes));
    bencher.counter(BytesCount::of_str(&answer)).bench(|| redactor.clean(&answer).len());
}

#[divan::bench(args = [1, 10, 100])]
fn learn(secrets: u32) -> Redactor {
    knowing(secrets)
}
