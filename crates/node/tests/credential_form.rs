//! The form of a credential, from its type.

#![allow(clippy::unwrap_used)]

use heddle_node::{CredentialType, Secret, json};
use schemars::JsonSchema;
use serde::Deserialize;

/// A credential form: secrets have no default of their own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Login {
    /// The key of your account.
    #[schemars(title = "API Key", extend("x-required" = true))]
    #[expect(dead_code, reason = "only its form counts here")]
    api_key: Secret<String>,
    /// Where the service is.
    #[serde(default = "base_url")]
    #[schemars(title = "Base URL")]
    #[expect(dead_code, reason = "only its form counts here")]
    base_url: String,
}

fn base_url() -> String {
    "https://api.example.com".to_owned()
}

#[test]
fn a_credential_form_masks_its_secrets() {
    let kind = CredentialType::derive::<Login>("login", "Login").unwrap();
    let property = |name: &str| kind.properties.iter().find(|property| property.name == name).unwrap();
    let key = property("apiKey");
    assert!(key.is_password() && key.required);
    assert_eq!(key.default, json!(""));
    assert_eq!(property("baseUrl").default, json!("https://api.example.com"));
}
