//! One binary for all integration tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod aws_peers;
mod bad_scenarios;
mod breakages;
mod cli;
mod engine;
mod gate;
mod hostile;
mod house;
mod init;
mod readme;
mod reference;
mod reports;
mod sandbox_boto3;
mod tools;
