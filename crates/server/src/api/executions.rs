//! Executions: how far they are, their events, and cancelling them.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json as AxumJson;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use uuid::Uuid;

use super::answers::ExecutionAnswer;
use super::parts::Path;
use crate::error::{ApiError, ApiResult};
use crate::executions::Execution;
use crate::shared::Shared;

/// How often a stream without events shows that it is there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

fn find(shared: &Shared, id: &str) -> ApiResult<Arc<Execution>> {
    let found = id.parse::<Uuid>().ok().and_then(|id| shared.executions.get(id));
    found.ok_or_else(|| ApiError::not_found("There is no such execution, or it is no longer remembered"))
}

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(id): Path,
) -> ApiResult<AxumJson<ExecutionAnswer>> {
    Ok(AxumJson(ExecutionAnswer::of(&*find(&shared, &id)?)))
}

pub(super) async fn cancel(
    State(shared): State<Arc<Shared>>,
    Path(id): Path,
) -> ApiResult<(StatusCode, AxumJson<ExecutionAnswer>)> {
    let execution = find(&shared, &id)?;
    execution.cancel.cancel();
    Ok((StatusCode::ACCEPTED, AxumJson(ExecutionAnswer::of(&execution))))
}

/// The events from the one after `Last-Event-ID` on, until the execution has ended.
pub(super) async fn events(
    State(shared): State<Arc<Shared>>,
    Path(id): Path,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let execution = find(&shared, &id)?;
    let last = match headers.get("last-event-id").map(|id| id.to_str().unwrap_or_default().trim()) {
        None | Some("") => None,
        Some(id) => Some(id.parse().map_err(|_| ApiError::bad_request("Last-Event-ID is no number"))?),
    };
    let permit = Arc::clone(&shared.streams).try_acquire_owned().map_err(|_| {
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "Too many streams of events at a time")
    })?;
    let stream = execution.follow(last).map(move |line| {
        let _ = &permit;
        Ok::<_, Infallible>(Event::default().id(line.id.to_string()).event(line.name).data(line.data))
    });
    let mut response = Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response.headers_mut().insert("x-accel-buffering", header::HeaderValue::from_static("no"));
    Ok(response)
}
