//! Makes `data/english.bin` from `data/cldr.bin`: the data of English alone, and what does not depend on a language.
//!
//! ```text
//! cargo run -p heddle-locale --example english -- crates/locale/data
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name the folder of the data")?);
    let all = std::fs::read(folder.join("cldr.bin"))?;
    std::fs::write(folder.join("english.bin"), english(&all).ok_or("cldr.bin is damaged")?)?;
    Ok(())
}

/// The file with the chunks of English only. A chunk holds one kind of data for all locales of a language, so it stays as
/// it is.
fn english(all: &[u8]) -> Option<Vec<u8>> {
    let (length, rest) = all.split_first_chunk::<4>()?;
    let (index, body) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let index: Value = serde_json::from_slice(&miniz_oxide::inflate::decompress_to_vec(index).ok()?).ok()?;
    let chunks = index.get("chunks")?.as_array()?;
    let mut kept_chunks = Vec::new();
    let mut kept_body = Vec::new();
    let mut numbers = BTreeMap::new();
    let mut locales = Map::new();
    let is_english = |name: &str| name == "en" || name.starts_with("en-") || name.starts_with('@');
    for (name, places) in index.get("locales")?.as_object()?.iter().filter(|(name, _)| is_english(name)) {
        let mut kept_places = Vec::new();
        for place in places.as_array()? {
            let mut place = place.as_array()?.clone();
            if let Some(number) = place.first().and_then(Value::as_u64) {
                let chunk = chunks.get(number as usize)?;
                let new = *numbers.entry(number).or_insert_with(|| {
                    kept_chunks.push(chunk);
                    kept_chunks.len() - 1
                });
                *place.first_mut()? = json!(new);
            }
            kept_places.push(place);
        }
        locales.insert(name.clone(), json!(kept_places));
    }
    let mut moved_chunks = Vec::new();
    for chunk in kept_chunks {
        let [start, length, base] = chunk.as_array()?.as_slice() else { return None };
        let (start, length) = (start.as_u64()? as usize, length.as_u64()? as usize);
        moved_chunks.push(json!([kept_body.len(), length, base]));
        kept_body.extend_from_slice(body.get(start..start + length)?);
    }
    let kept = json!({ "locales": locales, "chunks": moved_chunks, "supplement": index.get("supplement")? });
    let index = miniz_oxide::deflate::compress_to_vec(kept.to_string().as_bytes(), 10);
    let mut file = u32::try_from(index.len()).ok()?.to_le_bytes().to_vec();
    file.extend(index);
    file.extend(kept_body);
    Some(file)
}
