//! Running a node.

use std::sync::Arc;
use std::time::Duration;

use axum::Json as AxumJson;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Body;
use super::answers::ExecutionAnswer;
use super::bodies::{RunBody, read_items};
use super::parts::{Path, Query};
use crate::error::{ApiError, ApiResult};
use crate::executions::{Asked, End, Execution};
use crate::issue::Issue;
use crate::once::Claim;
use crate::shared::Shared;
use crate::single_node::{NodeType, SingleNode};

/// The longest that a request waits for the end of its run, in seconds.
const LONGEST_WAIT: f64 = 60.0;
const USUAL_WAIT: f64 = 10.0;
/// Characters of an Idempotency-Key.
const LONGEST_KEY: usize = 255;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Version {
    version: Option<f64>,
}

pub(super) async fn run(
    State(shared): State<Arc<Shared>>,
    Path(node_type): Path,
    Query(query): Query<Version>,
    headers: HeaderMap,
    body: Body<RunBody>,
) -> ApiResult<Response> {
    let node = NodeType::find(shared.host.registry(), &node_type, query.version)?;
    let key = key(&headers)?;
    let Body { value: body, bytes } = body;
    if !body.parameters.is_object() {
        return Err(ApiError::unprocessable("The parameters are no object").at("/parameters"));
    }
    let items = read_items(body.items.as_ref())?;
    let claim = match &key {
        Some(key) => {
            let subject =
                [node.name().as_bytes(), b"\0", &node.version.to_bits().to_be_bytes(), &bytes].concat();
            shared.once.claim(key, None, &subject)?
        }
        None => Claim::First(uuid::Uuid::new_v4()),
    };
    let execution = match claim {
        Claim::Again(id) => shared.executions.get(id).ok_or_else(|| {
            ApiError::new(
                StatusCode::CONFLICT,
                "The run of this key was started, and is no longer remembered",
            )
        })?,
        Claim::First(id) => {
            let single =
                SingleNode { of: &node, parameters: &body.parameters, credentials: &body.credentials };
            let asked = Asked {
                node_type: node.name().to_owned(),
                display_name: node.description.display_name.clone(),
                dry_run: body.dry_run,
            };
            let execution = shared.executions.begin(id, asked).inspect_err(|_| {
                if let Some(key) = &key {
                    shared.once.release(key);
                }
            })?;
            let options = single.options(items, body.dry_run);
            crate::runs::start(&shared, &execution, single.workflow(), options, body.new);
            execution
        }
    };
    let wait = body.wait.unwrap_or(USUAL_WAIT).clamp(0.0, LONGEST_WAIT);
    let end = tokio::time::timeout(Duration::from_secs_f64(wait), execution.ended()).await;
    answer(&execution, end.ok().as_deref())
}

/// The execution, or why it could not begin.
fn answer(execution: &Execution, end: Option<&End>) -> ApiResult<Response> {
    let status = match end {
        None => StatusCode::ACCEPTED,
        Some(End::Refused(problems)) => {
            let issues: Vec<Issue> = problems.iter().cloned().map(Issue::of).collect();
            let first = issues.iter().find(|issue| issue.is_error());
            let mut error = ApiError::unprocessable(
                first.map_or_else(|| "The node cannot run".to_owned(), |issue| issue.message.clone()),
            );
            error.help = first.and_then(|issue| issue.help.clone());
            error.pointer =
                first.and_then(|issue| issue.pointer.as_ref()).map(|pointer| format!("/parameters{pointer}"));
            error.issues = issues;
            return Err(error);
        }
        Some(End::Unfinished(earlier)) => {
            return Err(ApiError::new(StatusCode::CONFLICT, earlier.message.clone()).with_help(format!(
                "{}. To begin anew, and send to all of them: \"new\": true.",
                earlier.help
            )));
        }
        Some(End::Failed(message)) => return Err(ApiError::unprocessable(message.clone())),
        Some(End::Ended(_)) => StatusCode::OK,
    };
    Ok((status, AxumJson(ExecutionAnswer::of(execution))).into_response())
}

fn key(headers: &HeaderMap) -> ApiResult<Option<String>> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    match key.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= LONGEST_KEY => Ok(Some(format!("api:{key}"))),
        _ => Err(ApiError::bad_request(format!(
            "An Idempotency-Key has 1 to {LONGEST_KEY} visible characters"
        ))),
    }
}
