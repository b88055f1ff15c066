//! Who was sent to already, and how many were: what a host, or a store, remembers over items, nodes and runs.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::events::Verdict;

/// A key under which something is sent once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// The execution, as the log knows it.
    #[schemars(with = "String")]
    pub execution: Uuid,
    /// The run that it was in: the outermost one.
    #[schemars(with = "String")]
    pub outermost: Uuid,
    /// Name of the node.
    pub node: String,
    /// Its run index.
    pub run: usize,
    /// The item, from 0.
    pub item: usize,
    /// When its key was taken, in milliseconds since 1970.
    pub time: i64,
}

/// What an item asks for that is to be sent once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyClaim {
    /// The key.
    pub key: SendKey,
    /// The item.
    pub item: SentItem,
    /// Sends before it count no more, in milliseconds since 1970; all count when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Until when others are kept from it once it is sent, in milliseconds since 1970; for ever when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// The run whose items are run again: what nobody knows of the same item there does not keep this one from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_of: Option<Uuid>,
}

/// A place among the sends of a time, of which there are so many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CountClaim {
    /// The item.
    pub item: SentItem,
    /// Among which sends it counts.
    pub scope: String,
    /// When the time begins, in milliseconds since 1970.
    pub begin: i64,
    /// How many may leave in it.
    pub most: u64,
}

/// What a send takes together with its claim, or else not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// Its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyClaim>,
    /// Its place among those that may leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<CountClaim>,
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

impl SentItem {
    /// Whether two are the same item, whenever it took its key.
    pub fn is(&self, other: &Self) -> bool {
        (self.execution, &self.node, self.run, self.item)
            == (other.execution, &other.node, other.run, other.item)
    }
}

impl KeyClaim {
    /// Whether an item that has the key leaves it to this one: it is the same, or the one that this one runs again, of which
    /// nobody knows whether it was sent.
    pub fn may_have(&self, holder: &SentItem, is_unknown: bool) -> bool {
        let (item, place) = (&self.item, (&holder.node, holder.run, holder.item));
        let is_retried = is_unknown
            && self.retry_of == Some(holder.outermost)
            && place == (&item.node, item.run, item.item);
        is_retried || item.is(holder)
    }

    /// Whether a send at a moment is so long ago that it counts no more.
    pub fn is_past(&self, time: i64) -> bool {
        self.since.is_some_and(|since| time < since)
    }
}

/// Remembers keys and counts.
///
/// A book that is part of a log ([`RunLog::send_book`](crate::log::RunLog::send_book)) takes nothing by itself: it says what
/// is free, and the log takes it with the claim of the send ([`Reservation`]), which it refuses where another send was
/// quicker.
#[async_trait]
pub trait SendBook: Send + Sync {
    /// Takes a key for an item, unless another one has it. Waits while it is not known whether that one is sent.
    ///
    /// # Errors
    /// When the book cannot be read or written: then nothing may be sent.
    async fn take(&self, claim: &KeyClaim) -> io::Result<Taken>;

    /// Whether an item other than this one has a key, as far as it is known now. It takes nothing.
    ///
    /// # Errors
    /// When the book cannot be read.
    async fn look(&self, claim: &KeyClaim) -> io::Result<Option<Taken>>;

    /// What became of the item that took a key: it is free again when nothing was sent.
    ///
    /// # Errors
    /// When the book cannot be written: the key stays taken.
    async fn settle(&self, key: &SendKey, item: &SentItem, verdict: Verdict) -> io::Result<()>;

    /// The item's run was dropped: whether it was sent is unknown.
    fn abandon(&self, key: &SendKey, item: &SentItem);

    /// Counts a send where there is still room for it; whether there was.
    ///
    /// # Errors
    /// When the book cannot be read or written: then nothing may be sent.
    async fn count(&self, claim: &CountClaim) -> io::Result<bool>;

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

impl MemorySendBook {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes a key if it is free; `None` while it is in flight.
    fn try_take(&self, claim: &KeyClaim) -> Option<Taken> {
        let item = &claim.item;
        self.with(|state| match state.keys.entry(claim.key.clone()) {
            Entry::Vacant(free) => {
                free.insert((item.clone(), Holding::InFlight));
                Some(Taken::Own)
            }
            Entry::Occupied(mut taken) => match taken.get() {
                (holder, holding) if claim.may_have(holder, *holding == Holding::Unknown) => {
                    taken.insert((item.clone(), Holding::InFlight));
                    Some(Taken::Own)
                }
                (_, Holding::InFlight) => None,
                (holder, _) if claim.is_past(holder.time) => {
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
    async fn take(&self, claim: &KeyClaim) -> io::Result<Taken> {
        loop {
            let changed = self.changed.notified();
            let mut changed = std::pin::pin!(changed);
            // From now on no change is missed.
            changed.as_mut().enable();
            if let Some(taken) = self.try_take(claim) {
                return Ok(taken);
            }
            changed.await;
        }
    }

    async fn look(&self, claim: &KeyClaim) -> io::Result<Option<Taken>> {
        Ok(self.with(|state| {
            let (holder, holding) = state.keys.get(&claim.key)?;
            let is_unknown = *holding == Holding::Unknown;
            let counts = *holding != Holding::InFlight
                && !claim.is_past(holder.time)
                && !claim.may_have(holder, is_unknown);
            counts.then(|| Taken::By { item: holder.clone(), is_unknown })
        }))
    }

    async fn settle(&self, key: &SendKey, item: &SentItem, verdict: Verdict) -> io::Result<()> {
        self.with(|state| {
            let Entry::Occupied(mut taken) = state.keys.entry(key.clone()) else { return };
            if !taken.get().0.is(item) {
                return;
            }
            match verdict {
                Verdict::NotSent | Verdict::Skipped => drop(taken.remove()),
                Verdict::Sent => taken.get_mut().1 = Holding::Sent,
                Verdict::Unknown => taken.get_mut().1 = Holding::Unknown,
            }
        });
        self.changed.notify_waiters();
        Ok(())
    }

    fn abandon(&self, key: &SendKey, item: &SentItem) {
        self.with(|state| {
            if let Some((holder, holding)) = state.keys.get_mut(key)
                && holder.is(item)
            {
                *holding = Holding::Unknown;
            }
        });
        self.changed.notify_waiters();
    }

    async fn count(&self, claim: &CountClaim) -> io::Result<bool> {
        Ok(self.with(|state| {
            let count = state.counts.entry((claim.scope.clone(), claim.begin)).or_default();
            let has_room = *count < claim.most;
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
