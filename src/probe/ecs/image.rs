//! An image as a deploy job names it.

use std::fmt;

use crate::aws::ContainerFacts;

/// An image as a deploy job names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Image {
    /// With its digest, `repository@sha256:…` or the digest alone: proof of what runs, wherever it was pulled from.
    Digest { written: String, digest: String },
    /// By its name, `repository:tag` or the tag alone. A tag can be moved: this shows what the task definition says.
    Name(String),
}

impl Image {
    /// From what was written.
    ///
    /// # Errors
    /// Where its digest is not whole, or lacks the word before it: no repository may be called like one.
    pub(super) fn of(written: &str) -> Result<Self, String> {
        let digest = written.rsplit_once('@').map(|(_, digest)| digest);
        let digest = digest.or_else(|| written.starts_with("sha256:").then_some(written));
        match digest {
            None if is_hex(written) => Err(format!("`{written}` is no image: did you mean `sha256:{written}`?")),
            None => Ok(Self::Name(written.to_owned())),
            Some(digest) if is_whole(digest) => {
                Ok(Self::Digest { written: written.to_owned(), digest: digest.to_ascii_lowercase() })
            }
            Some(digest) => Err(format!("`{digest}` is no whole digest: it is `sha256:` and 64 hexadecimal digits")),
        }
    }

    /// Whether the container runs it.
    ///
    /// A task definition that names a digest binds ECS to it. What runs may then carry another one: that of the
    /// platform's own part of an image for several platforms.
    pub(super) fn is_in(&self, container: &ContainerFacts) -> bool {
        let image = container.image.as_deref().unwrap_or_default();
        match self {
            Self::Digest { digest, .. } => {
                let pinned = image.rsplit_once('@').is_some_and(|(_, pinned)| pinned == digest);
                pinned || container.digest.as_deref() == Some(digest)
            }
            Self::Name(name) => named(image) == name || tag(image) == Some(name),
        }
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Digest { written, .. } | Self::Name(written)) = self;
        f.write_str(written)
    }
}

fn is_whole(digest: &str) -> bool {
    digest.strip_prefix("sha256:").is_some_and(is_hex)
}

fn is_hex(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// The image by its name. ECS binds a tag to a digest when the first task of a deployment starts, and tells of those
/// after it `repository:tag@sha256:…`: the same image, of which the digest is told elsewhere too.
pub(super) fn named(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or_default();
    if tag(name).is_some() { name } else { image }
}

/// The tag of `repository:tag`; a colon before a slash belongs to a port.
fn tag(image: &str) -> Option<&str> {
    let (_, tag) = image.split('@').next()?.rsplit_once(':')?;
    (!tag.contains('/')).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, image: &str, digest: &str, expected: bool) {
        let container = ContainerFacts {
            image: Some(image.to_owned()),
            digest: Some(digest.to_owned()),
            ..ContainerFacts::default()
        };
        let meant = Image::of(written).unwrap();
        assert_eq!((meant.is_in(&container), meant.to_string()), (expected, written.to_owned()), "{written} {image}");
    }

    #[test]
    fn a_digest_decides_wherever_the_image_came_from_and_a_name_only_names() {
        let (a, b) = (format!("sha256:{}", "a".repeat(64)), format!("sha256:{}", "B".repeat(64)));
        let small = b.to_ascii_lowercase();
        check(&a, "r:1", &a, true);
        check(&a, "r:1", &small, false);
        check(&b, "r:1", &small, true);
        check(&format!("reg.example:5000/r@{a}"), "other/r:1", &a, true);
        check(&format!("r:1@{a}"), "r:1", &small, false);
        // Pinned in the task definition; what runs is one platform's part of it.
        check(&a, &format!("r@{a}"), &small, true);
        check("reg.example:5000/r:1", "reg.example:5000/r:1", &a, true);
        check("1", "reg.example:5000/r:1", &a, true);
        check("1", "reg.example:5000/r", &a, false);
        check("5000/r", "reg.example:5000/r", &a, false);
        check("r:1", "r:2", &a, false);
        check("2", &format!("r:2@{a}"), &a, true);
        check("reg.example:5000/r:2", &format!("reg.example:5000/r:2@{a}"), &a, true);
        check("r:1", &format!("r:2@{a}"), &a, false);
        check("r", &format!("r@{a}"), &a, false);
    }

    #[test]
    fn a_tag_that_is_bound_to_a_digest_is_still_the_tag() {
        let check = |image: &str, expected: &str| assert_eq!(named(image), expected);
        check("r:1@sha256:aa", "r:1");
        check("reg.example:5000/r:1@sha256:aa", "reg.example:5000/r:1");
        // There the digest is all the name there is.
        check("reg.example:5000/r@sha256:aa", "reg.example:5000/r@sha256:aa");
        check("r:1", "r:1");
    }

    #[test]
    fn half_a_digest_is_refused() {
        let check = |written: &str, digest: &str| {
            let expected = format!("`{digest}` is no whole digest: it is `sha256:` and 64 hexadecimal digits");
            assert_eq!(Image::of(written), Err(expected));
        };
        check("r@sha256:abc", "sha256:abc");
        check("sha256:", "sha256:");
        check("r@md5:abc", "md5:abc");
    }

    #[test]
    fn a_digest_without_its_kind_is_refused() {
        let hex = "0123456789abcdefABCDEF00".repeat(3)[..64].to_owned();
        let expected = format!("`{hex}` is no image: did you mean `sha256:{hex}`?");
        assert_eq!(Image::of(&hex), Err(expected));
        for name in [format!("r:{hex}"), hex[1..].to_owned(), format!("{hex}0"), format!("g{}", &hex[1..])] {
            assert_eq!(Image::of(&name), Ok(Image::Name(name.clone())), "{name}");
        }
    }
}
