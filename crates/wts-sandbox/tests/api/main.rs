//! The sandbox as a client sees it, over real HTTP.

// The lints let tests do these, but not what tests share.
#![allow(clippy::panic, clippy::unwrap_used)]

mod client;
mod control;
mod directory;
mod faults;
mod limits;
mod queue;
mod refusals;
mod send;
mod sessions;
mod sockets;
