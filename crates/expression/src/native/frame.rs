//! Where an expression is evaluated: the scene, and the local names of the functions around it.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::native::Stop;
use crate::native::operand::Operand;
use crate::scene::Scene;

/// A call in progress. Names are resolved to a number of frames outwards and a position when the code is compiled.
pub(crate) struct Frame<'f, 'a> {
    pub(crate) scene: &'f Scene<'a>,
    values: &'f [Operand<'a>],
    outer: Option<&'f Frame<'f, 'a>>,
    budget: &'f Budget,
}

impl<'f, 'a> Frame<'f, 'a> {
    /// The frame of a whole chunk, which has no local names.
    pub(crate) fn of_chunk(scene: &'f Scene<'a>, budget: &'f Budget) -> Self {
        Self { scene, values: &[], outer: None, budget }
    }

    /// The frame of a call inside this one.
    pub(crate) fn enter(&'f self, values: &'f [Operand<'a>]) -> Self {
        Self { scene: self.scene, values, outer: Some(self), budget: self.budget }
    }

    /// The value of a local name.
    pub(crate) fn local(&self, level: usize, position: usize) -> Result<Operand<'a>, Stop> {
        let mut frame = self;
        for _ in 0..level {
            frame = frame.outer.ok_or(Stop::Unsupported)?;
        }
        frame.values.get(position).cloned().ok_or(Stop::Unsupported)
    }

    /// Accounts for one call of a function, and what it gave.
    pub(crate) fn spend(&self, result: &Operand<'_>) -> Result<(), Stop> {
        self.budget.spend(result.extent())
    }
}

/// What native loops may use before the engine takes over, which can be interrupted at any place and knows its memory.
#[derive(Default)]
pub(crate) struct Budget {
    calls: Cell<usize>,
    extent: Cell<usize>,
    begun: Cell<Option<Instant>>,
}

impl Budget {
    /// So many bytes of text and elements of arrays in the results of all calls.
    const EXTENT: usize = 32 << 20;
    const TIME: Duration = Duration::from_millis(100);
    /// Looking at the clock costs more than many a call.
    const CALLS_PER_LOOK: usize = 64;

    fn spend(&self, extent: usize) -> Result<(), Stop> {
        self.extent.set(self.extent.get().saturating_add(extent));
        if self.extent.get() > Self::EXTENT {
            return Err(Stop::Unsupported);
        }
        let calls = self.calls.get() + 1;
        self.calls.set(calls);
        if calls.is_multiple_of(Self::CALLS_PER_LOOK) {
            let now = Instant::now();
            let begun = self.begun.get().unwrap_or(now);
            self.begun.set(Some(begun));
            if now.duration_since(begun) > Self::TIME {
                return Err(Stop::Unsupported);
            }
        }
        Ok(())
    }
}
