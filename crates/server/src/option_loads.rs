//! Loads of choices that are under way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared as SharedFuture, WeakShared};
use heddle_node::OptionPage;

use crate::error::ApiResult;

/// A page of choices, or why there is none.
pub(crate) type Loaded = ApiResult<Arc<OptionPage>>;
/// A load of choices.
pub(crate) type Load = BoxFuture<'static, Loaded>;

/// The loads under way. One ends when nobody waits for it any more.
#[derive(Default)]
pub(crate) struct OptionLoads(Mutex<HashMap<String, WeakShared<Load>>>);

impl OptionLoads {
    /// The load of `key` that is under way, or the one that `begin` gives.
    pub(crate) fn join(&self, key: String, begin: impl FnOnce() -> Load) -> SharedFuture<Load> {
        let mut loads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        loads.retain(|_, load| load.upgrade().is_some_and(|load| load.peek().is_none()));
        if let Some(load) = loads.get(&key).and_then(WeakShared::upgrade) {
            return load;
        }
        let load = begin().shared();
        if let Some(weak) = load.downgrade() {
            loads.insert(key, weak);
        }
        load
    }
}
