//! Files that go out with a request, and those that an answer brings.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use heddle_node::http::{Bytes, HeaderMap};
use heddle_node::{BinaryData, ItemContext, Json, NodeError};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::media_type;

/// The file in the field of the item that a parameter names.
///
/// # Errors
/// When there is none.
pub(super) fn of_item(context: &ItemContext<'_>, field: &Json) -> Result<BinaryData, NodeError> {
    let Some(name) = field.as_str() else {
        return Err(NodeError::operation("Provided parameter is not a string or binary data object.")
            .with_description("Give the name of the field that holds the file."));
    };
    let index = context.index;
    let Some(files) = context.item.binary() else {
        return Err(NodeError::operation(format!(
            "This operation expects the node's input data to contain a binary file '{name}', but none was found [item {index}]"
        ))
        .with_description("Make sure that the previous node outputs a binary file"));
    };
    files.get(name).cloned().ok_or_else(|| {
        NodeError::operation(format!("The item has no binary field '{name}' [item {index}]")).with_description(
            "Check that the parameter where you specified the input binary field name is correct, and that it matches a field in the binary input",
        )
    })
}

/// What a file holds.
///
/// # Errors
/// When it cannot be read.
pub(super) fn content(_context: &ItemContext<'_>, file: &BinaryData) -> Result<Bytes, NodeError> {
    BASE64_STANDARD.decode(&file.data).map(Bytes::from).map_err(|_| {
        NodeError::operation("The file of the item cannot be read: its data is not base64")
            .with_description("A node before has put something else in its place.")
    })
}

/// The file that an answer brings. `url` is where it came from, `field` the field that it goes to.
pub(super) fn of_answer(
    headers: &HeaderMap,
    body: &Bytes,
    url: &str,
    given_url: &str,
    field: &str,
) -> BinaryData {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = header("content-type").split([' ', ';']).next().unwrap_or_default();
    let mut from = Url::parse(url).ok();
    if let Some(from) = &mut from {
        let _ = (from.set_username(""), from.set_password(None));
    }
    let path = from
        .as_ref()
        .map(|url| url.path().trim_start_matches('/').to_owned())
        .filter(|path| !path.is_empty());
    let path = name_of(header("content-disposition")).or(path);
    let mut file = media_type::describe(Some(media_type), path.as_deref());
    if file.file_name.is_some() {
        file.directory = from.map(|url| url.to_string()).or(file.directory);
    }
    if file.file_name.as_deref().is_none_or(str::is_empty)
        && let Some(extension) = &file.file_extension
    {
        file.file_name = Some(match given_url.ends_with(extension.as_str()) {
            true => given_url.rsplit('/').next().unwrap_or_default().to_owned(),
            false => format!("{field}.{extension}"),
        });
    }
    file.data = BASE64_STANDARD.encode(body);
    file.file_size = Some(media_type::size_text(body.len() as u64));
    file.bytes = Some(body.len() as u64);
    file
}

/// The name that a `Content-Disposition` header gives.
fn name_of(header: &str) -> Option<String> {
    let mut name = None;
    for parameter in header.split(';') {
        let Some((key, value)) = parameter.split_once('=') else { continue };
        let value = value.trim().trim_matches('"');
        let decoded =
            |text: &str| percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Into::into);
        match key.trim().to_ascii_lowercase().as_str() {
            "filename*" => return value.splitn(3, '\'').nth(2).map(decoded),
            "filename" => name = Some(decoded(value)),
            _ => {}
        }
    }
    name.filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_is_read() {
        for (header, name) in [
            ("attachment; filename=\"a b.pdf\"", Some("a b.pdf")),
            ("attachment; filename=a.pdf; filename*=UTF-8''%C3%A4.pdf", Some("ä.pdf")),
            ("filename=x.txt", Some("x.txt")),
            ("inline", None),
            ("", None),
        ] {
            assert_eq!(name_of(header).as_deref(), name, "{header}");
        }
    }
}
