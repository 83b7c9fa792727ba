//! `smoke init`: what it writes is whole, runs at once, and never takes the place of anything.

use std::path::Path;
use std::process::Command;

/// Runs smoke in a folder; exit code and everything that it said.
fn smoke(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_smoke")).arg("-C").arg(folder).args(arguments).output().unwrap();
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code(), told)
}

#[track_caller]
fn check(folder: &Path, arguments: &[&str], expected: (i32, &str)) {
    let (code, told) = smoke(folder, arguments);
    assert!(code == Some(expected.0) && told.contains(expected.1), "{arguments:?}: {code:?}\n{told}");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn in_an_empty_folder_it_writes_what_runs_at_once() {
    let folder = tempfile::tempdir().unwrap();
    check(
        folder.path(),
        &["init"],
        (
            0,
            "wrote smoke.yaml\nwrote scenarios/first-import.yaml\nwrote scenarios/worker-is-well.yaml\nwrote \
             fixtures/contacts.csv\nwrote .gitignore\n\nnext: smoke run local\n",
        ),
    );
    check(folder.path(), &["check"], (0, "2 scenarios and 1 target: nothing wrong"));
    check(folder.path(), &["run", "local"], (0, "2 passed"));
}

#[test]
fn a_second_time_nothing_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    check(folder.path(), &["init"], (0, "wrote fixtures/contacts.csv"));
    for name in ["fixtures/contacts.csv", "smoke.yaml"] {
        std::fs::write(folder.path().join(name), "mine").unwrap();
        check(folder.path(), &["init"], (0, &format!("kept  {name}, which was there")));
        assert_eq!(std::fs::read_to_string(folder.path().join(name)).unwrap(), "mine");
    }
    assert_eq!(std::fs::read_dir(folder.path().join("fixtures")).unwrap().count(), 1);
}

/// What is uploaded must be what the scenario counts on.
#[test]
fn beside_a_file_that_is_called_alike_it_writes_what_runs_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("fixtures")).unwrap();
    std::fs::write(folder.path().join("fixtures/contacts.csv"), "id;phone\n1;2\n").unwrap();
    check(folder.path(), &["init"], (0, "wrote fixtures/smoke-contacts.csv"));
    check(folder.path(), &["run", "local"], (0, "2 passed"));
    check(folder.path(), &["init"], (0, "kept  fixtures/smoke-contacts.csv, which was there"));
    let theirs = std::fs::read_to_string(folder.path().join("fixtures/contacts.csv")).unwrap();
    assert_eq!(theirs, "id;phone\n1;2\n");
}

#[test]
fn beside_terraform_it_fills_in_what_the_files_tell() {
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bulk-import-prod"), folder.path());
    check(folder.path(), &["init"], (0, "found infrastructure/terraform/prod: target prod"));
    let config = std::fs::read_to_string(folder.path().join("smoke.yaml")).unwrap();
    let prod = config.split("  prod:\n").nth(1).unwrap();
    assert_eq!(
        prod,
        "    protected: true # only scenarios that list it; asks first, or needs --yes\n    api:\n      url: \
         https://api.example.com\n      headers: { authorization: \"Bearer ${{ secret.api_token }}\" }\n    aws: { region: \
         eu-west-1 }\n    vars:\n      cluster: prod\n      worker: bulk-import-worker\n      backend: backend\n      \
         log_group: /ecs/prod\n      alarm: bulk-import-worker-down\n"
    );
    check(folder.path(), &["check"], (0, "2 scenarios and 2 targets: nothing wrong"));
    check(folder.path(), &["list", "prod"], (0, "1 of 2 would run on prod"));
    check(folder.path(), &["run", "local"], (0, "2 passed"));
}

#[test]
fn files_that_are_no_terraform_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("broken.tf"), "resource {{").unwrap();
    check(folder.path(), &["init"], (0, "passed over: "));
    check(folder.path(), &["check"], (0, "nothing wrong"));
}

#[test]
fn terraform_at_the_root_that_does_not_tell_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("shop");
    std::fs::create_dir(&root).unwrap();
    let terraform = "variable \"cluster\" {}\nresource \"aws_ecs_cluster\" \"this\" {\n  name = var.cluster\n}\n\
                     resource \"aws_ecs_service\" \"w\" {\n  name = \"import-worker\"\n}\n";
    std::fs::write(root.join("main.tf"), terraform).unwrap();
    check(&root, &["init"], (0, "found this folder: target shop\n"));
    let config = std::fs::read_to_string(root.join("smoke.yaml")).unwrap();
    assert!(config.contains("  # As this folder has it. Put in where its API is.\n  shop:\n"), "{config}");
    assert!(config.contains("      cluster: main # not found in the files: put in your own\n"), "{config}");
    assert!(!config.contains("not known"), "{config}");
    assert_eq!(std::fs::read_to_string(root.join(".gitignore")).unwrap(), "reports/\n");
}

#[test]
fn the_region_is_the_one_of_the_provider() {
    #[track_caller]
    fn check(provider: &str, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let terraform = "variable \"where\" {\n  default = \"eu-north-1\"\n}\nlocals {\n  area = \"eu\"\n  region = \
                         \"${local.area}-central-1\"\n}\nresource \"aws_ecs_cluster\" \"this\" {\n  name = \"main\"\n}\n\
                         resource \"aws_ecs_service\" \"w\" {\n  name = \"import-worker\"\n}\n";
        std::fs::write(folder.path().join("main.tf"), format!("{provider}{terraform}")).unwrap();
        self::check(folder.path(), &["init"], (0, "found this folder"));
        let config = std::fs::read_to_string(folder.path().join("smoke.yaml")).unwrap();
        assert!(config.contains(&format!("    aws: {{ region: {expected}\n")), "{provider}: {config}");
    }
    check("provider \"aws\" {\n  region = \"eu-central-1\"\n}\n", "eu-central-1 }");
    check("provider \"aws\" {\n  region = local.region\n}\n", "eu-central-1 }");
    check("provider \"aws\" {\n  region = var.where\n}\n", "eu-north-1 }");
    let alias = "provider \"aws\" {\n  alias = \"cdn\"\n  region = \"us-east-1\"\n}\n";
    check(alias, "eu-west-1 } # not found in the files: put in your own");
    check(&format!("{alias}provider \"aws\" {{\n  region = \"eu-central-1\"\n}}\n"), "eu-central-1 }");
}

#[test]
fn a_file_where_a_folder_is_to_be_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("scenarios"), "mine").unwrap();
    check(folder.path(), &["init"], (4, "scenarios/first-import.yaml cannot be written: ./scenarios is no folder"));
}
