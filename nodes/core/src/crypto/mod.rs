//! Crypto: hashes, HMACs and random texts.

mod hash;
mod parameters;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    Effect, Item, ItemContext, ItemNode, ItemOutput, Json, NodeError, NodeExample, NodeHeader,
    StoredParameters, StoredProblem, Weight, async_trait, hexadecimal, json,
};

pub use parameters::{Action, CryptoParameters, EncodingType};

use crate::{binary, field_path};

/// No text that is generated is longer.
const LONGEST: f64 = 1_000_000.0;

/// Hashes texts and files, and generates random texts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Crypto;

#[async_trait]
impl ItemNode for Crypto {
    type Parameters = CryptoParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.crypto",
        versions: &[1.0, 2.0],
        display_name: "Crypto",
        description: "Hashes texts and files, and generates random texts",
        subtitle: Some("={{$parameter[\"action\"]}}"),
        icon: Some("fa:key"),
        category: Some("Data Transformation"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.crypto/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &CryptoParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        check_action(parameters.action, context.type_version)?;
        let item = context.item;
        let value = match parameters.action {
            Action::Generate => generated(parameters)?,
            _ => hashed(parameters, context)?,
        };
        let hashes_file = parameters.action != Action::Generate && parameters.binary_data;
        let mut json = item.json.clone();
        field_path::set_own(&mut json, &parameters.data_property_name, Json::from(value));
        let files = if hashes_file { None } else { item.binary().cloned() };
        Ok(Item::new(json).with_binary(files).into())
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let action = match stored.constant_text("action") {
            Some("decrypt") => Action::Decrypt,
            Some("encrypt") => Action::Encrypt,
            Some("hmac") => Action::Hmac,
            Some("sign") => Action::Sign,
            _ => Action::Generate,
        };
        let error = check_action(action, stored.type_version).err();
        let mut problems: Vec<StoredProblem> = error
            .into_iter()
            .map(|error| StoredProblem { weight: Weight::Refused, ..error.into() })
            .collect();
        let hashes = matches!(stored.constant_text("action"), Some("hash" | "hmac"));
        if let Some(kind) = stored.constant_text("type").filter(|_| problems.is_empty() && hashes)
            && hash::hash(kind, &[]).is_none()
        {
            problems.push(no_function(kind).into());
        }
        problems
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::parse(include_str!("form.json"))
    }

    fn examples() -> Vec<NodeExample> {
        let example = |title, parameters| NodeExample {
            title,
            type_version: 1.0,
            parameters,
            items: vec![json!({ "mail": "ada@example.com" }), json!({ "mail": "grace@example.com" })],
            ..NodeExample::default()
        };
        crate::examples::recorded(
            &Self::HEADER,
            vec![
                example(
                    "The hash of a mail address",
                    json!({ "type": "SHA256", "value": "={{ $json.mail }}", "dataPropertyName": "hash" }),
                ),
                example(
                    "A signature with a key that both sides know",
                    json!({
                        "action": "hmac", "type": "SHA256", "value": "={{ $json.mail }}",
                        "secret": "={{ 'known ' + 'to both' }}", "encoding": "base64",
                    }),
                ),
            ],
        )
    }
}

fn check_action(action: Action, version: f64) -> Result<(), NodeError> {
    let what = match action {
        Action::Sign => "Signing",
        Action::Encrypt => "Encrypting",
        Action::Decrypt => "Decrypting",
        Action::Hmac if version >= 2.0 => "An HMAC with a key from a credential",
        _ => return Ok(()),
    };
    Err(NodeError::parameter("action", format!("{what} is not supported yet"))
        .with_description("Hashes, HMACs of version 1 of the node and random texts are."))
}

fn no_function(kind: &str) -> NodeError {
    NodeError::parameter("type", format!("There is no hash function \"{kind}\""))
        .with_description("There are MD5, SHA1, SHA256, SHA384, SHA512, SHA3-256, SHA3-384 and SHA3-512.")
}

fn hashed(parameters: &CryptoParameters, context: &ItemContext<'_>) -> Result<String, NodeError> {
    let data = match parameters.binary_data {
        true => binary::bytes(context.item, &parameters.binary_property_name, context.index)?,
        false => parameters.value.clone().into_bytes().into(),
    };
    let kind = parameters.kind.as_str();
    let hash = match parameters.action {
        Action::Hmac => hash::hmac(kind, parameters.secret.as_bytes(), &data),
        _ => hash::hash(kind, &data),
    };
    let hash = hash.ok_or_else(|| no_function(kind))?;
    Ok(if parameters.encoding == "base64" { STANDARD.encode(hash) } else { hexadecimal(hash) })
}

fn generated(parameters: &CryptoParameters) -> Result<String, NodeError> {
    if parameters.encoding_type == EncodingType::Uuid {
        return Ok(uuid::Uuid::new_v4().to_string());
    }
    let length = parameters.string_length;
    if !(0.0..=LONGEST).contains(&length) {
        return Err(NodeError::parameter("stringLength", format!("A text cannot have {length} characters"))
            .with_description(format!("Give a number from 0 to {LONGEST}.")));
    }
    let mut bytes = vec![0; length as usize];
    getrandom::fill(&mut bytes)
        .map_err(|error| NodeError::operation(format!("The system gives no random numbers: {error}")))?;
    let text = match parameters.encoding_type {
        EncodingType::Base64 => STANDARD.encode(&bytes).replace(['+', '/', '='], ""),
        EncodingType::Hex => hexadecimal(&bytes),
        _ => bytes.iter().map(|byte| char::from(byte & 0x7f)).collect(),
    };
    Ok(text.chars().take(bytes.len()).collect())
}
