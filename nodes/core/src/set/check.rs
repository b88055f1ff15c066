//! What is wrong with stored parameters, before any item: fields in the shape of another version, which would not be set,
//! and constants that cannot be brought to the type of their field.

use heddle_node::parameters::javascript::to_text;
use heddle_node::{Json, JsonObject, StoredProblem, Weight, holds_expression};

use super::{Include, Rules, convert, upgrade};

/// Types of a field since version 3.3.
const TYPES: [&str; 6] = ["string", "number", "boolean", "array", "object", "binary"];
/// Types of a field of versions 3 to 3.2.
const ROW_TYPES: [&str; 5] = ["stringValue", "numberValue", "booleanValue", "arrayValue", "objectValue"];
/// Types that are converted as well, although no form offers them, and `any`, which leaves a value as it is.
const FURTHER_TYPES: [&str; 8] =
    ["any", "datetime", "time", "options", "url", "jwt", "form-fields", "string-alphanumeric"];

/// How fields are written since version 3.3.
const SHAPE: &str = "Write each field as { \"name\": …, \"type\": \"string\", \"value\": … } in the list \"assignments.assignments\".";
/// How versions 3 to 3.2 write them.
const ROW_SHAPE: &str = "Write each field as { \"name\": …, \"type\": \"stringValue\", \"stringValue\": … } in the list \"fields.values\".";

/// Everything that is wrong with parameters as the file has them.
pub(super) fn check(parameters: &Json, version: f64) -> Vec<StoredProblem> {
    let Some(parameters) = parameters.as_object() else { return Vec::new() };
    let mut check = Check { parameters, version, problems: Vec::new() };
    match parameters.get("mode").map(|mode| mode.as_str().unwrap_or_default()) {
        None | Some("manual") => check.fields(),
        Some("raw") => check.json(),
        // Another mode is reported by the form; an expression only an item can tell.
        Some(_) => {}
    }
    check.problems
}

struct Check<'a> {
    parameters: &'a JsonObject,
    version: f64,
    problems: Vec<StoredProblem>,
}

impl Check<'_> {
    fn refuse(&mut self, pointer: &str, message: impl Into<String>, help: &str) {
        self.problems.push(StoredProblem::new(Weight::Refused, pointer, message, help));
    }

    fn warn(&mut self, pointer: &str, message: impl Into<String>, help: &str) {
        self.problems.push(StoredProblem::new(Weight::Warning, pointer, message, help));
    }

    fn is_row_version(&self) -> bool {
        self.version < 3.3
    }

    fn shape(&self) -> &'static str {
        if self.is_row_version() { ROW_SHAPE } else { SHAPE }
    }

    fn get(&self, pointer: &str) -> Option<&Json> {
        let (first, rest) = pointer.split_once('/').unwrap_or((pointer, ""));
        let value = self.parameters.get(first)?;
        if rest.is_empty() { Some(value) } else { value.pointer(&format!("/{rest}")) }
    }

    fn has_list(&self, pointer: &str) -> bool {
        self.get(pointer).and_then(Json::as_array).is_some_and(|list| !list.is_empty())
    }

    /// The fields that are listed one by one.
    fn fields(&mut self) {
        let (own, foreign, versions) = match self.is_row_version() {
            true => ("fields/values", "assignments/assignments", "3.3 and later"),
            false => ("assignments/assignments", "fields/values", "3 to 3.2"),
        };
        if self.has_list(foreign) {
            let message = format!(
                "The fields stand in \"{}\", as in versions {versions} of the node; version {} does not set them",
                foreign.replace('/', "."),
                self.version
            );
            self.refuse(&format!("/{foreign}"), message, self.shape());
        }
        let in_values =
            ["string", "number", "boolean"].iter().any(|kind| self.has_list(&format!("values/{kind}")));
        if in_values {
            let message = format!(
                "The fields stand in \"values\", as in versions 1 and 2 of the node; version {} does not set them",
                self.version
            );
            self.refuse("/values", message, self.shape());
        }
        let is_listed = self.own_list(own);
        if !is_listed && self.parameters.get("jsonOutput").is_some_and(|json| !is_blank(json)) {
            self.refuse(
                "/jsonOutput",
                "The fields are written as JSON, but the mode is not \"raw\": nothing would be set",
                "Set \"mode\" to \"raw\", or list the fields one by one.",
            );
        } else if !is_listed && self.problems.is_empty() && !self.is_row_version() && self.keeps_nothing() {
            self.warn(
                "",
                "The node sets no field and keeps none: every item becomes empty",
                "Add a field, or set \"includeOtherFields\" to true.",
            );
        }
        self.include();
    }

    /// Looks at the list that this version reads. Whether there is anything in it.
    fn own_list(&mut self, pointer: &str) -> bool {
        let (parent, _) = pointer.split_once('/').unwrap_or((pointer, ""));
        let rows = match self.get(pointer).filter(|list| !list.is_null()) {
            Some(list) => match list.as_array() {
                Some(rows) => rows.to_vec(),
                None if is_expression(list) => return true,
                None => {
                    self.refuse(&format!("/{pointer}"), "The fields to set are not a list", self.shape());
                    return true;
                }
            },
            None => {
                let parent_value = self.parameters.get(parent);
                let other = parent_value.and_then(Json::as_object).and_then(|object| {
                    object.iter().find(|(_, value)| value.as_array().is_some_and(|list| !list.is_empty()))
                });
                let is_open = parent_value.is_some_and(is_expression);
                if let Some((other, _)) = other.filter(|_| !self.is_row_version()) {
                    let message =
                        format!("The fields stand in \"{parent}.{other}\", where they are not looked for");
                    self.refuse(&format!("/{parent}"), message, self.shape());
                    return true;
                }
                return is_open;
            }
        };
        for (index, row) in rows.iter().enumerate() {
            self.row(row, &format!("/{pointer}/{index}"));
        }
        !rows.is_empty()
    }

    fn row(&mut self, row: &Json, place: &str) {
        if is_expression(row) {
            return;
        }
        let Some(fields) = row.as_object() else {
            self.refuse(place, "A field to set is no object", self.shape());
            return;
        };
        match fields.get("name") {
            None if !self.is_row_version() => {
                self.refuse(place, "A field to set has no \"name\"", self.shape());
                return;
            }
            Some(name) if name.as_str() == Some("") => self.warn(
                &format!("{place}/name"),
                "A field to set has an empty name",
                "Give it a name, or take the field away.",
            ),
            _ => {}
        }
        if self.is_row_version() { self.typed_value(fields, place) } else { self.value(fields, place) }
    }

    /// A field of versions 3 to 3.2: a value for each type, of which `type` names one.
    fn typed_value(&mut self, row: &JsonObject, place: &str) {
        let kind = row.get("type").filter(|kind| !kind.is_null());
        if kind.is_some_and(is_expression) {
            return;
        }
        let kind = kind.map_or("stringValue".into(), to_text);
        if !ROW_TYPES.contains(&&*kind) {
            let message = format!("There is no type \"{kind}\" in version {} of the node", self.version);
            self.refuse(
                &format!("{place}/type"),
                message,
                &format!("The types are {}.", ROW_TYPES.join(", ")),
            );
            return;
        }
        if !row.contains_key(&kind) {
            let other = ROW_TYPES.into_iter().chain(["value"]).find(|other| row.contains_key(other));
            if let Some(other) = other {
                let message = format!("The field has the type \"{kind}\", but its value in \"{other}\"");
                self.refuse(&format!("{place}/{other}"), message, self.shape());
            }
            return;
        }
        let assignment = upgrade::upgrade_row(&Json::from(row.clone()));
        self.constant(&assignment, &format!("{place}/{kind}"));
    }

    /// A field since version 3.3.
    fn value(&mut self, row: &JsonObject, place: &str) {
        let kind = row.get("type").filter(|kind| !kind.is_null());
        if kind.is_some_and(is_expression) {
            return;
        }
        if let Some(kind) = kind {
            let kind = to_text(kind);
            let lower = kind.to_lowercase();
            if !TYPES.contains(&&*lower) && !FURTHER_TYPES.contains(&&*lower) {
                let message =
                    format!("There is no type \"{kind}\", so the value would not be brought to one");
                self.refuse(
                    &format!("{place}/type"),
                    message,
                    &format!("The types are {}.", TYPES.join(", ")),
                );
                return;
            }
        }
        if !row.contains_key("value") {
            match row.keys().find(|key| ROW_TYPES.contains(key) || key.eq_ignore_ascii_case("value")) {
                Some(other) => {
                    let message = format!("The field has no \"value\", but \"{other}\"");
                    self.refuse(&format!("{place}/{other}"), message, self.shape());
                }
                None => self.warn(place, "The field has no \"value\": it is set to null", self.shape()),
            }
            return;
        }
        self.constant(&Json::from(row.clone()), &format!("{place}/value"));
    }

    /// A constant that cannot be brought to its type fails for every item.
    fn constant(&mut self, assignment: &Json, place: &str) {
        let part = |name| assignment.get(name).unwrap_or(const { &Json::NULL });
        let (name, value) = (part("name"), part("value"));
        let kind = part("type").as_str().unwrap_or_default();
        if kind == "binary" || is_expression(name) || holds_expression(value) {
            return;
        }
        let ignores = self.get("options/ignoreConversionErrors");
        if self.get("options").is_some_and(is_expression)
            || ignores.is_some_and(|ignores| ignores.as_bool() != Some(false))
        {
            return;
        }
        let rules = Rules {
            include: Include::None,
            dots: false,
            dots_in_keys: false,
            ignore_errors: false,
            keep_files: false,
            version: self.version,
            item_index: 0,
        };
        if let Err(error) = convert::value(&to_text(name), Some(value), kind, rules) {
            // It says the same of every item.
            let message = error.message.trim_end_matches(" [item 0]").to_owned();
            let problem = StoredProblem { pointer: place.to_owned(), message, ..StoredProblem::from(error) };
            self.problems.push(problem);
        }
    }

    /// The JSON mode without JSON sets its example.
    fn json(&mut self) {
        let has_rows = ["assignments/assignments", "fields/values"].iter().any(|list| self.has_list(list));
        if has_rows && !self.parameters.contains_key("jsonOutput") {
            self.refuse(
                "/mode",
                "The mode is \"raw\", but there is no \"jsonOutput\": the listed fields would not be set",
                "Set \"mode\" to \"manual\", or write the fields as JSON.",
            );
        }
        self.include();
    }

    /// Which fields are kept is said otherwise since version 3.3, and before version 3.
    fn include(&mut self) {
        let later = self.parameters.get("includeOtherFields");
        let include = self.parameters.get("include");
        let keeps_only_set = self.parameters.get("keepOnlySet").and_then(Json::as_bool);
        if self.is_row_version() {
            let keeps_none = include.and_then(Json::as_str) == Some("none");
            let help = "Write \"include\": \"none\" in its place.";
            if include.is_none() && later.and_then(Json::as_bool) == Some(false) {
                let message =
                    "\"includeOtherFields\" is of version 3.3 and later; this version keeps the other fields";
                self.refuse("/includeOtherFields", message, help);
            } else if keeps_only_set == Some(true) && !keeps_none {
                let message = "\"keepOnlySet\" is of versions 1 and 2; this version keeps the other fields";
                self.refuse("/keepOnlySet", message, help);
            }
        } else if later.is_none() {
            let help = "Write \"includeOtherFields\": true beside it.";
            if include
                .and_then(Json::as_str)
                .is_some_and(|include| matches!(include, "all" | "selected" | "except"))
            {
                let message = "\"include\" counts only beside \"includeOtherFields\": no other field is kept";
                self.refuse("/include", message, help);
            } else if keeps_only_set == Some(false) {
                let message = "\"keepOnlySet\" is of versions 1 and 2; this version keeps no other field";
                self.refuse("/keepOnlySet", message, "Write \"includeOtherFields\": true in its place.");
            }
        }
    }

    fn keeps_nothing(&self) -> bool {
        self.parameters.get("includeOtherFields").is_none_or(|keeps| keeps.as_bool() == Some(false))
            && !self.parameters.get("assignments").is_some_and(is_expression)
    }
}

fn is_blank(value: &Json) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim_start_matches('=').trim().is_empty())
}

fn is_expression(value: &Json) -> bool {
    value.as_str().is_some_and(|text| text.starts_with('='))
}
