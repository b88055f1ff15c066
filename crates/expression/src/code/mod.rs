//! Code that the author of a workflow wrote: JavaScript that runs once for all items, or once for each.
//!
//! Each run has a world of its own, in which everything is as JavaScript has it and may be changed: a fresh engine with
//! a time limit and a memory limit. What it sees of the run is what expressions see ([`Scene`](crate::Scene)); items are ordinary
//! objects, whose data enter member by member as they do for expressions.

mod bytes;
mod data;
mod error;
mod host;
mod items;
mod program;
mod result;
mod run;
mod url;

pub use error::{CodeError, CodeErrorKind};
pub use host::{CodeAnswer, CodeHost, CodeRequest, CodeResponse, StaticData};
pub use program::{Program, SyntaxProblem};
pub use run::{CodeJob, CodeResult, Dialect};

pub(crate) use data::enter;
pub(crate) use host::add_functions;
pub(crate) use items::{Copy, GivenItems};
