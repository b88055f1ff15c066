//! Faults, each as a client sees it, and what the ledger has of it.

use std::time::Duration;

use serde_json::json;
use wts_sandbox::{Fault, FaultRule, RetryAfter, Sandbox, SandboxOptions};

use crate::client::{Api, BATCH, NOW, QUEUE, Reply, STRANGER, read, welcome, with_json};

const OTHER: &str = "5511999990002";

/// Sends once with the fault and once more after it; gives the first result and how many sends were accepted by then.
async fn befallen(fault: Fault) -> (reqwest::Result<Reply>, u64) {
    let api = Api::start().await;
    let kind = fault.kind();
    api.sandbox.add_fault(FaultRule::new(fault).to(STRANGER).times(1)).unwrap();
    let reply = api.try_post(NOW, welcome(json!({ "to": STRANGER }))).await;
    let accepted = api.sandbox.accepted();
    assert_eq!(api.sandbox.requests()[0].fault, Some(kind));
    assert_eq!(
        api.sandbox.requests()[0].status,
        reply.as_ref().ok().map(|reply| reply.status).or(
            // Half an answer has a status, though its client has no answer.
            (kind == "cutMidAnswer").then_some(200)
        )
    );
    assert_eq!(api.sandbox.faults()[0].applied, 1);

    api.send(json!({ "to": STRANGER })).await.expect(200);
    assert_eq!(api.sandbox.accepted(), accepted + 1);
    assert_eq!(api.sandbox.ledger().len() as u64, accepted + 1);
    (reply, accepted)
}

#[tokio::test]
async fn rate_limited_with_every_kind_of_retry_after() {
    let header = async |retry_after| {
        let (reply, accepted) = befallen(Fault::RateLimited { retry_after }).await;
        let reply = reply.unwrap();
        let header = reply.header("retry-after").map(str::to_owned);
        reply.expect_envelope(429, "ERROR_TOO_MANY_REQUESTS");
        assert_eq!(accepted, 0);
        header
    };
    assert_eq!(header(RetryAfter::None).await, None);
    assert_eq!(header(RetryAfter::Seconds(7)).await.as_deref(), Some("7"));
    assert_eq!(header(RetryAfter::Text("soon".into())).await.as_deref(), Some("soon"));
    let before = jiff::Timestamp::now();
    let date = header(RetryAfter::HttpDate(3600)).await.unwrap();
    assert!(date.ends_with(" GMT"), "{date}");
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(&date).unwrap();
    assert!(date.duration_since(before).as_secs() >= 3600);
}

#[tokio::test]
async fn answers_that_accept_nothing() {
    let (reply, accepted) = befallen(Fault::ServerError).await;
    let body = reply.unwrap().expect_envelope(500, "INTERNAL_ERROR");
    assert_eq!((&body["httpStatusCode"], accepted), (&json!("INTERNALSERVERERROR"), 0));

    let (reply, accepted) = befallen(Fault::ProblemDetails).await;
    assert!(reply.unwrap().expect_problem(400).is_object());
    assert_eq!(accepted, 0);

    let (reply, accepted) = befallen(Fault::FormError).await;
    reply.unwrap().expect_envelope(400, "FORM_ERROR");
    assert_eq!(accepted, 0);

    let (reply, accepted) = befallen(Fault::ConversationClosed).await;
    reply.unwrap().expect_envelope(400, "FORM_ERROR");
    assert_eq!(accepted, 0);

    let (reply, accepted) = befallen(Fault::Html).await;
    let reply = reply.unwrap();
    assert_eq!((reply.status, accepted), (502, 0));
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(reply.text.starts_with("<html>"));

    for status in [301, 302, 303, 307, 308] {
        let location = "http://127.0.0.1:9/elsewhere".to_owned();
        let (reply, accepted) = befallen(Fault::Redirect { status, location }).await;
        let reply = reply.unwrap();
        assert_eq!(
            (reply.status, reply.header("location"), accepted),
            (status, Some("http://127.0.0.1:9/elsewhere"), 0)
        );
    }
    let (reply, accepted) = befallen(custom(false)).await;
    let reply = reply.unwrap();
    assert_eq!((reply.status, reply.text.as_str(), accepted), (503, "try later", 0));
    assert_eq!(reply.header("content-type"), Some("text/plain"));
}

fn custom(accepted: bool) -> Fault {
    Fault::Custom { status: 503, content_type: "text/plain".into(), body: "try later".into(), accepted }
}

#[tokio::test]
async fn answers_that_hide_that_the_send_was_accepted() {
    let (reply, accepted) = befallen(Fault::ServerErrorAfterAccepting).await;
    reply.unwrap().expect_envelope(500, "INTERNAL_ERROR");
    assert_eq!(accepted, 1);

    let (reply, accepted) = befallen(Fault::EmptyBody).await;
    let reply = reply.unwrap();
    assert_eq!(
        (reply.status, reply.text.as_str(), reply.header("content-length"), accepted),
        (200, "", Some("0"), 1)
    );

    let (reply, accepted) = befallen(Fault::WrongContent).await;
    let reply = reply.unwrap();
    assert_eq!(
        (reply.status, reply.header("content-type"), accepted),
        (200, Some("text/html; charset=utf-8"), 1)
    );

    let (reply, accepted) = befallen(custom(true)).await;
    assert_eq!((reply.unwrap().status, accepted), (503, 1));
}

#[tokio::test]
async fn a_request_that_is_refused_anyway_keeps_its_refusal() {
    let api = Api::start().await;
    for fault in [Fault::ServerErrorAfterAccepting, Fault::EmptyBody, Fault::WrongContent, custom(true)] {
        api.sandbox.clear_faults();
        api.sandbox.add_fault(FaultRule::new(fault)).unwrap();
        api.send(json!({ "to": "12" })).await.expect_envelope(400, "FORM_ERROR");
    }
    assert_eq!(api.sandbox.accepted(), 0);
}

/// The error at the bottom of a client's error.
fn io_kind(error: &reqwest::Error) -> Option<std::io::ErrorKind> {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        source = error.source();
    }
    None
}

#[tokio::test]
async fn cut_connections_give_no_answer() {
    let (reply, accepted) = befallen(Fault::CutBeforeReading).await;
    let error = reply.unwrap_err();
    assert!(error.is_request() && !error.is_timeout() && !error.is_connect(), "{error:?}");
    assert_eq!((io_kind(&error), accepted), (None, 0), "{error:?}");

    let (reply, accepted) = befallen(Fault::CutAfterAccepting).await;
    let error = reply.unwrap_err();
    assert!(error.is_request() && !error.is_connect(), "{error:?}");
    assert_eq!((io_kind(&error), accepted), (Some(std::io::ErrorKind::ConnectionReset), 1), "{error:?}");

    let (reply, accepted) = befallen(Fault::CutMidAnswer).await;
    let error = reply.unwrap_err();
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    assert_eq!(accepted, 1);
}

#[tokio::test]
async fn a_slow_answer_is_accepted_before_or_after_the_wait() {
    let duration = Duration::from_millis(30);
    let (reply, accepted) = befallen(Fault::Slow { duration }).await;
    assert_eq!((reply.unwrap().status, accepted), (200, 1));
    let (reply, accepted) = befallen(Fault::SlowAfterAccepting { duration }).await;
    assert_eq!((reply.unwrap().status, accepted), (200, 1));
}

#[tokio::test]
async fn a_client_that_gives_up_does_not_know_what_was_accepted() {
    let api = Api::start().await;
    let hour = Duration::from_secs(3600);
    api.sandbox.add_fault(FaultRule::new(Fault::Slow { duration: hour }).to(STRANGER)).unwrap();
    api.sandbox.add_fault(FaultRule::new(Fault::SlowAfterAccepting { duration: hour }).to(OTHER)).unwrap();
    let request = with_json(api.request("POST", NOW), &welcome(json!({ "to": STRANGER })));
    let error = read(request.timeout(Duration::from_millis(200))).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(api.sandbox.accepted(), 0);

    let request = with_json(api.request("POST", NOW), &welcome(json!({ "to": OTHER })));
    let waiting = tokio::spawn(read(request));
    api.sandbox.wait_for_accepted(1).await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    assert_eq!(api.sandbox.ledger()[0].to, OTHER);
    let statuses: Vec<_> = api.sandbox.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [None, None]);
    api.sandbox.stop().await;
}

#[tokio::test]
async fn a_slow_server_accepts_though_the_client_has_gone() {
    let api = Api::start().await;
    let duration = Duration::from_millis(300);
    api.sandbox.add_fault(FaultRule::new(Fault::Slow { duration }).times(1)).unwrap();
    let request = with_json(api.request("POST", NOW), &welcome(json!({ "to": STRANGER })));
    let waiting = tokio::spawn(read(request));
    api.sandbox.wait_for_requests(1).await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    api.sandbox.wait_for_accepted(1).await;
    assert_eq!(api.sandbox.ledger()[0].to, STRANGER);
}

/// Which of six sends to alternating recipients a rule hits.
async fn hits(rule: FaultRule) -> Vec<usize> {
    let api = Api::start().await;
    api.sandbox.add_fault(rule).unwrap();
    let mut hits = Vec::new();
    for number in 0..6 {
        let to = if number % 2 == 0 { STRANGER } else { OTHER };
        let body = json!({ "to": to, "senderId": format!("n-{number}") });
        let reply = if number < 4 { api.send(body).await } else { api.queue(body).await };
        if reply.status == 502 {
            hits.push(number);
        }
    }
    assert_eq!(api.sandbox.accepted() as usize + hits.len(), 6);
    hits
}

#[tokio::test]
async fn rules_choose_their_requests() {
    let html = || FaultRule::new(Fault::Html);
    assert_eq!(hits(html()).await, [0, 1, 2, 3, 4, 5]);
    assert_eq!(hits(html().times(2)).await, [0, 1]);
    assert_eq!(hits(html().times(0)).await, [] as [usize; 0]);
    assert_eq!(hits(html().nth(3)).await, [2]);
    assert_eq!(hits(html().skip(1).every(2)).await, [1, 3, 5]);
    assert_eq!(hits(html().skip(u64::MAX)).await, [] as [usize; 0]);
    assert_eq!(hits(html().to(OTHER).times(2)).await, [1, 3]);
    assert_eq!(hits(html().to("+55|11999990002")).await, [1, 3, 5]);
    assert_eq!(hits(html().body_contains("n-4")).await, [4]);
    assert_eq!(hits(html().path(NOW)).await, [0, 1, 2, 3]);
    assert_eq!(hits(html().path("/chat/v1/send/*")).await, [4, 5]);
    assert_eq!(hits(html().method("get")).await, [] as [usize; 0]);
    assert_eq!(hits(html().method("POST").to(OTHER).path(QUEUE)).await, [5]);
}

#[tokio::test]
async fn the_first_rule_that_is_due_wins_and_the_others_count_on() {
    let api = Api::start().await;
    api.sandbox.add_fault(FaultRule::new(Fault::Html).times(1)).unwrap();
    api.sandbox.add_fault(FaultRule::new(Fault::FormError).nth(2)).unwrap();
    api.sandbox.add_fault(FaultRule::new(Fault::ServerError).times(2)).unwrap();
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(api.send(json!({ "to": STRANGER })).await.status);
    }
    assert_eq!(statuses, [502, 400, 500, 500, 200]);
    let counts: Vec<_> = api.sandbox.faults().iter().map(|state| (state.matched, state.applied)).collect();
    assert_eq!(counts, [(5, 1), (5, 1), (5, 2)]);
}

#[tokio::test]
async fn a_recipient_in_a_batch_is_found() {
    let api = Api::start().await;
    api.sandbox.add_fault(FaultRule::new(Fault::CutAfterAccepting).to(OTHER).times(1)).unwrap();
    let mut body = welcome(json!({}));
    body["messages"] = json!([{ "to": STRANGER }, { "to": OTHER }]);
    assert!(api.try_post(BATCH, body).await.is_err());
    assert_eq!(api.sandbox.accepted(), 2);
}

#[tokio::test]
async fn faults_come_before_the_token_is_looked_at() {
    let mut api = Api::start().await;
    api.token = "pn_nobody";
    api.sandbox.add_fault(FaultRule::new(Fault::Html).times(1)).unwrap();
    assert_eq!(api.get("/chat/v1/channel").await.status, 502);
    assert_eq!(api.get("/chat/v1/channel").await.status, 401);
}

#[tokio::test]
async fn rules_that_cannot_work_are_refused() {
    let sandbox = Sandbox::start(SandboxOptions::default()).await.unwrap();
    let rules = [
        FaultRule::new(Fault::RefuseConnection).to(STRANGER),
        FaultRule::new(Fault::RefuseConnection).path(NOW),
        FaultRule::new(Fault::Html).to("someone"),
        FaultRule::new(Fault::Html).every(0),
        FaultRule::new(Fault::Redirect { status: 200, location: "/".into() }),
        FaultRule::new(Fault::Redirect { status: 302, location: "/\n".into() }),
        FaultRule::new(Fault::RateLimited { retry_after: RetryAfter::Text("\n".into()) }),
        FaultRule::new(Fault::RateLimited { retry_after: RetryAfter::HttpDate(u64::MAX) }),
        FaultRule::new(Fault::Custom {
            status: 100,
            content_type: String::new(),
            body: String::new(),
            accepted: false,
        }),
        FaultRule::new(Fault::Custom {
            status: 600,
            content_type: String::new(),
            body: String::new(),
            accepted: false,
        }),
    ];
    for rule in rules {
        let error = sandbox.add_fault(rule.clone()).unwrap_err();
        assert!(!error.to_string().is_empty(), "{rule:?}");
    }
    assert_eq!(sandbox.faults(), []);
}
