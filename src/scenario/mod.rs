//! What the user wrote: `smoke.yaml` and scenario files, parsed with positions, every error of every file at once.
//!
//! A file goes through three stages: text with positions (`source`, `yaml`), the model (`reader`, which holds
//! every mapping against the keys of [`schema`]), and what can be known without a target (`check`).

mod check;
pub mod config;
pub(crate) mod duration;
pub mod model;
mod project;
mod reader;
pub(crate) mod scalar;
pub mod schema;
mod source;
mod yaml;

pub use config::Config;
pub use model::Scenario;
pub use project::Project;
pub use source::is_yaml;

pub(crate) use check::{changes, judges, missing};
pub(crate) use project::tidy;
pub(crate) use source::{kind_of, shown};
