//! Whether a run did what n8n did, and what it did else.

use heddle_tests::compare::filled_outputs;
use serde_json::{Map, Value, json};

/// What a run did, as far as it is compared.
#[derive(Clone)]
pub(crate) struct Deed {
    pub(crate) status: String,
    pub(crate) message: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) requests: Vec<Value>,
    pub(crate) outputs: Value,
}

/// Where two runs differ first.
pub(crate) struct Difference {
    /// What differs, in words that others share that differ alike.
    pub(crate) cause: String,
    /// How.
    pub(crate) detail: String,
}

impl Deed {
    /// As it is kept.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "status": self.status, "message": self.message, "description": self.description, "requests": self.requests,
            "outputs": self.outputs,
        })
    }

    /// As it was kept.
    pub(crate) fn from_json(kept: &Value) -> Self {
        let text = |name: &str| kept[name].as_str().map(steady_text);
        Self {
            status: text("status").unwrap_or_default(),
            message: text("message"),
            description: text("description"),
            requests: kept["requests"]
                .as_array()
                .cloned()
                .unwrap_or_default()
                .into_iter()
                .map(request)
                .collect(),
            outputs: outputs(&kept["outputs"]),
        }
    }

    /// What n8n did.
    pub(crate) fn of_oracle(answer: &Value, requests: Vec<Value>) -> Self {
        let error = &answer["error"];
        Self {
            status: answer["status"].as_str().unwrap_or_default().to_owned(),
            message: error["message"].as_str().map(steady_text),
            description: error["description"].as_str().map(steady_text),
            requests: requests.into_iter().map(request).collect(),
            outputs: outputs(&answer["nodes"]["Node"][0]["outputs"]),
        }
    }

    /// What Heddle did, by its run data.
    pub(crate) fn of_run(run: &Value, requests: Vec<Value>) -> Self {
        let data = &run["data"]["resultData"];
        let error = &data["error"];
        Self {
            status: run["status"].as_str().unwrap_or_default().to_owned(),
            message: error["message"].as_str().map(steady_text),
            description: error["description"].as_str().map(steady_text),
            requests: requests.into_iter().map(request).collect(),
            outputs: outputs(&data["runData"]["Node"][0]["data"]["main"]),
        }
    }

    /// Whether items came out.
    pub(crate) fn gave_items(&self) -> bool {
        self.status == "success" && self.outputs.as_array().is_some_and(|own| !own.is_empty())
    }
}

/// Where `ours` differs first from what n8n did; `None` where it does not.
pub(crate) fn difference(n8n: &Deed, ours: &Deed) -> Option<Difference> {
    let shown = |cause: String, theirs: &Value, own: &Value| {
        Some(Difference { cause, detail: format!("n8n    {theirs}\n    heddle {own}") })
    };
    let same_error = n8n.message == ours.message;
    if !same_error && ours.message.is_some() {
        let cause = match &n8n.message {
            None => format!("fails: {}", class(ours.message.as_deref().unwrap_or_default())),
            Some(theirs) => format!(
                "fails otherwise: {} [{}]",
                class(ours.message.as_deref().unwrap_or_default()),
                class(theirs)
            ),
        };
        return shown(
            cause,
            &json!([n8n.message, n8n.description, n8n.requests.len()]),
            &json!([ours.message, ours.description, ours.requests.len()]),
        );
    }
    for (theirs, own) in n8n.requests.iter().zip(&ours.requests) {
        for part in ["method", "host", "url", "body"] {
            if theirs[part] != own[part] {
                return shown(format!("request: {part}"), &theirs[part], &own[part]);
            }
        }
        let names = |request: &Value| request["headers"].as_object().cloned().unwrap_or_default();
        let (theirs, own) = (names(theirs), names(own));
        for name in theirs.keys().chain(own.keys()) {
            if theirs.get(name) != own.get(name) {
                let get = |map: &Map<String, Value>| map.get(name).cloned().unwrap_or_default();
                return shown(format!("request: header {name}"), &get(&theirs), &get(&own));
            }
        }
    }
    if n8n.requests.len() != ours.requests.len() {
        let urls = |deed: &Deed| deed.requests.iter().map(|own| own["url"].clone()).collect::<Value>();
        return shown("request: count".to_owned(), &urls(n8n), &urls(ours));
    }
    if !same_error {
        return shown(
            format!("does not fail: {}", class(n8n.message.as_deref().unwrap_or_default())),
            &json!(n8n.message),
            &ours.outputs,
        );
    }
    if n8n.status != ours.status {
        return shown("status".to_owned(), &json!(n8n.status), &json!(ours.status));
    }
    if n8n.description != ours.description {
        return shown("error: description".to_owned(), &json!(n8n.description), &json!(ours.description));
    }
    items_differ(&n8n.outputs, &ours.outputs)
}

/// Whether two values are equal, but for secrets, which are masked here.
fn is_same(theirs: &Value, own: &Value) -> bool {
    match (theirs, own) {
        (Value::String(_), Value::String(own)) if own == "***" => true,
        (Value::Array(theirs), Value::Array(own)) => {
            theirs.len() == own.len() && theirs.iter().zip(own).all(|(theirs, own)| is_same(theirs, own))
        }
        (Value::Object(theirs), Value::Object(own)) => {
            theirs.len() == own.len()
                && theirs.iter().all(|(key, theirs)| own.get(key).is_some_and(|own| is_same(theirs, own)))
        }
        _ => theirs == own,
    }
}

fn items_differ(theirs: &Value, ours: &Value) -> Option<Difference> {
    if theirs == ours {
        return None;
    }
    let flat = |outputs: &Value| -> Vec<Value> {
        outputs
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|own| own.as_array().cloned().unwrap_or_default())
            .collect()
    };
    let (their_items, our_items) = (flat(theirs), flat(ours));
    let shown = |cause: &str, theirs: &Value, own: &Value| {
        Some(Difference { cause: cause.to_owned(), detail: format!("n8n    {theirs}\n    heddle {own}") })
    };
    if their_items.len() != our_items.len() {
        return shown("items: count", theirs, ours);
    }
    for (theirs, own) in their_items.iter().zip(&our_items) {
        for part in ["json", "binary", "error", "pairedItem"] {
            if !is_same(&theirs[part], &own[part]) {
                return shown(&format!("items: {part}"), &theirs[part], &own[part]);
            }
        }
    }
    let counts = |outputs: &Value| {
        outputs
            .as_array()
            .into_iter()
            .flatten()
            .map(|own| own.as_array().map_or(0, Vec::len))
            .collect::<Value>()
    };
    if counts(theirs) == counts(ours) { None } else { shown("items: outputs", theirs, ours) }
}

/// A message without what is about one case.
fn class(message: &str) -> String {
    let plain: String = message.lines().next().unwrap_or_default().chars().take(90).collect();
    let mut made = String::new();
    for word in plain.split_inclusive(' ') {
        let is_of_case = word.trim().chars().any(|char| char.is_ascii_digit()) || word.len() > 40;
        made.push_str(if is_of_case { "… " } else { word });
    }
    made.trim().to_owned()
}

fn outputs(outputs: &Value) -> Value {
    let item = |item: &Value| {
        // n8n hands on items without data, which are empty ones here.
        let data = if item["json"].is_null() { json!({}) } else { item["json"].clone() };
        let mut shown = json!({ "json": data, "pairedItem": item["pairedItem"] });
        if let Some(files) = item.get("binary").and_then(Value::as_object).filter(|own| !own.is_empty()) {
            let file = |(name, file): (&String, &Value)| {
                let mut file = file.clone();
                if let Some(object) = file.as_object_mut() {
                    object.remove("bytes");
                }
                (name.clone(), file)
            };
            shown["binary"] = Value::Object(files.iter().map(file).collect());
        }
        if let Some(error) = item.get("error") {
            shown["error"] = json!({ "message": error["message"], "description": error["description"] });
        }
        steady(shown)
    };
    filled_outputs(outputs, item)
}

/// A request without what differs from run to run.
fn request(mut request: Value) -> Value {
    let body = request["body"].as_str().and_then(|text| serde_json::from_str(text).ok());
    if let Some(body) = body.filter(|body: &Value| body.is_object() || body.is_array()) {
        request["body"] = body;
    }
    if let Some(headers) = request["headers"].as_object_mut() {
        for name in ["traceparent", "tracestate", "expect"] {
            headers.remove(name);
        }
    }
    steady(request)
}

/// The value without moments and random numbers of this run.
fn steady(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(steady_text(&text)),
        Value::Array(list) => list.into_iter().map(steady).collect(),
        Value::Object(map) => map.into_iter().map(|(key, own)| (key, steady(own))).collect(),
        Value::Number(number) => {
            let is_now = number.as_f64().is_some_and(|own| {
                let seconds = if own > 1e11 { own / 1e3 } else { own };
                (seconds - now()).abs() < 40.0 * 86_400.0
            });
            if is_now { json!("<now>") } else { Value::Number(number) }
        }
        other => other,
    }
}

fn now() -> f64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

fn steady_text(text: &str) -> String {
    use std::sync::LazyLock;

    use regress::Regex;
    static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        [
            (r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+", "<jwt>"),
            (r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b", "<uuid>"),
            (r"\b(20[3-9]\d|202[5-9])-\d\d-\d\d(T|%20|\+| )\d\d(:|%3A)\d\d(:|%3A)\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?", "<now>"),
            (r"\b(20[3-9]\d|202[5-9])-?\d\d-?\d\d(T\d{6}Z)?\b", "<today>"),
            (r"\b1[789]\d{8}(\d{3})?\b", "<now>"),
            (r#"oauth_(nonce|signature|timestamp)="[^"]*""#, "<signed>"),
            (r"Signature=[0-9a-f]{64}", "<signed>"),
            // The number of an n8n server.
            (r"_(heddle|[0-9a-f]{64})\b", "_<instance>"),
            // What an engine calls the expression that is at fault.
            (r"^.* is not a function\b.*$|^not a function$", "<it> is not a function"),
            (r"^Cannot (read properties of|destructure property|convert) .*(undefined|null).*$", "<it> is not there"),
            (r"^.* (is not iterable|object is not iterable)\b.*$", "<it> is not iterable"),
        ]
        .into_iter()
        .filter_map(|(pattern, name)| Some((Regex::new(pattern).ok()?, name)))
        .collect()
    });
    let mut text = text.to_owned();
    for (pattern, name) in PATTERNS.iter() {
        text = pattern.replace_all(&text, name);
    }
    text
}
