//! Paths as a person finds them.

use std::path::{Component, Path, PathBuf};

/// A path as it is shown: relative to the current folder where it lies below it.
#[must_use]
pub fn shown_path(path: &Path) -> String {
    let here = path.is_absolute().then(std::env::current_dir).and_then(Result::ok);
    let below = here.and_then(|dir| path.strip_prefix(dir).ok().map(Path::to_path_buf));
    tidy_path(below.as_deref().unwrap_or(path)).to_string_lossy().replace('\\', "/")
}

/// The same path without `.` and without `x/..`.
#[must_use]
pub fn tidy_path(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(tidied.components().next_back(), Some(Component::Normal(_))) => {
                tidied.pop();
            }
            other => tidied.push(other),
        }
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_short() {
        for (given, expected) in [
            ("./scenarios/a.yaml", "scenarios/a.yaml"),
            ("scenarios/../steps/b.yaml", "steps/b.yaml"),
            ("../a.yaml", "../a.yaml"),
            ("/elsewhere/./a.yaml", "/elsewhere/a.yaml"),
        ] {
            assert_eq!(shown_path(Path::new(given)), expected);
        }
    }
}
