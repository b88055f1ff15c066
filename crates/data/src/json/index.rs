//! Ways to a value inside: JSON Pointer tokens and the index operators.

use std::borrow::Cow;
use std::ops::Index;

use super::Json;

static NULL: Json = Json::NULL;

/// A key as a token of a JSON Pointer (RFC 6901).
pub fn pointer_token(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) {
        Cow::Owned(key.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(key)
    }
}

/// The key that a token of a JSON Pointer stands for.
pub fn pointer_key(token: &str) -> Cow<'_, str> {
    if token.contains('~') {
        Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(token)
    }
}

/// The tokens of a JSON Pointer; `None` if it is not one.
pub(super) fn pointer_tokens(pointer: &str) -> Option<impl Iterator<Item = Cow<'_, str>>> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return None;
    }
    Some(pointer.split('/').skip(1).map(pointer_key))
}

/// The array position that a JSON Pointer token stands for: digits without leading zeros.
pub(super) fn array_position(token: &str) -> Option<usize> {
    let canonical =
        token == "0" || (!token.starts_with('0') && token.bytes().all(|byte| byte.is_ascii_digit()));
    if canonical { token.parse().ok() } else { None }
}

impl Index<&str> for Json {
    type Output = Self;

    /// The value of a property; null if there is none.
    fn index(&self, key: &str) -> &Self {
        self.get(key).unwrap_or(&NULL)
    }
}

impl Index<usize> for Json {
    type Output = Self;

    /// An element; null if there is none.
    fn index(&self, index: usize) -> &Self {
        self.get_index(index).unwrap_or(&NULL)
    }
}
