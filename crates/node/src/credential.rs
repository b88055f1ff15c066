//! Credential types: the form, how requests are authenticated, how a credential is tested, and the limits of the
//! service behind it (`docs/parameters.md §16`).

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::description::NodeProperty;
use crate::error::{ErrorKind, NodeError};
use crate::json::{Json, from_json};
use crate::schema::SchemaError;

/// The setting among a property's `typeOptions` by which a secret field may be left empty, such as the password of a service
/// that takes a key in the place of the user.
pub const MAY_BE_EMPTY: &str = "mayBeEmpty";

/// A type of credential, n8n's `ICredentialType`.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use heddle_node::credential::{Authenticate, AuthenticateProperties};
/// use heddle_node::schema::SchemaError;
/// use heddle_node::{CredentialType, Secret};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// #[serde(rename_all = "camelCase")]
/// struct ExampleApi {
///     /// A key from the account's settings.
///     #[schemars(title = "API Key", extend("x-required" = true, "x-default" = ""))]
///     api_key: Secret<String>,
/// }
///
/// fn describe() -> Result<CredentialType, SchemaError> {
///     let mut kind = CredentialType::derive::<ExampleApi>("exampleApi", "Example API")?;
///     kind.authenticate = Some(Authenticate::Generic(AuthenticateProperties {
///         headers: BTreeMap::from([("X-Key".to_owned(), "={{ $credentials.apiKey }}".to_owned())]),
///         ..AuthenticateProperties::default()
///     }));
///     Ok(kind)
/// }
///
/// heddle_node::register_credential!("exampleApi", describe);
///
/// assert!(describe().expect("its form can be shown").properties[0].is_password());
/// ```
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CredentialType {
    /// Name in workflow files, such as `wtsApi`.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// Where its documentation is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documentation_url: Option<String>,
    /// The form.
    pub properties: Vec<NodeProperty>,
    /// The type whose way of signing it has, such as `oAuth2Api`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// How a request is authenticated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticate: Option<Authenticate>,
    /// The request that tells whether a credential works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<CredentialTest>,
    /// The service's documented limits per account. Credential data may override them under `rateLimits`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rate_limits: Vec<RateLimit>,
}

/// How requests are signed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", content = "properties", rename_all = "camelCase")]
pub enum Authenticate {
    /// n8n's `generic` authentication: header, query, body and basic authentication are set on every request. An `=` value
    /// is an expression over `$credentials`, the credential's fields.
    Generic(AuthenticateProperties),
    /// What the JSON in the field of this name says: `{headers, qs, body}`.
    Json(String),
    /// Digest authentication (RFC 7616) with the fields `user` and `password`, once a service asks for it.
    Digest,
    /// An access token by OAuth 2, which the host gets and renews.
    OAuth2,
}

/// The values that generic authentication sets.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AuthenticateProperties {
    /// Headers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Query parameters.
    #[serde(rename = "qs", skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, String>,
    /// Fields of a JSON body.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub body: BTreeMap<String, String>,
    /// Basic authentication.
    #[serde(rename = "auth", skip_serializing_if = "Option::is_none")]
    pub basic: Option<BasicAuthentication>,
}

/// User name and password of basic authentication.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BasicAuthentication {
    /// User name.
    pub username: String,
    /// Password.
    pub password: String,
}

/// The request that tells whether a credential works: any answer of 2xx does.
#[derive(Debug, Clone, Serialize)]
pub struct CredentialTest {
    /// What to send.
    pub request: CredentialTestRequest,
}

/// A GET or other harmless request; values may be expressions over `$credentials`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CredentialTestRequest {
    /// Base URL.
    #[serde(rename = "baseURL")]
    pub base_url: String,
    /// Path.
    pub url: String,
    /// Method, GET by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
}

/// At most `limit` requests in any `window`, counted per account over the requests that match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RateLimit {
    /// What is counted, for messages.
    pub name: String,
    /// Requests per window.
    pub limit: u32,
    /// Length of the window in milliseconds.
    #[serde(rename = "windowMs", with = "milliseconds")]
    #[schemars(with = "u64")]
    pub window: Duration,
    /// Only paths that start so; all when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path_prefix: String,
    /// Paths that start so are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
    /// Each path (with its ids) has a count of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub per_operation: bool,
}

/// The decrypted data of one credential.
///
/// Prints only the name of its type.
pub struct Credential {
    type_name: String,
    data: Json,
    /// What the node made of the fields.
    prepared: OnceLock<Arc<dyn Any + Send + Sync>>,
}

impl Credential {
    /// The credential of type `type_name` with its fields.
    pub fn new(type_name: impl Into<String>, data: Json) -> Self {
        Self { type_name: type_name.into(), data, prepared: OnceLock::new() }
    }

    /// Name of the credential's type.
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// A field, as it was entered.
    pub fn field(&self, name: &str) -> Option<&Json> {
        self.data.get(name)
    }

    /// All fields. They hold secrets: never print them.
    pub fn expose(&self) -> &Json {
        &self.data
    }

    /// What `prepare` makes of the credential. It is made once and kept for all items of the node run.
    ///
    /// # Errors
    /// What `prepare` says; then the next item tries again.
    pub fn prepared<T: Any + Send + Sync>(
        &self,
        prepare: impl FnOnce(&Self) -> Result<T, NodeError>,
    ) -> Result<Arc<T>, NodeError> {
        if let Some(Ok(known)) = self.prepared.get().map(|known| Arc::clone(known).downcast()) {
            return Ok(known);
        }
        let made = Arc::new(prepare(self)?);
        // Two items may have made it at the same time; either will do.
        let _ = self.prepared.set(made.clone());
        Ok(made)
    }

    /// The fields as a type of the node's.
    ///
    /// # Errors
    /// When a field is missing or of another type; the message names no value.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, NodeError> {
        from_json(&self.data).map_err(|_| {
            NodeError::new(
                ErrorKind::Credential,
                format!("The credential \"{}\" is incomplete", self.type_name),
            )
            .with_description("Open the credential and fill in every required field with a text.")
        })
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Credential").field("type_name", &self.type_name).finish_non_exhaustive()
    }
}

impl CredentialType {
    /// A type whose form is derived from the fields of `T`.
    ///
    /// # Errors
    /// When the schema of `T` has a part that no form field can show.
    pub fn derive<T: JsonSchema>(
        name: impl Into<String>,
        display_name: impl Into<String>,
    ) -> Result<Self, SchemaError> {
        let plain = Self::plain(name, display_name);
        let properties =
            crate::schema::derive_properties::<T>().map_err(|error| error.of_type(&plain.name))?;
        Ok(Self { properties, ..plain })
    }

    /// A type without a form, which signs nothing.
    pub fn plain(name: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            display_name: display_name.into(),
            documentation_url: None,
            properties: Vec::new(),
            extends: None,
            authenticate: None,
            test: None,
            rate_limits: Vec::new(),
        }
    }
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(value.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
