//! What the author of a node tests with.
//!
//! - [`NodeTest`] runs one node on items, through the real host.
//! - [`FakeService`] answers a node's calls over real HTTP on loopback.
//! - [`check_all`] runs the behaviour suite over every node of a registry, through the nodes' own examples.

mod behaviour;
mod fake_service;
mod node_test;

pub use behaviour::{Fault, check_all};
pub use fake_service::{FakeService, SeenRequest};
pub use node_test::{NodeTest, SERVICE};
