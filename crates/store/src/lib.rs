//! The log of runs in one file (`docs/runs.md`).
//!
//! [`Store`] is a [`RunLog`](heddle_runner::log::RunLog) on SQLite: give it to a host by
//! [`Host::with_log`](heddle_runner::Host::with_log), and a run can be taken up whatever has ended its process. A run
//! comes into the file with its first call that has an effect, or when it begins to wait; until then nothing is opened.
//! It is a [`SendBook`](heddle_runner::SendBook) as well, which the host takes with it: what is sent once, and how much may
//! leave in a day, holds over all runs and processes that use the file.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use heddle_runner::{Host, Resumption};
//! use heddle_store::Store;
//!
//! # async fn example(host: Host) -> Result<(), Box<dyn std::error::Error>> {
//! let store = Arc::new(Store::at("runs.db"));
//! let host = host.with_log(store.clone());
//! for run in store.runs()?.into_iter().filter(|run| !run.is_over()) {
//!     // Refused while another process runs it.
//!     store.take_up(run.id)?;
//!     host.resume(run.id, Resumption::default()).await?;
//! }
//! # Ok(())
//! # }
//! ```

mod block;
mod book;
mod file;
mod lock;
mod place;
mod send_book;
mod store;
mod summary;
mod writer;

pub use place::default_path;
pub use store::{Store, Synchronous};
pub use summary::{RunStatus, RunSummary, Subject};
