//! `heddle sandbox`: a service's sandbox as a server.

use heddle_node::Registry;

use crate::failure::Failure;

pub(crate) fn execute(registry: &Registry, port: u16, credential: &str) -> Result<u8, Failure> {
    let Some(start) = registry.credential(credential).and_then(|registration| registration.sandbox) else {
        let names: Vec<&str> = registry
            .credentials()
            .filter(|registration| registration.sandbox.is_some())
            .map(|registration| registration.name)
            .collect();
        return Err(Failure::usage(format!("there is no sandbox for the credential type {credential}"))
            .with_help(format!("There are sandboxes for: {}", names.join(", "))));
    };
    super::runtime()?.block_on(async {
        let sandbox = start(port).await.map_err(|error| {
            Failure::usage(format!("the sandbox cannot start on port {port}: {error}"))
        })?;
        super::print_error(&format!(
            "Sandbox at {}. Nothing reaches anybody. Ctrl-C ends it.\nIts credential, for --credentials, is on standard output.",
            sandbox.url()
        ));
        super::print(&format!("{}\n", serde_json::json!({ credential: sandbox.credential().to_value() })))?;
        tokio::signal::ctrl_c()
            .await
            .map_err(|error| Failure::failed(format!("cannot wait for Ctrl-C: {error}")))?;
        Ok(0)
    })
}
