//! Items as expressions see them.

use heddle_data::{BinaryData, FileContent, Item, Json, JsonObject, PairedItem, to_json};

/// An item as an object: `json`, and `binary`, `pairedItem` and `error` when it has them.
pub(crate) fn item_json(item: &Item) -> Json {
    let mut object = JsonObject::new();
    object.insert("json", item.json.clone());
    if item.paired_item != PairedItem::None {
        object.insert("pairedItem", to_json(&item.paired_item).unwrap_or_default());
    }
    if let Some(binary) = binary_json(item, true) {
        object.insert("binary", binary);
    }
    if let Some(error) = item.error() {
        object.insert("error", error.clone());
    }
    Json::from(object)
}

/// Items as an array of objects.
pub(crate) fn items_json(items: &[Item]) -> Json {
    items.iter().map(item_json).collect()
}

/// An item's files by property name; without their content unless `with_data`.
pub(crate) fn binary_json(item: &Item, with_data: bool) -> Option<Json> {
    let files = item.binary()?;
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
    add("data", if with_data { data_json(&file.content) } else { None });
    add("id", file.content.id().map(Json::from));
    Json::from(object)
}

/// What stands under `data`: base64, or the name of the storage where the file lies in one.
fn data_json(content: &FileContent) -> Option<Json> {
    match content {
        FileContent::Stored(file) => Some(Json::from(file.id().split(':').next().unwrap_or_default())),
        content => content.to_base64().ok().map(Json::from),
    }
}
