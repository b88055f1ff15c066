//! Nodes: their descriptions and schemas, choices, checks, resolved parameters, expressions.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json as AxumJson;
use axum::extract::State;
use heddle_expression::Template;
use heddle_node::NodeDescription;
use heddle_node::parameters::{ParameterError, coerce};
use heddle_node::schema::SchemaForm;
use heddle_workflow::Severity;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Body;
use super::answers::{
    CheckAnswer, Choices, Completions, CredentialSummary, EvalAnswer, NodeSummary, PreviewAnswer,
    ResolveAnswer,
};
use super::bodies::{
    CheckBody, CompleteBody, EvalBody, OptionsBody, OptionsKind, ResolveBody, read_item, read_items,
};
use super::parts::{Path, Query};
use crate::error::{ApiError, ApiResult};
use crate::form::{shown_properties, stored_parameters};
use crate::issue::Issue;
use crate::options::{self, Question, QuestionKind};
use crate::pages::collect_expressions;
use crate::preview::{Preview, Sample};
use crate::shared::Shared;
use crate::single_node::{NodeType, SingleNode};

/// Evaluations of one request.
const MOST_EVALUATIONS: usize = 1000;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Version {
    version: Option<f64>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct SchemaQuery {
    version: Option<f64>,
    /// `stored` (as in a workflow file, expressions allowed) or `resolved` (what the node receives).
    form: Option<String>,
}

fn find(shared: &Shared, node_type: &str, version: Option<f64>) -> ApiResult<NodeType> {
    NodeType::find(shared.host.registry(), node_type, version)
}

pub(super) async fn list(State(shared): State<Arc<Shared>>) -> AxumJson<Vec<NodeSummary>> {
    let registry = shared.host.registry();
    let mut nodes: BTreeMap<&str, NodeSummary> = BTreeMap::new();
    for node in registry.nodes() {
        let header = node.header();
        nodes.insert(
            header.type_name,
            NodeSummary {
                node_type: header.type_name.to_owned(),
                display_name: header.display_name.to_owned(),
                description: header.description.to_owned(),
                group: header.groups(),
                versions: registry.versions(header.type_name),
            },
        );
    }
    AxumJson(nodes.into_values().collect())
}

pub(super) async fn describe(
    State(shared): State<Arc<Shared>>,
    Path(node_type): Path,
    Query(query): Query<Version>,
) -> ApiResult<AxumJson<NodeDescription>> {
    let node = find(&shared, &node_type, query.version)?;
    Ok(AxumJson((*node.description).clone()))
}

pub(super) async fn schema(
    State(shared): State<Arc<Shared>>,
    Path(node_type): Path,
    Query(query): Query<SchemaQuery>,
) -> ApiResult<AxumJson<serde_json::Value>> {
    let node = find(&shared, &node_type, query.version)?;
    let form = match query.form.as_deref() {
        None | Some("stored") => SchemaForm::Stored,
        Some("resolved") => SchemaForm::Resolved,
        Some(other) => {
            return Err(ApiError::bad_request(format!("There is no form \"{other}\" of a schema"))
                .with_help("It is stored or resolved."));
        }
    };
    node.node
        .parameter_schema(form)
        .map(AxumJson)
        .map_err(|error| ApiError::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

pub(super) async fn load_options(
    State(shared): State<Arc<Shared>>,
    Path(node_type): Path,
    Query(query): Query<Version>,
    body: Body<OptionsBody>,
) -> ApiResult<AxumJson<serde_json::Value>> {
    let node = find(&shared, &node_type, query.version)?;
    let body = body.value;
    if body.kind == OptionsKind::CredentialTest {
        let Some(type_name) = &body.credential_type else {
            return Err(
                ApiError::unprocessable("Which type of credential is to be tested?").at("/credentialType")
            );
        };
        let name = body.credentials.get(type_name).map(String::as_str);
        let status = options::test_credential(&shared, type_name, name).await?;
        return Ok(AxumJson(serde_json::json!({ "ok": (200..300).contains(&status), "status": status })));
    }
    if !body.parameters.is_object() {
        return Err(ApiError::unprocessable("The parameters are no object").at("/parameters"));
    }
    let Some(method) = body.method else {
        return Err(ApiError::unprocessable("Which method is to load the choices?").at("/method"));
    };
    let kind = match body.kind {
        OptionsKind::LoadOptions => QuestionKind::Choices,
        _ => QuestionKind::Search,
    };
    let question = Question {
        kind,
        method,
        parameters: body.parameters,
        credentials: body.credentials,
        search: body.search.filter(|search| !search.is_empty()),
        cursor: body.cursor,
        is_fresh: body.reload,
    };
    let page = options::load(&shared, &node, question).await?;
    Ok(AxumJson(serde_json::json!(Choices::of(&page))))
}

pub(super) async fn check(
    State(shared): State<Arc<Shared>>,
    Path(node_type): Path,
    Query(query): Query<Version>,
    body: Body<CheckBody>,
) -> ApiResult<AxumJson<CheckAnswer>> {
    let node = find(&shared, &node_type, query.version)?;
    let single =
        SingleNode { of: &node, parameters: &body.value.parameters, credentials: &body.value.credentials };
    let issues = single.issues(&shared.host).await;
    Ok(AxumJson(CheckAnswer { ok: !issues.iter().any(Issue::is_error), issues }))
}

pub(super) async fn resolve(
    State(shared): State<Arc<Shared>>,
    Path(node_type): Path,
    Query(query): Query<Version>,
    body: Body<ResolveBody>,
) -> ApiResult<AxumJson<ResolveAnswer>> {
    let node = find(&shared, &node_type, query.version)?;
    let body = body.value;
    if !body.parameters.is_object() {
        return Err(ApiError::unprocessable("The parameters are no object").at("/parameters"));
    }
    let item = read_item(body.item.as_ref())?;
    let filled = node.fill(&body.parameters);
    let mut places = Vec::new();
    collect_expressions(&filled, &mut String::new(), &mut places);
    let (places, texts): (Vec<String>, Vec<String>) = places.into_iter().unzip();
    let sample = Sample { items: vec![item], index: 0, is_whole: true };
    let previews = shared.evaluators.evaluate(texts, sample, heddle_runner::DEFAULT_TIMEZONE).await;
    let mut resolved = Some(filled.clone());
    let mut answers = BTreeMap::new();
    for (place, preview) in places.into_iter().zip(previews) {
        match (&preview, &mut resolved) {
            (Preview::Value(value), Some(resolved)) => {
                if let Some(target) = resolved.pointer_mut(&place) {
                    *target = value.clone().unwrap_or_default();
                }
            }
            _ => resolved = None,
        }
        answers.insert(place, PreviewAnswer::of(preview));
    }
    let mut issues = Vec::new();
    let resolved = resolved.and_then(|resolved| {
        coerce(&node.description.properties, &resolved, node.version)
            .map_err(|error| issues.push(misfit(error)))
            .ok()
    });
    Ok(AxumJson(ResolveAnswer {
        stored: stored_parameters(&node, &filled),
        shown: shown_properties(&node, &filled),
        filled,
        resolved,
        previews: answers,
        issues,
    }))
}

fn misfit(error: ParameterError) -> Issue {
    Issue {
        severity: Severity::Error,
        message: error.message,
        help: error.description,
        pointer: Some(error.pointer),
    }
}

pub(super) async fn eval(
    State(shared): State<Arc<Shared>>,
    body: Body<EvalBody>,
) -> ApiResult<AxumJson<EvalAnswer>> {
    let body = body.value;
    let items = read_items(body.items.as_ref())?;
    let indexes: Vec<usize> = match body.index {
        Some(index) if index < items.len() => vec![index],
        Some(index) => {
            return Err(ApiError::unprocessable(format!(
                "There is no item {index}: there are {}",
                items.len()
            ))
            .at("/index"));
        }
        None => (0..items.len().min(MOST_EVALUATIONS)).collect(),
    };
    let template = Template::text_of(&body.expression);
    let previews =
        shared.evaluators.evaluate_at(&template, items, indexes, heddle_runner::DEFAULT_TIMEZONE).await;
    Ok(AxumJson(EvalAnswer { results: previews.into_iter().map(PreviewAnswer::of).collect() }))
}

pub(super) async fn complete(body: Body<CompleteBody>) -> ApiResult<AxumJson<Completions>> {
    let item = read_item(body.value.item.as_ref())?;
    Ok(AxumJson(crate::complete::complete(&body.value.text, &item.json)))
}

pub(super) async fn credentials(State(shared): State<Arc<Shared>>) -> AxumJson<Vec<CredentialSummary>> {
    let names = shared.credential_names().into_iter();
    AxumJson(names.map(|(credential_type, name)| CredentialSummary { credential_type, name }).collect())
}
