//! What stands at a place of the parameters.

use heddle_node::json::pointer_key;
use heddle_node::parameters::is_shown;
use heddle_node::{Json, JsonObject, NodeProperty, PropertyType};

use super::model::search_method;
use crate::single_node::NodeType;

/// What a place of the parameters is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// A property's value, or something within it that is not a property.
    Property(&'a NodeProperty),
    /// A group of a `fixedCollection`.
    Group {
        /// Whether it has rows.
        multiple: bool,
    },
}

impl<'a> Place<'a> {
    /// What stands at a pointer; `filled` are the parameters with defaults.
    pub(super) fn find(node: &'a NodeType, filled: &Json, pointer: &str) -> Option<Self> {
        let below = pointer.strip_prefix('/')?;
        let keys: Vec<String> = below.split('/').map(|key| pointer_key(key).into_owned()).collect();
        let empty = JsonObject::new();
        let search = Search { root: filled.as_object().unwrap_or(&empty), version: node.version };
        search.level(node.description.properties.iter().collect(), Some(filled), &keys)
    }
}

/// The method that loads the choices of the field at a place, as far as there is one.
pub(crate) fn method_at(node: &NodeType, filled: &Json, place: &str) -> Option<String> {
    let Place::Property(property) = Place::find(node, filled, place)? else { return None };
    if let Some(method) = property.load_options_method() {
        return Some(method.to_owned());
    }
    let locator = filled.pointer(place.strip_suffix("/value")?)?;
    let mode = locator.get("mode").and_then(Json::as_str);
    let mode = property.modes.iter().find(|known| Some(&*known.name) == mode)?;
    search_method(mode).map(str::to_owned)
}

struct Search<'v> {
    root: &'v JsonObject,
    version: f64,
}

impl Search<'_> {
    fn level<'a>(
        &self,
        level: Vec<&'a NodeProperty>,
        values: Option<&Json>,
        keys: &[String],
    ) -> Option<Place<'a>> {
        let (key, rest) = keys.split_first()?;
        let empty = JsonObject::new();
        let beside = values.and_then(Json::as_object).unwrap_or(&empty);
        let named = || level.iter().copied().filter(|property| property.name == *key);
        let property = named()
            .find(|property| is_shown(property, beside, self.root, self.version))
            .or_else(|| named().next())?;
        self.within(property, beside.get(key), rest)
    }

    fn within<'a>(
        &self,
        property: &'a NodeProperty,
        value: Option<&Json>,
        keys: &[String],
    ) -> Option<Place<'a>> {
        let element = |value: Option<&Json>, index: &String| value?.get_index(index.parse().ok()?).cloned();
        let multiple = property.has_multiple_values();
        match (property.kind, keys) {
            (PropertyType::Collection, [index, rest @ ..]) if multiple && !rest.is_empty() => {
                self.level(property.children().collect(), element(value, index).as_ref(), rest)
            }
            (PropertyType::Collection, rest) if !multiple && !rest.is_empty() => {
                self.level(property.children().collect(), value, rest)
            }
            (PropertyType::FixedCollection, [name, rest @ ..]) => {
                let group = property.groups().find(|group| group.name == *name)?;
                let fields = group.values.iter().collect();
                let value = value.and_then(|value| value.get(name));
                match rest {
                    [index, rest @ ..] if multiple && !rest.is_empty() => {
                        self.level(fields, element(value, index).as_ref(), rest)
                    }
                    rest if !multiple && !rest.is_empty() => self.level(fields, value, rest),
                    _ => Some(Place::Group { multiple }),
                }
            }
            _ => Some(Place::Property(property)),
        }
    }
}
