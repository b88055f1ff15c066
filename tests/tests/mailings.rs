//! What a mailing needs (`docs/mailings.md`): who is left out, when and how many leave, what is sent only once, and what is
//! said before many sends.

use std::time::{Duration, Instant};

use heddle_tests::{
    Finished, Service, begun_by_call, calling_workflow, recipient, recipients, sending_workflow, too_early,
};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule};

fn run(service: &Service, keys: Value, items: &Value, more: &[&str]) -> Finished {
    let mut command = service.run(&sending_workflow(json!({}), keys), items);
    Finished::of(command.args(more))
}

/// Items for these recipients, as they are written.
fn people(names: &[&str]) -> Value {
    names.iter().map(|name| json!({ "to": name })).collect()
}

fn reached(service: &Service) -> Vec<String> {
    let mut reached: Vec<String> = service.ledger().into_iter().map(|entry| entry.to).collect();
    reached.sort();
    reached
}

/// The lines of a report on the node `Send` that tell of ends, by item.
fn ends(service: &Service, report: &str) -> Vec<Value> {
    let path = service.write("anchor", "").with_file_name(report);
    let text = std::fs::read_to_string(path).expect("a report");
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let mut ends: Vec<Value> =
        lines.filter(|line| line["type"] == "ended" && line["node"] == "Send").collect();
    ends.sort_by_key(|line| line["item"].as_u64());
    ends
}

fn report(service: &Service, name: &str) -> String {
    service.write("anchor", "").with_file_name(name).display().to_string()
}

#[test]
fn excluded_recipients_are_skipped_however_their_numbers_are_written() {
    let service = Service::start();
    let list = service
        .write("opted-out.csv", "phone;name\n+55 (11) 98765-4321;Ada\n\n# a remark\n@Grace\n551134567890\n");
    let items = people(&["551187654321", "5511987654321", "@grace", "551134567890", "5511900000001"]);
    let report_file = report(&service, "report.jsonl");
    let more = ["--exclude", &list.display().to_string(), "--report", &report_file];
    let finished = run(&service, json!({}), &items, &more);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(
        finished.stderr.contains("Send: 1 sent, 0 not sent, 0 unknown, 4 skipped"),
        "{}",
        finished.stderr
    );
    assert_eq!(reached(&service), ["5511900000001"]);
    let ends = ends(&service, "report.jsonl");
    assert_eq!(ends[0]["verdict"], "skipped");
    assert_eq!(ends[0]["reason"], "it is excluded");
    assert_eq!(ends[0]["recipient"], "5511987654321", "with the ninth digit, whichever way it was written");
    assert_eq!(finished.json().as_array().map(Vec::len), Some(1), "what is skipped puts nothing out");
}

#[test]
fn a_node_may_say_itself_who_the_recipient_is_and_who_is_left_out() {
    let service = Service::start();
    let keys = json!({
        "recipient": { "value": "={{ $json.phone }}", "as": "phone", "country": "BR" },
        "exclude": "={{ $json.no }}",
    });
    let list = service.write("list.txt", "11 98765-0001\n");
    let items: Value = (0..4)
        .map(|number| json!({ "to": recipient(number), "phone": format!("(11) 8765-000{number}"), "no": number == 2 }))
        .collect();
    let report_file = report(&service, "report.jsonl");
    let more = ["--exclude", &list.display().to_string(), "--report", &report_file];
    let finished = run(&service, keys, &items, &more);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(reached(&service), [recipient(0), recipient(3)], "what is sent is never rewritten");
    let ends = ends(&service, "report.jsonl");
    let verdicts: Vec<&str> = ends.iter().filter_map(|line| line["verdict"].as_str()).collect();
    assert_eq!(verdicts, ["sent", "skipped", "skipped", "sent"]);
    assert_eq!(ends[3]["recipient"], "5511987650003");
}

#[test]
fn a_loop_goes_on_where_a_batch_is_left_out() {
    for batch in [1, 2] {
        let service = Service::start();
        let list =
            service.write("list.txt", format!("{}\n{}\n{}\n", recipient(0), recipient(2), recipient(3)));
        let mut workflow = sending_workflow(json!({}), json!({}));
        workflow["nodes"].as_array_mut().expect("nodes").extend([
            json!({ "name": "Loop", "type": "n8n-nodes-base.splitInBatches", "typeVersion": 3, "position": [0, 0],
                    "parameters": { "batchSize": batch, "options": {} } }),
            json!({ "name": "After", "type": "n8n-nodes-base.noOp", "typeVersion": 1, "position": [0, 0],
                    "parameters": {} }),
        ]);
        let to = |name: &str| json!([{ "node": name, "type": "main", "index": 0 }]);
        workflow["connections"] = json!({
            "Start": { "main": [to("Loop")] }, "Send": { "main": [to("Loop")] },
            "Loop": { "main": [to("After"), to("Send")] },
        });
        let mut command = service.run(&workflow, &recipients(6));
        let finished = Finished::of(command.arg("--exclude").arg(&list));
        assert_eq!(finished.status, 0, "{}", finished.stderr);
        assert!(
            finished.stderr.contains("Send: 3 sent, 0 not sent, 0 unknown, 3 skipped"),
            "batches of {batch}: {}",
            finished.stderr
        );
        assert_eq!(reached(&service), [recipient(1), recipient(4), recipient(5)]);
        assert_eq!(finished.json().as_array().map(Vec::len), Some(3), "what was sent comes out in the end");
    }
}

#[test]
fn an_exclusion_counts_from_the_moment_that_it_is_in_the_file() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::Slow { duration: Duration::from_millis(700) }).to(recipient(0)));
    let list = service.write("list.txt", "");
    let mut command = service.run(&sending_workflow(json!({}), json!({})), &recipients(3));
    command.args(["--concurrency", "1", "--exclude"]).arg(&list);
    let child = command
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let start = Instant::now();
    while service.requests().is_empty() && start.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(5));
    }
    service.write("list.txt", format!("{}\n", recipient(2)));
    let finished = Finished::from(child.wait_with_output().expect("it ends"));
    assert!(finished.stderr.contains("2 sent, 0 not sent, 0 unknown, 1 skipped"), "{}", finished.stderr);
    assert_eq!(reached(&service), [recipient(0), recipient(1)]);
}

#[test]
fn equal_recipients_are_warned_of_and_sent_once_where_the_node_says_so() {
    let items = people(&["5511987654321", "551187654321", "5511900000002"]);
    let service = Service::start();
    let finished = run(&service, json!({}), &items, &[]);
    assert!(
        finished.stderr.contains(
            "warning: Send: 1 recipient has several items, and each is sent: 5511987654321 (items 0-1)"
        ),
        "{}",
        finished.stderr
    );
    assert_eq!(service.ledger().len(), 3);

    let service = Service::start();
    let report_file = report(&service, "report.jsonl");
    let finished =
        run(&service, json!({ "sendOnce": { "within": "30d" } }), &items, &["--report", &report_file]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(!finished.stderr.contains("warning"), "{}", finished.stderr);
    assert!(finished.stderr.contains("2 sent, 0 not sent, 0 unknown, 1 skipped"), "{}", finished.stderr);
    assert_eq!(reached(&service), ["5511900000002", "5511987654321"]);
    let skipped = ends(&service, "report.jsonl")[1].clone();
    assert_eq!(skipped["verdict"], "skipped");
    let reason = skipped["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("\"5511987654321\" was sent by item 0 of \"Send\" in the run "), "{reason}");
}

#[test]
fn a_key_is_free_again_when_nothing_was_sent_and_held_when_nobody_knows() {
    for (fault, second, sends) in [
        (Fault::FormError, "sent", 1),
        (Fault::CutAfterAccepting, "skipped", 1),
        (Fault::CutBeforeReading, "skipped", 0),
    ] {
        let service = Service::start();
        service.fault(FaultRule::new(fault.clone()).to(recipient(0)).times(1));
        let keys = json!({ "sendOnce": { "key": "={{ $json.to }}" }, "onError": "continueErrorOutput" });
        let items = people(&[&recipient(0), &recipient(0)]);
        let report_file = report(&service, "report.jsonl");
        let finished = run(&service, keys, &items, &["--report", &report_file]);
        assert_eq!(finished.status, 0, "{}", finished.stderr);
        assert_eq!(ends(&service, "report.jsonl")[1]["verdict"], second, "{fault:?}");
        assert_eq!(service.ledger().len(), sends, "{fault:?}");
    }
}

#[test]
fn an_item_that_is_tried_again_keeps_its_key() {
    let service = Service::start();
    service.fault(FaultRule::new(too_early()).to(recipient(0)).times(1));
    let keys = json!({ "sendOnce": true, "retryOnFail": true, "waitBetweenTries": 1 });
    let finished = run(&service, keys, &people(&[&recipient(0), &recipient(0)]), &[]);
    assert!(finished.stderr.contains("1 sent, 0 not sent, 0 unknown, 1 skipped"), "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 1);
}

#[test]
fn an_item_without_a_key_fails_before_anything_is_sent() {
    let service = Service::start();
    let keys = json!({ "sendOnce": { "key": "={{ $json.id }}" } });
    let items = json!([{ "to": recipient(0), "id": "a" }, { "to": recipient(1) }]);
    let finished = run(&service, keys, &items, &[]);
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert!(
        finished.stderr.contains("The item has no key under which it is to be sent once"),
        "{}",
        finished.stderr
    );
    assert!(finished.stderr.contains("item: 1"), "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 0);
}

#[test]
fn a_called_workflow_is_called_once_for_a_key() {
    let service = Service::start();
    let called = begun_by_call(sending_workflow(json!({}), json!({})));
    service.write("called.json", called.to_string());
    let parent = calling_workflow(
        json!({}),
        json!({ "recipient": { "value": "={{ $json.to }}", "as": "phone" }, "sendOnce": true }),
    );
    let items = people(&[&recipient(0), &recipient(1), &recipient(0)]);
    let finished = Finished::of(&mut service.run(&parent, &items));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(
        finished.stderr.contains("Call: 2 sent, 0 not sent, 0 unknown, 1 skipped"),
        "{}",
        finished.stderr
    );
    assert_eq!(reached(&service), [recipient(0), recipient(1)]);
}

#[test]
fn outside_of_its_hours_a_run_waits_and_signals_and_time_limits_hold() {
    let service = Service::start();
    // The two days that are neither today nor tomorrow nor yesterday in any time zone.
    let day = |offset: i64| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock");
        let names = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"];
        names[((now.as_secs() / 86_400) as i64 + offset).rem_euclid(7) as usize]
    };
    let days = format!("{},{}", day(3), day(4));
    let more = ["--between", "09:00-18:00", "--days", &days, "--timeout", "1"];
    let start = Instant::now();
    let finished = run(&service, json!({}), &recipients(2), &more);
    assert!(start.elapsed() < Duration::from_secs(20));
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert!(finished.stderr.contains("Send: waits "), "{}", finished.stderr);
    assert!(finished.stderr.contains(", since sends leave 09:00-18:00"), "{}", finished.stderr);
    assert!(finished.stderr.contains("Send: 0 sent, 2 not sent, 0 unknown"), "{}", finished.stderr);
    assert_eq!(finished.stderr.matches("Send: waits ").count(), 1, "{}", finished.stderr);
    assert_eq!(service.requests().len(), 0);
    let within = run(&service, json!({}), &recipients(2), &["--between", "00:00-24:00", "--days", "mon-sun"]);
    assert_eq!((within.status, service.ledger().len()), (0, 2), "{}", within.stderr);
}

#[test]
fn no_more_leave_in_a_day_than_the_run_allows() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::FormError).to(recipient(1)));
    let keys = json!({ "onError": "continueErrorOutput", "concurrency": 2 });
    let finished = run(&service, keys, &recipients(6), &["--at-most", "3/day", "--timeout", "2"]);
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 3, "one that proved not to be sent leaves room");
    assert!(finished.stderr.contains(", since 3/day have been sent"), "{}", finished.stderr);
    assert!(finished.stderr.contains("Send: 3 sent, 3 not sent, 0 unknown"), "{}", finished.stderr);
}

#[test]
fn many_sends_are_told_of_before_the_first_one() {
    let service = Service::start();
    let list = service.write("list.txt", format!("{}\n{}\n", recipient(0), recipient(1)));
    let exclude = list.display().to_string();
    let finished = run(&service, json!({}), &recipients(103), &["--exclude", &exclude]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    for line in [
        "Send: 101 items to send, 2 skipped: 2 excluded",
        "Bots: Welcome",
        "From: ",
        "Send: 101 sent, 0 not sent, 0 unknown, 2 skipped",
    ] {
        assert!(finished.stderr.contains(line), "{line}\n{}", finished.stderr);
    }
    let few = run(&service, json!({}), &recipients(100), &[]);
    assert!(!few.stderr.contains("items to send"), "{}", few.stderr);
    let dry = run(&service, json!({}), &recipients(103), &["--exclude", &exclude, "--dry-run"]);
    assert!(dry.stderr.contains("Send: 101 items would be to send, 2 skipped"), "{}", dry.stderr);
    assert_eq!(service.ledger().len(), 201);
}

#[test]
fn without_a_terminal_confirm_begins_nothing_and_yes_answers() {
    let service = Service::start();
    let finished = run(&service, json!({}), &recipients(101), &["--confirm"]);
    assert_eq!(finished.status, 2, "{}", finished.stderr);
    assert!(finished.stderr.contains("--yes answers"), "{}", finished.stderr);
    assert!(finished.stderr.contains("Send: 0 sent, 101 not sent, 0 unknown"), "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 0);
    let finished = run(&service, json!({}), &recipients(101), &["--confirm", "--yes"]);
    assert_eq!((finished.status, service.ledger().len()), (0, 101), "{}", finished.stderr);
}

#[test]
fn a_closed_conversation_is_an_error_of_its_own_kind_and_is_not_tried_again() {
    let service = Service::start();
    let body = json!({ "error": true, "key": "MESSAGE_WINDOW_EXPIRED",
                       "text": "A janela de 24 horas da conversa expirou" });
    service.fault(FaultRule::new(Fault::Custom {
        status: 400,
        content_type: "application/json".to_owned(),
        body: body.to_string(),
        accepted: false,
    }));
    let keys = json!({ "onError": "continueErrorOutput", "retryOnFail": true, "waitBetweenTries": 1 });
    let finished = run(&service, keys, &recipients(1), &["--output", "run-data"]);
    assert_eq!(service.requests().len(), 1);
    let task = finished.json()["data"]["resultData"]["runData"]["Send"][0].clone();
    let error = task["data"]["main"][1][0]["error"].clone();
    assert_eq!(error["context"]["outcome"], "notDone", "{error}");
    let description = error["description"].as_str().expect("what to do");
    assert!(description.contains("has not written within the last 24 hours"), "{description}");
}

#[test]
fn settings_of_wrong_shapes_are_found_before_the_run() {
    let service = Service::start();
    for (keys, place, message) in [
        (json!({ "recipient": { "value": "a", "as": "fax" } }), "/recipient/as", "\"phone\" or \"text\""),
        (json!({ "sendOnce": { "within": "a month" } }), "/sendOnce/within", "is no time"),
        (json!({ "exclude": 3 }), "/exclude", "a list of recipients"),
        (json!({ "recipient": { "value": "={{ $json. }}" } }), "/recipient/value", "cannot be read"),
    ] {
        let finished = run(&service, keys.clone(), &recipients(1), &[]);
        assert_eq!(finished.status, 2, "{keys}: {}", finished.stderr);
        assert!(finished.stderr.contains(message), "{keys}: {}", finished.stderr);
        let file = service.write("checked.json", sending_workflow(json!({}), keys.clone()).to_string());
        let checked = Finished::of(heddle_tests::heddle().args(["check", "--json"]).arg(file));
        assert!(checked.stdout.contains(place), "{keys}: {}", checked.stdout);
    }
    for options in [
        &["--between", "9"][..],
        &["--at-most", "ten/day"],
        &["--days", "someday"],
        &["--exclude", "/no/such/file"],
    ] {
        let finished = run(&service, json!({}), &recipients(1), options);
        assert_eq!(finished.status, 2, "{options:?}: {}", finished.stderr);
    }
    assert_eq!(service.requests().len(), 0);
}

#[test]
fn a_log_shows_runs_nodes_items_and_calls_and_no_secret() {
    const CANARY: &str = "pn_canary_7f3a";
    let service = Service::start();
    service.write_credential(json!({ "rateLimits": [], "apiKey": CANARY }));
    let finished =
        run(&service, json!({ "onError": "continueErrorOutput" }), &recipients(1), &["--log", "trace"]);
    for text in [
        "run{execution=",
        "node{node=Send",
        "item{item=0}",
        "call{number=",
        "/chat/v1/chatbot/send",
        "the item failed",
    ] {
        assert!(finished.stderr.contains(text), "{text}\n{}", finished.stderr);
    }
    assert!(!finished.stderr.contains(CANARY), "{}", finished.stderr);
    service.write_credential(json!({ "rateLimits": [] }));
    let quiet = run(&service, json!({}), &recipients(1), &["--log", "info", "--quiet"]);
    assert!(
        quiet.stderr.contains("the run ended status=\"success\"") && !quiet.stderr.contains("item{"),
        "{}",
        quiet.stderr
    );
}
