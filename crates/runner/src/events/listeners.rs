//! Who listens to a run. An event is built only for somebody who does.

use std::sync::Arc;

use heddle_node::NodeError;

use super::account::{Account, ItemVerdict};
use super::event::{Event, SkipReason, Verdict};
use super::stream::Events;
use crate::events::EventSink;
use crate::site::NodeSite;

/// Everybody who listens to one run and to all runs within it.
pub(crate) struct Listeners {
    sink: Option<Arc<dyn EventSink>>,
    streams: Events,
    /// Keeps the verdicts for a run with a handle.
    account: Option<Arc<Account>>,
}

/// How an item ended.
#[derive(Default)]
pub(crate) struct ItemEnd<'a> {
    pub(crate) verdict: Option<Verdict>,
    pub(crate) error: Option<&'a NodeError>,
    pub(crate) skipped: Option<&'a SkipReason>,
    pub(crate) recipient: Option<&'a str>,
    pub(crate) sender_id: Option<&'a str>,
}

impl Listeners {
    pub(crate) fn new(
        sink: Option<Arc<dyn EventSink>>,
        streams: Events,
        account: Option<Arc<Account>>,
    ) -> Self {
        Self { sink, streams, account }
    }

    /// Tells of a step.
    pub(crate) fn tell(&self, event: impl FnOnce() -> Event) {
        let has_streams = self.streams.has_listeners();
        if self.sink.is_none() && !has_streams {
            return;
        }
        let event = event();
        if let Some(sink) = &self.sink {
            sink.receive(&event);
        }
        if has_streams {
            self.streams.send(event);
        }
    }

    /// Tells of the end of an item.
    pub(crate) fn end_item(&self, at: &Arc<NodeSite>, item: usize, end: &ItemEnd<'_>) {
        let recipient = || end.recipient.filter(|_| end.verdict.is_some()).map(str::to_owned);
        if let (Some(account), Some(verdict)) = (&self.account, end.verdict) {
            account.note(ItemVerdict {
                at: Arc::clone(at),
                item,
                verdict,
                recipient: recipient(),
                sender_id: end.sender_id.map(str::to_owned),
                error: end.error.map(|error| error.message.clone()),
                skipped: end.skipped.cloned(),
            });
        }
        self.tell(|| Event::ItemDone {
            at: Arc::clone(at),
            item,
            verdict: end.verdict,
            error: end.error.cloned(),
            skipped: end.skipped.cloned(),
            recipient: recipient(),
            sender_id: end.sender_id.map(str::to_owned),
        });
    }
}
