//! Multipart bodies (RFC 7578).

use heddle_node::Json;
use heddle_node::http::Bytes;
use heddle_node::parameters::javascript::to_text;

/// One part.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) content: Bytes,
    /// Name and media type, of a file.
    pub(super) file: Option<(String, String)>,
}

impl Part {
    /// A text.
    pub(super) fn text(name: &str, value: &Json) -> Self {
        Self { name: name.to_owned(), content: Bytes::from(to_text(value).into_owned()), file: None }
    }

    /// The parts of a field of a JSON body: one for each element of a list.
    pub(super) fn of_field(name: &str, value: &Json) -> Vec<Self> {
        let values = value.as_array().map_or(std::slice::from_ref(value), |values| values);
        values.iter().map(|value| Self::text(name, value)).collect()
    }
}

/// The body with its media type.
pub(super) fn write(parts: &[Part]) -> (Bytes, String) {
    let boundary = boundary(parts);
    let mut body = Vec::new();
    for part in parts {
        let mut head =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", quoted(&part.name));
        if let Some((file_name, media_type)) = &part.file {
            head.push_str(&format!("; filename=\"{}\"\r\nContent-Type: {media_type}", quoted(file_name)));
        }
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(&part.content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (Bytes::from(body), format!("multipart/form-data; boundary={boundary}"))
}

/// A line that stands in no part: made of what the parts are, so that the same request is written alike.
fn boundary(parts: &[Part]) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    for part in parts {
        (&part.name, &part.content).hash(&mut hasher);
    }
    loop {
        let boundary = format!("--------------------------{:020}", hasher.finish());
        let stands_in = |content: &[u8]| memchr::memmem::find(content, boundary.as_bytes()).is_some();
        if !parts.iter().any(|part| stands_in(&part.content)) {
            return boundary;
        }
        boundary.hash(&mut hasher);
    }
}

/// A name within quotation marks, as browsers write it.
fn quoted(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}
