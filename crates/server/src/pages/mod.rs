//! The pages: the list of nodes, a node's form, an execution, logging in.

mod execution;
mod form;
mod layout;
mod login;
mod nodes;

pub(crate) use form::collect_expressions;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};

use crate::error::{ApiError, wants_page};
use crate::shared::Shared;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(nodes::list))
        .route("/nodes/{node_type}", get(form::show).post(form::submit))
        .route("/executions/{id}", get(execution::show))
        .route("/executions/{id}/cancel", post(execution::cancel))
        .route("/login", get(login::show).post(login::enter))
}

/// A page as an answer.
fn page(status: StatusCode, markup: Markup) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], markup.into_string()).into_response()
}

/// The page of an error.
pub(crate) fn error_page(error: &ApiError) -> Response {
    let body = html! {
        main.narrow {
            h1 { (error.message) }
            @if let Some(help) = &error.help { p { (help) } }
        }
    };
    page(error.status, layout::bare("Not possible", &body))
}

/// The answer where there is nothing.
pub(crate) async fn no_such_page(headers: HeaderMap) -> Response {
    let error = ApiError::not_found("There is nothing under this address")
        .with_help("/ lists the nodes, /api/v1/openapi.json describes the API.");
    if wants_page(&headers) { error_page(&error) } else { error.into_response() }
}

/// A type of a node as part of an address.
pub(crate) fn encoded(node_type: &str) -> String {
    percent_encoding::utf8_percent_encode(node_type, percent_encoding::NON_ALPHANUMERIC)
        .to_string()
        .replace("%2E", ".")
        .replace("%2D", "-")
}
