//! What happens to parameters between the workflow file and the node (`docs/parameters.md §6–13`).
//!
//! In this order: [`fill_defaults`] drops what is hidden or unknown and adds what is missing, expressions are resolved
//! by the host, and a [`ParameterPlan`] brings every resolved value to the type of its property. [`find_issues`] tells
//! what is wrong with stored parameters before anything runs.

mod coerce;
mod date;
mod defaults;
mod display;
mod field_type;
mod form_fields;
mod issues;
pub mod javascript;
mod locator;
mod mapper;
mod object_literal;
mod path;
mod place;
mod plan;
mod walk;

pub use coerce::ParameterError;
pub use date::is_date_text;
pub use defaults::fill_defaults;
pub use display::{is_shown, matches_display_options};
pub use field_type::{FieldTypeOptions, validate_field_type};
pub use issues::find_issues;
pub use locator::extract_value;
pub use mapper::{MapperIssue, convert_mapper_values, mapper_issues};
pub use path::get_path;
pub(crate) use place::Place;
pub use plan::{ParameterPlan, coerce, visit_parameters};

/// The key of an object's member whose expression is taken as `JSON.stringify` writes its value, and not as values of
/// parameters are: nodes that take a parameter apart ([`ItemNode::upgrade`](crate::ItemNode::upgrade)) put expressions
/// under it that they will write as JSON.
pub const STRINGIFIED_KEY: &str = "\0json";
