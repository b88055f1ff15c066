//! Services whose credentials are known: how they sign requests, where their tokens come from, and a request that tests them.
//! The facts stand in `services.json`: by type the label, the fields (`secret`, `default`), `authenticate` and `test` as n8n's
//! credential types have them, and `token` for those of OAuth 2.

use std::sync::LazyLock;

use heddle_node::credential::{
    Authenticate, CredentialTest, CredentialTestRequest, CredentialType, MAY_BE_EMPTY,
};
use heddle_node::{Json, from_json, json};

use crate::form;

static SERVICES: LazyLock<Json> =
    LazyLock::new(|| Json::parse(include_str!("services.json")).unwrap_or_else(|_| Json::object()));

/// Fields of every type of OAuth 2: name, default, and whether it is secret.
const OAUTH2_FIELDS: [(&str, &str, bool); 9] = [
    ("grantType", "authorizationCode", false),
    ("authUrl", "", false),
    ("accessTokenUrl", "", false),
    ("clientId", "", false),
    ("clientSecret", "", true),
    ("scope", "", false),
    ("authentication", "header", false),
    ("additionalBodyProperties", "", false),
    ("tokenExpiredStatusCode", "401", false),
];

fn property(name: &str, default: Json, is_secret: bool) -> Json {
    let mut property = json!({
        "displayName": name, "name": name, "type": "string", "default": default,
        "description": "A field of the service's credential",
    });
    if is_secret {
        let mut options = json!({ "password": true });
        options.insert(MAY_BE_EMPTY, true);
        property.insert("typeOptions", options);
    }
    property
}

/// The form of a credential of OAuth 2, with these defaults.
pub(crate) fn oauth2_properties(defaults: &Json) -> Json {
    OAUTH2_FIELDS
        .iter()
        .map(|(name, usual, is_secret)| {
            let default = defaults.get(name).cloned().unwrap_or_else(|| Json::from(*usual));
            property(name, default, *is_secret)
        })
        .collect()
}

/// The credential type `name`, where its service is known.
pub(crate) fn credential_type(name: &str) -> Option<CredentialType> {
    let service = SERVICES.get(name)?;
    let label = service.get("label").and_then(Json::as_str).unwrap_or(name);
    let mut kind = CredentialType::plain(name, label);
    if let Some(token) = service.get("token") {
        kind.properties = form::read(&oauth2_properties(token)).ok()?;
        kind.authenticate = Some(Authenticate::OAuth2);
    } else {
        let fields =
            service.get("fields").and_then(Json::as_object).into_iter().flat_map(|fields| fields.iter());
        let fields = fields.map(|(name, field)| {
            let default = field.get("default").cloned().unwrap_or_else(|| Json::from(""));
            property(name, default, field.get("secret").and_then(Json::as_bool) == Some(true))
        });
        kind.properties = form::read(&fields.collect()).ok()?;
        kind.extends = service.get("extends").and_then(Json::as_str).map(str::to_owned);
    }
    if let Some(values) = service.get("authenticate") {
        kind.authenticate = Some(Authenticate::Generic(from_json(values).ok()?));
    }
    if let Some(test) = service.get("test") {
        let text = |key: &str| test.get(key).and_then(Json::as_str).map(str::to_owned);
        kind.test = Some(CredentialTest {
            request: CredentialTestRequest {
                base_url: text("baseURL").unwrap_or_default(),
                url: text("url").unwrap_or_default(),
                method: text("method"),
            },
        });
    }
    Some(kind)
}

heddle_node::register_credential_catalogue!(credential_type);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_can_be_read() {
        let names: Vec<&str> = SERVICES.as_object().unwrap().keys().collect();
        assert!(names.len() > 200);
        for name in names {
            let kind = credential_type(name).unwrap_or_else(|| panic!("{name} cannot be read"));
            assert!(kind.authenticate.is_some() || kind.extends.is_some(), "{name} signs nothing");
        }
    }
}
