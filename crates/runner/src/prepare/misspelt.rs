//! Names in a file that nothing reads, and that differ from one that is read by a slip of the pen.

use std::collections::BTreeSet;

use heddle_node::description::{NodeProperty, PropertyType};
use heddle_node::json::pointer_token;
use heddle_node::{CredentialType, Json, JsonObject, StoredProblem, Weight};
use heddle_workflow::{Problem, Workflow};

use crate::suggest::{misspelt_letters, quote};

const FILTER: [&str; 3] = ["options", "conditions", "combinator"];
const FILTER_OPTIONS: [&str; 4] = ["caseSensitive", "leftValue", "typeValidation", "version"];
const CONDITION: [&str; 4] = ["id", "leftValue", "rightValue", "operator"];
const OPERATOR: [&str; 5] = ["type", "operation", "rightType", "singleValue", "name"];
const ASSIGNMENTS: [&str; 1] = ["assignments"];
const ASSIGNMENT: [&str; 4] = ["id", "name", "value", "type"];

/// What a workflow file holds, n8n's and ours.
const WORKFLOW: [&str; 21] = [
    "id",
    "name",
    "nodes",
    "connections",
    "active",
    "settings",
    "staticData",
    "pinData",
    "meta",
    "tags",
    "versionId",
    "activeVersionId",
    "versionCounter",
    "triggerCount",
    "createdAt",
    "updatedAt",
    "isArchived",
    "description",
    "shared",
    "homeProject",
    "scopes",
];
const SETTINGS: [&str; 17] = [
    "timezone",
    "errorWorkflow",
    "callerIds",
    "callerPolicy",
    "saveDataErrorExecution",
    "saveDataSuccessExecution",
    "saveManualExecutions",
    "saveExecutionProgress",
    "executionTimeout",
    "executionOrder",
    "binaryMode",
    "timeSavedPerExecution",
    "timeSavedMode",
    "availableInMCP",
    "credentialResolverId",
    "redactionPolicy",
    "customTelemetryTags",
];
const NODE: [&str; 30] = [
    "id",
    "name",
    "type",
    "typeVersion",
    "position",
    "parameters",
    "credentials",
    "disabled",
    "notes",
    "notesInFlow",
    "onError",
    "continueOnFail",
    "retryOnFail",
    "maxTries",
    "waitBetweenTries",
    "alwaysOutputData",
    "executeOnce",
    "webhookId",
    "extendsCredential",
    "rewireOutputLogTo",
    "forcedParameters",
    "concurrency",
    "timeLimit",
    "answerLimit",
    "strict",
    "effect",
    "idempotencyKey",
    "recipient",
    "sendOnce",
    "exclude",
];

/// The parameters whose names no property has, and one nearly has. `written` are those of the file; what a node brought up
/// to date is no longer in `upgraded`.
pub(crate) fn parameters(properties: &[NodeProperty], written: &Json, upgraded: &Json) -> Vec<StoredProblem> {
    let mut search = Search { problems: Vec::new() };
    if let Some(values) = written.as_object() {
        let properties: Vec<&NodeProperty> = properties.iter().collect();
        let names = properties.iter().map(|property| property.name.as_str());
        search.names(names, values, "", &|name| upgraded.get(name).is_some());
        search.values(&properties, values, "");
    }
    search.problems
}

/// The same of the settings of nodes and of the workflow.
pub(crate) fn settings(workflow: &Workflow) -> Vec<Problem> {
    let json = workflow.to_json();
    let root = workflow.root_pointer();
    let mut problems = Vec::new();
    let mut look = |known: &[&str], object: Option<&Json>, pointer: &str, node: &str| {
        let mut search = Search { problems: Vec::new() };
        if let Some(object) = object.and_then(Json::as_object) {
            search.names(known.iter().copied(), object, pointer, &|_| true);
        }
        for found in search.problems {
            let mut problem = Problem::warning(found.message).in_node(node);
            problem.help = found.help;
            problem.span = workflow.span(&found.pointer);
            problems.push(problem.at(found.pointer));
        }
    };
    look(&WORKFLOW, Some(&json), root, "");
    look(&SETTINGS, json.get("settings"), &format!("{root}/settings"), "");
    for (index, node) in json.get("nodes").and_then(Json::as_array).unwrap_or_default().iter().enumerate() {
        let name = node.get("name").and_then(Json::as_str).unwrap_or_default();
        look(&NODE, Some(node), &format!("{root}/nodes/{index}"), name);
    }
    problems
}

struct Search {
    problems: Vec<StoredProblem>,
}

impl Search {
    /// Reports the keys that are none of these names, and nearly one.
    fn names<'n>(
        &mut self,
        names: impl Iterator<Item = &'n str>,
        values: &JsonObject,
        pointer: &str,
        counts: &dyn Fn(&str) -> bool,
    ) {
        let names: BTreeSet<&str> = names.collect();
        for key in values.keys().filter(|key| !names.contains(key) && counts(key)) {
            let mut near: Vec<&str> = names.iter().copied().filter(|name| is_near(name, key)).collect();
            near.sort_by_key(|name| strsim::osa_distance(&plain(name), &plain(key)));
            if near.is_empty() {
                continue;
            }
            near.truncate(2);
            let place = format!("{pointer}/{}", pointer_token(key));
            self.problems.push(StoredProblem::new(
                Weight::Warning,
                place,
                format!("Nothing reads \"{key}\""),
                format!("Did you mean {}?", quote(&near)),
            ));
        }
    }

    /// Looks into what the properties hold. Several properties may have one name, each shown in its own case.
    fn values(&mut self, properties: &[&NodeProperty], values: &JsonObject, pointer: &str) {
        for (name, value) in values.iter() {
            let own: Vec<&NodeProperty> =
                properties.iter().copied().filter(|property| property.name == name).collect();
            let Some(kind) = own.first().map(|property| property.kind) else { continue };
            let pointer = format!("{pointer}/{}", pointer_token(name));
            match kind {
                PropertyType::Collection => {
                    let children: Vec<&NodeProperty> =
                        own.iter().flat_map(|property| property.children()).collect();
                    self.each(value, &pointer, &mut |search, fields, pointer| {
                        search.fields(&children, fields, pointer)
                    });
                }
                PropertyType::FixedCollection => self.groups(&own, value, &pointer),
                PropertyType::Filter => self.filter(value, &pointer),
                PropertyType::AssignmentCollection => {
                    self.list(value, &ASSIGNMENTS, "assignments", &pointer, &mut |search, row, pointer| {
                        search.names(ASSIGNMENT.into_iter(), row, pointer, &|_| true);
                    });
                }
                _ => {}
            }
        }
    }

    fn fields(&mut self, properties: &[&NodeProperty], values: &JsonObject, pointer: &str) {
        let names = properties.iter().map(|property| property.name.as_str());
        self.names(names, values, pointer, &|_| true);
        self.values(properties, values, pointer);
    }

    fn groups(&mut self, properties: &[&NodeProperty], value: &Json, pointer: &str) {
        let Some(groups) = value.as_object() else { return };
        let all = || properties.iter().flat_map(|property| property.groups());
        self.names(all().map(|group| group.name.as_str()), groups, pointer, &|_| true);
        for (name, rows) in groups.iter() {
            let fields: Vec<&NodeProperty> =
                all().filter(|group| group.name == name).flat_map(|group| &group.values).collect();
            if !fields.is_empty() {
                let pointer = format!("{pointer}/{name}");
                self.each(rows, &pointer, &mut |search, row, pointer| search.fields(&fields, row, pointer));
            }
        }
    }

    fn filter(&mut self, value: &Json, pointer: &str) {
        if let Some(options) = value.get("options").and_then(Json::as_object) {
            self.names(FILTER_OPTIONS.into_iter(), options, &format!("{pointer}/options"), &|_| true);
        }
        self.list(value, &FILTER, "conditions", pointer, &mut |search, condition, pointer| {
            search.names(CONDITION.into_iter(), condition, pointer, &|_| true);
            if let Some(operator) = condition.get("operator").and_then(Json::as_object) {
                search.names(OPERATOR.into_iter(), operator, &format!("{pointer}/operator"), &|_| true);
            }
        });
    }

    /// An object with these names, and a list of objects in it.
    fn list(
        &mut self,
        value: &Json,
        names: &[&str],
        list: &str,
        pointer: &str,
        look: &mut dyn FnMut(&mut Self, &JsonObject, &str),
    ) {
        let Some(object) = value.as_object() else { return };
        self.names(names.iter().copied(), object, pointer, &|_| true);
        if let Some(rows) = object.get(list) {
            self.each(rows, &format!("{pointer}/{list}"), look);
        }
    }

    /// Looks at an object, or at each one of a list.
    fn each(&mut self, value: &Json, pointer: &str, look: &mut dyn FnMut(&mut Self, &JsonObject, &str)) {
        if let Some(object) = value.as_object() {
            look(self, object, pointer);
        }
        for (index, row) in value.as_array().unwrap_or_default().iter().enumerate() {
            if let Some(row) = row.as_object() {
                look(self, row, &format!("{pointer}/{index}"));
            }
        }
    }
}

/// Fields that a credential's type does not have, each with the one that was probably meant and that is missing.
pub(crate) fn misspelt_fields(kind: &CredentialType, data: &Json) -> Vec<(String, String)> {
    let names: Vec<&str> = kind.properties.iter().map(|property| property.name.as_str()).collect();
    let written = data.as_object().into_iter().flat_map(|fields| fields.keys());
    let unknown = written.filter(|written| !names.contains(written));
    let near = unknown.filter_map(|written| {
        let missing = names.iter().filter(|name| data.get(name).is_none());
        let name = missing.copied().find(|name| {
            name.eq_ignore_ascii_case(written)
                || misspelt_letters(&name.to_lowercase(), &written.to_lowercase()).is_some()
                || is_near(name, written)
        })?;
        Some((written.to_owned(), name.to_owned()))
    });
    near.collect()
}

/// Whether a key is a name but for a slip of the pen: its case, a `_` or `-`, or a letter or two.
fn is_near(name: &str, key: &str) -> bool {
    let (name, key) = (plain(name), plain(key));
    if name == key {
        return true;
    }
    let slips = match name.len().min(key.len()) {
        0..4 => return false,
        4..6 => 1,
        6..12 => 2,
        _ => 3,
    };
    strsim::osa_distance(&name, &key) <= slips
}

fn plain(name: &str) -> String {
    name.chars().filter(|letter| !matches!(letter, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn a_slip_of_the_pen_is_near_and_another_word_is_not() {
        for (name, key) in [
            ("channelId", "channelID"),
            ("channelId", "channel_id"),
            ("channelId", "chanelId"),
            ("channelId", "channel"),
            ("numberToSend", "numberTosend"),
            ("numberToSend", "numbertoSent"),
            ("onError", "onEror"),
            ("retryOnFail", "retryOnFial"),
            ("key", "Key"),
        ] {
            assert!(is_near(name, key), "{name} {key}");
        }
        for (name, key) in
            [("name", "color"), ("id", "to"), ("key", "keys"), ("notes", "nodes1"), ("resume", "options")]
        {
            assert!(!is_near(name, key), "{name} {key}");
        }
    }
}
