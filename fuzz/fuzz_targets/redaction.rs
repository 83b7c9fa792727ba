#![no_main]

// The first line: a secret; the rest: a text that may hold it.
libfuzzer_sys::fuzz_target!(|text: &str| {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    smoke::door::redaction(first, rest);
});
