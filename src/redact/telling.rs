//! Names that tell a credential.

/// Words in names of what had better not be shown.
const TELLING: [&str; 10] =
    ["auth", "cookie", "credential", "jwt", "key", "pass", "secret", "session", "signature", "token"];

/// Whether what goes by this name, of a header for instance, is likely to be a credential.
#[must_use]
pub fn is_telling(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    TELLING.iter().any(|word| name.contains(word))
}
