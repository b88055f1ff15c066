//! The credential `wtsApi`: an API key and the address of the API that it belongs to.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use heddle_node::credential::{Authenticate, AuthenticateProperties, CredentialTest, CredentialTestRequest};
use heddle_node::schema::SchemaError;
use heddle_node::{
    Credential, CredentialType, ErrorKind, Json, NodeError, RateLimit, Sandbox, Secret, Services,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Name of the credential type in workflow files.
pub const CREDENTIAL_TYPE: &str = "wtsApi";

pub(crate) const DISPLAY_NAME: &str = "WTS API";
pub(crate) const DEFAULT_BASE_URL: &str = "https://api.wts.chat";

/// The data of a `wtsApi` credential.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WtsApi {
    /// A token made in the WTS web app. It begins with pn_.
    #[schemars(title = "API Key", extend("x-required" = true, "x-default" = ""))]
    pub api_key: Secret<String>,
    /// Address of the API. Change it only when your account lives elsewhere, for example under the Helena brand.
    #[schemars(title = "Base URL", extend("x-placeholder" = DEFAULT_BASE_URL))]
    #[serde(default = "default_base_url")]
    pub base_url: String,
}

fn default_base_url() -> String {
    DEFAULT_BASE_URL.to_owned()
}

impl WtsApi {
    /// The node's credential.
    ///
    /// # Errors
    /// When none is set, when it holds no API key, or when its base URL is not a web address. No error holds a value of
    /// the credential.
    pub(crate) fn of_node(services: &dyn Services) -> Result<Arc<Self>, NodeError> {
        services.credential(CREDENTIAL_TYPE)?.prepared(Self::read)
    }

    /// Whether nodes can use the credential.
    ///
    /// # Errors
    /// As [`Self::of_node`].
    pub(crate) fn check(credential: &Credential) -> Result<(), NodeError> {
        Self::read(credential).map(drop)
    }

    fn read(credential: &Credential) -> Result<Self, NodeError> {
        let mut credential: Self = credential.read()?;
        let key = credential.api_key.expose().trim();
        if key.is_empty() || key.contains("://") {
            // An earlier node of this name filled the field with a web address.
            return Err(credential_error("has no API key").with_description(
                "Open the credential and fill in API Key with a token made in the WTS web app.",
            ));
        }
        credential.base_url =
            heddle_http_kit::read_base_url(&credential.base_url, DEFAULT_BASE_URL).ok_or_else(|| {
                credential_error("has a Base URL that is no web address").with_description(format!(
                    "Open the credential and set Base URL to the address of the API, by default {DEFAULT_BASE_URL}, without a query."
                ))
            })?;
        Ok(credential)
    }
}

fn credential_error(what: &str) -> NodeError {
    NodeError::new(ErrorKind::Credential, format!("The credential \"{DISPLAY_NAME}\" {what}"))
}

/// Describes the credential type: form, authentication, test and documented limits.
pub(crate) fn describe() -> Result<CredentialType, SchemaError> {
    let mut kind = CredentialType::derive::<WtsApi>(CREDENTIAL_TYPE, DISPLAY_NAME)?;
    kind.authenticate = Some(Authenticate::Generic(AuthenticateProperties {
        headers: BTreeMap::from([("Authorization".to_owned(), "=Bearer {{$credentials.apiKey}}".to_owned())]),
        ..AuthenticateProperties::default()
    }));
    kind.test = Some(CredentialTest {
        request: CredentialTestRequest {
            base_url: "={{$credentials.baseUrl}}".to_owned(),
            url: "/chat/v1/channel".to_owned(),
            method: None,
        },
    });
    kind.rate_limits = rate_limits();
    Ok(kind)
}

/// The documented limits per account (docs/wts-api.md §1.2). The reference speaks of the *whole* API and of
/// each send operation's *own* limit; both are kept, which holds under either reading.
fn rate_limits() -> Vec<RateLimit> {
    let whole_api = |name: &str, limit, seconds| RateLimit {
        name: name.to_owned(),
        limit,
        window: Duration::from_secs(seconds),
        path_prefix: String::new(),
        except: Vec::new(),
        per_operation: false,
    };
    vec![
        whole_api("requests in 5 minutes", 1000, 5 * 60),
        whole_api("requests in 5 seconds", 200, 5),
        RateLimit {
            path_prefix: "/chat/v1/send/".to_owned(),
            except: vec!["/chat/v1/send/typing".to_owned()],
            per_operation: true,
            ..whole_api("requests of one send operation in 2 minutes", 1000, 2 * 60)
        },
    ]
}

/// A running sandbox of the service with the token of its first account.
struct WtsSandbox(wts_sandbox::Sandbox);

impl Sandbox for WtsSandbox {
    fn url(&self) -> String {
        self.0.url().to_owned()
    }

    fn credential(&self) -> Json {
        heddle_node::json!({ "apiKey": wts_sandbox::seed::TOKEN, "baseUrl": self.0.url() })
    }
}

pub(crate) fn start_sandbox(port: u16) -> BoxFuture<'static, io::Result<Box<dyn Sandbox>>> {
    async move {
        let options = wts_sandbox::SandboxOptions { port, ..wts_sandbox::SandboxOptions::default() };
        let sandbox = wts_sandbox::Sandbox::start(options).await?;
        Ok(Box::new(WtsSandbox(sandbox)) as Box<dyn Sandbox>)
    }
    .boxed()
}
