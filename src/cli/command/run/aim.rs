//! What the words of `smoke run` mean: a target, then scenarios.

use smoke::scenario::{Project, Scenario};

use crate::cli::settings::names_a_file;
use crate::cli::{folder, note};

/// The target and the scenarios.
pub(super) fn aim(words: &[String], project: &Project) -> Result<(String, Vec<String>), String> {
    if words.iter().any(String::is_empty) {
        return Err("an empty word is neither a target nor a scenario: is a variable of the shell not set?".to_owned());
    }
    let is_target = |word: &String| project.config.targets.iter().any(|target| target.name == *word);
    if let Some((first, rest)) = words.split_first().filter(|(first, _)| is_target(first)) {
        return match rest.iter().find(|word| is_target(word) && !is_scenario(word, project)) {
            Some(other) => Err(format!("a run has one target: `{first}` and `{other}` are two")),
            None => Ok((first.clone(), rest.to_vec())),
        };
    }
    if let Some(late) = words.iter().find(|word| is_target(word) && !is_scenario(word, project)) {
        let others: Vec<&str> = words.iter().filter(|word| *word != late).map(String::as_str).collect();
        return Err(format!("the target goes first: smoke run {late} {}", others.join(" ")));
    }
    let meant = words.first().is_none_or(|first| is_scenario(first, project));
    if !project.config.written
        && let Some(above) = folder::above()
    {
        return Err(format!("there is no smoke.yaml here, but {}", folder::has_one(&above)));
    }
    if !project.config.written && meant && !project.scenarios.is_empty() {
        note("there is no smoke.yaml here, so this runs on the sandbox inside smoke (the target `local`)");
    }
    // What is no scenario either is said with the nearest right word, once it is looked for.
    let target = if meant { folder::default_target(project)? } else { "local".to_owned() };
    Ok((target, words.to_vec()))
}

/// Whether a word names a scenario by its id, its path, or a tag.
fn is_scenario(word: &str, project: &Project) -> bool {
    let named = |scenario: &Scenario| scenario.id == word || scenario.tags.iter().any(|tag| tag == word);
    names_a_file(word) || project.scenarios.iter().any(|scenario| named(scenario))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const LOOK: &str = "steps:\n  - name: look\n    http: { get: /health }\n    expect: response.status == 200\n";

    #[track_caller]
    fn check(targets: &str, line: &str, expected: Result<(&str, &[&str]), &str>) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("smoke.yaml"), format!("targets: {{ {targets} }}\n")).unwrap();
        std::fs::create_dir(dir.path().join("scenarios")).unwrap();
        std::fs::write(dir.path().join("scenarios/health.yaml"), LOOK).unwrap();
        let project = Project::load(Path::new(dir.path()), &[]).unwrap();
        let words: Vec<String> = line.split_whitespace().map(|word| word.replace("''", "")).collect();
        let seen = aim(&words, &project);
        let expected =
            expected.map(|(target, rest)| (target.to_owned(), rest.iter().map(ToString::to_string).collect()));
        assert_eq!(seen, expected.map_err(str::to_owned), "{line}");
    }

    #[test]
    fn the_first_word_is_the_target_where_it_is_known() {
        let both = "local: { sandbox: {} }, prod: {}";
        check(both, "", Ok(("local", &[])));
        check(both, "prod", Ok(("prod", &[])));
        check(both, "prod health", Ok(("prod", &["health"])));
        check(both, "health", Ok(("local", &["health"])));
        check(both, "prdo", Ok(("local", &["prdo"])));
        check(both, "local x/a.yaml b.yml", Ok(("local", &["x/a.yaml", "b.yml"])));
        check(both, "health prod", Err("the target goes first: smoke run prod health"));
        let empty = "an empty word is neither a target nor a scenario: is a variable of the shell not set?";
        check(both, "''", Err(empty));
        check(both, "prod ''", Err(empty));
        check(both, "local health prod", Err("a run has one target: `local` and `prod` are two"));
    }

    #[test]
    fn the_sandbox_is_no_target_that_is_meant_by_saying_nothing() {
        let refused = "name a target: prod, qa; or add `local: { sandbox: {} }` to the targets of smoke.yaml";
        check("prod: {}, qa: {}", "", Err(refused));
        check("prod: {}, qa: {}", "health", Err(refused));
        check("prod: {}, qa: {}", "local health", Ok(("local", &["health"])));
        check("prod: {}, qa: {}", "prod", Ok(("prod", &[])));
    }
}
