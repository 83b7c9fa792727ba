//! `smoke schema`: JSON Schemas for editors, and for those who read `run.json`.

use crate::cli::args::{Schema, SchemaOf};
use crate::cli::exit::Exit;
use crate::cli::print;

/// Prints a schema.
pub(crate) fn run(args: &Schema) -> Exit {
    let schema = match args.of {
        SchemaOf::Run => smoke::report::json::schema(),
        SchemaOf::Scenario => smoke::scenario::schema::scenario(),
        SchemaOf::Config => smoke::scenario::schema::config(),
    };
    print(&format!("{schema:#}\n"))
}
