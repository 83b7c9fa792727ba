#![no_main]

// The first line: a filter pattern of CloudWatch Logs; the rest: a message.
libfuzzer_sys::fuzz_target!(|text: &str| {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    smoke::door::filter_pattern(first, rest);
});
