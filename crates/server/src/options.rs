//! Choices from the account: the same question, asked many times at once, is asked of the account once.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use futures_util::FutureExt as _;
use heddle_node::Json;
use heddle_runner::OptionsRequest;

use crate::error::ApiError;
use crate::option_loads::{Load, Loaded};
use crate::shared::Shared;
use crate::single_node::NodeType;

/// What a form asks for.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) method: String,
    pub(crate) parameters: Json,
    pub(crate) credentials: BTreeMap<String, String>,
    pub(crate) search: Option<String>,
    pub(crate) cursor: Option<String>,
    /// Whether the account is to be asked, whatever is known already.
    pub(crate) is_fresh: bool,
}

/// Loads a page of choices, within the settings' time.
///
/// # Errors
/// When there is no such method, the service refuses, or it takes too long.
pub(crate) async fn load(shared: &Arc<Shared>, of: &NodeType, question: Question) -> Loaded {
    let key = format!(
        "{}\0{}\0{}\0{}\0{:?}\0{:?}\0{:?}\0{}",
        question.is_fresh,
        of.name(),
        of.version,
        question.method,
        question.credentials,
        question.search,
        question.cursor,
        depended(of, &question),
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

/// The values of the parameters that the choices depend on.
fn depended(of: &NodeType, question: &Question) -> String {
    let properties = &of.description.properties;
    let names = properties
        .iter()
        .filter(|property| property.load_options_method() == Some(&*question.method))
        .flat_map(crate::form::depends_on);
    names.map(|name| question.parameters.get(name).map_or_else(String::new, Json::to_string) + "\0").collect()
}
