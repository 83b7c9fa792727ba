//! Folders that hold Terraform, and what their files say.

use std::path::{Path, PathBuf};

use super::facts::Facts;

/// How deep is looked below the project's folder.
const DEEPEST: usize = 6;
/// Folders that hold other people's files, or none worth a look.
const PASSED_OVER: [&str; 6] = ["node_modules", "target", "vendor", "venv", "modules", "examples"];

/// A folder whose files speak of a deployment.
#[derive(Debug)]
pub(super) struct Found {
    /// As shown: relative to the project's folder.
    pub(super) folder: String,
    /// Its last part.
    pub(super) name: String,
    /// What its files say.
    pub(super) facts: Facts,
}

/// Looks through a project, in the order of its folders' names. What cannot be read is told, and passed over.
pub(super) fn look(root: &Path) -> (Vec<Found>, Vec<String>) {
    let (mut found, mut unreadable) = (Vec::new(), Vec::new());
    for folder in folders(root, DEEPEST).into_iter().filter(|folder| holds_terraform(folder)) {
        let below = folder.strip_prefix(root).unwrap_or(&folder).display().to_string();
        let shown = if below.is_empty() { "this folder".to_owned() } else { below };
        let whole = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        let name = whole.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match smoke::probe::terraform::config_of(&folder) {
            Ok(config) => {
                let facts = Facts::of(&config);
                if facts.tell(&config) {
                    found.push(Found { folder: shown, name, facts });
                }
            }
            Err(why) => unreadable.push(why),
        }
    }
    (found, unreadable)
}

/// The folder and all below it, without those that are hidden.
fn folders(root: &Path, depth: usize) -> Vec<PathBuf> {
    let mut all = vec![root.to_owned()];
    if depth == 0 {
        return all;
    }
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let inner = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        !name.starts_with('.') && !PASSED_OVER.contains(&name.as_ref())
    });
    let mut inner: Vec<PathBuf> = inner.map(|entry| entry.path()).collect();
    inner.sort();
    all.extend(inner.iter().flat_map(|folder| folders(folder, depth - 1)));
    all
}

fn holds_terraform(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).any(|path| path.extension().is_some_and(|ending| ending == "tf"))
}
