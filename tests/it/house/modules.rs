//! The modules of a crate, read from its files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::imports::{Import, Paths};

/// Every module that has a file of its own, by its path from the root: `engine::wait`; the root itself has none.
pub(super) struct Crate {
    modules: BTreeMap<String, Paths>,
}

impl Crate {
    /// Reads every module below `src`, the binary's own (`main.rs`, `cli/`) among them.
    pub(super) fn read(src: &Path) -> Self {
        let mut modules = BTreeMap::new();
        read_folder(src, "", &mut modules);
        Self { modules }
    }

    /// The modules right below the library's root.
    pub(super) fn rooms(&self) -> BTreeSet<String> {
        let top = self.modules.keys().filter(|module| !module.is_empty() && !module.contains("::"));
        top.filter(|room| !is_binary(room)).cloned().collect()
    }

    /// Who imports from whom. A name that a module merely passes on (`pub use child::Name`) counts as imported from
    /// where it is defined; what the map of a folder lists is no import.
    pub(super) fn imports(&self) -> impl Iterator<Item = (&str, Import)> {
        self.modules.iter().flat_map(|(from, paths)| {
            let resolve = |path: &Vec<String>| self.resolve(path).map(|to| Import { to, path: path.join("::") });
            paths.used.iter().filter_map(resolve).map(move |import| (from.as_str(), import))
        })
    }

    /// Paths that hide where they lead.
    pub(super) fn hidden_paths(&self) -> Vec<String> {
        let from_root = |(module, paths): (&String, &Paths)| {
            let hidden = paths.used.iter().filter(|path| path.first().is_some_and(|name| is_type(name)));
            hidden.map(|path| format!("{module}: crate::{}", path.join("::"))).collect::<Vec<_>>()
        };
        let roots = self.modules.iter().filter(|(module, _)| !module.is_empty()).flat_map(from_root);
        let climbs =
            self.modules.iter().filter(|(_, paths)| paths.climbs).map(|(module, _)| format!("{module}: super::super"));
        roots.chain(climbs).collect()
    }

    /// The module in which the thing that `path` names is defined.
    fn resolve(&self, path: &[String]) -> Option<String> {
        let depth = (1..=path.len()).rev().find(|depth| self.modules.contains_key(&path[..*depth].join("::")))?;
        let module = path[..depth].join("::");
        let passed_on = path.get(depth).and_then(|name| self.modules[&module].passed_on.get(name));
        match passed_on {
            Some(origin) if origin != path => self.resolve(origin).or(Some(module)),
            _ => Some(module),
        }
    }
}

/// Whether a room is the binary's, which the library cannot see.
fn is_binary(room: &str) -> bool {
    matches!(room, "main" | "cli")
}

fn is_type(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}

fn read_folder(folder: &Path, prefix: &str, modules: &mut BTreeMap<String, Paths>) {
    for entry in std::fs::read_dir(folder).expect("the sources can be listed") {
        let path = entry.expect("the sources can be listed").path();
        let name = path.file_stem().expect("files have names").to_string_lossy().into_owned();
        let module = match (prefix, name.as_str()) {
            (_, "mod" | "lib") => prefix.to_owned(),
            ("", name) => name.to_owned(),
            (prefix, name) => format!("{prefix}::{name}"),
        };
        if path.is_dir() {
            read_folder(&path, &module, modules);
        } else if path.extension().is_some_and(|ending| ending == "rs") && name != "tests" {
            let text = std::fs::read_to_string(&path).expect("the sources can be read");
            modules.insert(module.clone(), Paths::of(&text, &module));
        }
    }
}
