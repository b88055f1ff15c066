//! Hash functions by the names that the form offers.

use hmac::{KeyInit, Mac, SimpleHmac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use sha3::{Sha3_256, Sha3_384, Sha3_512};

/// Applies `$apply` to the type of the hash function `$name`.
macro_rules! with_function {
    ($name:expr, $apply:ident($($argument:expr),*)) => {
        match $name {
            "MD5" => $apply::<Md5>($($argument),*),
            "SHA1" => $apply::<Sha1>($($argument),*),
            "SHA256" => $apply::<Sha256>($($argument),*),
            "SHA384" => $apply::<Sha384>($($argument),*),
            "SHA512" => $apply::<Sha512>($($argument),*),
            "SHA3-256" => $apply::<Sha3_256>($($argument),*),
            "SHA3-384" => $apply::<Sha3_384>($($argument),*),
            "SHA3-512" => $apply::<Sha3_512>($($argument),*),
            _ => None,
        }
    };
}

/// The hash of `data`; `None` where there is no such function.
pub(super) fn hash(function: &str, data: &[u8]) -> Option<Vec<u8>> {
    with_function!(function, digest(data))
}

/// The HMAC of `data` with a key; `None` where there is no such function.
pub(super) fn hmac(function: &str, key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    with_function!(function, code(key, data))
}

fn digest<D: sha2::Digest>(data: &[u8]) -> Option<Vec<u8>> {
    Some(D::digest(data).to_vec())
}

fn code<D>(key: &[u8], data: &[u8]) -> Option<Vec<u8>>
where
    D: sha2::Digest + hmac::digest::block_api::BlockSizeUser,
{
    let mut code = SimpleHmac::<D>::new_from_slice(key).ok()?;
    code.update(data);
    Some(code.finalize().into_bytes().to_vec())
}
