//! From YAML to a checked scenario.

use divan::Bencher;
use smoke::plan;
use smoke::scenario::Project;
use tempfile::TempDir;

/// So many copies of the gate, in a project with its files.
fn project(count: usize) -> TempDir {
    let ours = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    for name in ["scenarios", "fixtures"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    std::fs::copy(ours.join("fixtures/contacts.csv"), folder.path().join("fixtures/contacts.csv")).unwrap();
    for number in 0..count {
        let copy = folder.path().join(format!("scenarios/gate-{number:04}.yaml"));
        std::fs::copy(ours.join("scenarios/bulk-import.yaml"), copy).unwrap();
    }
    folder
}

/// Read, parsed and held against the keys there are.
#[divan::bench(args = [1, 100])]
fn read(bencher: Bencher<'_, '_>, count: usize) {
    let folder = project(count);
    bencher.counter(count).bench(|| Project::survey(folder.path(), &[]));
}

/// Every expression held against what is in scope, for every target.
#[divan::bench(args = [1, 100])]
fn check(bencher: Bencher<'_, '_>, count: usize) {
    let folder = project(count);
    let (project, problems) = Project::survey(folder.path(), &[]);
    assert!(problems.is_empty(), "{problems:?}");
    let vars = smoke::sandbox::Sandbox::vars().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let vars = vars.collect::<Vec<_>>();
    assert_eq!(plan::check_all(&project, &vars), []);
    bencher.counter(count).bench(|| plan::check_all(&project, &vars));
}
