#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| smoke::door::terraform_files(text));
