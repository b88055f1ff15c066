//! Why a form cannot be made.

use std::fmt;

/// The parts of a parameters' type that no form field can show, or that lack what a form needs: all of them at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError {
    /// The node or credential type, where it is known.
    pub type_name: Option<String>,
    /// What is wrong; at least one fault.
    pub faults: Vec<SchemaFault>,
}

/// A part of a parameters' type that no form field can show, or that lacks what a form needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFault {
    /// Where it is: the tags' values and field names that lead to it, as a JSON pointer.
    pub pointer: String,
    /// What is wrong and what to add.
    pub message: String,
}

impl SchemaError {
    /// One fault.
    pub fn new(pointer: &str, message: impl Into<String>) -> Self {
        let fault = SchemaFault { pointer: pointer.to_owned(), message: message.into() };
        Self { type_name: None, faults: vec![fault] }
    }

    /// The same faults, of the form of a node type or credential type.
    #[must_use]
    pub fn of_type(mut self, type_name: &str) -> Self {
        self.type_name = Some(type_name.to_owned());
        self
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(type_name) = &self.type_name {
            write!(formatter, "the form of {type_name}: ")?;
        }
        for (index, fault) in self.faults.iter().enumerate() {
            let divider = if index == 0 { "" } else { "; " };
            let pointer = if fault.pointer.is_empty() { "/" } else { &fault.pointer };
            write!(formatter, "{divider}the parameter at {pointer}: {}", fault.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for SchemaError {}

/// Gathers faults, so that an author sees all of them at once.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<SchemaFault>);

impl Faults {
    /// The value, or nothing once its faults are gathered.
    pub(super) fn keep<T>(&mut self, result: Result<T, SchemaError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.0.extend(error.faults);
                None
            }
        }
    }

    /// All values, or all faults.
    pub(super) fn keep_all<T>(
        results: impl IntoIterator<Item = Result<T, SchemaError>>,
    ) -> Result<Vec<T>, SchemaError> {
        let mut faults = Self::default();
        let values = results.into_iter().filter_map(|result| faults.keep(result)).collect();
        faults.finish(values)
    }

    /// The value, if nothing is wrong.
    pub(super) fn finish<T>(self, value: T) -> Result<T, SchemaError> {
        if self.0.is_empty() { Ok(value) } else { Err(SchemaError { type_name: None, faults: self.0 }) }
    }
}
