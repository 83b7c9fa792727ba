//! The tree on a real terminal: what has ended scrolls away above, what goes on is drawn again in place below.

use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use smoke::event::{Event, Fact};
use smoke::record::Run;

use super::tree::{self, Size};
use super::{Paint, plain};

/// How often the tree is drawn at most, a second.
const DRAWS_A_SECOND: u8 = 10;

/// A tree that moves.
#[derive(Debug)]
pub(crate) struct Live {
    bar: ProgressBar,
    terminal: console::Term,
    paint: Paint,
}

impl Live {
    pub(super) fn on_stderr(paint: Paint) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(DRAWS_A_SECOND));
        // The template is fixed; where it were wrong, the bar would look odd, and nothing else.
        bar.set_style(ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self { bar, terminal: console::Term::stderr(), paint }
    }

    pub(super) fn told(&self, run: &Run, event: &Event) {
        // What matters when the tree is gone: how scenarios ended, what is left, that it was asked to stop.
        let lasting = matches!(
            event.fact,
            Fact::RunStarted { .. } | Fact::ScenarioEnded { .. } | Fact::LeftBehind { .. } | Fact::StopRequested { .. }
        );
        if let Some(line) = lasting.then(|| plain::line(run, event, self.paint, false)).flatten() {
            self.bar.println(line);
        }
    }

    pub(super) fn draw(&self, run: &Run, now: DateTime<Utc>) {
        let (height, width) = self.terminal.size();
        let size = Size { width: width.into(), height: height.into() };
        self.bar.set_message(tree::render(run, size, now, self.paint).join("\n"));
        self.bar.tick();
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
