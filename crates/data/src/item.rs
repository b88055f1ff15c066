//! Items: the records that travel along a workflow's connections (`docs/engine.md §2`).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::file::BinaryData;
use crate::json::Json;
use crate::paired_item::PairedItem;

/// One record: its JSON, its files, where it came from, and the error that it stands for, if any.
///
/// Cloning an item copies pointers, never its JSON. Every output of every node holds its items as long as the run lasts, so
/// an item is kept to 48 bytes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Item {
    /// The data. Nodes normally give an object.
    pub json: Json,
    /// The input item, or items, that this one stems from.
    pub paired_item: PairedItem,
    /// What few items have; `None` when this one has nothing of it.
    extras: Option<Arc<Extras>>,
}

const _: () = assert!(size_of::<Item>() == 48);

#[derive(Debug, Clone, Default, PartialEq)]
struct Extras {
    binary: Option<Files>,
    error: Option<Json>,
    metadata: Option<Json>,
}

/// The files of an item by property name.
pub type Files = Arc<BTreeMap<String, BinaryData>>;

/// The items of one input or output, shared by all who read them.
pub type Items = Arc<Vec<Item>>;

impl Item {
    /// An item that holds only data.
    pub fn new(json: Json) -> Self {
        Self { json, ..Self::default() }
    }

    /// The item with another link back.
    #[must_use]
    pub fn with_paired_item(self, paired_item: PairedItem) -> Self {
        Self { paired_item, ..self }
    }

    /// Its files; `None` when it has none.
    pub fn binary(&self) -> Option<&Files> {
        self.extras.as_ref()?.binary.as_ref()
    }

    /// The item with these files, or without any.
    #[must_use]
    pub fn with_binary(mut self, binary: Option<Files>) -> Self {
        self.set_extra(binary, |extras| &mut extras.binary);
        self
    }

    /// The error object of an item that failed and continues (`docs/engine.md §12.5`).
    pub fn error(&self) -> Option<&Json> {
        self.extras.as_ref()?.error.as_ref()
    }

    /// The item with this error object, or without one.
    #[must_use]
    pub fn with_error(mut self, error: Option<Json>) -> Self {
        self.set_extra(error, |extras| &mut extras.error);
        self
    }

    /// Facts about where the item came from, such as the execution of a called workflow: `{ subExecution }`.
    pub fn metadata(&self) -> Option<&Json> {
        self.extras.as_ref()?.metadata.as_ref()
    }

    /// The item with these facts about where it came from, or without any.
    #[must_use]
    pub fn with_metadata(mut self, metadata: Option<Json>) -> Self {
        self.set_extra(metadata, |extras| &mut extras.metadata);
        self
    }

    fn set_extra<T>(&mut self, value: Option<T>, field: fn(&mut Extras) -> &mut Option<T>) {
        if value.is_none() && self.extras.is_none() {
            return;
        }
        let extras = Arc::make_mut(self.extras.get_or_insert_default());
        *field(extras) = value;
        if *extras == Extras::default() {
            self.extras = None;
        }
    }
}

impl From<Json> for Item {
    fn from(json: Json) -> Self {
        Self::new(json)
    }
}
