//! A node's own checks, made before any item: with something that might be in the place of every expression, what is wrong
//! all the same lies in the constants.

use heddle_expression::Folded;
use heddle_node::description::{NodeProperty, PropertyType};
use heddle_node::json::pointer_key;
use heddle_node::node::ErasedItemNode;
use heddle_node::parameters::{ParameterPlan, visit_parameters};
use heddle_node::{Json, JsonObject, NodeError, holds_expression, json, pointer_of};

/// How many problems of one node are looked for. Each of them costs a check of the whole node.
const MOST: usize = 200;

/// In the place of a constant that is wrong, so that the check finds the next one.
pub(crate) const MASK: &str = "={{ $json }}";

/// A node with its stored parameters.
pub(crate) struct ConstantCheck<'a> {
    pub(crate) node: &'a dyn ErasedItemNode,
    pub(crate) properties: &'a [NodeProperty],
    pub(crate) type_version: f64,
    /// The parameters, filled and brought to their types, with their expressions.
    pub(crate) parameters: &'a Json,
    /// What those of the expressions give that give the same for every item, each with its JSON Pointer.
    pub(crate) folded: &'a [(String, Folded)],
}

/// What a check says of one way to fill in the expressions.
enum Verdict {
    Fits,
    /// A constant is wrong.
    Constant(NodeError),
    /// What was filled in is wrong, and says nothing about the constants.
    StandIn,
}

impl ConstantCheck<'_> {
    /// Everything that the node finds wrong with its constants, whatever the expressions give.
    ///
    /// The node reports the first problem alone; the constant that it names then counts as an expression, and the node
    /// is asked again.
    pub(crate) fn problems(&self) -> Vec<NodeError> {
        let mut masked = self.parameters.clone();
        let mut folded = self.folded.to_vec();
        let mut found = Vec::new();
        while found.len() < MOST
            && let Some(error) = self.problem(&masked, &folded)
        {
            let place = error.parameter.as_deref().map(pointer_of);
            folded.retain(|(pointer, _)| place.as_ref().is_none_or(|place| !is_at_or_below(pointer, place)));
            let constant = place.as_deref().and_then(|place| masked.pointer_mut(place));
            let is_last = constant.is_none();
            if let Some(constant) = constant {
                *constant = Json::from(MASK);
            }
            found.push(error);
            if is_last {
                break;
            }
        }
        found
    }

    /// The first problem with the constants of `parameters`: found with one way at least to fill in the expressions, and
    /// overcome by none.
    fn problem(&self, parameters: &Json, folded: &[(String, Folded)]) -> Option<NodeError> {
        let plan = ParameterPlan::new(self.properties, parameters, self.type_version).ok()?;
        let mut constants = parameters.clone();
        put_folded(&mut constants, folded);
        let places = self.expressions(&constants);
        let ways = if places.is_empty() { 1 } else { 2 };
        let mut found = None;
        for way in 0..ways {
            match self.verdict(&plan, (&constants, folded), &places, way) {
                Verdict::Fits => return None,
                Verdict::Constant(error) => found = found.or(Some(error)),
                Verdict::StandIn => {}
            }
        }
        found
    }

    fn verdict(
        &self,
        plan: &ParameterPlan,
        (constants, folded): (&Json, &[(String, Folded)]),
        places: &[(String, [Json; 2])],
        way: usize,
    ) -> Verdict {
        let mut filled_in = constants.clone();
        for (pointer, stand_ins) in places {
            if let Some(place) = filled_in.pointer_mut(pointer) {
                *place = stand_ins[way].clone();
            }
        }
        let typed = match plan.apply(filled_in) {
            Ok(typed) => typed,
            Err(error) if folded.iter().any(|(pointer, _)| is_at_or_below(&error.pointer, pointer)) => {
                return Verdict::Constant(error.into());
            }
            Err(_) => return Verdict::StandIn,
        };
        match self.node.prepare(&typed) {
            Ok(_) => Verdict::Fits,
            Err(error) if is_of_constant(&error, constants, places.is_empty()) => Verdict::Constant(error),
            Err(_) => Verdict::StandIn,
        }
    }

    /// Where the expressions are, with what may stand there: something filled in, and something empty.
    fn expressions(&self, parameters: &Json) -> Vec<(String, [Json; 2])> {
        let mut places = Vec::new();
        visit_parameters(self.properties, parameters, self.type_version, |property, value, pointer| {
            if is_expression(value) {
                places.push((pointer, stand_ins(property)));
            } else if property.kind == PropertyType::FixedCollection {
                for (name, rows) in value.as_object().into_iter().flat_map(JsonObject::iter) {
                    if is_expression(rows) {
                        let none =
                            if property.has_multiple_values() { Json::array() } else { Json::object() };
                        places.push((format!("{pointer}/{name}"), [none.clone(), none]));
                    }
                    for (index, row) in rows.as_array().unwrap_or_default().iter().enumerate() {
                        if is_expression(row) {
                            places.push((
                                format!("{pointer}/{name}/{index}"),
                                [Json::object(), Json::object()],
                            ));
                        }
                    }
                }
            } else if property.is_list() && !property.is_structure() && holds_expression(value) {
                places.push((pointer, stand_ins(property)));
            }
        });
        places
    }
}

/// Puts what expressions always give in their places.
pub(crate) fn put_folded(parameters: &mut Json, folded: &[(String, Folded)]) {
    for (pointer, folded) in folded {
        let (parent, key) = pointer.rsplit_once('/').unwrap_or_default();
        let key = pointer_key(key);
        match folded {
            Folded::Undefined if parameters.pointer(parent).is_some_and(Json::is_object) => {
                drop(parameters.pointer_mut(parent).and_then(|parent| parent.remove(&key)));
            }
            folded => {
                if let Some(place) = parameters.pointer_mut(pointer) {
                    *place = match folded {
                        Folded::Value(value) => value.clone(),
                        Folded::Undefined => Json::NULL,
                    };
                }
            }
        }
    }
}

fn is_at_or_below(pointer: &str, place: &str) -> bool {
    pointer.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Values of the property's type: one that is filled in, and one that is empty.
fn stand_ins(property: &NodeProperty) -> [Json; 2] {
    let [filled, empty] = match property.kind {
        PropertyType::Number => [json!(1), json!(0)],
        PropertyType::Boolean => [json!(true), json!(false)],
        PropertyType::Options | PropertyType::MultiOptions if property.load_options_method().is_none() => {
            let mut choices = property.choices().map(|choice| choice.value.clone());
            let first = choices.next().unwrap_or_else(|| property.default.clone());
            let last = choices.last().unwrap_or_else(|| first.clone());
            [first, last]
        }
        PropertyType::DateTime => [json!("2000-01-01T00:00:00.000Z"), json!("")],
        PropertyType::Collection
        | PropertyType::FixedCollection
        | PropertyType::Json
        | PropertyType::Filter
        | PropertyType::AssignmentCollection
        | PropertyType::ResourceMapper => [Json::object(), Json::object()],
        PropertyType::ResourceLocator | PropertyType::WorkflowSelector | PropertyType::AgentSelector => {
            let locator = |value: &str| json!({ "__rl": true, "mode": "id", "value": value });
            [locator("1"), locator("")]
        }
        _ => [json!("1"), json!("")],
    };
    if property.is_list() { [Json::from(vec![filled]), Json::array()] } else { [filled, empty] }
}

/// Whether an error is about a constant. One that names no parameter is, where there are no expressions.
fn is_of_constant(error: &NodeError, parameters: &Json, all_constant: bool) -> bool {
    let Some(path) = error.parameter.as_deref() else { return all_constant };
    let pointer = pointer_of(path);
    let mut value = parameters;
    for key in pointer.split('/').skip(1) {
        let below = match value.as_array() {
            Some(elements) => key.parse().ok().and_then(|index: usize| elements.get(index)),
            None => value.get(&pointer_key(key)),
        };
        match below {
            Some(below) => value = below,
            // What is missing is not there for any item, unless it is part of what an expression gives.
            None => return !is_expression(value),
        }
    }
    !holds_expression(value)
}

fn is_expression(value: &Json) -> bool {
    value.as_str().is_some_and(|text| text.starts_with('='))
}
