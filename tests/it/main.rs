//! One binary for all integration tests.

mod sandbox_boto3;
