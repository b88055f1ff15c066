//! The API under `/api/v1` (`docs/server.md §2`). One table of routes makes both the router and the OpenAPI description.

mod answers;
mod bodies;
mod executions;
mod nodes;
mod openapi;
mod parts;
mod run;
mod table;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use heddle_node::{Json, from_json};
use serde::de::DeserializeOwned;

use crate::access::read_body;
use crate::error::ApiError;
use crate::shared::Shared;

pub(crate) use answers::{Completion, Completions, ShownProperty};

/// All routes of the table.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    table::ROUTES.iter().fold(Router::new(), |router, route| router.route(route.path, (route.handler)()))
}

/// A body of JSON, read within the limits.
pub(crate) struct Body<T> {
    pub(crate) value: T,
    pub(crate) bytes: bytes::Bytes,
}

impl<T: DeserializeOwned> FromRequest<Arc<Shared>> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, ApiError> {
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        // Pages of other sites can send anything but this without being asked first.
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The body must be application/json",
            ));
        }
        let bytes = read_body(shared, request.into_body()).await?;
        let json = Json::parse_slice(&bytes)
            .map_err(|error| ApiError::bad_request(format!("The body is no JSON: {error}")))?;
        let value = from_json(&json).map_err(|error| {
            let pointer = error.pointer();
            ApiError::unprocessable(format!("The body does not fit: {}", error.message())).at(pointer)
        })?;
        Ok(Self { value, bytes })
    }
}
