//! Files against each other, and our reading of them against pip's own.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::drift::Drift;
use super::requirement::Requirement;
use super::requirements::{Requirements, Shelf};
use super::seen::DepsSeen;
use super::selection::{Compare, Selection};
use super::{Query, lines, patch, pyproject, requirements};
use crate::expr::{self, Withheld};

/// What a folder of files asks for, the first of them being the one that is named.
fn read(files: &[(&str, &str)]) -> Result<Requirements, String> {
    let held: BTreeMap<PathBuf, &[u8]> =
        files.iter().map(|(name, text)| (PathBuf::from(name), text.as_bytes())).collect();
    let shelf = Shelf {
        read: &|path| held.get(path).map(|bytes| bytes.to_vec()).ok_or_else(|| "there is no such file".to_owned()),
        variable: &|name| (name == "TOKEN").then(|| "t0ken".to_owned()),
        shown: &|path| path.to_string_lossy().into_owned(),
    };
    requirements::read(Path::new(files[0].0), &shelf)
}

/// A requirement in short: `requirements.txt:3 name[extra]==1 @ url ; marker`.
fn short(requirement: &Requirement) -> String {
    let url = requirement.url.as_ref().map(|url| format!(" @ {url}")).unwrap_or_default();
    let marker = requirement.marker.contents().map(|marker| format!(" ; {marker}")).unwrap_or_default();
    let specifiers = requirement.specifiers.to_string().replace(' ', "");
    format!("{} {}{specifiers}{url}{marker}", requirement.place, requirement.head())
}

#[track_caller]
fn asks(files: &[(&str, &str)], expected: &[&str]) {
    let found = read(files).unwrap();
    let wanted = found.wanted.iter().map(short);
    let constraints = found.constraints.iter().map(|it| format!("-c {}", short(it)));
    let unnamed = found.unnamed.iter().map(|(text, at)| format!("? {at} {text}"));
    let join = |extras: &BTreeSet<String>| extras.iter().map(String::as_str).collect::<Vec<_>>().join(",");
    let itself = found.project.iter().map(|extras| format!("itself [{}]", join(extras)));
    assert_eq!(wanted.chain(constraints).chain(unnamed).chain(itself).collect::<Vec<_>>(), expected);
}

#[test]
fn awkward_lines_are_taken_apart() {
    asks(
        &[("r.txt", "# nothing\n\n  Django_Rest.Framework >= 3 , < 4  # why\n")],
        &["r.txt:3 django-rest-framework>=3,<4"],
    );
    asks(&[("r.txt", "a \\\n  == \\\n  1\nb")], &["r.txt:1 a==1", "r.txt:4 b"]);
    asks(&[("r.txt", "a==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\nb")], &["r.txt:1 a==1", "r.txt:4 b"]);
    asks(
        &[("r.txt", "a ; python_version < \"3.8\" # x\r\nb[y, X]\r\n")],
        &["r.txt:1 a ; python_full_version < '3.8'", "r.txt:2 b[x,y]"],
    );
    asks(&[("r.txt", "-i https://x/simple\n--extra-index-url=https://y\n--pre\na")], &["r.txt:4 a"]);
    asks(&[("r.txt", "a @ https://x/a-1.0.tar.gz#sha256=00\n")], &["r.txt:1 a @ https://x/a-1.0.tar.gz#sha256=00"]);
    asks(
        &[("r.txt", "https://x/A_b-1.0-py3-none-any.whl ; os_name == 'nt'")],
        &["r.txt:1 a-b==1.0 @ https://x/A_b-1.0-py3-none-any.whl ; os_name == 'nt'"],
    );
    asks(
        &[("r.txt", "-e git+https://x/y.git@v1#egg=y[z]&subdirectory=s\n")],
        &["r.txt:1 y[z] @ git+https://x/y.git@v1#egg=y[z]&subdirectory=s"],
    );
    asks(
        &[("r.txt", "-e .\n.\n./lib\n--editable=../other\n")],
        &["? r.txt:3 ./lib", "? r.txt:4 ../other", "itself []"],
    );
    asks(&[("r.txt", "-e .[B,a]\n./[c] # x\nfile:.#egg=me[D]")], &["itself [a,b,c,d]"]);
    asks(
        &[("r.txt", "-e .#egg=s&subdirectory=s\n. ; os_name == 'nt'")],
        &["r.txt:1 s @ .#egg=s&subdirectory=s", "? r.txt:2 . ; os_name == 'nt'"],
    );
    asks(
        &[("r.txt", "a @ https://${TOKEN}@x/a.zip\nb @ https://${NONE}/b.zip")],
        &["r.txt:1 a @ https://${TOKEN}@x/a.zip", "r.txt:2 b @ https://${NONE}/b.zip"],
    );
    asks(&[("r.txt", "a==${TOKEN}\n${TOKEN}\n")], &["? r.txt:1 a==${TOKEN}", "? r.txt:2 ${TOKEN}"]);
}

#[test]
fn files_take_in_files() {
    let files = [
        ("req/prod.txt", "-r base.txt\n--constraint ../c.txt\nb"),
        ("req/base.txt", "a==1\n-r 'more.txt'"),
        ("req/more.txt", "m"),
        ("c.txt", "b==2"),
    ];
    asks(&files, &["req/base.txt:1 a==1", "req/more.txt:1 m", "req/prod.txt:3 b", "-c c.txt:1 b==2"]);
    asks(&[("r.txt", "-r ${TOKEN}.txt"), ("t0ken.txt", "a")], &["t0ken.txt:1 a"]);
}

/// What is told of two files: the sentences, the patch and why something is not known, as reports have them.
fn told(requirements: &str, project: &str) -> String {
    let (deps, _) = seen(&[("r.txt", requirements)], project, &Selection::default());
    let evidence = deps.evidence().into_iter().map(|it| it.text);
    let fields = expr::to_json(&deps.binding()).to_string();
    evidence.chain(deps.cause()).chain([deps.summary(), fields]).collect::<Vec<_>>().join("\n")
}

/// A variable of the environment is neither filled in nor told, whoever has it; and no user or password of a URL is.
#[test]
fn who_may_fetch_a_url_is_not_told() {
    #[track_caller]
    fn check(requirements: &str, dependencies: &str, shows: &[&str]) {
        let project = format!("[project]\ndependencies = [{dependencies}]\n");
        let told = told(requirements, &project);
        for secret in ["t0ken", "hunter2", "ghp_1", "me:"] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
        for part in shows {
            assert!(told.contains(part), "no {part} in {told}");
        }
    }
    let token = "lib @ git+https://${TOKEN}@x/lib.git@v1";
    check(token, &format!("\"{token}\""), &["1 requirements, in step"]);
    check(token, "", &["+dependencies = [\"lib @ git+https://${TOKEN}@x/lib.git@v1\"]"]);
    let out = "left out: it would show a user or a password that stands in a URL";
    check("lib @ https://me:hunter2@x/l.zip", "", &["r.txt:1 asks for lib @ https://***:***@x/l.zip, and", out]);
    check("https://ghp_1@x/l.zip#egg=lib", "\"lib\"", &["r.txt:1 asks for https://***@x/l.zip#egg=lib", out]);
    check("a", "\"b @ https://me:hunter2@x/b.zip\"", &["r.txt:1 asks for a, and", "b @ https://***:***@x/b.zip", out]);
    check("https://me:hunter2@x/l.zip", "", &["`https://***:***@x/l.zip` would have to be built to know"]);
    check(
        "lib==${TOKEN}",
        "",
        &["r.txt:1 is filled in from the environment: what `lib==${TOKEN}` asks for only an installation would tell"],
    );
    let poetry = "[tool.poetry.dependencies]\nlib = { url = \"https://me:hunter2@x/l.zip\" }\n";
    let told = told("a", poetry);
    assert!(told.contains("lib @ https://***:***@x/l.zip") && !told.contains("hunter2"), "{told}");
}

#[test]
fn encodings_are_those_that_the_file_names() {
    let check = |bytes: &[u8], expected: Result<&str, &str>| {
        assert_eq!(lines::decode(bytes), expected.map(str::to_owned).map_err(str::to_owned));
    };
    check(b"\xef\xbb\xbfa", Ok("a"));
    check(b"\xff\xfea\0", Ok("a"));
    check(b"# -*- coding: latin-1 -*-\n# \xe9", Ok("# -*- coding: latin-1 -*-\n# \u{e9}"));
    check(b"# \xe9", Err("the file is not UTF-8"));
}

#[track_caller]
fn unreadable(files: &[(&str, &str)], expected: &str) {
    assert_eq!(read(files).unwrap_err(), expected);
}

#[test]
fn what_cannot_be_read_is_said_with_its_place() {
    unreadable(&[("r.txt", "-r none.txt")], "r.txt:1: none.txt: there is no such file");
    unreadable(&[("r.txt", "\n-r b.txt"), ("b.txt", "-r r.txt")], "b.txt:1: r.txt takes itself in");
    unreadable(
        &[("r.txt", "-r https://x/r.txt")],
        "r.txt:1: https://x/r.txt lies on a server, and nothing is fetched to compare dependencies",
    );
    // What the parser itself would stumble over.
    unreadable(&[("r.txt", "a.")], "r.txt:1: `a.` is no requirement: it does not begin with a package's name");
    for text in ["a[b.]==1", "a [ b , c- ]", "a[b,c_"] {
        let why = read(&[("r.txt", text)]).unwrap_err();
        assert!(why.ends_with(" is no extra's name"), "{why}");
    }
    unreadable(
        &[("r.txt", "a ; os_name == 'Ց'")],
        "r.txt:1: `a ; os_name == 'Ց'` is no requirement: `Ց` is no ASCII letter",
    );
    unreadable(
        &[("r.txt", "-r https://me:hunter2@x/r.txt")],
        "r.txt:1: https://***:***@x/r.txt lies on a server, and nothing is fetched to compare dependencies",
    );
    unreadable(
        &[("r.txt", "a @ https://me:hunter2@x:port/r.zip")],
        "r.txt:1: `a @ https://***:***@x:port/r.zip` is no requirement: what stands behind the `@` is no URL",
    );
    let why = read(&[("r.txt", "a\nb c")]).unwrap_err();
    assert!(why.starts_with("r.txt:2: `b c` is no requirement: "), "{why}");
}

const PROJECT: &str = "[project]\nname = \"me\"\ndependencies = [\n  \"a==1\",\n  # why b\n  \"b[x]>=2 ; os_name == 'nt'\",\n]\n\n\
    [project.optional-dependencies]\npg = [\"p==3\"]\nall = [\"me[pg]\"]\n\n\
    [dependency-groups]\ntest = [\"t==1\"]\ndev = [{ include-group = \"test\" }, \"d==1\"]\n";

const POETRY: &str = "[tool.poetry]\nname = \"me\"\n\n[tool.poetry.dependencies]\npython = \"^3.9\"\na = \"^1.2\"\n\
    b = { version = \"2.0\", extras = [\"x\"], markers = \"os_name == 'nt'\" }\nc = { version = \"*\", optional = true }\n\
    g = { git = \"https://x/g.git\", tag = \"v1\" }\n\n[tool.poetry.extras]\nall = [\"c\"]\n\n[tool.poetry.group.dev.dependencies]\nt = \"1\"\n";

fn seen(requirements: &[(&str, &str)], project: &str, selection: &Selection) -> (DepsSeen, Drift) {
    let wanted = read(requirements).unwrap();
    let read = pyproject::read(project, "pyproject.toml").unwrap();
    let drift = || Drift::of(&wanted, &read, selection);
    (DepsSeen::new(drift(), &wanted, ("pyproject.toml", project), &read, selection), drift())
}

#[track_caller]
fn differs(requirements: &str, project: &str, expected: &[&str]) {
    let chosen = Selection::default();
    let (deps, drift) = seen(&[("requirements.txt", requirements)], project, &chosen);
    let evidence = deps.evidence();
    let lines: Vec<&str> = evidence.first().map(|it| it.text.lines().collect()).unwrap_or_default();
    assert_eq!(lines, expected);
    mends(requirements, project, &drift, &chosen);
}

/// The patch brings the two into step.
#[track_caller]
fn mends(requirements: &str, project: &str, drift: &Drift, selection: &Selection) {
    let mended = patch::mended(project, drift).unwrap();
    let (_, left) = seen(&[("requirements.txt", requirements)], &mended, selection);
    assert!(left.is_empty(), "{mended}\n{left:?}");
}

#[test]
fn drift_is_named_with_both_places() {
    let same = "a == 1.0\nB[X]>=2 ; os_name == \"nt\"\n";
    differs(same, PROJECT, &[]);
    differs("a==2\nb[x]>=2 ; os_name == 'nt'", PROJECT, &["pyproject.toml:4 wants a==1, requirements.txt:1 pins a==2"]);
    differs(
        "a==1",
        PROJECT,
        &["pyproject.toml:6 wants b[x]>=2 ; os_name == 'nt', and no requirements file asks for b"],
    );
    differs(
        "a==1\nb>=2 ; os_name == 'nt'",
        PROJECT,
        &["pyproject.toml:6 wants b[x]>=2 ; os_name == 'nt', requirements.txt:2 asks for b>=2 ; os_name == 'nt'"],
    );
    differs(
        &format!("{same}new==1\np==3"),
        PROJECT,
        &[
            "requirements.txt:3 pins new==1, and pyproject.toml has no such dependency",
            "requirements.txt:4 pins p==3, and pyproject.toml has it only in extra pg (pyproject.toml:10)",
        ],
    );
    differs(
        "a==1 ; os_name == 'nt'\na==2 ; os_name != 'nt'\nb[x]>=2 ; os_name == 'nt'",
        PROJECT,
        &[
            "pyproject.toml:4 wants a==1, requirements.txt:1 pins a==1 ; os_name == 'nt', requirements.txt:2 pins a==2 ; os_name != 'nt'",
        ],
    );
    differs(
        "a @ https://x/a.zip\nb[x]>=2 ; os_name == 'nt'",
        PROJECT,
        &["pyproject.toml:4 wants a==1, requirements.txt:1 asks for a @ https://x/a.zip"],
    );
    differs(
        "a==1 ; os_name == 'nt'\nb[x]>=2 ; os_name == 'nt'",
        PROJECT,
        &["pyproject.toml:4 wants a==1, requirements.txt:1 pins a==1 ; os_name == 'nt'"],
    );
    differs(
        "a",
        "[project]\nname = \"me\"\n",
        &["requirements.txt:1 asks for a, and pyproject.toml has no such dependency"],
    );
}

/// What is asked for by a link is the same as what is asked for by name and link, and the project brings what it needs.
#[test]
fn links_are_what_they_lead_to() {
    #[track_caller]
    fn check(requirements: &str, dependencies: &str, expected: &[&str]) {
        let project = format!(
            "[project]\nname = \"me\"\ndependencies = [{dependencies}]\n\n\
            [project.optional-dependencies]\npg = [\"p\"]\nall = [\"me[pg]\"]\n"
        );
        let chosen = Selection { extras: vec!["pg".to_owned()], ..Selection::default() };
        let (deps, drift) = seen(&[("r.txt", requirements)], &project, &chosen);
        let lines: Vec<String> = deps.evidence().into_iter().take(1).map(|it| it.text).collect();
        assert_eq!(lines, expected, "{requirements}");
        mends(requirements, &project, &drift, &chosen);
    }
    check("-e .[pg]", "\"a==1\"", &[]);
    check(".[all]\na==1", "\"a==1\"", &[]);
    check("-e .", "\"a==1\"", &["pyproject.toml:6 wants p, and no requirements file asks for p"]);
    check("-e .[pg]\na==2", "\"a==1\"", &["pyproject.toml:3 wants a==1, r.txt:2 pins a==2"]);
    check("-e .[pg]\nb", "", &["r.txt:2 asks for b, and pyproject.toml has no such dependency"]);
    check("p\ngit+https://x/l.git@v1#egg=lib", "\"lib @ git+https://x/l.git@v1\"", &[]);
    check(
        "p\ngit+https://x/l.git@v2#egg=lib",
        "\"lib @ git+https://x/l.git@v1\"",
        &["pyproject.toml:3 wants lib @ git+https://x/l.git@v1, r.txt:2 asks for git+https://x/l.git@v2#egg=lib"],
    );
    check("p\nhttps://x/lib-2.0-py3-none-any.whl", "\"lib @ https://x/lib-2.0-py3-none-any.whl\"", &[]);
    check(
        "p\nhttps://x/lib-2.0-py3-none-any.whl",
        "\"lib==2.0\"",
        &["pyproject.toml:3 wants lib==2.0, r.txt:2 pins https://x/lib-2.0-py3-none-any.whl"],
    );
    // What would have to be built may be that very package.
    check("p\n./lib", "\"lib @ file:./lib\"", &["r.txt:2 names no package: `./lib` would have to be built to know"]);
}

#[test]
fn zeros_at_the_end_count_where_the_number_of_parts_does() {
    #[track_caller]
    fn check(one: &str, other: &str, same: bool) {
        let project = format!("[project]\ndependencies = [\"a{other}\"]\n");
        let (_, drift) = seen(&[("r.txt", &format!("a{one}"))], &project, &Selection::default());
        assert_eq!(drift.is_empty(), same, "{one} {other}");
    }
    check("==1", "==1.0.0", true);
    check(">=1,<2", "<2.0,>=1.0", true);
    check("~=1.4", "~=1.4", true);
    check("~=1.4", "~=1.4.0", false);
    check("==1.4.*", "==1.4.0.*", false);
    check("==1.4.*", "==1.4.*", true);
    check("!=1.*", "!=1.0.*", false);
    check("===1.0", "===1", false);
}

#[test]
fn poetrys_tables_are_read_as_well() {
    let same = "a>=1.2,<2\nb[x]==2.0 ; os_name == 'nt'\ng @ git+https://x/g.git@v1\n";
    differs(same, POETRY, &[]);
    differs(
        "a==1.2\nb[x]==2.0 ; os_name == 'nt'",
        POETRY,
        &[
            "pyproject.toml:6 wants a ^1.2, requirements.txt:1 pins a==1.2",
            "pyproject.toml:9 wants g @ git+https://x/g.git@v1, and no requirements file asks for g",
        ],
    );
}

#[test]
fn extras_and_groups_are_compared_where_they_are_chosen() {
    let base = "a==1\nb[x]>=2 ; os_name == 'nt'\n";
    let check = |requirements: &str, extras: &[&str], groups: &[&str], missing: usize, extra: usize| {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let chosen = Selection { extras: names(extras), groups: names(groups), compare: Compare::Exact };
        let (_, drift) = seen(&[("requirements.txt", &format!("{base}{requirements}"))], PROJECT, &chosen);
        assert_eq!((drift.missing.len(), drift.extra.len()), (missing, extra), "{requirements} {extras:?} {groups:?}");
    };
    check("p==3", &["pg"], &[], 0, 0);
    check("p==3", &["all"], &[], 0, 0);
    check("", &["pg"], &[], 0, 1);
    check("t==1\nd==1", &[], &["dev"], 0, 0);
    check("t==1", &[], &["test"], 0, 0);
    check("t==1", &[], &[], 1, 0);
}

/// What is pinned fits what is wanted wherever that counts; where nobody can tell, that is said.
#[test]
fn a_pin_may_satisfy_a_range_where_that_is_asked_for() {
    #[track_caller]
    fn check(requirements: &str, project: &str, expected: &str) {
        let chosen = Selection { compare: Compare::Satisfied, ..Selection::default() };
        let (deps, _) = seen(&[("r.txt", requirements)], project, &chosen);
        assert_eq!(deps.cause().unwrap_or_else(|| deps.summary()), expected, "{requirements}");
    }
    let wants = |what: &str, more: &str| format!("[project]\ndependencies = [\"{what}\"]\n{more}");
    check("a==1.5", &wants("a>=1,<2", ""), "1 requirements, in step");
    check("a==1.5", &wants("a", ""), "1 requirements, in step");
    check("a==2.5", &wants("a>=1,<2", ""), "pyproject.toml:2 wants a>=1,<2, r.txt:1 pins a==2.5");
    check("a>=1", &wants("a>=1,<2", ""), "pyproject.toml:2 wants a>=1,<2, r.txt:1 asks for a>=1");
    check("a @ https://x/a.zip", &wants("a", ""), "pyproject.toml:2 wants a, r.txt:1 asks for a @ https://x/a.zip");
    check("https://x/a-1.5-py3-none-any.whl", &wants("a<2", ""), "1 requirements, in step");

    // As uv and Poetry write lock files.
    let split = "a==2.2 ; python_full_version < '3.11'\na==2.3 ; python_full_version >= '3.11'";
    check(split, &wants("a>=2", ""), "2 requirements, in step");
    check(
        split,
        &wants("a>=2.3", ""),
        "pyproject.toml:2 wants a>=2.3, r.txt:1 pins a==2.2 ; python_full_version < '3.11', \
         r.txt:2 pins a==2.3 ; python_full_version >= '3.11'",
    );
    let exported = "a==2.3 ; python_version >= '3.9' and python_version < '4.0'";
    check(exported, "[tool.poetry.dependencies]\npython = \"^3.9\"\na = \"^2.3\"\n", "1 requirements, in step");
    check(exported, &wants("a", "requires-python = '>=3.9'"), "1 requirements, in step");
    check(exported, &wants("a", "requires-python = '== 3.11.*'"), "1 requirements, in step");
    let unlike = format!("pyproject.toml:2 wants a, r.txt:1 pins {exported}");
    check(exported, &wants("a", "requires-python = '>=3.8'"), &unlike);
    check(
        exported,
        &wants("a", ""),
        "r.txt:1 and pyproject.toml:2 say of a on which Pythons, and pyproject.toml does not say on which the project \
         runs (requires-python)",
    );
    let windows = "a==1 ; os_name == 'nt'";
    check(windows, &wants("a", ""), &format!("pyproject.toml:2 wants a, r.txt:1 pins {windows}"));
    check("a==1", &wants("a ; os_name == 'nt'", ""), "pyproject.toml:2 wants a ; os_name == 'nt', r.txt:1 pins a==1");
    check(windows, &wants("a>0 ; os_name == 'nt'", ""), "1 requirements, in step");

    // As pip-compile writes them with --strip-extras.
    let stripped = "pyproject.toml:2 wants a[x]>=1, r.txt:1 asks for a==1 without [x]: whether what that brings is \
                    required too only an installer could tell";
    check("a==1", &wants("a[x]>=1", ""), stripped);
    check("a==1\na[x]==1 ; os_name == 'nt'", &wants("a[x]>=1", ""), stripped);
    check("a==1\na[x]==1", &wants("a[x]>=1", ""), "2 requirements, in step");
    check("a==0", &wants("a[x]>=1", ""), "pyproject.toml:2 wants a[x]>=1, r.txt:1 pins a==0");
    check("a[x]==1", &wants("a>=1", ""), "pyproject.toml:2 wants a>=1, r.txt:1 pins a[x]==1");
}

/// pip refuses two things of one package that nothing can be; files that are listed may be installed each by itself.
#[test]
fn what_clashes_is_in_step_with_nothing() {
    #[track_caller]
    fn check(files: &[(&str, &str)], wants: &str, expected: Option<&str>) {
        let project = format!("[project]\ndependencies = [\"{wants}\"]\n");
        for compare in [Compare::Satisfied, Compare::Exact] {
            let chosen = Selection { compare, ..Selection::default() };
            let (deps, _) = seen(files, &project, &chosen);
            let clash = deps.cause().filter(|cause| cause.contains("and no version"));
            assert_eq!(clash.as_deref(), expected, "{files:?} {compare:?}");
            assert!(expected.is_none() || deps.evidence().len() == 1, "no patch mends it");
        }
    }
    check(
        &[("r.txt", "a==1\n-r b.txt"), ("b.txt", "a==2")],
        "a>=1",
        Some("pyproject.toml:2 wants a>=1, r.txt:1 pins a==1, b.txt:1 pins a==2, and no version is all of that"),
    );
    check(
        &[("r.txt", "a>=2\na<2 ; os_name == 'nt'")],
        "a>=2",
        Some(
            "pyproject.toml:2 wants a>=2, r.txt:1 asks for a>=2, r.txt:2 asks for a<2 ; os_name == 'nt', \
             and no version is all of that",
        ),
    );
    check(&[("r.txt", "a==1\n-r b.txt"), ("b.txt", "a==1.0")], "a>=1", None);
    check(&[("r.txt", "a==1 ; os_name == 'nt'\na==2 ; os_name != 'nt'")], "a>=1", None);
    // Whether these two are ever met at once, markers cannot tell.
    check(&[("r.txt", "a==1 ; sys_platform != 'darwin'\na==2 ; platform_system == 'Darwin'")], "a>=1", None);
    let two = || {
        let mut both = read(&[("r.txt", "a==1")]).unwrap();
        both.add(read(&[("s.txt", "a==2")]).unwrap());
        both
    };
    assert!(two().clashing.is_empty());
}

#[test]
fn what_constraints_pin_may_stand_in_the_project_too() {
    let files = [("r.txt", "-c c.txt\na"), ("c.txt", "a==1\nz==1")];
    for (wants, differences) in [("a", 0), ("a==1", 0), ("a==2", 1)] {
        let project = format!("[project]\nname = \"me\"\ndependencies = [\"{wants}\"]\n");
        let (_, drift) = seen(&files, &project, &Selection::default());
        assert_eq!(drift.different.len(), differences, "{wants}");
    }
}

/// What cannot be installed is in step with nothing, though the project says the same.
#[test]
fn what_a_constraint_rules_out_is_different() {
    #[track_caller]
    fn check(required: &str, constraint: &str, expected: Option<&str>) {
        let files = [("r.txt", format!("-c c.txt\n{required}")), ("c.txt", constraint.to_owned())];
        let files = [(files[0].0, files[0].1.as_str()), (files[1].0, files[1].1.as_str())];
        let project = format!("[project]\nname = \"me\"\ndependencies = [\"{required}\"]\n");
        let (deps, _) = seen(&files, &project, &Selection::default());
        assert_eq!(deps.cause().as_deref(), expected, "{required} {constraint}");
        assert!(deps.evidence().iter().all(|evidence| !evidence.title.contains("patch")), "no patch mends it");
    }
    let (one, two) = ("pyproject.toml:3 wants flask==1.0, r.txt:2 pins flask==1.0", "c.txt:1 constrains it to flask");
    check("flask==1.0", "flask==2.0", Some(&format!("{one}, {two}==2.0")));
    check(
        "flask==1.0",
        "Flask>=2",
        Some("pyproject.toml:3 wants flask==1.0, r.txt:2 pins flask==1.0, c.txt:1 constrains it to Flask>=2"),
    );
    check(
        "flask>=2",
        "flask==1.0",
        Some(&format!("pyproject.toml:3 wants flask>=2, r.txt:2 asks for flask>=2, {two}==1.0")),
    );
    check("flask==1.0", "flask==1.0.0", None);
    check("flask==1.0", "flask==1.0+cpu", None);
    check("flask==1.0", "flask<2", None);
    check("flask>=1", "flask<2", None);
    check(
        "flask>=2,<3",
        "flask>=3",
        Some("pyproject.toml:3 wants flask>=2,<3, r.txt:2 asks for flask>=2,<3, c.txt:1 constrains it to flask>=3"),
    );
    check("flask>=2", "flask<=2.0", None);
    check("flask>=2,!=2.0", "flask<=2.0", None);
    check("flask>=2.0rc1", "flask<2.0", None);
    check("flask>=3 ; os_name == 'nt'", "flask<3 ; os_name != 'nt'", None);
    check("flask==1.0", "flask==2.0 ; os_name == 'nt' and os_name == 'posix'", None);
    check("flask==1.0 ; os_name == 'nt'", "flask==2.0 ; os_name == 'posix'", None);
    check("flask @ https://x/f.zip", "flask==2.0", None);
}

#[test]
fn what_is_chosen_by_a_name_that_is_none_is_no_choice() {
    #[track_caller]
    fn check(project: &str, [extras, groups]: [&[&str]; 2], expected: Result<(), &str>) {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let chosen = Selection { extras: names(extras), groups: names(groups), compare: Compare::Exact };
        let read = pyproject::read(project, "p.toml").unwrap();
        assert_eq!(chosen.held_by(&read, "p.toml"), expected.map_err(str::to_owned));
    }
    check(PROJECT, [&["pg", "all"], &["dev", "test"]], Ok(()));
    check(POETRY, [&["all"], &["dev"]], Ok(()));
    check(
        PROJECT,
        [&["gp"], &["tset"]],
        Err(
            "p.toml has no extra gp: did you mean pg (p.toml:10)?; p.toml has no group tset: did you mean test (p.toml:14)?",
        ),
    );
    check(PROJECT, [&["worker"], &[]], Err("p.toml has no extra worker; it has pg (p.toml:10), all (p.toml:11)"));
    check(POETRY, [&[], &["prod"]], Err("p.toml has no group prod; it has dev (p.toml:14)"));
    check(POETRY, [&["al"], &[]], Err("p.toml has no extra al: did you mean all (p.toml:12)?"));
    let bare = "[project]\nname = \"me\"\ndynamic = [\"optional-dependencies\"]\n";
    check(bare, [&["worker"], &[]], Ok(()));
    check(
        bare,
        [&[], &["prod"]],
        Err("p.toml has no group prod: neither dependency-groups nor tool.poetry.group is there"),
    );
    let empty = "[project]\noptional-dependencies = { worker = [] }\n[dependency-groups]\nprod = []\n";
    check(empty, [&["worker"], &["prod"]], Ok(()));
}

#[test]
fn a_look_refuses_what_is_chosen_by_a_name_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("r.txt"), "a==1\nb[x]>=2 ; os_name == 'nt'\n").unwrap();
    std::fs::write(folder.path().join("pyproject.toml"), PROJECT).unwrap();
    let selection = Selection { extras: vec!["gp".to_owned()], ..Selection::default() };
    let (base, pyproject) = (folder.path().to_owned(), "pyproject.toml".to_owned());
    let query = Query { base, requirements: vec!["r.txt".to_owned()], pyproject, selection };
    let why = query.read().unwrap_err();
    assert!(why.contains("pyproject.toml has no extra gp: did you mean pg ("), "{why}");
}

#[test]
fn what_a_build_would_tell_is_neither_in_step_nor_out_of_it() {
    let in_sync = |deps: &DepsSeen| {
        let cel::Value::Map(fields) = deps.binding() else { panic!("no object") };
        match Withheld::of(&fields.map[&cel::objects::Key::from("in_sync")]) {
            Some(Withheld::Unknown(why)) => why.clone(),
            _ => "known".to_owned(),
        }
    };
    let plain = "[project]\nname = \"me\"\ndependencies = []\n";
    let (deps, _) = seen(&[("r.txt", "./lib")], plain, &Selection::default());
    assert_eq!(in_sync(&deps), "r.txt:1 names no package: `./lib` would have to be built to know");
    let (deps, _) = seen(&[("r.txt", "./lib\na")], plain, &Selection::default());
    assert_eq!(in_sync(&deps), "known");
    let dynamic = "[project]\nname = \"me\"\ndynamic = [\"version\", \"dependencies\"]\n";
    let (deps, _) = seen(&[("r.txt", "a")], dynamic, &Selection::default());
    assert_eq!(
        in_sync(&deps),
        "pyproject.toml:3 says that dependencies are dynamic: what they are only a build would tell"
    );
    let extras = "[project]\ndependencies = [\"a\"]\ndynamic = [\"optional-dependencies\"]\n";
    let (deps, _) = seen(&[("r.txt", "a")], extras, &Selection::default());
    assert_eq!(in_sync(&deps), "known");
    let worker = Selection { extras: vec!["worker".to_owned()], ..Selection::default() };
    let (deps, _) = seen(&[("r.txt", "a")], extras, &worker);
    assert_eq!(
        in_sync(&deps),
        "pyproject.toml:3 says that optional dependencies are dynamic: what they are only a build would tell"
    );
    // A table that is called wrongly needs nothing, as it seems.
    let unsaid = "pyproject.toml does not say what it needs: neither project.dependencies nor tool.poetry.dependencies \
                  is there (`dependencies = []` would say that it needs nothing)";
    for (project, expected) in [
        ("", unsaid),
        ("[projct]\ndependencies = [\"a\"]\n", unsaid),
        ("[project]\ndependancies = [\"a\"]\n", unsaid),
        ("[project]\ndependencies = []\n", "known"),
        ("[tool.poetry.dependencies]\npython = \"^3.9\"\n", "known"),
    ] {
        let (deps, _) = seen(&[("r.txt", "# nothing\n")], project, &Selection::default());
        assert_eq!(in_sync(&deps), expected, "{project}");
    }
    let (deps, _) = seen(&[("r.txt", "a")], "", &Selection::default());
    assert_eq!((in_sync(&deps).as_str(), deps.summary().as_str()), ("known", "1 missing, 0 extra, 0 different"));
}

#[test]
fn expressions_see_names_and_lines() {
    let (deps, _) = seen(&[("r.txt", "a==2\nn")], PROJECT, &Selection::default());
    let told = expr::to_json(&deps.binding());
    assert_eq!(
        told["different"][0]["requirements"][0],
        serde_json::json!({"file": "r.txt", "line": 1, "text": "a==2"})
    );
    assert_eq!(
        told["different"][0]["pyproject"][0],
        serde_json::json!({"file": "pyproject.toml", "line": 4, "text": "a==1"})
    );
    assert_eq!(told["missing"][0]["name"], "n");
    assert_eq!(told["extra"][0]["line"], 6);
    assert_eq!(told["in_sync"], false);
    assert_eq!(deps.summary(), "1 missing, 1 extra, 1 different");
    assert_eq!(deps.cause().unwrap(), "pyproject.toml:4 wants a==1, r.txt:1 pins a==2; and 2 more");
}

#[test]
fn the_patch_is_a_diff_that_leaves_the_rest_alone() {
    let (deps, _) =
        seen(&[("requirements.txt", "a==2\nb[x]>=2 ; os_name == 'nt'\nnew==1")], PROJECT, &Selection::default());
    let patch = deps.evidence().pop().unwrap();
    assert_eq!(patch.title, "patch that would mend it");
    assert_eq!(
        patch.text,
        "--- a/pyproject.toml\n+++ b/pyproject.toml\n@@ -2,7 +2,8 @@\n name = \"me\"\n dependencies = [\n-  \"a==1\",\n+  \"a==2\",\n   \
         # why b\n   \"b[x]>=2 ; os_name == 'nt'\",\n+  \"new==1\",\n ]\n \n"
    );
}

#[track_caller]
fn bad_project(text: &str, expected: &str) {
    let read = pyproject::read(text, "p.toml").and_then(|it| Selection::default().held_by(&it, "p.toml"));
    assert_eq!(read.unwrap_err(), expected);
}

#[test]
fn a_bad_project_is_said_with_its_place() {
    bad_project("[project\n", "p.toml:1: unclosed table, expected `]`");
    bad_project("[project]\ndependencies = 1\n", "p.toml:2: project.dependencies must be a list");
    bad_project("\nproject = \"x\"\n", "p.toml:2: project must be a table");
    bad_project("[[project]]\ndependencies = [\"a\"]\n", "p.toml:1: project must be a table");
    bad_project("[tool.poetry]\ndependencies = [\"a\"]\n", "p.toml:2: tool.poetry.dependencies must be a table");
    bad_project(
        "[project.optional-dependencies]\n[[dependency-groups]]\n",
        "p.toml:2: dependency-groups must be a table",
    );
    bad_project(
        "[dependency-groups]\na = [\n  {include-group = \"b\"},\n]\n",
        "p.toml:3: there is no group b to include",
    );
    bad_project("[dependency-groups]\na = [{include-group = \"A\"}]\n", "p.toml:2: the group a includes itself");
    bad_project(
        "[tool.poetry.dependencies]\na = \"^1 || ^2\"\n",
        "p.toml:2: `^1 || ^2` has alternatives, which a requirements file cannot have",
    );
}

/// What cannot be read matters only where it is chosen.
#[test]
fn a_bad_entry_is_said_where_its_table_is_chosen() {
    #[track_caller]
    fn check(project: &str, chosen: &[&str], expected: Result<(), &str>) {
        let names: Vec<String> = chosen.iter().map(|name| (*name).to_owned()).collect();
        let in_tables = |name: &&String| !name.starts_with('x');
        let groups = names.iter().filter(in_tables).cloned().collect();
        let extras = names.iter().filter(|name| !in_tables(name)).cloned().collect();
        let selection = Selection { extras, groups, compare: Compare::Exact };
        let read = pyproject::read(project, "p.toml").and_then(|it| selection.held_by(&it, "p.toml"));
        assert_eq!(read, expected.map_err(str::to_owned), "{project} {chosen:?}");
    }
    let poetry = "[tool.poetry.dependencies]\na = { version = \"^1 || ^2\", optional = true }\n\
        [tool.poetry.extras]\nx = [\"a\"]\n[tool.poetry.group.dev.dependencies]\nb = \"^7 || ^8\"\n";
    check(poetry, &[], Ok(()));
    check(poetry, &["dev"], Err("p.toml:6: `^7 || ^8` has alternatives, which a requirements file cannot have"));
    check(poetry, &["x"], Err("p.toml:2: `^1 || ^2` has alternatives, which a requirements file cannot have"));
    let standard = "[project]\nname = \"me\"\n[project.optional-dependencies]\nx = [1]\nxx = [\"me[x]\"]\n\
        [dependency-groups]\nt = [2]\ndev = [{ include-group = \"t\" }]\n";
    check(standard, &[], Ok(()));
    check(standard, &["x"], Err("p.toml:4: a dependency must be text"));
    check(standard, &["xx"], Err("p.toml:4: a dependency must be text"));
    check(standard, &["dev"], Err("p.toml:7: a dependency must be text"));
}

/// What is dynamic is known where setuptools reads it from a file, or Poetry from its table.
#[test]
fn what_is_dynamic_is_read_where_it_stands() {
    #[track_caller]
    fn check(more: &str, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("r.txt"), "a>=1,<2\n").unwrap();
        std::fs::write(folder.path().join("s.txt"), "a>=1,<2\nb\n").unwrap();
        let project = format!("[project]\nname = \"me\"\ndynamic = [\"dependencies\"]\n{more}");
        std::fs::write(folder.path().join("pyproject.toml"), project).unwrap();
        let (base, pyproject) = (folder.path().to_owned(), "pyproject.toml".to_owned());
        let query = Query { base, requirements: vec!["r.txt".to_owned()], pyproject, selection: Selection::default() };
        let seen = query.read().map_or_else(|why| why, |deps| format!("{}, {}", deps.summary(), deps.evidence().len()));
        assert!(seen.ends_with(expected), "{more}\n{seen}");
    }
    let hidden = "says that dependencies are dynamic: what they are only a build would tell, 1";
    check("", hidden);
    check("[tool.setuptools.dynamic]\ndependencies = { file = [\"r.txt\"] }\n", "1 requirements, in step, 0");
    check("[tool.setuptools.dynamic]\ndependencies.file = \"r.txt\"\n", "1 requirements, in step, 0");
    // No patch of pyproject.toml mends another file.
    let other = "[tool.setuptools.dynamic]\ndependencies = { file = [\"s.txt\"] }\n";
    check(other, "0 missing, 1 extra, 0 different, 1");
    check(&format!("{other}[build-system]\nbuild-backend = \"hatchling.build\"\n"), hidden);
    check("[tool.setuptools.dynamic]\ndependencies.file = \"n.txt\"\n", "n.txt: there is no such file");
    let poetry = "[tool.poetry.dependencies]\na = \"^1\"\n";
    check(poetry, "1 requirements, in step, 0");
    check("[tool.poetry.dependencies]\na = \"^2\"\n", "0 missing, 0 extra, 1 different, 2");
    check(&format!("{poetry}[build-system]\nbuild-backend = \"setuptools.build_meta\"\n"), hidden);
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(96))]

    /// Whatever stands in the files, they are read or refused; and whatever differs, the patch mends it.
    #[test]
    fn any_text_is_read_or_refused(text in "[ -~\n\\\\#äé]{0,60}") {
        let _ = read(&[("r.txt", &text)]);
        let _ = pyproject::read(&text, "p.toml");
        let _ = Requirement::parse(&text, super::requirement::Place { file: "r.txt".to_owned(), line: 1 });
    }

    #[test]
    fn the_patch_mends_whatever_differs(
        wanted in proptest::collection::btree_map("[a-d]", "(==[1-3])?( ; os_name == 'nt')?", 0..4),
        declared in proptest::collection::vec(("[a-d]", "(==[1-3]|>=2)?"), 0..5),
        lines in proptest::bool::ANY,
    ) {
        let requirements: String = wanted.iter().flat_map(|(name, rest)| [name, rest.as_str(), "\n"]).collect();
        let between = if lines { ",\n  " } else { ", " };
        let declared: Vec<String> = declared.iter().map(|(name, rest)| format!("\"{name}{rest}\"")).collect();
        let project = format!("[project]\nname = \"me\"\ndependencies = [{}]\n", declared.join(between));
        let (_, drift) = seen(&[("r.txt", &requirements)], &project, &Selection::default());
        mends(&requirements, &project, &drift, &Selection::default());
    }
}

/// Lines that people really write, and lines that nobody should.
const AWKWARD: &str = include_str!("awkward.txt");

/// Lines that every pip refuses, and so must we. (Of an operator without a version older ones make something.)
const REFUSED: [&str; 5] = ["a b", "==1", "a[x", "a @", "a ; nonsense"];

/// pip itself judges: it reads the same file, and compares what it understood with what we did.
#[test]
fn pip_reads_the_same() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("lib")).unwrap();
    std::fs::write(folder.path().join("lib/pyproject.toml"), "[project]\nname = \"lib\"\nversion = \"1\"\n").unwrap();
    std::fs::write(folder.path().join("base.txt"), "\u{feff}from-base==1\n").unwrap();
    std::fs::write(folder.path().join("constraints.txt"), "constrained<2\n").unwrap();
    let path = folder.path().join("requirements.txt");
    std::fs::write(&path, AWKWARD).unwrap();
    let shelf = Shelf {
        read: &|path| std::fs::read(path).map_err(|error| error.to_string()),
        variable: &|name| (name == "AWKWARD_HOST").then(|| "example.org".to_owned()),
        shown: &|path| path.file_name().unwrap().to_string_lossy().into_owned(),
    };
    let found = requirements::read(&path, &shelf).unwrap();
    let told = |requirement: &Requirement, constraint: bool| {
        serde_json::json!({
            "name": requirement.name, "specifiers": requirement.specifiers.to_string(),
            "extras": requirement.extras, "marker": requirement.marker.contents().map(|marker| marker.to_string()),
            "url": requirement.url, "file": requirement.place.file, "line": requirement.place.line, "constraint": constraint,
        })
    };
    let unnamed = found
        .unnamed
        .iter()
        .map(|(_, at)| serde_json::json!({"name": null, "file": at.file, "line": at.line, "constraint": false}));
    let read: Vec<_> = found
        .wanted
        .iter()
        .map(|it| told(it, false))
        .chain(found.constraints.iter().map(|it| told(it, true)))
        .chain(unnamed)
        .collect();
    let refused: Vec<_> = REFUSED.iter().map(|line| (*line, super::tests::read(&[("r.txt", line)]).is_err())).collect();
    let ours = serde_json::json!({"path": path, "read": read, "refused": refused});
    let Some(differences) = ask_pip(folder.path(), &ours.to_string()) else { return };
    assert_eq!(differences.trim(), "[]", "{differences}");
    println!("{} awkward requirements and {} refused lines: pip reads the same", read.len(), REFUSED.len());
}

/// Runs the judge with a Python that has pip; a virtual environment brings one where the system has none.
fn ask_pip(folder: &Path, ours: &str) -> Option<String> {
    let has_pip = |python: &Path| {
        let tried = Command::new(python).args(["-c", "import pip"]).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    };
    let mut python = PathBuf::from("python3");
    if !has_pip(&python) {
        let made = Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv")).output();
        python = folder.join("venv/bin/python");
        if !made.is_ok_and(|output| output.status.success()) || !has_pip(&python) {
            println!("skipped: there is no Python with pip, so pip's own reading cannot be had");
            return None;
        }
    }
    let judge = concat!(env!("CARGO_MANIFEST_DIR"), "/src/probe/python_deps/pip_peer.py");
    let mut child = Command::new(python)
        .arg(judge)
        // pip sees paths from where it is called.
        .current_dir(folder)
        .env("AWKWARD_HOST", "example.org")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(ours.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}
