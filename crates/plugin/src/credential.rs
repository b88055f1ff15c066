//! Credential types of packages.

use heddle_data::{Json, from_json};
use heddle_node::CredentialType;
use heddle_node::credential::{Authenticate, CredentialTest, CredentialTestRequest};

use crate::package::PluginCredential;

/// Reads what the world told of a file with a credential type.
pub(crate) fn read(told: &Json) -> Option<PluginCredential> {
    let source = told.get("type")?.clone();
    let text = |name: &str| source.get(name).and_then(Json::as_str);
    let mut kind = CredentialType::plain(text("name")?, text("displayName").unwrap_or_default());
    kind.documentation_url = text("documentationUrl").map(str::to_owned);
    let properties = source.get("properties").and_then(Json::as_array).unwrap_or_default();
    kind.properties = properties.iter().filter_map(|property| from_json(property).ok()).collect();
    let extends = source.get("extends").and_then(Json::as_array).and_then(|own| own.first()?.as_str());
    kind.extends = extends.map(str::to_owned);
    kind.authenticate = source.get("authenticate").and_then(read_authenticate);
    kind.test = source.get("test").and_then(|test| test.get("request")).map(|request| {
        let text = |name: &str| request.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        CredentialTest {
            request: CredentialTestRequest {
                base_url: text("baseURL"),
                url: text("url"),
                method: request.get("method").and_then(Json::as_str).map(str::to_owned),
            },
        }
    });
    Some(PluginCredential { kind, source })
}

/// The generic way to sign; any other is a function of the package.
fn read_authenticate(json: &Json) -> Option<Authenticate> {
    from_json::<Authenticate>(json).ok()
}
