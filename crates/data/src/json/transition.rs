//! The process-wide table of shapes: from a shape and a key to the shape with that key more or less.
//!
//! Objects can be used as maps, with ids as keys, so the table must not keep all that it sees: shapes of many keys
//! and very long keys are not shared, a full shard drops the shapes that no object uses, and while it is full
//! of shapes in use new ones are not shared.

use std::cell::RefCell;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use hashbrown::{DefaultHashBuilder, HashTable};
use smol_str::SmolStr;

use super::shape::Shape;

/// Objects of more keys have their own shape.
pub(super) const MAX_SHARED_KEYS: usize = 64;
/// Objects with a key of more bytes have their own shape.
pub(super) const MAX_KEY_BYTES: usize = 128;
/// Transitions in one shard. All shards full of 64-key shapes hold about 20 MB.
const SHARD_CAPACITY: usize = 512;
const SHARDS: usize = 16;
/// Transitions that each thread remembers, so that it seldom needs a lock.
const RECENT: usize = 64;

static TABLE: LazyLock<Table> = LazyLock::new(Table::default);
/// 0 marks shapes that are not shared and 1 is the empty shape.
static NEXT_ID: AtomicU64 = AtomicU64::new(2);

thread_local! {
    static RECENTLY: RefCell<[Option<Transition>; RECENT]> = const { RefCell::new([const { None }; RECENT]) };
}

/// Which way a transition leads.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Step {
    Add,
    Remove,
}

#[derive(Clone)]
struct Transition {
    from: u64,
    step: Step,
    key: SmolStr,
    to: Arc<Shape>,
}

#[derive(Default)]
struct Table {
    hasher: DefaultHashBuilder,
    shards: [RwLock<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    transitions: HashTable<Transition>,
    /// How many more refusals until another search for unused shapes is worth its time.
    patience: usize,
}

/// The shared shape of `shape` and `key`, which it lacks; `None` if that shape is not to be shared.
pub(super) fn extend(shape: &Arc<Shape>, key: &str) -> Option<Arc<Shape>> {
    if !shape.is_shared() || shape.len() >= MAX_SHARED_KEYS || key.len() > MAX_KEY_BYTES {
        return None;
    }
    let hash = TABLE.hash(shape.id(), Step::Add, key);
    if let Some(known) = TABLE.find(hash, shape.id(), Step::Add, key) {
        return Some(known);
    }
    TABLE.add(hash, shape.id(), Step::Add, key, |key| {
        Arc::new(Shape::extended(shape, key, NEXT_ID.fetch_add(1, Ordering::Relaxed)))
    })
}

/// As [`extend`], if this thread has gone that way lately.
pub(super) fn known_extension(shape: &Arc<Shape>, key: &str) -> Option<Arc<Shape>> {
    if !shape.is_shared() {
        return None;
    }
    let hash = TABLE.hash(shape.id(), Step::Add, key);
    recall(hash, shape.id(), Step::Add, key)
}

/// The shared shape of `shape` without its key at `position`; `None` if that shape is not to be shared.
pub(super) fn reduce(shape: &Arc<Shape>, position: usize) -> Option<Arc<Shape>> {
    if !shape.is_shared() {
        return None;
    }
    let key = shape.keys().get(position)?;
    let hash = TABLE.hash(shape.id(), Step::Remove, key);
    if let Some(known) = TABLE.find(hash, shape.id(), Step::Remove, key) {
        return Some(known);
    }
    let mut rest = shape.keys().iter().enumerate().filter(|&(other, _)| other != position);
    let reduced = rest.try_fold(Shape::empty(), |reduced, (_, key)| extend(&reduced, key))?;
    TABLE.add(hash, shape.id(), Step::Remove, key, |_| Arc::clone(&reduced));
    Some(reduced)
}

/// How many transitions the process remembers.
#[cfg(test)]
pub(super) fn count() -> usize {
    TABLE
        .shards
        .iter()
        .map(|shard| shard.read().unwrap_or_else(PoisonError::into_inner).transitions.len())
        .sum()
}

/// The most transitions that the process ever remembers.
#[cfg(test)]
pub(super) const MAX_COUNT: usize = SHARDS * SHARD_CAPACITY;

impl Transition {
    fn is(&self, from: u64, step: Step, key: &str) -> bool {
        self.from == from && self.step == step && self.key.as_str() == key
    }
}

impl Table {
    fn hash(&self, from: u64, step: Step, key: &str) -> u64 {
        self.hasher.hash_one((from, step, key))
    }

    fn shard(&self, hash: u64) -> &RwLock<Shard> {
        // The table takes its buckets from the low bits and its tags from the top seven.
        &self.shards[(hash >> 40) as usize % SHARDS]
    }

    fn find(&self, hash: u64, from: u64, step: Step, key: &str) -> Option<Arc<Shape>> {
        if let Some(shape) = recall(hash, from, step, key) {
            return Some(shape);
        }
        let known = {
            let shard = self.shard(hash).read().unwrap_or_else(PoisonError::into_inner);
            shard.transitions.find(hash, |known| known.is(from, step, key))?.clone()
        };
        let shape = Arc::clone(&known.to);
        remember(hash, known);
        Some(shape)
    }

    fn add(
        &self,
        hash: u64,
        from: u64,
        step: Step,
        key: &str,
        make: impl FnOnce(&SmolStr) -> Arc<Shape>,
    ) -> Option<Arc<Shape>> {
        let mut shard = self.shard(hash).write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = shard.transitions.find(hash, |known| known.is(from, step, key)) {
            return Some(Arc::clone(&known.to));
        }
        if !shard.has_room() {
            return None;
        }
        let key = SmolStr::new(key);
        let to = make(&key);
        let transition = Transition { from, step, key, to: Arc::clone(&to) };
        shard
            .transitions
            .insert_unique(hash, transition, |known| self.hash(known.from, known.step, &known.key));
        Some(to)
    }
}

impl Shard {
    /// Whether one more transition may be remembered; makes room if it is time to.
    fn has_room(&mut self) -> bool {
        if self.transitions.len() < SHARD_CAPACITY {
            return true;
        }
        if self.patience > 0 {
            self.patience -= 1;
            return false;
        }
        // Nobody else can reach a shape that only the table holds: the shard is locked.
        self.transitions.retain(|known| Arc::strong_count(&known.to) > 1);
        if self.transitions.len() > SHARD_CAPACITY / 2 {
            self.patience = SHARD_CAPACITY;
        }
        self.transitions.len() < SHARD_CAPACITY
    }
}

fn slot(hash: u64) -> usize {
    (hash >> 32) as usize % RECENT
}

/// A transition that this thread remembers.
fn recall(hash: u64, from: u64, step: Step, key: &str) -> Option<Arc<Shape>> {
    let recent = RECENTLY.try_with(|recently| {
        let recently = recently.try_borrow().ok()?;
        let known = recently[slot(hash)].as_ref().filter(|known| known.is(from, step, key))?;
        Some(Arc::clone(&known.to))
    });
    recent.ok().flatten()
}

fn remember(hash: u64, transition: Transition) {
    // A shape that is let go here may be the last of its kind; it must not be dropped while the cells are borrowed.
    let _forgotten = RECENTLY.try_with(|recently| {
        recently.try_borrow_mut().ok().and_then(|mut recently| recently[slot(hash)].replace(transition))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Json, JsonObject};

    fn object(keys: &[&str]) -> JsonObject {
        keys.iter().map(|key| (*key, Json::NULL)).collect()
    }

    /// One test for all that depends on how full the table is, since there is one table.
    #[test]
    fn the_table_is_bounded_and_recovers() {
        let (one, other) = (object(&["id", "name"]), object(&["id", "name"]));
        assert!(one.shape().is_shared() && one.same_shape(&other));
        let mut longer = object(&["id", "x", "name"]);
        longer.remove("x");
        assert!(one.same_shape(&longer), "the way there does not matter");
        assert!(!one.same_shape(&object(&["name", "id"])), "the order does");

        // More objects than the table takes, each with keys of its own and all in use.
        let many: Vec<JsonObject> = (0..3 * MAX_COUNT)
            .map(|number| object(&[&format!("first{number}"), &format!("second{number}"), "both"]))
            .collect();
        assert!(count() <= MAX_COUNT, "{} transitions", count());
        assert!(many.iter().any(|object| !object.shape().is_shared()));
        for (number, object) in many.iter().enumerate() {
            assert_eq!(object.position(&format!("second{number}")), Some(1));
        }
        let before = object(&["id", "name"]);
        assert!(one.same_shape(&before), "shapes in use stay");
        drop(many);

        for number in 0..2 * MAX_COUNT {
            drop(object(&[&format!("third{number}"), "both"]));
        }
        assert!(count() <= MAX_COUNT, "{} transitions", count());
        assert!(
            object(&["new", "keys"]).same_shape(&object(&["new", "keys"])),
            "shapes out of use made room"
        );
        assert!(one.same_shape(&object(&["id", "name"])));
    }

    #[test]
    fn maps_and_attacks_are_not_shared() {
        let many: Vec<String> = (0..=MAX_SHARED_KEYS).map(|number| format!("key{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(!object(&many).shape().is_shared());
        let long = "k".repeat(MAX_KEY_BYTES + 1);
        let mut with_long_key = object(&["a", &long, "b"]);
        assert!(!with_long_key.shape().is_shared());
        assert_eq!(with_long_key.remove(&long), Some(Json::NULL));
        assert_eq!(with_long_key, object(&["b", "a"]));
    }

    #[test]
    fn rows_of_a_text_have_one_shape_however_wide() {
        for width in [1, 20, 200] {
            let columns: Vec<String> =
                (0..width).map(|column| format!("\"column{column}\":{column}")).collect();
            let row = format!("{{{}}}", columns.join(","));
            let rows = Json::parse(&format!("[{row},{row},{{}},{row}]")).unwrap();
            let rows: Vec<&JsonObject> =
                rows.as_array().unwrap().iter().filter_map(Json::as_object).collect();
            assert!(rows[0].same_shape(rows[1]), "{width} columns");
            assert_eq!(rows[0], rows[3]);
            let mut changed = rows[1].clone();
            changed.insert("new", Json::NULL);
            assert_eq!((changed.len(), rows[0].len(), rows[1].len()), (width + 1, width, width));
            assert!(rows[0].same_shape(rows[1]));
        }
    }
}
