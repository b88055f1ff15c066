//! Runs that are kept in a store of their own, for tests that end, stop and take up their processes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{Finished, Service, heddle, recipient, recipients, sending_workflow};

/// A workflow with a service and a store of its own.
pub struct Kept {
    /// The service that it sends to, which outlives its processes.
    pub service: Service,
    /// The file of the store.
    pub store: PathBuf,
    /// The workflow.
    pub workflow: Value,
    /// The items that it begins with.
    pub items: Value,
}

impl Kept {
    /// The workflow, with items for `count` recipients.
    pub fn new(workflow: Value, count: usize) -> Self {
        let service = Service::start();
        let store = service.write("anchor", "").with_file_name("runs.db");
        Self { service, store, workflow, items: recipients(count) }
    }

    /// A workflow that sends to `count` recipients.
    pub fn sending(count: usize) -> Self {
        Self::new(sending_workflow(json!({}), json!({})), count)
    }

    /// The same, with further keys at the node that sends.
    pub fn sending_with(keys: Value, count: usize) -> Self {
        Self::new(sending_workflow(json!({}), keys), count)
    }

    /// `heddle run`, three items at a time.
    pub fn run(&self) -> Command {
        self.run_at("3")
    }

    /// `heddle run`, so many items at a time.
    pub fn run_at(&self, concurrency: &str) -> Command {
        let mut command = self.service.run(&self.workflow, &self.items);
        command.args(["--concurrency", concurrency]).env("HEDDLE_STORE", &self.store);
        command
    }

    /// Another command at the store.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = heddle();
        command.args(words).env("HEDDLE_STORE", &self.store);
        command
    }

    /// The id of the last run; `None` while nothing is kept.
    pub fn id(&self) -> Option<String> {
        let runs = Finished::of(&mut self.command(&["runs", "--json"])).json();
        runs[0]["id"].as_str().map(str::to_owned)
    }

    /// `heddle resume` of the last run.
    ///
    /// # Panics
    /// When none is kept.
    pub fn resume(&self) -> Command {
        let id = self.id().expect("a run is kept");
        self.command(&["resume", &id])
    }

    /// What `heddle runs report` tells of the last run.
    ///
    /// # Panics
    /// When none is kept.
    pub fn report(&self) -> Vec<Value> {
        let id = self.id().expect("a run is kept");
        let told = Finished::of(&mut self.command(&["runs", "report", &id, "--format", "json"])).json();
        told.as_array().expect("a list").clone()
    }

    /// What is reported about the items of the node `Send`, by the numbers of their recipients: those of their callers, or
    /// two in each run of the node.
    ///
    /// # Panics
    /// When no run is kept.
    pub fn verdicts(&self) -> BTreeMap<usize, String> {
        let number = |line: &Value| match line["callers"][0]["item"].as_u64() {
            Some(item) => item as usize,
            None => {
                line["run"].as_u64().expect("a run") as usize * 2
                    + line["item"].as_u64().expect("an item") as usize
            }
        };
        let told = self.report();
        let lines = told.iter().filter(|line| line["node"] == "Send");
        lines.map(|line| (number(line), line["verdict"].as_str().expect("a word").to_owned())).collect()
    }

    /// How many messages a recipient got.
    pub fn times_sent(&self, number: usize) -> usize {
        self.service.ledger().iter().filter(|entry| entry.to == recipient(number)).count()
    }

    /// Compares what is told of the last run with the ledger, where every item has a recipient of its own.
    ///
    /// # Panics
    /// When they differ, more than `most_unknown` are unknown, or one was not sent.
    pub fn check(&self, place: &str, most_unknown: usize) {
        let verdicts = self.verdicts();
        assert_eq!(Some(verdicts.len()), self.items.as_array().map(Vec::len), "{place}: {verdicts:?}");
        for (number, verdict) in &verdicts {
            let times = self.times_sent(*number);
            match verdict.as_str() {
                "sent" => assert_eq!(times, 1, "{place}, {number}: {verdicts:?}"),
                "unknown" => assert!(times <= 1, "{place}, {number}: sent {times} times"),
                _ => assert_eq!(times, 0, "{place}, {number}: {verdicts:?}"),
            }
        }
        let unknown = verdicts.values().filter(|verdict| *verdict == "unknown").count();
        assert!(unknown <= most_unknown, "{place}: {unknown} unknown");
        assert!(!verdicts.values().any(|verdict| verdict == "notSent"), "{place}: {verdicts:?}");
    }
}

/// Whether a process was ended from outside.
pub fn has_died(finished: &Finished) -> bool {
    finished.status == -1
}

/// Waits until a process is stopped.
///
/// # Panics
/// When it is not within a minute.
pub fn wait_until_stopped(child: &Child) {
    let began = Instant::now();
    let status = Path::new("/proc").join(child.id().to_string()).join("stat");
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        if text.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T')) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "it did not stop: {text}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a signal to a process.
///
/// # Panics
/// When it is gone.
pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()));
}
