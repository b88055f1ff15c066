//! Runs of workflows that nobody waits for: they go on beside the run that started them.

use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use crate::run_data::BackgroundRun;

/// Workflows that run beside the one that called them. They end before the outermost run does.
pub(crate) type Background<'h> = Mutex<Vec<BoxFuture<'h, BackgroundRun>>>;

/// Background runs, which go on while something else is waited for.
pub(crate) struct Beside<'q, 'h> {
    queue: &'q Background<'h>,
    running: FuturesUnordered<BoxFuture<'h, BackgroundRun>>,
    pub(crate) ended: Vec<BackgroundRun>,
}

impl<'q, 'h> Beside<'q, 'h> {
    /// The runs that come into `queue`.
    pub(crate) fn new(queue: &'q Background<'h>) -> Self {
        Self { queue, running: FuturesUnordered::new(), ended: Vec::new() }
    }

    fn start_queued(&mut self) {
        self.running.extend(self.queue.lock().unwrap_or_else(PoisonError::into_inner).drain(..));
    }

    /// Waits for `work`; background runs go on meanwhile, also those that it starts.
    pub(crate) async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        std::future::poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            self.start_queued();
            while let Poll::Ready(Some(run)) = self.running.poll_next_unpin(context) {
                self.ended.push(run);
                self.start_queued();
            }
            Poll::Pending
        })
        .await
    }

    /// Waits for all that are left.
    pub(crate) async fn finish(&mut self) {
        self.start_queued();
        while let Some(run) = self.running.next().await {
            self.ended.push(run);
            self.start_queued();
        }
    }
}
