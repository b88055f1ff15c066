//! A log in memory: it lasts as long as the process.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use uuid::Uuid;

use super::{Record, RunLog};

/// Runs whose calls a host without another log remembers.
const REMEMBERED_RUNS: usize = 100;

/// A log in memory.
#[derive(Debug)]
pub struct MemoryLog {
    keeps_runs: bool,
    /// How many runs it remembers.
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    runs: HashMap<Uuid, Vec<(u64, Record)>>,
    /// The runs, the oldest first.
    order: VecDeque<Uuid>,
    count: u64,
}

impl MemoryLog {
    /// A log that keeps everything, also what runs can be taken up from.
    pub fn new() -> Self {
        Self { keeps_runs: true, most: usize::MAX, state: Mutex::default() }
    }

    /// A log that keeps the calls alone.
    pub fn of_calls() -> Self {
        Self { keeps_runs: false, ..Self::new() }
    }

    /// What a host has that was given no log: the calls of the last runs.
    pub(crate) fn of_last_calls() -> Self {
        Self { most: REMEMBERED_RUNS, ..Self::of_calls() }
    }

    /// The records of all runs so far, in their order.
    pub fn records(&self) -> Vec<Record> {
        let state = self.state();
        let mut records: Vec<&(u64, Record)> = state.runs.values().flatten().collect();
        records.sort_by_key(|(number, _)| *number);
        records.into_iter().map(|(_, record)| record.clone()).collect()
    }

    /// The runs of which it has records, in the order of their first ones.
    pub fn runs(&self) -> Vec<Uuid> {
        self.state().order.iter().copied().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryLog {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl RunLog for MemoryLog {
    async fn append(&self, run: Uuid, record: Record) -> io::Result<()> {
        let mut state = self.state();
        let number = state.count;
        state.count += 1;
        if !state.runs.contains_key(&run) {
            state.order.push_back(run);
            if state.order.len() > self.most
                && let Some(oldest) = state.order.pop_front()
            {
                state.runs.remove(&oldest);
            }
        }
        state.runs.entry(run).or_default().push((number, record));
        Ok(())
    }

    async fn load(&self, run: Uuid) -> io::Result<Vec<Record>> {
        let state = self.state();
        let records = state.runs.get(&run).into_iter().flatten();
        Ok(records.map(|(_, record)| record.clone()).collect())
    }

    fn keeps_runs(&self) -> bool {
        self.keeps_runs
    }
}
