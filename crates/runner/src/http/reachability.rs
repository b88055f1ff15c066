//! Hosts that cannot be reached: after many items in a row that met no connection, further ones are tried once.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Uri;
use tokio::time::Instant;
use uuid::Uuid;

use crate::log::CallKey;

/// So many items in a row none of whose tries met a connection give a host up.
const ITEMS: usize = 20;
/// Without another such item for so long, it is tried anew.
const MEMORY: Duration = Duration::from_secs(60);

/// What is known of the hosts that calls go to. Runs of one program share it.
#[derive(Default)]
pub(crate) struct Reachability {
    /// Hosts that the last item did not reach.
    hosts: Mutex<HashMap<String, Unreached>>,
}

struct Unreached {
    /// Execution, node, run and item. An item that is run again counts once.
    items: HashSet<(Uuid, Arc<str>, usize, usize)>,
    last: Instant,
}

impl Reachability {
    /// Whether a call gets one try only.
    pub(crate) fn is_given_up(&self, host: &str) -> bool {
        let hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.get(host).is_some_and(|host| host.items.len() >= ITEMS && host.last.elapsed() < MEMORY)
    }

    /// A request got through: whatever came before is forgotten.
    pub(crate) fn note_reached(&self, host: &str) {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner).remove(host);
    }

    /// No try of a call met a connection.
    pub(crate) fn note_unreached(&self, host: &str, key: &CallKey) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let unreached =
            hosts.entry(host.to_owned()).or_insert_with(|| Unreached { items: HashSet::new(), last: now });
        if now - unreached.last >= MEMORY {
            unreached.items.clear();
        }
        unreached.last = now;
        if unreached.items.len() < ITEMS {
            unreached.items.insert((key.execution, Arc::clone(&key.node), key.run, key.item));
        }
    }
}

/// What tells hosts apart: scheme, name and port.
pub(crate) fn host_of(url: &Uri) -> String {
    let scheme = url.scheme_str().unwrap_or_default();
    let host = url.host().unwrap_or_default();
    match url.port_u16() {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(item: usize) -> CallKey {
        CallKey {
            execution: Uuid::nil(),
            node: Arc::from("Send"),
            run: 0,
            item,
            item_try: 1,
            call: 0,
            attempt: 1,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_is_given_up_after_twenty_items_until_one_reaches_it_or_a_minute_has_passed() {
        let (reachability, host) = (Reachability::default(), "http://a:1");
        for _ in 0..3 {
            (0..19).for_each(|item| reachability.note_unreached(host, &key(item)));
        }
        assert!(!reachability.is_given_up(host), "an item counts once");
        reachability.note_unreached(host, &key(19));
        assert!(reachability.is_given_up(host));
        assert!(!reachability.is_given_up("http://a:2"), "another one");
        reachability.note_reached(host);
        assert!(!reachability.is_given_up(host));

        (0..20).for_each(|item| reachability.note_unreached(host, &key(item)));
        tokio::time::advance(MEMORY).await;
        assert!(!reachability.is_given_up(host));
        reachability.note_unreached(host, &key(0));
        assert!(!reachability.is_given_up(host), "it is counted anew");
    }
}
