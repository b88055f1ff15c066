//! Runs a workflow inside a program of your own: `cargo run --package heddle-runner --example embed`.

use std::io::Write as _;

use heddle_node::Registry;
use heddle_nodes as _; // the linker keeps the nodes of crates that are named
use heddle_runner::{CredentialStore, Host, RunOptions};
use heddle_workflow::Workflow;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let registry = Registry::linked()?;
    let start_sandbox = registry.credential("wtsApi").and_then(|found| found.sandbox).ok_or("no sandbox")?;
    let sandbox = start_sandbox(0).await?;
    let mut credentials = CredentialStore::default();
    credentials.insert("wtsApi", sandbox.credential())?;

    let host = Host::new(registry).with_credentials(credentials);
    let workflow = Workflow::read("tests/workflows/send-chatbot.json")?;
    let result = host.run(&workflow, RunOptions::default()).await?;

    for item in result.last_outputs("Welcome them").unwrap_or_default().iter().flat_map(|items| items.iter())
    {
        writeln!(std::io::stdout(), "{}", item.json)?;
    }
    Ok(())
}
