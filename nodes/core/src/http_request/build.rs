//! The request that the parameters of versions 3 to 4.5 ask for.

use heddle_node::http::{Bytes, Method};
use heddle_node::parameters::javascript::to_text;
use heddle_node::{Effect, HttpRequest as Call, ItemContext, Json, JsonObject, NodeError};

use super::multipart::Part;
use super::outgoing::{Body, Outgoing};
use super::parameters::{HttpRequestParameters, Row};
use super::query::{self, Lists};
use super::{failure, file};
use crate::field_path;

/// What n8n accepts of an answer, by the format that is asked for.
const ACCEPT_JSON: &str = "application/json,text/*;q=0.99";
const ACCEPT_TEXT: &str =
    "application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, */*;q=0.1";
const ACCEPT_ANY: &str =
    "application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, image/*;q=0.8, */*;q=0.7";

/// What a call of a method does, where nothing else is known.
pub(super) fn effect_of(method: &str) -> Effect {
    let mut request = heddle_node::http::Request::new(Bytes::new());
    *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap_or(Method::POST);
    Call::new(request).call_effect()
}

/// What a request accepts whose answer is to be of a format.
pub(super) fn accept(format: &str) -> &'static str {
    match format {
        "json" => ACCEPT_JSON,
        "text" => ACCEPT_TEXT,
        _ => ACCEPT_ANY,
    }
}

/// The URL of a parameter.
///
/// # Errors
/// When it is not a text, empty, or of another scheme.
pub(super) fn url(value: &Json) -> Result<String, NodeError> {
    let Some(text) = value.as_str() else {
        let kind = match value {
            value if value.is_null() => "null",
            value if value.is_number() => "number",
            value if value.is_bool() => "boolean",
            _ => "object",
        };
        return Err(failure::parameter("url", format!("URL parameter must be a string, got {kind}")));
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(failure::parameter("url", "URL parameter cannot be empty"));
    }
    if !text.starts_with("http://") && !text.starts_with("https://") {
        let message = format!("Invalid URL: {text}. URL must start with \"http\" or \"https\".");
        return Err(failure::parameter("url", message));
    }
    Ok(text.to_owned())
}

/// The JSON of a parameter that is written as text.
///
/// # Errors
/// When it is none.
pub(super) fn parse(value: &Json, name: &str, label: &str) -> Result<Json, NodeError> {
    let Some(text) = value.as_str() else { return Ok(value.clone()) };
    Json::parse(text).map_err(|error| {
        failure::parameter(name, format!("The value in the \"{label}\" field is not valid JSON"))
            .with_description(format!("{error}. See what its expressions give for this item."))
    })
}

impl HttpRequestParameters {
    /// The request, without what signs it.
    pub(super) fn outgoing(&self, context: &ItemContext<'_>) -> Result<Outgoing, NodeError> {
        let version = context.type_version;
        let mut outgoing =
            Outgoing { method: self.method.clone(), url: url(&self.url)?, ..Outgoing::default() };
        if self.send_body {
            outgoing.body = self.body(context)?;
        }
        if self.send_query {
            outgoing.query = match self.specify_query.as_str() {
                "json" => object(parse(&self.json_query, "jsonQuery", "JSON Query Parameters")?),
                _ => pairs(&self.query_parameters.parameters, version),
            };
            if !self.options.query_parameter_arrays.is_empty() {
                outgoing.lists = Lists::named(&self.options.query_parameter_arrays);
            }
        }
        if self.send_headers {
            let headers = match self.specify_headers.as_str() {
                "json" => object(parse(&self.json_headers, "jsonHeaders", "JSON Headers")?),
                _ => {
                    let named: Vec<Row> = self
                        .header_parameters
                        .parameters
                        .iter()
                        .filter(|row| !row.name.is_empty())
                        .cloned()
                        .collect();
                    pairs(&named, version)
                }
            };
            for (name, value) in headers.iter() {
                outgoing.set_header(&name.to_lowercase(), value.clone());
            }
        }
        if self.send_body && self.content_type == "raw" {
            outgoing.set_header("content-type", self.raw_content_type.as_str());
        }
        if outgoing.header("accept").is_none() {
            outgoing.set_header("accept", accept(&self.options.response.response.response_format));
        }
        Ok(outgoing)
    }

    fn body(&self, context: &ItemContext<'_>) -> Result<Body, NodeError> {
        let version = context.type_version;
        let rows = &self.body_parameters.parameters;
        let takes_body = !matches!(self.method.as_str(), "HEAD" | "OPTIONS" | "TRACE");
        Ok(match self.content_type.as_str() {
            "multipart-form-data" if takes_body => Body::Multipart(self.parts(context)?),
            "form-urlencoded" if takes_body => Body::Form(match self.specify_body.as_str() {
                "string" => query::read(&to_text(&self.body)),
                _ => pairs(rows, version),
            }),
            "binaryData" if takes_body => {
                let found = file::of_item(context, &self.input_data_field_name)?;
                let media_type = match found.mime_type.is_empty() {
                    true => "application/octet-stream".to_owned(),
                    false => found.mime_type.clone(),
                };
                Body::File(found.content, media_type)
            }
            "raw" if takes_body => match &self.body {
                body if body.is_object() || body.is_array() => Body::Json(body.clone()),
                body if body.is_null() => Body::None,
                body => Body::Text(to_text(body).into_owned()),
            },
            "json" if self.specify_body == "json" => match parse(&self.json_body, "jsonBody", "JSON Body")? {
                body if body.is_null() => Body::None,
                body => Body::Json(body),
            },
            "json" if version >= 4.0 => {
                let mut body = Json::object();
                for row in rows {
                    field_path::set(&mut body, &row.name, row.value.clone())?;
                }
                Body::Json(body)
            }
            _ => Body::Json(Json::from(pairs(rows, version))),
        })
    }

    fn parts(&self, context: &ItemContext<'_>) -> Result<Vec<Part>, NodeError> {
        let mut parts: Vec<Part> = Vec::new();
        for row in &self.body_parameters.parameters {
            let part = if row.parameter_type == "formBinaryData" {
                if row.input_data_field_name.as_str() == Some("") {
                    continue;
                }
                let found = file::of_item(context, &row.input_data_field_name)?;
                let name = found.file_name.clone().unwrap_or_else(|| "file".to_owned());
                vec![Part {
                    name: row.name.clone(),
                    content: found.content,
                    file: Some((name, found.mime_type.clone())),
                }]
            } else {
                Part::of_field(&row.name, &row.value)
            };
            // Before version 4.2 the parts are an object, before 4.3 the last of one name counts in it.
            if context.type_version < 4.2 {
                parts.retain(|known| known.name != row.name);
            }
            parts.extend(part);
        }
        Ok(parts)
    }
}

/// Rows as an object: the last of one name counts; from version 4.3 on, several of one name become a list.
fn pairs(rows: &[Row], version: f64) -> JsonObject {
    let mut fields = JsonObject::new();
    for Row { name, value, .. } in rows {
        let value = match fields.get(name) {
            Some(known) if version >= 4.3 => {
                let mut values = known.as_array().map_or_else(|| vec![known.clone()], <[Json]>::to_vec);
                values.push(value.clone());
                Json::from(values)
            }
            _ => value.clone(),
        };
        fields.insert(name, value);
    }
    fields
}

/// The members of an object; of a list, by index.
fn object(json: Json) -> JsonObject {
    match (json.as_object(), json.as_array()) {
        (Some(object), _) => object.clone(),
        (None, Some(list)) => {
            let mut fields = JsonObject::new();
            for (index, element) in list.iter().enumerate() {
                fields.insert(&index.to_string(), element.clone());
            }
            fields
        }
        (None, None) => JsonObject::new(),
    }
}
