//! Choices from the account: the same question, asked many times at once, is asked of the account once.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use futures_util::FutureExt as _;
use heddle_node::parameters::option_dependencies;
use heddle_node::{Json, OptionEntry, OptionPage};
use heddle_runner::OptionsRequest;

use crate::error::ApiError;
use crate::option_loads::{Load, Loaded};
use crate::shared::Shared;
use crate::single_node::NodeType;

/// What a form asks for.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) kind: QuestionKind,
    pub(crate) method: String,
    pub(crate) parameters: Json,
    pub(crate) credentials: BTreeMap<String, String>,
    pub(crate) search: Option<String>,
    pub(crate) cursor: Option<String>,
    /// Whether the account is to be asked, whatever is known already.
    pub(crate) is_fresh: bool,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuestionKind {
    /// The choices of a field. n8n's methods give all of them.
    Choices,
    /// Things that the account searches for, or the columns of a table.
    Search,
}

/// Loads a page of choices, within the settings' time.
///
/// # Errors
/// When there is no such method, the service refuses, or it takes too long.
pub(crate) async fn load(shared: &Arc<Shared>, of: &NodeType, question: Question) -> Loaded {
    if question.kind == QuestionKind::Choices
        && question.cursor.is_none()
        && let Some(search) = &question.search
    {
        // Where all of them are there, nobody has to ask the account to search in them.
        let all = load_page(shared, of, Question { search: None, ..question.clone() }).await?;
        if all.next_cursor.is_none() {
            return Ok(Arc::new(found_in(&all, search)));
        }
        return load_page(shared, of, Question { is_fresh: false, ..question }).await;
    }
    load_page(shared, of, question).await
}

/// The choices with a text in their name, description or value.
fn found_in(page: &OptionPage, search: &str) -> OptionPage {
    let search = search.trim().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&search);
    let is_found = |option: &&OptionEntry| {
        has(&option.name)
            || option.description.as_deref().is_some_and(has)
            || option.value.as_str().map_or_else(|| has(&option.value.to_string()), has)
    };
    OptionPage { options: page.options.iter().filter(is_found).cloned().collect(), next_cursor: None }
}

async fn load_page(shared: &Arc<Shared>, of: &NodeType, question: Question) -> Loaded {
    let key = format!(
        "{}\0{}\0{}\0{}\0{:?}\0{:?}\0{:?}\0{}",
        question.is_fresh,
        of.name(),
        of.version,
        question.method,
        question.credentials,
        question.search,
        question.cursor,
        option_dependencies(&of.description.properties, &question.method, &question.parameters),
    );
    let load =
        shared.options.join(key, || ask(Arc::clone(shared), of.name().to_owned(), of.version, question));
    let started = std::time::Instant::now();
    let limit = shared.settings.options_time;
    let loaded = match tokio::time::timeout(limit, load).await {
        Ok(loaded) => loaded,
        Err(_) => Err(ApiError::new(
            StatusCode::GATEWAY_TIMEOUT,
            format!("The choices did not come within {} seconds", limit.as_secs()),
        )
        .with_help("Try again, or give the value with an expression.")),
    };
    shared.metrics.count_options(loaded.is_ok(), started.elapsed());
    loaded
}

fn ask(shared: Arc<Shared>, node_type: String, version: f64, question: Question) -> Load {
    async move {
        let page = shared
            .host
            .load_options_for(
                &node_type,
                &question.method,
                &question.parameters,
                OptionsRequest {
                    version: Some(version),
                    credentials: Some(&question.credentials),
                    search: question.search.as_deref(),
                    cursor: question.cursor.as_deref(),
                    is_fresh: question.is_fresh,
                },
            )
            .await;
        page.map(Arc::new).map_err(|error| ApiError::of_node(&error))
    }
    .boxed()
}

/// The status with which the service answers a harmless request that is signed with a credential.
///
/// # Errors
/// When there is no such credential, nothing tests it, or the service does not answer.
pub(crate) async fn test_credential(
    shared: &Shared,
    type_name: &str,
    name: Option<&str>,
) -> Result<u16, ApiError> {
    let test = shared.host.test_credential(type_name, name, None);
    match tokio::time::timeout(shared.settings.options_time, test).await {
        Ok(status) => status.map_err(|error| ApiError::of_node(&error)),
        Err(_) => Err(ApiError::new(StatusCode::GATEWAY_TIMEOUT, "The service does not answer")),
    }
}
