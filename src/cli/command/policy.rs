//! `smoke policy TARGET`: the least IAM policy with which a run there can see everything that it looks at.

use smoke::need::{Account, Needs, policy};
use smoke::plan::{AwsSettings, Plan};
use tokio_util::sync::CancellationToken;

use super::whole;
use crate::cli::args;
use crate::cli::exit::Exit;
use crate::cli::{note, print};

/// Prints it. Read from the files alone: no secret is fetched, and nothing is asked.
pub(crate) fn run(args: &args::Policy) -> Exit {
    let plan = match whole::plan(&args.target, &args.vars.var, &CancellationToken::new(), Plan::pretend) {
        Ok(prepared) => prepared.plan,
        Err(diagnostics) => return super::refuse(&diagnostics),
    };
    let needs = Needs::of(&plan.cases);
    for (kind, place) in &needs.later {
        note(&format!("the {kind} step at {place} names what it looks at only while it runs; all of it is granted"));
    }
    let account = account(args, plan.target_settings.aws.unwrap_or_default());
    if account.id.is_none() && !needs.is_none() {
        note("the account is not known, so it stays open (*); --account narrows it");
    }
    if needs.is_none() {
        note("nothing there looks at AWS: no policy is needed, and IAM takes none without a statement");
    }
    print(&format!("{:#}\n", policy(&needs, &account)))
}

/// As far as it is said anywhere.
fn account(args: &args::Policy, settings: AwsSettings) -> Account {
    let of_role = settings.role_arn.as_deref().and_then(|arn| arn.split(':').nth(4)).map(str::to_owned);
    let region = || super::environment("AWS_REGION").or_else(|| super::environment("AWS_DEFAULT_REGION"));
    Account { id: args.account.clone().or(of_role), region: settings.region.or_else(region) }
}
