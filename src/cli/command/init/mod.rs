//! `smoke init`: a first `smoke.yaml` and first scenarios for a repository, with what its Terraform files tell filled in.
//! What is there already is never touched.

mod document;
mod facts;
mod found;
mod ignored;

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::Path;

use crate::cli::exit::Exit;
use crate::cli::{complain, print};

const FIRST_IMPORT: &str = include_str!("first-import.yaml");
const WORKER_IS_WELL: &str = include_str!("worker-is-well.yaml.in");
const CONTACTS: &str = include_str!("contacts.csv");
/// The first scenario.
const FIRST: &str = "scenarios/first-import.yaml";
/// The file that it uploads, and what that is called where another one has the name.
const UPLOADS: [&str; 2] = ["fixtures/contacts.csv", "fixtures/smoke-contacts.csv"];

/// Writes what is not there yet, and says what it did and what comes next.
pub(crate) fn run() -> Exit {
    let root = Path::new(".");
    let (found, unreadable) = found::look(root);
    let targets = document::targets(&found);
    let names = std::iter::once("local").chain(targets.iter().map(|target| target.name.as_str()));
    let names: Vec<&str> = names.collect();
    let upload = upload(root);
    let files = [
        ("smoke.yaml", document::smoke_yaml(&targets)),
        (FIRST, FIRST_IMPORT.replace(UPLOADS[0], upload)),
        ("scenarios/worker-is-well.yaml", WORKER_IS_WELL.replace("TARGETS", &names.join(", "))),
        (upload, CONTACTS.to_owned()),
    ];
    let mut told = String::new();
    for (target, found) in targets.iter().zip(&found) {
        let _ = writeln!(told, "found {}: target {}", found.folder, target.name);
    }
    for why in unreadable {
        let _ = writeln!(told, "passed over: {why}");
    }
    for (path, text) in files {
        let line = match write(&root.join(path), &text) {
            Ok(()) => format!("wrote {path}"),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => format!("kept  {path}, which was there"),
            Err(error) => {
                print(&told);
                return complain(Exit::FAULT, &format!("{path} cannot be written: {error}"));
            }
        };
        let _ = writeln!(told, "{line}");
    }
    match ignored::add(&root.join(".gitignore")) {
        Ok(line) => told.push_str(&line),
        Err(error) => {
            print(&told);
            return complain(Exit::FAULT, &format!(".gitignore cannot be written: {error}"));
        }
    }
    told.push_str(
        "\nnext: smoke run local\n      smoke check, after each change; smoke schema scenario, for your editor\n",
    );
    print(&told)
}

/// What the file to upload is called: a file of the same name that holds something else has other columns, or another
/// number of rows than is expected. A first scenario that is there already goes on with what it has.
fn upload(root: &Path) -> &'static str {
    let [name, other] = UPLOADS;
    let is_another = std::fs::read(root.join(name)).is_ok_and(|text| text != CONTACTS.as_bytes());
    let is_free = !root.join(FIRST).exists() || root.join(other).exists();
    if is_another && is_free { other } else { name }
}

/// Writes a file that is not there yet.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;

    if let Some(folder) = path.parent() {
        // That a file is in the way must not read as if all were there already.
        std::fs::create_dir_all(folder).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => std::io::Error::other(format!("{} is no folder", folder.display())),
            _ => error,
        })?;
    }
    std::fs::File::create_new(path)?.write_all(text.as_bytes())
}
