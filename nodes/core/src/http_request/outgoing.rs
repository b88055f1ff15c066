//! A request as n8n puts it together, whatever version's parameters it comes from.

use heddle_node::http::{Bytes, HeaderName, HeaderValue, Method, Request};
use heddle_node::parameters::javascript::to_text;
use heddle_node::{FileContent, HttpRequest as Call, Json, JsonObject, NodeError, Upload, json};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Url;

use super::query::{self, Lists};
use crate::http_request::multipart::Part;

/// What is escaped where a URL is not valid as it is.
const ODD: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A request to be.
#[derive(Debug, Clone, Default)]
pub(super) struct Outgoing {
    pub(super) method: String,
    pub(super) url: String,
    /// In the order in which they were given; of one name the last counts.
    pub(super) headers: Vec<(String, Json)>,
    pub(super) query: JsonObject,
    pub(super) lists: Lists,
    pub(super) body: Body,
}

/// The body of a request.
#[derive(Debug, Clone, Default)]
pub(super) enum Body {
    #[default]
    None,
    /// A JSON value.
    Json(Json),
    /// Fields as a query string.
    Form(JsonObject),
    /// A text as it is.
    Text(String),
    /// A file of a media type.
    File(FileContent, String),
    /// Parts.
    Multipart(Vec<Part>),
}

impl Outgoing {
    /// Sets a header, in the place of one of that name.
    pub(super) fn set_header(&mut self, name: &str, value: impl Into<Json>) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
    }

    /// The header `name`, as it was given.
    pub(super) fn header(&self, name: &str) -> Option<&Json> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// What an error says about the request: method, address, headers, query and body, without files.
    pub(super) fn shown(&self) -> Json {
        let headers: Json = self.headers.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let mut shown =
            json!({ "headers": headers, "method": self.method.as_str(), "uri": self.url.as_str() });
        if !self.query.is_empty() {
            shown.insert("qs", self.query.clone());
        }
        let body = match &self.body {
            Body::Json(body) => Some(("body", body.clone())),
            Body::Form(fields) => Some(("form", Json::from(fields.clone()))),
            Body::Text(text) => Some(("body", Json::from(text.as_str()))),
            Body::None | Body::File(..) | Body::Multipart(_) => None,
        };
        if let Some((key, body)) = body {
            shown.insert(key, body);
        }
        shown
    }

    /// The request.
    ///
    /// # Errors
    /// When the URL, the method or a header is not valid.
    pub(super) fn into_call(self) -> Result<Call, NodeError> {
        let url = self.full_url()?;
        let method = Method::from_bytes(self.method.as_bytes()).map_err(|_| {
            NodeError::parameter("method", format!("\"{}\" is no method of HTTP", self.method))
        })?;
        let content_type = self.header("content-type").map(|value| to_text(value).into_owned());
        let (pieces, own_type) = self.body.into_pieces(content_type.as_deref());
        let (body, upload) = in_memory(pieces)?;
        let mut request = Request::new(body);
        *request.method_mut() = method;
        // What browsers let stand in a URL, and its grammar (RFC 3986) does not.
        let escaped = || utf8_percent_encode(&url, ODD).to_string();
        *request.uri_mut() =
            url.parse().or_else(|_| escaped().parse()).map_err(|_| super::failure::invalid_url())?;
        for (name, value) in &self.headers {
            if own_type.is_some() && name.eq_ignore_ascii_case("content-type") {
                continue;
            }
            add_header(&mut request, name, value)?;
        }
        if let Some(own_type) = own_type {
            add_header(&mut request, "content-type", &Json::from(own_type))?;
        }
        Ok(Call { upload, ..Call::new(request) })
    }

    /// The URL with its query, as a browser would write it.
    fn full_url(&self) -> Result<String, NodeError> {
        let mut url = Url::parse(&self.url).map_err(|_| super::failure::invalid_url())?;
        url.set_fragment(None);
        let mut text = url.to_string();
        let more = query::write(&self.query, self.lists);
        if !more.is_empty() {
            text.push(if text.contains('?') { '&' } else { '?' });
            text.push_str(&more);
        }
        Ok(text)
    }
}

impl Body {
    /// The bytes, piece by piece, with the media type that they bring along, in the place of `content_type`, the request's.
    fn into_pieces(self, content_type: Option<&str>) -> (Vec<FileContent>, Option<String>) {
        let piece = |text: String| vec![FileContent::from(text.into_bytes())];
        const FORM: &str = "application/x-www-form-urlencoded";
        const JSON: &str = "application/json";
        match self {
            Self::None => (Vec::new(), None),
            Self::Json(body) if content_type == Some(FORM) => {
                let text = match body.as_object() {
                    Some(fields) => query::write(fields, Lists::Indices),
                    None => to_text(&body).into_owned(),
                };
                (piece(text), None)
            }
            Self::Json(body) if content_type.is_some_and(|kind| kind.contains("multipart/form-data")) => {
                let parts = body.as_object().into_iter().flat_map(|fields| fields.iter());
                Self::Multipart(parts.flat_map(|(name, value)| Part::of_field(name, value)).collect())
                    .into_pieces(None)
            }
            Self::Json(body) => {
                let kind = content_type.is_none().then(|| JSON.to_owned());
                (piece(body.to_string()), kind)
            }
            Self::Form(fields) => (piece(query::write(&fields, Lists::Indices)), Some(FORM.to_owned())),
            // n8n writes what goes as JSON, and is none, as a JSON text.
            Self::Text(text) if content_type.is_some_and(|kind| kind.contains(JSON)) => {
                let is_json = Json::parse(&text).is_ok();
                (piece(if is_json { text.trim().to_owned() } else { Json::from(text).to_string() }), None)
            }
            Self::Text(text) => (piece(text), None),
            Self::File(file, kind) => {
                (vec![file], (content_type.is_none() && !kind.is_empty()).then_some(kind))
            }
            Self::Multipart(parts) => {
                let (pieces, kind) = super::multipart::write(parts);
                (pieces, Some(kind))
            }
        }
    }
}

/// What fits into memory as one text; what lies in a store as an upload.
fn in_memory(mut pieces: Vec<FileContent>) -> Result<(Bytes, Option<Upload>), NodeError> {
    let unreadable = |error| crate::binary::unreadable("of the body", error);
    if pieces.iter().any(|piece| matches!(piece, FileContent::Stored(_))) {
        return Ok((Bytes::new(), Some(Upload::new(pieces).map_err(unreadable)?)));
    }
    if pieces.len() == 1
        && let Some(piece) = pieces.pop()
    {
        return Ok((piece.read_all().map_err(unreadable)?, None));
    }
    let mut body = Vec::new();
    for piece in pieces {
        body.extend_from_slice(&piece.read_all().map_err(unreadable)?);
    }
    Ok((body.into(), None))
}

pub(super) fn add_header(request: &mut Request<Bytes>, name: &str, value: &Json) -> Result<(), NodeError> {
    if value.is_null() || value.as_bool() == Some(false) {
        return Ok(());
    }
    let header = HeaderName::try_from(name.trim()).map_err(|_| {
        NodeError::operation(format!("Header name must be a valid HTTP token [\"{name}\"]"))
            .with_description("A name of a header has letters, digits and hyphens.")
    })?;
    let values = value.as_array().map_or(std::slice::from_ref(value), |values| values);
    for value in values {
        let text = to_text(value);
        // As Node.js writes them: a byte a character.
        let bytes: Option<Vec<u8>> =
            text.trim().chars().map(|character| u8::try_from(u32::from(character)).ok()).collect();
        let value = bytes.and_then(|bytes| HeaderValue::from_bytes(&bytes).ok()).ok_or_else(|| {
            NodeError::operation(format!("Invalid character in header content [\"{name}\"]"))
                .with_description("The value of a header is one line of plain characters.")
        })?;
        request.headers_mut().append(header.clone(), value);
    }
    Ok(())
}
