//! `heddle credentials test`: whether a credential works.

use heddle_node::Registry;
use heddle_runner::Host;

use crate::arguments::{CredentialArguments, NetworkArguments};
use crate::failure::{FAILED, Failure};

pub(crate) fn test(
    registry: Registry,
    credentials: &CredentialArguments,
    network: &NetworkArguments,
    type_name: &str,
    url: Option<&str>,
) -> Result<u8, Failure> {
    let runtime = super::runtime()?;
    runtime.block_on(async {
        let (store, sandboxes) = super::credentials(&registry, credentials, true).await?;
        let host = super::with_network(Host::new(registry).with_credentials(store), network, &sandboxes)?;
        let status = host.test_credential(type_name, None, url).await.map_err(|error| {
            let failure = Failure::failed(error.message.clone());
            match &error.description {
                Some(description) => failure.with_help(description.clone()),
                None => failure,
            }
        })?;
        let works = (200..300).contains(&status);
        let said = if works { "works" } else { "is refused" };
        super::print(&format!("{type_name} {said} (status {status})\n"))?;
        Ok(if works { 0 } else { FAILED })
    })
}
