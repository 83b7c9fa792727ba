#![no_main]

// The first line: a header; the rest: the body. The status is made of their length.
libfuzzer_sys::fuzz_target!(|text: &str| {
    let (header, body) = text.split_once('\n').unwrap_or((text, ""));
    smoke::door::response(200 + (header.len() % 400) as u16, header, body.as_bytes());
});
