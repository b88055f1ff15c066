//! Sending: every contact gets the chatbot once, and what became of each item is known.

use std::time::Duration;

use heddle_tests::{Finished, Service, recipient, recipients, sending_workflow, too_early};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule, RetryAfter};

fn continuing() -> Value {
    json!({ "onError": "continueErrorOutput" })
}

fn run_data(finished: &Finished, node: &str) -> Value {
    finished.json()["data"]["resultData"]["runData"][node][0].clone()
}

#[test]
fn every_item_is_sent_once_and_keeps_its_place() {
    let service = Service::start();
    let finished = Finished::of(&mut service.run(&sending_workflow(json!({}), json!({})), &recipients(50)));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(finished.stderr.contains("Send: 50 sent, 0 not sent, 0 unknown"), "{}", finished.stderr);
    let output = finished.json();
    let items = output.as_array().expect("a list");
    assert_eq!(items.len(), 50);
    let ledger = service.ledger();
    for (number, item) in items.iter().enumerate() {
        assert_eq!(item["pairedItem"]["item"], number);
        let session = item["json"]["id"].as_str().expect("the answer is a conversation");
        let entry = ledger.iter().find(|entry| entry.session_id.to_string() == session);
        assert_eq!(entry.map(|entry| entry.to.clone()), Some(recipient(number)));
    }
    let mut reached: Vec<String> = ledger.into_iter().map(|entry| entry.to).collect();
    reached.sort();
    assert_eq!(reached, (0..50).map(recipient).collect::<Vec<_>>());
}

/// 1,000 items, and a fault at every phase of a call for many of them: nobody is sent to twice, every item is counted,
/// and each verdict is right against the sandbox's own ledger.
#[test]
fn the_ledger_agrees_with_every_verdict_whatever_breaks() {
    let service = Service::start();
    let faults = [
        Fault::RateLimited { retry_after: RetryAfter::None },
        Fault::RateLimited { retry_after: RetryAfter::Seconds(1) },
        Fault::RateLimited { retry_after: RetryAfter::HttpDate(1) },
        Fault::ServerError,
        Fault::ServerErrorAfterAccepting,
        Fault::ProblemDetails,
        Fault::FormError,
        Fault::Html,
        Fault::Slow { duration: Duration::from_secs(3) },
        Fault::SlowAfterAccepting { duration: Duration::from_secs(3) },
        Fault::CutBeforeReading,
        Fault::CutAfterAccepting,
        Fault::CutMidAnswer,
        Fault::EmptyBody,
        Fault::WrongContent,
        Fault::Redirect { status: 307, location: "http://127.0.0.1:9/elsewhere".to_owned() },
    ];
    for number in 0..400 {
        let fault = faults[number % faults.len()].clone();
        service.fault(FaultRule::new(fault).to(recipient(number * 2)).times(1));
    }
    service.fault(FaultRule::new(Fault::RefuseConnection).every(7).times(20));
    let mut command = service.run(&sending_workflow(json!({}), continuing()), &recipients(1000));
    command.args(["--output", "run-data", "--time-limit", "2", "--concurrency", "25"]);
    let finished = Finished::of(&mut command);
    assert_eq!(finished.status, 0, "{}", finished.stderr);

    let ledger = service.ledger();
    let mut times_sent = vec![0; 1000];
    for entry in &ledger {
        let number: usize = entry.to[5..].parse().expect("one of ours");
        times_sent[number] += 1;
    }
    assert!(times_sent.iter().all(|&times| times <= 1), "somebody was sent to twice");

    let task = run_data(&finished, "Send");
    let outcomes = task["metadata"]["items"].as_array().expect("what happened to each item");
    assert_eq!(outcomes.len(), 1000);
    let mut counts = [0, 0, 0];
    for (number, outcome) in outcomes.iter().enumerate() {
        match outcome["outcome"].as_str() {
            Some("sent") => {
                assert_eq!(times_sent[number], 1, "item {number} was not sent");
                counts[0] += 1;
            }
            Some("notSent") => {
                assert_eq!(times_sent[number], 0, "item {number} was sent");
                counts[1] += 1;
            }
            Some("unknown") => counts[2] += 1,
            other => panic!("item {number} ended as {other:?}"),
        }
    }
    assert_eq!(counts.iter().sum::<usize>(), 1000);
    assert!(counts.iter().all(|&count| count > 0), "{counts:?}");
    let summary = format!("Send: {} sent, {} not sent, {} unknown", counts[0], counts[1], counts[2]);
    assert!(finished.stderr.contains(&summary), "{summary}\n{}", finished.stderr);
    let outputs = task["data"]["main"].as_array().expect("outputs");
    let passed = outputs[0].as_array().map_or(0, Vec::len);
    let failed = outputs[1].as_array().map_or(0, Vec::len);
    assert_eq!(passed + failed, 1000, "an item is lost");
}

#[test]
fn an_unknown_outcome_tells_whom_when_and_where_to_look() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::CutAfterAccepting).to(recipient(0)));
    let mut command = service.run(&sending_workflow(json!({}), continuing()), &recipients(1));
    let finished = Finished::of(command.args(["--output", "run-data"]));
    let item = run_data(&finished, "Send")["data"]["main"][1][0].clone();
    let sender = service.ledger()[0].sender_id.clone().expect("a sender id is set by default");
    let text = item.to_string();
    assert_eq!(item["json"]["to"], recipient(0), "the input's fields stay");
    assert_eq!(item["error"]["context"]["outcome"], "unknown", "{text}");
    assert!(
        text.contains(&recipient(0)) && text.contains(&sender) && text.contains("conversation"),
        "{text}"
    );
    assert_eq!(item["pairedItem"]["item"], 0);
}

#[test]
fn a_retrying_node_repeats_only_what_is_proven_not_sent() {
    let service = Service::start();
    service.fault(FaultRule::new(too_early()).to(recipient(0)).times(1));
    service.fault(FaultRule::new(Fault::CutAfterAccepting).to(recipient(1)).times(1));
    service.fault(FaultRule::new(Fault::FormError).to(recipient(2)).times(1));
    let mut keys = continuing();
    keys["retryOnFail"] = json!(true);
    keys["waitBetweenTries"] = json!(10);
    let mut command = service.run(&sending_workflow(json!({}), keys), &recipients(3));
    let finished = Finished::of(command.args(["--output", "run-data"]));
    let outcomes = run_data(&finished, "Send")["metadata"]["items"].clone();
    assert_eq!(outcomes[0]["outcome"], "sent");
    assert_eq!(outcomes[1]["outcome"], "unknown");
    assert_eq!(outcomes[2]["outcome"], "notSent", "the same request would be refused again");
    assert_eq!(service.ledger().len(), 2, "one send each");
}

#[test]
fn sends_to_one_recipient_keep_their_order_and_never_overlap() {
    let service = Service::start();
    let pause = Duration::from_millis(30);
    service.fault(FaultRule::new(Fault::SlowAfterAccepting { duration: pause }));
    let items: Value = (0..24)
        .map(|number| {
            let to = recipient(number % 3);
            let spelt = if number % 2 == 0 { to } else { format!("+{}", to) };
            json!({ "to": spelt, "number": number })
        })
        .collect();
    let parameters = json!({ "sessionMetadatas": { "sessionMetadata": [
        { "key": "number", "value": "={{ $json.number }}" },
    ] } });
    let finished = Finished::of(&mut service.run(&sending_workflow(parameters, json!({})), &items));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let requests = service.requests();
    for who in 0..3 {
        let entries: Vec<_> =
            service.ledger().into_iter().filter(|entry| entry.to == recipient(who)).collect();
        let numbers: Vec<usize> = entries
            .iter()
            .map(|entry| {
                let metadata = entry.session_metadata.as_ref().expect("metadata");
                metadata["number"].as_str().expect("a text").parse().expect("a number")
            })
            .collect();
        assert_eq!(numbers, (0..8).map(|turn| turn * 3 + who).collect::<Vec<_>>());
        let arrivals: Vec<Duration> = entries
            .iter()
            .filter_map(|entry| requests.iter().find(|request| request.number == entry.request))
            .map(|request| request.after)
            .collect();
        assert_eq!(arrivals.len(), 8);
        assert!(
            arrivals.windows(2).all(|pair| pair[1] - pair[0] >= pause),
            "a send left before the answer to the one before it: {arrivals:?}"
        );
    }
}

#[test]
fn a_failure_stops_the_run_and_every_item_is_accounted_for() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::FormError).to(recipient(3)));
    let mut command = service.run(&sending_workflow(json!({}), json!({})), &recipients(40));
    let finished = Finished::of(command.args(["--output", "run-data", "--concurrency", "2"]));
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    let json = finished.json();
    assert_eq!(json["status"], "error");
    let error = &json["data"]["resultData"]["error"];
    assert_eq!(error["context"]["itemIndex"], 3);
    assert_eq!(error["message"], "Dados inválidos");
    let task = run_data(&finished, "Send");
    assert_eq!(task["executionStatus"], "error");
    let outcomes = task["metadata"]["items"].as_array().expect("what happened to each item").clone();
    let sent = outcomes.iter().filter(|item| item["outcome"] == "sent").count();
    assert_eq!(outcomes.len(), 40);
    assert_eq!(sent, service.ledger().len());
    assert!(sent < 10, "no item starts after the failure");
}

#[test]
fn items_that_cannot_be_sent_keep_all_others_from_leaving() {
    let service = Service::start();
    let items = json!([{ "to": recipient(0) }, { "to": "" }, { "to": recipient(2) }, { "to": " " }]);
    let finished = Finished::of(&mut service.run(&sending_workflow(json!({}), json!({})), &items));
    assert_eq!(finished.status, 1);
    for words in [
        "Send: 0 sent, 4 not sent, 0 unknown",
        "item 1 not sent: Set an Instagram number or username for sending (parameter numberToSend). Fill in the To field",
        "item 3 not sent: Set an Instagram number",
    ] {
        assert!(finished.stderr.contains(words), "{words} is missing in:\n{}", finished.stderr);
    }
    assert!(service.requests().is_empty(), "nothing leaves");

    let mut command = service.run(&sending_workflow(json!({}), continuing()), &items);
    let finished = Finished::of(&mut command);
    assert!(finished.stderr.contains("Send: 2 sent, 2 not sent, 0 unknown"), "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 2, "where the workflow continues, the others are sent");
}

#[test]
fn an_expression_that_fails_for_one_item_keeps_all_others_from_leaving() {
    let service = Service::start();
    let broken =
        sending_workflow(json!({ "numberToSend": "={{ $json.to.toDateTime().toISO() }}" }), json!({}));
    let items = json!([{ "to": "2026-01-01" }, { "to": null }]);
    let finished = Finished::of(&mut service.run(&broken, &items));
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    for words in ["item 1", "numberToSend", "null value"] {
        assert!(finished.stderr.contains(words), "{words} is missing in:\n{}", finished.stderr);
    }
    assert!(service.requests().is_empty());
}

#[test]
fn a_dry_run_lets_nothing_leave_and_shows_each_request() {
    let service = Service::start();
    let mut command = service.run(&sending_workflow(json!({}), json!({})), &recipients(3));
    let finished = Finished::of(command.arg("--dry-run"));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(service.requests().is_empty());
    let items = finished.json();
    for number in 0..3 {
        let request = &items[number]["json"]["request"];
        assert_eq!(request["method"], "POST");
        assert!(request["url"].as_str().is_some_and(|url| url.ends_with("/chat/v1/chatbot/send")));
        assert_eq!(request["body"]["to"], recipient(number));
        assert_eq!(request["headers"]["authorization"], "***");
    }
    assert!(!finished.stdout.contains(wts_sandbox::seed::TOKEN));

    let old =
        sending_workflow(json!({ "chatbotId": null, "botId": wts_sandbox::seed::BOT_WELCOME_ID }), json!({}));
    let mut command = service.run(&old, &recipients(1));
    let finished = Finished::of(command.arg("--dry-run"));
    assert!(service.requests().is_empty(), "not even reads");
    assert_eq!(finished.json()[0]["json"]["request"]["body"]["to"], recipient(0), "{}", finished.stdout);
}

#[cfg(unix)]
#[test]
fn ctrl_c_starts_no_new_send_and_lists_what_became_of_each_item() {
    use std::process::{Command, Stdio};

    let service = Service::start();
    service.fault(FaultRule::new(Fault::SlowAfterAccepting { duration: Duration::from_millis(400) }));
    let mut command = service.run(&sending_workflow(json!({}), json!({})), &recipients(30));
    command.args(["--concurrency", "4", "--output", "run-data"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    while service.ledger().len() < 5 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.is_ok_and(|status| status.success()));
    let finished: Finished = child.wait_with_output().expect("it ends").into();
    assert_eq!(finished.status, 130, "{}", finished.stderr);
    let sent = service.ledger().len();
    assert!((5..30).contains(&sent), "{sent}");
    let summary = format!("Send: {sent} sent, {} not sent, 0 unknown", 30 - sent);
    assert!(finished.stderr.contains(&summary), "{}", finished.stderr);
    assert!(finished.stderr.contains(&format!("sent: 0-{}", sent - 1)), "{}", finished.stderr);
    assert!(finished.stderr.contains(&format!("not sent: {sent}-29")), "{}", finished.stderr);
    assert_eq!(finished.json()["status"], "canceled");
}

#[test]
fn equal_contacts_are_separate_items() {
    let service = Service::start();
    let items = json!([{ "to": recipient(1) }, { "to": recipient(1) }, { "to": recipient(1) }]);
    let finished = Finished::of(&mut service.run(&sending_workflow(json!({}), json!({})), &items));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 3);
}

#[test]
fn a_skipped_send_counts_as_sent() {
    let service = Service::start();
    let items = json!([{ "to": wts_sandbox::seed::CONTACT_BOT }]);
    let parameters = json!({ "skipIfBotInExecution": true });
    let finished = Finished::of(&mut service.run(&sending_workflow(parameters, json!({})), &items));
    assert!(finished.stderr.contains("Send: 1 sent, 0 not sent, 0 unknown"), "{}", finished.stderr);
    assert!(service.ledger().iter().all(|entry| !entry.was_sent()));
}
