//! What the README shows is what smoke does: its scenario runs, its red is red in those words, its commands exist. So is
//! what the documents say: every example is one, and nothing of the language is left out.

use std::path::Path;
use std::process::{Command, Output};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn readme() -> String {
    std::fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap()
}

/// The contents of every fenced block of a language in the README, in order.
fn blocks(language: &str) -> Vec<String> {
    blocks_of(&readme(), language)
}

fn blocks_of(text: &str, language: &str) -> Vec<String> {
    let fenced = text.split("\n```").skip(1).step_by(2);
    fenced.filter_map(|block| Some(block.strip_prefix(language)?.strip_prefix('\n')?.to_owned() + "\n")).collect()
}

fn smoke(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_smoke")).args(arguments).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[test]
fn the_scenario_and_the_smoke_yaml_that_it_shows_run() {
    let folder = tempfile::tempdir().unwrap();
    let yaml = blocks("yaml");
    for below in ["scenarios", "fixtures"] {
        std::fs::create_dir(folder.path().join(below)).unwrap();
    }
    std::fs::write(folder.path().join("smoke.yaml"), &yaml[0]).unwrap();
    std::fs::write(folder.path().join("scenarios/small.yaml"), &yaml[1]).unwrap();
    std::fs::copy(Path::new(ROOT).join("fixtures/contacts.csv"), folder.path().join("fixtures/contacts.csv")).unwrap();
    let here = folder.path().to_string_lossy();
    let checked = smoke(&["-C", &here, "check"]);
    assert!(checked.status.success(), "{}", told(&checked));
    let ran = smoke(&["-C", &here, "run", "local", "small"]);
    assert!(ran.status.success(), "{}", told(&ran));
}

#[test]
fn the_red_that_it_shows_is_what_a_red_looks_like() {
    let reports = tempfile::tempdir().unwrap();
    let shown = blocks("text").remove(0);
    let expected = shown.trim().trim_end_matches('…');
    let fault = ["-C", ROOT, "run", "local", "bulk-import", "--fault", "worker-down", "--quiet", "--reports"];
    let ran = smoke(&[&fault[..], &[&reports.path().to_string_lossy()]].concat());
    let first = String::from_utf8_lossy(&ran.stdout).lines().next().unwrap_or_default().to_owned();
    assert!(first.starts_with(expected), "the README shows: {expected}\nsmoke says:      {first}");
    assert_eq!(ran.status.code(), Some(1));
    let place = readme().split('`').find(|word| word.starts_with("scenarios/bulk-import.yaml:")).unwrap().to_owned();
    assert!(told(&ran).contains(&format!("{place}\n")), "the README shows: {place}\nsmoke says: {}", told(&ran));
}

#[test]
fn the_commands_and_options_that_it_shows_exist() {
    for line in blocks("sh").concat().lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let Some(words) = line.strip_prefix("smoke ").or_else(|| line.strip_prefix("cargo run -- ")) else { continue };
        let (command, rest) = words.split_once(' ').unwrap_or((words, ""));
        let help = smoke(&[command, "--help"]);
        assert!(help.status.success(), "{line}");
        let help = told(&help);
        for option in rest.split(' ').filter(|word| word.starts_with("--")) {
            assert!(help.contains(option), "{line}: {command} has no {option}");
        }
    }
}

/// A block that begins with `# PATH` is a file of that name, and its scenarios run on the sandbox; any other is a list of
/// steps, which only `check` is asked about.
#[test]
fn the_examples_of_the_language_are_examples() {
    let folder = tempfile::tempdir().unwrap();
    let (root, here) = (Path::new(ROOT), folder.path().to_string_lossy());
    for below in ["scenarios/steps", "fragments", "fixtures"] {
        std::fs::create_dir_all(folder.path().join(below)).unwrap();
    }
    for file in ["contacts.csv", "empty.csv", "header-only.csv"] {
        let file = Path::new("fixtures").join(file);
        std::fs::copy(root.join(&file), folder.path().join(&file)).unwrap();
    }
    let text = std::fs::read_to_string(root.join("docs/scenarios.md")).unwrap();
    for (at, block) in blocks_of(&text, "yaml").iter().enumerate() {
        let named = block.lines().next().and_then(|line| line.strip_prefix("# "));
        let (path, block) = match named {
            Some(path) => (path.to_owned(), block.clone()),
            None => (format!("fragments/block-{at}.yaml"), format!("targets: [local]\nsteps:\n{block}")),
        };
        std::fs::write(folder.path().join(path), block).unwrap();
    }
    let fragments = folder.path().join("fragments").to_string_lossy().into_owned();
    let checked = smoke(&["-C", &here, "check", &fragments]);
    assert!(checked.status.success(), "{}", told(&checked));
    let ran = smoke(&["-C", &here, "run", "local"]);
    assert!(ran.status.success(), "{}", told(&ran));
}

#[test]
fn every_key_of_the_language_is_documented_and_no_other() {
    let text = std::fs::read_to_string(Path::new(ROOT).join("docs/scenarios.md")).unwrap();
    let rows_of = |section: &str| {
        let section = text.split("\n## ").find(|part| part.starts_with(&format!("{section}\n"))).unwrap();
        let cells = section.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1));
        let names = cells.flat_map(|cell| cell.split(',')).map(|name| name.trim().trim_matches('`').to_owned());
        names.collect::<std::collections::BTreeSet<_>>()
    };
    let schema: serde_json::Value = serde_json::from_slice(&smoke(&["schema", "scenario"]).stdout).unwrap();
    for (section, object) in [("The file", &schema), ("A step", &schema["$defs"]["step"])] {
        let keys = object["properties"].as_object().unwrap().keys().cloned();
        assert_eq!(rows_of(section), keys.collect(), "docs/scenarios.md, {section}");
    }
}

#[test]
fn every_field_that_a_probe_brings_is_documented_and_no_other() {
    let path = Path::new(ROOT).join("docs/probes.md");
    let text = std::fs::read_to_string(path).unwrap();
    let rows_of = |section: &str| {
        let section = text.split("\n## ").find(|part| part.starts_with(&format!("{section}\n"))).unwrap();
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        let first = rows.filter(|line| !line.contains(".` |")).filter_map(|line| line.split('|').nth(1));
        let names = first.flat_map(|cell| cell.split(',')).map(|name| name.trim().trim_matches('`').to_owned());
        names.collect::<Vec<_>>()
    };
    for (section, fields) in [
        ("http", smoke::probe::http::FIELDS),
        ("logs", smoke::probe::logs::FIELDS),
        ("ecs", smoke::probe::ecs::FIELDS),
        ("alarm", smoke::probe::alarm::FIELDS),
        ("python_deps", smoke::probe::python_deps::FIELDS),
        ("exec", smoke::probe::exec::FIELDS),
    ] {
        assert_eq!(rows_of(section), fields, "docs/probes.md, {section}");
    }
}
