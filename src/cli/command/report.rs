//! `smoke report RUN.json`: draws a recorded run again. Nothing is looked at and nothing is judged.

use std::path::Path;

use smoke::report::Format;
use smoke::report::console::{self, Style};

use crate::cli::args::Report;
use crate::cli::exit::Exit;
use crate::cli::{complain, print, reports};

/// Prints the report. The exit code says whether it could be drawn, not how the run ended.
pub(crate) fn run(args: &Report) -> Exit {
    match draw(&args.run, args.format) {
        Ok(report) => print(&report),
        Err(message) => complain(Exit::INVALID, &message),
    }
}

fn draw(path: &Path, format: Format) -> Result<String, String> {
    let (path, run) = reports::read(path)?;
    let run_json = path.display().to_string();
    let html = path.with_file_name("report.html");
    let report_html = html.exists().then(|| html.display().to_string());
    let style = Style { run_json: Some(&run_json), report_html: report_html.as_deref(), ..Style::default() };
    Ok(if format == Format::Text { console::summary(&run, &style) } else { format.draw(&run, Some(&run_json)) })
}
