//! How long the evaluation under way on this thread may still take. Loops of our own ask here, and so does the engine
//! between its steps.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::ExpressionError;
use crate::throw::Thrown;

/// Whoever follows evaluations and may end them before their time is over. It is asked on the evaluating thread.
pub trait Watcher: Send + Sync {
    /// An evaluation begins that cannot be interrupted everywhere: JavaScript, or work of ours on large values.
    fn begins(&self) {}

    /// The evaluation that began last has ended.
    fn ends(&self) {}

    /// Whether the evaluation under way is to end. It then fails as one that takes too long.
    fn interrupts(&self) -> bool;
}

/// Steps of about a nanosecond to a hundred that are taken without looking at the clock.
const STEPS_PER_LOOK: usize = 1 << 14;

struct Limit {
    time: Cell<Duration>,
    /// When the evaluation must end; unknown until the first look at the clock.
    deadline: Cell<Option<Instant>>,
    /// Steps until the next look at the clock.
    left: Cell<usize>,
    is_over: Cell<bool>,
    /// Whether somebody waits on another thread, and leaves this one to itself when the evaluation takes too long.
    is_apart: Cell<bool>,
    /// Whether the watcher knows that work on large values is under way.
    is_large: Cell<bool>,
    watcher: RefCell<Option<Arc<dyn Watcher>>>,
}

thread_local! {
    static LIMIT: Limit = const {
        Limit {
            time: Cell::new(Duration::MAX),
            deadline: Cell::new(None),
            left: Cell::new(usize::MAX),
            is_over: Cell::new(false),
            is_apart: Cell::new(false),
            is_large: Cell::new(false),
            watcher: RefCell::new(None),
        }
    };
}

/// An evaluation begins that may take `time`. Its time runs from the first look at the clock on, so that a short one
/// does without. One with `is_apart` may take up a thread that nobody else needs.
pub(crate) fn begin(time: Duration, watcher: Option<&Arc<dyn Watcher>>, is_apart: bool) {
    LIMIT.with(|limit| {
        limit.is_apart.set(is_apart);
        limit.is_large.set(false);
        limit.time.set(time);
        limit.deadline.set(None);
        limit.left.set(STEPS_PER_LOOK);
        limit.is_over.set(false);
        let mut own = limit.watcher.borrow_mut();
        let is_same = match (own.as_ref(), watcher) {
            (Some(own), Some(watcher)) => std::ptr::addr_eq(Arc::as_ptr(own), Arc::as_ptr(watcher)),
            (own, watcher) => own.is_none() && watcher.is_none(),
        };
        if !is_same {
            *own = watcher.cloned();
        }
    });
}

/// The evaluation goes on in JavaScript.
pub(crate) fn begin_javascript() {
    LIMIT.with(|limit| {
        limit.deadline.set(Instant::now().checked_add(limit.time.get()));
        limit.is_large.set(true);
        if let Some(watcher) = &*limit.watcher.borrow() {
            watcher.begins();
        }
    });
}

/// The part of the evaluation that was JavaScript has ended.
pub(crate) fn end_javascript() {
    LIMIT.with(|limit| {
        if let Some(watcher) = &*limit.watcher.borrow() {
            watcher.ends();
        }
    });
}

/// Work on a large value is about to begin, which nobody can interrupt. Whether this thread may do it: else it is for
/// one that can be left to itself.
pub(crate) fn may_take_long() -> bool {
    LIMIT.with(|limit| {
        // Outside of an evaluation nothing is limited.
        if limit.left.get() == usize::MAX {
            return true;
        }
        if !limit.is_apart.get() {
            return false;
        }
        if !limit.is_large.replace(true)
            && let Some(watcher) = &*limit.watcher.borrow()
        {
            watcher.begins();
        }
        true
    })
}

/// The evaluation has ended; fails when it had to.
pub(crate) fn end() -> Result<(), ExpressionError> {
    LIMIT.with(|limit| {
        if limit.is_large.replace(false)
            && let Some(watcher) = &*limit.watcher.borrow()
        {
            watcher.ends();
        }
        limit.left.set(usize::MAX);
        limit.deadline.set(None);
        if limit.is_over.replace(false) { Err(ExpressionError::timed_out()) } else { Ok(()) }
    })
}

/// Whether the evaluation under way must end, which a loop of many steps asks after so many of them. What it gives then
/// is of no account.
pub(crate) fn is_over_after(steps: usize) -> bool {
    LIMIT.with(|limit| match limit.left.get().checked_sub(steps) {
        Some(left) => {
            limit.left.set(left);
            false
        }
        None => look(limit),
    })
}

/// Takes so many steps.
///
/// # Errors
/// When the evaluation under way must end.
pub(crate) fn spend(steps: usize) -> Result<(), Thrown> {
    if is_over_after(steps) { Err(Thrown::expression("Expression timed out")) } else { Ok(()) }
}

/// Whether the evaluation under way must end.
pub(crate) fn is_over() -> bool {
    LIMIT.with(look)
}

fn look(limit: &Limit) -> bool {
    if limit.is_over.get() {
        return true;
    }
    // Outside of an evaluation nothing is limited.
    if limit.left.get() == usize::MAX {
        return false;
    }
    let now = Instant::now();
    let deadline = limit.deadline.get().or_else(|| now.checked_add(limit.time.get()));
    limit.deadline.set(deadline);
    let is_over = deadline.is_some_and(|deadline| now >= deadline)
        || limit.watcher.borrow().as_ref().is_some_and(|watcher| watcher.interrupts());
    limit.is_over.set(is_over);
    limit.left.set(if is_over { 0 } else { STEPS_PER_LOOK });
    is_over
}
