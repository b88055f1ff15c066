//! Multipart bodies (RFC 7578).

use heddle_node::http::Bytes;
use heddle_node::parameters::javascript::to_text;
use heddle_node::{FileContent, Json};

/// One part.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) content: FileContent,
    /// Name and media type, of a file.
    pub(super) file: Option<(String, String)>,
}

impl Part {
    /// A text.
    pub(super) fn text(name: &str, value: &Json) -> Self {
        Self { name: name.to_owned(), content: to_text(value).into_owned().into_bytes().into(), file: None }
    }

    /// The parts of a field of a JSON body: one for each element of a list.
    pub(super) fn of_field(name: &str, value: &Json) -> Vec<Self> {
        let values = value.as_array().map_or(std::slice::from_ref(value), |values| values);
        values.iter().map(|value| Self::text(name, value)).collect()
    }
}

/// The body, piece by piece, with its media type.
pub(super) fn write(parts: Vec<Part>) -> (Vec<FileContent>, String) {
    let boundary = boundary(&parts);
    let mut pieces = Vec::new();
    let mut between = String::new();
    for part in parts {
        between.push_str(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
            quoted(&part.name)
        ));
        if let Some((file_name, media_type)) = &part.file {
            between.push_str(&format!("; filename=\"{}\"\r\nContent-Type: {media_type}", quoted(file_name)));
        }
        between.push_str("\r\n\r\n");
        pieces.push(std::mem::take(&mut between).into_bytes().into());
        pieces.push(part.content);
        between.push_str("\r\n");
    }
    between.push_str(&format!("--{boundary}--\r\n"));
    pieces.push(between.into_bytes().into());
    (pieces, format!("multipart/form-data; boundary={boundary}"))
}

/// A line that is in no part: made of what the parts are, so that the same request is written alike. Files of a store
/// are not read for it: they are told apart by their ids, which nobody can foresee.
fn boundary(parts: &[Part]) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let content = |part: &Part| -> Bytes {
        match (&part.content, part.content.id()) {
            (FileContent::Bytes(bytes), _) => bytes.clone(),
            (_, Some(id)) => Bytes::copy_from_slice(id.as_bytes()),
            (content, None) => content.read_all().unwrap_or_default(),
        }
    };
    let contents: Vec<Bytes> = parts.iter().map(content).collect();
    let mut hasher = DefaultHasher::new();
    for (part, content) in parts.iter().zip(&contents) {
        (&part.name, content).hash(&mut hasher);
    }
    loop {
        let boundary = format!("--------------------------{:020}", hasher.finish());
        let stands_in = |content: &Bytes| memchr::memmem::find(content, boundary.as_bytes()).is_some();
        if !contents.iter().any(stands_in) {
            return boundary;
        }
        boundary.hash(&mut hasher);
    }
}

/// A name within quotation marks, as browsers write it.
fn quoted(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}
