//! Where the sandbox pretends to be, and the ARNs that follow from it.

/// The region whose quotas and names hold here.
pub(crate) const REGION: &str = "eu-central-1";
/// No account has this number.
pub(crate) const ACCOUNT: &str = "000000000000";
/// The one cluster.
pub(crate) const CLUSTER: &str = "local";
/// The access key that is let in. Any other is refused, so that real credentials that stray here are noticed.
pub(crate) const ACCESS_KEY: &str = "sandbox";
/// Its secret; signatures are not verified.
pub(crate) const SECRET_KEY: &str = "sandbox";

/// `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`.
pub(crate) fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}

/// What follows the last `/`, or all of it: a name out of an ARN or a name.
pub(crate) fn last_part(arn_or_name: &str) -> &str {
    arn_or_name.rsplit('/').next().unwrap_or(arn_or_name)
}
