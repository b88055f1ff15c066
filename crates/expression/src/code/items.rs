//! Items as code sees them: ordinary objects, the same one whenever the same item is asked for, since code may change
//! what it has been given and look at it again.

use std::cell::RefCell;
use std::rc::Rc;

use hashbrown::HashMap;
use heddle_data::{Item, Json, PairedItem, to_json};
use rquickjs::{Array, Ctx, Object, Persistent, Result};

use crate::code::data::{KnownKeys, enter};
use crate::javascript::bridge::Bridge;
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
    /// Items that were asked for alone, by address.
    items: HashMap<(usize, Copy), Persistent<Object<'static>>>,
    lists: Vec<List>,
    pub(crate) keys: KnownKeys,
}

/// A list of items, by address and length.
struct List {
    start: usize,
    length: usize,
    copy: Copy,
    array: Persistent<Array<'static>>,
}

impl GivenItems {
    /// An item as an object. The item lives as long as the run of the code.
    pub(crate) fn item<'js>(
        given: &RefCell<Self>,
        ctx: &Ctx<'js>,
        bridge: &Rc<Bridge>,
        copy: Copy,
        item: &Item,
    ) -> Result<Object<'js>> {
        let address = std::ptr::from_ref(item).addr();
        if let Some(known) = Self::known(given, ctx, copy, address)? {
            return Ok(known);
        }
        let object = object(ctx, bridge, item)?;
        given.borrow_mut().items.insert((address, copy), Persistent::save(ctx, object.clone()));
        Ok(object)
    }

    /// The object that an item was given as, if it was. Looking for it may run code, so nothing is held meanwhile.
    fn known<'js>(
        given: &RefCell<Self>,
        ctx: &Ctx<'js>,
        copy: Copy,
        address: usize,
    ) -> Result<Option<Object<'js>>> {
        let (array, index) = {
            let given = given.borrow();
            if let Some(known) = given.items.get(&(address, copy)) {
                return known.clone().restore(ctx).map(Some);
            }
            let list = given.lists.iter().find(|list| {
                let end = list.start + list.length * size_of::<Item>();
                list.copy == copy && (list.start..end).contains(&address)
            });
            let Some(list) = list else { return Ok(None) };
            (list.array.clone().restore(ctx)?, (address - list.start) / size_of::<Item>())
        };
        // Code may have put something else there.
        let element: rquickjs::Value<'js> = array.get(index)?;
        Ok(element.into_object())
    }

    /// A list of items as an array.
    pub(crate) fn list<'js>(
        given: &RefCell<Self>,
        ctx: &Ctx<'js>,
        bridge: &Rc<Bridge>,
        copy: Copy,
        items: &[Item],
    ) -> Result<Array<'js>> {
        let start = items.as_ptr().addr();
        let is_it = |list: &&List| list.start == start && list.length == items.len() && list.copy == copy;
        if let Some(known) = given.borrow().lists.iter().find(is_it) {
            return known.array.clone().restore(ctx);
        }
        let has_single_items = !given.borrow().items.is_empty();
        let array = Array::new(ctx.clone())?;
        for (index, item) in items.iter().enumerate() {
            let known = match has_single_items {
                true => Self::known(given, ctx, copy, std::ptr::from_ref(item).addr())?,
                false => None,
            };
            array.set(index, known.map_or_else(|| object(ctx, bridge, item), Ok)?)?;
        }
        let list = List { start, length: items.len(), copy, array: Persistent::save(ctx, array.clone()) };
        given.borrow_mut().lists.push(list);
        Ok(array)
    }

    /// Forgets all items: what the code of the next item asks for it gets anew.
    pub(crate) fn clear(&mut self) {
        self.items.clear();
        self.lists.clear();
    }
}

fn object<'js>(ctx: &Ctx<'js>, bridge: &Rc<Bridge>, item: &Item) -> Result<Object<'js>> {
    let object = Object::new(ctx.clone())?;
    object.set(bridge.key(ctx, "json")?, enter(ctx, bridge, &item.json)?)?;
    if let Some(place) = item.paired_item.as_plain_item() {
        let paired = Object::new(ctx.clone())?;
        paired.set(bridge.key(ctx, "item")?, place)?;
        object.set(bridge.key(ctx, "pairedItem")?, paired)?;
    } else if item.paired_item != PairedItem::None {
        let paired: Json = to_json(&item.paired_item).unwrap_or_default();
        object.set(bridge.key(ctx, "pairedItem")?, enter(ctx, bridge, &paired)?)?;
    }
    if let Some(binary) = binary_json(item, true) {
        object.set(bridge.key(ctx, "binary")?, enter(ctx, bridge, &binary)?)?;
    }
    if let Some(error) = item.error() {
        object.set(bridge.key(ctx, "error")?, enter(ctx, bridge, error)?)?;
    }
    Ok(object)
}
