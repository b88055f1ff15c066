//! What happens to items on their way into and out of a node: pairing, and the item of a node that always outputs data.

use std::sync::Arc;

use heddle_node::{Item, ItemReference, Items, Json, PairedItem};

use super::{Branches, has_items};

/// The items of an input, each paired with its own place there, whatever the node before had set
/// (`docs/engine.md §13.1`). Items that are so paired already are not copied.
pub fn with_fresh_pairing(mut items: Items, input: usize) -> Items {
    let input = to_u16(input);
    let is_fresh = |(index, item): (usize, &Item)| match &item.paired_item {
        PairedItem::One(reference) => {
            reference.item == to_u32(index)
                && reference.input == input
                && reference.source_overwrite.is_none()
        }
        _ => false,
    };
    if items.iter().enumerate().all(is_fresh) {
        return items;
    }
    if let Some(own) = Arc::get_mut(&mut items) {
        for (index, item) in own.iter_mut().enumerate() {
            item.paired_item = PairedItem::One(ItemReference::new(to_u32(index), input));
        }
        return items;
    }
    let fresh = items.iter().enumerate().map(|(index, item)| {
        item.clone().with_paired_item(PairedItem::One(ItemReference::new(to_u32(index), input)))
    });
    Arc::new(fresh.collect())
}

/// Pairs the items that the node left without pairing, as far as their numbers tell (`docs/engine.md §13.2`).
pub(super) fn assign_pairing(mut outputs: Branches, counts: &[Option<usize>]) -> Branches {
    let &[Some(count)] = counts else { return outputs };
    let lacks = |items: &Items| items.iter().any(|item| item.paired_item == PairedItem::None);
    if !outputs.iter().flatten().any(lacks) {
        return outputs;
    }
    let only_output = match outputs.as_slice() {
        [Some(only)] => Some(only.len()),
        _ => None,
    };
    let pair_with: fn(usize) -> u32 = if count == 1 {
        |_| 0
    } else if only_output == Some(count) {
        to_u32
    } else if count > 1 && only_output == Some(1) {
        |_| 0
    } else {
        return outputs;
    };
    for items in outputs.iter_mut().flatten().filter(|items| lacks(items)) {
        for (index, item) in Arc::make_mut(items).iter_mut().enumerate() {
            if item.paired_item == PairedItem::None {
                item.paired_item = PairedItem::item(pair_with(index));
            }
        }
    }
    outputs
}

/// Puts one empty item, paired with every input item, on output 0 when that has none (`docs/engine.md §7` step 7).
pub(super) fn always_output(outputs: Option<Branches>, counts: &[Option<usize>]) -> Branches {
    let mut outputs = outputs.unwrap_or_default();
    if outputs.first().is_some_and(has_items) {
        return outputs;
    }
    let references = counts.iter().enumerate().flat_map(|(input, count)| {
        (0..count.unwrap_or(0))
            .map(move |item| ItemReference::new(to_u32(item), to_u16(input)).naming_input())
    });
    let item = Item::new(Json::object()).with_paired_item(PairedItem::many(references));
    let items = Some(Arc::new(vec![item]));
    match outputs.first_mut() {
        Some(first) => *first = items,
        None => outputs.push(items),
    }
    outputs
}

/// A run never has more than 2^32 items.
fn to_u32(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// No node has more than 2^16 inputs.
fn to_u16(input: usize) -> u16 {
    u16::try_from(input).unwrap_or(u16::MAX)
}
