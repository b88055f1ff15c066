//! Codes and comparisons of secrets.

use heddle_node::hexadecimal;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The code of `text` under `key`, in hexadecimal digits.
pub(crate) fn seal_text(key: &[u8], text: &str) -> String {
    hexadecimal(sign(key, text).finalize().into_bytes())
}

/// Whether two secrets are the same, in a time that does not tell how much of them is.
pub(crate) fn is_same(key: &[u8], given: &str, known: &str) -> bool {
    let known = sign(key, known).finalize().into_bytes();
    sign(key, given).verify_slice(&known).is_ok()
}

fn sign(key: &[u8], text: &str) -> Hmac<Sha256> {
    // A key of any length is one.
    let mut code = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()));
    code.update(text.as_bytes());
    code
}
