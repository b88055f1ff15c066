//! Faults that a node for this service can have, by the number in each test's name: none of them is here.
//!
//! A test stands here for each fault that touches the chatbot resource, the credential or the execution frame. Some of it
//! belongs to the runner and is tested there too, for every node: results in input order on the right output (8), lineage
//! (9), going on after a failed item (10), pacing by the declared limits (11), resolving `resource` and `operation`
//! for each item (15), repeating after 429 (20), time limits and cancelling (21).
//!
//! The other faults are of operations that this node does not have: lists and their paging (12, 13), loaders with a
//! parent (23, 24), sessions, cards, contacts, messages and files (28 to 45).
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use std::time::Duration;

use heddle_node::node::item_node;
use heddle_node::{ErrorKind, Json, NodeError, NodeProperty, Outcome, PairedItem, Registry, json, to_json};
use heddle_nodes_wts_chat::WtsChat;
use support::{CALL_ID, Host, sending};
use wts_sandbox::{Fault, FaultRule, RetryAfter, seed};

const SEND: &str = "/chat/v1/chatbot/send";

fn property(name: &str) -> NodeProperty {
    let description = item_node(WtsChat).describe().expect("a description");
    description.properties.iter().find(|property| property.name == name).cloned().expect("a property")
}

fn all_text(error: &NodeError) -> String {
    format!("{error} {error:?} {}", error.to_json(0, 0))
}

#[tokio::test]
async fn fault_01_session_metadata_arrives() {
    let host = Host::start().await;
    let rows = json!({ "sessionMetadata": [{ "key": "order", "value": "1042" }] });
    host.run(sending(json!({ "sessionMetadatas": rows }))).await.expect("it is sent");
    assert_eq!(host.sent().session_metadata.expect("the API understood it")["order"], "1042");
    assert!(host.body().get("sessionMetada").is_none());
}

#[tokio::test]
async fn fault_02_what_is_missing_is_refused_and_a_session_is_enough() {
    let host = Host::start().await;
    assert_eq!(host.fail(json!({})).await.parameter.as_deref(), Some("chatbotId"));
    assert_eq!(
        host.fail(sending(json!({ "numberToSend": "" }))).await.parameter.as_deref(),
        Some("numberToSend")
    );
    assert_eq!(host.fail(sending(json!({ "channelId": "" }))).await.parameter.as_deref(), Some("channelId"));
    assert_eq!(host.sandbox.arrived(), 0);
    let alone = json!({ "chatbotId": seed::BOT_WELCOME_KEY, "sessionId": seed::SESSION_OPEN_ID });
    host.run(alone).await.expect("a session is enough");
}

#[tokio::test]
async fn fault_03_queue_status_sender_id_callback_and_hidden_session_are_there() {
    let host = Host::start().await;
    let options = json!({
        "delivery": "queued", "waitForFinalStatus": true, "senderId": "row-1",
        "callbackUrl": "https://example.com/c", "hiddenSession": true,
    });
    host.run(sending(json!({ "options": options }))).await.expect("it is delivered");
    let sent = host.sent();
    assert_eq!(sent.sender_id.as_deref(), Some("row-1"));
    assert_eq!(sent.callback_url.as_deref(), Some("https://example.com/c"));
    assert_eq!(sent.json()["options"]["hiddenSession"], true);
    let status = format!("{}/{}", "/chat/v1/send/chatbot", sent.send_id.expect("an id"));
    assert!(host.sandbox.requests().iter().any(|request| request.method == "GET" && request.path == status));
    let host = Host::start().await;
    host.run(sending(json!({}))).await.expect("it is sent");
    assert_eq!(host.sent().sender_id, Some(CALL_ID.to_string()), "an id of its own by default");
}

#[tokio::test]
async fn fault_04_only_bots_that_can_be_sent_are_offered() {
    let host = Host::start().await;
    let page = host.options("getChatbots", None).await.expect("it loads").expect("a method");
    let offered: Vec<&str> = page.options.iter().filter_map(|option| option.value.as_str()).collect();
    for key in [
        seed::BOT_CAMPAIGN_KEY,
        seed::BOT_MANUAL_KEY,
        seed::BOT_DRAFT_KEY,
        seed::BOT_PUBLISHING_KEY,
        seed::BOT_FAILED_KEY,
        seed::BOT_ARCHIVED_KEY,
        seed::BOT_REACTIVE_KEY,
    ] {
        assert!(!offered.contains(&key), "{key} cannot be sent");
    }
    for &key in offered.iter().filter(|&&key| key != "NOT_SEND").take(3) {
        let host = Host::start().await;
        let channel = json!({ "chatbotId": key, "sessionId": seed::SESSION_OPEN_ID, "channelId": "", "numberToSend": "" });
        host.run(sending(channel)).await.expect("what is offered can be sent");
    }
}

#[tokio::test]
async fn fault_05_a_bot_id_of_an_older_file_still_works() {
    let host = Host::start().await;
    let stored = json!({ "botId": seed::BOT_WELCOME_ID, "channelId": seed::CHANNEL_WHATSAPP_ID, "numberToSend": "5511900000001" });
    host.run(stored).await.expect("it is sent");
    assert_eq!(host.sent().json()["botKey"], seed::BOT_WELCOME_KEY);
    assert!(host.sent().json().get("botId").is_none());
}

#[tokio::test]
async fn fault_06_from_may_be_a_number() {
    let host = Host::start().await;
    host.run(sending(json!({ "channelId": seed::CHANNEL_WHATSAPP_NUMBER }))).await.expect("it is sent");
    assert_eq!(host.sent().from.to_string(), seed::CHANNEL_WHATSAPP_ID);
}

#[tokio::test]
async fn fault_07_an_empty_key_is_never_sent_and_values_may_be_numbers() {
    let host = Host::start().await;
    let rows = |rows: Json| sending(json!({ "contactMetadatas": { "contactMetadata": rows } }));
    let error = host.fail(rows(json!([{ "key": "", "value": "x" }]))).await;
    assert!(error.message.contains("row 1"), "{error:?}");
    assert_eq!(host.sandbox.arrived(), 0);
    host.run(rows(json!([{ "key": "age", "value": 41 }]))).await.expect("it is sent");
    assert_eq!(host.body()["contactMetadata"]["age"], "41");
}

#[tokio::test]
async fn fault_08_every_items_result_is_on_the_only_output() {
    let host = Host::start().await;
    let prepared = host.prepare(sending(json!({}))).expect("parameters");
    for index in [0, 1, 7, 50] {
        // The host of the tests accepts one item on the first output, and nothing else.
        host.run_at(index, &prepared).await.expect("it is sent");
    }
    assert_eq!(item_node(WtsChat).describe().expect("a description").outputs.count(), Some(1));
}

#[tokio::test]
async fn fault_09_lineage_is_left_to_the_runner() {
    let host = Host::start().await;
    let prepared = host.prepare(sending(json!({}))).expect("parameters");
    let item = host.run_at(3, &prepared).await.expect("it is sent");
    assert_eq!(item.paired_item, PairedItem::None, "the runner pairs what the node leaves open");
}

#[tokio::test]
async fn fault_10_a_failed_item_says_whether_it_was_sent_and_the_next_goes_on() {
    let host = Host::start().await;
    host.fault(FaultRule::new(Fault::FormError).times(1));
    assert_eq!(host.fail(sending(json!({}))).await.outcome, Outcome::NotDone);
    host.run(sending(json!({ "numberToSend": "5511900000002" }))).await.expect("the next item is sent");
    assert_eq!(host.sandbox.accepted(), 1);
}

#[tokio::test]
async fn fault_11_there_is_no_sleep_and_the_limits_are_the_documented_ones() {
    let host = Host::start().await;
    let prepared = host.prepare(sending(json!({}))).expect("parameters");
    for index in 0..60 {
        host.run_at(index, &prepared).await.expect("it is sent");
    }
    assert!(host.services.pauses.lock().expect("a lock").is_empty());
    let kind = (Registry::linked().expect("a registry").credential("wtsApi").expect("the type").describe)()
        .expect("a description");
    let limits: Vec<(u32, Duration)> =
        kind.rate_limits.iter().map(|limit| (limit.limit, limit.window)).collect();
    let documented = [(1000, 300), (200, 5), (1000, 120)];
    assert_eq!(limits, documented.map(|(limit, seconds)| (limit, Duration::from_secs(seconds))));
}

#[tokio::test]
async fn fault_14_an_empty_answer_is_a_valid_item() {
    let host = Host::start().await;
    host.fault(FaultRule::new(Fault::EmptyBody));
    assert_eq!(host.run(sending(json!({}))).await.expect("a success"), json!({ "success": true }));
}

#[tokio::test]
async fn fault_15_an_unknown_operation_is_an_error_for_each_item() {
    let host = Host::start().await;
    host.prepare_resolved(&host.resolve(sending(json!({}))).expect("parameters")).expect("this item is fine");
    let Err(error) = host.prepare_resolved(&sending(json!({ "operation": "sendText" }))) else {
        panic!("there is no such operation")
    };
    assert_eq!(error.kind, ErrorKind::Parameter);
    assert!(error.message.contains("sendText"), "{error:?}");
}

#[tokio::test]
async fn fault_16_no_answer_is_a_clear_error() {
    let host = Host::start().await;
    for fault in [Fault::CutBeforeReading, Fault::RefuseConnection] {
        host.fault(FaultRule::new(fault).times(1));
        let error = host.fail(sending(json!({}))).await;
        assert_eq!(error.kind, ErrorKind::Connection);
        assert!(!error.message.contains("undefined") && error.description.is_some(), "{error:?}");
    }
    host.sandbox.refuse_connections(None).await.expect("it stops listening");
    let error = host.fail(sending(json!({}))).await;
    assert_eq!((error.kind, error.outcome), (ErrorKind::Connection, Outcome::NotDone));
}

#[tokio::test]
async fn fault_17_a_body_without_text_gives_no_undefined() {
    let host = Host::start().await;
    for (content_type, body) in [
        ("application/problem+json", r#"{"title":"Invalid","status":400,"errors":{}}"#),
        ("text/html", "<html><title>400</title></html>"),
        ("application/json", "{}"),
        ("text/plain", ""),
    ] {
        host.answer(SEND, 400, content_type, body);
        let error = host.fail(sending(json!({}))).await;
        assert!(!all_text(&error).contains("undefined") && error.message.len() > 5, "{error:?}");
        assert!(error.description.is_some(), "{error:?}");
    }
}

#[tokio::test]
async fn fault_18_status_key_and_support_id_reach_the_user() {
    let host = Host::start().await;
    host.fault(FaultRule::new(Fault::FormError));
    let error = host.fail(sending(json!({}))).await;
    let shown = error.to_json(0, 0);
    assert_eq!(shown.get("httpCode").and_then(Json::as_str), Some("400"));
    let context = |key: &str| shown.pointer(&format!("/context/{key}")).and_then(Json::as_str);
    assert_eq!(context("key"), Some("FORM_ERROR"));
    assert_eq!(context("supportId").map(str::len), Some(8));
}

#[tokio::test]
async fn fault_19_an_error_on_a_later_page_is_told_as_it_is() {
    let host = Host::start().await;
    host.fault(FaultRule::new(Fault::FormError).path("/chat/v1/chatbot").nth(2));
    let error = host.options("getChatbots", None).await.expect_err("the second page fails");
    assert_eq!(error.message, "Failed to load bots: Dados inválidos");
    assert_eq!(error.http_status, Some(400));
}

#[tokio::test]
async fn fault_20_a_429_can_be_repeated_and_tells_when() {
    let host = Host::start().await;
    host.fault(FaultRule::new(Fault::RateLimited { retry_after: RetryAfter::Seconds(9) }));
    let error = host.fail(sending(json!({}))).await;
    assert_eq!(
        (error.outcome, error.transient, error.retry_after),
        (Outcome::NotDone, true, Some(Duration::from_secs(9)))
    );
}

#[tokio::test]
async fn fault_21_a_silent_service_does_not_hold_the_run_for_ever() {
    let host = Host::start().await;
    host.set_time_limit(Duration::from_millis(100));
    host.fault(FaultRule::new(Fault::Slow { duration: Duration::from_secs(20) }));
    let error = host.fail(sending(json!({}))).await;
    assert_eq!((error.kind, error.outcome), (ErrorKind::TimeLimit, Outcome::Unknown));
}

#[tokio::test]
async fn fault_22_the_token_is_in_no_error() {
    let host = Host::start().await;
    for fault in
        [Fault::FormError, Fault::ServerError, Fault::Html, Fault::WrongContent, Fault::CutAfterAccepting]
    {
        host.fault(FaultRule::new(fault).times(1));
        let text = all_text(&host.fail(sending(json!({}))).await);
        assert!(!text.contains(seed::TOKEN) && !text.contains("Bearer"), "{text}");
    }
    let error = host.fail(sending(json!({ "chatbotId": "" }))).await;
    assert!(!all_text(&error).contains(seed::TOKEN));
}

#[tokio::test]
async fn fault_25_pages_are_large_and_their_number_is_capped() {
    let host = Host::start().await;
    let body = r#"{"items":[{"key":"k","name":"n"}],"hasMorePages":true}"#.to_owned();
    let endless =
        Fault::Custom { status: 200, content_type: "application/json".to_owned(), body, accepted: false };
    host.fault(FaultRule::new(endless).path("/chat/v1/chatbot"));
    host.options("getChatbots", None).await.expect("it ends");
    assert_eq!(host.sandbox.arrived(), 50);
    assert!(host.sandbox.requests().iter().all(|request| request.query.contains("PageSize=100")));
}

#[tokio::test]
async fn fault_26_a_value_cannot_change_the_path() {
    let host = Host::start().await;
    let answer = r#"{"id":"a/b?c#d+|é ..%2f","status":"QUEUED"}"#;
    host.answer("/chat/v1/send/chatbot", 200, "application/json", answer);
    host.answer("/chat/v1/send/chatbot/*", 200, "application/json", r#"{"status":"SENT"}"#);
    let options = json!({ "delivery": "queued", "waitForFinalStatus": true });
    host.run(sending(json!({ "options": options }))).await.expect("it is delivered");
    let look = &host.sandbox.requests()[1];
    assert_eq!(look.path, "/chat/v1/send/chatbot/a%2Fb%3Fc%23d%2B%7C%C3%A9%20..%252f");
    assert_eq!(look.query, "");
}

#[tokio::test]
async fn fault_27_zero_false_and_the_empty_text_are_sent() {
    let host = Host::start().await;
    let rows = json!([{ "key": "zero", "value": 0 }, { "key": "no", "value": false }, { "key": "empty", "value": "" }]);
    host.run(sending(json!({ "sessionMetadatas": { "sessionMetadata": rows } }))).await.expect("it is sent");
    assert_eq!(
        host.body()["sessionMetadata"],
        serde_json::json!({ "zero": "0", "no": "false", "empty": "" })
    );
}

#[tokio::test]
async fn fault_46_the_key_has_no_false_default_stays_out_of_urls_and_can_be_tested() {
    let kind = (Registry::linked().expect("a registry").credential("wtsApi").expect("the type").describe)()
        .expect("a description");
    assert_eq!(kind.properties[0].default, json!(""));
    let described = to_json(&kind).expect("JSON").to_string();
    assert!(!described.contains("api_key") && !described.contains("\"qs\""), "{described}");
    assert!(kind.test.is_some() && kind.documentation_url.is_none());
    let mut host = Host::start().await;
    host.set_credential(
        json!({ "apiKey": "https://api.wts.chat/auth/v1/login/validate", "baseUrl": host.sandbox.url() }),
    );
    let error = host.fail(sending(json!({}))).await;
    assert_eq!(error.kind, ErrorKind::Credential);
    assert_eq!(host.sandbox.arrived(), 0, "the false default is no key");
}

#[tokio::test]
async fn fault_47_the_key_is_sent_as_it_is_to_the_address_in_the_credential() {
    let mut host = Host::start().await;
    for key in ["test_pn_1", "staging_pn_1", "pn_latest_staging_test"] {
        let (url, _body) = support::answer_once("{}").await;
        host.set_credential(json!({ "apiKey": key, "baseUrl": url }));
        host.run(sending(json!({}))).await.expect("it went where the credential says");
        assert_eq!(host.services.last_authorization(), Some(format!("Bearer {key}")));
    }
    assert_eq!(host.sandbox.arrived(), 0);
}

#[tokio::test]
async fn fault_48_labels_are_right_and_what_is_missing_is_named() {
    let description = item_node(WtsChat).describe().expect("a description");
    let text = to_json(&description).expect("JSON").to_string();
    assert!(!text.contains("Metada\"") && !text.contains("Gel "), "{text}");
    let kind = (Registry::linked().expect("a registry").credential("wtsApi").expect("the type").describe)()
        .expect("a description");
    assert!(kind.properties[0].required, "the API key is required");
    let host = Host::start().await;
    let missing = host.fail(sending(json!({ "chatbotId": "" }))).await;
    assert!(missing.description.as_deref().is_some_and(|text| text.contains("Bots ID")));
    let renamed = host.prepare_resolved(&json!({ "resource": "session", "operation": "assignUser" }));
    assert!(renamed.is_err(), "an operation that is not there is no silent empty result");
}

#[tokio::test]
async fn fault_49_the_default_is_the_chatbot_and_choices_carry_no_default() {
    for (name, default) in [("resource", "chatbot"), ("operation", "sendChatbot")] {
        let property = property(name);
        assert_eq!(property.default, json!(default));
        for choice in property.choices() {
            assert_eq!(to_json(choice).expect("JSON").get("default"), None);
        }
    }
}
