//! What is sent once, and how many leave in a day, over runs and processes that share a store (`docs/mailings.md`).

#![cfg(unix)]

use std::process::Stdio;
use std::time::Duration;

use heddle_tests::kept::{Kept, has_died, signal, wait_until_stopped};
use heddle_tests::{Finished, recipient, recipients};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule};

/// A workflow that sends once to each of so many.
fn sending_once(count: usize) -> Kept {
    Kept::sending_with(json!({ "sendOnce": { "within": "30d" } }), count)
}

/// A second run of it, which is begun anew.
fn again(kept: &Kept) -> std::process::Command {
    let mut command = kept.run();
    command.arg("--new");
    command
}

fn verdicts_of(kept: &Kept, verdict: &str) -> Vec<Value> {
    kept.report().into_iter().filter(|line| line["verdict"] == verdict).collect()
}

#[test]
fn a_later_run_skips_whom_an_earlier_one_has_sent_to_and_names_it() {
    let mut kept = sending_once(2);
    assert_eq!(Finished::of(&mut kept.run()).status, 0);
    let first = kept.id().expect("it is kept");
    kept.items = recipients(3);
    let dry = Finished::of(kept.run().arg("--dry-run"));
    assert_eq!(dry.status, 0, "{}", dry.stderr);
    let report = kept.service.write("report.jsonl", "");
    let second = Finished::of(kept.run().arg("--report").arg(&report));
    assert!(second.stderr.contains("Send: 1 sent, 0 not sent, 0 unknown, 2 skipped"), "{}", second.stderr);
    assert_eq!(kept.service.ledger().len(), 3);
    let text = std::fs::read_to_string(&report).expect("a report");
    assert!(text.contains(&format!("was sent by item 0 of \\\"Send\\\" in the run {first}")), "{text}");
    let reason = verdicts_of(&kept, "skipped")[0]["reason"].clone();
    assert!(reason.as_str().is_some_and(|reason| reason.ends_with(&first)), "{reason}");
    // It is removed; what it sent is remembered all the same.
    std::thread::sleep(Duration::from_millis(20));
    let pruned = Finished::of(&mut kept.command(&["runs", "prune", "--older-than", "0s"]));
    assert_eq!(pruned.stdout, "removed 2 runs\n");
    let third = Finished::of(&mut again(&kept));
    assert!(third.stderr.contains("Send: 0 sent, 0 not sent, 0 unknown, 3 skipped"), "{}", third.stderr);
    assert_eq!(kept.service.ledger().len(), 3);
}

#[test]
fn a_key_counts_within_its_time_and_within_its_scope() {
    let mut kept = Kept::sending_with(json!({ "sendOnce": { "within": "1s" } }), 2);
    assert_eq!(Finished::of(&mut kept.run()).status, 0);
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(Finished::of(&mut again(&kept)).status, 0);
    assert_eq!(kept.service.ledger().len(), 4, "the time is over");
    kept.workflow["name"] = json!("Another");
    kept.workflow["nodes"][1]["sendOnce"] = json!({ "within": "1h" });
    assert_eq!(Finished::of(&mut kept.run()).status, 0);
    assert_eq!(kept.service.ledger().len(), 6, "it is another workflow");
    for (name, sends) in [("One", 8), ("Two", 8)] {
        kept.workflow["name"] = json!(name);
        kept.workflow["nodes"][1]["sendOnce"] = json!({ "within": "1h", "scope": "store" });
        assert_eq!(Finished::of(&mut kept.run()).status, 0);
        assert_eq!(kept.service.ledger().len(), sends, "{name}");
    }
}

#[test]
fn of_two_processes_at_once_one_sends() {
    let kept = sending_once(12);
    kept.service.fault(FaultRule::new(Fault::SlowAfterAccepting { duration: Duration::from_millis(30) }));
    let mut runs: Vec<_> = (0..2)
        .map(|_| again(&kept).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts"))
        .collect();
    let ended: Vec<Finished> =
        runs.drain(..).map(|run| Finished::from(run.wait_with_output().expect("it ends"))).collect();
    for run in &ended {
        assert_eq!(run.status, 0, "{}", run.stderr);
        assert!(run.stderr.contains(" 0 not sent, 0 unknown"), "{}", run.stderr);
    }
    assert_eq!(kept.service.ledger().len(), 12);
    for number in 0..12 {
        assert_eq!(kept.times_sent(number), 1, "{number}");
    }
}

#[test]
fn one_that_waits_for_another_process_takes_over_what_that_could_not_send() {
    let kept = sending_once(1);
    kept.service.fault(FaultRule::new(Fault::FormError).times(1));
    let mut first = again(&kept);
    first.env("HEDDLE_FAIL_POINT", "claim after:1:stop").stdout(Stdio::null()).stderr(Stdio::null());
    let mut first = first.spawn().expect("it starts");
    wait_until_stopped(&first);
    let mut second = again(&kept).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    std::thread::sleep(Duration::from_millis(700));
    assert!(second.try_wait().expect("it can be asked").is_none(), "it waits for the first one");
    assert!(kept.service.ledger().is_empty());
    signal(&first, "CONT");
    assert_eq!(first.wait().expect("it ends").code(), Some(1));
    let second = Finished::from(second.wait_with_output().expect("it ends"));
    assert!(second.stderr.contains("Send: 1 sent"), "{}", second.stderr);
    assert_eq!(kept.service.ledger().len(), 1);
}

#[test]
fn whom_a_dead_process_may_have_sent_to_is_skipped_and_resuming_agrees() {
    for (point, sends) in [
        // Whether the claim came into the store.
        ("commit before:2:exit", 4),
        ("claim after:3:exit", 3),
        ("answer read:3:exit", 4),
        ("outcome kept:3:exit", 4),
        ("item done:3:exit", 4),
    ] {
        let kept = sending_once(4);
        let ended = Finished::of(kept.run_at("1").env("HEDDLE_FAIL_POINT", point));
        assert!(has_died(&ended), "{point}: {}", ended.stderr);
        let first = kept.id().expect("it is kept");
        let second = Finished::of(&mut again(&kept));
        assert_eq!(second.status, 0, "{point}: {}", second.stderr);
        let sent = kept.service.ledger().len();
        let resumed = Finished::of(&mut kept.command(&["resume", &first]));
        assert_eq!(resumed.status, 0, "{point}: {}", resumed.stderr);
        assert_eq!(kept.service.ledger().len(), sent, "{point}: the second run had sent to the rest");
        assert_eq!(sent, sends, "{point}");
        for number in 0..4 {
            assert!(kept.times_sent(number) <= 1, "{point}: {number}");
        }
    }
}

#[test]
fn what_nobody_knows_is_held_and_a_retry_of_it_has_its_key() {
    let kept = Kept::sending_with(json!({ "sendOnce": true, "onError": "continueErrorOutput" }), 3);
    kept.service.fault(FaultRule::new(Fault::CutAfterAccepting).to(recipient(1)).times(1));
    kept.service.fault(FaultRule::new(Fault::FormError).to(recipient(2)).times(1));
    assert_eq!(Finished::of(&mut kept.run()).status, 0);
    let first = kept.id().expect("it is kept");
    let second = Finished::of(&mut again(&kept));
    assert!(second.stderr.contains("Send: 1 sent, 0 not sent, 0 unknown, 2 skipped"), "{}", second.stderr);
    assert_eq!(kept.times_sent(2), 1, "one that was refused is free");
    assert_eq!(verdicts_of(&kept, "skipped").len(), 2);
    let retried = Finished::of(&mut kept.command(&["retry", &first, "--only", "unknown"]));
    assert!(retried.stderr.contains("Send: 1 sent, 0 not sent, 0 unknown, 2 skipped"), "{}", retried.stderr);
    assert_eq!(kept.times_sent(1), 2, "it was asked for");
}

#[test]
fn no_more_leave_in_a_day_than_may_over_all_runs() {
    let kept = Kept::sending(8);
    let cap = ["--at-most", "5/day", "--timeout", "2"];
    kept.service.fault(FaultRule::new(Fault::FormError).to(recipient(0)).times(1));
    let mut first = kept.run_at("1");
    let first = Finished::of(first.args(["--only", "Send:0-3"]).args(cap));
    assert_eq!(first.status, 1, "the first one is refused: {}", first.stderr);
    let second = Finished::of(again(&kept).args(cap));
    assert_eq!(second.status, 1, "{}", second.stderr);
    assert!(second.stderr.contains(", since 5/day have been sent"), "{}", second.stderr);
    assert_eq!(kept.service.ledger().len(), 5, "what was refused leaves room");
    // Over the death of a process as well, and for several at once.
    let kept = Kept::sending(8);
    let ended = Finished::of(kept.run().args(cap).env("HEDDLE_FAIL_POINT", "item done:3:exit"));
    assert!(has_died(&ended), "{}", ended.stderr);
    let left = kept.service.ledger().len();
    let resumed = Finished::of(kept.resume().arg("--quiet"));
    assert_eq!(resumed.status, 1, "it waits for tomorrow: {}", resumed.stderr);
    // What nobody knows counts.
    let sent = kept.service.ledger().len();
    assert!((left..=5).contains(&sent), "{left} and {sent}");
    let mut both: Vec<_> = (0..2)
        .map(|_| {
            let mut run = again(&kept);
            run.args(["--at-most", "8/day", "--timeout", "3"]).stdout(Stdio::null()).stderr(Stdio::null());
            run.spawn().expect("it starts")
        })
        .collect();
    for run in &mut both {
        assert_eq!(run.wait().expect("it ends").code(), Some(1));
    }
    assert_eq!(kept.service.ledger().len(), sent + 3, "of 8 the dead process had taken 5");
}

#[test]
fn what_reaches_nobody_keeps_nobody_from_being_sent_to() {
    let kept = sending_once(2);
    let mut trial = heddle_tests::heddle();
    let file = kept.service.write("workflow.json", kept.workflow.to_string());
    let items = kept.service.write("items.json", kept.items.to_string());
    trial.arg("run").arg(&file).arg("--input").arg(&items).arg("--sandbox").env("HEDDLE_STORE", &kept.store);
    let ended = Finished::of(trial.env("HEDDLE_FAIL_POINT", "item done:1:exit"));
    assert!(has_died(&ended), "{}", ended.stderr);
    let id = kept.id().expect("it is kept, since a store is named");
    let real = Finished::of(&mut kept.run());
    assert!(real.stderr.contains("Send: 2 sent"), "{}", real.stderr);
    // It goes on with a sandbox, whatever the environment holds.
    let credential = json!({ "apiKey": wts_sandbox::seed::TOKEN, "baseUrl": kept.service.sandbox().url() });
    let mut resumed = kept.command(&["resume", &id]);
    let resumed = Finished::of(resumed.env("HEDDLE_CREDENTIAL_WTSAPI", credential.to_string()));
    assert_eq!(resumed.status, 0, "{}", resumed.stderr);
    assert_eq!(kept.service.ledger().len(), 2);
}
