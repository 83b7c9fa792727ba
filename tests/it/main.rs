//! One binary for all integration tests.

<<<<<<< HEAD
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod aws_peers;
mod bad_scenarios;
mod cli;
mod engine;
mod house;
mod reports;
=======
>>>>>>> w-cloud
mod sandbox_boto3;
