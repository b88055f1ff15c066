//! The files of many items in one.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use heddle_node::{Files, Item};

/// All files of the items; where a name is taken, `_1`, `_2` … comes behind it. With `unique`, a file that is of the
/// same media type, kind, size and extension as one before is left out.
pub(super) fn gather<'a>(items: impl Iterator<Item = &'a Item>, unique: bool) -> Option<Files> {
    let mut files = BTreeMap::new();
    let mut seen = HashSet::new();
    for (name, file) in items.filter_map(Item::binary).flat_map(|files| files.iter()) {
        let likeness = (&file.mime_type, &file.file_type, &file.file_size, &file.file_extension);
        if unique && !seen.insert(likeness) {
            continue;
        }
        let mut free = name.clone();
        let mut number = 1;
        while files.contains_key(&free) {
            free = format!("{name}_{number}");
            number += 1;
        }
        files.insert(free, file.clone());
    }
    (!files.is_empty()).then(|| Arc::new(files))
}
