//! Conversations: docs/wts-api.md §5, §12.

use serde_json::{Value, json};
use wts_sandbox::seed;

use crate::client::Api;

fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn both_versions_list_and_the_second_adds_the_type() {
    let api = Api::start().await;
    let legacy = api.get("/chat/v1/session").await.expect(200);
    let current = api.get("/chat/v2/session").await.expect(200);
    assert_eq!(ids(&legacy), ids(&current));
    assert_eq!(legacy["totalItems"], 4);
    assert!(legacy["items"][0].get("type").is_none());
    assert_eq!(current["items"][0]["type"], "INDIVIDUAL");
}

#[tokio::test]
async fn the_list_is_filtered() {
    let api = Api::start().await;
    let list = async |query: &str| api.get(&format!("/chat/v2/session?{query}")).await.expect(200);
    assert_eq!(
        ids(&list("Status=Started&Status=COMPLETED&OrderDirection=ASCENDING").await),
        [seed::SESSION_BOT_ID, seed::SESSION_COMPLETED_ID]
    );
    assert_eq!(
        ids(&list(&format!("ChannelsId={}", seed::CHANNEL_INSTAGRAM_ID)).await),
        [seed::SESSION_INSTAGRAM_ID]
    );
    let contact = api.get(&format!("/core/v1/contact/phonenumber/{}", seed::CONTACT_OPEN)).await.expect(200);
    assert_eq!(
        ids(&list(&format!("ContactId={}", contact["id"].as_str().unwrap())).await),
        [seed::SESSION_OPEN_ID]
    );
    assert_eq!(ids(&list("Type=GROUP").await), Vec::<&str>::new());
    api.get("/chat/v2/session?Status=Sleeping&IncludeDetails=Everything").await.expect_problem(400);
}

#[tokio::test]
async fn details_come_when_asked_for() {
    let api = Api::start().await;
    let path = format!("/chat/v2/session/{}", seed::SESSION_INSTAGRAM_ID);
    let plain = api.get(&path).await.expect(200);
    assert_eq!((&plain["contactDetails"], &plain["channelDetails"]), (&Value::Null, &Value::Null));
    let full = api
        .get(&format!("{path}?includeDetails=ContactDetails&includeDetails=ChannelDetails"))
        .await
        .expect(200);
    assert_eq!(full["contactDetails"]["instagram"], "maria.souza");
    assert_eq!(full["channelDetails"]["humanId"], seed::CHANNEL_INSTAGRAM_NAME);
    let phone = format!("/chat/v1/session/{}?IncludeDetails=contactdetails", seed::SESSION_OPEN_ID);
    assert_eq!(api.get(&phone).await.expect(200)["contactDetails"]["phonenumber"], "+55|11988880001");
}

#[tokio::test]
async fn a_conversation_can_be_finished_and_opened_again() {
    let api = Api::start().await;
    let id = seed::SESSION_BOT_ID;
    let done = api.put(&format!("/chat/v1/session/{id}/complete"), json!({})).await.expect(200);
    assert_eq!(done["status"], "COMPLETED");
    let skip = json!({ "to": seed::CONTACT_BOT, "options": { "skipIfInProgress": true, "skipIfBotInExecution": true } });
    let fresh = api.send(skip).await.expect(200);
    assert_ne!(fresh["id"], id);

    let status = format!("/chat/v1/session/{}/status", fresh["id"].as_str().unwrap());
    let body = json!({ "newStatus": "PENDING", "options": { "stopBotInExecution": true } });
    assert_eq!(api.put(&status, body).await.expect(200)["status"], "PENDING");
    let skip = json!({ "to": seed::CONTACT_BOT, "options": { "skipIfBotInExecution": true } });
    assert_eq!(api.send(skip).await.expect(200)["id"], fresh["id"]);
    assert!(api.sandbox.ledger().iter().all(|entry| entry.was_sent()));

    api.put(&status, json!({})).await.expect_problem(400);
    api.put(&status, json!({ "newStatus": "SLEEPING" })).await.expect_problem(400);
    let unknown = "/chat/v1/session/00000000-0000-4000-8000-00000000dead";
    api.put(&format!("{unknown}/status"), json!({ "newStatus": "PENDING" }))
        .await
        .expect_envelope(500, "FORM_ERROR");
    api.put(&format!("{unknown}/complete"), json!({})).await.expect_envelope(500, "FORM_ERROR");
    api.get(unknown).await.expect_envelope(500, "FORM_ERROR");
    api.get("/chat/v1/session/not-an-id").await.expect_problem(400);
}
