//! The form of a node as a page holds it: what was filled in, what a button does to it, and its fields as HTML.

mod actions;
mod choices;
mod draft;
mod field;
mod filter;
mod mapper;
mod model;
mod parts;
mod place;
mod pointer;
mod rows;
mod shown;
mod stored;
mod submission;
mod text;
mod view;

pub(crate) use draft::Draft;
pub(crate) use field::render_fields;
pub(crate) use place::method_at;
pub(crate) use shown::shown_properties;
pub(crate) use stored::{masked, stored_parameters};
pub(crate) use submission::Submission;
pub(crate) use text::{capitalized, plain_text, shorten};
pub(crate) use view::FormView;
