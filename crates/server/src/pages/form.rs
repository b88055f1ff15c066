//! A node's form: filled in, checked and run, with a script or without.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use heddle_node::json::pointer_token;
use heddle_node::{Json, OptionPage};
use heddle_workflow::Input;
use maud::{Markup, html};
use serde::Deserialize;

use super::{encoded, error_page, execution, layout, page};
use crate::error::{ApiError, ApiResult, wants_page};
use crate::executions::{Asked, Execution};
use crate::form::{Draft, FormView, Submission, masked, plain_text, render_fields, stored_parameters};
use crate::issue::Issue;
use crate::once::Claim;
use crate::options::{self, Question, QuestionKind};
use crate::preview::Preview;
use crate::shared::Shared;
use crate::single_node::NodeType;

#[derive(Deserialize)]
pub(super) struct Asks {
    version: Option<f64>,
    example: Option<usize>,
}

/// Why there is no run.
struct Refusal(ApiError);

/// What a form shows beside its fields.
#[derive(Default)]
struct Beside {
    execution: Option<Arc<Execution>>,
    refusal: Option<ApiError>,
    /// What is to be said about how the items were read.
    remarks: Vec<String>,
    /// Whether a script asks for it.
    scripted: bool,
}

/// The page of a new form.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(node_type): Path<String>,
    Query(asks): Query<Asks>,
    headers: HeaderMap,
) -> Response {
    let node = match NodeType::find(shared.host.registry(), &node_type, asks.version) {
        Ok(node) => node,
        Err(error) => return error_page(&error),
    };
    let examples = node.node.examples();
    let example = asks.example.and_then(|index| examples.get(index));
    let draft = Draft::new(&node, example);
    let beside = Beside { scripted: headers.contains_key("x-heddle"), ..Beside::default() };
    answer(&shared, &node, &draft, &beside).await
}

/// What a button of the form asks for.
pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    Path(node_type): Path<String>,
    Query(asks): Query<Asks>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let scripted = headers.contains_key("x-heddle");
    let refuse = |error: ApiError| match wants_page(&headers) && !scripted {
        true => error_page(&error),
        false => error.into_response(),
    };
    let node = match NodeType::find(shared.host.registry(), &node_type, asks.version) {
        Ok(node) => node,
        Err(error) => return refuse(error),
    };
    let submission = match Submission::read(&shared, request).await {
        Ok(submission) => submission,
        Err(error) => return refuse(error),
    };
    let mut draft = Draft::of(&node, &submission);
    let action = submission.get("action").unwrap_or_default();
    draft.act(&shared, &node, &submission, action).await;
    let mut beside = Beside { scripted, ..Beside::default() };
    if let "run" | "run-anew" | "dry-run" = action {
        match run(&shared, &node, &draft, &submission, action).await {
            Ok((execution, remarks)) => {
                beside.execution = Some(execution);
                beside.remarks = remarks;
            }
            // A token that this server did not give, or gave for another run.
            Err(Refusal(error))
                if error.status == StatusCode::FORBIDDEN || error.status == StatusCode::CONFLICT =>
            {
                return refuse(error);
            }
            Err(Refusal(error)) => beside.refusal = Some(error),
        }
        // Most runs are over in no time; of others the page shows how far they are.
        if let Some(execution) = &beside.execution {
            let patience = std::time::Duration::from_millis(if scripted { 50 } else { 5_000 });
            let _ = tokio::time::timeout(patience, execution.ended()).await;
        }
    } else if let Some(id) = submission.get("execution").and_then(|id| id.parse().ok()) {
        beside.execution = shared.executions.get(id);
    }
    answer(&shared, &node, &draft, &beside).await
}

/// Starts the run of a button, once for each token.
async fn run(
    shared: &Arc<Shared>,
    node: &NodeType,
    draft: &Draft,
    submission: &Submission,
    action: &str,
) -> Result<(Arc<Execution>, Vec<String>), Refusal> {
    let (dry_run, begins_anew) = (action == "dry-run", action == "run-anew");
    let token = submission.get("token").unwrap_or_default();
    let Some(number) = shared.number_of_run_token(token) else {
        return Err(Refusal(
            ApiError::new(
                StatusCode::FORBIDDEN,
                "This page is not of this server's making, or of an earlier start of it",
            )
            .with_help("Load the form anew, and run it from there."),
        ));
    };
    let Input { items, remarks } = draft.read_items().map_err(Refusal)?;
    let parameters = stored_parameters(node, &draft.filled);
    let subject =
        format!("{}\0{parameters}\0{:?}\0{action}\0{}", node.name(), draft.credentials, draft.items);
    let id = match shared.once.claim(token, Some(number), subject.as_bytes()).map_err(Refusal)? {
        Claim::First(id) => id,
        Claim::Again(id) => {
            let gone = || {
                Refusal(ApiError::new(
                    StatusCode::CONFLICT,
                    "This run was started, and is no longer remembered",
                ))
            };
            return shared.executions.get(id).map(|execution| (execution, remarks)).ok_or_else(gone);
        }
    };
    let single = draft.node(node, &parameters);
    let asked = Asked {
        node_type: node.name().to_owned(),
        display_name: node.description.display_name.clone(),
        dry_run,
    };
    let execution = shared.executions.begin(id, asked).map_err(|error| {
        shared.once.release(token);
        Refusal(error)
    })?;
    let options = single.options(items, dry_run);
    crate::runs::start(shared, &execution, single.workflow(), options, begins_anew);
    Ok((execution, remarks))
}

/// The page, or for a script the form alone.
async fn answer(shared: &Arc<Shared>, node: &NodeType, draft: &Draft, beside: &Beside) -> Response {
    let form = render(shared, node, draft, beside).await;
    if beside.scripted {
        return page(StatusCode::OK, form);
    }
    let description = &node.description;
    let versions = shared.host.registry().versions(node.name());
    let examples = node.node.examples();
    let body = html! {
        main #main tabindex="-1" {
            div.titled {
                div {
                    h1 { (description.display_name) }
                    p.lead { (plain_text(&description.description)) }
                    p.help { code { (node.name()) } " version " (node.version)
                        @if versions.len() > 1 {
                            " · other versions: "
                            @for version in versions.iter().filter(|version| **version != node.version) {
                                a href=(shared.url(&format!("/nodes/{}?version={version}", encoded(node.name())))) { (version) } " "
                            }
                        }
                    }
                }
                @if !examples.is_empty() {
                    details.examples {
                        summary { "Begin with an example" }
                        ul { @for (index, example) in examples.iter().enumerate() {
                            li { a href=(shared.url(&format!("/nodes/{}?version={}&example={index}", encoded(node.name()), example.type_version))) { (example.title) } }
                        } }
                    }
                }
            }
            (form)
        }
    };
    page(StatusCode::OK, layout::page(shared, &description.display_name, "form.js", &body))
}

/// The form itself.
async fn render(shared: &Arc<Shared>, node: &NodeType, draft: &Draft, beside: &Beside) -> Markup {
    let stored = stored_parameters(node, &draft.filled);
    let single = draft.node(node, &stored);
    let issues = if draft.checked { single.issues(&shared.host).await } else { Vec::new() };
    let previews = previews(shared, draft).await;
    let choices = choices(shared, node, draft).await;
    let names = shared.credential_names();
    let view = FormView {
        node,
        draft,
        filled: &draft.filled,
        issues: &issues,
        previews: &previews,
        choices: &choices,
        credential_names: &names,
    };
    let url = shared.url(&format!("/nodes/{}?version={}", encoded(node.name()), node.version));
    let api = shared.url(&format!("/api/v1/nodes/{}", encoded(node.name())));
    html! {
        form #form method="post" action=(url) enctype="multipart/form-data" data-api=(api) data-version=(node.version)
            data-executions=(shared.url("/executions")) data-api-root=(shared.url("/api/v1")) data-reads-items[previews.values().any(|preview| *preview == Preview::OfOtherItems)] novalidate autocomplete="off" {
            noscript { button type="submit" name="action" value="refresh" { "Update the form" } }
            input type="hidden" name="state" value=(draft.parameters.to_string());
            input type="hidden" name="checked" value=(draft.checked);
            input type="hidden" name="token" value=(shared.new_run_token());
            input type="hidden" name="execution" value=[beside.execution.as_ref().map(|execution| execution.id.to_string())];
            div.columns {
                section.parameters aria-labelledby="parameters" {
                    h2 #parameters { "Parameters" }
                    (summary(draft, &issues))
                    (credentials(shared, &view))
                    div #fields { (render_fields(&view)) }
                    div.actions {
                        button type="submit" name="action" value="check" { "Check" }
                    }
                }
                div.side {
                    (run_section(shared, draft, beside))
                    (json_section(draft, &masked(node, &draft.filled, &stored)))
                    (node_section(&single.to_json()))
                }
            }
        }
    }
}

/// What is wrong, with links to the fields.
fn summary(draft: &Draft, issues: &[Issue]) -> Markup {
    let errors = issues.iter().filter(|issue| issue.is_error()).count();
    html! {
        div #summary {
            @if draft.checked && issues.is_empty() {
                p.good role="status" { "Nothing is wrong." }
            } @else if draft.checked {
                div.problems.remarks[errors == 0] role="alert" tabindex="-1" {
                    h3 { @if errors == 1 { "1 problem" } @else if errors > 1 { (errors) " problems" } @else { "Remarks" } }
                    ul { @for issue in issues {
                        li {
                            @match &issue.pointer {
                                Some(pointer) => { a href={ "#f" (pointer) } data-leads=(pointer) { (issue.message) } }
                                None => { (issue.message) }
                            }
                            @if let Some(help) = &issue.help { " " span.help { (help) } }
                        }
                    } }
                }
            }
        }
    }
}

/// The credentials that the node uses, by name.
fn credentials(shared: &Shared, view: &FormView<'_>) -> Markup {
    let wanted = view.node.node.credentials(view.filled);
    html! {
        @for (type_name, required) in &wanted {
            @let title = shared.credential_title(type_name);
            @let names: Vec<&str> = view.credential_names.iter().filter(|(known, _)| known.eq_ignore_ascii_case(type_name)).map(|(_, name)| &**name).collect();
            @let chosen = view.draft.credentials.get(type_name);
            div.field {
                div.head { label for={ "credential-" (type_name) } { "Credential: " (title) @if !required { span.required { " (optional)" } } } }
                div.pair {
                    select id={ "credential-" (type_name) } name={ "credential:" (type_name) } {
                        option value="" { @if names.is_empty() { "None is there" } @else { "The one that is there" } }
                        @if let Some(chosen) = chosen.filter(|chosen| !names.contains(&chosen.as_str())) {
                            option value=(chosen) selected { (chosen) " (not there)" }
                        }
                        @for name in names.iter().filter(|name| !name.is_empty()) {
                            option value=(name) selected[chosen.is_some_and(|chosen| chosen == name)] { (name) }
                        }
                    }
                    @if !names.is_empty() {
                        button type="submit" name="action" value={ "test:" (type_name) } aria-label={ "Test the credential " (title) } { "Test" }
                    }
                }
                @if let Some(answer) = view.draft.tested.get(type_name) { (tested(answer)) }
            }
        }
    }
}

/// What a service says to a credential.
fn tested(answer: &ApiResult<u16>) -> Markup {
    html! {
        @match answer {
            Ok(200..300) => { p.good role="status" { "It works." } }
            Ok(status) => { p.problem role="alert" { "The service refuses it (status " (status) ")." } }
            Err(error) => { p.problem role="alert" { (error.message) @if let Some(help) = &error.help { " " (help) } } }
        }
    }
}

fn run_section(shared: &Shared, draft: &Draft, beside: &Beside) -> Markup {
    html! {
        section.panel aria-labelledby="run-title" {
            h2 #run-title { "Run" }
            div.field {
                div.head { label for="items" { "Items" } }
                textarea.code #items name="items" rows="5" spellcheck="false" data-keep aria-describedby="items-help"
                    placeholder="[{ \"name\": \"Ana\" }]" { "\n" (draft.items) }
                p.help #items-help { "JSON, one object a line, or CSV. Without items the node runs once." }
            }
            div.inline {
                label for="file" { "From a file" }
                input type="file" id="file" name="file" accept=".json,.jsonl,.csv,.txt,application/json,text/csv" data-keep;
            }
            div.inline {
                label for="item" { "Previews look at item" }
                input.short type="number" id="item" name="item" min="0" value=(draft.item);
            }
            input type="hidden" name="sample" value="" data-keep;
            div.actions {
                button.primary type="submit" name="action" value="run" { "Run" }
                button type="submit" name="action" value="dry-run" { "Dry run" }
            }
            p.help { "A dry run sends nothing and shows each request." }
            div #result aria-live="off" {
                @if let Some(refusal) = &beside.refusal {
                    div.problems role="alert" { h3 { (refusal.message) } @if let Some(help) = &refusal.help { p { (help) } } }
                }
                @for remark in &beside.remarks { p.help { "The items: " (remark) "." } }
                @if let Some(execution) = &beside.execution { (execution::panel(shared, execution, true)) }
            }
        }
    }
}

fn json_section(draft: &Draft, shown: &Json) -> Markup {
    let text = match &draft.broken_json {
        Some((text, _)) => text.clone(),
        None => serde_json::to_string_pretty(shown).unwrap_or_default(),
    };
    let rows = text.lines().count().clamp(3, 20);
    html! {
        section.panel aria-labelledby="json-title" {
            h2 #json-title { label for="json" { "Parameters as JSON" } }
            textarea.code #json name="json" rows=(rows) spellcheck="false" data-json
                aria-describedby=[draft.broken_json.as_ref().map(|_| "json-problem")]
                aria-invalid=[draft.broken_json.as_ref().map(|_| "true")] { "\n" (text) }
            @if let Some((_, why)) = &draft.broken_json {
                div.problem #json-problem { p { "The form is as it was before: " (why) } }
            }
            div.actions.unscripted { button type="submit" name="action" value="json" { "Take over" } }
        }
    }
}

fn node_section(node: &Json) -> Markup {
    let mut workflow = Json::object();
    workflow.insert("nodes", Json::from(vec![node.clone()]));
    workflow.insert("connections", Json::object());
    let text = serde_json::to_string_pretty(&workflow).unwrap_or_default();
    html! {
        details.panel #node data-keep-open {
            summary { "As a node of a workflow file" }
            textarea.code #node-json rows="12" readonly spellcheck="false" aria-label="The node, to paste into a workflow" { "\n" (text) }
            div.actions.scripted { button type="button" data-copies="node-json" { "Copy" } }
        }
    }
}

/// What the expressions among the parameters give, by pointer.
async fn previews(shared: &Shared, draft: &Draft) -> HashMap<String, Preview> {
    let mut places = Vec::new();
    collect_expressions(&draft.filled, &mut String::new(), &mut places);
    if places.is_empty() {
        return HashMap::new();
    }
    let (places, texts): (Vec<String>, Vec<String>) = places.into_iter().unzip();
    let previews =
        shared.evaluators.evaluate(texts, draft.preview_sample(), heddle_runner::DEFAULT_TIMEZONE).await;
    places.into_iter().zip(previews).collect()
}

/// All texts that begin with `=`, each with its JSON pointer.
pub(crate) fn collect_expressions(value: &Json, place: &mut String, found: &mut Vec<(String, String)>) {
    if let Some(text) = value.as_str() {
        if text.starts_with('=') {
            found.push((place.clone(), text.to_owned()));
        }
        return;
    }
    let length = place.len();
    let mut below = |key: &str, value: &Json| {
        place.push('/');
        place.push_str(&pointer_token(key));
        collect_expressions(value, place, found);
        place.truncate(length);
    };
    if let Some(object) = value.as_object() {
        object.iter().for_each(|(key, value)| below(key, value));
    } else if let Some(rows) = value.as_array() {
        rows.iter().enumerate().for_each(|(index, value)| below(&index.to_string(), value));
    }
}

/// The choices of the fields whose button was pressed on a page without script.
async fn choices(
    shared: &Arc<Shared>,
    node: &NodeType,
    draft: &Draft,
) -> HashMap<String, ApiResult<Arc<OptionPage>>> {
    let places: BTreeSet<&String> = draft.loaded.iter().take(20).collect();
    let loads = places.into_iter().map(|place| async move {
        let method = crate::form::method_at(node, &draft.filled, place)?;
        let question = Question {
            kind: QuestionKind::Choices,
            method,
            parameters: draft.parameters.clone(),
            credentials: draft.credentials.clone(),
            search: None,
            cursor: None,
            is_fresh: false,
        };
        Some((place.clone(), options::load(shared, node, question).await))
    });
    futures_util::future::join_all(loads).await.into_iter().flatten().collect()
}
