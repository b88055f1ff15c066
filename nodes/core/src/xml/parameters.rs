//! The parameters of XML.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::read::ReadRules;

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct XmlParameters {
    /// What becomes of what.
    pub mode: Mode,
    /// The field with the XML, or that gets it.
    pub data_property_name: String,
    /// Further settings.
    pub options: XmlOptions,
}

/// What becomes of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Mode {
    /// An item becomes XML.
    #[serde(rename = "jsonToxml")]
    JsonToXml,
    /// XML becomes an item.
    #[default]
    #[serde(rename = "xmlToJson")]
    XmlToJson,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct XmlOptions {
    /// Whether any character may be written.
    pub allow_surrogate_chars: bool,
    /// The field with an element's attributes.
    pub attrkey: Option<String>,
    /// The field with an element's text.
    pub charkey: Option<String>,
    /// Whether texts with special characters are written as CDATA.
    pub cdata: bool,
    /// Whether there is no XML declaration.
    pub headless: bool,
    /// Name of the outermost element.
    pub root_name: Option<String>,
    /// Whether an element alone is a list, too.
    pub explicit_array: bool,
    /// Whether the outermost element is a field.
    pub explicit_root: Option<bool>,
    /// Whether attributes are left out.
    pub ignore_attrs: bool,
    /// Whether attributes are fields like the elements inside.
    pub merge_attrs: Option<bool>,
    /// Whether several blanks in a text become one.
    pub normalize: bool,
    /// Whether names are written in lower case.
    pub normalize_tags: bool,
    /// Whether white space around texts goes.
    pub trim: bool,
}

impl XmlOptions {
    pub(super) fn attrkey(&self) -> &str {
        self.attrkey.as_deref().unwrap_or("$")
    }

    pub(super) fn charkey(&self) -> &str {
        self.charkey.as_deref().unwrap_or("_")
    }

    /// How XML is read.
    pub(super) fn read_rules(&self) -> ReadRules<'_> {
        ReadRules {
            attrkey: self.attrkey(),
            charkey: self.charkey(),
            explicit_array: self.explicit_array,
            explicit_root: self.explicit_root.unwrap_or(true),
            ignore_attrs: self.ignore_attrs,
            merge_attrs: self.merge_attrs.unwrap_or(true),
            normalize: self.normalize,
            normalize_tags: self.normalize_tags,
            trim: self.trim,
        }
    }
}
