//! `heddle serve`: the API and the pages.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use heddle_node::Registry;
use heddle_runner::Host;
use heddle_server::{EarlierRuns, Settings};

use super::kept::{self, Earlier, Note};
use crate::arguments::{NetworkArguments, ServeArguments};
use crate::failure::Failure;
use crate::signals::{Phase, Signals, Told};

/// The environment variable with the token that callers must know.
const TOKEN: &str = "HEDDLE_TOKEN";

pub(crate) fn execute(registry: Registry, arguments: &ServeArguments) -> Result<u8, Failure> {
    let signals = Signals::watch()?;
    let network = network(arguments);
    let mut settings = settings(arguments)?;
    let kept = kept::store_of_server(arguments).map(Arc::new);
    settings.note = Note::of_server(arguments, &network).to_json();
    settings.earlier = kept.clone().map(|store| Arc::new(Earlier(store)) as Arc<dyn EarlierRuns>);
    let address = SocketAddr::new(arguments.address, arguments.port);
    settings.check_address(address).map_err(|error| Failure::usage(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start: {error}")))?;
    runtime.block_on(async {
        let (store, sandboxes) = super::credentials(&registry, &arguments.credentials, true).await?;
        let mut host = Host::new(registry).with_credentials(store);
        if let Some(kept) = kept {
            host = host.with_log(kept::log_of(kept, kept::is_trial_server(arguments)));
        }
        let host = super::with_network(host, &network, &sandboxes)?;
        let listener = tokio::net::TcpListener::bind(address).await.map_err(|error| {
            Failure::usage(format!("cannot listen on {address}: {error}")).with_help("Choose another --port.")
        })?;
        let bound = listener.local_addr().map_err(|error| Failure::failed(error.to_string()))?;
        super::print(&format!("http://{bound}\n"))?;
        let sandbox = if arguments.credentials.sandbox { " Sandboxes stand in for services." } else { "" };
        super::print_error(&format!(
            "Forms at http://{bound}, API at http://{bound}/api/v1.{sandbox} Ctrl-C ends it."
        ));
        signals.tell(|told| {
            if told == Told::Stopping {
                super::print_error(
                    "Ending: no new sends; waiting for those in flight. Once more ends at once.",
                );
            }
        });
        signals.enter(Phase::Running);
        let stop = signals.cancel().clone().cancelled_owned();
        heddle_server::serve(listener, host, settings, stop)
            .await
            .map_err(|error| Failure::failed(format!("the server ended: {error}")))?;
        signals.enter(Phase::Idle);
        // The sandboxes run as long as the server does.
        drop(sandboxes);
        Ok(signals.status().unwrap_or(0))
    })
}

fn settings(arguments: &ServeArguments) -> Result<Settings, Failure> {
    let mut settings = Settings::default();
    let wrong = |error: heddle_server::BadSettings| Failure::usage(error.to_string());
    if let Some(token) = token(arguments.token_file.as_deref())? {
        settings = settings.with_token(token).map_err(wrong)?;
    }
    for origin in &arguments.allow_origin {
        settings = settings.with_origin(origin).map_err(wrong)?;
    }
    for host in &arguments.public_host {
        settings = settings.with_host(host);
    }
    Ok(settings)
}

/// The token of a file, or of the environment; never of the command line, which others can read.
fn token(file: Option<&Path>) -> Result<Option<String>, Failure> {
    match file {
        Some(file) => crate::input::read_text(file).map(|text| Some(text.trim().to_owned())),
        None => Ok(std::env::var(TOKEN).ok().filter(|token| !token.is_empty())),
    }
}

/// Whoever can be reached by others lets nodes reach nothing private, unless told otherwise.
fn network(arguments: &ServeArguments) -> NetworkArguments {
    let is_reachable = !arguments.address.is_loopback();
    NetworkArguments {
        no_private_network: arguments.network.no_private_network
            || (is_reachable && !arguments.private_network),
        allow_host: arguments.network.allow_host.clone(),
        http_mocks: arguments.network.http_mocks.clone(),
        route: arguments.network.route.clone(),
    }
}
