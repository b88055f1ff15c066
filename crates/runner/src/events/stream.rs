//! Streams of events: each receiver has a place of its own in one bounded queue, which never holds up the run.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::Stream;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::event::Event;

/// Events that the queue holds for a receiver that has not read them yet.
const CAPACITY: usize = 4096;

/// The events of a run and of all runs within it. Give it to the run in [`RunOptions::events`](crate::RunOptions) to hear
/// it from its beginning; copies are the same.
///
/// ```
/// # async fn example() -> Option<()> {
/// use heddle_runner::{RunOptions, events::Event};
///
/// let options = RunOptions::default();
/// let mut events = options.events.subscribe();
/// // host.start(workflow, options); then, wherever it suits:
/// while let Some(event) = events.next().await {
///     match &*event {
///         Event::ItemDone { item, verdict, .. } => println!("{item}: {verdict:?}"),
///         Event::Missed { events } => println!("{events} events came too fast"),
///         _ => {}
///     }
/// }
/// # Some(()) }
/// ```
#[derive(Clone, Default)]
pub struct Events(Arc<Shared>);

#[derive(Default)]
struct Shared {
    receivers: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sender: Option<broadcast::Sender<Arc<Event>>>,
    /// Runs that are under way.
    runs: usize,
    /// Runs that are over.
    ended: usize,
}

/// Receives events in order. It ends when the run does.
pub struct EventStream {
    /// `None` when the run was over before.
    receiver: Option<broadcast::Receiver<Arc<Event>>>,
    shared: Arc<Shared>,
}

/// A run that tells its events. When it goes, their streams end.
pub(crate) struct Telling(Events);

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Events {
    /// Receives all events from now on. After the end of the run there is none.
    pub fn subscribe(&self) -> EventStream {
        let mut state = self.0.state();
        let is_over = state.runs == 0 && state.ended > 0;
        let receiver = (!is_over).then(|| {
            self.0.receivers.fetch_add(1, Ordering::SeqCst);
            state.sender.get_or_insert_with(|| broadcast::Sender::new(CAPACITY)).subscribe()
        });
        drop(state);
        EventStream { receiver, shared: Arc::clone(&self.0) }
    }

    /// Whether somebody listens.
    pub(crate) fn has_listeners(&self) -> bool {
        self.0.receivers.load(Ordering::Relaxed) > 0
    }

    pub(crate) fn send(&self, event: Event) {
        if let Some(sender) = &self.0.state().sender {
            // Nobody may be left to hear it.
            let _ = sender.send(Arc::new(event));
        }
    }

    /// A run begins that tells its events here.
    pub(crate) fn begin(&self) -> Telling {
        self.0.state().runs += 1;
        Telling(self.clone())
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        let mut state = self.0.0.state();
        state.runs -= 1;
        state.ended += 1;
        if state.runs == 0 {
            state.sender = None;
        }
    }
}

impl EventStream {
    /// The next event, [`Event::Missed`] where some were lost; `None` at the end.
    pub async fn next(&mut self) -> Option<Arc<Event>> {
        match self.receiver.as_mut()?.recv().await {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(events)) => Some(Arc::new(Event::Missed { events })),
            Err(RecvError::Closed) => None,
        }
    }

    /// The same for a thread of its own, which waits.
    pub fn blocking_next(&mut self) -> Option<Arc<Event>> {
        match self.receiver.as_mut()?.blocking_recv() {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(events)) => Some(Arc::new(Event::Missed { events })),
            Err(RecvError::Closed) => None,
        }
    }

    /// The next event if there is one already.
    pub fn try_next(&mut self) -> Option<Arc<Event>> {
        match self.receiver.as_mut()?.try_recv() {
            Ok(event) => Some(event),
            Err(TryRecvError::Lagged(events)) => Some(Arc::new(Event::Missed { events })),
            Err(TryRecvError::Empty | TryRecvError::Closed) => None,
        }
    }

    /// The same as a `Stream`.
    pub fn into_stream(self) -> impl Stream<Item = Arc<Event>> + Send {
        futures_util::stream::unfold(self, async |mut events| Some((events.next().await?, events)))
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        if self.receiver.is_some() {
            self.shared.receivers.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let receivers = self.0.receivers.load(Ordering::Relaxed);
        formatter.debug_struct("Events").field("receivers", &receivers).finish()
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EventStream").finish_non_exhaustive()
    }
}
