//! What a declarative node sends, and what becomes of the answers.
//!
//! Where a value may be an expression it is a [`Json`] here. Functions are no JSON: where n8n has one in a list, its
//! place holds whatever the description's source wrote, null in n8n's own files.

use schemars::JsonSchema;

use super::model::{self, Value, model, serde_by_value};
use heddle_data::{Json, JsonObject};

model! {
    /// What a field or a choice adds to the request: n8n's `INodePropertyRouting`.
    pub struct Routing {
        /// How all is sent.
        operations: Option<RequestOperations> = "operations",
        /// What the request is.
        request: Option<Box<RequestSettings>> = "request",
        /// How the field's value is sent.
        send: Option<SendRule> = "send",
        /// What becomes of the answer.
        output: Option<OutputRule> = "output",
    }

    /// Parts of a request: n8n's `DeclarativeRestApiSettings.HttpRequestOptions`. Every value may be an expression.
    pub struct RequestSettings {
        /// Method; GET by default.
        method: Option<String> = "method",
        /// What comes before `url`.
        base_url: Option<String> = "baseURL",
        /// Address, or what comes behind `baseURL`.
        url: Option<String> = "url",
        /// Headers by name.
        headers: Option<Json> = "headers",
        /// Query parameters by name.
        query: Option<Json> = "qs",
        /// How lists in the query are written: `indices`, `brackets`, `repeat` or `comma`.
        array_format: Option<String> = "arrayFormat",
        /// Body.
        body: Option<Json> = "body",
        /// The answer is JSON.
        json: Option<Json> = "json",
        /// What the answer is read as, such as `arraybuffer`.
        encoding: Option<String> = "encoding",
        /// Statuses that are no errors: true for all, or `{ignore, except}`.
        ignore_http_status_errors: Option<Json> = "ignoreHttpStatusErrors",
        /// The answer is given with status and headers.
        return_full_response: Option<Json> = "returnFullResponse",
        /// Certificates are not checked.
        skip_ssl_certificate_validation: Option<Json> = "skipSslCertificateValidation",
        /// Redirects are not followed.
        disable_follow_redirect: Option<Json> = "disableFollowRedirect",
        /// How many redirects are followed.
        max_redirects: Option<Json> = "maxRedirects",
        /// Longest time for the answer, in milliseconds.
        timeout: Option<Json> = "timeout",
    }

    /// How a field's value is sent.
    pub struct SendRule {
        /// `body` or `query`; in the query by default.
        kind: Option<String> = "type",
        /// Where the value goes: a path, or an expression.
        property: Option<String> = "property",
        /// The value in place of the field's own.
        value: Option<Json> = "value",
        /// Whether dots in `property` divide a path; true where nothing is said.
        property_in_dot_notation: Option<bool> = "propertyInDotNotation",
        /// Whether all pages are fetched: true, false or an expression.
        paginate: Option<Json> = "paginate",
        /// Functions that change the request before it leaves.
        pre_send: Vec<Json> = "preSend",
    }

    /// What becomes of the answer.
    pub struct OutputRule {
        /// The most items that are put out: a number or an expression.
        max_results: Option<Json> = "maxResults",
        /// What is done with the answer's items, one after another.
        post_receive: Vec<ReceiveStep> = "postReceive",
    }

    /// A named step after an answer.
    pub struct ReceiveAction {
        /// `rootProperty`, `filter`, `limit`, `set`, `setKeyValue`, `sort` or `binaryData`.
        kind: String = "type" [required],
        /// Whether it is done: true, false or an expression; done where nothing is said.
        enabled: Option<Json> = "enabled",
        /// What the step needs to know.
        properties: ReceiveProperties = "properties" [always],
        /// What the user reads when it fails.
        error_message: Option<String> = "errorMessage",
    }

    /// What a step after an answer needs to know. A `setKeyValue` has any keys besides: [`ReceiveProperties::entries`].
    pub struct ReceiveProperties {
        /// The path of a `rootProperty`.
        property: Option<String> = "property",
        /// The value of a `set`, and a frequent key of `setKeyValue`.
        value: Option<Json> = "value",
        /// A frequent key of `setKeyValue`.
        name: Option<Json> = "name",
        /// A frequent key of `setKeyValue`.
        description: Option<Json> = "description",
        /// The field that a `sort` looks at.
        key: Option<String> = "key",
        /// Whether an item passes a `filter`.
        pass: Option<Json> = "pass",
        /// The most items that a `limit` lets through.
        max_results: Option<Json> = "maxResults",
        /// The file that a `binaryData` makes.
        destination_property: Option<String> = "destinationProperty",
    }

    /// How requests are sent: n8n's `IN8nRequestOperations`.
    pub struct RequestOperations {
        /// How one page leads to the next. (A function is not JSON, and not here.)
        pagination: Option<Box<Pagination>> = "pagination",
    }

    /// How one page leads to the next.
    pub struct Pagination {
        /// `generic` or `offset`.
        kind: String = "type" [required],
        /// What the kind needs to know.
        properties: PaginationProperties = "properties" [always],
    }

    /// What a [`Pagination`] needs to know.
    pub struct PaginationProperties {
        /// `generic`: whether there is another page, an expression over `$response`.
        continue_: Option<Json> = "continue",
        /// `generic`: the parts of the next request.
        request: Option<Box<RequestSettings>> = "request",
        /// `offset`: the parameter for the page's size.
        limit_parameter: Option<String> = "limitParameter",
        /// `offset`: the parameter for the number of items before the page.
        offset_parameter: Option<String> = "offsetParameter",
        /// `offset`: items of a page.
        page_size: Option<f64> = "pageSize",
        /// `offset`: the path of the items in an answer.
        root_property: Option<String> = "rootProperty",
        /// `offset`: whether the parameters go into the `body` or the `query`.
        kind: Option<String> = "type",
    }
}

/// One step after an answer.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum ReceiveStep {
    /// A named one.
    Action(Box<ReceiveAction>),
    /// A function: what the description's source wrote in its place.
    Function(Json),
}

impl Value for ReceiveStep {
    fn read(json: &Json) -> Option<Self> {
        let is_action = json.get("type").is_some_and(Json::is_string);
        Some(match is_action.then(|| Value::read(json)).flatten() {
            Some(action) => Self::Action(action),
            None => Self::Function(json.clone()),
        })
    }

    fn write(&self) -> Json {
        match self {
            Self::Action(action) => action.write(),
            Self::Function(function) => function.clone(),
        }
    }

    fn is_absent(&self) -> bool {
        false
    }

    fn find_unread(&self, pointer: &str, report: &mut dyn FnMut(String)) {
        if let Self::Action(action) = self {
            action.find_unread(pointer, report);
        }
    }
}

serde_by_value! {
    ReceiveStep: "a step",
}

impl ReceiveProperties {
    /// All keys with their values, in the order in which they were written.
    pub fn entries(&self) -> JsonObject {
        model::write(self)
    }
}

impl RequestSettings {
    /// All keys with their values, in the order in which they were written.
    pub fn entries(&self) -> JsonObject {
        model::write(self)
    }
}
