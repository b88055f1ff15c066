//! The server over HTTP on the loopback interface: the API, the pages without script, and what is not as it should be.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests may fail")]

mod access;
mod api;
mod bad_input;
mod client;
mod pages;
mod test_node;
