//! The core nodes, driven through the contract.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where its data is wrong")]

mod descriptions;
mod feeds;
mod robustness;
