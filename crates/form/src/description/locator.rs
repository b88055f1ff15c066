//! Resource locators (`docs/parameters.md §11`).

use super::model::model;

model! {
    /// A way to name the thing of a `resourceLocator`: n8n's `INodePropertyMode`.
    pub struct LocatorMode {
        /// Label.
        display_name: String = "displayName" [always],
        /// Name in the stored value.
        name: String = "name" [required],
        /// `list` or `string`.
        kind: String = "type" [always],
        /// Line below the field.
        hint: Option<String> = "hint",
        /// Grey text in the empty field.
        placeholder: Option<String> = "placeholder",
        /// Where the thing can be seen, with `{{$value}}` for the value.
        url: Option<String> = "url",
        /// What a text must match.
        validation: Vec<LocatorValidation> = "validation",
        /// How the value is taken out of a longer text, such as the id out of a URL.
        extract_value: Option<ExtractValue> = "extractValue",
        /// Where the list comes from.
        type_options: Option<Box<LocatorTypeOptions>> = "typeOptions",
    }

    /// Where the list of a [`LocatorMode`] comes from.
    pub struct LocatorTypeOptions {
        /// The method of the node that gives the list.
        search_list_method: Option<String> = "searchListMethod",
        /// The method takes a text to search for.
        searchable: bool = "searchable",
        /// The method needs one.
        search_filter_required: bool = "searchFilterRequired",
        /// The list is loaded without a credential.
        skip_credentials_check: bool = "skipCredentialsCheckInRLC",
    }

    /// A rule for the text of a [`LocatorMode`].
    pub struct LocatorValidation {
        /// `regex`; rules of other kinds are not checked.
        kind: String = "type" [always],
        /// The rule.
        properties: LocatorPattern = "properties" [always],
    }

    /// A pattern that a whole text must match.
    pub struct LocatorPattern {
        /// ECMAScript regular expression.
        regex: String = "regex" [always],
        /// What the user reads otherwise.
        error_message: String = "errorMessage" [always],
    }

    /// How a value is taken out of a longer text.
    pub struct ExtractValue {
        /// `regex`.
        kind: String = "type" [always],
        /// ECMAScript regular expression with exactly one group.
        regex: String = "regex" [always],
    }
}
