//! What leaves for an item: the checks before it, the body, and the output.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use heddle_node::{Effect, ErrorKind, Json, NodeError, Outcome, json};
use serde_json::Value;
use support::{CALL_ID, Host, answer_once, sending};
use wts_sandbox::{Fault, FaultRule, seed};

fn words(error: &NodeError) -> (&str, &str) {
    (error.message.as_str(), error.description.as_deref().unwrap_or_default())
}

#[tokio::test]
async fn a_minimal_send_has_exactly_this_body() {
    let host = Host::start().await;
    let answer = host.run(sending(json!({}))).await.expect("it is sent");
    let request = host.request();
    assert_eq!(
        (request.method.as_str(), request.path.as_str(), request.query.as_str()),
        ("POST", "/chat/v1/chatbot/send", "")
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("accept"), Some("application/json"));
    let body = String::from_utf8(request.body.to_vec()).expect("UTF-8");
    assert_eq!(
        body,
        format!(
            r#"{{"botKey":"{}","from":"{}","to":"5511900000001","options":{{}},"senderId":"{CALL_ID}"}}"#,
            seed::BOT_WELCOME_KEY,
            seed::CHANNEL_WHATSAPP_ID
        )
    );
    let session = host.sent().session_id.to_string();
    assert_eq!(
        answer.get("id").and_then(Json::as_str),
        Some(session.as_str()),
        "the output is the API's answer"
    );
    assert!(answer.get("contactDetails").is_some(), "{answer}");
}

#[tokio::test]
async fn every_field_has_its_place_in_the_body() {
    let host = Host::start().await;
    host.run(sending(json!({
        "sessionId": format!("  {} ", seed::SESSION_OPEN_ID),
        "numberToSend": format!(" +{} ", seed::CONTACT_OPEN),
        "forceStartSession": true,
        "skipIfBotInExecution": true,
        "skipIfInProgress": true,
        "sessionMetadatas": { "sessionMetadata": [
            { "key": "order", "value": "1042" }, { "key": "note", "value": "" }, { "key": "order", "value": "1043" },
        ] },
        "contactMetadatas": { "contactMetadata": [{ "key": "plan", "value": "gold" }] },
        "options": { "senderId": "row-7", "callbackUrl": "https://example.com/done?x=1", "hiddenSession": true },
    })))
    .await
    .expect("it is sent");
    assert_eq!(
        host.body(),
        serde_json::json!({
            "botKey": seed::BOT_WELCOME_KEY,
            "from": seed::CHANNEL_WHATSAPP_ID,
            "to": format!("+{}", seed::CONTACT_OPEN),
            "sessionId": seed::SESSION_OPEN_ID,
            "options": {
                "skipIfBotInExecution": true, "skipIfInProgress": true, "forceStartSession": true, "hiddenSession": true,
            },
            "sessionMetadata": { "order": "1043", "note": "" },
            "contactMetadata": { "plan": "gold" },
            "senderId": "row-7",
            "callbackUrl": "https://example.com/done?x=1",
        })
    );
    let kept = host.sent();
    assert_eq!(kept.session_metadata.expect("metadata")["order"], "1043");
    assert_eq!(kept.contact_metadata.expect("metadata")["plan"], "gold");
}

#[tokio::test]
async fn only_flags_that_are_on_are_in_the_options() {
    for flag in ["forceStartSession", "skipIfBotInExecution", "skipIfInProgress"] {
        let host = Host::start().await;
        let mut parameters = sending(json!({}));
        parameters.insert(flag, Json::from(true));
        host.run(parameters).await.expect("it is sent");
        assert_eq!(host.body()["options"], serde_json::json!({ flag: true }));
    }
}

#[tokio::test]
async fn a_queued_send_goes_to_the_queue() {
    let host = Host::start().await;
    let answer =
        host.run(sending(json!({ "options": { "delivery": "queued" } }))).await.expect("it is queued");
    assert_eq!(host.request().path, "/chat/v1/send/chatbot");
    assert_eq!(answer.get("status").and_then(Json::as_str), Some("QUEUED"));
    assert_eq!(answer.get("senderId").and_then(Json::as_str), Some(CALL_ID.to_string().as_str()));
    assert!(host.services.pauses.lock().expect("a lock").is_empty(), "nobody asked to wait");
}

#[tokio::test]
async fn the_checks_come_in_order_and_before_anything_leaves() {
    let host = Host::start().await;
    let bot = ("Choose a bot", "Fill in the Bots ID field");
    let to = ("Set an Instagram number or username for sending", "Fill in the To field");
    let channel = ("Choose channel", "Fill in the From field");
    for nothing in ["", " ", "NOT_SEND", "UNDEFINED", "null"] {
        let error =
            host.fail(json!({ "chatbotId": nothing, "channelId": nothing, "numberToSend": "" })).await;
        assert_eq!((words(&error), error.parameter.as_deref()), (bot, Some("chatbotId")), "{nothing:?}");
        let error = host.fail(sending(json!({ "channelId": nothing, "numberToSend": nothing }))).await;
        assert_eq!((words(&error), error.parameter.as_deref()), (to, Some("numberToSend")), "{nothing:?}");
        let error = host.fail(sending(json!({ "channelId": nothing }))).await;
        assert_eq!((words(&error), error.parameter.as_deref()), (channel, Some("channelId")), "{nothing:?}");
        assert_eq!((error.kind, error.outcome), (ErrorKind::Parameter, Outcome::NotDone));
    }
    for nothing in ["+", "@", "+ ()-", "\u{a0}"] {
        let error = host.fail(sending(json!({ "numberToSend": nothing }))).await;
        assert_eq!(words(&error), to, "{nothing:?}");
    }
    assert_eq!(words(&host.fail(json!({})).await), bot, "a new node");
    let error =
        host.fail(sending(json!({ "sessionId": seed::SESSION_OPEN_ID, "chatbotId": "NOT_SEND" }))).await;
    assert_eq!(words(&error), bot, "a conversation needs a bot too");
    assert_eq!(host.sandbox.arrived(), 0);
}

#[tokio::test]
async fn with_a_session_to_and_from_may_be_empty() {
    let host = Host::start().await;
    host.run(json!({ "sessionId": seed::SESSION_OPEN_ID, "chatbotId": seed::BOT_WELCOME_KEY, "channelId": "NOT_SEND" }))
        .await
        .expect("it is sent");
    let body = host.body();
    let keys: Vec<&String> = body.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["botKey", "sessionId", "options", "senderId"]);
    assert_eq!(host.sent().to, seed::CONTACT_OPEN);
}

#[tokio::test]
async fn from_takes_an_id_a_phone_or_a_user_name_and_to_a_user_name() {
    for (from, to, channel) in [
        (seed::CHANNEL_WHATSAPP_ID, "5511900000001", seed::CHANNEL_WHATSAPP_ID),
        (seed::CHANNEL_WHATSAPP_NUMBER, "+5511900000001", seed::CHANNEL_WHATSAPP_ID),
        (seed::CHANNEL_INSTAGRAM_NAME, " @maria.souza ", seed::CHANNEL_INSTAGRAM_ID),
    ] {
        let host = Host::start().await;
        host.run(sending(json!({ "channelId": from, "numberToSend": to }))).await.expect("it is sent");
        assert_eq!(host.body()["to"], to.trim());
        assert_eq!(host.sent().from.to_string(), channel);
    }
}

#[tokio::test]
async fn a_number_in_a_text_field_is_its_text() {
    let host = Host::start().await;
    host.run(sending(json!({ "numberToSend": 5511900000001_u64, "options": { "senderId": 7 } })))
        .await
        .expect("it is sent");
    assert_eq!(host.body()["to"], "5511900000001");
    assert_eq!(host.body()["senderId"], "7");
}

fn session_rows(rows: Json) -> Json {
    sending(json!({ "sessionMetadatas": { "sessionMetadata": rows } }))
}

#[tokio::test]
async fn metadata_values_are_texts() {
    let host = Host::start().await;
    host.run(session_rows(json!([
        { "key": "zero", "value": 0 }, { "key": "no", "value": false }, { "key": "yes", "value": true },
        { "key": "half", "value": 0.5 }, { "key": "big", "value": 1e21 }, { "key": "nothing", "value": null },
        { "key": "text", "value": " kept as it is " }, { "key": 12, "value": "a number as key" },
    ])))
    .await
    .expect("it is sent");
    assert_eq!(
        host.body()["sessionMetadata"],
        serde_json::json!({
            "zero": "0", "no": "false", "yes": "true", "half": "0.5", "big": "1e+21", "nothing": "",
            "text": " kept as it is ", "12": "a number as key",
        })
    );
}

#[tokio::test]
async fn no_rows_send_no_metadata() {
    for rows in [json!({}), json!({ "sessionMetadata": [] })] {
        let host = Host::start().await;
        host.run(sending(json!({ "sessionMetadatas": rows }))).await.expect("it is sent");
        assert!(host.body().get("sessionMetadata").is_none());
    }
}

#[tokio::test]
async fn a_row_without_key_is_named() {
    let host = Host::start().await;
    for empty in [json!(""), json!("  "), Json::NULL] {
        let rows = json!([{ "key": "a", "value": "1" }, { "key": empty, "value": "2" }]);
        let error = host.fail(session_rows(rows.clone())).await;
        assert_eq!(error.message, "Session Metadata, row 2: the key is empty");
        assert_eq!(error.parameter.as_deref(), Some("sessionMetadatas.sessionMetadata[1].key"));
        let error = host.fail(sending(json!({ "contactMetadatas": { "contactMetadata": rows } }))).await;
        assert_eq!(error.message, "Contacts Metadata, row 2: the key is empty");
        assert_eq!(error.parameter.as_deref(), Some("contactMetadatas.contactMetadata[1].key"));
    }
    assert_eq!(host.sandbox.arrived(), 0);
}

#[tokio::test]
async fn a_row_whose_value_is_no_text_is_named() {
    let host = Host::start().await;
    for (value, kind) in [(json!({ "a": 1 }), "an object"), (json!([1]), "a list")] {
        let rows = json!([{ "key": "fine", "value": "1" }, { "key": "bad", "value": value.clone() }]);
        let error = host.fail(session_rows(rows.clone())).await;
        assert_eq!(error.parameter.as_deref(), Some("sessionMetadatas.sessionMetadata[1].value"));
        assert!(error.message.contains(kind), "{}", error.message);
        // The node itself says so too, should a host let such a value through.
        let mut parameters = host.resolve(session_rows(json!([]))).expect("parameters");
        parameters.insert("sessionMetadatas", json!({ "sessionMetadata": rows }));
        let Err(error) = host.prepare_resolved(&parameters) else { panic!("{value} is no text") };
        assert_eq!(
            error.message,
            format!("Session Metadata, row 2: the value is {kind}, and it must be a text")
        );
        assert_eq!(error.parameter.as_deref(), Some("sessionMetadatas.sessionMetadata[1].value"));
    }
    assert_eq!(host.sandbox.arrived(), 0);
}

#[tokio::test]
async fn metadata_of_the_wrong_shape_is_refused_and_nothing_leaves() {
    let host = Host::start().await;
    for shape in [
        json!("text"),
        json!([{ "key": "a", "value": "1" }]),
        json!(7),
        json!({ "sessionMetadata": "text" }),
        json!({ "sessionMetadata": ["a", "b"] }),
        json!({ "sessionMetadata": { "key": "a", "value": "1" } }),
    ] {
        match host.run(sending(json!({ "sessionMetadatas": shape.clone() }))).await {
            Ok(_) => panic!("{shape} was sent"),
            Err(error) => {
                assert!(
                    error.parameter.as_deref().is_some_and(|path| path.starts_with("sessionMetadatas")),
                    "{shape}: {error:?}"
                );
                assert!(error.description.is_some(), "{shape}: {error:?}");
            }
        }
    }
    assert_eq!(host.sandbox.arrived(), 0);
}

#[tokio::test]
async fn many_rows_with_repeated_keys_keep_the_last_value() {
    let host = Host::start().await;
    let rows: Json =
        (0..3000_usize).map(|row| json!({ "key": format!("k{}", row % 1000), "value": row })).collect();
    host.run(session_rows(rows)).await.expect("it is sent");
    let metadata = host.body()["sessionMetadata"].as_object().expect("an object").clone();
    assert_eq!(metadata.len(), 1000);
    assert_eq!(metadata["k0"], "2000");
    assert_eq!(metadata["k999"], "2999");
}

#[tokio::test]
async fn unicode_goes_through_every_field() {
    let host = Host::start().await;
    let text = "Olá \"mundo\" \\ / \u{0} \u{1f468}\u{200d}\u{1f469} 日本語 \u{2028} ação";
    host.run(sending(json!({
        "chatbotId": seed::BOT_UNICODE_KEY,
        "numberToSend": "@usuário.日本",
        "sessionMetadatas": { "sessionMetadata": [{ "key": text, "value": text }] },
        "contactMetadatas": { "contactMetadata": [{ "key": text, "value": text }] },
        "options": { "senderId": text, "callbackUrl": "https://exemplo.com/ação?é=ü" },
    })))
    .await
    .ok();
    let body = host.body();
    assert_eq!(body["to"], "@usuário.日本");
    assert_eq!(body["sessionMetadata"][text], text);
    assert_eq!(body["contactMetadata"][text], text);
    assert_eq!(body["senderId"], text);
    assert_eq!(body["callbackUrl"], "https://exemplo.com/ação?é=ü");
}

#[tokio::test]
async fn ten_megabytes_are_sent_whole() {
    let mut host = Host::start().await;
    let (url, body) = answer_once("{}").await;
    host.set_credential(json!({ "apiKey": "pn_any", "baseUrl": url }));
    let long = "é".repeat(5 << 20);
    host.run(session_rows(json!([{ "key": "text", "value": long.as_str() }]))).await.expect("it is sent");
    let body: Value = serde_json::from_slice(&body.await.expect("a body")).expect("JSON");
    assert_eq!(body["sessionMetadata"]["text"], long);
}

#[tokio::test]
async fn a_long_text_does_not_flood_an_error() {
    let host = Host::start().await;
    let long = "9".repeat(10 << 20);
    host.fault(FaultRule::new(Fault::CutAfterAccepting));
    host.fault(FaultRule::new(Fault::ServerError));
    let error = host
        .fail(sending(json!({ "sessionId": long.as_str(), "numberToSend": long.as_str(), "options": { "senderId": long.as_str() } })))
        .await;
    assert!(error.to_json(0, 0).to_string().len() < 20_000);
    let rows = json!([{ "key": long.as_str(), "value": { "a": 1 } }]);
    assert!(host.fail(session_rows(rows)).await.to_json(0, 0).to_string().len() < 20_000);
}

#[tokio::test]
async fn an_older_file_names_the_bot_by_its_id() {
    let host = Host::start().await;
    let stored = json!({
        "resource": "chatbot", "operation": "sendChatbot", "botId": seed::BOT_REMINDER_ID,
        "channelId": seed::CHANNEL_WHATSAPP_ID, "numberToSend": "5511900000001",
    });
    for _ in 0..3 {
        host.run(stored.clone()).await.expect("it is sent");
    }
    let ledger = host.sandbox.ledger();
    assert_eq!(ledger.len(), 3);
    assert!(ledger.iter().all(|entry| entry.bot_key.to_string() == seed::BOT_REMINDER_KEY));
    let reads = host.sandbox.requests().iter().filter(|request| request.method == "GET").count();
    assert_eq!(reads, 2, "the pages of the list are read once for all items");
}

#[tokio::test]
async fn an_older_file_may_hold_a_key_already() {
    let host = Host::start().await;
    let stored = json!({
        "botId": seed::BOT_REMINDER_KEY, "channelId": seed::CHANNEL_WHATSAPP_ID, "numberToSend": "5511900000001",
    });
    host.run(stored).await.expect("it is sent");
    assert_eq!(host.sent().bot_key.to_string(), seed::BOT_REMINDER_KEY);
}

#[tokio::test]
async fn a_bot_that_is_gone_is_an_error_before_anything_is_sent() {
    let host = Host::start().await;
    let error = host
        .fail(sending(json!({ "chatbotId": null, "botId": "b0100000-0000-4000-8000-00000000dead" })))
        .await;
    assert_eq!(
        error.message,
        "The bot \"b0100000-0000-4000-8000-00000000dead\" was not found in the account"
    );
    assert_eq!(error.parameter.as_deref(), Some("chatbotId"));
    assert!(error.description.as_deref().is_some_and(|text| text.contains("Bots Name or ID")), "{error:?}");
    assert_eq!(error.outcome, Outcome::NotDone);
    assert!(host.sandbox.requests().iter().all(|request| request.method == "GET"));
}

#[tokio::test]
async fn a_list_of_bots_that_does_not_come_means_not_sent() {
    let host = Host::start().await;
    host.fault(FaultRule::new(Fault::ServerError).method("GET"));
    let error = host.fail(sending(json!({ "chatbotId": "NOT_SEND", "botId": seed::BOT_REMINDER_ID }))).await;
    assert_eq!((error.outcome, error.http_status), (Outcome::NotDone, Some(500)));
    assert!(host.sandbox.ledger().is_empty());
}

#[tokio::test]
async fn a_dry_run_shows_the_request_without_the_key_of_the_bot() {
    let host = Host::start().await;
    host.services.dry_run.store(true, std::sync::atomic::Ordering::SeqCst);
    let error = host.fail(sending(json!({}))).await;
    assert_eq!(error.kind, ErrorKind::DryRun);
    let error = host.fail(sending(json!({ "chatbotId": null, "botId": "old-id" }))).await;
    assert_eq!(error.kind, ErrorKind::DryRun);
    assert_eq!(host.sandbox.arrived(), 0);
    let shown = host.services.shown.lock().expect("a lock");
    let methods: Vec<&str> = shown.iter().map(|request| request.method().as_str()).collect();
    assert_eq!(methods, ["POST", "GET", "POST"]);
    let body: Value = serde_json::from_slice(shown[2].body()).expect("JSON");
    assert_eq!(body["botKey"], "(key of bot old-id)");
    assert_eq!(body["to"], "5511900000001");
    let text = format!("{shown:?}");
    assert!(!text.contains(seed::TOKEN), "the host signs, and it did not");
}

#[tokio::test]
async fn every_item_sends_and_one_recipients_items_keep_their_order() {
    let host = Host::start().await;
    let key = |more: Json| {
        let prepared = host.prepare(sending(more)).expect("parameters");
        assert_eq!(prepared.effect, Some(Effect::Send));
        prepared.order_key
    };
    let phone = key(json!({ "numberToSend": "5511900000001" }));
    assert!(phone.is_some());
    for spelling in ["+5511900000001", " +55 (11) 90000-0001 ", "+55|11900000001"] {
        assert_eq!(key(json!({ "numberToSend": spelling })), phone, "{spelling}");
    }
    let other_channel =
        key(json!({ "numberToSend": "5511900000001", "channelId": seed::CHANNEL_NO_IDENTITY_ID }));
    assert_eq!(other_channel, phone, "the same person through another channel");
    assert_ne!(key(json!({ "numberToSend": "5511900000002" })), phone);
    assert_eq!(key(json!({ "numberToSend": "@Maria" })), key(json!({ "numberToSend": " @maria" })));
    assert_ne!(key(json!({ "numberToSend": "@5511900000001" })), phone);
    let session = key(json!({ "numberToSend": "", "sessionId": "ABC" }));
    assert_eq!(session, key(json!({ "numberToSend": "", "sessionId": " abc " })));
    assert_ne!(session, key(json!({ "numberToSend": "", "sessionId": "abd" })));
}
