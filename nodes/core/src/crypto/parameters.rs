//! The parameters of Crypto.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CryptoParameters {
    /// What the node does.
    pub action: Action,
    /// Whether the contents of a file are hashed, and not a text.
    pub binary_data: bool,
    /// The file.
    pub binary_property_name: String,
    /// The hash function.
    #[serde(rename = "type")]
    pub kind: String,
    /// The text.
    pub value: String,
    /// The field that gets the result.
    pub data_property_name: String,
    /// The key of an HMAC (version 1).
    pub secret: String,
    /// How the result is written: `hex` or `base64`.
    pub encoding: String,
    /// The algorithm of a signature.
    pub algorithm: String,
    /// The key of a signature (version 1).
    pub private_key: String,
    /// What is generated.
    pub encoding_type: EncodingType,
    /// How many characters it has.
    pub string_length: f64,
    /// How a text is encrypted (version 2).
    pub mode: String,
    /// With which cipher (version 2).
    pub cipher: String,
}

/// What the node does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// Decrypts a text.
    Decrypt,
    /// Encrypts a text.
    Encrypt,
    /// Generates a random text.
    Generate,
    /// Hashes a text or file.
    #[default]
    Hash,
    /// Hashes a text or file with a key.
    Hmac,
    /// Signs a text.
    Sign,
}

/// What is generated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum EncodingType {
    /// Characters from U+0000 to U+007F.
    Ascii,
    /// Letters, digits and underscores.
    Base64,
    /// Hexadecimal digits.
    Hex,
    /// A UUID, version 4.
    #[default]
    Uuid,
}
