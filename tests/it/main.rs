//! One binary for all integration tests.

mod bad_scenarios;
mod engine;
mod house;
