//! The form of Set. Properties that share a name, one for each way to show it, cannot be said by a Rust type: they are
//! added to what the type says.

use heddle_node::description::{DisplayOptions, NodeProperty, PropertyOption, PropertyType};
use heddle_node::schema::{SchemaError, derive_properties};
use heddle_node::{Json, JsonObject, json};

use super::SetParameters;

pub(super) fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
    let mut properties = Vec::new();
    for property in derive_properties::<SetParameters>()? {
        let more = match property.name.as_str() {
            "duplicateCount" => vec![duplicate_warning()],
            "assignments" => vec![upgraded_assignments(&property)],
            "includeOtherFields" => vec![include(&properties)],
            "excludeFields" => {
                vec![later_list(find(&properties, "includeFields")), later_list(Some(&property))]
            }
            _ => Vec::new(),
        };
        properties.push(property);
        properties.extend(more.into_iter().flatten());
    }
    Ok(properties)
}

fn duplicate_warning() -> Option<NodeProperty> {
    Some(NodeProperty {
        display_name: "This node repeats its items in test runs. Other runs ignore that.".to_owned(),
        name: "duplicateWarning".to_owned(),
        kind: PropertyType::Notice,
        default: Json::from(""),
        display_options: display(json!({ "duplicateItem": [true] }), Json::NULL),
        ..NodeProperty::default()
    })
}

/// Where the fields of older versions stand once they are upgraded.
fn upgraded_assignments(assignments: &NodeProperty) -> Option<NodeProperty> {
    Some(NodeProperty {
        kind: PropertyType::Hidden,
        display_options: display(json!({ "@version": [3, 3.1, 3.2], "mode": ["manual"] }), Json::NULL),
        ..assignments.clone()
    })
}

/// `include` since version 3.3, where a switch of its own says "none".
fn include(properties: &[NodeProperty]) -> Option<NodeProperty> {
    let mut include = find(properties, "include")?.clone();
    include.display_name = "Input Fields to Include".to_owned();
    include.options.retain(
        |option| !matches!(option, PropertyOption::Choice(choice) if choice.value.as_str() == Some("none")),
    );
    for (choice, name) in include.options.iter_mut().zip(["All", "Selected", "All Except"]) {
        if let PropertyOption::Choice(choice) = choice {
            choice.name = name.to_owned();
        }
    }
    include.display_options =
        display(Json::NULL, json!({ "@version": [3, 3.1, 3.2], "/includeOtherFields": [false] }));
    Some(include)
}

/// `includeFields` and `excludeFields` since version 3.3.
fn later_list(list: Option<&NodeProperty>) -> Option<NodeProperty> {
    let list = list?;
    let include = list.display_options.as_ref()?.show.get("include")?.clone();
    Some(NodeProperty {
        display_options: display(
            json!({ "include": include, "/includeOtherFields": [true] }),
            json!({ "@version": [3, 3.1, 3.2] }),
        ),
        ..list.clone()
    })
}

fn find<'a>(properties: &'a [NodeProperty], name: &str) -> Option<&'a NodeProperty> {
    properties.iter().find(|property| property.name == name)
}

fn display(show: Json, hide: Json) -> Option<DisplayOptions> {
    let conditions = |conditions: Json| conditions.into_object().unwrap_or_else(|_| JsonObject::new());
    Some(DisplayOptions { show: conditions(show), hide: conditions(hide), ..DisplayOptions::default() })
}
