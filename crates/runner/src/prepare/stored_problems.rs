//! What can be said about a node's parameters before any item, beyond what their form says.

use heddle_expression::Clock;
use heddle_node::description::{NodeProperty, PropertyType};
use heddle_node::parameters::visit_parameters;
use heddle_node::{Json, StoredProblem};

use crate::{filter, misspelt};

/// The form of a node, and what its file says.
pub(crate) struct Stored<'a> {
    pub(crate) properties: &'a [NodeProperty],
    pub(crate) type_version: f64,
    /// The parameters as the file has them.
    pub(crate) written: &'a Json,
    /// The same, upgraded.
    pub(crate) upgraded: &'a Json,
    /// The same, filled.
    pub(crate) filled: &'a Json,
}

impl Stored<'_> {
    /// Names that nothing reads, and everything that is wrong with filters.
    pub(crate) fn problems(&self) -> Vec<StoredProblem> {
        let mut problems = misspelt::parameters(self.properties, self.written, self.upgraded);
        // Which texts are moments does not hang on the time zone.
        let clock = Clock { now: 0, zone: jiff::tz::TimeZone::UTC };
        visit_parameters(self.properties, self.filled, self.type_version, |property, value, pointer| {
            if property.kind == PropertyType::Filter {
                problems.extend(filter::check(value, self.written, &pointer, &clock));
            }
        });
        problems
    }
}
