//! Texts as bytes and bytes as texts, digests and random bytes, for `Buffer` and `crypto`.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use heddle_data::Json;
use heddle_data::bytes::{FORGIVING_BASE64, base64_digits};
use md5::Md5;
use rquickjs::{TypedArray, Value as JsValue};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use sha3::{Sha3_256, Sha3_512};

use crate::javascript::call::{Call, HostError, Hosted};
use crate::javascript::host::HostFunction;
use crate::throw::Thrown;

pub(super) const FUNCTIONS: &[(&str, HostFunction)] = &[
    ("toBytes", |call| {
        let (text, encoding) = (call.text(0)?, call.text(1)?);
        give(call, to_bytes(&text, &encoding))
    }),
    ("toText", |call| {
        let (bytes, encoding) = (bytes(call, 0)?, call.text(1)?);
        let text = to_text(&bytes, &encoding);
        Ok(rquickjs::String::from_str(call.ctx.clone(), &text)?.into_value())
    }),
    ("hashNames", |call| call.give_json(&HASHES.iter().map(|(name, ..)| Json::from(*name)).collect())),
    ("hash", |call| {
        let (name, bytes) = (call.text(0)?, bytes(call, 1)?);
        give(call, hash(&name)?.digest(&[&bytes]))
    }),
    ("hmac", |call| {
        let (name, key, bytes) = (call.text(0)?, bytes(call, 1)?, bytes(call, 2)?);
        give(call, hash(&name)?.authenticate(key, &bytes))
    }),
    ("randomBytes", |call| {
        let size = call.js(0).as_number().filter(|size| (0.0..=MOST_RANDOM).contains(size));
        let size = size.ok_or_else(|| Thrown::range_error("The value of \"size\" is out of range."))?;
        give(call, random(size as usize)?)
    }),
    ("uuid", |call| {
        let mut bytes = random(16)?;
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = to_text(&bytes, "hex");
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        Ok(rquickjs::String::from_str(call.ctx.clone(), &parts.join("-"))?.into_value())
    }),
];

/// As many random bytes as are given at once.
const MOST_RANDOM: f64 = 16.0 * 1024.0 * 1024.0;

fn random(size: usize) -> Hosted<Vec<u8>> {
    let mut bytes = vec![0; size];
    getrandom::fill(&mut bytes)
        .map_err(|error| Thrown::new("Error", format!("The system gives no random bytes: {error}")))?;
    Ok(bytes)
}

/// The bytes of an argument that is a typed array.
pub(super) fn bytes(call: &Call<'_, '_>, index: usize) -> Hosted<Vec<u8>> {
    // The engine writes them itself, as digits.
    let digits: String = call.bridge.function(call.ctx, "hexOf")?.call((call.js(index),))?;
    Ok(to_bytes(&digits, "hex"))
}

pub(super) fn give<'js>(call: &Call<'_, 'js>, bytes: Vec<u8>) -> Hosted<JsValue<'js>> {
    Ok(TypedArray::new(call.ctx.clone(), bytes)?.into_value())
}

/// Base64 as Node reads it: with or without padding, of both alphabets, up to the first character of another kind.
fn from_base64(text: &str) -> Vec<u8> {
    let known =
        base64_digits(text).take_while(|char| char.is_ascii_alphanumeric() || matches!(char, '+' | '/'));
    let mut known: String = known.collect();
    if known.len() % 4 == 1 {
        known.pop();
    }
    FORGIVING_BASE64.decode(known).unwrap_or_default()
}

fn to_bytes(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "hex" => {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let pairs = text.as_bytes().chunks_exact(2);
            pairs.map_while(|pair| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8)).collect()
        }
        "base64" | "base64url" => from_base64(text),
        "latin1" | "ascii" => text.encode_utf16().map(|unit| unit as u8).collect(),
        "utf16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

fn to_text(bytes: &[u8], encoding: &str) -> String {
    let base64 = |alphabet, pads| {
        GeneralPurpose::new(alphabet, GeneralPurposeConfig::new().with_encode_padding(pads)).encode(bytes)
    };
    match encoding {
        "hex" => bytes.iter().flat_map(|byte| HEX[usize::from(*byte)]).collect(),
        "base64" => base64(&STANDARD, true),
        "base64url" => base64(&URL_SAFE, false),
        "latin1" => bytes.iter().map(|byte| char::from(*byte)).collect(),
        "ascii" => bytes.iter().map(|byte| char::from(byte & 0x7f)).collect(),
        "utf16le" => {
            let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// The two digits of every byte.
const HEX: [[char; 2]; 256] = {
    let digits = *b"0123456789abcdef";
    let mut table = [['0'; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = [digits[byte >> 4] as char, digits[byte & 15] as char];
        byte += 1;
    }
    table
};

type Digests = fn(&[&[u8]]) -> Vec<u8>;

/// The digests that there are, with the size of their blocks in bytes.
const HASHES: &[(&str, usize, Digests)] = &[
    ("md5", 64, digest::<Md5>),
    ("sha1", 64, digest::<Sha1>),
    ("sha224", 64, digest::<Sha224>),
    ("sha256", 64, digest::<Sha256>),
    ("sha384", 128, digest::<Sha384>),
    ("sha512", 128, digest::<Sha512>),
    ("sha3-256", 136, digest::<Sha3_256>),
    ("sha3-512", 72, digest::<Sha3_512>),
];

fn digest<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut digest = D::new();
    parts.iter().for_each(|part| digest.update(part));
    digest.finalize().to_vec()
}

struct Hash {
    block: usize,
    digests: Digests,
}

fn hash(name: &str) -> Result<Hash, HostError> {
    let known = HASHES.iter().find(|(known, ..)| *known == name);
    let (_, block, digests) = known.ok_or_else(|| Thrown::new("Error", "Digest method not supported"))?;
    Ok(Hash { block: *block, digests: *digests })
}

impl Hash {
    fn digest(&self, parts: &[&[u8]]) -> Vec<u8> {
        (self.digests)(parts)
    }

    /// HMAC (RFC 2104).
    fn authenticate(&self, mut key: Vec<u8>, bytes: &[u8]) -> Vec<u8> {
        if key.len() > self.block {
            key = self.digest(&[&key]);
        }
        key.resize(self.block, 0);
        let padded = |pad: u8| -> Vec<u8> { key.iter().map(|byte| byte ^ pad).collect() };
        let inner = self.digest(&[&padded(0x36), bytes]);
        self.digest(&[&padded(0x5c), &inner])
    }
}
