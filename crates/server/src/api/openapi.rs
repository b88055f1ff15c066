//! The OpenAPI description, made from the table of routes.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::table::{ROUTES, Route};

/// The description; the same for every server of this version.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

pub(super) async fn show() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

/// What an error is for.
fn reason(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be read.",
        404 => "It is not there.",
        408 => "The body arrives too slowly.",
        409 => "The key was used for something else.",
        413 => "The body is too large.",
        415 => "The body is of the wrong type.",
        422 => "Something in the body is wrong; `pointer` says where.",
        429 => "Too many runs at a time.",
        502 => "The service refuses, or cannot be reached.",
        503 => "Too much at a time.",
        504 => "The service takes too long.",
        _ => "An error.",
    }
}

pub(super) fn document() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    for route in ROUTES {
        let operation = operation(route, &mut generator);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.to_lowercase()] = operation;
    }
    let mut schemas = generator.take_definitions(true);
    schemas.insert("Error".to_owned(), error_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Heddle",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Forms of nodes, their choices, checks and runs.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" }
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } }
        },
        "security": [{}, { "token": [] }]
    })
}

fn error_schema() -> Value {
    json!({
        "type": "object",
        "required": ["error"],
        "properties": { "error": {
            "type": "object",
            "required": ["message"],
            "properties": {
                "message": { "type": "string", "description": "What is wrong, in one sentence." },
                "help": { "type": "string", "description": "What to do about it." },
                "pointer": { "type": "string", "description": "JSON pointer into the body." },
                "issues": { "type": "array", "items": { "type": "object" }, "description": "All that is wrong with the parameters." }
            }
        } }
    })
}

fn operation(route: &Route, generator: &mut schemars::SchemaGenerator) -> Value {
    let mut parameters = Vec::new();
    for name in route.path.split('{').skip(1).filter_map(|part| part.split('}').next()) {
        let description =
            if name == "type" { "Full type name, percent-encoded." } else { "Id of the execution." };
        parameters.push(json!({
            "name": name, "in": "path", "required": true, "description": description, "schema": { "type": "string" }
        }));
    }
    for (name, kind, description) in route.query {
        parameters.push(
            json!({ "name": name, "in": "query", "description": description, "schema": { "type": kind } }),
        );
    }
    for (name, description) in route.headers {
        parameters.push(json!({ "name": name, "in": "header", "description": description, "schema": { "type": "string" } }));
    }
    let mut responses = Map::new();
    for (status, description, kind, schema) in route.answers {
        let schema = schema(generator);
        responses.insert(
            status.to_string(),
            json!({ "description": description, "content": { *kind: { "schema": schema } } }),
        );
    }
    let refused = [401, 403, 421, 503];
    for status in route.errors.iter().chain(&refused) {
        let description = match status {
            401 => "A token is asked for.",
            403 => "A page of another site asks.",
            421 => "The server is not known under this name.",
            status => reason(*status),
        };
        responses.entry(status.to_string()).or_insert_with(|| {
            json!({
                "description": description,
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } }
            })
        });
    }
    let name: String =
        route.path.split(['/', '{', '}', '.']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
    let mut operation = json!({
        "operationId": format!("{}_{name}", route.method.to_lowercase()),
        "summary": route.summary,
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(body) = route.body {
        operation["requestBody"] =
            json!({ "required": true, "content": { "application/json": { "schema": body(generator) } } });
    }
    operation
}
