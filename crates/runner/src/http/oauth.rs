//! Access tokens by OAuth 2 (RFC 6749): got with the client's credentials, or renewed with a refresh token. One place for all
//! nodes and runs of a host, so that a refresh token that counts once is used once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use heddle_node::{HttpError, HttpErrorKind, Json};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, Request};

use crate::credential_store::CredentialSource;
use crate::credentials::{ResolvedCredential, resolve_text};
use crate::masking::Secrets;
use crate::transport::{Limits, Transport};

/// How long a service may take for a token.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// How large its answer may be.
const ANSWER_LIMIT: usize = 1 << 20;
/// A token that ends within so many milliseconds is renewed before it is used.
const MARGIN: f64 = 30_000.0;

/// The tokens of a host.
#[derive(Default)]
pub(crate) struct Tokens {
    /// Token data by account, once it was got or renewed. Whoever holds the lock of one renews it for all.
    known: Mutex<HashMap<u64, Arc<tokio::sync::Mutex<Option<Json>>>>>,
}

/// What gets tokens.
#[derive(Clone, Copy)]
pub(crate) struct TokenService<'a> {
    pub(crate) tokens: &'a Tokens,
    pub(crate) transport: &'a Transport,
    pub(crate) source: &'a dyn CredentialSource,
}

/// What a request is signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

impl TokenService<'_> {
    /// The token of a credential; another one than `refused`, which a service did not take.
    ///
    /// # Errors
    /// When there is none, and none can be got.
    pub(crate) async fn token(
        &self,
        credential: &ResolvedCredential,
        refused: Option<&Token>,
    ) -> Result<Token, HttpError> {
        let slot = {
            let mut known = self.tokens.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(credential.account).or_default())
        };
        let mut slot = slot.lock().await;
        let given = credential.credential.field("oauthTokenData").cloned();
        // An export may hold it as text.
        let given = given.map(|data| data.as_str().and_then(|text| Json::parse(text).ok()).unwrap_or(data));
        let data = slot.clone().or(given).unwrap_or_default();
        if let Some(token) = access_token(credential, &data)
            && refused != Some(&token)
            && !has_ended(&data)
        {
            return Ok(token);
        }
        let renewed = self.renew(credential, &data).await?;
        // It is kept before it is used: the refresh token before may be worth nothing any more.
        self.source
            .keep_token(&credential.found, &renewed)
            .map_err(|why| failed(credential, &format!("the renewed token cannot be kept: {why}")))?;
        let token = access_token(credential, &renewed);
        *slot = Some(renewed);
        token.ok_or_else(|| failed(credential, "the service gave no access token"))
    }

    async fn renew(&self, credential: &ResolvedCredential, data: &Json) -> Result<Json, HttpError> {
        let by_client = field(credential, "grantType") == "clientCredentials";
        let mut form = vec![];
        match data.get("refresh_token").and_then(Json::as_str).filter(|_| !by_client) {
            Some(refresh_token) => {
                form.push(("grant_type".to_owned(), "refresh_token".to_owned()));
                form.push(("refresh_token".to_owned(), refresh_token.to_owned()));
            }
            None if by_client => {
                form.push(("grant_type".to_owned(), "client_credentials".to_owned()));
                if !field(credential, "scope").trim().is_empty() {
                    form.push(("scope".to_owned(), field(credential, "scope").trim().to_owned()));
                }
                let more = Json::parse(&field(credential, "additionalBodyProperties")).unwrap_or_default();
                for (name, value) in more.as_object().into_iter().flat_map(|more| more.iter()) {
                    form.push((
                        name.to_owned(),
                        heddle_node::parameters::javascript::to_text(value).into_owned(),
                    ));
                }
            }
            None => {
                return Err(failed(
                    credential,
                    "it holds no token that counts, and no refresh token. Connect the account in n8n, and export the \
                     credential again (`n8n export:credentials --decrypted`)",
                ));
            }
        }
        let request = token_request(credential, form)?;
        credential.domains.for_token()?.check(request.uri())?;
        let mut secrets = Secrets::default();
        secrets.add_all(&credential.secrets);
        secrets.add_request(&request);
        let limits =
            Limits { time: TIME_LIMIT, answer: ANSWER_LIMIT, connection: None, elsewhere: None, files: None };
        let answer =
            self.transport.send(request, limits).await.answer.map_err(|none| {
                failed(credential, &format!("its service gives no token: {}", none.reason))
            })?;
        let gained = read_answer(answer.body()).unwrap_or_default();
        if !answer.status().is_success() || gained.get("access_token").is_none() {
            let said = ["error_description", "error", "message"]
                .iter()
                .find_map(|key| gained.get(key)?.as_str())
                .map_or_else(|| "no reason is given".to_owned(), |text| secrets.mask_text(text));
            let what = match gained.get("error").and_then(Json::as_str) {
                Some("invalid_grant") => {
                    "it needs to be connected again: the service no longer takes its refresh token"
                }
                _ => "its service refuses a token",
            };
            return Err(failed(credential, &format!("{what} (status {}: {said})", answer.status().as_u16())));
        }
        let mut renewed = if data.is_object() { data.clone() } else { Json::object() };
        for (name, value) in gained.as_object().into_iter().flat_map(|gained| gained.iter()) {
            renewed.insert(name, value.clone());
        }
        match number(gained.get("expires_in")).filter(|seconds| *seconds > 0.0) {
            Some(seconds) => {
                let ends = crate::clock::now() as f64 + seconds * 1000.0;
                renewed.insert("n8n_expires_at", Json::from(format!("{ends:.0}")));
            }
            None => drop(renewed.remove("n8n_expires_at")),
        }
        Ok(renewed)
    }
}

impl Token {
    /// Signs a request.
    ///
    /// # Errors
    /// When the token cannot be in a header.
    pub(crate) fn sign(
        &self,
        credential: &ResolvedCredential,
        request: &mut Request<Bytes>,
    ) -> Result<(), HttpError> {
        let value = |text: &str| {
            let mut value = HeaderValue::from_str(text)
                .map_err(|_| failed(credential, "its token fits into no header"))?;
            value.set_sensitive(true);
            Ok::<_, HttpError>(value)
        };
        // Some services have ways of their own.
        let authorization = match credential.kind.name.as_str() {
            "clickUpOAuth2Api" => value(&self.0)?,
            _ => value(&format!("Bearer {}", self.0))?,
        };
        if credential.kind.name == "shopifyOAuth2Api" {
            request.headers_mut().insert(HeaderName::from_static("x-shopify-access-token"), value(&self.0)?);
        }
        request.headers_mut().insert(AUTHORIZATION, authorization);
        Ok(())
    }

    /// Adds it to what must turn up nowhere.
    pub(crate) fn hide(&self, secrets: &mut Secrets) {
        secrets.add(&self.0);
    }
}

/// Whether an answer of this status says that a token no longer counts.
pub(crate) fn refuses_token(credential: &ResolvedCredential, status: u16) -> bool {
    let own = number(credential.credential.field("tokenExpiredStatusCode"));
    let usual = match credential.kind.name.as_str() {
        "goToWebinarOAuth2Api" | "microsoftAzureMonitorOAuth2Api" => 403.0,
        _ => 401.0,
    };
    f64::from(status) == own.filter(|own| *own != 401.0).unwrap_or(usual)
}

fn access_token(credential: &ResolvedCredential, data: &Json) -> Option<Token> {
    let own = match credential.kind.name.as_str() {
        "slackOAuth2Api" => data.pointer("/authed_user/access_token").and_then(Json::as_str),
        _ => None,
    };
    let token = own.or_else(|| data.get("access_token")?.as_str()).filter(|token| !token.is_empty());
    token.map(|token| Token(token.to_owned()))
}

fn has_ended(data: &Json) -> bool {
    number(data.get("n8n_expires_at")).is_some_and(|ends| ends < crate::clock::now() as f64 + MARGIN)
}

fn number(json: Option<&Json>) -> Option<f64> {
    json.and_then(|json| json.as_f64().or_else(|| json.as_str()?.trim().parse().ok()))
}

/// A field as text, its expression evaluated.
fn field(credential: &ResolvedCredential, name: &str) -> String {
    let fields = credential.credential.expose();
    let text = fields.get(name).and_then(Json::as_str).unwrap_or_default();
    resolve_text(text, fields).unwrap_or_default()
}

fn token_request(
    credential: &ResolvedCredential,
    mut form: Vec<(String, String)>,
) -> Result<Request<Bytes>, HttpError> {
    let url = field(credential, "accessTokenUrl");
    let (id, secret) = (field(credential, "clientId"), field(credential, "clientSecret"));
    let in_body = field(credential, "authentication") == "body" || secret.is_empty();
    if in_body {
        form.push(("client_id".to_owned(), id.clone()));
        if !secret.is_empty() {
            form.push(("client_secret".to_owned(), secret.clone()));
        }
    }
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(url.trim())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "application/json");
    if !in_body {
        request = request
            .header(AUTHORIZATION, format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}"))));
    }
    request.body(Bytes::from(body)).map_err(|_| {
        failed(
            credential,
            "its \"accessTokenUrl\" is missing or no URL. Add it to the data of the credential",
        )
    })
}

/// Token data as JSON, or as a form.
fn read_answer(body: &Bytes) -> Option<Json> {
    if let Some(json) = Json::parse_slice(body).ok().filter(Json::is_object) {
        return Some(json);
    }
    let mut data = Json::object();
    for (name, value) in url::form_urlencoded::parse(body) {
        data.insert(&name, Json::from(&*value));
    }
    Some(data)
}

fn failed(credential: &ResolvedCredential, why: &str) -> HttpError {
    let name = &credential.kind.display_name;
    HttpError::not_sent(HttpErrorKind::Credential, format!("The credential \"{name}\" gives no token: {why}"))
}
