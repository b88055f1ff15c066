//! What is special about a service.

use heddle_node::Json;

/// What a node's crate says of the service that it speaks to.
#[derive(Debug)]
pub struct Service {
    /// Its name, for people.
    pub name: &'static str,
    /// The credential type whose authentication signs the calls.
    pub credential_type: &'static str,
    /// The name of that type, for people.
    pub credential_name: &'static str,
    /// The address of the API, unless the credential says another one.
    pub base_url: &'static str,
    /// What the body of a refusal says; [`Refusal::of_problem`] reads what no service has words of its own for.
    pub refusal: fn(&Json) -> Refusal,
    /// What to do about an answer of a status; `None` for what holds for every API.
    pub advice: fn(u16) -> Option<&'static str>,
}

/// What a service says of a request that it refuses. All of it is masked and cut before it is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// Why, in a sentence.
    pub text: Option<String>,
    /// Facts for programs, such as an error key: they become `context` of the error.
    pub facts: Vec<(&'static str, String)>,
}

impl Refusal {
    /// Title, detail and errors by field of a problem (RFC 9457).
    pub fn of_problem(body: &Json) -> Self {
        let mut parts: Vec<String> = ["title", "detail"]
            .into_iter()
            .filter_map(|name| body.get(name).and_then(Json::as_str))
            .filter(|text| !text.trim().is_empty())
            .map(str::to_owned)
            .collect();
        let errors = body.get("errors").and_then(Json::as_object);
        for (field, messages) in errors.into_iter().flat_map(|errors| errors.iter()) {
            let messages: Vec<&str> = match messages.as_array() {
                Some(messages) => messages.iter().filter_map(Json::as_str).collect(),
                None => messages.as_str().into_iter().collect(),
            };
            if !messages.is_empty() {
                parts.push(format!("{field}: {}", messages.join(" ")));
            }
        }
        Self { text: (!parts.is_empty()).then(|| parts.join(" ")), facts: Vec::new() }
    }
}
