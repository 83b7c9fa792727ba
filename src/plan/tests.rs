//! Whole projects on disk, planned.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chrono::DateTime;

use super::*;
use crate::diagnostic::{Diagnostic, Location};
use crate::expr::to_json;
use crate::probe::terraform::Modules;
use crate::redact::Secret;
use crate::scenario::Project;
use crate::target::{ApiHeader, base};

const CONFIG: &str = r#"
secrets:
  used: { file: used.txt }
  spoken: { command: [echo, open sesame] }
  unused: { file: nowhere.txt }
vars: { colour: red, patience: 20s, path: "/${{ vars.colour }}" }
targets:
  staging:
    api: { url: "https://${{ vars.host }}/", headers: { authorization: "Bearer ${{ secret.used }}", x-env: staging, x-colour: "${{ vars.colour }}", x-api-key: none } }
    aws: { region: eu-west-1, log_lag: 30s, endpoint_urls: { logs: "http://localhost:4566" } }
    vars: { host: staging.example.com, colour: green }
  prod:
    protected: true
    api: { url: https://api.example.com }
"#;

const READS: &str = "steps:\n  - name: look\n    http: { get: /health }\n    expect: response.status == 200\n";

/// A project of these files.
fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, Project) {
    let dir = tempfile::tempdir().unwrap();
    let shipped = [("smoke.yaml", CONFIG), ("used.txt", "s3cret\n")];
    for (name, text) in shipped.iter().chain(files) {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let project = Project::load(dir.path(), &[]).unwrap_or_else(|problems| panic!("{}", said(&problems)));
    (dir, project)
}

fn order(target: &str, select: &[&str]) -> Order {
    let select = select.iter().map(|&word| word.to_owned()).collect();
    let sandbox_vars = vec![("colour".to_owned(), "sand".to_owned())];
    Order { select, sandbox_vars, ..Order::new(target, "run-1", DateTime::UNIX_EPOCH) }
}

fn said(problems: &[Diagnostic]) -> String {
    let line = |problem: &Diagnostic| match &problem.help {
        Some(help) => format!("{}; {help}", problem.message),
        None => problem.message.clone(),
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The ids of what would run, or what is wrong.
fn ids(project: &Project, order: &Order) -> String {
    match Plan::make(project, order) {
        Ok(plan) => plan.cases.iter().map(|case| case.id.as_str()).collect::<Vec<_>>().join(" "),
        Err(problems) => said(&problems),
    }
}

fn shop() -> (tempfile::TempDir, Project) {
    project(&[
        ("scenarios/a.yaml", &format!("tags: [quick, api]\n{READS}")),
        ("scenarios/b.yaml", &format!("tags: [slow]\ntargets: [prod, local]\n{READS}")),
        ("scenarios/deep/c.yaml", &format!("tags: [quick]\nmatrix: [{{ n: 1, m: x }}, {{ n: 2, m: y }}]\n{READS}")),
    ])
}

#[test]
fn scenarios_are_selected_by_id_tag_path_and_target() {
    let (dir, project) = shop();
    let deep = dir.path().join("scenarios/deep");
    for (target, select, expected) in [
        ("staging", vec![], "a c[m=x,n=1] c[m=y,n=2]"),
        ("local", vec![], "a b c[m=x,n=1] c[m=y,n=2]"),
        ("prod", vec![], "b"),
        ("local", vec!["slow", "a"], "a b"),
        ("local", vec![deep.to_str().unwrap()], "c[m=x,n=1] c[m=y,n=2]"),
        ("staging", vec!["b"], "the scenario `b` does not run on `staging`; its `targets` are `prod`, `local`"),
        (
            "prod",
            vec!["a"],
            "the scenario `a` does not run on `prod`; `prod` is protected: list it in the scenario's `targets`",
        ),
        ("local", vec!["quik"], "no target, scenario, tag or file is called `quik`; did you mean `quick`?"),
        ("stagin", vec![], "smoke.yaml has no target `stagin`; did you mean `staging`?"),
    ] {
        assert_eq!(ids(&project, &order(target, &select)), expected, "{target} {select:?}");
    }
}

#[test]
fn an_id_is_no_tag_and_a_row_is_called_by_its_name() {
    let rows = "matrix: [{ name: the first, n: 1 }, { name: 2 }, { name: \"\", n: 3 }]";
    let (_dir, project) = project(&[
        ("scenarios/slow.yaml", READS),
        ("scenarios/tagged.yaml", &format!("tags: [slow]\n{READS}")),
        ("scenarios/rows.yaml", &format!("{rows}\n{READS}")),
    ]);
    assert_eq!(ids(&project, &order("local", &["slow"])), "slow");
    assert_eq!(ids(&project, &order("local", &["rows"])), "rows[the first] rows[2] rows[n=3,name=]");
}

#[test]
fn two_rows_never_share_a_name() {
    let (_dir, project) =
        project(&[("scenarios/a.yaml", &format!("matrix: [{{ name: x, n: 1 }}, {{ name: x }}]\n{READS}"))]);
    let told = ids(&project, &order("local", &[]));
    assert_eq!(told, "two rows of the matrix have the name `x`; reports tell rows apart by it");
}

#[test]
fn tags_and_shards_take_a_part() {
    let (_dir, project) = shop();
    let tagged = |tags: &[&str], skip: &[&str]| Order {
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        skip_tags: skip.iter().map(|&tag| tag.to_owned()).collect(),
        ..order("local", &[])
    };
    assert_eq!(ids(&project, &tagged(&["quick"], &["api"])), "c[m=x,n=1] c[m=y,n=2]");
    assert_eq!(ids(&project, &tagged(&["slowly"], &[])), "no scenario has the tag `slowly`; did you mean `slow`?");
    let nothing = ids(&project, &tagged(&["slow"], &["slow"]));
    assert_eq!(nothing, "nothing to run on `local`; `smoke list local` shows what would run there");

    let shard = |index, number| ids(&project, &Order { shard: Some((index, number)), ..order("local", &[]) });
    assert_eq!([shard(1, 3), shard(2, 3), shard(3, 3)], ["a c[m=y,n=2]", "b", "c[m=x,n=1]"]);
    assert_eq!(shard(5, 5), "shard 5/5 is empty: there are only 4 to run; use at most 4 shards");
    let alone = |shard| Order { shard: Some(shard), ..order("local", &["a"]) };
    assert_eq!(ids(&project, &alone((2, 2))), "shard 2/2 is empty: there is only 1 to run; use at most 1 shard");
    assert_eq!(ids(&project, &Order { shard_may_be_empty: true, ..alone((2, 2)) }), "");
    assert_eq!(shard(0, 2), "there is no shard 0/2; shards are numbered from 1/2 to 2/2");
}

#[test]
fn the_strongest_definition_of_a_variable_wins() {
    let scenario = r#"
vars: { colour: own, own: "${{ vars.colour }}-${{ run.id }}", version: 3.10, rows: 10 }
steps:
  - name: "look at ${{ vars.colour }} on ${{ target.name }}"
    http: { get: "${{ vars.path }}/${{ vars.own }}/${{ vars.version }}" }
    expect: response.status == vars.rows
    until: response.status == 200
    within: ${{ vars.patience }}
"#;
    let (_dir, project) = project(&[("scenarios/a.yaml", scenario)]);
    let seen = |target: &str, vars: &[(&str, &str)]| {
        let vars = vars.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let plan = Plan::make(&project, &Order { vars, ..order(target, &[]) }).unwrap();
        let case = &plan.cases[0];
        (case.steps[0].name.clone(), to_json(case.scope.get("vars").unwrap()).to_string())
    };
    let vars = |colour: &str, rows: &str| {
        format!(
            r#"{{"colour":"{colour}","own":"{colour}-run-1","path":"/{colour}","patience":"20s","rows":{rows},"version":"3.10"}}"#
        )
    };
    assert_eq!(seen("staging", &[]), ("look at green on staging".to_owned(), vars("green", "10")));
    assert_eq!(seen("local", &[]), ("look at sand on local".to_owned(), vars("sand", "10")));
    let given = seen("staging", &[("colour", "blue"), ("rows", "12")]);
    assert_eq!(given, ("look at blue on staging".to_owned(), vars("blue", "12")));

    let slip = Order { vars: vec![("color".to_owned(), "blue".to_owned())], ..order("staging", &[]) };
    assert_eq!(ids(&project, &slip), "nothing reads the variable `color` that --var gives; did you mean `colour`?");
}

#[test]
fn what_is_given_must_be_read_by_what_is_selected() {
    let reads = |path: &str| {
        format!(
            "vars: {{ own: \"/${{{{ vars.image }}}}\" }}\nsteps:\n  - name: look\n    http: {{ get: \"{path}\" }}\n    expect: response.status == 200\n"
        )
    };
    let files = [
        ("scenarios/deploy.yaml", reads("/${{ vars.image }}")),
        ("scenarios/by-another.yaml", reads("${{ vars.own }}")),
        ("scenarios/any.yaml", reads("/${{ vars['im' + 'age'] }}")),
        ("scenarios/health.yaml", reads("/health")),
    ];
    let (_dir, project) = project(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
    let given = |select: &[&str], must: bool| {
        let vars = vec![("image".to_owned(), "x".to_owned())];
        ids(&project, &Order { vars, vars_must_be_read: must, ..order("local", select) })
    };
    let problem = "no selected scenario reads the variable `image` that --var gives: selected is `health`; it is read by \
                   `any`, `by-another`, `deploy`: select that, or leave the variable out";
    assert_eq!(given(&["health"], true), problem);
    assert_eq!(given(&["health"], false), "health");
    for one in ["deploy", "by-another", "any"] {
        assert_eq!(given(&[one], true), one);
    }
    assert_eq!(given(&["health", "deploy"], true), "deploy health");
    // Which of them reads it is kept, for whoever runs one of them again.
    let image = || vec![("image".to_owned(), "x".to_owned())];
    let reads = |select: &[&str], vars: Vec<(String, String)>| {
        let plan = Plan::make(&project, &Order { vars, ..order("local", select) }).unwrap();
        plan.cases.into_iter().map(|case| (case.id, case.reads)).collect::<BTreeMap<_, _>>()
    };
    let kept = |ids: &[(&str, Option<&[&str]>)]| {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        ids.iter().map(|(id, reads)| ((*id).to_owned(), reads.map(names))).collect::<BTreeMap<_, _>>()
    };
    let (read, unread) = (Some(&["image"][..]), Some(&[][..]));
    let all = [("any", read), ("by-another", read), ("deploy", read), ("health", unread)];
    assert_eq!(reads(&[], image()), kept(&all));
    assert_eq!(reads(&["health"], Vec::new()), kept(&[("health", None)]));
}

#[test]
fn what_a_target_reads_every_case_on_it_reads() {
    let (_dir, project) = project(&[("scenarios/a.yaml", READS), ("scenarios/b.yaml", READS)]);
    let vars = vec![("host".to_owned(), "example.org".to_owned())];
    let on_staging = Order { vars, vars_must_be_read: true, ..order("staging", &[]) };
    let plan = Plan::make(&project, &on_staging).unwrap_or_else(|problems| panic!("{}", said(&problems)));
    let reads: Vec<_> = plan.cases.iter().map(|case| case.reads.as_deref().unwrap().join(" ")).collect();
    assert_eq!(reads, ["host", "host"]);
    let problem = "no selected scenario reads the variable `host` that --var gives: selected is `a`, `b`; no other \
                   scenario reads it either: leave it out";
    assert_eq!(ids(&project, &Order { target: "local".to_owned(), ..on_staging }), problem);
}

#[test]
fn only_secrets_that_are_read_are_fetched() {
    let spoken = READS.replace("/health }", "/health, headers: { x: \"${{ secret.spoken }}\" } }");
    let (_dir, project) = project(&[("scenarios/a.yaml", READS), ("scenarios/b.yaml", &spoken)]);
    let fetched = |select: &str| {
        let plan = Plan::make(&project, &order("staging", &[select])).unwrap();
        plan.secrets.into_iter().map(|(name, secret)| format!("{name}={}", secret.reveal())).collect::<Vec<_>>()
    };
    assert_eq!(fetched("a"), ["used=s3cret"]);
    assert_eq!(fetched("b"), ["spoken=open sesame", "used=s3cret"]);
}

/// A program that a step starts may tell it.
#[test]
fn a_secret_that_is_at_hand_is_known_whoever_reads_it() {
    let (dir, project) = project(&[("scenarios/a.yaml", READS)]);
    std::fs::write(dir.path().join("nowhere.txt"), "of-another-target\n").unwrap();
    let known = |plan: Plan| plan.secrets.into_iter().map(|(_, secret)| secret.reveal().to_owned()).collect::<Vec<_>>();
    assert_eq!(known(Plan::make(&project, &order("staging", &[])).unwrap()), ["of-another-target", "s3cret"]);
    assert_eq!(known(Plan::pretend(&project, &order("staging", &[])).unwrap()), ["***"]);
}

#[test]
fn a_secret_that_cannot_be_had_is_said_at_its_place() {
    let unused = READS.replace("/health }", "/health, headers: { x: \"${{ secret.unused }}\" } }");
    let (_dir, project) = project(&[("scenarios/a.yaml", &unused)]);
    let problems = Plan::make(&project, &order("staging", &[])).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].message.starts_with("the secret `unused` cannot be had: nowhere.txt: "));
    assert_eq!(problems[0].location.as_ref().map(Location::line), Some(5));
    assert_eq!(said(&check_all(&project, &[])), "", "check fetches nothing");
}

#[test]
fn a_secret_too_short_to_be_one_is_refused() {
    #[track_caller]
    fn check(file: &str, expected: &str) {
        let (_dir, project) = project(&[("scenarios/a.yaml", READS), ("used.txt", file)]);
        let planned = Plan::make(&project, &order("staging", &[]));
        assert_eq!(planned.err().map(|problems| said(&problems)).unwrap_or_default(), expected);
    }
    check("\n", "the secret `used` is empty; an empty secret cannot be kept out of reports");
    check(
        "abc\n",
        "the secret `used` has fewer than 4 characters; kept out of the reports, so short a text would blank them; \
         was the right value set?",
    );
    check("abcd\n", "");
}

#[test]
fn target_settings_are_filled_in() {
    let (_dir, project) = project(&[("scenarios/a.yaml", READS)]);
    let plan = Plan::make(&project, &order("staging", &[])).unwrap();
    let settings = &plan.target_settings;
    assert_eq!(settings.api_url.as_deref(), Some("https://staging.example.com"));
    let header =
        |name: &str, value: &str, plain: bool| ApiHeader { name: name.to_owned(), value: Secret::new(value), plain };
    // Only what is written out under a harmless name is certain to be no secret.
    let headers = [
        header("authorization", "Bearer s3cret", false),
        header("x-env", "staging", true),
        header("x-colour", "green", false),
        header("x-api-key", "none", false),
    ];
    assert_eq!(settings.api_headers, headers);
    let aws = AwsSettings {
        region: Some("eu-west-1".to_owned()),
        endpoint_urls: vec![("logs".to_owned(), "http://localhost:4566".to_owned())],
        log_lag: Some(Duration::from_secs(30)),
        ..AwsSettings::default()
    };
    assert_eq!(settings.aws, Some(aws));
    let target = to_json(plan.cases[0].scope.get("target").unwrap()).to_string();
    assert_eq!(target, r#"{"api":{"url":"https://staging.example.com"},"name":"staging","protected":false}"#);
}

#[test]
fn a_value_in_the_url_of_an_api_stays_where_it_stands() {
    #[track_caller]
    fn check(url: &str, secret: &str, expected: &str) {
        let config =
            format!("secrets: {{ s: {{ file: s.txt }} }}\ntargets: {{ web: {{ api: {{ url: \"{url}\" }} }} }}\n");
        let (_dir, project) = project(&[("smoke.yaml", &config), ("s.txt", secret), ("scenarios/a.yaml", READS)]);
        let made = Plan::make(&project, &order("web", &[])).map(|plan| plan.target_settings.api_url.unwrap());
        let place = |problem: &Diagnostic| problem.location.as_ref().map_or(0, Location::line);
        assert_eq!(made.unwrap_or_else(|problems| format!("{} {}", place(&problems[0]), said(&problems))), expected);
        assert_eq!(said(&check_all(&project, &[])), "");
    }
    check("http://u:${{ secret.s }}@h:81/v1/", "p@ss/w?r#d:1%", "http://u:p%40ss%2Fw%3Fr%23d:1%25@h:81/v1");
    check("http://${{ secret.s }}:x@h", "a@b.test", "http://a%40b%2Etest:x@h");
    check("https://${{ secret.s }}@h", "user:p@ss", "https://user:p%40ss@h");
    check("https://${{ secret.s }}/v1@2", "a.test:81", "https://a.test:81/v1@2");
    check("https://h/${{ secret.s }}/@x", "a@b/c", "https://h/a@b/c/@x");
    check("${{ secret.s }}", "http://u:p@h", "http://u:p@h");
    check("${{ secret.s }}/v1", "api.test", "2 `***/v1` is not a URL");
    check("http://${{ secret.s }}", "api.test?x=1", &format!("2 `http://***` {}", base("http://h?").unwrap_err()));
}

#[test]
fn the_sandbox_tells_its_url_once_it_runs() {
    let (_dir, project) = project(&[("scenarios/a.yaml", READS)]);
    let mut plan = Plan::make(&project, &order("local", &[])).unwrap();
    plan.settle(TargetSettings { api_url: Some("http://127.0.0.1:1".to_owned()), ..TargetSettings::default() });
    let target = to_json(plan.cases[0].scope.get("target").unwrap()).to_string();
    assert_eq!(target, r#"{"api":{"url":"http://127.0.0.1:1"},"name":"local","protected":false}"#);
}

#[test]
fn what_would_hold_the_url_of_the_sandbox_is_told_why_it_cannot() {
    let why = "target has no field api (it has: name, protected); the sandbox has its URL only once it runs: a request can \
               go there, but no name, row or variable hold it";
    for scenario in [
        READS.replace("name: look", "name: look at ${{ target.api.url }}"),
        format!("matrix: [{{ at: \"${{{{ target.api.url }}}}\" }}]\n{READS}"),
        READS.replace("/health }", "\"${{ vars.at }}\" }") + "vars: { at: \"${{ target.api.url }}/x\" }\n",
    ] {
        let (_dir, project) = project(&[("scenarios/a.yaml", &scenario)]);
        assert_eq!(ids(&project, &order("local", &[])), why);
    }
    // Elsewhere there is none at all.
    let config = "targets: { bare: { vars: { a: b } } }\n";
    let named = READS.replace("name: look", "name: look at ${{ target.api.url }}").replace("/health", "\"http://x/\"");
    let (_dir, bare) = self::project(&[("smoke.yaml", config), ("scenarios/a.yaml", &named)]);
    assert_eq!(ids(&bare, &order("bare", &[])), "target has no field api (it has: name, protected)");
    let (_dir, project) = project(&[("scenarios/a.yaml", &READS.replace("/health", "\"${{ target.api.url }}/x\""))]);
    assert_eq!(ids(&project, &order("local", &[])), "a");
}

#[test]
fn what_is_not_written_has_a_default() {
    let scenario = format!(
        "timeout: 90s\nretries: 2\nexclusive: \"${{{{ vars.colour }}}}\"\n{READS}  - name: wait\n    http: {{ get: /a }}\n    until: response.status == 200\n"
    );
    let (_dir, project) = project(&[("scenarios/a.yaml", READS), ("scenarios/b.yaml", &scenario)]);
    let plan = Plan::make(&project, &order("staging", &[])).unwrap();
    let [a, b] = plan.cases.as_slice() else { panic!("two cases") };
    assert_eq!((a.timeout, a.retries, a.exclusive.as_deref()), (Duration::from_mins(10), 0, None));
    assert_eq!((b.timeout, b.retries, b.exclusive.as_deref()), (Duration::from_secs(90), 2, Some("green")));
    assert_eq!([b.steps[0].within, b.steps[1].within], [None, Some(Duration::from_mins(1))]);
    let stronger = Order { timeout: Some(Duration::from_secs(5)), retries: Some(0), ..order("staging", &["b"]) };
    let plan = Plan::make(&project, &stronger).unwrap();
    assert_eq!((plan.cases[0].timeout, plan.cases[0].retries), (Duration::from_secs(5), 0));
}

#[test]
fn steps_of_another_file_see_the_names_they_are_given() {
    let uses = "
steps:
  - use: ../shared/outer.yaml
    with: { file: a.csv, colour: \"${{ vars.colour }}\" }
";
    let outer = "- use: inner.yaml\n  with: { path: \"/${{ file }}\", file: inner.csv }\n";
    let inner = "
- name: upload ${{ file }} in ${{ colour }}
  http: { get: \"${{ path }}\" }
  expect: response.status == 200
";
    let (_dir, project) =
        project(&[("scenarios/a.yaml", uses), ("shared/outer.yaml", outer), ("shared/inner.yaml", inner)]);
    let plan = Plan::make(&project, &order("staging", &[])).unwrap();
    let step = &plan.cases[0].steps[0];
    assert_eq!(step.name, "upload inner.csv in green");
    assert!(step.spec.location.source.path.ends_with("shared/inner.yaml"));
    assert_eq!(step.spec.location.line(), 2);
    let scope = step.bound(&plan.cases[0].scope).unwrap();
    assert_eq!(to_json(scope.get("path").unwrap()), "/a.csv");
}

#[test]
fn a_folder_without_a_configuration_has_the_sandbox() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("scenarios")).unwrap();
    std::fs::write(dir.path().join("scenarios/a.yaml"), READS).unwrap();
    let project = Project::load(dir.path(), &[]).unwrap();
    assert_eq!(ids(&project, &order("local", &[])), "a");
    let nothing = Project::load(Path::new("/nonexistent"), &[]).unwrap();
    assert_eq!(
        ids(&nothing, &order("local", &[])),
        "nothing to run on `local`; there is no scenario in /nonexistent/scenarios; `smoke init` writes a first one"
    );
}

/// The secrets stand where a name, a file, a duration is wanted.
#[test]
fn what_is_said_of_a_plan_holds_no_secret() {
    const CONFIG: &str = r#"
secrets: { tok: { file: tok.txt }, long: { file: long.txt } }
vars: { hidden: "${{ secret.tok }}", again: "${{ vars.hidden }}", far: "${{ duration(secret.long) }}" }
targets:
  staging:
    api: { url: http://127.0.0.1:1 }
    aws: { region: eu-west-1, log_lag: "${{ secret.tok }}" }
"#;
    let scenario = r#"
timeout: "${{ vars.hidden }}"
steps:
  - name: upload
    http: { post: /a, multipart: { file: { path: "${{ secret.tok }}" }, other: { path: "${{ vars.hidden }}" } } }
    expect: response.status == 200
  - name: a ${{ vars.hidden }}
    ecs: { cluster: c, service: s, task_definition: "fam-${{ secret.tok }}" }
  - name: a ${{ vars.again }}
    http: { get: "/${{ secret.long + 1 }}" }
    within: "${{ vars.far }}"
    until: response.status == 200
"#;
    let long = "open sesame ".repeat(50);
    let files =
        [("smoke.yaml", CONFIG), ("tok.txt", "hunter2hunter2\n"), ("long.txt", &long), ("scenarios/a.yaml", scenario)];
    let (_dir, project) = project(&files);
    let said = said(&Plan::make(&project, &order("staging", &[])).unwrap_err());
    assert!(!said.contains("hunter2") && !said.contains("sesame"), "{said}");
    for words in
        ["`***` is not a duration", "there is no file ", "/scenarios/***", "are called `a ***`", "`fam-***` names"]
    {
        assert!(said.contains(words), "{words} is not in:\n{said}");
    }
}

#[test]
fn a_part_knows_the_whole_that_it_was_taken_from() {
    let rows = format!("matrix: [{{ name: x }}, {{ name: y }}]\n{READS}");
    let (_dir, project) = project(&[("scenarios/a.yaml", &rows), ("scenarios/b.yaml", READS)]);
    let whole = |shard| {
        let plan = Plan::make(&project, &Order { shard, ..order("staging", &[]) }).unwrap();
        plan.whole.map(|whole| whole.iter().map(|planned| planned.id.clone()).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(whole(Some((2, 2))).as_deref(), Some("a[x] a[y] b"));
    assert_eq!(whole(None), None);
}

/// `CONFIG` names `staging` and `prod`; the sandbox is only there beside them.
#[test]
fn check_plans_for_the_targets_that_somebody_means() {
    #[track_caller]
    fn check(head: &str, variable: &str, expected: &str) {
        let reads = READS.replace("/health", &format!("\"/${{{{ vars.{variable} }}}}\""));
        let (_dir, project) =
            project(&[("scenarios/a.yaml", &format!("{head}\n{reads}")), ("scenarios/b.yaml", READS)]);
        let said: Vec<_> = check_all(&project, &[]).into_iter().map(|problem| problem.message).collect();
        assert_eq!(said.join("; "), expected);
    }
    check("", "host", "");
    check("targets: [staging, prod]", "host", "no variable `host` is defined for the target `prod`");
    check("targets: [prod, staging, local]", "host", "no variable `host` is defined for the targets `local`, `prod`");
    check("targets: [staging, prod]", "nowhere", "no variable `nowhere` is defined");
    check("targets: [local]", "host", "no variable `host` is defined for the target `local`");
    let (_dir, project) = project(&[("scenarios/a.yaml", READS)]);
    assert_eq!(meant_targets(&project).map(|target| target.name.as_str()).collect::<Vec<_>>(), ["staging", "prod"]);
}

/// Also where nothing reads them; said once, whatever reads them.
#[test]
fn variables_in_a_circle_are_refused() {
    #[track_caller]
    fn check(config: &str, target: &str, scenario: &str, expected: &str) {
        let fill = |text: String| text.replace('<', "\"${{ vars.").replace('>', " }}\"");
        let target = format!("api: {{ url: http://127.0.0.1:1 }}, vars: {{ {target} }}");
        let config = fill(format!("vars: {{ {config} }}\ntargets: {{ prod: {{ {target} }} }}\n"));
        let scenario = fill(format!("vars: {{ {scenario} }}\n{READS}"));
        let (_dir, project) = project(&[("smoke.yaml", &config), ("scenarios/a.yaml", &scenario)]);
        let said = |problems: Vec<Diagnostic>| {
            let place = |at: Location| at.source.text[at.start..at.end].to_owned();
            let line = |it: Diagnostic| format!("{} at {}", it.message, it.location.map(place).unwrap_or_default());
            problems.into_iter().map(line).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(said(Plan::make(&project, &order("prod", &[])).err().unwrap_or_default()), expected);
        assert_eq!(said(check_all(&project, &[])), expected, "`smoke check`");
    }
    let circle = "`vars.a` reads itself, by way of others at vars.b";
    check("a: <b>, b: <a>", "", "", circle);
    check("a: <a>", "", "", "`vars.a` reads itself, by way of others at vars.a");
    check("b: <a>, a: <c>, c: <b>", "", "", "`vars.a` reads itself, by way of others at vars.c");
    check("a: <b>", "b: <a>", "", circle);
    check("", "", "a: <b>, b: <a>", circle);
    check("a: <b>", "", "b: <a>", circle);
    // Wherever it is entered, it is the same circle.
    check("c: <b>, a: <b>, b: <a>", "d: <c>", "e: <d>", circle);
    let another = "`vars.c` reads itself, by way of others at vars.d";
    check("a: <b>, b: <a>, c: <d>, d: <c>", "", "", &format!("{circle}; {another}"));
    // The strongest definition counts.
    check("a: <b>, b: <a>", "b: x", "", "");
    check("c: <a>, a: <b>", "b: x", "b: <a>", "");
    check("b: <c>", "", "c: x", "");
}

#[test]
fn a_variable_without_a_default_can_be_given_to_a_run_and_not_to_check() {
    let reads = READS.replace("/health", "\"/${{ vars.nowhere }}\"");
    let (_dir, project) = project(&[("scenarios/a.yaml", &reads)]);
    let problem = "no variable `nowhere` is defined for the target `staging`; define it under `vars` in the scenario or \
        in smoke.yaml; `--var nowhere=…` gives it to one run only";
    let vars = vec![("nowhere".to_owned(), "x".to_owned())];
    assert_eq!(ids(&project, &Order { vars, vars_must_be_read: true, ..order("staging", &[]) }), "a");
    assert_eq!(ids(&project, &order("staging", &[])), problem);
    assert_eq!(said(&check_all(&project, &[])), problem);
}

#[test]
fn a_variable_is_compared_with_its_own_kind() {
    #[track_caller]
    fn check(value: &str, condition: &str, expected: &str) {
        let scenario = format!("vars: {{ n: {value} }}\n{}", READS.replace("response.status == 200", condition));
        let (_dir, project) = project(&[("scenarios/a.yaml", &scenario)]);
        assert_eq!(said(&check_all(&project, &[])), expected, "{value} {condition}");
    }
    let number = "`vars.n` can never be what `\"3\"` is; `vars.n` is a number: compare it with `3`";
    check("3", "vars.n != \"3\"", number);
    check("3", "response.status in [vars.n] || \"3\" == vars.n", number);
    check("3", "vars.n in [1, \"3\"]", number);
    check("'3'", "vars.n == 3", "`vars.n` can never be what `3` is; `vars.n` is a text: compare it with `\"3\"`");
    check(
        "true",
        "vars.n == \"true\"",
        "`vars.n` can never be what `\"true\"` is; `vars.n` is true or false: compare it with `true`",
    );
    check("3", "vars.n != 4", "");
    check("3", "vars.n != \"\"", "");
    check("''", "vars.n != 0", "");
}

/// Two steps and two targets name one module: it is read when the first of them asks.
#[test]
fn a_module_that_many_name_is_read_once() {
    let step = |name: &str| {
        let read = "terraform: { dir: \"${{ vars.module }}\", vars: { size: 1 } }\n    expect: config.locals == {}";
        format!("  - name: {name}\n    {read}\n")
    };
    let scenario =
        format!("targets: [staging, prod]\nvars: {{ module: ../module }}\nsteps:\n{}{}", step("one"), step("other"));
    let (dir, project) = project(&[("scenarios/a.yaml", &scenario), ("module/main.tf", "variable \"size\" {}\n")]);
    let file = dir.path().join("module/main.tf");
    let modules = Modules::default();
    let check = |name: &str, modules: &Modules| {
        let target = project.config.targets.iter().find(|target| target.name == name).unwrap();
        said(&make::check_on(&project, target, &[], modules))
    };
    assert_eq!(check("staging", &modules), "");
    std::fs::write(&file, "variable \"sise\" {}\n").unwrap();
    assert_eq!(["staging", "prod"].map(|name| check(name, &modules)), ["", ""]);
    let undeclared = "the module declares no variable `size`; did you mean `sise`?";
    assert_eq!(check("staging", &Modules::default()), [undeclared; 2].join("\n"));
}

#[test]
fn a_log_is_not_complete_before_lines_may_no_longer_be_late() {
    #[track_caller]
    fn check(aws: &str, step: &str, expected: &str) {
        let config = format!("targets: {{ local: {{ sandbox: {{}} }}, prod: {{ aws: {{ region: r{aws} }} }} }}\n");
        let scenario = format!("steps:\n- name: look\n  logs: {{ group: g{step}\n");
        let (_dir, project) = project(&[("smoke.yaml", &config), ("scenarios/a.yaml", &scenario)]);
        assert_eq!(said(&check_all(&project, &[])), expected, "{aws} {step}");
    }
    let none = ", none: [ { level: ERROR } ] }\n  within: ";
    let late = |within, lag| {
        format!(
            "within {within} it cannot be known that something is not in a log: a line may become visible {lag} late for \
             the target `prod`; give it a longer `within`; how late lines may be is `aws.log_lag` of the target"
        )
    };
    check("", &format!("{none}10s"), &late("10 s", "15 s"));
    check("", &format!("{none}15s"), &late("15 s", "15 s"));
    check("", &format!("{none}16s"), "");
    check(", log_lag: 5s", &format!("{none}10s"), "");
    check(", log_lag: 2m", &format!("{none}90s"), &late("1 min 30 s", "2 min"));
    check("", " }\n  until: logs.complete\n  within: 10s", &late("10 s", "15 s"));
    check("", ", sequence: [ { event: end } ] }\n  within: 10s", "");
    check("", " }\n  until: logs.events.size() > 0\n  within: 10s", "");
}
