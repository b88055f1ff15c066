//! A node of a workflow and its settings (`docs/engine.md §1.2, §11, §12`).

use std::time::Duration;

use heddle_data::{Json, JsonObject};
use smol_str::SmolStr;

/// Bytes of a megabyte, as memory is counted.
const MEGABYTE: f64 = (1 << 20) as f64;

/// What a node's calls may do.
pub(crate) const EFFECTS: [&str; 3] = ["pure", "idempotent", "send"];

/// The header that most services know which recognise a repeated call.
pub const IDEMPOTENCY_HEADER: &str = "Idempotency-Key";

/// What happens when a node fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnError {
    /// The run stops.
    #[default]
    StopWorkflow,
    /// Error items stay among the others.
    ContinueRegularOutput,
    /// Error items leave through an output of their own, after the declared ones.
    ContinueErrorOutput,
}

impl OnError {
    /// Whether the run goes on after an error.
    pub fn continues(self) -> bool {
        self != Self::StopWorkflow
    }
}

/// A reference to stored credentials; never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialReference {
    /// Credential type, such as `httpHeaderAuth`.
    pub credential_type: SmolStr,
    /// Id in the store that the file came from; very old files have none.
    pub id: Option<String>,
    /// Name that its owner gave it.
    pub name: String,
}

/// One node of a workflow.
///
/// The fields hold the file's values after n8n's own coercions. Reading never fails: what has the wrong shape takes its
/// default and is reported by [`crate::Workflow::problems`]. What the file held besides stays and is written back.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Id, when the file has one.
    pub id: Option<String>,
    /// Name: unique, and the key of the node in connections, run data, pinned data and expressions.
    pub name: SmolStr,
    /// Type with its package, such as `n8n-nodes-base.set`.
    pub node_type: SmolStr,
    /// Version of the type; `None` means the type's default version (also when the file says 0 or nothing sensible).
    pub type_version: Option<f64>,
    /// Place on the canvas, x then y; it decides the order of branches (`docs/engine.md §8`).
    pub position: [f64; 2],
    /// Parameters as stored: an object, with expressions not resolved.
    pub parameters: Json,
    /// A disabled node passes on the items of its first input.
    pub disabled: bool,
    /// Whether failures are repeated; how often and when say [`Node::tries`] and [`Node::wait_between_tries`].
    pub retry_on_fail: bool,
    /// Stored number of tries, not clamped.
    pub max_tries: Option<f64>,
    /// Stored wait in milliseconds, not clamped.
    pub wait_between_tries_ms: Option<f64>,
    /// Whether an empty item goes out when nothing else would.
    pub always_output_data: bool,
    /// Whether the node reads the first item of each input alone.
    pub execute_once: bool,
    /// Stored `onError`; `None` when the file has none. [`Node::on_error`] is what counts.
    pub stored_on_error: Option<OnError>,
    /// Stored `continueOnFail`, the older form of `onError`.
    pub continue_on_fail: bool,
    /// Credentials by type, in the order of the file.
    pub credentials: Vec<CredentialReference>,
    /// Notes of its author.
    pub notes: Option<String>,
    /// First part of the paths of its webhooks.
    pub webhook_id: Option<String>,
    /// How many items may be in work at once; Heddle's own setting `concurrency`.
    pub concurrency: Option<usize>,
    /// How long one item may take; Heddle's own setting `timeLimit`, in milliseconds in the file.
    pub time_limit: Option<Duration>,
    /// How large an answer of a service may be, in bytes; Heddle's own setting `answerLimit`, in megabytes in the file.
    pub answer_limit: Option<usize>,
    /// Whether an expression inside a text that gives nothing fails its item; Heddle's own setting `strict`.
    pub strict: bool,
    /// What the node's calls do, where its author knows better than their methods say; Heddle's own setting `effect`:
    /// `pure`, `idempotent` or `send`.
    pub effect: Option<String>,
    /// The header in which calls carry the stable id of their item, so that a service that knows it does nothing twice;
    /// Heddle's own setting `idempotencyKey`: a header's name, or true for [`IDEMPOTENCY_HEADER`].
    pub idempotency_key: Option<String>,
    source: JsonObject,
}

impl Node {
    /// A node with a name, a type and nothing else.
    pub fn new(name: &str, node_type: &str) -> Self {
        let mut source = JsonObject::new();
        source.insert("parameters", Json::object());
        source.insert("name", Json::from(name));
        source.insert("type", Json::from(node_type));
        source.insert("position", [0.0, 0.0].into_iter().map(Json::from).collect());
        Self::from_object(source)
    }

    /// Reads a node of a file. Anything but an object gives a node without a name.
    pub fn from_json(json: &Json) -> Self {
        Self::from_object(json.as_object().cloned().unwrap_or_default())
    }

    fn from_object(source: JsonObject) -> Self {
        let text = |key| source.get(key).and_then(Json::as_str).map(str::to_owned);
        let symbol = |key| source.get(key).and_then(Json::as_str).map(SmolStr::new).unwrap_or_default();
        let flag = |key| source.get(key).and_then(Json::as_bool) == Some(true);
        let number = |key| source.get(key).and_then(to_number);
        let coordinate = |index| {
            source.get("position").and_then(|p| p.get_index(index)).and_then(to_number).unwrap_or(0.0)
        };
        Self {
            id: source.get("id").and_then(to_text).filter(|id| !id.is_empty()),
            name: symbol("name"),
            node_type: symbol("type"),
            type_version: number("typeVersion").filter(|version| *version != 0.0),
            position: [coordinate(0), coordinate(1)],
            parameters: source
                .get("parameters")
                .filter(|p| p.is_object())
                .cloned()
                .unwrap_or_else(Json::object),
            disabled: flag("disabled"),
            retry_on_fail: flag("retryOnFail"),
            max_tries: number("maxTries"),
            wait_between_tries_ms: number("waitBetweenTries"),
            always_output_data: flag("alwaysOutputData"),
            execute_once: flag("executeOnce"),
            stored_on_error: source.get("onError").filter(|value| !value.is_null()).map(read_on_error),
            continue_on_fail: flag("continueOnFail"),
            credentials: source.get("credentials").map(read_credentials).unwrap_or_default(),
            notes: text("notes"),
            webhook_id: text("webhookId"),
            concurrency: number("concurrency").filter(|n| *n >= 1.0 && *n <= 1e9).map(|n| n as usize),
            time_limit: number("timeLimit")
                .filter(|ms| *ms > 0.0)
                .and_then(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok()),
            answer_limit: number("answerLimit")
                .filter(|megabytes| *megabytes > 0.0)
                .map(|megabytes| (megabytes * MEGABYTE).round() as usize),
            strict: flag("strict"),
            effect: text("effect").filter(|effect| EFFECTS.contains(&effect.as_str())),
            idempotency_key: match source.get("idempotencyKey") {
                Some(value) if value.as_bool() == Some(true) => Some(IDEMPOTENCY_HEADER.to_owned()),
                value => value.and_then(Json::as_str).filter(|name| !name.is_empty()).map(str::to_owned),
            },
            source,
        }
    }

    /// The form of the file: what was read, with the fields that changed since.
    pub fn to_json(&self) -> Json {
        let was = Self::from_object(self.source.clone());
        let mut object = self.source.clone();
        let text = |text: &Option<String>| text.as_deref().map(Json::from);
        let flag = |flag: bool| Some(Json::from(flag));
        let mut set = |key: &str, changed: bool, value: &dyn Fn() -> Option<Json>| {
            overlay(&mut object, key, changed, value);
        };
        set("parameters", self.parameters != was.parameters, &|| Some(self.parameters.clone()));
        set("id", self.id != was.id, &|| text(&self.id));
        set("name", self.name != was.name, &|| Some(self.name.as_str().into()));
        set("type", self.node_type != was.node_type, &|| Some(self.node_type.as_str().into()));
        set("typeVersion", self.type_version != was.type_version, &|| self.type_version.map(Json::from));
        set("position", self.position != was.position, &|| {
            Some(self.position.into_iter().map(Json::from).collect())
        });
        set("disabled", self.disabled != was.disabled, &|| flag(self.disabled));
        set("retryOnFail", self.retry_on_fail != was.retry_on_fail, &|| flag(self.retry_on_fail));
        set("maxTries", self.max_tries != was.max_tries, &|| self.max_tries.map(Json::from));
        set("waitBetweenTries", self.wait_between_tries_ms != was.wait_between_tries_ms, &|| {
            self.wait_between_tries_ms.map(Json::from)
        });
        set("alwaysOutputData", self.always_output_data != was.always_output_data, &|| {
            flag(self.always_output_data)
        });
        set("executeOnce", self.execute_once != was.execute_once, &|| flag(self.execute_once));
        set("onError", self.stored_on_error != was.stored_on_error, &|| {
            self.stored_on_error.map(write_on_error)
        });
        set("continueOnFail", self.continue_on_fail != was.continue_on_fail, &|| flag(self.continue_on_fail));
        set("credentials", self.credentials != was.credentials, &|| {
            Some(write_credentials(&self.credentials))
        });
        set("notes", self.notes != was.notes, &|| text(&self.notes));
        set("webhookId", self.webhook_id != was.webhook_id, &|| text(&self.webhook_id));
        set("concurrency", self.concurrency != was.concurrency, &|| self.concurrency.map(Json::from));
        set("timeLimit", self.time_limit != was.time_limit, &|| {
            self.time_limit.map(|limit| (limit.as_secs_f64() * 1000.0).into())
        });
        set("answerLimit", self.answer_limit != was.answer_limit, &|| {
            self.answer_limit.map(|bytes| (bytes as f64 / MEGABYTE).into())
        });
        set("strict", self.strict != was.strict, &|| flag(self.strict));
        set("effect", self.effect != was.effect, &|| text(&self.effect));
        set("idempotencyKey", self.idempotency_key != was.idempotency_key, &|| text(&self.idempotency_key));
        Json::from(object)
    }

    /// Any key of the node, as the file has it.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.source.get(key)
    }

    /// Whether this is a note on the canvas, which is never part of a run.
    pub fn is_sticky_note(&self) -> bool {
        self.node_type == "n8n-nodes-base.stickyNote"
    }

    /// What happens with the items that fail: `onError`, or the older `continueOnFail` when that is absent
    /// (`docs/engine.md §12`).
    pub fn on_error(&self) -> OnError {
        match self.stored_on_error {
            Some(on_error) => on_error,
            None if self.continue_on_fail => OnError::ContinueRegularOutput,
            None => OnError::StopWorkflow,
        }
    }

    /// Whether the run goes on after the node as a whole failed. Unlike for single items, `continueOnFail` counts here
    /// even beside an `onError` that says stop (`docs/engine.md §12`).
    pub fn continues_after_failure(&self) -> bool {
        self.continue_on_fail || self.on_error().continues()
    }

    /// How often the node is tried in all: 1 without `retryOnFail`, else 2 to 5, by default 3 (`docs/engine.md §11`).
    pub fn tries(&self) -> u32 {
        if !self.retry_on_fail {
            return 1;
        }
        // A fraction of a try is a try.
        self.max_tries.filter(|tries| *tries != 0.0).unwrap_or(3.0).clamp(2.0, 5.0).ceil() as u32
    }

    /// The wait before a repeated try: up to 5 seconds, by default (and for 0) 1 second (`docs/engine.md §11`).
    pub fn wait_between_tries(&self) -> Duration {
        let wait =
            self.wait_between_tries_ms.filter(|wait| *wait != 0.0).unwrap_or(1000.0).clamp(0.0, 5000.0);
        Duration::from_secs_f64(wait / 1000.0)
    }

    /// The credential of a type.
    pub fn credential(&self, credential_type: &str) -> Option<&CredentialReference> {
        self.credentials.iter().find(|credential| credential.credential_type == credential_type)
    }
}

/// A number, also one written as text; never NaN or infinite.
pub(crate) fn to_number(json: &Json) -> Option<f64> {
    let number = match json.as_str() {
        Some(text) => text.trim().parse().ok()?,
        None => json.as_f64()?,
    };
    number.is_finite().then_some(number)
}

/// A text, also one written as a number (ids of old files).
pub(crate) fn to_text(json: &Json) -> Option<String> {
    match json.as_str() {
        Some(text) => Some(text.to_owned()),
        None => json.as_f64().map(|_| json.to_string()),
    }
}

/// Sets a key that changed since it was read, or removes it when it has no value any more.
pub(crate) fn overlay(object: &mut JsonObject, key: &str, changed: bool, value: impl Fn() -> Option<Json>) {
    if changed {
        match value() {
            Some(value) => drop(object.insert(key, value)),
            None => drop(object.remove(key)),
        }
    }
}

/// Any other value than the two that continue means stop, as in n8n.
fn read_on_error(json: &Json) -> OnError {
    match json.as_str() {
        Some("continueRegularOutput") => OnError::ContinueRegularOutput,
        Some("continueErrorOutput") => OnError::ContinueErrorOutput,
        _ => OnError::StopWorkflow,
    }
}

fn write_on_error(on_error: OnError) -> Json {
    Json::from(match on_error {
        OnError::StopWorkflow => "stopWorkflow",
        OnError::ContinueRegularOutput => "continueRegularOutput",
        OnError::ContinueErrorOutput => "continueErrorOutput",
    })
}

fn read_credentials(json: &Json) -> Vec<CredentialReference> {
    let entries = json.as_object().into_iter().flat_map(JsonObject::iter);
    entries
        .filter_map(|(credential_type, value)| {
            // Very old files hold the name alone.
            let name = value.as_str().or_else(|| value.get("name").and_then(Json::as_str));
            let id = value.get("id").and_then(to_text);
            if name.is_none() && id.is_none() {
                return None;
            }
            Some(CredentialReference {
                credential_type: SmolStr::new(credential_type),
                id,
                name: name.unwrap_or_default().to_owned(),
            })
        })
        .collect()
}

fn write_credentials(credentials: &[CredentialReference]) -> Json {
    let mut object = JsonObject::new();
    for credential in credentials {
        let mut entry = JsonObject::new();
        entry.insert("id", credential.id.as_deref().map_or(Json::NULL, Json::from));
        entry.insert("name", Json::from(credential.name.as_str()));
        object.insert(&credential.credential_type, Json::from(entry));
    }
    Json::from(object)
}
