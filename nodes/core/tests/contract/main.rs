//! The core nodes, driven through the contract.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where its data is wrong")]

mod conformance;
mod descriptions;
mod examples;
mod host;
mod robustness;
