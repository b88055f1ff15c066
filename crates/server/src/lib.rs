//! The server: every node's form in a browser and for programs, with choices from the account, and runs watched there
//! (`docs/server.md`).
//!
//! [`router`] is a router for a program of your own; [`serve`] is what `heddle serve` does. Display rules, defaults,
//! checks, choices and previews are the runner's own: a browser asks for them and never judges itself.

mod access;
mod api;
mod assets;
mod complete;
mod earlier;
mod error;
mod executions;
mod form;
mod issue;
mod items;
mod metrics;
mod once;
mod option_loads;
mod options;
mod pages;
mod preview;
mod runs;
mod secret;
mod serve;
mod settings;
mod shared;
mod single_node;
mod tally;

pub use earlier::{EarlierRuns, UnfinishedRun};
pub use serve::serve;
pub use settings::{BadSettings, Settings};

use std::sync::Arc;

use axum::Router;
use heddle_runner::Host;

use crate::shared::Shared;

/// The API under `/api/v1` and the pages, for a host's nodes, with the settings of a program that listens on the loopback
/// interface.
pub fn router(host: impl Into<Arc<Host>>) -> Router {
    router_with(host, Settings::default())
}

/// As [`router`], with other settings.
pub fn router_with(host: impl Into<Arc<Host>>, settings: Settings) -> Router {
    routes(&Shared::new(host.into(), settings))
}

pub(crate) fn routes(shared: &Arc<Shared>) -> Router {
    let base = shared.settings.base_path.clone();
    let inner = Router::new()
        .merge(api::routes())
        .merge(pages::routes())
        .merge(assets::routes())
        .fallback(pages::no_such_page)
        .method_not_allowed_fallback(error::no_such_method)
        .with_state(Arc::clone(shared));
    let inner = access::guard(inner, shared);
    if base.is_empty() { inner } else { Router::new().nest(&base, inner) }
}
