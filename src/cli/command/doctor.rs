//! `smoke doctor TARGET`: whether a run there could see everything that it looks at. Reads only.

use std::io::IsTerminal as _;

use smoke::doctor::{self, Finding, Mark, draw};
use smoke::plan::Plan;
use smoke::verdict::Verdict;

use super::run::signals::Signals;
use super::run::{Prepared, Surroundings, Trouble, vigil};
use super::whole;
use crate::cli::args;
use crate::cli::exit::Exit;
use crate::cli::terminal::Paint;
use crate::cli::{complain, print};

/// Looks, and shows what was found as a tree.
pub(crate) fn run(args: args::Doctor) -> Exit {
    let args::Doctor { target, vars, faults } = args;
    let named = target.clone();
    let planned = vigil::keep(move |given_up| whole::plan(&named, &vars.var, given_up, Plan::make));
    let (mut prepared, signals) = match planned {
        Ok((Ok(prepared), signals)) => (prepared, signals),
        Ok((Err(diagnostics), _)) => return super::refuse(&diagnostics),
        Err(exit) => return exit,
    };
    match &mut prepared.sandbox {
        Some(options) => options.faults = faults.fault,
        None if faults.fault.is_empty() => {}
        None => {
            let why = format!("--fault breaks the local target only, and {target} is another one");
            return complain(Exit::INVALID, &why);
        }
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return complain(Exit::FAULT, &format!("cannot start: {error}")),
    };
    let examined = runtime.block_on(listening(examine(prepared), signals));
    runtime.shutdown_background();
    match examined {
        Ok(findings) => show(&target, &findings),
        Err(Trouble { exit, message }) => complain(exit, &message),
    }
}

/// Looks until it has seen enough, or a signal comes.
async fn listening(
    examined: impl Future<Output = Result<Vec<Finding>, Trouble>>,
    mut signals: Signals,
) -> Result<Vec<Finding>, Trouble> {
    tokio::select! {
        examined = examined => examined,
        stop = signals.next() => {
            Err(Trouble { message: "stopped before it had seen everything".to_owned(), ..vigil::stopped(stop) })
        }
    }
}

async fn examine(mut prepared: Prepared) -> Result<Vec<Finding>, Trouble> {
    let surroundings = Surroundings::build(&mut prepared).await?;
    let Surroundings { sandbox, instruments, redactor, identity: _ } = surroundings;
    let mut findings = doctor::examine(&prepared.plan, &instruments).await;
    for finding in &mut findings {
        finding.each_text(&mut |text| *text = redactor.clean(text).into_owned());
    }
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
    Ok(findings)
}

fn show(target: &str, findings: &[Finding]) -> Exit {
    let paint = Paint::wanted(std::io::stdout().is_terminal(), &super::environment);
    let tree = draw::tree(findings, &|mark, sign| paint.as_verdict(verdict(mark), sign));
    let worst = findings.iter().map(Finding::worst).max().unwrap_or(Mark::Well);
    let said = print(&format!("{tree}\n{target}: {}\n", draw::numbers(findings)));
    if said == Exit::PASSED { exit(worst) } else { said }
}

const fn verdict(mark: Mark) -> Verdict {
    match mark {
        Mark::Well => Verdict::Passed,
        Mark::Unknown => Verdict::Inconclusive,
        Mark::Wrong => Verdict::Failed,
    }
}

const fn exit(worst: Mark) -> Exit {
    match worst {
        Mark::Well => Exit::PASSED,
        Mark::Unknown => Exit::INCONCLUSIVE,
        Mark::Wrong => Exit::FAILED,
    }
}
