//! What is wrong with a server's certificate, and what would help: the TLS library says it in its own terms only.

/// How it begins where the certificate is to blame.
const BLAMED: &str = "invalid peer certificate: ";

/// Whom the TLS stack trusts: what the system does, or instead of that what the variable names, where it is read.
const TRUSTED: &str = if cfg!(target_os = "macos") {
    "trusted are the authorities of this system"
} else {
    "trusted are the authorities of this system, or those in the file that SSL_CERT_FILE names instead"
};

/// The library's reason in words; none where it is not the certificate that is to blame.
pub(super) fn explain(reason: &str) -> Option<String> {
    let wrong = reason.strip_prefix(BLAMED)?;
    let begins = |words: &str| wrong.starts_with(words);
    Some(match () {
        () if wrong.contains("CaUsedAsEndEntity") => {
            "its certificate is self-signed and that of an authority (CA:TRUE), which nobody takes for a server's own; have \
             it sign one for the server"
                .to_owned()
        }
        () if begins("UnknownIssuer") || begins("BadSignature") => {
            format!("nobody who is trusted here has signed its certificate (self-signed, or by an authority of your own?); {TRUSTED}")
        }
        () if begins("certificate expired") || begins("Expired") => format!("its certificate has expired{}", ago(wrong)),
        () if begins("certificate not valid yet") || begins("NotValidYet") => {
            "its certificate is not valid yet: is the clock of this machine right?".to_owned()
        }
        () if begins("certificate not valid for") => names(wrong).replacen("certificate not", "its certificate is not", 1),
        () => format!("its certificate is not taken: {wrong}"),
    })
}

/// `, 3 days ago`, where the library says how many seconds it was.
fn ago(wrong: &str) -> String {
    let seconds = || wrong.rsplit_once('(')?.1.strip_suffix(" seconds ago)")?.parse::<u64>().ok();
    match seconds().map(|seconds| seconds / 86_400) {
        Some(0) => " today".to_owned(),
        Some(1) => " a day ago".to_owned(),
        Some(days) => format!(" {days} days ago"),
        None => String::new(),
    }
}

/// The names without the library's own words for what they are.
fn names(wrong: &str) -> String {
    ["DnsName(\"", "IpAddress(\"", "\")"].iter().fold(wrong.to_owned(), |text, part| text.replace(part, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_certificate_is_said_in_words() {
        #[track_caller]
        fn check(reason: &str, expected: Option<&str>) {
            assert_eq!(explain(reason).as_deref(), expected);
        }
        check("connection reset by peer", None);
        check(
            "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
            Some(
                "its certificate is self-signed and that of an authority (CA:TRUE), which nobody takes for a server's own; \
                 have it sign one for the server",
            ),
        );
        let unknown = format!(
            "nobody who is trusted here has signed its certificate (self-signed, or by an authority of your own?); {TRUSTED}"
        );
        check("invalid peer certificate: UnknownIssuer", Some(&unknown));
        check("invalid peer certificate: BadSignature", Some(&unknown));
        let expired = |ago: u64| {
            format!(
                "invalid peer certificate: certificate expired: verification time 1764140000 (UNIX), but certificate is \
                 not valid after 1763000000 ({ago} seconds ago)"
            )
        };
        check(&expired(1_140_000), Some("its certificate has expired 13 days ago"));
        check(&expired(90_000), Some("its certificate has expired a day ago"));
        check(&expired(30), Some("its certificate has expired today"));
        check("invalid peer certificate: Expired", Some("its certificate has expired"));
        check(
            "invalid peer certificate: certificate not valid yet: verification time 1 (UNIX), but certificate is not \
             valid before 2 (1 seconds in future)",
            Some("its certificate is not valid yet: is the clock of this machine right?"),
        );
        check(
            "invalid peer certificate: certificate not valid for name \"localhost\"; certificate is only valid for \
             DnsName(\"other.test\") or DnsName(\"b.test\")",
            Some(
                "its certificate is not valid for name \"localhost\"; certificate is only valid for other.test or b.test",
            ),
        );
        check("invalid peer certificate: Revoked", Some("its certificate is not taken: Revoked"));
    }
}
