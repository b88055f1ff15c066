//! Who was sent to already, and how many were: what a host, or a store, remembers over items, nodes and runs.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use heddle_node::Outcome;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use uuid::Uuid;

/// A key under which something is sent once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SendKey {
    /// Among which sends it counts: those of a node, or all.
    pub scope: String,
    /// What the sends have in common, such as the recipient.
    pub key: String,
}

/// An item that is sent, or was.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SentItem {
    /// The execution.
    #[schemars(with = "String")]
    pub execution: Uuid,
    /// Name of the node.
    pub node: String,
    /// Its run index.
    pub run: usize,
    /// The item, from 0.
    pub item: usize,
    /// When its key was taken, in milliseconds since 1970.
    pub time: i64,
}

/// What came of taking a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is the item's now; it was already, when the item runs another time.
    Own,
    /// Another item has it: it was sent, or nobody can tell whether it was.
    By {
        /// The item.
        item: SentItem,
        /// Whether nobody can tell.
        is_unknown: bool,
    },
}

/// Remembers keys and counts. A key is taken before the claim of the send that needs it: durably, where the book is.
#[async_trait]
pub trait SendBook: Send + Sync {
    /// Takes a key for an item, unless another one has had it since `since` (milliseconds since 1970). Waits while it is
    /// not known whether that one is sent.
    ///
    /// # Errors
    /// When the book cannot be read or written: then nothing may be sent.
    async fn take(&self, key: &SendKey, item: &SentItem, since: i64) -> io::Result<Taken>;

    /// Whether an item other than this one has a key, as far as it is known now. It takes nothing.
    ///
    /// # Errors
    /// When the book cannot be read.
    async fn look(&self, key: &SendKey, item: &SentItem, since: i64) -> io::Result<Option<Taken>>;

    /// What became of the item that took a key: it is free again when nothing was sent.
    ///
    /// # Errors
    /// When the book cannot be written: the key stays taken.
    async fn settle(&self, key: &SendKey, item: &SentItem, outcome: Outcome) -> io::Result<()>;

    /// The item's run was dropped: whether it was sent is unknown.
    fn abandon(&self, key: &SendKey, item: &SentItem);

    /// Counts a send in the time from `begin` on, where fewer than `most` have been counted in it; whether it was.
    ///
    /// # Errors
    /// When the book cannot be read or written: then nothing may be sent.
    async fn count(&self, scope: &str, begin: i64, most: u64) -> io::Result<bool>;

    /// Takes back a count: nothing was sent.
    async fn uncount(&self, scope: &str, begin: i64);

    /// How many were counted in the time from `begin` on.
    ///
    /// # Errors
    /// When the book cannot be read.
    async fn counted(&self, scope: &str, begin: i64) -> io::Result<u64>;
}

/// A book in memory: it lasts as long as its host.
#[derive(Debug, Default)]
pub struct MemorySendBook {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    keys: HashMap<SendKey, (SentItem, Holding)>,
    counts: HashMap<(String, i64), u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holding {
    InFlight,
    Sent,
    Unknown,
}

/// Whether two are the same item, whenever it took its key.
fn is_same(one: &SentItem, other: &SentItem) -> bool {
    (one.execution, &one.node, one.run, one.item) == (other.execution, &other.node, other.run, other.item)
}

impl MemorySendBook {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes a key if it is free; `None` while it is in flight.
    fn try_take(&self, key: &SendKey, item: &SentItem, since: i64) -> Option<Taken> {
        self.with(|state| match state.keys.entry(key.clone()) {
            Entry::Vacant(free) => {
                free.insert((item.clone(), Holding::InFlight));
                Some(Taken::Own)
            }
            Entry::Occupied(mut taken) => match taken.get() {
                (holder, _) if is_same(holder, item) => Some(Taken::Own),
                (_, Holding::InFlight) => None,
                (holder, Holding::Sent) if holder.time < since => {
                    taken.insert((item.clone(), Holding::InFlight));
                    Some(Taken::Own)
                }
                (holder, holding) => {
                    Some(Taken::By { item: holder.clone(), is_unknown: *holding == Holding::Unknown })
                }
            },
        })
    }
}

#[async_trait]
impl SendBook for MemorySendBook {
    async fn take(&self, key: &SendKey, item: &SentItem, since: i64) -> io::Result<Taken> {
        loop {
            let changed = self.changed.notified();
            let mut changed = std::pin::pin!(changed);
            // From now on no change is missed.
            changed.as_mut().enable();
            if let Some(taken) = self.try_take(key, item, since) {
                return Ok(taken);
            }
            changed.await;
        }
    }

    async fn look(&self, key: &SendKey, item: &SentItem, since: i64) -> io::Result<Option<Taken>> {
        Ok(self.with(|state| {
            let (holder, holding) = state.keys.get(key).filter(|(holder, _)| !is_same(holder, item))?;
            let counts = match holding {
                Holding::InFlight => false,
                Holding::Sent => holder.time >= since,
                Holding::Unknown => true,
            };
            let is_unknown = *holding == Holding::Unknown;
            counts.then(|| Taken::By { item: holder.clone(), is_unknown })
        }))
    }

    async fn settle(&self, key: &SendKey, item: &SentItem, outcome: Outcome) -> io::Result<()> {
        self.with(|state| {
            let Entry::Occupied(mut taken) = state.keys.entry(key.clone()) else { return };
            if !is_same(&taken.get().0, item) {
                return;
            }
            match outcome {
                Outcome::NotDone => drop(taken.remove()),
                Outcome::Done => taken.get_mut().1 = Holding::Sent,
                Outcome::Unknown => taken.get_mut().1 = Holding::Unknown,
            }
        });
        self.changed.notify_waiters();
        Ok(())
    }

    fn abandon(&self, key: &SendKey, item: &SentItem) {
        self.with(|state| {
            if let Some((holder, holding)) = state.keys.get_mut(key)
                && is_same(holder, item)
            {
                *holding = Holding::Unknown;
            }
        });
        self.changed.notify_waiters();
    }

    async fn count(&self, scope: &str, begin: i64, most: u64) -> io::Result<bool> {
        Ok(self.with(|state| {
            let count = state.counts.entry((scope.to_owned(), begin)).or_default();
            let has_room = *count < most;
            *count += u64::from(has_room);
            has_room
        }))
    }

    async fn uncount(&self, scope: &str, begin: i64) {
        self.with(|state| {
            if let Some(count) = state.counts.get_mut(&(scope.to_owned(), begin)) {
                *count = count.saturating_sub(1);
            }
        });
    }

    async fn counted(&self, scope: &str, begin: i64) -> io::Result<u64> {
        Ok(self.with(|state| state.counts.get(&(scope.to_owned(), begin)).copied().unwrap_or_default()))
    }
}
