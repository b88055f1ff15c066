//! What answers hold.

use heddle_node::Json;

/// What the body of an answer is.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Nothing, or JSON's null.
    Empty,
    /// JSON.
    Json(Json),
    /// Anything else.
    Other,
}

/// Reads the body of an answer.
pub fn read_content(body: &[u8]) -> Content {
    let body = trimmed(body);
    if body.is_empty() {
        return Content::Empty;
    }
    match Json::parse_slice(body) {
        Ok(json) if json.is_null() => Content::Empty,
        Ok(json) => Content::Json(json),
        Err(_) => Content::Other,
    }
}

/// Why the body of an answer is not JSON; `None` where it is, or is empty.
pub fn json_problem(body: &[u8]) -> Option<String> {
    let body = trimmed(body);
    Json::parse_slice(body).err().filter(|_| !body.is_empty()).map(|error| error.to_string())
}

fn trimmed(body: &[u8]) -> &[u8] {
    body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_read_with_what_servers_put_around_them() {
        assert_eq!(read_content(b" \n"), Content::Empty);
        assert_eq!(read_content(b"null"), Content::Empty);
        assert_eq!(read_content("\u{feff}[1]\n".as_bytes()), Content::Json(heddle_node::json!([1])));
        assert_eq!(read_content(b"<html>"), Content::Other);
        assert!(json_problem(b"{").is_some() && json_problem(b"").is_none());
    }
}
