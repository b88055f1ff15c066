//! `heddle runs follow`: what became of what services have accepted.

use std::fmt::Write as _;
use std::sync::Arc;

use heddle_node::{DeliveryState, ErrorKind, Registry, printable_line};
use heddle_runner::{Followed, Following, Host};

use super::kept::{self, Note, short};
use crate::arguments::FollowArguments;
use crate::failure::{FAILED, Failure};
use crate::signals::{Phase, Signals};

pub(crate) fn execute(registry: &Registry, arguments: &FollowArguments) -> Result<u8, Failure> {
    let signals = Signals::watch()?;
    let store = Arc::new(kept::store(&arguments.store)?);
    let run = kept::find(&store, &arguments.run)?;
    let note = Note::of_run(&run);
    if note.is_trial() {
        return Err(Failure::usage("the run reached nobody: it was begun with --sandbox or --http-mocks"));
    }
    store.take_up(run.id).map_err(|error| kept::cannot_take_up(&short(&run), &error))?;
    let credentials = note.credentials(arguments.credentials.as_ref())?;
    let following = Following { longest: arguments.longest, cancel: signals.cancel().clone() };
    signals.enter(Phase::Running);
    let followed = super::runtime()?.block_on(async {
        let (credentials, sandboxes) = super::credentials(registry, &credentials, !arguments.quiet).await?;
        let host = Host::new(registry.clone()).with_credentials(credentials).with_log(store.clone());
        let host = super::with_network(host, &note.network(), &sandboxes)?;
        let told = |followed: &Followed| {
            if !arguments.quiet {
                super::print_error(&line(followed));
            }
        };
        host.follow(run.id, &following, told).await.map_err(|error| Failure::failed(error.to_string()))
    });
    store.let_go(run.id);
    signals.enter(Phase::Idle);
    let followed = followed?;
    if followed.is_empty() {
        return Err(Failure::done(format!(
            "There is nothing to follow: nothing that the run {} has sent can be asked about.",
            short(&run)
        )));
    }
    if !arguments.quiet {
        super::print(&summary(&followed))?;
    }
    let status = if followed.iter().any(has_failed) { FAILED } else { 0 };
    Ok(signals.status().unwrap_or(status))
}

/// Whether something did not arrive, or could not be asked about.
fn has_failed(followed: &Followed) -> bool {
    followed.error.is_some() || is_in(followed, DeliveryState::Failed)
}

fn is_in(followed: &Followed, state: DeliveryState) -> bool {
    followed.delivery.as_ref().is_some_and(|delivery| delivery.state == state)
}

/// How far one has come.
fn line(followed: &Followed) -> String {
    let mut text = format!("{}: item {}", printable_line(&followed.node.node), followed.item);
    if let Some(recipient) = &followed.recipient {
        let _ = write!(text, " ({})", printable_line(recipient));
    }
    if let Some(delivery) = &followed.delivery {
        let _ = write!(text, " {}", delivery.state.as_str());
        if delivery.error == Some(ErrorKind::ConversationClosed) {
            text.push_str(", since the conversation is closed");
        }
        if let Some(reason) = &delivery.reason {
            let _ = write!(text, ": {}", printable_line(reason));
        }
    }
    if let Some(error) = &followed.error {
        let _ = write!(text, ", could not be asked about: {}", printable_line(&error.message));
    }
    text
}

/// How many have come how far, and what did not arrive.
fn summary(followed: &[Followed]) -> String {
    let count = |state: DeliveryState| followed.iter().filter(|followed| is_in(followed, state)).count();
    let states = [
        DeliveryState::Read,
        DeliveryState::Delivered,
        DeliveryState::Sent,
        DeliveryState::Pending,
        DeliveryState::Failed,
    ];
    let counts: Vec<String> =
        states.into_iter().map(|state| format!("{} {}", count(state), state.as_str())).collect();
    let mut text = format!("{} accepted: {}\n", followed.len(), counts.join(", "));
    for failed in followed.iter().filter(|followed| has_failed(followed)) {
        let _ = writeln!(text, "  {}", line(failed));
    }
    text
}
