//! An execution: how far it is, what became of each item, and what came out.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use heddle_node::Json;
use heddle_node::parameters::pointer_of;
use heddle_runner::events::Verdict;
use heddle_runner::{RunResult, WorkflowFailure};
use maud::{Markup, html};
use uuid::Uuid;

use super::{error_page, layout, page};
use crate::error::ApiError;
use crate::executions::{End, Execution, ItemEnd};
use crate::form::{capitalized, shorten};
use crate::issue::Issue;
use crate::shared::Shared;
use crate::tally::Tally;

/// Items that are shown of those that have ended, and of those that came out.
const MOST_SHOWN: usize = 100;
/// Columns of the table.
const MOST_COLUMNS: usize = 40;
/// Characters of a cell.
const MOST_CHARACTERS: usize = 200;
/// Characters of the JSON that is shown.
const MOST_JSON: usize = 200_000;

fn find(shared: &Shared, id: &str) -> Result<Arc<Execution>, ApiError> {
    let found = id.parse::<Uuid>().ok().and_then(|id| shared.executions.get(id));
    found.ok_or_else(|| ApiError::not_found("There is no such execution, or it is no longer remembered"))
}

/// The page, or for a script the panel alone.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let execution = match find(&shared, &id) {
        Ok(execution) => execution,
        Err(error) => return error_page(&error),
    };
    let is_in_form = headers.contains_key("x-heddle");
    let panel = panel(&shared, &execution, is_in_form);
    if is_in_form {
        return page(StatusCode::OK, panel);
    }
    let node = shared.url(&format!("/nodes/{}", super::encoded(&execution.asked.node_type)));
    let body = html! {
        main #main tabindex="-1" {
            @if execution.end().is_none() { noscript { meta http-equiv="refresh" content="2"; } }
            h1 { "Run of " (execution.asked.display_name) }
            p { a href=(node) { "To the form" } }
            section.panel { (panel) }
        }
    };
    page(StatusCode::OK, layout::page(&shared, "Run", "run.js", &body))
}

/// Cancels it: no new sends, those in flight end.
pub(super) async fn cancel(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    match find(&shared, &id) {
        Ok(execution) => {
            execution.cancel.cancel();
            Redirect::to(&shared.url(&format!("/executions/{id}"))).into_response()
        }
        Err(error) => error_page(&error),
    }
}

/// Everything about an execution; in a form it may be begun anew.
pub(super) fn panel(shared: &Shared, execution: &Execution, is_in_form: bool) -> Markup {
    let end = execution.end();
    let tally = execution.tally();
    let status = end.as_ref().map_or("running", |end| end.status());
    html! {
        div.execution data-execution=(execution.id) data-running[end.is_none()] {
            div.head {
                span.badge data-status=(status) { (title_of(status)) }
                @if execution.asked.dry_run { span.badge { "dry run" } }
                span.counts data-counts { (counts(&tally, end.is_some())) }
                @if end.is_none() {
                    button type="submit" formaction=(shared.url(&format!("/executions/{}/cancel", execution.id))) formmethod="post" data-cancel { "Cancel" }
                }
            }
            @if end.is_none() {
                progress max=(tally.items.max(1)) value=(tally.done) aria-label="Items that have ended" {}
            }
            p.hidden role="status" data-live {}
            @if let Some(end) = &end { (ended(execution, end, is_in_form)) }
        }
    }
}

fn title_of(status: &str) -> &str {
    match status {
        "success" => "Done",
        "error" => "Failed",
        "canceled" => "Cancelled",
        "waiting" => "Waiting",
        _ => "Running",
    }
}

fn counts(tally: &Tally, has_ended: bool) -> String {
    let mut parts = Vec::new();
    if tally.sent + tally.not_sent + tally.unknown > 0 {
        parts.push(format!("{} sent, {} not sent, {} unknown", tally.sent, tally.not_sent, tally.unknown));
    } else if has_ended && tally.done == 0 {
        // The node takes all of them at once, and tells nothing of one.
        parts.push(if tally.items == 1 { "1 item".to_owned() } else { format!("{} items", tally.items) });
    } else {
        parts.push(format!("{} of {} items", tally.done, tally.items));
    }
    if tally.skipped > 0 {
        parts.push(format!("{} skipped", tally.skipped));
    }
    if tally.waits > 0 {
        parts.push(format!("{} waits", tally.waits));
    }
    parts.join(" · ")
}

fn ended(execution: &Execution, end: &End, is_in_form: bool) -> Markup {
    match end {
        End::Refused(problems) => {
            let issues: Vec<Issue> = problems.iter().cloned().map(Issue::of).collect();
            html! {
                div.problems role="alert" {
                    h3 { "It cannot begin. Nothing was sent." }
                    ul { @for issue in &issues { li {
                        @match &issue.pointer {
                            Some(pointer) => { a href={ "#f" (pointer) } data-leads=(pointer) { (issue.message) } }
                            None => { (issue.message) }
                        }
                        @if let Some(help) = &issue.help { " " span.help { (help) } }
                    } } }
                }
            }
        }
        End::Unfinished(earlier) => html! {
            div.problems role="alert" {
                h3 { (capitalized(&earlier.message)) }
                p { "Nothing was sent now. " (earlier.help) "." }
                @if is_in_form {
                    button type="submit" name="action" value="run-anew" { "Begin anew, and send to all" }
                }
            }
        },
        End::Failed(message) => html! { div.problems role="alert" { h3 { (message) } } },
        End::Ended(result) => html! {
            @if let Some(error) = &result.error { (failure(error)) }
            // In a dry run nothing was sent by anybody, which needs no list.
            @if !execution.asked.dry_run || result.error.is_some() { (item_ends(&execution.items())) }
            (output(execution, result))
        },
    }
}

fn failure(error: &WorkflowFailure) -> Markup {
    html! {
        div.problems role="alert" {
            h3 { (error.message) }
            @if let Some(description) = &error.description { p { (description) } }
            @if error.item_index.is_some() || error.parameter.is_some() {
                p.help {
                    @if let Some(item) = error.item_index { "Item " (item) ". " }
                    @if let Some(parameter) = &error.parameter {
                        "Parameter " a href={ "#f" (pointer_of(parameter)) } data-leads=(pointer_of(parameter)) { (parameter) } "."
                    }
                }
            }
        }
    }
}

/// What became of each item.
fn item_ends(items: &[ItemEnd]) -> Markup {
    let mut shown: Vec<&ItemEnd> = items.iter().collect();
    // What needs somebody comes first.
    shown.sort_by_key(|end| (end.error.is_none() && end.verdict != Some(Verdict::Unknown), end.item));
    if items.iter().all(|end| end.verdict.is_none() && end.error.is_none()) {
        return html! {};
    }
    html! {
        details.items open {
            summary { "Items" }
            div.scroll tabindex="0" role="region" aria-label="What became of each item" {
                table {
                    thead { tr { th scope="col" { "Item" } th scope="col" { "Verdict" } th scope="col" { "Why" } } }
                    tbody { @for end in shown.iter().take(MOST_SHOWN) { tr {
                        th scope="row" { (end.item) }
                        td { (verdict(end)) }
                        td {
                            @if let Some(error) = &end.error { (error) }
                            @if let Some(help) = &end.help { " " span.help { (help) } }
                            @if let Some(parameter) = &end.parameter {
                                " " a href={ "#f" (pointer_of(parameter)) } data-leads=(pointer_of(parameter)) { (parameter) }
                            }
                        }
                    } } }
                }
            }
            @if items.len() > MOST_SHOWN { p.help { "The first " (MOST_SHOWN) " of " (items.len()) ", failures before others." } }
        }
    }
}

fn verdict(end: &ItemEnd) -> Markup {
    let (name, title) = match (end.verdict, &end.error) {
        (Some(Verdict::Sent), _) => ("sent", "sent"),
        (Some(Verdict::NotSent), _) => ("notSent", "not sent"),
        (Some(Verdict::Unknown), _) => ("unknown", "unknown"),
        (Some(Verdict::Skipped), _) => ("skipped", "skipped"),
        (None, Some(_)) => ("notSent", "failed"),
        (None, None) => ("sent", "done"),
    };
    html! { span.badge data-verdict=(name) { (title) } }
}

/// What came out, as a table, as JSON and as a schema.
fn output(execution: &Execution, result: &RunResult) -> Markup {
    let node = result.run_data.iter().next().map(|(name, _)| name.to_owned());
    let outputs = node.and_then(|node| {
        result.last_outputs(&node).map(|outputs| {
            outputs
                .into_iter()
                .map(|items| items.iter().map(|item| item.json.clone()).collect::<Vec<Json>>())
                .collect::<Vec<_>>()
        })
    });
    let Some(outputs) = outputs else { return html! {} };
    let several = outputs.len() > 1;
    html! {
        @for (index, items) in outputs.iter().enumerate() {
            @let name = if several { format!("Output {index}") } else { "Output".to_owned() };
            section.output aria-label=(name) {
                h3 { (name) ": " @if items.len() == 1 { "1 item" } @else { (items.len()) " items" }
                    @if execution.asked.dry_run { ", nothing was sent" } }
                @if !items.is_empty() {
                    @let is_dry = execution.asked.dry_run && items.iter().all(|item| item.get("request").is_some());
                    @if is_dry {
                        details name={ "output-" (index) } open { summary { "Requests" } (requests(items)) }
                    }
                    details name={ "output-" (index) } open[!is_dry] { summary { "Table" } (table(items)) }
                    details name={ "output-" (index) } { summary { "JSON" } (json(items)) }
                    details name={ "output-" (index) } { summary { "Schema" } (schema(items)) }
                }
            }
        }
    }
}

/// What would leave, item by item.
fn requests(items: &[Json]) -> Markup {
    let text =
        |request: &Json, key: &str| request.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    html! {
        div.scroll.stack.requests tabindex="0" role="region" aria-label="Requests that would leave" {
            @for (index, item) in items.iter().take(MOST_SHOWN).enumerate() {
                @if let Some(request) = item.get("request") {
                    div.card {
                        p { span.badge { "Item " (index) } " " strong { (text(request, "method")) } " " (text(request, "url")) }
                        @if let Some(body) = request.get("body").filter(|body| !body.is_null()) {
                            pre { (shorten(&serde_json::to_string_pretty(body).unwrap_or_default(), 4000)) }
                        }
                    }
                }
            }
        }
    }
}

fn table(items: &[Json]) -> Markup {
    let mut columns: Vec<&str> = Vec::new();
    for key in items.iter().take(MOST_SHOWN).filter_map(Json::as_object).flat_map(|object| object.keys()) {
        if !columns.contains(&key) && columns.len() < MOST_COLUMNS {
            columns.push(key);
        }
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label="Output as a table" {
            table {
                thead { tr { th scope="col" { "Item" } @for column in &columns { th scope="col" { (column) } } } }
                tbody { @for (index, item) in items.iter().take(MOST_SHOWN).enumerate() { tr {
                    th scope="row" { (index) }
                    @for column in &columns { td { (cell(item.get(column))) } }
                } } }
            }
        }
        @if items.len() > MOST_SHOWN { p.help { "The first " (MOST_SHOWN) " of " (items.len()) " items." } }
    }
}

fn cell(value: Option<&Json>) -> Markup {
    let Some(value) = value else { return html! {} };
    match value.as_str() {
        Some(text) => html! { (shorten(text, MOST_CHARACTERS)) },
        None => html! { code { (shorten(&value.to_string(), MOST_CHARACTERS)) } },
    }
}

fn json(items: &[Json]) -> Markup {
    let shown = Json::from(items.iter().take(MOST_SHOWN).cloned().collect::<Vec<_>>());
    let text = serde_json::to_string_pretty(&shown).unwrap_or_default();
    html! { pre.scroll tabindex="0" role="region" aria-label="Output as JSON" { (shorten(&text, MOST_JSON)) } }
}

/// The kinds of values at each place, over the items that are shown.
fn schema(items: &[Json]) -> Markup {
    let mut places: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    let mut order = Vec::new();
    for item in items.iter().take(MOST_SHOWN) {
        collect_kinds(item, "", 0, &mut places, &mut order);
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label="Schema of the output" {
            table {
                thead { tr { th scope="col" { "Field" } th scope="col" { "Type" } } }
                tbody { @for place in &order { tr { th scope="row" { code { (place) } } td { (places.get(place).map(|kinds| kinds.join(", ")).unwrap_or_default()) } } } }
            }
        }
    }
}

fn collect_kinds(
    value: &Json,
    place: &str,
    depth: usize,
    places: &mut BTreeMap<String, Vec<&'static str>>,
    order: &mut Vec<String>,
) {
    const DEEPEST: usize = 6;
    const MOST: usize = 500;
    if !place.is_empty() {
        if !places.contains_key(place) {
            if order.len() >= MOST {
                return;
            }
            order.push(place.to_owned());
        }
        let kinds = places.entry(place.to_owned()).or_default();
        let kind = value.type_name();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if depth == DEEPEST {
        return;
    }
    if let Some(object) = value.as_object() {
        for (key, value) in object.iter() {
            let below = if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") };
            collect_kinds(value, &below, depth + 1, places, order);
        }
    } else if let Some(row) = value.as_array().and_then(|rows| rows.first()) {
        collect_kinds(row, &format!("{place}[]"), depth + 1, places, order);
    }
}
