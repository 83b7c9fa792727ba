//! `smoke sandbox`: the local target as a server of its own.

use std::fmt::Write as _;

use smoke::sandbox::{Fault, Options, Sandbox};

use super::run::signals::Signals;
use crate::cli::args;
use crate::cli::exit::Exit;
use crate::cli::{complain, print};

/// Starts it, says how to reach it, and stops it on a signal.
pub(crate) fn run(args: &args::Sandbox) -> Exit {
    if args.list_faults {
        return print(&faults());
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return complain(Exit::FAULT, &format!("cannot start: {error}")),
    };
    runtime.block_on(serve(args))
}

fn faults() -> String {
    let mut text = String::new();
    for (_, name, what) in Fault::catalogue() {
        let _ = writeln!(text, "{name:<16}  {what}");
    }
    text
}

async fn serve(args: &args::Sandbox) -> Exit {
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => return complain(Exit::FAULT, &format!("cannot listen for signals: {error}")),
    };
    let options = Options { faults: args.fault.clone(), api_port: args.api_port, aws_port: args.aws_port };
    let sandbox = match Sandbox::start(options).await {
        Ok(sandbox) => sandbox,
        Err(error) => return complain(Exit::FAULT, &format!("the sandbox does not start: {error}")),
    };
    let said = print(&how_to_reach(&sandbox));
    if said == Exit::PASSED {
        signals.next().await;
    }
    sandbox.stop().await;
    said
}

/// Addresses, and a target for `smoke.yaml`. The credentials are made up and open nothing but the sandbox.
fn how_to_reach(sandbox: &Sandbox) -> String {
    let settings = sandbox.settings();
    let mut text = String::new();
    if let Some(url) = &settings.api_url {
        let _ = writeln!(text, "API  {url}");
    }
    if let Some(aws) = &settings.aws {
        let endpoint = aws.endpoint_url.as_deref().unwrap_or_default();
        let _ = writeln!(text, "AWS  {endpoint}  region {}", aws.region.as_deref().unwrap_or_default());
        if let Some((id, key)) = &aws.credentials {
            let _ = writeln!(text, "     AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={key}");
        }
    }
    for (name, value) in Sandbox::vars() {
        let _ = writeln!(text, "     {name} = {value}");
    }
    text.push_str("Ctrl-C stops it\n");
    text
}
