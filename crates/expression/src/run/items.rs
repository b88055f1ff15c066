//! Items as expressions see them.

use heddle_node::{BinaryData, Item, ItemReference, Json, JsonObject, PairedItem, Source};

/// An item as an object: `json`, and `binary`, `pairedItem` and `error` when it has them.
pub(crate) fn item_json(item: &Item) -> Json {
    let mut object = JsonObject::new();
    object.insert("json", item.json.clone());
    if let Some(pairing) = paired_item_json(&item.paired_item) {
        object.insert("pairedItem", pairing);
    }
    if let Some(binary) = binary_json(item, true) {
        object.insert("binary", binary);
    }
    if let Some(error) = &item.error {
        object.insert("error", Json::clone(error));
    }
    Json::from(object)
}

/// Items as an array of objects.
pub(crate) fn items_json(items: &[Item]) -> Json {
    items.iter().map(item_json).collect()
}

/// An item's files by property name; without their content unless `with_data`.
pub(crate) fn binary_json(item: &Item, with_data: bool) -> Option<Json> {
    let files = item.binary.as_ref()?;
    let mut object = JsonObject::new();
    for (name, file) in files.iter() {
        object.insert(name, file_json(file, with_data));
    }
    Some(Json::from(object))
}

fn file_json(file: &BinaryData, with_data: bool) -> Json {
    let mut object = JsonObject::new();
    let mut add = |name: &str, value: Option<Json>| {
        if let Some(value) = value {
            object.insert(name, value);
        }
    };
    let text = |text: &Option<String>| text.as_deref().map(Json::from);
    add("mimeType", Some(Json::from(file.mime_type.as_str())));
    add("fileType", text(&file.file_type));
    add("fileName", text(&file.file_name));
    add("directory", text(&file.directory));
    add("fileExtension", text(&file.file_extension));
    add("fileSize", text(&file.file_size));
    add("bytes", file.bytes.map(Json::from));
    add("data", with_data.then(|| Json::from(file.data.as_str())));
    add("id", text(&file.id));
    Json::from(object)
}

fn paired_item_json(pairing: &PairedItem) -> Option<Json> {
    match pairing {
        PairedItem::None => None,
        PairedItem::One(reference) => Some(reference_json(reference)),
        PairedItem::Many(references) => Some(references.iter().map(reference_json).collect()),
    }
}

fn reference_json(reference: &ItemReference) -> Json {
    let mut object = JsonObject::new();
    object.insert("item", Json::from(reference.item));
    if reference.input != 0 {
        object.insert("input", Json::from(reference.input));
    }
    if let Some(source) = &reference.source_overwrite {
        object.insert("sourceOverwrite", source_json(source));
    }
    Json::from(object)
}

fn source_json(source: &Source) -> Json {
    heddle_node::to_json(source).unwrap_or_default()
}
