//! Digests of texts.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use sha3::Sha3_512;

use super::base64;
use crate::coerce;
use crate::{Thrown, Value};

/// The digest of a text's UTF-8 in hexadecimal, MD5 unless an algorithm is named. Base64 is no digest but counts as one.
///
/// # Errors
/// Throws when the algorithm is unknown.
pub(super) fn hash(text: &str, algorithm: &Value) -> Result<String, Thrown> {
    if algorithm.is_nullish() {
        return Ok(digest::<Md5>(text));
    }
    let Some(algorithm) = algorithm.as_str() else {
        let kind = coerce::type_of(algorithm);
        return Err(Thrown::type_error(format!(
            "the name of an algorithm is a string, not a value of type {kind}"
        )));
    };
    let algorithm = algorithm.to_lowercase();
    Ok(match algorithm.as_str() {
        "md5" => digest::<Md5>(text),
        "sha1" => digest::<Sha1>(text),
        "sha224" => digest::<Sha224>(text),
        "sha256" => digest::<Sha256>(text),
        "sha384" => digest::<Sha384>(text),
        "sha512" => digest::<Sha512>(text),
        "sha3" => digest::<Sha3_512>(text),
        "base64" => base64::encode(text),
        _ => {
            return Err(Thrown::extension(format!(
                "Unknown algorithm {algorithm}. Available algorithms are: md5,sha1,sha224,sha256,sha384,sha512,sha3, \
                 and Base64."
            )));
        }
    })
}

fn digest<D: Digest>(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let bytes = D::digest(text.as_bytes());
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
