//! `.gitignore`: runs are not part of a repository.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

/// The folder of runs.
const REPORTS: &str = "reports/";

/// Adds the folder of runs where it is not ignored yet, and touches nothing else. Gives what it did, in a line.
pub(super) fn add(path: &Path) -> io::Result<String> {
    let before = match std::fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let text = String::from_utf8_lossy(before.as_deref().unwrap_or_default());
    if text.lines().any(|line| line.trim().trim_matches('/') == REPORTS.trim_matches('/')) {
        return Ok("kept  .gitignore, which has reports/\n".to_owned());
    }
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(format!("{gap}{REPORTS}\n").as_bytes())?;
    Ok(if before.is_some() { "added reports/ to .gitignore\n" } else { "wrote .gitignore\n" }.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_added_where_it_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".gitignore");
        let check = |before: Option<&str>, after: &str, said: &str| {
            drop(std::fs::remove_file(&path));
            if let Some(text) = before {
                std::fs::write(&path, text).unwrap();
            }
            assert_eq!(add(&path).unwrap(), format!("{said}\n"));
            assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
        };
        check(None, "reports/\n", "wrote .gitignore");
        check(Some("/target"), "/target\nreports/\n", "added reports/ to .gitignore");
        check(Some("a\r\n"), "a\r\nreports/\n", "added reports/ to .gitignore");
        for there in ["reports/\n", "/reports\n", "reports", "a\n/reports/ \n"] {
            check(Some(there), there, "kept  .gitignore, which has reports/");
        }
    }
}
