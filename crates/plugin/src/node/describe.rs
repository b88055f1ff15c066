//! Descriptions of nodes as n8n's loader completes them, and as the form reads them.

use heddle_data::{Json, JsonObject, from_json};
use heddle_node::{NodeDescription, NodeProperty};

/// What a file with a node holds.
pub(crate) struct Loaded {
    pub(crate) versions: Vec<Described>,
}

/// One version, or several that one description serves.
pub(crate) struct Described {
    pub(crate) description: NodeDescription,
    /// The description as the package has it, functions as `{ "__function": number }`.
    pub(crate) source: Json,
    /// What of the type there is: `execute`, `poll`, `trigger`, `webhook`, `supplyData`.
    pub(crate) has: Vec<String>,
    /// Names of methods, by kind.
    pub(crate) methods: Json,
    /// Operations with a function of their own, by resource.
    pub(crate) custom: Json,
}

impl Described {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.has.iter().any(|own| own == name)
    }

    /// Whether n8n sends the requests of the description itself.
    pub(crate) fn is_declarative(&self) -> bool {
        let has_defaults = self.source.get("requestDefaults").is_some();
        let has_methods = self.methods.as_object().is_some_and(|own| !own.is_empty());
        ["execute", "poll", "trigger", "supplyData"].iter().all(|name| !self.has(name))
            && (!self.has("webhook") || has_defaults)
            && (!has_methods || has_defaults)
    }

    /// Names of methods of one kind.
    pub(crate) fn methods_of(&self, kind: &str) -> Vec<&str> {
        self.methods
            .get(kind)
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect()
    }
}

/// Reads what the world told of a file with a node. `type_of` makes a full type of a node's name.
///
/// # Errors
/// When a description is none; the text names what is wrong.
pub(crate) fn describe_node(told: &Json, package: &str, extras: &JsonObject) -> Result<Loaded, String> {
    let versions = told.get("versions").and_then(Json::as_array).unwrap_or_default();
    let read = |version: &Json| -> Result<Described, String> {
        let source = version.get("description").cloned().unwrap_or_default();
        let list = |key: &str| {
            let list = version.get(key).and_then(Json::as_array).unwrap_or_default();
            list.iter().filter_map(Json::as_str).map(str::to_owned).collect::<Vec<_>>()
        };
        let mut described = Described {
            description: NodeDescription::default(),
            has: list("has"),
            methods: version.get("methods").cloned().unwrap_or_default(),
            custom: version.get("custom").cloned().unwrap_or_default(),
            source,
        };
        described.description = complete(&described, package, extras)?;
        Ok(described)
    };
    Ok(Loaded { versions: versions.iter().map(read).collect::<Result<_, _>>()? })
}

/// The description with what n8n's loader adds, in the form's types.
fn complete(described: &Described, package: &str, extras: &JsonObject) -> Result<NodeDescription, String> {
    let mut description = without_functions(&described.source);
    let name = described.source.get("name").and_then(Json::as_str).unwrap_or_default();
    if name.is_empty() {
        return Err("the description has no name".to_owned());
    }
    description.insert("name", Json::from(format!("{package}.{name}")));
    for (key, value) in extras.iter() {
        description.insert(key, value.clone());
    }
    for (key, empty) in [("displayName", ""), ("description", "")] {
        if description.get(key).is_none_or(|value| !value.is_string()) {
            description.insert(key, Json::from(empty));
        }
    }
    let mut properties = description.get("properties").cloned().unwrap_or_else(Json::array);
    if described.is_declarative() {
        properties.push(request_options());
    }
    description.insert("properties", properties);
    let methods = described.methods_of("loadOptions");
    if !methods.is_empty() {
        description.insert("__loadOptionsMethods", methods.into_iter().map(Json::from).collect::<Json>());
    }
    normalize(&mut description);
    let mut read: NodeDescription =
        from_json(&description).map_err(|error| format!("its description: {error}"))?;
    read.properties.iter_mut().for_each(take_any);
    Ok(read)
}

/// A package's code gets values as they are; n8n checks no more than `validateType` before.
fn take_any(property: &mut NodeProperty) {
    property.takes_any = property.validate_type.is_none() && !property.is_structure();
    for option in &mut property.options {
        match option {
            heddle_node::description::PropertyOption::Property(child) => take_any(child),
            heddle_node::description::PropertyOption::Group(group) => {
                group.values.iter_mut().for_each(take_any)
            }
            heddle_node::description::PropertyOption::Choice(_) => {}
        }
    }
}

/// The value as JSON writes it: without functions, which are null in lists.
fn without_functions(value: &Json) -> Json {
    let is_function = |value: &Json| value.get("__function").is_some();
    if let Some(list) = value.as_array() {
        let element = |value: &Json| if is_function(value) { Json::NULL } else { without_functions(value) };
        return list.iter().map(element).collect();
    }
    match value.as_object() {
        Some(object) => {
            let mut made = JsonObject::new();
            for (key, value) in object.iter().filter(|(_, value)| !is_function(value)) {
                made.insert(key, without_functions(value));
            }
            Json::from(made)
        }
        None => value.clone(),
    }
}

/// Adds what the form cannot do without.
fn normalize(description: &mut Json) {
    if description.get("version").is_none() {
        description.insert("version", Json::from(1));
    }
    for side in ["inputs", "outputs"] {
        if description.get(side).is_none_or(|ports| !ports.is_array() && !ports.is_string()) {
            description.insert(side, Json::array());
        }
    }
    if description.get("group").is_none_or(|group| !group.is_array()) {
        description.insert("group", Json::array());
    }
    if description.get("defaults").and_then(|defaults| defaults.get("name")).is_none() {
        let name = description.get("displayName").cloned().unwrap_or_default();
        let mut defaults = JsonObject::new();
        defaults.insert("name", name);
        description.insert("defaults", Json::from(defaults));
    }
}

/// The property that n8n's loader adds to declarative nodes.
fn request_options() -> Json {
    heddle_node::json!({
        "displayName": "Request Options", "name": "requestOptions", "type": "collection", "isNodeSetting": true,
        "placeholder": "Add Option", "default": {},
        "options": [
            {
                "displayName": "Batching", "name": "batching", "placeholder": "Add Batching", "type": "fixedCollection",
                "typeOptions": {"multipleValues": false}, "default": {"batch": {}},
                "options": [{
                    "displayName": "Batching", "name": "batch",
                    "values": [
                        {
                            "displayName": "Items per Batch", "name": "batchSize", "type": "number",
                            "typeOptions": {"minValue": -1}, "default": 50,
                            "description": "Input will be split in batches to throttle requests. -1 for disabled. 0 will be treated as 1."
                        },
                        {
                            "displayName": "Batch Interval (ms)", "name": "batchInterval", "type": "number",
                            "typeOptions": {"minValue": 0}, "default": 1000,
                            "description": "Time (in milliseconds) between each batch of requests. 0 for disabled."
                        }
                    ]
                }]
            },
            {
                "displayName": "Ignore SSL Issues (Insecure)", "name": "allowUnauthorizedCerts", "type": "boolean",
                "noDataExpression": true, "default": false,
                "description": "Whether to accept the response even if SSL certificate validation is not possible"
            },
            {
                "displayName": "Proxy", "name": "proxy", "type": "string", "default": "",
                "placeholder": "e.g. http://myproxy:3128",
                "description": "HTTP proxy to use. If authentication is required it can be defined as follow: http://username:password@myproxy:3128"
            },
            {
                "displayName": "Timeout", "name": "timeout", "type": "number", "typeOptions": {"minValue": 1}, "default": 10000,
                "description": "Time in ms to wait for the server to send response headers (and start the response body) before aborting the request"
            }
        ]
    })
}
