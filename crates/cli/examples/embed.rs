//! Runs a workflow inside a program of your own: `cargo run --example embed`.

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use heddle_node::Registry;
use heddle_nodes as _; // the linker keeps the nodes of crates that are named
use heddle_runner::{CredentialStore, Host, RunOptions};
use heddle_workflow::Workflow;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let registry = Registry::linked()?;
    let start_sandbox = registry.credential("wtsApi").and_then(|found| found.sandbox).ok_or("no sandbox")?;
    let sandbox = start_sandbox(0).await?;
    let mut credentials = CredentialStore::default();
    credentials.insert("wtsApi", sandbox.credential())?;

    let host = Host::new(registry).with_credentials(credentials);
    let workflow = Workflow::read("tests/workflows/send-chatbot.json")?;
    // Its customers are pinned data; `items` in the options would be others.
    let result = host.run(&workflow, RunOptions { pins: true, ..RunOptions::default() }).await?;
    if let Some(error) = result.error {
        return Err(error.into());
    }

    let conversations = result.last_outputs("Welcome each contact").unwrap_or_default();
    for item in conversations.iter().flat_map(|items| items.iter()) {
        writeln!(std::io::stdout(), "{}", item.json)?;
    }
    Ok(())
}
