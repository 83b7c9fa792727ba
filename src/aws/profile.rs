//! Credentials where the target names a profile: that there are none is said of it.

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};

use super::failure::found_none;
use super::told::chain;

/// The SDK's own chain, which goes on to other places where there is no such profile.
#[derive(Debug)]
pub(super) struct OfProfile {
    pub(super) profile: String,
    pub(super) places: SharedCredentialsProvider,
}

impl OfProfile {
    fn told(&self, error: CredentialsError) -> CredentialsError {
        if !found_none(&chain(&error)) {
            return error;
        }
        let Self { profile, .. } = self;
        CredentialsError::provider_error(format!(
            "the profile {profile}, which smoke.yaml names, is not there or has none, and nor has the environment, a \
             container or the instance"
        ))
    }
}

impl ProvideCredentials for OfProfile {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.places.provide_credentials().await.map_err(|error| self.told(error))
        })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.places.fallback_on_interrupt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Says(&'static str);

    impl ProvideCredentials for Says {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::ready(Err(CredentialsError::provider_error(self.0)))
        }
    }

    #[tokio::test]
    async fn the_profile_is_named_where_nobody_has_credentials() {
        async fn check(said: &'static str, expected: &str) {
            let places = SharedCredentialsProvider::new(Says(said));
            let provider = OfProfile { profile: "nope".to_owned(), places };
            let error = provider.provide_credentials().await.unwrap_err();
            assert_eq!(chain(&error), format!("an error occurred while loading credentials: {expected}"));
        }
        let expected = "the profile nope, which smoke.yaml names, is not there or has none, and nor has the environment, \
                        a container or the instance";
        check("failed to load IMDS session token", expected).await;
        check("failed to load the cached SSO token", "failed to load the cached SSO token").await;
    }
}
