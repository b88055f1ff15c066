//! The generic credential types: how requests are signed where no service is known.

use std::collections::BTreeMap;

use heddle_node::credential::{
    Authenticate, AuthenticateProperties, BasicAuthentication, CredentialType, MAY_BE_EMPTY,
};
use heddle_node::schema::SchemaError;
use heddle_node::{Json, json};

use crate::form;
use crate::http_request::services;

fn text(name: &str, label: &str, help: &str) -> Json {
    json!({ "displayName": label, "name": name, "type": "string", "default": "", "description": help })
}

fn secret(name: &str, label: &str, help: &str) -> Json {
    let mut property = text(name, label, help);
    property.insert("typeOptions", json!({ "password": true }));
    property
}

/// A secret that may be left empty.
fn optional(name: &str, label: &str, help: &str) -> Json {
    let mut property = text(name, label, help);
    let mut options = json!({ "password": true });
    options.insert(MAY_BE_EMPTY, true);
    property.insert("typeOptions", options);
    property
}

fn generic(
    name: &str,
    label: &str,
    properties: &Json,
    authenticate: Option<Authenticate>,
) -> Result<CredentialType, SchemaError> {
    Ok(CredentialType {
        properties: form::read(properties)?,
        authenticate,
        ..CredentialType::plain(name, label)
    })
}

fn pair(name: &str, value: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(name.to_owned(), value.to_owned())])
}

fn basic_auth() -> Result<CredentialType, SchemaError> {
    let basic = BasicAuthentication {
        username: "={{$credentials.user}}".to_owned(),
        password: "={{$credentials.password}}".to_owned(),
    };
    let values = AuthenticateProperties { basic: Some(basic), ..AuthenticateProperties::default() };
    let properties = json!([
        text("user", "User", "The name of the user"),
        optional(
            "password",
            "Password",
            "The password; empty where the service takes a key in the place of the user"
        ),
    ]);
    generic("httpBasicAuth", "Basic Auth", &properties, Some(Authenticate::Generic(values)))
}

fn bearer_auth() -> Result<CredentialType, SchemaError> {
    let headers = pair("Authorization", "=Bearer {{$credentials.token}}");
    let values = AuthenticateProperties { headers, ..AuthenticateProperties::default() };
    let properties = json!([secret("token", "Bearer Token", "The token")]);
    generic("httpBearerAuth", "Bearer Auth", &properties, Some(Authenticate::Generic(values)))
}

fn header_auth() -> Result<CredentialType, SchemaError> {
    let headers = pair("={{$credentials.name}}", "={{$credentials.value}}");
    let values = AuthenticateProperties { headers, ..AuthenticateProperties::default() };
    let properties =
        json!([text("name", "Name", "The name of the header"), secret("value", "Value", "What it holds")]);
    generic("httpHeaderAuth", "Header Auth", &properties, Some(Authenticate::Generic(values)))
}

fn query_auth() -> Result<CredentialType, SchemaError> {
    let query = pair("={{$credentials.name}}", "={{$credentials.value}}");
    let values = AuthenticateProperties { query, ..AuthenticateProperties::default() };
    let properties =
        json!([text("name", "Name", "The name of the parameter"), secret("value", "Value", "What it holds")]);
    generic("httpQueryAuth", "Query Auth", &properties, Some(Authenticate::Generic(values)))
}

fn custom_auth() -> Result<CredentialType, SchemaError> {
    let properties = json!([{
        "displayName": "JSON", "name": "json", "type": "json", "default": "", "required": true,
        "description": "An object with headers, query (qs) and fields of the body that sign a request",
        "placeholder": "{ \"headers\": { \"key\": \"value\" } }",
        "typeOptions": { "password": true },
    }]);
    generic("httpCustomAuth", "Custom Auth", &properties, Some(Authenticate::Json("json".to_owned())))
}

fn digest_auth() -> Result<CredentialType, SchemaError> {
    let properties =
        json!([text("user", "User", "The name of the user"), secret("password", "Password", "The password")]);
    generic("httpDigestAuth", "Digest Auth", &properties, Some(Authenticate::Digest))
}

fn oauth2() -> Result<CredentialType, SchemaError> {
    let properties = services::oauth2_properties(&Json::object());
    generic("oAuth2Api", "OAuth2 API", &properties, Some(Authenticate::OAuth2))
}

fn ssl_auth() -> Result<CredentialType, SchemaError> {
    let properties = json!([
        optional("ca", "CA", "The certificate of the authority that has signed the server's, as PEM"),
        optional("cert", "Certificate", "The client's certificate, as PEM"),
        optional("key", "Private Key", "The client's key, as PEM"),
        optional("passphrase", "Passphrase", "The passphrase of the key, where it is encrypted"),
    ]);
    generic("httpSslAuth", "SSL Certificates", &properties, None)
}

heddle_node::register_credential!("httpBasicAuth", basic_auth);
heddle_node::register_credential!("httpBearerAuth", bearer_auth);
heddle_node::register_credential!("httpHeaderAuth", header_auth);
heddle_node::register_credential!("httpQueryAuth", query_auth);
heddle_node::register_credential!("httpCustomAuth", custom_auth);
heddle_node::register_credential!("httpDigestAuth", digest_auth);
heddle_node::register_credential!("httpSslAuth", ssl_auth);
heddle_node::register_credential!("oAuth2Api", oauth2);
