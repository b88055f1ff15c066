//! n8n's expression language: `={{ … }}`.
//!
//! A parameter string is compiled once into a [`Template`]. Plain paths, operators and the frequent methods are
//! evaluated natively; the rest is JavaScript, run by the embedded engine of an [`Engine`] with a time limit and a
//! memory limit. What the run looks like to an expression is a [`Scene`].
//!
//! ```
//! use heddle_expression::{Alone, Clock, Engine, EngineLimits, Template};
//! use heddle_data::{Item, json};
//!
//! let template = Template::parse("={{ $json.total.toFixed(2) }} EUR")?;
//! let clock = Clock::new(1_700_000_000_000, "America/Sao_Paulo")?;
//! let alone = Alone::new(vec![Item::new(json!({ "total": 9.5 }))]);
//! let mut engine = Engine::new(EngineLimits::default());
//! let value = engine.evaluate(&template, &alone.scene(&clock))?;
//! assert_eq!(value.as_str(), Some("9.50 EUR"));
//! # Ok::<(), heddle_expression::ExpressionError>(())
//! ```

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
pub mod fields;
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
pub mod sandbox;
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
pub use template::{NodeReferences, Template, VariableObject, VariableReference};
pub use throw::Thrown;
pub use value::Value;
