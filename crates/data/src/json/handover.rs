//! Handing a [`Json`] through serde by pointer.
//!
//! serde passes values piece by piece, which would copy a whole item whenever a type with a [`Json`] field is read
//! from or written to a [`Json`]. So a `Json` announces itself under a name that only this module knows, as a newtype
//! (which other formats pass through), and where both sides are ours it is left in a place of the thread for the
//! other side to pick up at once. Where serde buffers, as under a tag, it is copied as usual.

use std::cell::{Cell, RefCell};

use super::Json;

/// The name under which a [`Json`] announces itself.
pub(super) const NAME: &str = "$heddle_data::Json";

thread_local! {
    static PLACE: RefCell<Option<Json>> = const { RefCell::new(None) };
    static WANTED: Cell<bool> = const { Cell::new(false) };
}

/// Leaves a value for [`pick_up`].
pub(super) fn leave(value: &Json) {
    put(Some(value.clone()));
}

/// Takes the value that was just left, if one was.
pub(super) fn pick_up() -> Option<Json> {
    put(None)
}

/// Says that who is about to write a [`Json`] may leave it instead.
pub(super) fn want() {
    // A thread that is ending has no such place; then nothing is wanted and the value is written.
    let _ = WANTED.try_with(|wanted| wanted.set(true));
}

/// Whether the value may be left instead of written; asking ends the wish.
pub(super) fn is_wanted() -> bool {
    WANTED.try_with(|wanted| wanted.take()).unwrap_or(false)
}

fn put(value: Option<Json>) -> Option<Json> {
    // The former value is returned, so that it is not dropped while the place is borrowed.
    PLACE
        .try_with(|place| {
            place.try_borrow_mut().ok().and_then(|mut place| std::mem::replace(&mut *place, value))
        })
        .ok()
        .flatten()
}
