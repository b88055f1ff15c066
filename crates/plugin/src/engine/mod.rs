//! Running a package's JavaScript: one thread and one runtime for each package and account, with limits that hold whatever
//! the code does.

mod asked;
mod call;
mod error;
mod limits;
mod modules;
mod natives;
mod thread;

pub(crate) use asked::Kind;
pub(crate) use call::{CallFiles, Given, Host, Side, call, of_worker};
pub(crate) use error::WorkerError;
pub use limits::Limits;
pub(crate) use thread::Worker;
