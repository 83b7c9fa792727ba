#![no_main]

// Up to a line of dashes: a requirements file; the rest: a project.
libfuzzer_sys::fuzz_target!(|text: &str| {
    let (first, rest) = text.split_once("\n---\n").unwrap_or((text, ""));
    smoke::door::python_deps(first, rest);
});
