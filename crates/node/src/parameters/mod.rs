//! What happens to parameters between the workflow file and the node (`spec/parameters.md §6–13`).
//!
//! In this order: [`fill_defaults`] drops what is hidden or unknown and adds what is missing, expressions are resolved
//! by the host, and a [`ParameterPlan`] brings every resolved value to the type of its property. [`find_issues`] tells
//! what is wrong with stored parameters before anything runs.

mod coerce;
mod defaults;
mod display;
mod javascript;
mod path;
mod plan;

pub use coerce::ParameterError;
pub use defaults::fill_defaults;
pub use display::{is_shown, matches_display_options};
pub use path::get_path;
pub use plan::ParameterPlan;
