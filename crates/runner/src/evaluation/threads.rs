//! Threads that evaluate JavaScript, so that the one that runs the loop stays free.
//!
//! A thread is made when it is first needed, and kept with its engine. One that hangs in an evaluation is left to
//! itself: another takes its place, and it ends when it comes back.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use heddle_expression::{Engine, EngineLimits};

/// The most threads that may hang at a time.
pub(crate) const MOST_HANGING: usize = 4;

/// Room on the stack of a thread, as on that of a main thread. It takes memory only where it is used.
const STACK: usize = 8 * 1024 * 1024;

/// The evaluating threads of a host.
pub(crate) struct EvaluationThreads {
    shared: Arc<Shared>,
}

struct Shared {
    limits: EngineLimits,
    /// As many threads as there may be; `None` for as many as the machine runs at a time.
    most: Option<usize>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Threads that wait for a job.
    idle: Vec<SyncSender<Job>>,
    /// Jobs that wait for a thread.
    waiting: VecDeque<Job>,
    /// Threads that hang are not counted.
    threads: usize,
    /// As many threads as there may be; 0 until the first is made.
    most: usize,
    hanging: usize,
}

/// What is to be done, with the engine of the thread that does it.
type Work = Box<dyn FnOnce(&mut Engine) + Send>;

struct Job {
    work: Work,
    ticket: Arc<Ticket>,
}

/// How far a job is.
pub(crate) struct Ticket(AtomicU8);

const WAITING: u8 = 0;
const RUNNING: u8 = 1;
const ENDED: u8 = 2;
const LEFT: u8 = 3;

impl Ticket {
    /// Goes from one phase to the next, unless somebody else was first.
    fn pass(&self, from: u8, to: u8) -> bool {
        self.0.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

impl EvaluationThreads {
    pub(crate) fn new(limits: EngineLimits) -> Self {
        Self::of(limits, None)
    }

    /// Threads for jobs that may wait for something, so that there may be more of them than the machine runs at a time.
    pub(crate) fn for_waiting_jobs(limits: EngineLimits, most: usize) -> Self {
        Self::of(limits, Some(most))
    }

    fn of(limits: EngineLimits, most: Option<usize>) -> Self {
        Self { shared: Arc::new(Shared { limits, most, state: Mutex::default() }) }
    }

    /// What one evaluation may take.
    pub(crate) fn limits(&self) -> EngineLimits {
        self.shared.limits
    }

    /// Whether no further thread may hang.
    pub(crate) fn are_exhausted(&self) -> bool {
        self.shared.state().hanging >= MOST_HANGING
    }

    /// Has `work` done by one of the threads, as soon as one is free; fails when the system gives no thread.
    pub(crate) fn start(
        &self,
        work: impl FnOnce(&mut Engine) + Send + 'static,
    ) -> std::io::Result<Arc<Ticket>> {
        let ticket = Arc::new(Ticket(AtomicU8::new(WAITING)));
        let mut job = Job { work: Box::new(work), ticket: Arc::clone(&ticket) };
        let mut state = self.shared.state();
        while let Some(thread) = state.idle.pop() {
            match thread.send(job) {
                Ok(()) => return Ok(ticket),
                Err(refused) => job = refused.0,
            }
        }
        state.waiting.push_back(job);
        if state.most == 0 {
            let cores = || std::thread::available_parallelism().map_or(2, |count| count.get().max(2));
            state.most = self.shared.most.unwrap_or_else(cores);
        }
        if state.threads < state.most {
            let spawned = self.shared.spawn(&mut state);
            if state.threads == 0 {
                state.waiting.pop_back();
                spawned?;
            }
        }
        Ok(ticket)
    }

    /// Waits no longer for a job. A thread that hangs in it is left to itself.
    pub(crate) fn leave(&self, ticket: &Ticket) {
        // The thread counts itself out under the same lock.
        let mut state = self.shared.state();
        if ticket.pass(WAITING, LEFT) || !ticket.pass(RUNNING, LEFT) {
            return;
        }
        state.hanging += 1;
        state.threads -= 1;
        if !state.waiting.is_empty() {
            // Without it the jobs wait until a thread comes free.
            let _ = self.shared.spawn(&mut state);
        }
    }
}

impl Drop for EvaluationThreads {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.most = 0;
        state.idle.clear();
        state.waiting.clear();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a thread, which takes the first job that waits.
    fn spawn(self: &Arc<Self>, state: &mut State) -> std::io::Result<()> {
        let shared = Arc::clone(self);
        let thread = std::thread::Builder::new().name("heddle-evaluation".to_owned()).stack_size(STACK);
        thread.spawn(move || shared.work())?;
        state.threads += 1;
        Ok(())
    }

    /// What a thread does.
    fn work(&self) {
        let mut engine = Engine::new(self.limits);
        loop {
            let job = {
                let mut state = self.state();
                match state.waiting.pop_front() {
                    Some(job) => job,
                    // The host is gone.
                    None if state.most == 0 => return,
                    None => {
                        let (sender, receiver) = sync_channel(1);
                        state.idle.push(sender);
                        drop(state);
                        match receiver.recv() {
                            Ok(job) => job,
                            Err(_) => return,
                        }
                    }
                }
            };
            if !job.ticket.pass(WAITING, RUNNING) {
                continue;
            }
            let worked = catch_unwind(AssertUnwindSafe(|| (job.work)(&mut engine)));
            if worked.is_err() {
                // Whoever waits for it has been told. What the engine holds may be broken, so it is not taken apart.
                std::mem::forget(std::mem::replace(&mut engine, Engine::new(self.limits)));
            }
            if !job.ticket.pass(RUNNING, ENDED) {
                self.state().hanging -= 1;
                return;
            }
        }
    }
}
