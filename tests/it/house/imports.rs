//! The paths that one file uses, absolute from the crate's root.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};

/// One use of another module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Import {
    /// The module in which the thing is defined.
    pub(super) to: String,
    /// As it resolves, for people.
    pub(super) path: String,
}

/// What one file says about others; `#[cfg(test)]` parts are left out.
#[derive(Debug, Default)]
pub(super) struct Paths {
    /// Every path that leads into this crate.
    pub(super) used: BTreeSet<Vec<String>>,
    /// Names that `pub use` passes on, and where they come from.
    pub(super) passed_on: BTreeMap<String, Vec<String>>,
    /// Whether `super::super` stands anywhere.
    pub(super) climbs: bool,
}

impl Paths {
    /// Reads the text of the file that holds `module`.
    pub(super) fn of(text: &str, module: &str) -> Self {
        let file = syn::parse_file(text).expect("the sources are Rust");
        let module = module.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mut reader = Reader { module, paths: Self::default() };
        reader.visit_file(&file);
        reader.paths
    }
}

struct Reader {
    module: Vec<String>,
    paths: Paths,
}

impl Reader {
    /// The path from the root. One that starts with none of `crate`, `self` and `super` may name a child; where there is
    /// no such child, it leads back into this module itself, which is no import.
    fn absolute(&mut self, path: &[String]) -> Vec<String> {
        let rest = |skip: usize| path[skip..].to_vec();
        let starts = |name: &str| path.first().is_some_and(|first| first == name);
        if starts("crate") {
            return rest(1);
        }
        if starts("self") {
            return [self.module.clone(), rest(1)].concat();
        }
        if !starts("super") {
            return [self.module.clone(), rest(0)].concat();
        }
        self.paths.climbs |= path.get(1).is_some_and(|second| second == "super");
        let parent = self.module.split_last().map(|(_, parent)| parent.to_vec()).unwrap_or_default();
        [parent, rest(1)].concat()
    }

    fn tree(&mut self, tree: &syn::UseTree, prefix: &[String], public: bool) {
        let with = |name: &syn::Ident| [prefix, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.tree(&path.tree, &with(&path.ident), public),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, prefix, public)),
            syn::UseTree::Name(name) => self.leaf(&with(&name.ident), name.ident.to_string(), public),
            syn::UseTree::Rename(name) => self.leaf(&with(&name.ident), name.rename.to_string(), public),
            syn::UseTree::Glob(_) => self.leaf(prefix, "*".to_owned(), public),
        }
    }

    fn leaf(&mut self, path: &[String], name: String, public: bool) {
        let origin = self.absolute(path);
        if public {
            self.paths.passed_on.insert(name, origin);
        } else {
            self.paths.used.insert(origin);
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let public = !matches!(item.vis, syn::Visibility::Inherited);
        self.tree(&item.tree, &[], public);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>();
        if names.len() > 1 {
            let absolute = self.absolute(&names);
            self.paths.used.insert(absolute);
        }
        visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let tests = item.attrs.iter().any(|attribute| attribute.path().is_ident("cfg"));
        if !tests {
            visit::visit_item_mod(self, item);
        }
    }
}
