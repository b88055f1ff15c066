//! Steering a sandbox over HTTP, and what it remembers.

use serde_json::json;
use wts_sandbox::{Keep, RateLimits, SandboxOptions, Window, seed};

use crate::client::{Api, NOW, QUEUE, STRANGER, read, welcome};

#[tokio::test]
async fn faults_are_set_listed_and_cleared() {
    let api = Api::start().await;
    let rules = json!([
        { "to": STRANGER, "times": 1, "fault": { "kind": "rateLimited", "retryAfter": { "seconds": 9 } } },
        { "path": "/chat/v1/send/*", "method": "POST", "skip": 1, "every": 2, "fault": { "kind": "slowAfterAccepting", "milliseconds": 1 } },
        { "bodyContains": "x", "fault": { "kind": "redirect", "status": 307, "location": "http://127.0.0.1:9/" } },
    ]);
    let states = api.post("/sandbox/faults", rules).await.expect(200);
    assert_eq!(states.as_array().unwrap().len(), 3);
    let reply = api.send(json!({ "to": STRANGER })).await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("9")));

    let states = api.post("/sandbox/faults", json!({ "fault": { "kind": "emptyBody" } })).await.expect(200);
    assert_eq!(states.as_array().unwrap().len(), 4);
    assert_eq!((&states[0]["matched"], &states[0]["applied"]), (&json!(1), &json!(1)));
    assert_eq!(api.get("/sandbox/faults").await.expect(200), states);
    // What is listed can be set again.
    let rules: Vec<_> = states.as_array().unwrap().iter().map(|state| state["rule"].clone()).collect();
    assert_eq!(api.delete("/sandbox/faults").await.expect(200), json!([]));
    let again = api.post("/sandbox/faults", json!(rules)).await.expect(200);
    assert_eq!(again[1]["rule"], states[1]["rule"]);
    api.delete("/sandbox/faults").await;
    api.send(json!({ "to": STRANGER })).await.expect(200);
}

#[tokio::test]
async fn every_kind_of_fault_has_its_json() {
    let api = Api::start().await;
    let plain = [
        "rateLimited",
        "serverError",
        "serverErrorAfterAccepting",
        "problemDetails",
        "formError",
        "html",
        "refuseConnection",
        "cutBeforeReading",
        "cutAfterAccepting",
        "cutMidAnswer",
        "emptyBody",
        "wrongContent",
    ];
    for kind in plain {
        // Never due: the endpoints of the sandbox itself must stay reachable.
        api.post("/sandbox/faults", json!({ "times": 0, "fault": { "kind": kind } })).await.expect(200);
    }
    for retry_after in
        [json!("none"), json!({ "seconds": 1 }), json!({ "httpDate": 1 }), json!({ "text": "soon" })]
    {
        let rule = json!({ "fault": { "kind": "rateLimited", "retryAfter": retry_after } });
        api.post("/sandbox/faults", rule).await.expect(200);
    }
    let custom = json!({ "kind": "custom", "status": 503, "contentType": "text/plain", "body": "x", "accepted": true });
    api.post("/sandbox/faults", json!({ "fault": custom })).await.expect(200);
    for (fault, state) in plain.iter().zip(api.sandbox.faults()) {
        assert_eq!(state.rule.fault.kind(), *fault);
    }
}

#[tokio::test]
async fn wrong_input_is_named_and_changes_nothing() {
    let api = Api::start().await;
    let faults = [
        json!({}),
        json!({ "fault": { "kind": "explode" } }),
        json!({ "fault": { "kind": "slow" } }),
        json!({ "fault": { "kind": "slow", "milliseconds": -1 } }),
        json!({ "fault": { "kind": "html", "status": 503 } }),
        json!({ "fault": { "kind": "html" }, "too": STRANGER }),
        json!({ "fault": { "kind": "html" }, "every": 0 }),
        json!([{ "fault": { "kind": "html" } }, { "fault": { "kind": "refuseConnection" }, "to": STRANGER }]),
    ];
    for body in faults {
        let answer = api.post("/sandbox/faults", body.clone()).await.expect(400);
        assert!(answer["error"].as_str().is_some_and(|error| !error.is_empty()), "{body}");
    }
    assert_eq!(api.sandbox.faults(), []);
    api.post("/sandbox/outcomes", json!({ "to": "someone", "statuses": [] })).await.expect(400);
    api.post("/sandbox/refuse", json!({})).await.expect(400);
    api.post("/sandbox/answer", json!({ "sessionId": "00000000-0000-4000-8000-00000000dead" }))
        .await
        .expect(400);
    api.get("/sandbox/ledger?limit=x").await.expect(400);
    api.get("/sandbox/ledger?page=1").await.expect(400);
    api.get("/sandbox/nothing").await.expect(404);
    api.post("/sandbox/ledger", json!({})).await.expect(404);
}

#[tokio::test]
async fn the_ledger_and_the_requests_can_be_read_without_a_token() {
    let api = Api::start().await;
    for number in 1..=3 {
        api.send(json!({ "to": STRANGER, "senderId": format!("n-{number}") })).await.expect(200);
    }
    api.send(json!({ "to": "12" })).await;
    let url = |path: &str| format!("{}{path}", api.sandbox.url());
    let ledger = read(api.client.get(url("/sandbox/ledger"))).await.unwrap().expect(200);
    assert_eq!(ledger["accepted"], 3);
    let entry = &ledger["entries"][0];
    assert_eq!((&entry["to"], &entry["endpoint"]), (&json!(STRANGER), &json!("now")));
    assert_eq!((&entry["heldBack"], &entry["sendId"]), (&json!(null), &json!(null)));
    assert_eq!(entry["body"], welcome(json!({ "to": STRANGER, "senderId": "n-1" })));

    let slice = read(api.client.get(url("/sandbox/ledger?after=1&limit=1"))).await.unwrap().expect(200);
    assert_eq!(slice["entries"].as_array().unwrap().len(), 1);
    assert_eq!(slice["entries"][0]["senderId"], "n-2");

    let requests = read(api.client.get(url("/sandbox/requests?after=3"))).await.unwrap().expect(200);
    assert_eq!(requests["arrived"], 4);
    let request = &requests["entries"][0];
    assert_eq!(
        (&request["number"], &request["status"], &request["path"]),
        (&json!(4), &json!(400), &json!(NOW))
    );
    assert_eq!(request["body"]["to"], "12");
}

#[tokio::test]
async fn requests_are_recorded_as_they_came_but_for_the_token() {
    let api = Api::start().await;
    api.get("/chat/v1/chatbot?Name=a%20b&types=Automation").await.expect(200);
    let request = api.request("POST", NOW).header("x-trace", "abc").header("content-type", "text/plain");
    read(request.body("not json")).await.unwrap().expect_problem(415);
    let requests = api.sandbox.requests();
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("GET", "/chat/v1/chatbot"));
    assert_eq!(requests[0].query, "Name=a%20b&types=Automation");
    assert_eq!((requests[0].status, requests[1].status), (Some(200), Some(415)));
    assert_eq!(requests[1].header("x-trace"), Some("abc"));
    assert_eq!(requests[1].header("authorization"), Some("Bearer ***"));
    assert_eq!((&requests[1].body[..], requests[1].json()), (&b"not json"[..], json!(null)));
    assert!(requests[0].at <= requests[1].at && requests[0].after <= requests[1].after);
    let shown = format!("{:?}{}", requests, api.get("/sandbox/requests").await.text);
    assert!(!shown.contains(seed::TOKEN));
}

#[tokio::test]
async fn outcomes_and_answers_can_be_set() {
    let api = Api::start().await;
    let outcome = json!({ "to": "+5511999990001", "statuses": ["FAILED"], "failedReason": "no such number" });
    api.post("/sandbox/outcomes", outcome).await.expect(200);
    let send = api.queue(json!({ "to": STRANGER, "options": { "hiddenSession": true } })).await.expect(200);
    let read = api.get(&format!("{QUEUE}/{}", send["id"].as_str().unwrap())).await.expect(200);
    assert_eq!((&read["status"], &read["failedReason"]), (&json!("FAILED"), &json!("no such number")));

    api.post("/sandbox/answer", json!({ "sessionId": send["sessionId"] })).await.expect(200);
    let session =
        api.get(&format!("/chat/v2/session/{}", send["sessionId"].as_str().unwrap())).await.expect(200);
    assert_eq!(session["status"], "IN_PROGRESS");
}

#[tokio::test]
async fn a_reset_forgets_everything() {
    let api = Api::start().await;
    api.post("/sandbox/faults", json!({ "skip": 1, "fault": { "kind": "html" } })).await.expect(200);
    api.send(json!({ "to": STRANGER })).await.expect(200);
    api.post("/sandbox/reset", json!({})).await.expect(200);
    assert_eq!(api.get("/sandbox/ledger").await.expect(200), json!({ "accepted": 0, "entries": [] }));
    assert_eq!(api.get("/sandbox/requests").await.expect(200), json!({ "arrived": 0, "entries": [] }));
    assert_eq!(api.get("/sandbox/faults").await.expect(200), json!([]));
    assert_eq!(api.get("/core/v1/contact").await.expect(200)["totalItems"], 5);
    api.send(json!({ "to": STRANGER })).await.expect(200);
}

#[tokio::test]
async fn refusing_over_http_answers_first() {
    let api = Api::start().await;
    let answer = api.post("/sandbox/refuse", json!({ "milliseconds": 100 })).await.expect(200);
    assert_eq!(answer, json!({ "refusingForMilliseconds": 100 }));
    while api.try_post(NOW, welcome(json!({ "to": STRANGER }))).await.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(api.sandbox.accepted(), 1);
}

#[tokio::test]
async fn control_is_not_limited_or_recorded() {
    let limits = RateLimits {
        account: vec![Window::new(0, std::time::Duration::from_secs(3600))],
        ..RateLimits::off()
    };
    let api = Api::with(SandboxOptions { rate_limits: limits, ..SandboxOptions::default() }).await;
    for _ in 0..3 {
        api.get("/sandbox/ledger").await.expect(200);
    }
    assert_eq!(api.sandbox.arrived(), 0);
}

#[tokio::test]
async fn records_are_bounded_as_asked() {
    let options =
        SandboxOptions { ledger: Keep::Last(2), requests: Keep::Nothing, ..SandboxOptions::unlimited() };
    let api = Api::with(options).await;
    for number in 1..=4 {
        api.send(json!({ "to": STRANGER, "senderId": format!("n-{number}") })).await.expect(200);
    }
    let numbers: Vec<_> = api.sandbox.ledger().iter().map(|entry| entry.number).collect();
    assert_eq!((numbers, api.sandbox.accepted()), (vec![3, 4], 4));
    assert_eq!((api.sandbox.requests(), api.sandbox.arrived()), (vec![], 4));
    assert_eq!(api.get("/sandbox/ledger?after=3").await.expect(200)["entries"][0]["senderId"], "n-4");

    let options =
        SandboxOptions { ledger: Keep::Nothing, requests: Keep::Last(1), ..SandboxOptions::unlimited() };
    let api = Api::with(options).await;
    api.send(json!({ "to": STRANGER })).await.expect(200);
    api.get("/chat/v1/channel").await.expect(200);
    assert_eq!((api.sandbox.ledger(), api.sandbox.accepted()), (vec![], 1));
    let [request] = &api.sandbox.requests()[..] else { panic!("one request") };
    assert_eq!((request.number, request.status), (2, Some(200)));
}

#[tokio::test]
async fn latency_is_added_to_every_answer() {
    let options =
        SandboxOptions { latency: std::time::Duration::from_millis(20), ..SandboxOptions::unlimited() };
    let api = Api::with(options).await;
    let start = std::time::Instant::now();
    api.send(json!({ "to": STRANGER })).await.expect(200);
    assert!(start.elapsed() >= std::time::Duration::from_millis(20));
    assert_eq!(api.sandbox.requests()[0].status, Some(200));
}
