//! n8n's expression language: `={{ … }}`.
//!
//! A parameter string is compiled once into a [`Template`]. Plain paths, operators and the frequent methods are
//! evaluated natively; the rest is JavaScript, run by the embedded engine of an [`Engine`] with a time limit and a
//! memory limit. What the run looks like to an expression is a [`Scene`].

mod alone;
mod blanks;
pub mod cases;
pub mod clock;
pub mod code;
mod coerce;
mod compile;
pub mod engine;
pub mod error;
pub mod extensions;
pub mod filter;
mod fold;
pub mod intl;
mod javascript;
mod limit;
pub mod luxon;
mod math;
mod moment;
mod native;
pub mod parameter;
mod print;
pub mod routes;
mod run;
pub mod scene;
mod split;
mod syntax;
pub mod template;
pub mod throw;
pub mod value;

pub use alone::Alone;
pub use blanks::Blanks;
pub use clock::Clock;
pub use engine::{Engine, EngineLimits};
pub use error::ExpressionError;
pub use fold::{Folded, fold_constants};
pub use limit::Watcher;
pub use moment::parse_moment;
pub use parameter::CompiledValue;
pub use routes::Routes;
pub use scene::{Environment, NodeInfo, RunView, Scene, WorkflowInfo};
pub use template::{NodeReferences, Template, VariableReference};
pub use throw::Thrown;
pub use value::Value;
