#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| smoke::door::config(text));
