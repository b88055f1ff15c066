//! Signals at random points of a sending: what is told, by the summary and by the report, agrees with the service's own
//! ledger, whatever the moment. (`kill -9` is in `reports.rs`.)

#![cfg(unix)]

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use heddle_tests::{Service, begun_by_call, calling_workflow, recipient, recipients, sending_workflow};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule};

const ITEMS: usize = 24;
/// The signals, and the exit status of a run that each ends. Nobody reads a pipe any more: that ends nothing.
const SIGNALS: [(&str, i32, Option<i32>); 4] =
    [("INT", 2, Some(130)), ("TERM", 15, Some(143)), ("HUP", 1, Some(129)), ("PIPE", 13, None)];

/// Small random numbers, the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// What one round does beside sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    /// Each item's recipient takes some time to work out.
    Evaluating,
    /// Each item is sent by a workflow of its own.
    Calling,
}

fn service(random: &mut Random) -> Service {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::CutAfterAccepting).to(recipient(5)).times(1));
    service.fault(FaultRule::new(Fault::FormError).to(recipient(7)).times(1));
    service.fault(FaultRule::new(Fault::ServerErrorAfterAccepting).to(recipient(11)).times(1));
    let duration = Duration::from_millis(20 + random.below(120));
    service.fault(FaultRule::new(Fault::SlowAfterAccepting { duration }));
    service
}

fn workflow(kind: Kind, service: &Service) -> Value {
    let continuing = json!({ "onError": "continueErrorOutput" });
    let sends = |parameters: Value| sending_workflow(parameters, continuing.clone());
    match kind {
        Kind::Plain => sends(json!({})),
        Kind::Evaluating => sends(json!({
            "numberToSend":
                "={{ (() => { let sum = 0; for (let i = 0; i < 400000; i++) { sum += i % 7; } return sum && $json.to; })() }}",
        })),
        Kind::Calling => {
            let called = begun_by_call(sends(json!({})));
            service.write("called.json", called.to_string());
            calling_workflow(json!({}), json!({}))
        }
    }
}

/// The verdicts of the report on the node `Send`, by the number of the recipient.
fn verdicts(report: &Path) -> BTreeMap<usize, String> {
    let text = std::fs::read_to_string(report).unwrap_or_default();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("whole lines"));
    let number = |line: &Value| match line["callers"][0]["item"].as_u64() {
        Some(item) => item as usize,
        None => line["item"].as_u64().expect("an item") as usize,
    };
    let mut verdicts = BTreeMap::new();
    for line in lines.filter(|line| line["node"] == "Send") {
        if line["type"] == "started" {
            verdicts.entry(number(&line)).or_insert_with(|| "unknown".to_owned());
        } else if line["type"] == "ended" {
            verdicts.insert(number(&line), line["verdict"].as_str().expect("a verdict").to_owned());
        }
    }
    verdicts
}

#[test]
fn whenever_a_signal_comes_what_is_told_is_what_happened() {
    let mut random = Random(20_261_129);
    let mut ended_early = 0;
    for round in 0..24 {
        let kind = [Kind::Plain, Kind::Evaluating, Kind::Calling][round % 3];
        let (name, number, expected) = SIGNALS[(round / 3) % SIGNALS.len()];
        let service = service(&mut random);
        let report = service.write("anchor", "").with_file_name("report.jsonl");
        let mut command = service.run(&workflow(kind, &service), &recipients(ITEMS));
        command.args(["--concurrency", "3", "--report"]).arg(&report);
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(random.below(900)));
        let killed = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
        assert!(killed.is_ok_and(|status| status.success()));
        let output = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        let place = format!("round {round}, {kind:?}, {name}:\n{stderr}");

        let ledger = service.ledger();
        let times_sent = |number: usize| ledger.iter().filter(|entry| entry.to == recipient(number)).count();
        if output.status.signal() == Some(number) {
            // It came before the process could listen to it: nothing had left.
            assert!(ledger.is_empty(), "{place}");
            continue;
        }
        let status = output.status.code();
        assert!(status == expected || status == Some(0), "{status:?}, {place}");
        let verdicts = verdicts(&report);
        if expected.is_none() || !stderr.contains("Interrupted") {
            assert!(status == Some(0) || ledger.is_empty(), "{status:?}, {place}");
        } else {
            ended_early += 1;
        }
        let mut counts = [0, 0, 0];
        for number in 0..ITEMS {
            let times = times_sent(number);
            assert!(times <= 1, "{number} was sent to twice, {place}");
            match verdicts.get(&number).map(String::as_str) {
                Some("sent") => {
                    assert_eq!(times, 1, "{number}, {place}");
                    counts[0] += 1;
                }
                Some("notSent") => {
                    assert_eq!(times, 0, "{number}, {place}");
                    counts[1] += 1;
                }
                Some("unknown") => counts[2] += 1,
                None => assert_eq!(times, 0, "{number}, {place}"),
                Some(other) => panic!("{other}, {place}"),
            }
        }
        if !verdicts.is_empty() {
            let line = format!("Send: {} sent, {} not sent, {} unknown", counts[0], counts[1], counts[2]);
            assert!(stderr.contains(&line), "{line}, {place}");
        }
        if status == Some(0) && kind != Kind::Calling {
            assert_eq!(counts.iter().sum::<usize>(), ITEMS, "{place}");
        }
    }
    assert!(ended_early >= 3, "the signals must come while there is something to end: {ended_early}");
}
