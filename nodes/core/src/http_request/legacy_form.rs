//! The form of versions 1 and 2. Names, values, defaults and conditions are n8n's; the texts are our own.

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{Json, json};

use super::form::{choices, field, fixed, notice, with};
use crate::form::{read, shown};

fn rows(name: &str, label: &str, row: &str) -> Json {
    json!({
        "displayName": label, "name": name, "type": "fixedCollection", "default": {}, "description": "Names and values",
        "typeOptions": { "multipleValues": true },
        "options": [{ "name": "parameter", "displayName": row, "values": [
            field("name", "Name", "string", "", "The name"),
            with(field("value", "Value", "string", "", "The value"), "takesAny", true),
        ] }],
    })
}

fn options() -> Json {
    let minimum = |field: Json, least: i32| with(field, "typeOptions", json!({ "minValue": least }));
    let sends = || json!({ "/requestMethod": ["PATCH", "POST", "PUT"] });
    json!({
        "displayName": "Options", "name": "options", "type": "collection", "default": {}, "description": "Further settings",
        "options": [
            minimum(field("batchInterval", "Batch Interval", "number", 1000, "Milliseconds from one batch to the next"), 0),
            minimum(field("batchSize", "Batch Size", "number", 50, "How many requests leave together"), -1),
            shown(choices(field("bodyContentType", "Body Content Type", "options", "json", "What the body is"), &[
                ("JSON", "json"), ("RAW/Custom", "raw"), ("Form-Data Multipart", "multipart-form-data"), ("Form Urlencoded", "form-urlencoded"),
            ]), sends()),
            field("fullResponse", "Full Response", "boolean", false, "Whether headers and status come out, too"),
            field("followAllRedirects", "Follow All Redirects", "boolean", false, "Whether redirects are followed whatever the method, also those that repeat a send"),
            field("followRedirect", "Follow GET/HEAD Redirect", "boolean", true, "Whether redirects of GET and HEAD are followed"),
            field("ignoreResponseCode", "Ignore Response Code", "boolean", false, "Whether an answer of any status is a success"),
            shown(field("bodyContentCustomMimeType", "MIME Type", "string", "", "The media type of the body"), sends()),
            field("proxy", "Proxy", "string", "", "URL of a proxy"),
            shown(field("splitIntoItems", "Split Into Items", "boolean", false, "Whether a list becomes one item for each element"), json!({ "/responseFormat": ["json"] })),
            minimum(field("timeout", "Timeout", "number", 10000, "Milliseconds until the answer must be there"), 1),
            field("useQueryString", "Use Querystring", "boolean", false, "Whether a list in a query stands without brackets"),
        ],
    })
}

/// The properties.
pub(super) fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
    let of = |version: i32| json!({ "@version": [version] });
    let sends = json!(["PATCH", "POST", "PUT"]);
    let has_body = json!(["PATCH", "POST", "PUT", "DELETE"]);
    let methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"].map(|method| (method, method));
    let authentication = |default: &str| {
        field("authentication", "Authentication", "options", default, "How the request is signed")
    };
    let name = |label: &str, format: &str| {
        shown(
            with(
                field("dataPropertyName", label, "string", "data", "The field that gets what comes"),
                "required",
                true,
            ),
            json!({ "responseFormat": [format] }),
        )
    };
    let as_json = |is_json: bool| json!({ "jsonParameters": [is_json] });
    let in_2 = |field: Json, key: &str, value: &str| {
        let mut conditions = of(2);
        conditions.insert(key, json!([value]));
        shown(field, conditions)
    };
    read(&json!([
        shown(
            choices(
                authentication("none"),
                &[
                    ("Basic Auth", "basicAuth"),
                    ("Digest Auth", "digestAuth"),
                    ("Header Auth", "headerAuth"),
                    ("None", "none"),
                    ("OAuth1", "oAuth1"),
                    ("OAuth2", "oAuth2"),
                    ("Query Auth", "queryAuth"),
                ]
            ),
            of(1)
        ),
        shown(
            with(
                choices(
                    fixed(authentication("none")),
                    &[
                        ("None", "none"),
                        ("Predefined Credential Type", "predefinedCredentialType"),
                        ("Generic Credential Type", "genericCredentialType"),
                    ]
                ),
                "required",
                true
            ),
            of(2)
        ),
        in_2(
            with(
                fixed(field(
                    "nodeCredentialType",
                    "Credential Type",
                    "credentialsSelect",
                    "",
                    "The service whose credential signs"
                )),
                "required",
                true
            ),
            "authentication",
            "predefinedCredentialType"
        ),
        in_2(
            with(
                field(
                    "genericAuthType",
                    "Generic Auth Type",
                    "credentialsSelect",
                    "",
                    "The kind of credential that signs"
                ),
                "required",
                true
            ),
            "authentication",
            "genericCredentialType"
        ),
        choices(
            field("requestMethod", "Request Method", "options", "GET", "The method of the request"),
            &methods
        ),
        with(field("url", "URL", "string", "", "The address, with http:// or https://"), "required", true),
        field(
            "allowUnauthorizedCerts",
            "Ignore SSL Issues (Insecure)",
            "boolean",
            false,
            "Whether a server may show any certificate"
        ),
        choices(
            field("responseFormat", "Response Format", "options", "json", "What the answer is"),
            &[("File", "file"), ("JSON", "json"), ("String", "string")]
        ),
        name("Property Name", "string"),
        name("Put Output File in Field", "file"),
        field(
            "jsonParameters",
            "JSON/RAW Parameters",
            "boolean",
            false,
            "Whether body, headers and query are written as JSON, or raw"
        ),
        options(),
        shown(
            field("sendBinaryData", "Send Binary File", "boolean", false, "Whether a file is the body"),
            json!({ "jsonParameters": [true], "requestMethod": sends.clone() })
        ),
        with(
            with(
                field(
                    "binaryPropertyName",
                    "Input Binary Field",
                    "string",
                    "data",
                    "The field that holds the file; several as part:field, with commas between"
                ),
                "required",
                true
            ),
            "displayOptions",
            json!({ "hide": { "sendBinaryData": [false] }, "show": { "jsonParameters": [true], "requestMethod": sends } }),
        ),
        with(
            field("bodyParametersJson", "Body Parameters", "json", "", "The body as JSON, or as it is"),
            "displayOptions",
            json!({ "hide": { "sendBinaryData": [true] }, "show": { "jsonParameters": [true], "requestMethod": has_body.clone() } }),
        ),
        shown(
            rows("bodyParametersUi", "Body Parameters", "Parameter"),
            json!({ "jsonParameters": [false], "requestMethod": has_body })
        ),
        shown(field("headerParametersJson", "Headers", "json", "", "An object of headers"), as_json(true)),
        shown(rows("headerParametersUi", "Headers", "Header"), as_json(false)),
        shown(
            field("queryParametersJson", "Query Parameters", "json", "", "An object of parameters"),
            as_json(true)
        ),
        shown(rows("queryParametersUi", "Query Parameters", "Parameter"), as_json(false)),
        notice("infoMessage", "A dry run shows the requests that would leave"),
    ]))
}
