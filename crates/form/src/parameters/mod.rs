//! What happens to parameters between the workflow file and the node (`docs/parameters.md §6–13`).
//!
//! In this order: [`fill_defaults`] drops what is hidden or unknown and adds what is missing, expressions are resolved
//! by the host, and a [`ParameterPlan`] brings every resolved value to the type of its property. [`find_issues`] tells
//! what is wrong with stored parameters before anything runs.

mod coerce;
mod columns;
mod defaults;
mod display;
mod issues;
mod loads;
mod locator;
mod mapper;
mod order;
mod path;
mod place;
mod plan;
mod shown;
mod walk;

pub use heddle_data::field_type::{FieldTypeOptions, is_date_text, validate_field_type};
pub use heddle_data::{STRINGIFIED_KEY, holds_expression, javascript};

pub use coerce::ParameterError;
pub use columns::{
    MapperColumn, add_mapper_column, mapper_columns, mapper_finds_rows, mapper_method, remove_mapper_column,
    with_mapper_columns,
};
pub use defaults::{Resolution, fill_defaults, resolve_parameters};
pub use display::{FormNode, is_shown, matches_display_options, offered_choices, properties_at};
pub use issues::find_issues;
pub use loads::option_dependencies;
pub use locator::extract_value;
pub use mapper::{MapperIssue, convert_mapper_values, mapper_issues};
pub use path::get_path;
pub(crate) use place::Place;
pub use place::pointer_of;
pub use plan::{ParameterPlan, coerce, visit_parameters};
pub use shown::{ShownProperty, parameter_issues, shown_properties};
