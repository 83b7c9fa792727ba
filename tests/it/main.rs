//! The one integration binary.

mod aws_peers;
mod bad_scenarios;
