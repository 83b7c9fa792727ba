//! `smoke sandbox`: the local target as a server of its own.

use std::fmt::Write as _;

use smoke::sandbox::{Entry, Fault, Kind, Options, Sandbox};

use super::run::signals::Signals;
use crate::cli::args;
use crate::cli::exit::Exit;
use crate::cli::{complain, print};

/// Starts it, says how to reach it, and stops it on a signal.
pub(crate) fn run(args: &args::Sandbox) -> Exit {
    if args.list_faults {
        return print(&faults());
    }
    let options = Options {
        worker: args.worker.into(),
        faults: args.faults.fault.clone(),
        api_port: args.api_port,
        aws_port: args.aws_port,
    };
    if let Err(reason) = options.check() {
        return complain(Exit::INVALID, &reason);
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return complain(Exit::FAULT, &format!("cannot start: {error}")),
    };
    runtime.block_on(serve(options))
}

fn faults() -> String {
    let mut text = String::new();
    for (kind, title) in [(Kind::Fault, "Faults: no run may pass"), (Kind::Weather, "Weather: no run may fail for it")]
    {
        let _ = writeln!(text, "{}{title}", if text.is_empty() { "" } else { "\n" });
        for Entry { name, what, .. } in Fault::catalogue().iter().filter(|entry| entry.kind == kind) {
            let _ = writeln!(text, "  {name:<24}{what}");
        }
    }
    text
}

async fn serve(options: Options) -> Exit {
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => return complain(Exit::FAULT, &format!("cannot listen for signals: {error}")),
    };
    let faults = options.faults.clone();
    let sandbox = match Sandbox::start(options).await {
        Ok(sandbox) => sandbox,
        Err(error) => return complain(Exit::FAULT, &format!("the sandbox does not start: {error}")),
    };
    let said = print(&how_to_reach(&sandbox, &faults));
    if said == Exit::PASSED {
        signals.next().await;
    }
    sandbox.stop().await;
    said
}

/// A target for `smoke.yaml` and the environment that goes with it, ready to be copied. The credentials are made up and
/// open nothing but the sandbox.
fn how_to_reach(sandbox: &Sandbox, faults: &[Fault]) -> String {
    let settings = sandbox.settings();
    let api = settings.api_url.unwrap_or_default();
    let aws = settings.aws.unwrap_or_default();
    let endpoint = aws.endpoint_url.unwrap_or_default();
    let region = aws.region.unwrap_or_default();
    let (id, key) = aws.credentials.unwrap_or_default();
    let lag = aws.log_lag.map(|lag| format!(", log_lag: {}s", lag.as_secs())).unwrap_or_default();
    let vars: Vec<String> = Sandbox::vars().iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let mut text = format!(
        "# The sandbox is up; Ctrl-C ends it. A target for smoke.yaml:\n\
         targets:\n  sandbox:\n    api: {{ url: \"{api}\" }}\n    \
         aws: {{ region: {region}, endpoint_url: \"{endpoint}\"{lag} }}\n    \
         vars: {{ {} }}\n\n\
         # And what its AWS endpoint takes for credentials:\n\
         export AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={key}\n",
        vars.join(", ")
    );
    for Entry { name, what, .. } in faults.iter().filter_map(|fault| fault.entry()) {
        let _ = writeln!(text, "# Broken on purpose: {name}: {what}");
    }
    text
}
