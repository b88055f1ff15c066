//! The description of a credential type (`docs/parameters.md §16.1`).

use super::model::{Value, model};
use super::property::NodeProperty;
use super::routing::RequestSettings;
use super::type_options::Themed;
use heddle_data::Json;

model! {
    /// A credential type for a UI: n8n's `ICredentialType`, as its packages publish it.
    ///
    /// Whatever is read is written back equal, in the order in which it was written.
    pub struct CredentialDescription {
        /// Name in workflow files.
        name: String = "name" [required],
        /// Name for people.
        display_name: String = "displayName" [always],
        /// Address, or a word, of the documentation.
        documentation_url: Option<String> = "documentationUrl",
        /// Icon: `file:`, `fa:` or `node:` with its name.
        icon: Option<Themed> = "icon",
        /// Colour of the icon.
        icon_color: Option<String> = "iconColor",
        /// Where the icon is.
        icon_url: Option<Themed> = "iconUrl",
        /// Types whose fields it has, too.
        extends: Vec<String> = "extends",
        /// The form.
        properties: Vec<NodeProperty> = "properties" [required],
        /// How a request is authenticated. (A function is not JSON: n8n writes an empty object in its place.)
        authenticate: Option<AuthenticateRule> = "authenticate",
        /// The request that tells whether a credential works.
        test: Option<Box<CredentialRequestTest>> = "test",
        /// It authenticates requests of any service.
        generic_auth: bool = "genericAuth",
        /// What the HTTP Request node offers for it.
        http_request_node: Option<Box<CredentialHttpRequestNode>> = "httpRequestNode",
        /// Nodes that use it.
        supported_nodes: Vec<String> = "supportedNodes",
        /// No other node may use it.
        restrict_to_supported_nodes: bool = "restrictToSupportedNodes",
        /// It is not offered.
        hidden: bool = "hidden",
    }

    /// How a request is authenticated (`docs/parameters.md §16.4`).
    pub struct AuthenticateRule {
        /// `generic`; nothing for a function.
        kind: Option<String> = "type",
        /// What is set on every request.
        properties: Option<AuthenticateParts> = "properties",
    }

    /// What generic authentication sets. Keys and values may be expressions over `$credentials`.
    pub struct AuthenticateParts {
        /// Headers by name.
        headers: Option<Json> = "headers",
        /// Query parameters by name.
        query: Option<Json> = "qs",
        /// Fields of the body by name.
        body: Option<Json> = "body",
        /// User name and password of basic authentication.
        basic: Option<Json> = "auth",
    }

    /// The request that tells whether a credential works, and how its answer is read (`docs/parameters.md §16.5`).
    pub struct CredentialRequestTest {
        /// The request.
        request: Option<Box<RequestSettings>> = "request",
        /// What answers mean.
        rules: Vec<CredentialTestRule> = "rules",
    }

    /// What an answer to a credential's test means.
    pub struct CredentialTestRule {
        /// `responseCode` or `responseSuccessBody`.
        kind: String = "type" [always],
        /// The answer, and what it means.
        properties: CredentialTestAnswer = "properties" [always],
    }

    /// An answer to a credential's test that means failure.
    pub struct CredentialTestAnswer {
        /// The field of the body.
        key: Option<String> = "key",
        /// Its value, or the status.
        value: Option<Json> = "value",
        /// What the user reads.
        message: Option<String> = "message",
    }

    /// What the HTTP Request node offers for a credential type.
    pub struct CredentialHttpRequestNode {
        /// The service.
        name: Option<String> = "name",
        /// Where its API is described.
        docs_url: Option<String> = "docsUrl",
        /// Where its API is.
        api_base_url: Option<String> = "apiBaseUrl",
        /// What stands in the empty field for that.
        api_base_url_placeholder: Option<String> = "apiBaseUrlPlaceholder",
        /// It is not offered.
        hidden: bool = "hidden",
    }
}

/// A description that a package publishes: of a node type or of a credential type.
#[derive(Debug, Clone, PartialEq)]
pub enum Description {
    /// Of a node type.
    Node(Box<super::NodeDescription>),
    /// Of a credential type.
    Credential(Box<CredentialDescription>),
}

impl Description {
    /// Reads either: a node type has inputs, outputs, a group, versions or defaults, a credential type has none of them.
    ///
    /// # Errors
    /// When the JSON is neither: it is not an object, or has no list of `properties`.
    pub fn read(json: &Json) -> Result<Self, String> {
        if !json.is_object() {
            return Err(format!("a description is an object, not {}", json.type_name()));
        }
        if !json.get("properties").is_some_and(Json::is_array) {
            return Err("the description has no list of \"properties\"".to_owned());
        }
        let is_node =
            ["inputs", "outputs", "group", "version", "defaults"].iter().any(|key| json.get(key).is_some());
        let read =
            if is_node { Value::read(json).map(Self::Node) } else { Value::read(json).map(Self::Credential) };
        read.ok_or_else(|| "the description cannot be read".to_owned())
    }

    /// The description as it was read.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Node(node) => node.write(),
            Self::Credential(credential) => credential.write(),
        }
    }

    /// The form.
    pub fn properties(&self) -> &[NodeProperty] {
        match self {
            Self::Node(node) => &node.properties,
            Self::Credential(credential) => &credential.properties,
        }
    }

    /// JSON pointers of the keys that no type of this crate has; they are written back.
    pub fn unread_keys(&self) -> Vec<String> {
        let mut found = Vec::new();
        let report = &mut |pointer| found.push(pointer);
        match self {
            Self::Node(node) => node.find_unread("", report),
            Self::Credential(credential) => credential.find_unread("", report),
        }
        found
    }
}
