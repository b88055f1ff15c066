//! The parameters of Rename Keys.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RenameKeysParameters {
    /// The keys to rename.
    #[schemars(
        title = "Keys",
        extend(
            "x-type" = "fixedCollection",
            "x-placeholder" = "Add new key",
            "x-typeOptions" = { "sortable": true }
        )
    )]
    pub keys: Keys,
    /// Further settings.
    #[schemars(
        title = "Additional Options",
        extend("x-type" = "collection", "x-default" = {}, "x-placeholder" = "Add option")
    )]
    pub additional_options: AdditionalOptions,
}

/// The value of `keys`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Keys {
    /// The keys in order.
    #[schemars(title = "Key")]
    pub key: Vec<KeyRow>,
}

/// One key to rename.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct KeyRow {
    /// The key as it is, or a path such as `person.names[0]`.
    #[schemars(title = "Current Key Name", extend("x-placeholder" = "currentKey"))]
    pub current_key: String,
    /// What it becomes: a key or a path.
    #[schemars(title = "New Key Name", extend("x-placeholder" = "newKey"))]
    pub new_key: String,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct AdditionalOptions {
    /// Keys that a regular expression finds, renamed after the others.
    #[schemars(
        title = "Regex",
        extend(
            "x-type" = "fixedCollection",
            "x-placeholder" = "Add new regular expression",
            "x-typeOptions" = { "sortable": true }
        )
    )]
    pub regex_replacement: RegexReplacement,
}

/// The value of `regexReplacement`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RegexReplacement {
    /// The regular expressions in order.
    #[schemars(title = "Replacement")]
    pub replacements: Vec<Replacement>,
}

/// One regular expression.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Replacement {
    /// A word of warning.
    #[schemars(
        title = "Keys that were renamed already may be found, too",
        extend("x-type" = "notice")
    )]
    pub reg_ex_notice: String,
    /// A JavaScript regular expression, looked for in every key.
    #[schemars(title = "Regular Expression", extend("x-placeholder" = "e.g. [N-n]ame"))]
    pub search_regex: String,
    /// What stands in place of the first match; `$1`, `$2` … are its groups.
    #[schemars(title = "Replace With", extend("x-placeholder" = "replacedName"))]
    pub replace_regex: String,
    /// Further settings.
    #[schemars(
        title = "Options",
        extend("x-type" = "collection", "x-placeholder" = "Add Regex Option")
    )]
    pub options: RegexOptions,
}

/// Further settings of a regular expression.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RegexOptions {
    /// Whether upper and lower case are the same.
    #[schemars(title = "Case Insensitive")]
    pub case_insensitive: bool,
    /// How many levels deep keys are renamed: 0 is the item itself, -1 all levels.
    #[schemars(title = "Max Depth", extend("x-default" = -1))]
    pub depth: Option<f64>,
}
