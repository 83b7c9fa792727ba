//! Which account, region and endpoints are looked at: a line each, for every report.

use chrono::TimeDelta;

use super::action::Action;
use super::connect::Clients;
use super::failure;
use super::known::Known;
use super::settings::{AwsSettings, SERVICES};

/// The lines.
pub(super) async fn lines(clients: &Clients, settings: &AwsSettings) -> Vec<String> {
    let account = match caller(clients).await {
        Ok(caller) => format!("AWS {caller}"),
        Err(error) => format!("AWS account unknown: {error}"),
    };
    std::iter::once(account).chain(place(clients, settings)).chain(difference(clients.ledger.clock.ahead())).collect()
}

/// What everybody who compares times with those of other machines must know.
fn difference(ahead: TimeDelta) -> Option<String> {
    off(ahead).map(|off| format!("times are AWS's: this machine's clock is {off} it"))
}

/// The same, where it was only learnt on the way.
pub(super) fn late_difference(ahead: TimeDelta) -> Option<String> {
    off(ahead)
        .map(|off| format!("times of what AWS holds are AWS's, those of the run this machine's: its clock is {off} it"))
}

fn off(ahead: TimeDelta) -> Option<String> {
    let off = if ahead < TimeDelta::zero() { "ahead of" } else { "behind" };
    let seconds = ahead.num_seconds().abs();
    (seconds > 0).then(|| format!("{seconds} s {off}"))
}

/// Who we are: `account 123456789012 as arn:…`.
pub(super) async fn caller(clients: &Clients) -> Known<String> {
    let identity = clients.sts.get_caller_identity().send().await;
    let identity = identity.map_err(|error| failure::explain(Action::GetCallerIdentity, &error))?;
    let (account, arn) = (identity.account().unwrap_or("unknown"), identity.arn().unwrap_or("unknown"));
    Ok(format!("account {account} as {arn}"))
}

/// Which region and endpoints.
pub(super) fn place(clients: &Clients, settings: &AwsSettings) -> Vec<String> {
    std::iter::once(format!("AWS region {}", clients.region)).chain(endpoints(settings)).collect()
}

/// Nothing where AWS itself is looked at.
fn endpoints(settings: &AwsSettings) -> Vec<String> {
    let named = |service: &str| settings.endpoint_urls.iter().any(|(name, _)| name == service);
    let general = settings.endpoint_url.as_ref().map(|url| format!("AWS endpoint {url}, not AWS itself"));
    let own = SERVICES.iter().filter(|(service, ..)| named(service)).filter_map(|(service, ..)| {
        settings.endpoint(service).map(|url| format!("AWS endpoint of {service} {url}, not AWS itself"))
    });
    general.into_iter().chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_off_is_shown() {
        let shown = |seconds| difference(TimeDelta::seconds(seconds));
        assert_eq!(shown(0), None);
        assert_eq!(shown(200).as_deref(), Some("times are AWS's: this machine's clock is 200 s behind it"));
        assert_eq!(shown(-90).as_deref(), Some("times are AWS's: this machine's clock is 90 s ahead of it"));
        let late = "times of what AWS holds are AWS's, those of the run this machine's: its clock is 90 s ahead of it";
        assert_eq!(late_difference(TimeDelta::seconds(-90)).as_deref(), Some(late));
    }

    #[test]
    fn endpoints_that_are_not_aws_are_shown() {
        assert_eq!(endpoints(&AwsSettings::default()), Vec::<String>::new());
        let settings = AwsSettings {
            endpoint_url: Some("http://127.0.0.1:4566".to_owned()),
            endpoint_urls: vec![("ecs".to_owned(), "http://127.0.0.1:1".to_owned())],
            ..AwsSettings::default()
        };
        assert_eq!(
            endpoints(&settings),
            [
                "AWS endpoint http://127.0.0.1:4566, not AWS itself",
                "AWS endpoint of ecs http://127.0.0.1:1, not AWS itself"
            ]
        );
    }
}
