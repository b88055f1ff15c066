//! What comes out: the items that an answer becomes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use heddle_node::http::{Bytes, HeaderMap, Response, answered_file};
use heddle_node::{ErrorLevel, FileAnswers, Item, ItemContext, ItemOutput, Json, JsonObject, NodeError};

use super::{failure, file};

/// Media types of files; any that has one of these in it.
const FILES: [&str; 22] = [
    "image/",
    "audio/",
    "video/",
    "application/octet-stream",
    "application/gzip",
    "application/zip",
    "application/vnd.rar",
    "application/epub+zip",
    "application/x-bzip",
    "application/x-bzip2",
    "application/x-cdf",
    "application/vnd.amazon.ebook",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-fontobject",
    "application/vnd.oasis.opendocument.presentation",
    "application/pdf",
    "application/x-tar",
    "application/vnd.visio",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/x-7z-compressed",
];

/// What an answer is to become.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) format: Format,
    /// Whether headers and status come out, too.
    pub(super) full: bool,
    pub(super) never_error: bool,
    /// The field that gets a text or a file.
    pub(super) field: String,
    /// Whether a list becomes one item for each element.
    pub(super) splits_lists: bool,
    /// How the form calls the format of a text.
    pub(super) text_name: &'static str,
    /// Whether what is JSON stays so where a text is asked for.
    pub(super) keeps_json: bool,
    /// Whether a file tells the address that it came from.
    pub(super) tells_url: bool,
}

/// How the body of an answer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// By its media type.
    Detect,
    Json,
    Text,
    File,
}

impl Wanted {
    /// Which answers are files.
    pub(super) fn file_answers(&self) -> FileAnswers {
        match self.format {
            Format::Detect => FileAnswers::OfTypes(&FILES),
            Format::File => FileAnswers::Always,
            Format::Json | Format::Text => FileAnswers::Never,
        }
    }

    /// The items of an answer to a request for `url`, of which `given_url` is what the parameters say.
    ///
    /// # Errors
    /// When its status is none of a success, or its body is not what is asked for.
    pub(super) fn items(
        &self,
        context: &ItemContext<'_>,
        answer: &Response<Bytes>,
        url: &str,
        given_url: &str,
    ) -> Result<ItemOutput, NodeError> {
        if !answer.status().is_success() && !self.never_error {
            let mut error =
                failure::of_answer(answer.status().as_u16(), answer.headers(), &self.error_body(answer));
            if let Some(place) = answer.headers().get("location").filter(|_| answer.status().is_redirection())
            {
                error.description = Some(failure::redirected(&String::from_utf8_lossy(place.as_bytes())));
            }
            return Err(error);
        }
        let content_type = header(answer.headers(), "content-type");
        let (format, body) = match self.format {
            Format::Detect if content_type.contains("application/json") => {
                let text = decode(answer.body(), content_type);
                let body = match text.trim().is_empty() {
                    true => Json::object(),
                    false => Json::parse(&text).or_else(|_| match self.never_error {
                        true => Ok(Json::object()),
                        false => {
                            let mut error = invalid_json("Invalid JSON in response body");
                            error.level = ErrorLevel::Info;
                            Err(error)
                        }
                    })?,
                };
                (Format::Json, Some(body))
            }
            Format::Detect if FILES.iter().any(|kind| content_type.contains(kind)) => (Format::File, None),
            Format::Detect => (Format::Text, text(decode(answer.body(), content_type))),
            Format::File => (Format::File, None),
            // n8n reads what is JSON as such, and writes it anew.
            Format::Text => {
                let body = text(decode(answer.body(), content_type));
                let read = body.as_ref().and_then(Json::as_str).map(Json::parse);
                let body = match read {
                    Some(Ok(json)) if (json.is_object() || json.is_array()) && !self.keeps_json => {
                        Some(Json::from(json.to_string()))
                    }
                    Some(Ok(json)) => Some(json),
                    _ => body,
                };
                (Format::Text, body)
            }
            Format::Json => {
                let text = decode(answer.body(), content_type);
                let body = match text.trim().is_empty() {
                    true => Json::object(),
                    // A JSON text is read once more, as n8n does it.
                    false => Json::parse(&text)
                        .and_then(|json| match json.as_str() {
                            Some(inner) if inner.trim().is_empty() => Ok(Json::object()),
                            Some(inner) => Json::parse(inner),
                            None => Ok(json),
                        })
                        .map_err(|_| {
                            invalid_json(&format!(
                                "Response body is not valid JSON. Change \"Response Format\" to \"{}\"",
                                self.text_name
                            ))
                        })?,
                };
                (Format::Json, Some(body))
            }
        };
        Ok(match format {
            Format::File => {
                let content = match answered_file(answer) {
                    Some(file) => file.clone(),
                    None => answer.body().clone().into(),
                };
                let mut found = file::of_answer(answer.headers(), content, url, given_url, &self.field);
                if !self.tells_url {
                    found.directory = None;
                }
                let mut files: BTreeMap<_, _> =
                    context.item.binary().map(|files| (**files).clone()).unwrap_or_default();
                files.insert(self.field.clone(), found);
                let json = if self.full { self.head(answer) } else { context.item.json.clone() };
                Item::new(json).with_binary(Some(Arc::new(files))).into()
            }
            Format::Text => {
                let mut json = JsonObject::new();
                if let Some(body) = body {
                    json.insert(&self.field, body);
                }
                if self.full {
                    for (name, value) in
                        self.head(answer).as_object().into_iter().flat_map(|head| head.iter())
                    {
                        json.insert(name, value.clone());
                    }
                }
                Json::from(json).into()
            }
            Format::Json | Format::Detect => {
                let body = body.unwrap_or_default();
                if self.full {
                    let mut json = JsonObject::new();
                    json.insert("body", body);
                    for (name, value) in
                        self.head(answer).as_object().into_iter().flat_map(|head| head.iter())
                    {
                        json.insert(name, value.clone());
                    }
                    return Ok(Json::from(json).into());
                }
                let or_empty = |json: Json| if json.is_null() { Json::object() } else { json };
                let mut output = ItemOutput::nothing();
                match body.as_array().filter(|_| self.splits_lists) {
                    Some(elements) => {
                        elements.iter().for_each(|element| output.push(0, or_empty(element.clone())))
                    }
                    None => output.push(0, or_empty(body)),
                }
                output
            }
        })
    }

    /// Headers, status and its text.
    fn head(&self, answer: &Response<Bytes>) -> Json {
        let mut head = JsonObject::new();
        head.insert("headers", headers(answer.headers()));
        head.insert("statusCode", Json::from(answer.status().as_u16()));
        head.insert("statusMessage", Json::from(answer.status().canonical_reason().unwrap_or_default()));
        Json::from(head)
    }

    /// The body of a failure as n8n reads it: as JSON where the node asks for JSON or text.
    fn error_body(&self, answer: &Response<Bytes>) -> Json {
        let text = decode(answer.body(), header(answer.headers(), "content-type"));
        let is_read = matches!(self.format, Format::Json | Format::Text);
        let json = if is_read { Json::parse(&text).ok() } else { None };
        json.unwrap_or_else(|| Json::from(&*text))
    }
}

fn invalid_json(message: &str) -> NodeError {
    NodeError::operation(message).with_description(
        "The service says that its answer is JSON, and it is not. Set the option Response Format to Text to see it.",
    )
}

fn text(text: Cow<'_, str>) -> Option<Json> {
    (!text.is_empty()).then(|| Json::from(&*text))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Headers as Node.js gives them: several of one name are joined, those that set cookies a list.
pub(super) fn headers(headers: &HeaderMap) -> Json {
    let mut object = JsonObject::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        if name == "set-cookie" {
            object.insert(name.as_str(), values.map(|value| Json::from(&*value)).collect::<Json>());
        } else {
            object.insert(name.as_str(), Json::from(values.collect::<Vec<_>>().join(", ")));
        }
    }
    Json::from(object)
}

/// The text of a body, in the encoding that its media type names.
pub(super) fn decode<'a>(body: &'a [u8], content_type: &str) -> Cow<'a, str> {
    let charset = content_type.split([';', ',']).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    });
    let encoding = charset.and_then(|charset| encoding_rs::Encoding::for_label(charset.as_bytes()));
    encoding.unwrap_or(encoding_rs::UTF_8).decode(body).0
}
