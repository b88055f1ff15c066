//! All nodes of Heddle.
//!
//! A node announces itself to the programs that link its crate, and the linker leaves out a crate that nobody names. This
//! one names them all: `use heddle_nodes as _;` in a program is enough for
//! `Registry::linked` of `heddle-node` to find them.

pub use heddle_nodes_core as core;
pub use heddle_nodes_wts_chat as wts_chat;
