//! For nodes that speak to an HTTP API: base URL and credential, JSON both ways, answers to errors, pages, choices of forms.
//!
//! A node's crate describes its [`Service`] once, and makes an [`Api`] of it wherever it handles an item or loads choices.
//!
//! ```
//! use heddle_http_kit::{Api, Refusal, Service, path_segment};
//! use heddle_node::{ItemContext, ItemOutput, Json, NodeError};
//!
//! static CRM: Service = Service {
//!     name: "Example CRM",
//!     credential_type: "exampleApi",
//!     credential_name: "Example API",
//!     base_url: "https://api.example.com",
//!     refusal: |body| Refusal {
//!         text: body.get("message").and_then(Json::as_str).map(str::to_owned),
//!         ..Refusal::default()
//!     },
//!     advice: |status| (status == 404).then_some("Check the contact's id."),
//! };
//!
//! async fn contact(id: &str, context: &ItemContext<'_>) -> Result<ItemOutput, NodeError> {
//!     let credential = context.services.credential(CRM.credential_type)?;
//!     let base_url = credential.field("baseUrl").and_then(Json::as_str).unwrap_or(CRM.base_url);
//!     let id = path_segment(id).ok_or_else(|| NodeError::parameter("id", "The id is empty"))?;
//!     let api = Api::new(context.services, &CRM, base_url);
//!     let contact = api.get(format!("/contacts/{id}")).with_query("fields", "all").read().await?;
//!     Ok(contact.into())
//! }
//! # let _ = contact;
//! ```

mod answer;
mod api;
mod base_url;
mod choices;
mod failure;
mod pages;
mod retry_after;
mod service;
mod text;

pub use answer::{Content, json_problem, read_content};
pub use api::{Api, Call, CallError, UNRESERVED, path_segment};
pub use base_url::read_base_url;
pub use choices::{Search, tell_apart};
pub use failure::status_text;
pub use pages::Page;
pub use retry_after::retry_after;
pub use service::{Refusal, Service};
pub use text::short;
