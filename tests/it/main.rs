//! One binary for all integration tests.

mod aws_peers;
mod bad_scenarios;
mod engine;
mod house;
mod sandbox_boto3;
