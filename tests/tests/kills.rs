//! Processes that die, or are stopped, at every point of a run, against a service that survives and keeps its own ledger:
//! after resuming, nothing was sent twice, every item is reported, and what is told is what happened. Beside that: stores
//! that cannot be read or written. (Every point of the log itself is tried in `resume.rs`, without processes.)
//!
//! `HEDDLE_KILLS=200 cargo test -p heddle-tests --test kills random` tries more random kills.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use heddle_tests::kept::{Kept, has_died, signal, wait_until_stopped};
use heddle_tests::{Finished, Service, begun_by_call, calling_workflow, recipient, sending_workflow};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule};

const POINTS: [(&str, usize); 9] = [
    ("claim before", 5),
    ("commit before", 3),
    ("commit after", 3),
    ("claim after", 5),
    ("answer read", 5),
    ("outcome kept", 5),
    ("item done", 5),
    ("node done", 1),
    ("node done", 2),
];

#[test]
fn a_process_that_dies_at_any_point_leaves_nothing_to_be_sent_twice() {
    for (point, time) in POINTS {
        let kept = Kept::sending(9);
        let set = format!("{point}:{time}:exit");
        let ended = Finished::of(kept.run().env("HEDDLE_FAIL_POINT", &set));
        assert!(has_died(&ended), "{set}: {} {}", ended.status, ended.stderr);
        if kept.id().is_none() {
            // Nothing had left.
            assert!(kept.service.ledger().is_empty(), "{set}");
            continue;
        }
        // In the middle of the resumption as well.
        let again = format!("{point}:2:exit");
        let mut resumed = Finished::of(kept.resume().env("HEDDLE_FAIL_POINT", &again));
        if has_died(&resumed) {
            let loading = Finished::of(kept.resume().env("HEDDLE_FAIL_POINT", "resume loading:1:exit"));
            assert!(has_died(&loading), "{set}: {}", loading.stderr);
            resumed = Finished::of(&mut kept.resume());
        }
        assert_eq!(resumed.status, 0, "{set}: {}", resumed.stderr);
        kept.check(&set, 6);
    }
}

fn calling(service: &Service, wait: bool) -> Value {
    let called = begun_by_call(sending_workflow(json!({}), json!({})));
    service.write("called.json", called.to_string());
    calling_workflow(json!({ "options": { "waitForSubWorkflow": wait } }), json!({}))
}

#[test]
fn called_workflows_go_on_where_they_stopped() {
    for (wait, point) in [
        (true, "child ended:2:exit"),
        (true, "answer read:3:exit"),
        (false, "child ended:1:exit"),
        (false, "claim after:2:exit"),
    ] {
        let mut kept = Kept::sending(5);
        kept.workflow = calling(&kept.service, wait);
        let ended = Finished::of(kept.run().env("HEDDLE_FAIL_POINT", point));
        assert!(has_died(&ended), "{point}: {}", ended.stderr);
        // The run keeps to the texts that it began with.
        kept.service.write("called.json", "{}");
        let resumed = Finished::of(&mut kept.resume());
        assert_eq!(resumed.status, 0, "{point}: {}", resumed.stderr);
        kept.check(point, if wait { 1 } else { 5 });
    }
}

#[test]
fn a_wait_lasts_over_the_death_of_its_process() {
    let mut kept = Kept::sending(3);
    kept.workflow["nodes"].as_array_mut().expect("nodes").push(json!({
        "name": "Wait", "type": "n8n-nodes-base.wait", "typeVersion": 1.1, "position": [0, 0],
        "parameters": { "amount": 70, "unit": "seconds" },
    }));
    kept.workflow["connections"] = json!({
        "Start": { "main": [[{ "node": "Wait", "type": "main", "index": 0 }]] },
        "Wait": { "main": [[{ "node": "Send", "type": "main", "index": 0 }]] },
    });
    let ended = Finished::of(kept.run().env("HEDDLE_FAIL_POINT", "wait recorded:1:exit"));
    assert!(has_died(&ended), "{}", ended.stderr);
    let runs = Finished::of(&mut kept.command(&["runs", "--json"])).json();
    assert_eq!(runs[0]["status"], "interrupted");
    assert!(runs[0]["waitTill"].is_string(), "{runs}");
    // It is not due yet.
    let due = Finished::of(&mut kept.command(&["resume", "--due"]));
    assert_eq!((due.status, due.stderr.as_str()), (0, ""));
    let id = kept.id().expect("it is kept");
    let waiting = Finished::of(&mut kept.command(&["resume", &id, "--no-wait"]));
    assert_eq!(waiting.status, 0, "{}", waiting.stderr);
    assert!(waiting.stderr.contains("heddle resume --due"), "{}", waiting.stderr);
    let runs = Finished::of(&mut kept.command(&["runs", "--json", "--status", "waiting"])).json();
    assert_eq!(runs[0]["id"], id.as_str(), "{runs}");
    assert!(kept.service.ledger().is_empty());
}

#[test]
fn a_run_of_a_process_that_is_stopped_is_nobody_elses() {
    if !Path::new("/proc/self/stat").exists() {
        eprintln!("skipped: this system does not tell whether a process is stopped");
        return;
    }
    for point in ["claim after:4:stop", "answer read:4:stop", "outcome kept:4:stop", "item done:4:stop"] {
        let kept = Kept::sending(8);
        let mut command = kept.run();
        command.env("HEDDLE_FAIL_POINT", point).stdout(Stdio::null()).stderr(Stdio::piped());
        let child = command.spawn().expect("it starts");
        wait_until_stopped(&child);
        let refused = Finished::of(&mut kept.resume());
        assert_eq!(refused.status, 3, "{point}: {}", refused.stderr);
        assert!(refused.stderr.contains(&child.id().to_string()), "{point}: {}", refused.stderr);
        let second = Finished::of(&mut kept.run());
        assert_eq!(second.status, 3, "{point}: {}", second.stderr);
        signal(&child, "CONT");
        let output = Finished::from(child.wait_with_output().expect("it ends"));
        assert_eq!(output.status, 0, "{point}: {}", output.stderr);
        kept.check(point, 0);
        assert_eq!(kept.service.ledger().len(), 8, "{point}");
    }
}

#[test]
fn a_process_that_has_lost_its_lock_sends_nothing_more() {
    if !Path::new("/proc/self/stat").exists() {
        eprintln!("skipped: this system does not tell whether a process is stopped");
        return;
    }
    // More than three commits can claim, however many come together.
    let kept = Kept::sending(20);
    let mut command = kept.run();
    command.env("HEDDLE_FAIL_POINT", "commit after:3:stop").stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().expect("it starts");
    wait_until_stopped(&child);
    // As where the file system forgets its locks.
    let mut locks = kept.store.as_os_str().to_owned();
    locks.push(".locks");
    std::fs::remove_dir_all(locks).expect("they can be removed");
    let resumed = Finished::of(&mut kept.resume());
    assert_eq!(resumed.status, 0, "{}", resumed.stderr);
    let sent = kept.service.ledger().len();
    signal(&child, "CONT");
    let output = Finished::from(child.wait_with_output().expect("it ends"));
    assert_ne!(output.status, 0, "{}", output.stderr);
    assert!(output.stderr.contains("another process has taken the run over"), "{}", output.stderr);
    // What it had claimed before may have left since; to the other process that is unknown.
    assert!(kept.service.ledger().len() <= sent + 3, "{}", output.stderr);
    kept.check("lock lost", 6);
}

#[test]
fn random_kills_leave_nothing_to_be_sent_twice() {
    let rounds = std::env::var("HEDDLE_KILLS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(20);
    let contacts = if rounds > 20 { 300 } else { 30 };
    let mut interrupted = 0;
    for round in 0..rounds {
        let kept = Kept::sending(contacts);
        kept.service.fault(FaultRule::new(Fault::SlowAfterAccepting { duration: Duration::from_millis(40) }));
        let mut first = kept.run();
        let mut kills = 0;
        let place = loop {
            let mut command =
                if kept.id().is_some() { kept.resume() } else { std::mem::replace(&mut first, kept.run()) };
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
            if kills == 2 {
                let status = child.wait().expect("it ends");
                assert_eq!(status.code(), Some(0), "round {round}");
                break format!("round {round}, {kills} kills");
            }
            std::thread::sleep(Duration::from_millis(fastrand::u64(20..300)));
            match child.try_wait().expect("it can be asked") {
                Some(status) => {
                    assert_eq!(status.code(), Some(0), "round {round}");
                    break format!("round {round}, it ended after {kills} kills");
                }
                None => {
                    child.kill().expect("it can be killed");
                    child.wait().expect("it ends");
                    kills += 1;
                    interrupted += 1;
                }
            }
        };
        kept.check(&place, 3 * kills);
    }
    assert!(interrupted > rounds / 4, "only {interrupted} runs were killed on their way");
}

#[test]
fn an_incomplete_run_keeps_a_second_one_from_beginning() {
    let kept = Kept::sending(6);
    kept.service.fault(FaultRule::new(Fault::FormError).to(recipient(3)).times(1));
    let ended = Finished::of(&mut kept.run_at("1"));
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("heddle resume "), "{}", ended.stderr);
    let second = Finished::of(&mut kept.run());
    assert_eq!(second.status, 3, "{}", second.stderr);
    assert!(second.stderr.contains("heddle resume ") && second.stderr.contains("--new"), "{}", second.stderr);
    // Nothing of these is a second mailing.
    for words in [&["--dry-run"][..], &["--no-store"]] {
        let before = kept.service.ledger().len();
        let other = Finished::of(kept.run().args(words).args(["--only", "Send:none"]));
        assert_eq!((other.status, kept.service.ledger().len()), (0, before), "{words:?}: {}", other.stderr);
    }
    let resumed = Finished::of(&mut kept.resume());
    assert_eq!(resumed.status, 0, "{}", resumed.stderr);
    kept.check("resumed", 0);
    // It is complete now: the same once more is somebody's wish.
    let third = Finished::of(&mut kept.run());
    assert_eq!((third.status, kept.service.ledger().len()), (0, 12), "{}", third.stderr);
}

#[test]
fn items_that_failed_are_run_again_as_a_run_of_their_own() {
    let keys = json!({ "onError": "continueErrorOutput" });
    let kept = Kept::sending_with(keys, 6);
    kept.service.fault(FaultRule::new(Fault::FormError).to(recipient(3)).times(1));
    kept.service.fault(FaultRule::new(Fault::CutAfterAccepting).to(recipient(4)).times(1));
    let ended = Finished::of(&mut kept.run());
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let first = kept.id().expect("it is kept");
    let retried = Finished::of(&mut kept.command(&["retry", &first, "--only", "notSent"]));
    assert_eq!(retried.status, 0, "{}", retried.stderr);
    assert!(retried.stderr.contains("1 sent, 0 not sent, 0 unknown, 5 skipped"), "{}", retried.stderr);
    assert_eq!(kept.times_sent(3), 1);
    assert_eq!(kept.times_sent(4), 1, "an unknown item is not sent again unasked");
    let second = kept.id().expect("it is kept");
    assert_ne!(first, second);
    let nothing = Finished::of(&mut kept.command(&["retry", &second, "--only", "failed"]));
    assert_eq!(nothing.status, 0, "{}", nothing.stderr);
    assert!(nothing.stderr.contains("nothing to do"), "{}", nothing.stderr);
    let export = Finished::of(&mut kept.command(&["runs", "export", &first])).json();
    let tasks = &export["data"]["resultData"]["runData"]["Send"];
    assert_eq!(tasks[0]["data"]["main"][0].as_array().map(Vec::len), Some(4), "{export:#}");
    let shown = Finished::of(&mut kept.command(&["runs", "show", &first]));
    assert!(shown.stdout.contains("Send: done, 4 sent, 1 not sent, 1 unknown"), "{}", shown.stdout);
    let csv = Finished::of(&mut kept.command(&["runs", "report", &first]));
    let line =
        csv.stdout.lines().find(|line| line.contains(&recipient(4))).expect("a line for each recipient");
    assert!(line.contains(",unknown,"), "{line}");
}

#[test]
fn nothing_leaves_where_nothing_can_be_kept() {
    let mut kept = Kept::sending(3);
    kept.store = PathBuf::from("/proc/nowhere/runs.db");
    let ended = Finished::of(&mut kept.run());
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("/proc/nowhere"), "{}", ended.stderr);
    assert!(kept.service.ledger().is_empty());
    // Something else lies there.
    let kept = Kept::sending(3);
    std::fs::write(
        &kept.store,
        "not a database, but long enough to be taken for one by its length alone".repeat(99),
    )
    .expect("it can be written");
    let ended = Finished::of(&mut kept.run());
    assert_ne!(ended.status, 0);
    assert!(ended.stderr.contains("runs.db") && ended.stderr.contains("damaged"), "{}", ended.stderr);
    assert!(kept.service.ledger().is_empty());
}

#[test]
fn once_the_disk_is_full_nothing_further_leaves() {
    let kept = Kept::sending(9);
    let ended = Finished::of(kept.run().env("HEDDLE_FAIL_POINT", "disk full:3:fail"));
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("the disk is full"), "{}", ended.stderr);
    let sent = kept.service.ledger().len();
    assert!((1..9).contains(&sent), "{sent}");
    assert!(ended.stderr.contains("sent:"), "the summary tells who got it: {}", ended.stderr);
    // There is room again.
    let resumed = Finished::of(&mut kept.resume());
    assert_eq!(resumed.status, 0, "{}", resumed.stderr);
    kept.check("resumed", 3);
}

/// A store with a run that was interrupted.
fn interrupted() -> Kept {
    let kept = Kept::sending(9);
    let ended = Finished::of(kept.run().env("HEDDLE_FAIL_POINT", "item done:5:exit"));
    assert!(has_died(&ended), "{}", ended.stderr);
    kept
}

#[test]
fn a_damaged_store_is_told_of_and_sends_nothing() {
    let change = |kept: &Kept, change: &str| {
        let connection = rusqlite::Connection::open(&kept.store).expect("it opens");
        connection.execute_batch(change).expect("it can be changed");
        let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    };
    for (what, text) in [
        ("UPDATE blocks SET checksum = checksum + 1 WHERE number = 2", "damaged"),
        ("UPDATE blocks SET body = substr(body, 1, length(body) - 1) WHERE number = 2", "damaged"),
        ("PRAGMA user_version = 99", "newer version"),
    ] {
        let kept = interrupted();
        let id = kept.id().expect("it is kept");
        let sent = kept.service.ledger().len();
        change(&kept, what);
        let resumed = Finished::of(&mut kept.command(&["resume", &id]));
        assert_ne!(resumed.status, 0, "{what}");
        assert!(
            resumed.stderr.contains(text) && resumed.stderr.contains("runs.db"),
            "{what}: {}",
            resumed.stderr
        );
        assert_eq!(kept.service.ledger().len(), sent, "{what}");
    }
    // A part of the file is gone.
    let kept = interrupted();
    let id = kept.id().expect("it is kept");
    change(&kept, "");
    let file = std::fs::OpenOptions::new().write(true).open(&kept.store).expect("it opens");
    let length = file.metadata().expect("it has one").len();
    file.set_len(length / 2).expect("it can be cut");
    let sent = kept.service.ledger().len();
    let resumed = Finished::of(&mut kept.command(&["resume", &id]));
    assert_ne!(resumed.status, 0, "{}", resumed.stderr);
    assert!(resumed.stderr.contains("runs.db"), "{}", resumed.stderr);
    assert_eq!(kept.service.ledger().len(), sent);
}

#[test]
fn a_store_is_for_its_owner_alone_and_forgets_what_is_over() {
    use std::os::unix::fs::PermissionsExt as _;

    let kept = Kept::sending(2);
    assert_eq!(Finished::of(&mut kept.run()).status, 0);
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&kept.store), 0o600);
    let secret = wts_sandbox::seed::TOKEN.as_bytes();
    for name in ["runs.db", "runs.db-wal"] {
        let bytes = std::fs::read(kept.store.with_file_name(name)).unwrap_or_default();
        assert!(!bytes.windows(secret.len()).any(|part| part == secret), "{name} holds the token");
    }
    let pruned = Finished::of(&mut kept.command(&["runs", "prune", "--older-than", "1d"]));
    assert_eq!(pruned.stdout, "removed 0 runs\n");
    std::thread::sleep(Duration::from_millis(20));
    let pruned = Finished::of(&mut kept.command(&["runs", "prune", "--older-than", "0s"]));
    assert_eq!(pruned.stdout, "removed 1 run\n");
    let kept = interrupted();
    let pruned = Finished::of(&mut kept.command(&["runs", "prune", "--older-than", "0s"]));
    assert_eq!(pruned.stdout, "removed 0 runs\n", "it is not over");
}

#[test]
fn a_run_without_effects_opens_no_store() {
    let kept = Kept::sending(2);
    let workflow = json!({
        "nodes": [{ "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0],
            "parameters": {} }],
        "connections": {},
    });
    let mut command = kept.service.run(&workflow, &json!([{ "a": 1 }]));
    assert_eq!(Finished::of(command.env("HEDDLE_STORE", &kept.store)).status, 0);
    assert!(!kept.store.exists());
    let dry = Finished::of(kept.run().arg("--dry-run"));
    assert_eq!((dry.status, kept.store.exists()), (0, false), "{}", dry.stderr);
}
