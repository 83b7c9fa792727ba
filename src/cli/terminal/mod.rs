//! What is shown while a run goes on, on standard error: a tree that moves where there is a terminal, a line for each
//! thing that happens where there is none, nothing where nothing is wanted.
//!
//! What is drawn is decided by plain functions ([`tree`], [`plain`]); only [`live`] knows a terminal.

mod held;
mod live;
mod paint;
mod plain;
mod tree;

use std::io::{IsTerminal as _, Write as _};

use chrono::{DateTime, Utc};
use smoke::event::Event;
use smoke::record::Run;
use smoke::report::inert;

use self::held::Held;
use self::live::Live;
pub(crate) use self::paint::Paint;
#[cfg(test)]
pub(crate) use self::tree::tests::recorded;
use super::settings::Talk;

/// The way in which a run is shown.
#[derive(Debug)]
pub(crate) enum Screen {
    /// Not at all, until it has ended.
    Quiet,
    /// A line for each thing that happens.
    Plain {
        /// Colours or none.
        paint: Paint,
        /// Each look too.
        looks: bool,
        /// What waits for the failure that explains it.
        held: Held,
    },
    /// A tree that moves.
    Live(Box<Live>),
}

impl Screen {
    /// The screen for standard error as it is.
    pub(crate) fn on_stderr(talk: Talk, env: &dyn Fn(&str) -> Option<String>) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let paint = Paint::wanted(is_terminal, env);
        let moves = is_terminal && env("TERM").as_deref() != Some("dumb");
        match talk {
            Talk::Quiet => Self::Quiet,
            Talk::Normal if moves => Self::Live(Box::new(Live::on_stderr(paint))),
            Talk::Normal => Self::Plain { paint, looks: false, held: Held::default() },
            Talk::Verbose => Self::Plain { paint, looks: true, held: Held::default() },
        }
    }

    /// Takes in an event that the run has taken in already.
    pub(crate) fn told(&mut self, run: &Run, event: &Event) {
        match self {
            Self::Quiet => {}
            Self::Plain { paint, looks, held } => {
                say(&held.turn(run, event, plain::line(run, event, *paint, *looks)));
            }
            Self::Live(live) => live.told(run, event),
        }
    }

    /// Whether it wants to be drawn from time to time.
    pub(crate) const fn moves(&self) -> bool {
        matches!(self, Self::Live(_))
    }

    /// Draws what goes on just now.
    pub(crate) fn draw(&mut self, run: &Run, now: DateTime<Utc>) {
        if let Self::Live(live) = self {
            live.draw(run, now);
        }
    }

    /// Leaves the terminal as a shell expects it.
    pub(crate) fn end(&mut self) {
        match self {
            Self::Quiet => {}
            Self::Plain { held, .. } => say(&held.rest()),
            Self::Live(live) => live.end(),
        }
    }
}

fn say(lines: &[String]) {
    let mut stderr = std::io::stderr().lock();
    for line in lines {
        // Nobody is left to be told that nobody can be told.
        let _ = writeln!(stderr, "{}", inert::text(line));
    }
}
