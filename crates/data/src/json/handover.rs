//! Handing a [`Json`] through serde by pointer.
//!
//! serde passes values piece by piece, which would copy a whole item whenever a type with a [`Json`] field is read
//! from or written to a [`Json`]. So a `Json` announces itself under a name that only this module knows, as a newtype
//! (which other formats pass through), and where both sides are ours it is left in a place of the thread for the
//! other side to pick up at once. Where serde buffers, as under a tag, it is copied as usual.

use std::cell::{Cell, RefCell};
use std::thread::LocalKey;

use smol_str::SmolStr;

use super::Json;

/// The name under which a [`Json`] announces itself.
pub(super) const NAME: &str = "$heddle_data::Json";
/// The name under which a [`View`](super::View) announces itself: it wants to know the member that it is read from, too.
pub(super) const VIEW: &str = "$heddle_data::View";

thread_local! {
    static PLACE: RefCell<Option<Json>> = const { RefCell::new(None) };
    static MEMBER: RefCell<Option<SmolStr>> = const { RefCell::new(None) };
    static VIEWS: RefCell<Option<Vec<SmolStr>>> = const { RefCell::new(None) };
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

/// Leaves the name of the member that a view is read from.
pub(super) fn leave_member(name: &str) {
    replace(&MEMBER, Some(SmolStr::new(name)));
}

/// Takes the name of the member that a view is read from, and notes it for [`noting_views`].
pub(super) fn pick_up_member() -> Option<SmolStr> {
    let name = replace(&MEMBER, None)?;
    let note = |views: &RefCell<Option<Vec<SmolStr>>>| {
        if let Ok(mut views) = views.try_borrow_mut()
            && let Some(views) = views.as_mut()
        {
            views.push(name.clone());
        }
    };
    let _ = VIEWS.try_with(note);
    Some(name)
}

/// Reads something, and gives the names of the members that became views.
pub(super) fn noting_views<T>(read: impl FnOnce() -> T) -> (T, Vec<SmolStr>) {
    let around = replace(&VIEWS, Some(Vec::new()));
    let value = read();
    (value, replace(&VIEWS, around).unwrap_or_default())
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
    replace(&PLACE, value)
}

/// Puts a value into a place of the thread. The former value is returned, so that it is not dropped while the place is
/// borrowed.
fn replace<T>(place: &'static LocalKey<RefCell<Option<T>>>, value: Option<T>) -> Option<T> {
    place
        .try_with(|place| {
            place.try_borrow_mut().ok().and_then(|mut place| std::mem::replace(&mut *place, value))
        })
        .ok()
        .flatten()
}
