//! `heddle options`: the choices of a form field, from the user's account.

use heddle_node::{Json, Registry};
use heddle_runner::Host;

use crate::arguments::{CredentialArguments, NetworkArguments};
use crate::failure::Failure;

pub(crate) struct Request {
    pub(crate) node_type: String,
    pub(crate) method: String,
    pub(crate) parameters: String,
    pub(crate) search: Option<String>,
}

pub(crate) fn execute(
    registry: Registry,
    credentials: &CredentialArguments,
    network: &NetworkArguments,
    request: &Request,
) -> Result<u8, Failure> {
    super::describe::find(&registry, &request.node_type, None)?;
    let parameters = Json::parse(&request.parameters)
        .ok()
        .filter(Json::is_object)
        .ok_or_else(|| Failure::usage("--parameters must be a JSON object"))?;
    let runtime = super::runtime()?;
    runtime.block_on(async {
        let (store, sandboxes) = super::credentials(&registry, credentials, true).await?;
        let host = super::with_network(Host::new(registry).with_credentials(store), network, &sandboxes)?;
        let mut options = Vec::new();
        let mut cursor = None;
        loop {
            let page = host
                .load_options(
                    &request.node_type,
                    &request.method,
                    &parameters,
                    request.search.as_deref(),
                    cursor.as_deref(),
                )
                .await
                .map_err(|error| {
                    let failure = Failure::failed(error.message.clone());
                    match &error.description {
                        Some(description) => failure.with_help(description.clone()),
                        None => failure,
                    }
                })?;
            options.extend(page.options);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        super::print(&format!("{:#}\n", serde_json::json!(options)))?;
        Ok(0)
    })
}
