//! Making one item of several: whose fields count, and how far down.

use heddle_node::json::JsonObject;
use heddle_node::{BinaryData, Files, Item, Json, PairedItem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happens to fields that several items have.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Clash {
    /// Whose value counts: `addSuffix`, `preferInput1` …, `preferLast`.
    pub resolve_clash: String,
    /// How far down objects are merged.
    pub merge_mode: MergeDepth,
    /// Whether a value that is null or an empty text gives way to another.
    pub override_empty: bool,
}

/// How far down objects are merged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MergeDepth {
    /// On every level.
    #[default]
    DeepMerge,
    /// On the first level alone.
    ShallowMerge,
}

impl Clash {
    /// Whether fields get the number of their input.
    pub(super) fn adds_suffix(&self) -> bool {
        self.resolve_clash == "addSuffix"
    }

    /// The input whose fields count, from 0; `None` where it is the last one, or nothing is said.
    pub(super) fn preferred_input(&self) -> Option<usize> {
        self.resolve_clash.strip_prefix("preferInput")?.parse::<usize>().ok()?.checked_sub(1)
    }

    /// The items merged into one, the later ones over the earlier ones, and paired with all of `origins`.
    pub(super) fn merge<'a>(
        &self,
        items: impl IntoIterator<Item = &'a Item>,
        origins: impl IntoIterator<Item = &'a Item>,
    ) -> Item {
        let mut items = items.into_iter();
        let mut merged = items.next().cloned().unwrap_or_default();
        let mut files = merged.binary().cloned();
        for item in items {
            self.merge_json(&mut merged.json, &item.json);
            files = merge_files(files, item.binary());
        }
        let references = origins.into_iter().flat_map(|item| item.paired_item.references().to_vec());
        Item::new(merged.json).with_binary(files).with_paired_item(PairedItem::many(references))
    }

    /// Puts the fields of `source` over those of `target`.
    pub(super) fn merge_json(&self, target: &mut Json, source: &Json) {
        if self.merge_mode == MergeDepth::DeepMerge {
            return self.merge_deeply(target, source);
        }
        for (key, value) in source.as_object().into_iter().flat_map(JsonObject::iter) {
            if target.get(key).is_none() || !self.gives_way(value) {
                target.insert(key, value.clone());
            }
        }
    }

    /// Objects are merged by key, lists by index. What is neither, and what stands where the other has another kind of
    /// value, is replaced; an object over a list adds its whole-number keys as elements.
    fn merge_deeply(&self, target: &mut Json, source: &Json) {
        if let Some(object) = source.as_object() {
            if target.is_array() {
                for (key, value) in object.iter() {
                    if let Ok(index) = key.parse::<usize>() {
                        self.merge_element(target, index, value);
                    }
                }
                return;
            }
            for (key, value) in object.iter() {
                match target.get_mut(key) {
                    Some(place) => self.merge_value(place, value),
                    None => {
                        target.insert(key, value.clone());
                    }
                }
            }
        } else if let Some(elements) = source.as_array() {
            for (index, value) in elements.iter().enumerate() {
                self.merge_element(target, index, value);
            }
        }
    }

    fn merge_element(&self, target: &mut Json, index: usize, value: &Json) {
        let length = target.as_array().map_or(0, <[Json]>::len);
        match target.get_index_mut(index) {
            Some(place) => self.merge_value(place, value),
            // What lies far behind the end is not an element that anybody means.
            None if index - length < 1000 => {
                for _ in length..index {
                    target.push(Json::NULL);
                }
                target.push(value.clone());
            }
            None => {}
        }
    }

    fn merge_value(&self, place: &mut Json, value: &Json) {
        let fits = if value.is_array() { place.is_array() } else { place.is_object() || place.is_array() };
        if (value.is_object() || value.is_array()) && fits {
            self.merge_deeply(place, value);
        } else if !self.gives_way(value) {
            *place = value.clone();
        }
    }

    /// Whether a value leaves the one that is there.
    fn gives_way(&self, value: &Json) -> bool {
        self.override_empty && (value.is_null() || value.as_str() == Some(""))
    }
}

/// The item with the number of its input behind the name of each field.
pub(super) fn with_suffix(item: &Item, input: usize) -> Item {
    let fields = item.json.as_object().into_iter().flat_map(JsonObject::iter);
    let fields = fields.map(|(key, value)| (format!("{key}_{input}"), value.clone())).collect::<JsonObject>();
    let mut item = item.clone();
    item.json = Json::from(fields);
    item
}

/// All items with the number of their input behind the name of each field.
pub(super) fn with_suffixes(items: &[Item], input: usize) -> Vec<Item> {
    items.iter().map(|item| with_suffix(item, input)).collect()
}

/// The files of both; of two with one name the later one, with what the earlier one alone says of itself.
fn merge_files(files: Option<Files>, later: Option<&Files>) -> Option<Files> {
    let Some(later) = later else { return files };
    let Some(files) = files else { return Some(later.clone()) };
    let mut merged = (*files).clone();
    for (name, file) in later.iter() {
        let both = match merged.get(name) {
            Some(earlier) => merge_file(earlier, file),
            None => file.clone(),
        };
        merged.insert(name.clone(), both);
    }
    Some(merged.into())
}

fn merge_file(earlier: &BinaryData, later: &BinaryData) -> BinaryData {
    let of_either =
        |field: fn(&BinaryData) -> &Option<String>| field(later).clone().or_else(|| field(earlier).clone());
    BinaryData {
        content: later.content.clone(),
        mime_type: later.mime_type.clone(),
        file_type: of_either(|file| &file.file_type),
        file_name: of_either(|file| &file.file_name),
        directory: of_either(|file| &file.directory),
        file_extension: of_either(|file| &file.file_extension),
        file_size: of_either(|file| &file.file_size),
        bytes: later.bytes.or(earlier.bytes),
    }
}
