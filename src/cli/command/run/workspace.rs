//! Where the project lies in its repository: CI systems make links of a file's path, seen from the repository's root.

use std::path::{Path, PathBuf};

use smoke::diagnostic::tidy_path;

/// Where CI systems name the folder that the repository was checked out to.
const NAMED_BY: [&str; 6] = [
    "GITHUB_WORKSPACE",
    "CI_PROJECT_DIR",
    "BUILDKITE_BUILD_CHECKOUT_PATH",
    "BITBUCKET_CLONE_DIR",
    "BUILD_SOURCESDIRECTORY",
    "WORKSPACE",
];

/// The folder that smoke works in, seen from the repository's root where a CI system names that, else from where smoke was
/// started: `dir` is what it was told to work in, and the current folder by now. None where it is that itself.
pub(super) fn folder(env: &dyn Fn(&str) -> Option<String>, dir: Option<&Path>) -> Option<String> {
    let whole = |path: &Path| path.canonicalize().ok();
    let here = whole(Path::new("."))?;
    let roots = NAMED_BY.iter().filter_map(|name| whole(Path::new(&env(name)?)));
    seen_from(&here, roots, dir)
}

fn seen_from(here: &Path, roots: impl IntoIterator<Item = PathBuf>, dir: Option<&Path>) -> Option<String> {
    let below = roots.into_iter().find_map(|root| here.strip_prefix(root).ok().map(Path::to_path_buf));
    let folder = below.or_else(|| dir.map(tidy_path))?;
    Some(folder.to_string_lossy().into_owned()).filter(|folder| !folder.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_seen_from_the_root_of_its_repository() {
        #[track_caller]
        fn check(roots: &[&str], dir: Option<&str>, expected: Option<&str>) {
            let roots = roots.iter().map(PathBuf::from);
            let seen = seen_from(Path::new("/ci/repo/shop/e2e"), roots, dir.map(Path::new));
            assert_eq!(seen.as_deref(), expected);
        }
        check(&[], None, None);
        check(&[], Some("./shop/../e2e"), Some("e2e"));
        check(&[], Some("."), None);
        check(&["/ci/repo"], Some("e2e"), Some("shop/e2e"));
        check(&["/elsewhere", "/ci/repo"], None, Some("shop/e2e"));
        check(&["/ci/repo/shop/e2e"], Some("/ci/repo/shop/e2e"), None);
        check(&["/ci/rep"], Some("../e2e"), Some("../e2e"));
    }
}
