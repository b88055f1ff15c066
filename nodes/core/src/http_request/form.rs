//! The form of versions 3 to 4.5. Names, values, defaults and conditions are n8n's; the texts are our own.

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{Json, json};

use crate::form::{read, shown};

/// A field with its label and its help text.
pub(super) fn field(name: &str, label: &str, kind: &str, default: impl Into<Json>, help: &str) -> Json {
    json!({ "displayName": label, "name": name, "type": kind, "default": default.into(), "description": help })
}

pub(super) fn choices(mut field: Json, choices: &[(&str, &str)]) -> Json {
    let choices = choices.iter().map(|(label, value)| json!({ "name": label, "value": value }));
    field.insert("options", choices.collect::<Json>());
    field
}

pub(super) fn with(mut field: Json, key: &str, value: impl Into<Json>) -> Json {
    field.insert(key, value);
    field
}

/// A field that takes no expression.
pub(super) fn fixed(field: Json) -> Json {
    with(field, "noDataExpression", true)
}

pub(super) fn notice(name: &str, text: &str) -> Json {
    json!({ "displayName": text, "name": name, "type": "notice", "default": "" })
}

/// Rows of names and values, or of other fields.
fn rows(name: &str, label: &str, row: &str, help: &str, values: Json) -> Json {
    json!({
        "displayName": label, "name": name, "type": "fixedCollection", "description": help,
        "default": { "parameters": [{ "name": "", "value": "" }] },
        "typeOptions": {
            "multipleValues": true, "fixedCollection": { "itemTitle": "={{ $collection.item.value.name }}" },
        },
        "options": [{ "name": "parameters", "displayName": row, "values": values }],
    })
}

fn pairs(name: &str, label: &str, row: &str, help: &str) -> Json {
    rows(
        name,
        label,
        row,
        help,
        json!([
            field("name", "Name", "string", "", "The name"),
            with(field("value", "Value", "string", "", "The value"), "takesAny", true),
        ]),
    )
}

/// A group of options of which there is one.
fn group(name: &str, label: &str, key: &str, help: &str, values: Json) -> Json {
    let mut default = Json::object();
    default.insert(key, Json::object());
    json!({
        "displayName": label, "name": name, "type": "fixedCollection", "description": help,
        "typeOptions": { "multipleValues": false }, "default": default,
        "options": [{ "displayName": label, "name": key, "values": values }],
    })
}

/// The properties.
pub(super) fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
    let mut all = request();
    all.extend(body());
    all.push(options());
    all.extend(of_tools());
    all.push(notice("infoMessage", "A dry run shows the requests that would leave"));
    read(&all.into_iter().collect())
}

/// Plain methods, and those of WebDAV, which an option brings in.
fn methods() -> Json {
    let mut all: Vec<Json> = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
        .iter()
        .map(|method| json!({ "name": method, "value": method }))
        .collect();
    for method in ["COPY", "MKCOL", "MOVE", "PROPFIND", "REPORT"] {
        all.push(json!({
            "name": method, "value": method, "displayOptions": { "show": { "options.webdavMethods": [true] } },
        }));
        all.push(json!({
            "name": method, "value": method,
            "displayOptions": { "hide": { "method": [{ "_cnd": { "not": method } }], "options.webdavMethods": [true] } },
        }));
    }
    all.into_iter().collect()
}

fn request() -> Vec<Json> {
    let has = |key: &str, value: Json| json!({ key: [value] });
    let method = field("method", "Method", "options", "GET", "The method of the request");
    let authentication = choices(
        fixed(field("authentication", "Authentication", "options", "none", "How the request is signed")),
        &[
            ("None", "none"),
            ("Predefined Credential Type", "predefinedCredentialType"),
            ("Generic Credential Type", "genericCredentialType"),
        ],
    );
    let credential_type = with(
        fixed(with(
            field(
                "nodeCredentialType",
                "Credential Type",
                "credentialsSelect",
                "",
                "The service whose credential signs",
            ),
            "required",
            true,
        )),
        "credentialTypes",
        json!(["extends:oAuth2Api", "extends:oAuth1Api", "has:authenticate"]),
    );
    let generic_type = with(
        with(
            field(
                "genericAuthType",
                "Generic Auth Type",
                "credentialsSelect",
                "",
                "The kind of credential that signs",
            ),
            "required",
            true,
        ),
        "credentialTypes",
        json!(["has:genericAuth"]),
    );
    let query = json!({ "sendQuery": [true], "specifyQuery": ["keypair"] });
    let query_json = json!({ "sendQuery": [true], "specifyQuery": ["json"] });
    let headers = json!({ "sendHeaders": [true], "specifyHeaders": ["keypair"] });
    let headers_json = json!({ "sendHeaders": [true], "specifyHeaders": ["json"] });
    let ways = [("Using Fields Below", "keypair"), ("Using JSON", "json")];
    vec![
        field("curlImport", "Import cURL", "curlImport", "", "Fills the form from a curl command"),
        with(method, "options", methods()),
        with(
            with(
                field("url", "URL", "string", "", "The address, with http:// or https://"),
                "required",
                true,
            ),
            "placeholder",
            "https://example.com/items",
        ),
        authentication,
        shown(credential_type, has("authentication", json!("predefinedCredentialType"))),
        shown(
            notice("googleApiWarning", "The credential must name the scopes of the Service Account"),
            has("nodeCredentialType", json!("googleApi")),
        ),
        shown(generic_type, has("authentication", json!("genericCredentialType"))),
        field(
            "provideSslCertificates",
            "SSL Certificates",
            "boolean",
            false,
            "Whether the client shows a certificate of its own",
        ),
        shown(
            notice(
                "provideSslCertificatesNotice",
                "The certificates are in the node's credential for SSL certificates",
            ),
            has("provideSslCertificates", json!(true)),
        ),
        shown(
            field(
                "sslCertificate",
                "SSL Certificate",
                "credentials",
                "",
                "The credential with the certificates",
            ),
            has("provideSslCertificates", json!(true)),
        ),
        fixed(field(
            "sendQuery",
            "Send Query Parameters",
            "boolean",
            false,
            "Whether parameters are added to the query of the URL",
        )),
        shown(
            choices(
                field(
                    "specifyQuery",
                    "Specify Query Parameters",
                    "options",
                    "keypair",
                    "How they are written",
                ),
                &ways,
            ),
            has("sendQuery", json!(true)),
        ),
        shown(pairs("queryParameters", "Query Parameters", "Query Parameter", "The parameters"), query),
        shown(field("jsonQuery", "JSON", "json", "", "An object of parameters"), query_json),
        fixed(field(
            "sendHeaders",
            "Send Headers",
            "boolean",
            false,
            "Whether the request has headers of its own",
        )),
        shown(
            choices(
                field("specifyHeaders", "Specify Headers", "options", "keypair", "How they are written"),
                &ways,
            ),
            has("sendHeaders", json!(true)),
        ),
        shown(pairs("headerParameters", "Headers", "Header", "The headers"), headers),
        shown(field("jsonHeaders", "JSON", "json", "", "An object of headers"), headers_json),
        fixed(field("sendBody", "Send Body", "boolean", false, "Whether the request has a body")),
    ]
}

fn body() -> Vec<Json> {
    let of = |kind: &str| json!({ "sendBody": [true], "contentType": [kind] });
    let by =
        |kind: &str, way: &str| json!({ "sendBody": [true], "contentType": [kind], "specifyBody": [way] });
    let specify = || field("specifyBody", "Specify Body", "options", "keypair", "How the body is written");
    let file = "The field of the item that holds the file";
    let parts = json!([
        choices(
            field("parameterType", "Type", "options", "formData", "Whether the part is a text or a file"),
            &[("n8n Binary File", "formBinaryData"), ("Form Data", "formData")],
        ),
        field("name", "Name", "string", "", "The name of the part"),
        shown(
            with(field("value", "Value", "string", "", "The text"), "takesAny", true),
            json!({ "parameterType": ["formData"] })
        ),
        shown(
            field("inputDataFieldName", "Input Data Field Name", "string", "", file),
            json!({ "parameterType": ["formBinaryData"] })
        ),
    ]);
    vec![
        shown(
            choices(
                field("contentType", "Body Content Type", "options", "json", "What the body is"),
                &[
                    ("Form URL Encoded", "form-urlencoded"),
                    ("Form-Data", "multipart-form-data"),
                    ("JSON", "json"),
                    ("n8n Binary File", "binaryData"),
                    ("Raw", "raw"),
                ],
            ),
            json!({ "sendBody": [true] }),
        ),
        shown(choices(specify(), &[("Using Fields Below", "keypair"), ("Using JSON", "json")]), of("json")),
        shown(
            pairs(
                "bodyParameters",
                "Body Parameters",
                "Body Field",
                "The fields; a dot in a name leads into an object",
            ),
            by("json", "keypair"),
        ),
        shown(field("jsonBody", "JSON", "json", "", "The body"), by("json", "json")),
        shown(rows("bodyParameters", "Body", "Body Field", "The parts", parts), of("multipart-form-data")),
        shown(
            choices(specify(), &[("Using Fields Below", "keypair"), ("Using Single Field", "string")]),
            of("form-urlencoded"),
        ),
        shown(
            pairs("bodyParameters", "Body Fields", "Field", "The fields"),
            by("form-urlencoded", "keypair"),
        ),
        shown(
            with(
                field("body", "Body", "string", "", "The fields as they stand in a query"),
                "placeholder",
                "a=1&b=2",
            ),
            json!({ "sendBody": [true], "specifyBody": ["string"] }),
        ),
        shown(field("inputDataFieldName", "Input Data Field Name", "string", "", file), of("binaryData")),
        shown(
            with(
                field("rawContentType", "Content Type", "string", "", "The media type of the body"),
                "placeholder",
                "text/html",
            ),
            of("raw"),
        ),
        shown(with(field("body", "Body", "string", "", "The body as it is"), "takesAny", true), of("raw")),
    ]
}

fn options() -> Json {
    let redirect = |by_default: bool, shown_or_hidden: &str| {
        let group = group(
            "redirect",
            "Redirects",
            "redirect",
            "What happens when a service redirects",
            json!([
                fixed(field(
                    "followRedirects",
                    "Follow Redirects",
                    "boolean",
                    by_default,
                    "Whether redirects are followed; on, also those that repeat a send at another place"
                )),
                shown(
                    field("maxRedirects", "Max Redirects", "number", 21, "The longest chain of redirects"),
                    json!({ "followRedirects": [true] })
                ),
            ]),
        );
        with(
            renamed_group(group, "Redirect"),
            "displayOptions",
            json!({ shown_or_hidden: { "@version": [1, 2, 3] } }),
        )
    };
    let minimum = |field: Json, least: i32| with(field, "typeOptions", json!({ "minValue": least }));
    let response = json!([
        field(
            "fullResponse",
            "Include Response Headers and Status",
            "boolean",
            false,
            "Whether headers and status come out beside the body"
        ),
        field("neverError", "Never Error", "boolean", false, "Whether an answer of any status is a success"),
        choices(
            fixed(field(
                "responseFormat",
                "Response Format",
                "options",
                "autodetect",
                "What the body of the answer is"
            )),
            &[("Autodetect", "autodetect"), ("File", "file"), ("JSON", "json"), ("Text", "text")],
        ),
        shown(
            with(
                field(
                    "outputPropertyName",
                    "Put Output in Field",
                    "string",
                    "data",
                    "The field that gets the text or the file"
                ),
                "required",
                true
            ),
            json!({ "responseFormat": ["file", "text"] })
        ),
    ]);
    json!({
        "displayName": "Options", "name": "options", "type": "collection", "default": {},
        "description": "Further settings", "placeholder": "Add option",
        "options": [
            group("batching", "Batching", "batch", "How many requests leave at a time", json!([
                minimum(field("batchSize", "Items per Batch", "number", 50, "How many requests leave together; 0 and -1 count as 1"), -1),
                minimum(field("batchInterval", "Batch Interval (ms)", "number", 1000, "Milliseconds from one batch to the next"), 0),
            ])),
            fixed(field("allowUnauthorizedCerts", "Ignore SSL Issues (Insecure)", "boolean", false, "Whether a server may show any certificate")),
            shown(
                choices(
                    field("queryParameterArrays", "Array Format in Query Parameters", "options", "brackets", "How a list stands in a query"),
                    &[("No Brackets", "repeat"), ("Brackets Only", "brackets"), ("Brackets with Indices", "indices")],
                ),
                json!({ "/sendQuery": [true] }),
            ),
            field("lowercaseHeaders", "Lowercase Headers", "boolean", true, "Whether header names become lower case"),
            redirect(false, "show"),
            redirect(true, "hide"),
            group("response", "Response", "response", "What comes out", response),
            pagination(),
            with(field("proxy", "Proxy", "string", "", "URL of a proxy"), "placeholder", "http://proxy.example:3128"),
            minimum(field("timeout", "Timeout", "number", 10000, "Milliseconds until the answer must be there"), 1),
            field("sendCredentialsOnCrossOriginRedirect", "Send Credentials on Cross-Origin Redirect", "boolean", false, "Whether credentials go along when a service redirects to another origin"),
            field("webdavMethods", "Enable WebDAV Methods", "boolean", false, "Whether the methods of WebDAV can be chosen"),
        ],
    })
}

/// The same with another name for the one group in it.
fn renamed_group(mut group: Json, name: &str) -> Json {
    if let Some(first) = group.get_mut("options").and_then(|options| options.get_index_mut(0)) {
        first.insert("displayName", name);
    }
    group
}

fn pagination() -> Json {
    let no_expression = |field: Json| with(field, "typeOptions", json!({ "noDataExpression": true }));
    let unless_off =
        |field: Json| with(field, "displayOptions", json!({ "hide": { "paginationMode": ["off"] } }));
    let when = |key: &str, value: Json| json!({ key: [value] });
    let title = "={{ (() => { const name = $collection.item.value.name; if (!name) return \"\"; const typeName = $collection.item.properties.find(p => p.name === \"type\").options.find(o => o.value === $collection.item.value.type).name; return typeName + \": \" + name; })() }}";
    let parameters = json!({
        "displayName": "Parameters", "name": "parameters", "type": "fixedCollection",
        "description": "What changes from page to page",
        "displayOptions": { "show": { "paginationMode": ["updateAParameterInEachRequest"] } },
        "typeOptions": { "multipleValues": true, "noExpression": true, "fixedCollection": { "itemTitle": title } },
        "default": { "parameters": [{ "type": "qs", "name": "", "value": "" }] },
        "options": [{ "name": "parameters", "displayName": "Parameter", "values": [
            choices(field("type", "Type", "options", "qs", "Where the parameter stands"), &[("Body", "body"), ("Header", "headers"), ("Query", "qs")]),
            field("name", "Name", "string", "", "Its name"),
            field("value", "Value", "string", "", "Its value: an expression over $response, the answer before, and $pageCount"),
        ] }],
    });
    group(
        "pagination",
        "Pagination",
        "pagination",
        "How further pages are asked for",
        json!([
            no_expression(choices(
                field(
                    "paginationMode",
                    "Pagination Mode",
                    "options",
                    "updateAParameterInEachRequest",
                    "How the next page is asked for"
                ),
                &[
                    ("Off", "off"),
                    ("Update a Parameter in Each Request", "updateAParameterInEachRequest"),
                    ("Response Contains Next URL", "responseContainsNextURL"),
                ],
            )),
            unless_off(notice("webhookNotice", "Expressions read the answer before in $response")),
            shown(
                field(
                    "nextURL",
                    "Next URL",
                    "string",
                    "",
                    "The URL of the next page: an expression over $response"
                ),
                when("paginationMode", json!("responseContainsNextURL"))
            ),
            parameters,
            unless_off(no_expression(choices(
                field(
                    "paginationCompleteWhen",
                    "Pagination Complete When",
                    "options",
                    "responseIsEmpty",
                    "After which answer no further page is asked for"
                ),
                &[
                    ("Response Is Empty", "responseIsEmpty"),
                    ("Receive Specific Status Code(s)", "receiveSpecificStatusCodes"),
                    ("Other", "other"),
                ],
            ))),
            shown(
                no_expression(field(
                    "statusCodesWhenComplete",
                    "Status Code(s) when Complete",
                    "string",
                    "",
                    "The status codes, with commas between"
                )),
                when("paginationCompleteWhen", json!("receiveSpecificStatusCodes"))
            ),
            shown(
                field(
                    "completeExpression",
                    "Complete Expression",
                    "string",
                    "",
                    "An expression that is true at the last page"
                ),
                when("paginationCompleteWhen", json!("other"))
            ),
            fixed(unless_off(no_expression(field(
                "limitPagesFetched",
                "Limit Pages Fetched",
                "boolean",
                false,
                "Whether there is a most of pages"
            )))),
            shown(
                no_expression(field("maxRequests", "Max Pages", "number", 100, "The most pages")),
                when("limitPagesFetched", json!(true))
            ),
            with(
                unless_off(field(
                    "requestInterval",
                    "Interval Between Requests (ms)",
                    "number",
                    0,
                    "Milliseconds between two requests"
                )),
                "typeOptions",
                json!({ "minValue": 0 })
            ),
        ]),
    )
}

/// What shows only where an AI agent uses the node.
fn of_tools() -> Vec<Json> {
    let tool = |more: Json| {
        let mut conditions = more;
        conditions.insert("@tool", json!([true]));
        conditions
    };
    let optimized = |kind: &[&str], more: &[&str]| {
        let mut conditions = json!({ "optimizeResponse": [true], "responseType": kind });
        for name in more {
            conditions.insert(name, json!([true]));
        }
        tool(conditions)
    };
    vec![
        shown(
            fixed(field(
                "optimizeResponse",
                "Optimize Response",
                "boolean",
                false,
                "Whether the answer is cut down for a model",
            )),
            tool(json!({})),
        ),
        shown(
            choices(
                field("responseType", "Expected Response Type", "options", "json", "What the answer is"),
                &[("JSON", "json"), ("HTML", "html"), ("Text", "text")],
            ),
            tool(json!({ "optimizeResponse": [true] })),
        ),
        shown(
            field(
                "dataField",
                "Field Containing Data",
                "string",
                "",
                "The field of the answer that holds the data",
            ),
            optimized(&["json"], &[]),
        ),
        shown(
            choices(
                field("fieldsToInclude", "Include Fields", "options", "all", "Which fields are kept"),
                &[("All", "all"), ("Selected", "selected"), ("Except", "except")],
            ),
            optimized(&["json"], &[]),
        ),
        with(
            field("fields", "Fields", "string", "", "The names of the fields, with commas between"),
            "displayOptions",
            json!({ "show": optimized(&["json"], &[]), "hide": { "fieldsToInclude": ["all"] } }),
        ),
        shown(
            field("cssSelector", "Selector (CSS)", "string", "body", "Which elements are kept"),
            optimized(&["html"], &[]),
        ),
        shown(
            field(
                "onlyContent",
                "Return Only Content",
                "boolean",
                false,
                "Whether tags and attributes are taken out",
            ),
            optimized(&["html"], &[]),
        ),
        shown(
            field("elementsToOmit", "Elements To Omit", "string", "", "Which elements are left out"),
            optimized(&["html"], &["onlyContent"]),
        ),
        shown(
            field(
                "truncateResponse",
                "Truncate Response",
                "boolean",
                false,
                "Whether a long answer is cut off",
            ),
            optimized(&["text", "html"], &[]),
        ),
        with(
            shown(
                field("maxLength", "Max Response Characters", "number", 1000, "How many characters are kept"),
                optimized(&["text", "html"], &["truncateResponse"]),
            ),
            "typeOptions",
            json!({ "minValue": 1 }),
        ),
    ]
}
