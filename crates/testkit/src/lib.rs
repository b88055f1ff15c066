//! What the author of a node tests with.
//!
//! - [`NodeTest`] runs one node on items, through the real host.
//! - [`FakeService`] answers a node's calls over real HTTP on loopback.
//! - [`check_all`] runs the behaviour suite over every node of a registry, through the nodes' own examples.
//!
//! ```
//! use heddle_node::{Registry, json};
//! use heddle_nodes as _;
//! use heddle_testkit::NodeTest;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = Registry::linked()?;
//! let test = NodeTest::new("n8n-nodes-base.limit", 1.0, json!({ "maxItems": 1 }))
//!     .with_items([json!({ "name": "Ana" }), json!({ "name": "Bo" })]);
//! let result = test.run(&registry).await?;
//! let outputs = result.last_outputs("Node").unwrap_or_default();
//! assert_eq!(outputs[0].len(), 1);
//! # Ok(())
//! # }
//! ```

mod behaviour;
mod fake_service;
mod node_test;

pub use behaviour::{Fault, check_all};
pub use fake_service::{FakeService, SeenRequest};
pub use node_test::{NodeTest, SERVICE};
