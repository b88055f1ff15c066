//! Items as code sees them: ordinary objects, the same one whenever the same item is asked for, since code may change
//! what it has been given and look at it again.

use std::cell::RefCell;

use hashbrown::HashMap;
use heddle_data::{Item, Json, PairedItem, to_json};
use rquickjs::{Array, Ctx, Object, Persistent, Result};

use crate::javascript::bridge::Bridge;
use crate::javascript::view::View;
use crate::run::items::binary_json;

/// Whose copy of an item: what code changes in one of them is not seen in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Copy {
    /// `items`, `item`, `$input`, `$json`.
    Input,
    /// What other nodes gave.
    Nodes,
}

/// The objects that code has been given so far.
#[derive(Default)]
pub(crate) struct GivenItems {
    items: HashMap<(usize, Copy), Persistent<Object<'static>>>,
    lists: HashMap<(usize, usize, Copy), Persistent<Array<'static>>>,
}

impl GivenItems {
    /// An item as an object. The item lives as long as the run of the code.
    pub(crate) fn item<'js>(
        given: &RefCell<Self>,
        ctx: &Ctx<'js>,
        bridge: &Bridge,
        copy: Copy,
        item: &Item,
    ) -> Result<Object<'js>> {
        let key = (std::ptr::from_ref(item).addr(), copy);
        if let Some(known) = given.borrow().items.get(&key) {
            return known.clone().restore(ctx);
        }
        let object = Self::object(ctx, bridge, item)?;
        given.borrow_mut().items.insert(key, Persistent::save(ctx, object.clone()));
        Ok(object)
    }

    /// A list of items as an array.
    pub(crate) fn list<'js>(
        given: &RefCell<Self>,
        ctx: &Ctx<'js>,
        bridge: &Bridge,
        copy: Copy,
        items: &[Item],
    ) -> Result<Array<'js>> {
        let key = (items.as_ptr().addr(), items.len(), copy);
        if let Some(known) = given.borrow().lists.get(&key) {
            return known.clone().restore(ctx);
        }
        let array = Array::new(ctx.clone())?;
        for (index, item) in items.iter().enumerate() {
            array.set(index, Self::item(given, ctx, bridge, copy, item)?)?;
        }
        given.borrow_mut().lists.insert(key, Persistent::save(ctx, array.clone()));
        Ok(array)
    }

    /// Forgets everything: what the code of the next item asks for it gets anew.
    pub(crate) fn clear(&mut self) {
        self.items.clear();
        self.lists.clear();
    }

    fn object<'js>(ctx: &Ctx<'js>, bridge: &Bridge, item: &Item) -> Result<Object<'js>> {
        let object = Object::new(ctx.clone())?;
        object.set(bridge.key(ctx, "json")?, View::value(ctx, bridge, &item.json)?)?;
        if item.paired_item != PairedItem::None {
            let paired: Json = to_json(&item.paired_item).unwrap_or_default();
            object.set(bridge.key(ctx, "pairedItem")?, View::value(ctx, bridge, &paired)?)?;
        }
        if let Some(binary) = binary_json(item, true) {
            object.set(bridge.key(ctx, "binary")?, View::value(ctx, bridge, &binary)?)?;
        }
        if let Some(error) = item.error() {
            object.set(bridge.key(ctx, "error")?, View::value(ctx, bridge, error)?)?;
        }
        Ok(object)
    }
}
