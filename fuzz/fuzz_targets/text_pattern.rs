#![no_main]

// The first line: a `text` pattern of a `logs` step; the rest: a line.
libfuzzer_sys::fuzz_target!(|text: &str| {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    smoke::door::text_pattern(first, rest);
});
