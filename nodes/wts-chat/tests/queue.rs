//! Queued sends, and waiting for their final status.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use heddle_node::{ErrorKind, Json, Outcome, json};
use support::{Host, sending};
use wts_sandbox::{Fault, FaultRule, Recipient, seed};

const STATUS: &str = "/chat/v1/send/chatbot/*";

fn waiting(recipient: &str) -> Json {
    waiting_at_most(recipient, 60)
}

fn waiting_at_most(recipient: &str, seconds: usize) -> Json {
    let options = json!({ "delivery": "queued", "waitForFinalStatus": true, "longestWait": seconds });
    sending(json!({ "numberToSend": recipient, "options": options }))
}

fn status(answer: &Json) -> Option<&str> {
    answer.get("status").and_then(Json::as_str)
}

fn pauses(host: &Host) -> Vec<f64> {
    host.services.pauses.lock().expect("a lock").iter().map(Duration::as_secs_f64).collect()
}

#[tokio::test]
async fn good_final_statuses_end_the_wait() {
    for (recipient, last) in
        [("5511900000001", "SENT"), (seed::RECIPIENT_WAIT_REPLY, "SENT"), (seed::RECIPIENT_READS, "SENT")]
    {
        let host = Host::start().await;
        let answer = host.run(waiting(recipient)).await.expect("it is delivered");
        assert_eq!(status(&answer), Some(last));
        assert_eq!(pauses(&host), [0.5, 1.0], "QUEUED, PROCESSING, SENT");
        assert_eq!(host.sandbox.accepted(), 1);
    }
    for word in ["SENT", "DELIVERED", "READ", "WAIT_REPLY"] {
        let host = Host::start().await;
        host.answer(STATUS, 200, "application/json", format!(r#"{{"status":"{word}"}}"#));
        assert_eq!(status(&host.run(waiting("5511900000001")).await.expect("a success")), Some(word));
        assert_eq!(pauses(&host), [0.5]);
    }
}

#[tokio::test]
async fn a_failed_delivery_is_an_error_of_an_accepted_send() {
    let host = Host::start().await;
    let error = host.fail(waiting(seed::RECIPIENT_FAILS)).await;
    assert_eq!(error.message, "The API accepted the send, and delivery failed: Número não possui WhatsApp");
    assert_eq!((error.kind, error.outcome), (ErrorKind::Api, Outcome::Done));
    assert_eq!(error.context.get("status").and_then(Json::as_str), Some("FAILED"));
    assert!(error.context.get("sendId").is_some());
    assert!(error.description.as_deref().is_some_and(|text| text.contains("WTS app")), "{error:?}");
    let host = Host::start().await;
    host.sandbox.set_outcome(
        Recipient::read("5511900000001").expect("a phone"),
        wts_sandbox::Outcome::of(["PROCESSING", "DELETED"]),
    );
    let error = host.fail(waiting("5511900000001")).await;
    assert_eq!(error.outcome, Outcome::Done);
    assert!(error.message.ends_with("the final status is DELETED"), "{error:?}");
}

#[tokio::test]
async fn an_unknown_word_is_not_final_and_the_longest_wait_gives_the_last_answer() {
    let host = Host::start().await;
    let answer =
        host.run(waiting_at_most(seed::RECIPIENT_UNKNOWN_STATUS, 40)).await.expect("it was accepted");
    assert_eq!(status(&answer), Some("TELEPORTED"));
    assert_eq!(pauses(&host), [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 9.5], "growing, and 40 s in all");
    assert_eq!(host.sandbox.accepted(), 1, "it is sent once");
}

#[tokio::test]
async fn no_wait_at_all_asks_nothing() {
    for seconds in [json!(0), json!(-5), json!("0.0")] {
        let host = Host::start().await;
        let options = json!({ "delivery": "queued", "waitForFinalStatus": true, "longestWait": seconds });
        let answer = host.run(sending(json!({ "options": options }))).await.expect("it was accepted");
        assert_eq!(status(&answer), Some("QUEUED"));
        assert_eq!(host.sandbox.arrived(), 1);
    }
}

#[tokio::test]
async fn nobody_waits_longer_than_an_hour() {
    let host = Host::start().await;
    let options = json!({ "delivery": "queued", "waitForFinalStatus": true, "longestWait": 1e300 });
    host.run(sending(json!({ "numberToSend": seed::RECIPIENT_UNKNOWN_STATUS, "options": options })))
        .await
        .expect("it was accepted");
    assert_eq!(pauses(&host).iter().sum::<f64>(), 3600.0);
}

#[tokio::test]
async fn waiting_belongs_to_queued_sends_alone() {
    let host = Host::start().await;
    let options = json!({ "delivery": "immediate", "waitForFinalStatus": true });
    host.run(sending(json!({ "options": options }))).await.expect("it is sent");
    assert_eq!(host.request().path, "/chat/v1/chatbot/send");
}

#[tokio::test]
async fn a_passing_failure_of_a_look_is_looked_past() {
    let host = Host::start().await;
    host.fault(FaultRule::new(Fault::ServerError).path(STATUS).method("GET").times(2));
    host.fault(FaultRule::new(Fault::CutBeforeReading).path(STATUS).method("GET").times(1));
    let answer = host.run(waiting("5511900000001")).await.expect("it is delivered");
    assert_eq!(status(&answer), Some("SENT"));
    assert_eq!(pauses(&host).len(), 5);
    assert_eq!(host.sandbox.accepted(), 1);
}

#[tokio::test]
async fn a_lasting_failure_of_a_look_says_that_the_send_was_accepted() {
    for (status, kind) in [(401, ErrorKind::Credential), (403, ErrorKind::Api), (404, ErrorKind::Api)] {
        let host = Host::start().await;
        host.answer(STATUS, status, "application/json", r#"{"text":"Não"}"#);
        let error = host.fail(waiting("5511900000001")).await;
        assert_eq!((error.message.as_str(), error.kind, error.outcome), ("Não", kind, Outcome::Done));
        assert!(error.description.as_deref().is_some_and(|text| text.contains("was accepted")), "{error:?}");
        assert_eq!(host.sandbox.accepted(), 1);
    }
}

#[tokio::test]
async fn a_wait_that_is_cancelled_leaves_the_send_accepted() {
    let host = Host::start().await;
    let prepared = host.prepare(waiting("5511900000001")).expect("parameters");
    host.fault(
        FaultRule::new(Fault::SlowAfterAccepting { duration: Duration::from_millis(200) }).method("POST"),
    );
    let cancel = async {
        host.sandbox.wait_for_requests(1).await;
        host.services.cancelled.store(true, Ordering::SeqCst);
    };
    let (result, ()) = tokio::join!(host.run_prepared(&prepared), cancel);
    let error = result.expect_err("it is cancelled");
    assert_eq!((error.kind, error.outcome), (ErrorKind::Cancelled, Outcome::Done));
}

#[tokio::test]
async fn an_answer_without_id_cannot_be_asked_for_and_is_given() {
    for body in ["", r#"{"status":"QUEUED"}"#, r#"{"id":7}"#, r#"{"id":""}"#, r#"{"id":".."}"#] {
        let host = Host::start().await;
        host.answer("/chat/v1/send/chatbot", 200, "application/json", body);
        host.run(waiting("5511900000001")).await.expect("it was accepted");
        assert_eq!(host.sandbox.arrived(), 1);
    }
}

#[tokio::test]
async fn a_final_status_in_the_first_answer_needs_no_look() {
    for (body, fails) in [
        (r#"{"id":"1","status":"FAILED","failedReason":"x"}"#, true),
        (r#"{"status":"DELETED"}"#, true),
        (r#"{"status":"SENT"}"#, false),
    ] {
        let host = Host::start().await;
        host.answer("/chat/v1/send/chatbot", 200, "application/json", body);
        let result = host.run(waiting("5511900000001")).await;
        assert_eq!(
            result.as_ref().err().map(|error| error.outcome),
            fails.then_some(Outcome::Done),
            "{body}"
        );
        assert_eq!(host.sandbox.arrived(), 1);
    }
}

#[tokio::test]
async fn a_refused_or_broken_queueing_is_told_as_any_send() {
    let host = Host::start().await;
    host.fault(FaultRule::new(Fault::FormError).times(1));
    assert_eq!(host.fail(waiting("5511900000001")).await.outcome, Outcome::NotDone);
    host.fault(FaultRule::new(Fault::CutAfterAccepting).times(1));
    assert_eq!(host.fail(waiting("5511900000001")).await.outcome, Outcome::Unknown);
    assert!(pauses(&host).is_empty());
}
