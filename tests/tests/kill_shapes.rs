//! Processes that die at every point of runs of other shapes than one node that sends items: loops, code, workflows that are
//! called, error workflows, retries and orders, and mailings with settings. (One node that sends items is in `kills.rs`.)

#![cfg(unix)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use heddle_tests::hostile_service::{HostileService, Reply};
use heddle_tests::kept::{Kept, has_died};
use heddle_tests::{
    Finished, begun_by_call, calling_workflow, code_with_two_calls, recipient, sending_workflow, too_early,
};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule};

/// Points of a run, with the times at which they are reached.
const POINTS: [(&str, usize); 11] = [
    ("claim before", 2),
    ("commit before", 2),
    ("commit after", 1),
    ("commit after", 3),
    ("claim after", 1),
    ("claim after", 3),
    ("answer read", 2),
    ("outcome kept", 2),
    ("item done", 2),
    ("node done", 1),
    ("node done", 3),
];

/// Lets a process die at a point, lets the one die that takes the run up, and takes it up to its end. Gives where, and how
/// that ended; `None` where the point was not reached.
fn kill_and_resume(
    kept: &Kept,
    mut run: Command,
    (point, time): (&str, usize),
) -> Option<(String, Finished)> {
    let place = format!("{point}:{time}:exit");
    let ended = Finished::of(run.env("HEDDLE_FAIL_POINT", &place));
    if !has_died(&ended) || kept.id().is_none() {
        return None;
    }
    let again = Finished::of(kept.resume().env("HEDDLE_FAIL_POINT", format!("{point}:2:exit")));
    if !has_died(&again) {
        return Some((place, again));
    }
    Some((place, Finished::of(&mut kept.resume())))
}

/// Does so at all points of a run that begins anew each time; `check` is told where, and how it ended. Most of them must be
/// reached.
fn kill_everywhere<S>(begin: impl Fn() -> (Kept, S), check: impl Fn(&str, &Kept, &S, &Finished)) {
    let mut reached = 0;
    for point in POINTS {
        let (kept, beside) = begin();
        let run = kept.run_at("2");
        if let Some((place, ended)) = kill_and_resume(&kept, run, point) {
            reached += 1;
            check(&place, &kept, &beside, &ended);
        }
    }
    assert!(reached > POINTS.len() / 2, "only {reached} points were reached");
}

#[test]
fn a_loop_goes_on_with_its_batches() {
    let begin = || {
        let mut kept = Kept::sending(5);
        kept.workflow["nodes"].as_array_mut().expect("nodes").push(json!({
            "name": "Loop", "type": "n8n-nodes-base.splitInBatches", "typeVersion": 3, "position": [0, 0],
            "parameters": { "batchSize": 2, "options": {} },
        }));
        let to_loop = json!({ "main": [[{ "node": "Loop", "type": "main", "index": 0 }]] });
        kept.workflow["connections"] = json!({
            "Start": to_loop, "Send": to_loop,
            "Loop": { "main": [[], [{ "node": "Send", "type": "main", "index": 0 }]] },
        });
        (kept, ())
    };
    kill_everywhere(begin, |place, kept, (), ended| {
        assert_eq!(ended.status, 0, "{place}: {}", ended.stderr);
        kept.check(place, 4);
    });
}

#[test]
fn code_with_two_calls_makes_each_of_them_once() {
    let begin = || {
        let service = HostileService::start(|_| Reply::status("200 OK", ""));
        let mut kept = Kept::new(code_with_two_calls(), 0);
        kept.items = json!([{ "url": service.url() }]);
        (kept, service)
    };
    kill_everywhere(begin, |place, kept, service, ended| {
        let requests = service.requests();
        let sent =
            |n: usize| requests.iter().filter(|request| request.contains(&format!("\"n\":{n}"))).count();
        assert!(sent(1) <= 1 && sent(2) <= 1, "{place}: {requests:?}");
        let told = kept.report();
        match told[0]["verdict"].as_str() {
            Some("sent") => assert_eq!((sent(1), sent(2)), (1, 1), "{place}"),
            Some("unknown") => {}
            _ => panic!("{place}: {told:?} {}", ended.stderr),
        }
    });
}

#[test]
fn a_workflow_that_is_called_for_each_item_goes_on_where_it_stopped() {
    let begin = || {
        let kept = Kept::new(json!({}), 5);
        let called = begun_by_call(sending_workflow(json!({}), json!({})));
        kept.service.write("called.json", called.to_string());
        (Kept { workflow: calling_workflow(json!({}), json!({})), ..kept }, ())
    };
    kill_everywhere(begin, |place, kept, (), ended| {
        assert_eq!(ended.status, 0, "{place}: {}", ended.stderr);
        kept.check(place, 4);
    });
}

#[test]
fn an_error_workflow_is_begun_once() {
    let begin = || {
        let mut kept = Kept::sending(2);
        kept.service.fault(FaultRule::new(Fault::FormError).to(recipient(1)));
        kept.workflow["settings"]["errorWorkflow"] = json!("alarm");
        kept.workflow["id"] = json!("main");
        let mut alarm = sending_workflow(json!({ "numberToSend": recipient(99) }), json!({}));
        alarm["nodes"][0]["type"] = json!("n8n-nodes-base.errorTrigger");
        kept.service.write("alarm.json", alarm.to_string());
        kept
    };
    let mut alarmed = 0;
    for point in
        POINTS.into_iter().chain([("error workflow begun", 1), ("claim after", 4), ("answer read", 3)])
    {
        let kept = begin();
        let run = kept.run_at("1");
        let Some((place, ended)) = kill_and_resume(&kept, run, point) else { continue };
        let alarms = kept.times_sent(99);
        alarmed += alarms;
        assert!(alarms <= 1 && kept.times_sent(0) <= 1, "{place}: {alarms} alarms, {}", ended.stderr);
        let told = kept.report();
        let of = |node_is: &dyn Fn(&Value) -> bool| {
            told.iter().find(|line| node_is(line)).map(|line| line["verdict"].clone())
        };
        let alarm = of(&|line| line["callers"][0]["failureOf"].is_string());
        if alarm == Some(json!("sent")) {
            assert_eq!(alarms, 1, "{place}");
        } else if alarm.is_none() {
            assert_eq!(alarms, 0, "{place}");
        }
    }
    assert!(alarmed > 5, "only {alarmed} alarms");
}

#[test]
fn retries_and_the_order_of_a_recipients_items_hold() {
    let keys = json!({ "retryOnFail": true, "waitBetweenTries": 1, "onError": "continueErrorOutput" });
    let begin = || {
        let mut kept = Kept::sending_with(keys.clone(), 3);
        kept.service.fault(FaultRule::new(too_early()).to(recipient(0)).times(1));
        kept.service.fault(FaultRule::new(too_early()).to(recipient(2)).times(1));
        // Three items of one recipient, one after the other.
        let metadata =
            json!({ "sessionMetadatas": { "sessionMetadata": [{ "key": "n", "value": "={{ $json.n }}" }] } });
        kept.workflow = sending_workflow(metadata, keys.clone());
        let numbers = [0, 1, 2, 1, 1];
        kept.items =
            numbers.iter().enumerate().map(|(n, to)| json!({ "to": recipient(*to), "n": n })).collect();
        (kept, ())
    };
    kill_everywhere(begin, |place, kept, (), ended| {
        assert_eq!(ended.status, 0, "{place}: {}", ended.stderr);
        let ledger = kept.service.ledger();
        let numbers: Vec<u64> = ledger.iter().map(|entry| number_of(&entry.json())).collect();
        for line in kept.report() {
            let item = line["item"].as_u64().expect("an item");
            let times = numbers.iter().filter(|number| **number == item).count();
            match line["verdict"].as_str() {
                Some("sent") => assert_eq!(times, 1, "{place}, {item}"),
                Some("unknown") => assert!(times <= 1, "{place}, {item}"),
                _ => panic!("{place}: {line}"),
            }
        }
        let of_one: Vec<u64> = numbers.into_iter().filter(|number| [1, 3, 4].contains(number)).collect();
        assert!(of_one.is_sorted(), "{place}: {of_one:?}");
    });
}

/// The number that a send carries.
fn number_of(body: &Value) -> u64 {
    let number = &body["sessionMetadata"]["n"];
    number.as_u64().or_else(|| number.as_str()?.parse().ok()).expect("a number")
}

#[test]
fn what_is_sent_once_and_who_is_left_out_hold_over_the_death_of_a_process() {
    let begin = || {
        let mut kept = Kept::sending_with(json!({ "sendOnce": true }), 0);
        let numbers = [0, 1, 0, 2, 1, 3, 4];
        kept.items = numbers.iter().map(|number| json!({ "to": recipient(*number) })).collect();
        kept.service.write("left-out.txt", "");
        kept
    };
    let mut reached = 0;
    for point in POINTS {
        let kept = begin();
        let list = kept.service.write("left-out.txt", format!("{}\n", recipient(4)));
        let mut run = kept.run_at("2");
        run.arg("--exclude").arg(&list);
        let place = format!("{}:{}:exit", point.0, point.1);
        if !has_died(&Finished::of(run.env("HEDDLE_FAIL_POINT", &place))) || kept.id().is_none() {
            continue;
        }
        reached += 1;
        // Another one has asked for it meanwhile.
        let had = kept.times_sent(3);
        kept.service.write("left-out.txt", format!("{}\n{}\n", recipient(4), recipient(3)));
        let resumed = Finished::of(&mut kept.resume());
        assert_eq!(resumed.status, 0, "{place}: {}", resumed.stderr);
        for number in 0..3 {
            assert!(kept.times_sent(number) <= 1, "{place}: {number}");
        }
        assert_eq!((kept.times_sent(3), kept.times_sent(4)), (had, 0), "{place}");
        let told = kept.report();
        assert_eq!(told.len(), 7, "{place}: {told:?}");
        for line in &told {
            let to = line["recipient"].as_str().expect("a recipient");
            let times = kept.service.ledger().iter().filter(|entry| entry.to == to).count();
            match line["verdict"].as_str() {
                Some("sent") => assert_eq!(times, 1, "{place}: {line}"),
                Some("unknown" | "skipped") => {}
                _ => panic!("{place}: {line}"),
            }
        }
    }
    assert!(reached > POINTS.len() / 2, "only {reached} points were reached");
}

#[test]
fn a_wait_for_hours_lasts_over_the_death_of_its_process() {
    let kept = Kept::sending(3);
    let day = |offset: u64| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock");
        let names = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"];
        names[((now.as_secs() / 86_400 + offset) % 7) as usize]
    };
    // Neither today nor tomorrow nor yesterday, in any time zone.
    let days = format!("{},{}", day(3), day(4));
    let mut run = kept.run();
    let mut run =
        run.args(["--days", &days]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let began = Instant::now();
    while kept.id().is_none() {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing is kept");
    }
    for _ in 0..2 {
        run.kill().expect("it can be killed");
        run.wait().expect("it ends");
        let told = Finished::of(&mut kept.command(&["runs", "--json"])).json();
        assert_eq!(
            (&told[0]["status"], told[0]["waitTill"].is_string()),
            (&json!("interrupted"), true),
            "{told}"
        );
        let due = Finished::of(&mut kept.command(&["resume", "--due"]));
        assert_eq!((due.status, due.stderr.as_str()), (0, ""), "its time has not come");
        let mut resumed = kept.resume();
        run = resumed.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(800));
        assert!(run.try_wait().expect("it can be asked").is_none(), "it waits");
    }
    run.kill().expect("it can be killed");
    run.wait().expect("it ends");
    assert!(kept.service.ledger().is_empty());
}

#[test]
fn how_many_may_leave_holds_over_the_death_of_a_process() {
    let kept = Kept::sending(3);
    let mut run = kept.run_at("1");
    run.args(["--at-most", "1/day", "--timeout", "1"]);
    let died = Finished::of(run.env("HEDDLE_FAIL_POINT", "item done:1:exit"));
    assert!(has_died(&died), "{}", died.stderr);
    let resumed = Finished::of(&mut kept.resume());
    assert_eq!(resumed.status, 1, "{}", resumed.stderr);
    assert!(
        resumed.stderr.contains("Send: waits ") && resumed.stderr.contains("1/day"),
        "{}",
        resumed.stderr
    );
    assert_eq!(kept.service.ledger().len(), 1);
}
