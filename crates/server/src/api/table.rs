//! The table of routes.

use std::sync::Arc;

use axum::Json as AxumJson;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use heddle_node::{Json, NodeDescription};
use schemars::{Schema, SchemaGenerator};

use super::answers::{
    CheckAnswer, Choices, Completions, CredentialSummary, EvalAnswer, ExecutionAnswer, NodeSummary,
    ResolveAnswer, StreamedEvent,
};
use super::bodies::{CheckBody, CompleteBody, EvalBody, OptionsBody, ResolveBody, RunBody};
use super::{executions, nodes, openapi, run};
use crate::shared::Shared;

type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// A route: where it is, what answers it, and what there is to say about it.
pub(super) struct Route {
    /// `GET` or `POST`.
    pub(super) method: &'static str,
    /// With `{names}` for its parts.
    pub(super) path: &'static str,
    pub(super) handler: fn() -> MethodRouter<Arc<Shared>>,
    /// What it does, in a sentence.
    pub(super) summary: &'static str,
    /// Parameters of the query: name, type, description.
    pub(super) query: &'static [(&'static str, &'static str, &'static str)],
    /// Headers that it reads: name and description.
    pub(super) headers: &'static [(&'static str, &'static str)],
    pub(super) body: Option<SchemaOf>,
    /// Statuses of good answers: status, description, type and schema of the body.
    pub(super) answers: &'static [(u16, &'static str, &'static str, SchemaOf)],
    /// Statuses of errors.
    pub(super) errors: &'static [u16],
}

const JSON: &str = "application/json";
const VERSION: (&str, &str, &str) =
    ("version", "number", "Version of the node type; the newest when absent.");

fn of<T: schemars::JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

const fn route(
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    handler: fn() -> MethodRouter<Arc<Shared>>,
) -> Route {
    Route { method, path, handler, summary, query: &[], headers: &[], body: None, answers: &[], errors: &[] }
}

/// All routes of the API, with those that monitoring asks for.
pub(super) const ROUTES: &[Route] = &[
    Route {
        answers: &[(200, "The node types, by name.", JSON, of::<Vec<NodeSummary>>)],
        ..route("GET", "/api/v1/nodes", "Lists the node types.", || get(nodes::list))
    },
    Route {
        query: &[VERSION],
        answers: &[(200, "n8n's description of the node type.", JSON, of::<NodeDescription>)],
        errors: &[400, 404],
        ..route("GET", "/api/v1/nodes/{type}", "Describes a node type and its form.", || get(nodes::describe))
    },
    Route {
        query: &[
            VERSION,
            (
                "form",
                "string",
                "`stored` (as in a workflow file, expressions allowed) or `resolved` (what the node receives).",
            ),
        ],
        answers: &[(200, "A JSON Schema (2020-12).", JSON, of::<Json>)],
        errors: &[400, 404],
        ..route(
            "GET",
            "/api/v1/nodes/{type}/schema",
            "Gives the JSON Schema of a node type's parameters.",
            || get(nodes::schema),
        )
    },
    Route {
        query: &[VERSION],
        body: Some(of::<OptionsBody>),
        answers: &[(200, "A page of choices; of a credential's test `{ok, status}`.", JSON, of::<Choices>)],
        errors: &[400, 404, 408, 413, 415, 422, 502, 504],
        ..route(
            "POST",
            "/api/v1/nodes/{type}/options",
            "Asks the account for the choices of a field, or whether a credential works.",
            || post(nodes::load_options),
        )
    },
    Route {
        query: &[VERSION],
        body: Some(of::<CheckBody>),
        answers: &[(
            200,
            "Everything that is wrong, each with a pointer into the parameters.",
            JSON,
            of::<CheckAnswer>,
        )],
        errors: &[400, 404, 408, 413, 415, 422],
        ..route(
            "POST",
            "/api/v1/nodes/{type}/check",
            "Checks a node as the runner does before a run.",
            || post(nodes::check),
        )
    },
    Route {
        query: &[VERSION],
        body: Some(of::<ResolveBody>),
        answers: &[(
            200,
            "The parameters with what their expressions give, and what is shown.",
            JSON,
            of::<ResolveAnswer>,
        )],
        errors: &[400, 404, 408, 413, 415, 422],
        ..route("POST", "/api/v1/nodes/{type}/resolve", "Resolves parameters at an item.", || {
            post(nodes::resolve)
        })
    },
    Route {
        query: &[VERSION],
        headers: &[(
            "Idempotency-Key",
            "Requests with the same key start one run. Another body with the same key is refused.",
        )],
        body: Some(of::<RunBody>),
        answers: &[
            (200, "The run has ended.", JSON, of::<ExecutionAnswer>),
            (202, "The run goes on.", JSON, of::<ExecutionAnswer>),
        ],
        errors: &[400, 404, 408, 409, 413, 415, 422, 429],
        ..route("POST", "/api/v1/nodes/{type}/run", "Runs a node on items.", || post(run::run))
    },
    Route {
        answers: &[(200, "How far it is, or how it ended.", JSON, of::<ExecutionAnswer>)],
        errors: &[404],
        ..route("GET", "/api/v1/executions/{id}", "Shows an execution.", || get(executions::show))
    },
    Route {
        headers: &[("Last-Event-ID", "The last event that was seen.")],
        answers: &[(
            200,
            "Server-sent events: the runner's, and `ended` as the last.",
            "text/event-stream",
            of::<StreamedEvent>,
        )],
        errors: &[400, 404, 503],
        ..route("GET", "/api/v1/executions/{id}/events", "Streams what happens in an execution.", || {
            get(executions::events)
        })
    },
    Route {
        answers: &[(202, "Nothing more is sent; what is in flight ends.", JSON, of::<ExecutionAnswer>)],
        errors: &[404],
        ..route("POST", "/api/v1/executions/{id}/cancel", "Cancels an execution.", || {
            post(executions::cancel)
        })
    },
    Route {
        body: Some(of::<EvalBody>),
        answers: &[(200, "What it gives at each item.", JSON, of::<EvalAnswer>)],
        errors: &[400, 408, 413, 415, 422],
        ..route("POST", "/api/v1/eval", "Evaluates an expression.", || post(nodes::eval))
    },
    Route {
        body: Some(of::<CompleteBody>),
        answers: &[(200, "What may stand at the cursor.", JSON, of::<Completions>)],
        errors: &[400, 408, 413, 415, 422],
        ..route("POST", "/api/v1/complete", "Completes an expression that is being typed.", || {
            post(nodes::complete)
        })
    },
    Route {
        answers: &[(200, "Types and names; never what is in them.", JSON, of::<Vec<CredentialSummary>>)],
        ..route("GET", "/api/v1/credentials", "Lists the credentials that are there.", || {
            get(nodes::credentials)
        })
    },
    Route {
        answers: &[(200, "An OpenAPI 3.1 document.", JSON, of::<Json>)],
        ..route("GET", "/api/v1/openapi.json", "Describes this API.", || get(openapi::show))
    },
    Route {
        answers: &[(200, "`{\"status\": \"ok\"}`.", JSON, of::<Json>)],
        ..route("GET", "/healthz", "Tells that the server answers.", || get(healthz))
    },
    Route {
        answers: &[(
            200,
            "Counters and durations in the text format of Prometheus.",
            "text/plain",
            of::<String>,
        )],
        ..route("GET", "/metrics", "Tells what was done so far.", || get(metrics))
    },
];

async fn healthz() -> AxumJson<serde_json::Value> {
    AxumJson(serde_json::json!({ "status": "ok" }))
}

async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    let text = shared.metrics.render(shared.executions.running().len());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
