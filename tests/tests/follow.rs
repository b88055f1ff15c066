//! `heddle runs follow`: accepted is not delivered (`docs/runs.md §7`).

#![cfg(unix)]

use heddle_tests::kept::Kept;
use heddle_tests::{Finished, recipient, sending_workflow};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule, Recipient, seed};

/// A workflow whose sends are queued.
fn queueing(recipients: &[&str]) -> Kept {
    let parameters = json!({ "options": { "delivery": "queued" } });
    let mut kept = Kept::new(sending_workflow(parameters, json!({})), 0);
    kept.items = recipients.iter().map(|to| json!({ "to": to })).collect();
    kept
}

fn follow(kept: &Kept, words: &[&str]) -> Finished {
    let id = kept.id().expect("it is kept");
    Finished::of(kept.command(&["runs", "follow", &id]).args(words))
}

fn deliveries(kept: &Kept) -> Vec<Value> {
    kept.report().into_iter().map(|line| line["delivery"].clone()).collect()
}

#[test]
fn queued_sends_are_followed_until_they_have_arrived_or_failed() {
    let all = [&recipient(0), seed::RECIPIENT_READS, seed::RECIPIENT_FAILS, seed::RECIPIENT_CLOSED];
    let kept = queueing(&all);
    let ended = Finished::of(&mut kept.run());
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert!(deliveries(&kept).iter().all(Value::is_null), "nobody has asked");
    let sends = kept.service.ledger().len();
    let followed = follow(&kept, &[]);
    assert_eq!(followed.status, 1, "two have failed: {}", followed.stderr);
    assert!(
        followed.stdout.contains("4 accepted: 0 read, 2 delivered, 0 sent, 0 pending, 2 failed"),
        "{}",
        followed.stdout
    );
    assert!(followed.stdout.contains("failed: Número não possui WhatsApp"), "{}", followed.stdout);
    assert!(followed.stdout.contains("failed, since the conversation is closed: "), "{}", followed.stdout);
    assert_eq!(kept.service.ledger().len(), sends, "asking sends nothing");
    let told = deliveries(&kept);
    let states: Vec<&str> = told.iter().filter_map(|delivery| delivery["state"].as_str()).collect();
    assert_eq!(states, ["delivered", "delivered", "failed", "failed"]);
    assert_eq!(told[2]["error"], "api");
    assert_eq!(told[3]["error"], "conversationClosed");
    // Later it may have been read; what is final is not asked about again.
    let asked = kept.service.requests().len();
    let later = follow(&kept, &["--for", "0s"]);
    assert!(later.stdout.contains("1 read, 1 delivered, 0 sent, 0 pending, 2 failed"), "{}", later.stdout);
    assert_eq!(kept.service.requests().len(), asked + 2);
    let id = kept.id().expect("it is kept");
    let csv = Finished::of(&mut kept.command(&["runs", "report", &id]));
    let line = csv.stdout.lines().find(|line| line.contains(seed::RECIPIENT_FAILS)).expect("a line");
    assert!(line.ends_with(",failed,Número não possui WhatsApp"), "{line}");
    // It was sent: there is nothing to be sent again.
    let retried = Finished::of(&mut kept.command(&["retry", &id, "--only", "failed"]));
    assert!(retried.stderr.contains("nothing to do"), "{}", retried.stderr);
}

#[test]
fn what_does_not_arrive_in_time_stays_pending_and_what_cannot_be_asked_about_is_told() {
    let kept = queueing(&[seed::RECIPIENT_UNKNOWN_STATUS, &recipient(1)]);
    assert_eq!(Finished::of(&mut kept.run()).status, 0);
    let refused = Fault::Custom {
        status: 403,
        content_type: "application/json".to_owned(),
        body: json!({ "text": "Sem permissão" }).to_string(),
        accepted: false,
    };
    let second = kept.service.ledger()[1].send_id.expect("it is queued");
    kept.service.fault(FaultRule::new(refused).path(format!("/chat/v1/send/chatbot/{second}")).method("GET"));
    let followed = follow(&kept, &["--for", "2s"]);
    assert_eq!(followed.status, 1, "{}", followed.stderr);
    assert!(followed.stdout.contains("1 pending"), "{}", followed.stdout);
    assert!(followed.stdout.contains("could not be asked about: Sem permissão"), "{}", followed.stdout);
    assert_eq!(deliveries(&kept)[0]["status"], "TELEPORTED");
}

#[test]
fn a_passing_failure_is_asked_past_and_growing_pauses_ask_seldom() {
    let kept = queueing(&[&recipient(0)]);
    let to = Recipient::read(&recipient(0)).expect("a phone");
    let long = ["PROCESSING", "PROCESSING", "SENT", "DELIVERED"];
    kept.service.sandbox().set_outcome(to, wts_sandbox::Outcome::of(long));
    assert_eq!(Finished::of(&mut kept.run()).status, 0);
    kept.service.fault(FaultRule::new(Fault::ServerError).method("GET").times(1));
    let before = kept.service.requests().len();
    let followed = follow(&kept, &[]);
    assert_eq!(followed.status, 0, "{}", followed.stderr);
    assert!(followed.stderr.contains("Send: item 0"), "{}", followed.stderr);
    assert!(followed.stdout.contains("1 delivered"), "{}", followed.stdout);
    assert!(kept.service.requests().len() - before <= 6, "{}", kept.service.requests().len());
}

#[test]
fn what_was_sent_at_once_cannot_be_followed() {
    let kept = Kept::sending(2);
    assert_eq!(Finished::of(&mut kept.run()).status, 0);
    let before = kept.service.requests().len();
    let followed = follow(&kept, &[]);
    assert_eq!(followed.status, 0);
    assert!(followed.stderr.contains("nothing to follow"), "{}", followed.stderr);
    assert_eq!(kept.service.requests().len(), before);
}
