//! What can be said about stored parameters before anything runs: the credentials that they ask for, and what is wrong.

use heddle_node::http::{Bytes, Request};
use heddle_node::{Json, StoredParameters, StoredProblem, Weight};
use url::Url;

use super::CERTIFICATES;
use super::outgoing::add_header;

/// Methods of the registry of HTTP methods, those of a form first.
const METHODS: [&str; 25] = [
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "QUERY",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "MKCALENDAR",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "REPORT",
    "SEARCH",
    "ACL",
    "LINK",
    "UNLINK",
    "PURGE",
    "BIND",
];

/// Generic types that a request can be signed with.
const GENERIC: [&str; 7] = [
    "httpBasicAuth",
    "httpBearerAuth",
    "httpCustomAuth",
    "httpDigestAuth",
    "httpHeaderAuth",
    "httpQueryAuth",
    "oAuth2Api",
];

fn text<'a>(stored: &'a Json, name: &str) -> &'a str {
    stored.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// The credential types that the parameters ask for.
pub(super) fn credentials(stored: &Json) -> Vec<(String, bool)> {
    let mut types = Vec::new();
    let chosen = match text(stored, "authentication") {
        "genericCredentialType" => text(stored, "genericAuthType"),
        "predefinedCredentialType" => text(stored, "nodeCredentialType"),
        _ => "",
    };
    if !chosen.is_empty() && !chosen.starts_with('=') {
        types.push((chosen.to_owned(), true));
    }
    if stored.get("provideSslCertificates").and_then(Json::as_bool) == Some(true) {
        types.push((CERTIFICATES.to_owned(), true));
    }
    types
}

/// Everything that is wrong with constants.
pub(super) fn problems(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
    let mut problems = of_authentication(stored);
    let mut found = |weight, pointer: &str, message: String, help: &str| {
        problems.push(StoredProblem::new(weight, pointer, message, help));
    };
    let constant = |name: &str| stored.constant_text(name);
    if let Some(url) = constant("url").map(str::trim).filter(|url| url.starts_with("http"))
        && let Err(error) = Url::parse(url)
    {
        found(Weight::FailsWhenRun, "/url", format!("Invalid URL: {error}"), "Correct the address.");
    }
    if let Some(method) = constant("method")
        && !METHODS.contains(&method.to_uppercase().as_str())
    {
        let offered: Vec<String> = METHODS[..7].iter().map(|method| format!("\"{method}\"")).collect();
        let help = format!("The methods are {}.", offered.join(", "));
        found(Weight::FailsWhenRun, "/method", format!("There is no method \"{method}\" of HTTP"), &help);
    }
    let sends_headers = stored.values.get("sendHeaders").and_then(Json::as_bool) == Some(true);
    let rows = stored.values.pointer("/headerParameters/parameters").and_then(Json::as_array);
    if sends_headers && constant("specifyHeaders") != Some("json") {
        for (index, row) in rows.unwrap_or_default().iter().enumerate() {
            let text = |key: &str| row.get(key).and_then(Json::as_str).filter(|text| !text.starts_with('='));
            let Some(name) = text("name").filter(|name| !name.is_empty()) else { continue };
            let value = text("value").map_or(Json::NULL, Json::from);
            if let Err(error) = add_header(&mut Request::new(Bytes::new()), name, &value) {
                let pointer = format!("/headerParameters/parameters/{index}");
                let help = error.description.clone().unwrap_or_default();
                found(Weight::FailsWhenRun, &pointer, error.message.clone(), &help);
            }
        }
    }
    for (name, label, switch, way) in [
        ("jsonBody", "JSON Body", "sendBody", "specifyBody"),
        ("jsonQuery", "JSON Query Parameters", "sendQuery", "specifyQuery"),
        ("jsonHeaders", "JSON Headers", "sendHeaders", "specifyHeaders"),
    ] {
        let is_read =
            stored.values.get(switch).and_then(Json::as_bool) == Some(true) && constant(way) == Some("json");
        if let Some(json) = constant(name).filter(|_| is_read)
            && let Err(error) = Json::parse(json)
        {
            let message = format!("The value in the \"{label}\" field is not valid JSON: {error}");
            found(Weight::FailsWhenRun, &format!("/{name}"), message, "Correct the JSON.");
        }
    }
    problems
}

/// What is wrong with the way of signing.
pub(super) fn of_authentication(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
    let mut problems = Vec::new();
    let mut found = |weight, pointer: &str, message: String, help: &str| {
        problems.push(StoredProblem::new(weight, pointer, message, help));
    };
    let constant = |name: &str| stored.constant_text(name);
    if constant("authentication") == Some("oAuth1") {
        let help = "Sign with a header, or with OAuth 2.";
        found(Weight::Refused, "/authentication", "Requests are not signed by OAuth 1".to_owned(), help);
    }
    if constant("authentication") == Some("genericCredentialType") {
        let way_out = "The types are httpHeaderAuth, httpBearerAuth, httpBasicAuth, httpQueryAuth, httpCustomAuth, \
                       httpDigestAuth and oAuth2Api.";
        match constant("genericAuthType") {
            Some(kind) if kind.is_empty() || GENERIC.contains(&kind) => {}
            Some("oAuth1Api") => {
                found(
                    Weight::Refused,
                    "/genericAuthType",
                    "Requests are not signed by OAuth 1".to_owned(),
                    way_out,
                );
            }
            Some(kind) => {
                let message =
                    format!("\"{kind}\" is no generic type of credential that requests are signed with");
                found(Weight::Refused, "/genericAuthType", message, way_out);
            }
            None => found(
                Weight::Refused,
                "/genericAuthType",
                "Which credential signs must be known before the run, and an expression says it".to_owned(),
                "Choose the type of the credential.",
            ),
        }
    }
    problems
}
