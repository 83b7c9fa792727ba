//! Which variables root modules declare, for whoever asks the same ones for many steps.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::config;

/// The root modules that were asked for, each read when it is first asked for and not again. It belongs to one check or
/// plan: files that change later are seen by the next.
#[derive(Debug, Default)]
pub struct Modules {
    read: Mutex<HashMap<PathBuf, Arc<Declared>>>,
}

/// The names of the variables that a module declares; none where its files cannot be read.
type Declared = OnceLock<Option<Vec<String>>>;

impl Modules {
    /// The first of the names that the module in a folder does not declare as a variable, and what may be meant; none
    /// where its files cannot be read.
    pub(super) fn undeclared<'n>(
        &self,
        dir: &Path,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Option<(&'n str, String)> {
        let module = self.module(dir);
        let declared = module.get_or_init(|| config::declared_variables(dir).ok()).as_ref()?;
        config::undeclared(declared, names)
    }

    /// Whoever reads it holds nobody up that asks for another.
    fn module(&self, dir: &Path) -> Arc<Declared> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(read.entry(dir.to_owned()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of `name`, in a folder with these files.
    fn check(files: &[(&str, &str)], name: &str, expected: Option<&str>) {
        let dir = tempfile::tempdir().unwrap();
        for (file, text) in files {
            std::fs::write(dir.path().join(file), text).unwrap();
        }
        let said = Modules::default().undeclared(dir.path(), [name]);
        assert_eq!(said.as_ref().map(|(_, help)| help.as_str()), expected, "{files:?}");
    }

    #[test]
    fn a_module_is_read_once_and_by_the_next_check_anew() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("main.tf");
        let modules = Modules::default();
        let knows = |modules: &Modules, name: &str| modules.undeclared(dir.path(), [name]).is_none();
        std::fs::write(&file, "variable \"size\" {}\n").unwrap();
        assert!(knows(&modules, "size") && !knows(&modules, "count"));
        std::fs::write(&file, "variable \"count\" {}\n").unwrap();
        assert!(knows(&modules, "size") && !knows(&modules, "count"));
        assert!(!knows(&Modules::default(), "size") && knows(&Modules::default(), "count"));
    }

    #[test]
    fn variables_are_found_however_they_are_written() {
        let meant = Some("did you mean `size`?");
        for text in
            ["variable \"size\" {}", "/* one */variable \"size\" {}", "variable size {\n}", "variable\"size\"{}"]
        {
            check(&[("main.tf", text), ("other.tf", "locals {\n  variables = 1\n}\n")], "sise", meant);
        }
        check(&[("main.tf", "locals {\n  x-variable = 1\n}\n")], "sise", Some("it declares none"));
    }

    #[test]
    fn of_what_cannot_be_read_nothing_is_said() {
        check(&[], "sise", None);
        check(&[("main.tf", "variable \"size\" {")], "sise", None);
        check(&[("main.tf", "variable \"size\" {}"), ("main_override.tf", "")], "sise", None);
        check(&[("main.tf", "variable \"size\" {}\nvariable \"size\" {}\n")], "sise", None);
        // What declares no variable may be wrong in itself.
        check(&[("main.tf", "variable \"size\" {}\n"), ("other.tf", "locals {")], "sise", Some("did you mean `size`?"));
    }
}
