//! What a browser sends of a form: names with values, as fields of a URL or in parts.
//!
//! A control is named by what its value is and where it stands: `text:/chatbotId`, `number:/options/longestWait`,
//! `switch:/forceStartSession`. A later control of the same place counts more.

use axum::body::Body;
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::header;
use heddle_node::Json;

use super::pointer;
use crate::access::read_body;
use crate::error::{ApiError, ApiResult};
use crate::shared::Shared;

/// The most fields of a form; n8n's largest has about a thousand.
const MOST_FIELDS: usize = 20_000;

/// The fields of a form in their order.
#[derive(Debug, Default, Clone)]
pub(crate) struct Submission {
    fields: Vec<(String, String)>,
}

impl Submission {
    /// Reads a request's form.
    ///
    /// # Errors
    /// When it is no form, or beyond the limits.
    pub(crate) async fn read(shared: &Shared, request: Request) -> ApiResult<Self> {
        let (parts, body) = request.into_parts();
        let body = read_body(shared, body).await?;
        let kind =
            parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let fields = if kind.starts_with("application/x-www-form-urlencoded") {
            form_urlencoded::parse(&body)
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect()
        } else if kind.starts_with("multipart/form-data") {
            let request = Request::from_parts(parts, Body::from(body));
            read_parts(request).await?
        } else {
            return Err(ApiError::new(axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is no form"));
        };
        if fields.len() > MOST_FIELDS {
            return Err(ApiError::bad_request(format!("The form has more than {MOST_FIELDS} fields")));
        }
        Ok(Self { fields })
    }

    #[cfg(test)]
    pub(crate) fn of(fields: &[(&str, &str)]) -> Self {
        Self {
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        }
    }

    /// The last value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().rev().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// The values of the names that begin with `prefix`, with what follows it.
    pub(crate) fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.fields.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, &**value)))
    }

    /// Lays what the controls hold over the parameters.
    pub(crate) fn lay_over(&self, parameters: &mut Json) {
        for (name, value) in &self.fields {
            let Some((kind, place)) = name.split_once(':').filter(|(_, place)| place.starts_with('/')) else {
                continue;
            };
            // Browsers send the ends of lines as two characters.
            let text = || value.replace("\r\n", "\n");
            let json = match kind {
                // What nobody has filled in stays nothing.
                "text" | "code"
                    if value.is_empty() && parameters.pointer(place).is_some_and(Json::is_null) =>
                {
                    continue;
                }
                "text" => Json::from(text()),
                "code" => code(parameters.pointer(place), text()),
                "expression" => Json::from(format!("={}", text())),
                "number" => number(value),
                "switch" => Json::from(value == "true"),
                "json" => match Json::parse(value) {
                    Ok(json) => json,
                    Err(_) => continue,
                },
                "list" => Json::array(),
                "many" => {
                    let Ok(json) = Json::parse(value) else { continue };
                    if let Some(list) = parameters.pointer_mut(place).and_then(Json::as_array_mut)
                        && !list.contains(&json)
                    {
                        list.push(json);
                    }
                    continue;
                }
                _ => continue,
            };
            pointer::set(parameters, place, json);
        }
    }
}

/// A number as it was typed; a text that is none stays one, for the check to say so.
fn number(text: &str) -> Json {
    let text = text.trim();
    match text.parse::<f64>() {
        _ if text.is_empty() => Json::NULL,
        Ok(number) if number.is_finite() => Json::from(number),
        _ => Json::from(text),
    }
}

/// The text of a control for JSON. What was a value there, and was not changed, stays one.
fn code(before: Option<&Json>, text: String) -> Json {
    match before {
        Some(before) if !before.is_string() && Json::parse(&text).is_ok_and(|json| json == *before) => {
            before.clone()
        }
        _ => Json::from(text),
    }
}

async fn read_parts(request: Request) -> ApiResult<Vec<(String, String)>> {
    let broken = || ApiError::bad_request("The parts of the form cannot be read");
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| broken())?;
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|_| broken())? {
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().is_some();
        let bytes = part.bytes().await.map_err(|_| broken())?;
        if is_file && bytes.is_empty() {
            continue;
        }
        let (value, _) = heddle_workflow::decode_table(&bytes)
            .map_err(|error| ApiError::unprocessable(format!("The field {name} {error}")))?;
        fields.push((name, value.into_owned()));
        if fields.len() > MOST_FIELDS {
            break;
        }
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_lie_over_what_was_there() {
        let submission = Submission::of(&[
            ("text:/a", "x\r\ny"),
            ("text:/empty", ""),
            ("number:/n", "1e2"),
            ("number:/bad", "many"),
            ("number:/none", " "),
            ("switch:/s", "false"),
            ("switch:/s", "true"),
            ("expression:/e", "{{ $json.a }}"),
            ("list:/l", ""),
            ("many:/l", "\"b\""),
            ("many:/l", "1"),
            ("many:/l", "1"),
            ("json:/j", "{\"k\":null}"),
            ("json:/broken", "{"),
            ("token", "t"),
            ("text:a", "no place"),
        ]);
        let mut json = Json::parse(r#"{"l":["old"],"hidden":"kept","empty":null}"#).expect("it is JSON");
        submission.lay_over(&mut json);
        assert_eq!(
            json.to_string(),
            r#"{"l":["b",1],"hidden":"kept","empty":null,"a":"x\ny","n":100,"bad":"many","none":null,"s":true,"e":"={{ $json.a }}","j":{"k":null}}"#
        );
    }
}
