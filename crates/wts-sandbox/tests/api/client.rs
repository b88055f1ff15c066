//! A client of the API.

use serde_json::Value;
use wts_sandbox::{Sandbox, SandboxOptions, seed};

/// A sandbox and someone who calls it.
pub(crate) struct Api {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: reqwest::Client,
    pub(crate) token: &'static str,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Asserts a status and gives the body.
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// Asserts a refusal in the envelope of docs/wts-api.md §1.1.
    pub(crate) fn expect_envelope(self, status: u16, key: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(body["key"], key, "{body}");
        assert_eq!(body["error"], true);
        let id = body["id"]["value"].as_str().unwrap();
        assert_eq!(body["id"]["shortValue"], id[..8]);
        assert!(body["text"].as_str().is_some_and(|text| !text.is_empty()));
        assert!(body.get("code").is_none());
        body
    }

    /// Asserts a refusal as ProblemDetails, a body without `text` and `key`, and gives its `errors`.
    pub(crate) fn expect_problem(self, status: u16) -> Value {
        assert_eq!(self.header("content-type"), Some("application/problem+json; charset=utf-8"));
        let body = self.expect(status);
        assert_eq!(body["status"], status);
        assert!(body.get("text").is_none() && body.get("key").is_none());
        body["errors"].clone()
    }
}

impl Api {
    /// Without rate limits.
    pub(crate) async fn start() -> Self {
        Self::with(SandboxOptions::unlimited()).await
    }

    pub(crate) async fn with(options: SandboxOptions) -> Self {
        // A client needs one even for plain HTTP; whichever test comes first installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { sandbox: Sandbox::start(options).await.unwrap(), client, token: seed::TOKEN }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        self.client.request(method, format!("{}{path}", self.sandbox.url())).bearer_auth(self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        read(self.request("GET", path)).await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.try_post(path, body).await.unwrap()
    }

    pub(crate) async fn try_post(&self, path: &str, body: Value) -> reqwest::Result<Reply> {
        read(with_json(self.request("POST", path), &body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        read(with_json(self.request("PUT", path), &body)).await.unwrap()
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        read(self.request("DELETE", path)).await.unwrap()
    }

    /// Starts the welcome chatbot at once.
    pub(crate) async fn send(&self, body: Value) -> Reply {
        self.post(NOW, welcome(body)).await
    }

    /// Queues the welcome chatbot.
    pub(crate) async fn queue(&self, body: Value) -> Reply {
        self.post(QUEUE, welcome(body)).await
    }
}

pub(crate) const NOW: &str = "/chat/v1/chatbot/send";
pub(crate) const QUEUE: &str = "/chat/v1/send/chatbot";
pub(crate) const BATCH: &str = "/chat/v1/send/chatbot/batch";

/// A number that the seed does not know.
pub(crate) const STRANGER: &str = "5511999990001";

/// A send of the welcome chatbot through the WhatsApp channel, unless `body` says otherwise (null takes a field away).
pub(crate) fn welcome(body: Value) -> Value {
    let mut whole = serde_json::json!({ "botKey": seed::BOT_WELCOME_KEY, "from": seed::CHANNEL_WHATSAPP_ID });
    for (key, value) in body.as_object().unwrap() {
        match value {
            Value::Null => whole.as_object_mut().unwrap().remove(key),
            _ => whole.as_object_mut().unwrap().insert(key.clone(), value.clone()),
        };
    }
    whole
}

pub(crate) fn with_json(request: reqwest::RequestBuilder, body: &Value) -> reqwest::RequestBuilder {
    request.header("content-type", "application/json").body(body.to_string())
}

pub(crate) async fn read(request: reqwest::RequestBuilder) -> reqwest::Result<Reply> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Reply { status, headers, text: response.text().await? })
}
