//! YAML as a tree whose every node knows where it stands.
//!
//! Scalars keep what was written, so that the reader decides by what is wanted, not by what YAML would make of it:
//! `version: 1.10` is text where text is wanted. Anchors and aliases work; merge keys (`<<`) and tags other than
//! `!!str` are refused, in words.

mod builder;
mod error;
mod node;
mod places;

use std::sync::Arc;

pub(crate) use node::{Data, Key, Node};

use crate::diagnostic::{Diagnostic, Source};

/// Parses one document. An empty file is an empty plain scalar.
///
/// # Errors
/// The first thing that is not YAML, or that smoke does not take from it.
pub(crate) fn parse(source: &Arc<Source>) -> Result<Node, Diagnostic> {
    builder::build(source)
}

#[cfg(test)]
mod tests;
