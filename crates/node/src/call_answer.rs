//! The answer to the call that a workflow was started by.

use heddle_data::{BinaryData, Json, to_json};

/// An answer to whoever called the workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct CallAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: AnswerBody,
}

/// The body of a [`CallAnswer`].
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerBody {
    /// None.
    Empty,
    /// JSON.
    Json(Json),
    /// Text.
    Text(String),
    /// A file.
    File(BinaryData),
}

impl CallAnswer {
    /// `{ body, headers, statusCode }`; without `body` where there is none.
    pub fn to_json(&self) -> Json {
        let mut json = Json::object();
        match &self.body {
            AnswerBody::Empty => {}
            AnswerBody::Json(body) => drop(json.insert("body", body.clone())),
            AnswerBody::Text(text) => drop(json.insert("body", Json::from(text.as_str()))),
            AnswerBody::File(file) => drop(json.insert("body", to_json(file).unwrap_or_default())),
        }
        let mut headers = Json::object();
        for (name, value) in &self.headers {
            headers.insert(name, Json::from(value.as_str()));
        }
        json.insert("headers", headers);
        json.insert("statusCode", Json::from(self.status));
        json
    }
}
