//! What is tested, as version control knows it: asked of the CI system, which built or deployed it.

/// Where CI systems say it, the user's own word first.
const NAMED_BY: &[&str] = &[
    "SMOKE_REVISION",
    "GITHUB_SHA",
    "CI_COMMIT_SHA",
    "CIRCLE_SHA1",
    "BUILDKITE_COMMIT",
    "BITBUCKET_COMMIT",
    "BUILD_SOURCEVERSION",
    "GIT_COMMIT",
];

/// The revision, where anybody names it.
pub(super) fn of(env: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    NAMED_BY.iter().find_map(|name| env(name)).filter(|revision| !revision.is_empty())
}
