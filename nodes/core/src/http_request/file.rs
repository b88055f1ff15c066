//! Files that go out with a request, and those that an answer brings.

use heddle_node::http::HeaderMap;
use heddle_node::{BinaryData, FileContent, ItemContext, Json, NodeError};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::{binary, media_type};

/// The file in the field of the item that a parameter names.
///
/// # Errors
/// When there is none.
pub(super) fn of_item(context: &ItemContext<'_>, field: &Json) -> Result<BinaryData, NodeError> {
    let Some(name) = field.as_str() else {
        return Err(NodeError::operation("Provided parameter is not a string or binary data object.")
            .with_description("Give the name of the field that holds the file."));
    };
    binary::file(context.item, name, context.index).cloned()
}

/// The file that an answer brings. `url` is where it came from, `field` the field that it goes to.
pub(super) fn of_answer(
    headers: &HeaderMap,
    content: FileContent,
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
    let size = content.size().unwrap_or_default();
    file.file_size = Some(media_type::size_text(size));
    file.bytes = Some(size);
    file.content = content;
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
