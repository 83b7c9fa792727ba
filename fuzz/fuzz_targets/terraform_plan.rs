#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| smoke::door::terraform_plan(bytes));
