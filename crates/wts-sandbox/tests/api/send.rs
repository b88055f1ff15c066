//! Starting a chatbot at once: docs/wts-api.md §2.1, §13.

use serde_json::{Value, json};
use wts_sandbox::{Endpoint, SkipRule, seed};

use crate::client::{Api, NOW, STRANGER, welcome};

#[tokio::test]
async fn a_send_answers_with_the_conversation_and_enters_the_ledger() {
    let api = Api::start().await;
    let body = welcome(json!({
        "to": "+5511999990001", "senderId": "order-1", "callbackUrl": "http://127.0.0.1:9/hook",
        "sessionMetadata": { "order": "1", "total": 12.5 }, "contactMetadata": { "city": "São Paulo" },
    }));
    let session = api.post(NOW, body.clone()).await.expect(200);
    let id = session["id"].as_str().unwrap();
    assert_eq!(session["status"], "STARTED");
    assert_eq!(session["companyId"], seed::COMPANY_ID);
    assert_eq!(session["channelId"], seed::CHANNEL_WHATSAPP_ID);
    assert_eq!(session["channelType"], "CLOUDAPI_WHATSAPP");
    assert_eq!(session["botId"], seed::BOT_WELCOME_ID);
    assert_eq!(session["metadata"], json!({ "order": "1", "total": 12.5 }));
    assert_eq!(session["windowStatus"], "NOT_STARTED");
    assert!(session["number"].is_string());
    assert!(session.get("type").is_none());

    let contact = api.get(&format!("/core/v1/contact/phonenumber/{STRANGER}")).await.expect(200);
    assert_eq!(contact["id"], session["contactId"]);
    assert_eq!(contact["metadata"], json!({ "city": "São Paulo" }));

    let [entry] = &api.sandbox.ledger()[..] else { panic!("one entry") };
    assert_eq!((entry.number, entry.request, entry.endpoint), (1, 1, Endpoint::Now));
    assert_eq!((entry.to.as_str(), entry.from.to_string()), (STRANGER, seed::CHANNEL_WHATSAPP_ID.to_owned()));
    assert_eq!(entry.bot_key.to_string(), seed::BOT_WELCOME_KEY);
    assert_eq!(
        (entry.session_id.to_string().as_str(), entry.session_started, entry.contact_created),
        (id, true, true)
    );
    assert_eq!((entry.sender_id.as_deref(), entry.send_id), (Some("order-1"), None));
    assert_eq!(entry.callback_url.as_deref(), Some("http://127.0.0.1:9/hook"));
    assert_eq!(json!(entry.session_metadata), json!({ "order": "1", "total": 12.5 }));
    assert_eq!(json!(entry.contact_metadata), json!({ "city": "São Paulo" }));
    assert!(entry.was_sent());
    assert_eq!(entry.json(), body);
}

#[tokio::test]
async fn the_channel_goes_by_id_number_or_name() {
    let api = Api::start().await;
    for from in [seed::CHANNEL_WHATSAPP_ID, seed::CHANNEL_WHATSAPP_NUMBER, "+551140000001", "+55|1140000001"]
    {
        let session = api.send(json!({ "from": from, "to": STRANGER })).await.expect(200);
        assert_eq!(session["channelId"], seed::CHANNEL_WHATSAPP_ID);
    }
    for from in [seed::CHANNEL_INSTAGRAM_ID, seed::CHANNEL_INSTAGRAM_NAME, "@Heddle.Shop"] {
        let session = api.send(json!({ "from": from, "to": "@Some.One" })).await.expect(200);
        assert_eq!(session["channelType"], "INSTAGRAM");
    }
    let ledger = api.sandbox.ledger();
    assert!(ledger[..4].iter().all(|entry| entry.to == STRANGER && entry.session_id == ledger[0].session_id));
    assert!(
        ledger[4..].iter().all(|entry| entry.to == "@some.one" && entry.session_id == ledger[4].session_id)
    );
}

#[tokio::test]
async fn what_the_account_does_not_have_is_a_form_error() {
    let api = Api::start().await;
    let unknown = "00000000-0000-4000-8000-00000000dead";
    let bodies = [
        json!({ "to": STRANGER, "botKey": null }),
        json!({ "to": STRANGER, "botKey": unknown }),
        json!({ "to": STRANGER, "botKey": seed::BOT_WELCOME_ID }),
        json!({ "to": STRANGER, "botKey": seed::OTHER_BOT_KEY }),
        json!({ "to": STRANGER, "botKey": seed::BOT_CAMPAIGN_KEY }),
        json!({ "to": STRANGER, "botKey": seed::BOT_MANUAL_KEY }),
        json!({ "to": STRANGER, "botKey": seed::BOT_DRAFT_KEY }),
        json!({ "to": STRANGER, "botKey": seed::BOT_PUBLISHING_KEY }),
        json!({ "to": STRANGER, "botKey": seed::BOT_FAILED_KEY }),
        json!({ "to": STRANGER, "botKey": seed::BOT_ARCHIVED_KEY }),
        json!({ "to": STRANGER, "botKey": seed::BOT_REACTIVE_KEY }),
        json!({ "to": STRANGER, "from": null }),
        json!({ "to": STRANGER, "from": unknown }),
        json!({ "to": STRANGER, "from": seed::OTHER_CHANNEL_ID }),
        json!({ "to": STRANGER, "from": "5500000000000" }),
        json!({ "to": STRANGER, "from": "nonsense" }),
        json!({ "to": STRANGER, "from": seed::CHANNEL_INACTIVE_ID }),
        json!({ "to": STRANGER, "from": seed::CHANNEL_INSTAGRAM_ID }),
        json!({}),
        json!({ "to": "" }),
        json!({ "to": "12" }),
        json!({ "to": "(11) 99999-0001" }),
        json!({ "to": "@someone" }),
        json!({ "sessionId": unknown }),
        json!({ "sessionId": seed::SESSION_OPEN_ID, "from": "nonsense" }),
    ];
    for body in bodies {
        for path in [NOW, "/chat/v1/send/chatbot"] {
            let reply = api.post(path, welcome(body.clone())).await;
            assert_eq!(reply.status, 400, "{body}");
            reply.expect_envelope(400, "FORM_ERROR");
        }
    }
    assert_eq!(api.sandbox.ledger(), []);
    assert_eq!(api.get("/core/v1/contact").await.expect(200)["totalItems"], 5);
}

#[tokio::test]
async fn a_misspelt_key_is_lost_without_a_word() {
    let api = Api::start().await;
    let session = api.send(json!({ "to": STRANGER, "sessionMetada": { "order": "1" } })).await.expect(200);
    assert_eq!(session["metadata"], json!({}));
    assert_eq!(api.sandbox.ledger()[0].session_metadata, None);
    assert_eq!(api.sandbox.ledger()[0].json()["sessionMetada"], json!({ "order": "1" }));
}

/// Sends to a seeded contact and says what the ledger has of it.
async fn send_to(api: &Api, to: &str, options: Value) -> (Value, wts_sandbox::LedgerEntry) {
    let metadata = json!({ "seen": true });
    let body =
        json!({ "to": to, "options": options, "sessionMetadata": metadata, "contactMetadata": metadata });
    let session = api.send(body).await.expect(200);
    (session, api.sandbox.ledger().pop().unwrap())
}

#[tokio::test]
async fn skip_options_hold_a_send_back() {
    let api = Api::start().await;
    let before = api.get(&format!("/chat/v1/session/{}", seed::SESSION_BOT_ID)).await.expect(200);

    let (session, entry) = send_to(&api, seed::CONTACT_BOT, json!({ "skipIfBotInExecution": true })).await;
    assert_eq!(session, before);
    assert_eq!(entry.held_back, Some(SkipRule::BotInExecution));
    let (session, entry) = send_to(&api, seed::CONTACT_BOT, json!({ "skipIfInProgress": true })).await;
    assert_eq!(session, before);
    assert_eq!(entry.held_back, Some(SkipRule::InProgress));
    let both = json!({ "skipIfInProgress": true, "forceStartSession": true });
    let (session, entry) = send_to(&api, seed::CONTACT_BOT, both).await;
    assert_eq!(session, before);
    assert!(!entry.was_sent());
    let contact = api.get(&format!("/core/v1/contact/phonenumber/{}", seed::CONTACT_BOT)).await.expect(200);
    assert_eq!(contact["metadata"], json!({}));

    let (session, entry) = send_to(&api, seed::CONTACT_OPEN, json!({ "skipIfBotInExecution": true })).await;
    assert_eq!((session["id"].as_str(), entry.held_back), (Some(seed::SESSION_OPEN_ID), None));
    assert_eq!(session["metadata"], json!({ "seen": true }));
    let (_, entry) = send_to(&api, seed::CONTACT_OPEN, json!({ "skipIfBotInExecution": true })).await;
    assert_eq!(entry.held_back, Some(SkipRule::BotInExecution), "the first send left a chatbot in execution");
    api.sandbox.finish_bots();
    let (_, entry) = send_to(&api, seed::CONTACT_OPEN, json!({ "skipIfBotInExecution": true })).await;
    assert!(entry.was_sent());
}

#[tokio::test]
async fn skip_options_let_by_what_has_no_open_conversation() {
    let api = Api::start().await;
    let options = json!({ "skipIfInProgress": true, "skipIfBotInExecution": true });
    for to in [seed::CONTACT_COMPLETED, seed::CONTACT_QUIET, STRANGER] {
        let (session, entry) = send_to(&api, to, options.clone()).await;
        assert!(entry.was_sent() && entry.session_started);
        assert_ne!(session["id"], seed::SESSION_COMPLETED_ID);
    }
    let other_channel =
        json!({ "to": seed::CONTACT_OPEN, "from": seed::CHANNEL_NO_IDENTITY_ID, "options": options });
    let session = api.send(other_channel).await.expect(200);
    assert_ne!(session["id"], seed::SESSION_OPEN_ID);
    assert!(api.sandbox.ledger().pop().unwrap().was_sent());
}

#[tokio::test]
async fn an_open_conversation_is_reused_unless_a_new_one_is_forced() {
    let api = Api::start().await;
    let (reused, entry) = send_to(&api, seed::CONTACT_OPEN, json!({})).await;
    assert_eq!((reused["id"].as_str(), entry.session_started), (Some(seed::SESSION_OPEN_ID), false));

    let (forced, entry) = send_to(&api, seed::CONTACT_OPEN, json!({ "forceStartSession": true })).await;
    assert_ne!(forced["id"], reused["id"]);
    assert!(entry.session_started && !entry.contact_created);
    let old = api.get(&format!("/chat/v2/session/{}", seed::SESSION_OPEN_ID)).await.expect(200);
    assert_eq!(old["status"], "COMPLETED");
    assert!(old["endAt"].is_string());
    let (again, _) = send_to(&api, seed::CONTACT_OPEN, json!({})).await;
    assert_eq!(again["id"], forced["id"]);
}

#[tokio::test]
async fn a_session_id_stands_alone_and_a_finished_one_is_not_reopened() {
    let api = Api::start().await;
    let body =
        json!({ "sessionId": seed::SESSION_COMPLETED_ID, "from": null, "sessionMetadata": { "a": 1 } });
    let session = api.send(body.clone()).await.expect(200);
    assert_eq!(session["id"], seed::SESSION_COMPLETED_ID);
    assert_eq!(session["status"], "COMPLETED");
    assert_eq!(session["botId"], seed::BOT_WELCOME_ID);
    assert_eq!(session["metadata"], json!({ "a": 1 }));
    let entry = &api.sandbox.ledger()[0];
    assert_eq!((entry.to.as_str(), entry.session_started), (seed::CONTACT_COMPLETED, false));
    assert!(entry.was_sent());

    let forced =
        json!({ "sessionId": seed::SESSION_OPEN_ID, "from": null, "options": { "forceStartSession": true } });
    let session = api.send(forced).await.expect(200);
    assert_ne!(session["id"], seed::SESSION_OPEN_ID);
    assert_eq!(api.sandbox.ledger()[1].to, seed::CONTACT_OPEN);

    let skipped = json!({ "sessionId": seed::SESSION_BOT_ID, "options": { "skipIfBotInExecution": true } });
    api.send(skipped).await.expect(200);
    assert_eq!(api.sandbox.ledger()[2].held_back, Some(SkipRule::BotInExecution));
}

#[tokio::test]
async fn a_hidden_conversation_shows_when_the_contact_answers() {
    let api = Api::start().await;
    let body = json!({ "to": STRANGER, "options": { "hiddenSession": true } });
    let hidden = api.send(body.clone()).await.expect(200);
    assert_eq!(hidden["status"], "HIDDEN");
    let id = hidden["id"].as_str().unwrap();
    assert!(api.sandbox.contact_answers(id.parse().unwrap()));
    let shown = api.get(&format!("/chat/v1/session/{id}")).await.expect(200);
    assert_eq!((&shown["status"], &shown["windowStatus"]), (&json!("IN_PROGRESS"), &json!("ACTIVE")));
    assert_eq!(
        api.send(body).await.expect(200)["status"],
        "IN_PROGRESS",
        "only a new conversation is hidden"
    );
    assert!(!api.sandbox.contact_answers("00000000-0000-4000-8000-00000000dead".parse().unwrap()));
}

#[tokio::test]
async fn metadata_adds_replaces_and_removes() {
    let api = Api::start().await;
    api.send(json!({ "to": seed::CONTACT_QUIET, "contactMetadata": { "city": "Rio", "plan": "basic" } }))
        .await;
    let session = json!({ "sessionMetadata": { "a": 1, "b": 2 }, "to": seed::CONTACT_QUIET });
    api.send(session).await;
    let session = json!({ "sessionMetadata": { "a": null, "b": [3] }, "contactMetadata": { "plan": null }, "to": seed::CONTACT_QUIET });
    let session = api.send(session).await.expect(200);
    assert_eq!(session["metadata"], json!({ "b": [3] }));
    let contact = api.get(&format!("/core/v1/contact/{}", seed::CONTACT_QUIET_ID)).await.expect(200);
    assert_eq!(contact["metadata"], json!({ "city": "Rio" }));
}

#[tokio::test]
async fn a_sender_id_does_not_deduplicate() {
    let api = Api::start().await;
    for path in [NOW, NOW, "/chat/v1/send/chatbot", "/chat/v1/send/chatbot"] {
        api.post(path, welcome(json!({ "to": STRANGER, "senderId": "same" }))).await.expect(200);
    }
    let ledger = api.sandbox.ledger();
    assert_eq!(ledger.len(), 4);
    assert!(ledger.iter().all(|entry| entry.was_sent() && entry.sender_id.as_deref() == Some("same")));
}

#[tokio::test]
async fn accounts_do_not_see_each_other() {
    let mut api = Api::start().await;
    api.send(json!({ "to": STRANGER })).await.expect(200);
    api.token = seed::OTHER_TOKEN;
    assert_eq!(api.get("/chat/v1/chatbot").await.expect(200)["totalItems"], 1);
    assert_eq!(api.get("/core/v1/contact").await.expect(200)["totalItems"], 0);
    api.send(json!({ "to": STRANGER })).await.expect_envelope(400, "FORM_ERROR");
    let body = json!({ "to": STRANGER, "botKey": seed::OTHER_BOT_KEY, "from": seed::OTHER_CHANNEL_ID });
    let session = api.send(body).await.expect(200);
    assert_eq!(session["companyId"], seed::OTHER_COMPANY_ID);
    assert!(api.sandbox.ledger()[1].contact_created);
}

#[tokio::test]
async fn a_run_repeats_itself_id_for_id_after_a_reset() {
    let api = Api::start().await;
    let first = api.send(json!({ "to": STRANGER })).await.expect(200);
    api.sandbox.reset();
    assert_eq!(api.sandbox.ledger(), []);
    assert_eq!((api.sandbox.accepted(), api.sandbox.arrived()), (0, 0));
    let second = api.send(json!({ "to": STRANGER })).await.expect(200);
    assert_eq!((&first["id"], &first["contactId"]), (&second["id"], &second["contactId"]));
}
