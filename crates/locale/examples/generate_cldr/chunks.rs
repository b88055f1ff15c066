//! The file: data of one language and kind together, deflated.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{KINDS, Result};

/// Data of one language and kind that are compressed together; equal ones are kept once.
#[derive(Default)]
pub(crate) struct Chunk {
    text: String,
    base: Value,
    base_length: usize,
    known: BTreeMap<String, (usize, usize)>,
}

#[derive(Default)]
pub(crate) struct Chunks {
    chunks: BTreeMap<(String, usize), Chunk>,
    numbers: Vec<(String, usize)>,
}

impl Chunks {
    pub(crate) fn add(&mut self, language: &str, kind: usize, section: &Value) -> Value {
        let key = (language.to_owned(), kind);
        let number = self.numbers.iter().position(|own| *own == key).unwrap_or_else(|| {
            self.numbers.push(key.clone());
            self.numbers.len() - 1
        });
        let chunk = self.chunks.entry(key).or_default();
        if chunk.text.is_empty() {
            chunk.text = section.to_string();
            chunk.base_length = chunk.text.len();
            chunk.base = section.clone();
            return json!([number]);
        }
        let patch = difference(&chunk.base, section).unwrap_or_else(|| json!({})).to_string();
        if patch == "{}" {
            return json!([number]);
        }
        let text = &mut chunk.text;
        let (start, length) = *chunk.known.entry(patch.clone()).or_insert_with(|| {
            text.push_str(&patch);
            (text.len() - patch.len(), patch.len())
        });
        json!([number, start, length])
    }

    pub(crate) fn write(self, locales: Map<String, Value>, supplement: Value) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        let mut places = Vec::new();
        let mut sizes = BTreeMap::<&str, usize>::new();
        for key in &self.numbers {
            let Some(chunk) = self.chunks.get(key) else { continue };
            let compressed = miniz_oxide::deflate::compress_to_vec(chunk.text.as_bytes(), 10);
            places.push(json!([body.len(), compressed.len(), chunk.base_length]));
            *sizes.entry(KINDS[key.1]).or_default() += compressed.len();
            body.extend(compressed);
        }
        println!("{sizes:?}");
        let index = json!({ "locales": locales, "chunks": places, "supplement": supplement }).to_string();
        let index = miniz_oxide::deflate::compress_to_vec(index.as_bytes(), 10);
        println!("index {} bytes", index.len());
        let mut bytes = u32::try_from(index.len())?.to_le_bytes().to_vec();
        bytes.extend(index);
        bytes.extend(body);
        Ok(bytes)
    }
}

/// What turns one value into another; `None` when they are equal.
pub(crate) fn difference(from: &Value, to: &Value) -> Option<Value> {
    if from == to {
        return None;
    }
    let (Some(old), Some(new)) = (from.as_object(), to.as_object()) else { return Some(to.clone()) };
    let mut patch = Map::new();
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    for (key, value) in new {
        if let Some(value) = difference(old.get(key).unwrap_or(&Value::Null), value) {
            patch.insert(key.clone(), value);
        }
    }
    Some(patch.into())
}
