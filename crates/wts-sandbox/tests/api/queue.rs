//! Queued sends, batches, and what becomes of them: docs/wts-api.md §2.2–2.4, §13.

use serde_json::{Value, json};
use wts_sandbox::{Endpoint, Outcome, Recipient, seed};

use crate::client::{Api, BATCH, QUEUE, STRANGER, read};

async fn statuses(api: &Api, id: &Value, reads: usize) -> Vec<String> {
    let mut statuses = Vec::new();
    for _ in 0..reads {
        let send = api.get(&format!("{QUEUE}/{}", id.as_str().unwrap())).await.expect(200);
        statuses.push(send["status"].as_str().unwrap().to_owned());
    }
    statuses
}

#[tokio::test]
async fn a_queued_send_answers_queued_and_goes_on_with_each_read() {
    let api = Api::start().await;
    let body = json!({ "to": STRANGER, "senderId": "s-1", "callbackUrl": "http://127.0.0.1:9/" });
    let send = api.queue(body).await.expect(200);
    let keys: Vec<_> = send.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "id",
            "createdAt",
            "updatedAt",
            "companyId",
            "sessionId",
            "senderId",
            "status",
            "statusUrl",
            "sentAt",
            "failedReason",
            "callbackUrl",
            "waitReply"
        ]
    );
    assert_eq!(
        (&send["status"], &send["senderId"], &send["sentAt"]),
        (&json!("QUEUED"), &json!("s-1"), &Value::Null)
    );

    let entry = &api.sandbox.ledger()[0];
    assert_eq!((entry.endpoint, json!(entry.send_id)), (Endpoint::Queue, send["id"].clone()));
    assert_eq!(json!(entry.session_id), send["sessionId"]);

    assert_eq!(statuses(&api, &send["id"], 4).await, ["PROCESSING", "SENT", "DELIVERED", "DELIVERED"]);
    let by_url = read(api.client.get(send["statusUrl"].as_str().unwrap()).bearer_auth(api.token))
        .await
        .unwrap()
        .expect(200);
    assert_eq!(by_url["id"], send["id"]);
    assert!(by_url["sentAt"].is_string());
    assert_eq!(api.sandbox.accepted(), 1, "reading sends nothing");
}

#[tokio::test]
async fn the_seed_has_recipients_for_every_end() {
    let api = Api::start().await;
    let cases = [
        (seed::RECIPIENT_FAILS, "FAILED", json!(false)),
        (seed::RECIPIENT_CLOSED, "FAILED", json!(false)),
        (seed::RECIPIENT_DELETED, "DELETED", json!(false)),
        (seed::RECIPIENT_WAIT_REPLY, "WAIT_REPLY", json!(true)),
        (seed::RECIPIENT_UNKNOWN_STATUS, "TELEPORTED", json!(false)),
        (seed::RECIPIENT_READS, "READ", json!(false)),
    ];
    for (to, end, wait_reply) in cases {
        let id = api.queue(json!({ "to": to })).await.expect(200)["id"].clone();
        assert_eq!(statuses(&api, &id, 6).await.last().unwrap(), end);
        let send = api.get(&format!("{QUEUE}/{}", id.as_str().unwrap())).await.expect(200);
        assert_eq!(send["waitReply"], wait_reply);
        assert_eq!(send["failedReason"].is_string(), end == "FAILED");
    }
}

#[tokio::test]
async fn outcomes_can_be_set() {
    let api = Api::start().await;
    let recipient = Recipient::read("+5511999990001").unwrap();
    api.sandbox.set_outcome(recipient.clone(), Outcome::of(["SAVED", "READ"]));
    let id = api.queue(json!({ "to": STRANGER })).await.expect(200)["id"].clone();
    api.sandbox.set_outcome(recipient.clone(), Outcome::of(Vec::<String>::new()));
    let stuck = api.queue(json!({ "to": STRANGER })).await.expect(200)["id"].clone();
    assert_eq!(statuses(&api, &id, 3).await, ["SAVED", "READ", "READ"]);
    assert_eq!(statuses(&api, &stuck, 2).await, ["QUEUED", "QUEUED"]);
}

#[tokio::test]
async fn a_queued_send_that_is_held_back_fails() {
    let api = Api::start().await;
    let body = json!({ "to": seed::CONTACT_OPEN, "options": { "skipIfInProgress": true } });
    let send = api.queue(body).await.expect(200);
    assert_eq!(send["status"], "QUEUED");
    assert_eq!(statuses(&api, &send["id"], 2).await, ["PROCESSING", "FAILED"]);
    assert!(!api.sandbox.ledger()[0].was_sent());
}

#[tokio::test]
async fn an_unknown_send_is_a_missing_record() {
    let mut api = Api::start().await;
    let id = api.queue(json!({ "to": STRANGER, "senderId": "abc" })).await.expect(200)["id"].clone();
    api.get(&format!("{QUEUE}/00000000-0000-4000-8000-00000000dead"))
        .await
        .expect_envelope(500, "FORM_ERROR");
    api.get(&format!("{QUEUE}/abc")).await.expect_problem(400);
    api.token = seed::OTHER_TOKEN;
    api.get(&format!("{QUEUE}/{}", id.as_str().unwrap())).await.expect_envelope(500, "FORM_ERROR");
}

fn batch(messages: Value) -> Value {
    json!({ "botKey": seed::BOT_WELCOME_KEY, "from": seed::CHANNEL_WHATSAPP_NUMBER, "messages": messages })
}

#[tokio::test]
async fn a_batch_answers_in_order() {
    let api = Api::start().await;
    let messages = json!([
        { "to": "5511999990001", "senderId": "a", "sessionMetadata": { "n": 1 } },
        { "sessionId": seed::SESSION_OPEN_ID, "senderId": "b" },
        { "to": "5511999990001", "senderId": "c", "contactMetadata": { "n": 3 } },
    ]);
    let body = batch(messages);
    let results = api.post(BATCH, body.clone()).await.expect(200)["results"].as_array().unwrap().clone();
    let senders: Vec<_> = results.iter().map(|send| send["senderId"].as_str().unwrap()).collect();
    assert_eq!(senders, ["a", "b", "c"]);
    assert!(results.iter().all(|send| send["status"] == "QUEUED"));
    assert_eq!(results[0]["sessionId"], results[2]["sessionId"]);
    assert_eq!(results[1]["sessionId"], seed::SESSION_OPEN_ID);

    let ledger = api.sandbox.ledger();
    let places: Vec<_> =
        ledger.iter().map(|entry| (entry.number, entry.request, entry.batch_index)).collect();
    assert_eq!(places, [(1, 1, Some(0)), (2, 1, Some(1)), (3, 1, Some(2))]);
    assert_eq!(ledger[1].to, seed::CONTACT_OPEN);
    assert_eq!(json!(ledger[0].session_metadata), json!({ "n": 1 }));
    assert_eq!(ledger[2].json(), body);
    assert_eq!(statuses(&api, &results[2]["id"], 2).await, ["PROCESSING", "SENT"]);
}

#[tokio::test]
async fn options_of_a_batch_are_those_of_each_message() {
    let api = Api::start().await;
    let mut body = batch(json!([{ "to": seed::CONTACT_OPEN }, { "to": STRANGER }]));
    body["options"] = json!({ "skipIfInProgress": true, "hiddenSession": true });
    api.post(BATCH, body).await.expect(200);
    let sent: Vec<_> = api.sandbox.ledger().iter().map(|entry| entry.was_sent()).collect();
    assert_eq!(sent, [false, true]);
}

#[tokio::test]
async fn a_batch_holds_one_to_a_hundred_and_is_refused_as_a_whole() {
    let api = Api::start().await;
    let messages =
        |count: usize| -> Value { (0..count).map(|n| json!({ "to": format!("55119999{n:05}") })).collect() };
    let full = api.post(BATCH, batch(messages(100))).await.expect(200);
    assert_eq!(full["results"].as_array().unwrap().len(), 100);
    api.post(BATCH, batch(messages(101))).await.expect_envelope(400, "FORM_ERROR");
    api.post(BATCH, batch(json!([]))).await.expect_envelope(400, "FORM_ERROR");
    api.post(BATCH, batch(json!([{ "to": STRANGER }, { "to": "12" }])))
        .await
        .expect_envelope(400, "FORM_ERROR");
    api.post(BATCH, batch(json!([{ "to": STRANGER }, {}]))).await.expect_envelope(400, "FORM_ERROR");
    let errors =
        api.post(BATCH, batch(json!([{ "to": STRANGER }, { "to": 5 }, "x"]))).await.expect_problem(400);
    assert_eq!(errors.as_object().unwrap().keys().collect::<Vec<_>>(), ["$.messages[1].to", "$.messages[2]"]);
    let errors = api.post(BATCH, json!({})).await.expect_problem(400);
    assert_eq!(errors.as_object().unwrap().keys().collect::<Vec<_>>(), ["botKey", "messages"]);
    assert_eq!(api.sandbox.accepted(), 100);
}
