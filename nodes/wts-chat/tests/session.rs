//! Reading a conversation.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use heddle_node::{Effect, Json, json};
use support::Host;
use wts_sandbox::seed;

fn reading(id: &str, details: Json) -> Json {
    json!({ "resource": "session", "operation": "getSessionById", "sessionId": id, "includeDetails": details })
}

#[tokio::test]
async fn a_conversation_comes_as_the_api_gives_it() {
    let host = Host::start().await;
    let id = format!("  {} ", seed::SESSION_OPEN_ID);
    let session = host.run(reading(&id, json!([]))).await.expect("it is read");
    assert_eq!(session.get("id").and_then(Json::as_str), Some(seed::SESSION_OPEN_ID));
    assert_eq!(session.get("contactDetails").filter(|details| !details.is_null()), None, "{session}");
    let request = host.request();
    let path = format!("/chat/v2/session/{}", seed::SESSION_OPEN_ID);
    assert_eq!((request.method.as_str(), request.path.as_str(), request.query.as_str()), ("GET", &*path, ""));
}

#[tokio::test]
async fn details_come_with_it() {
    let host = Host::start().await;
    let details = json!(["ContactDetails", "ChannelDetails"]);
    let session = host.run(reading(seed::SESSION_OPEN_ID, details)).await.expect("it is read");
    assert!(session.get("contactDetails").is_some_and(|details| !details.is_null()), "{session}");
    assert_eq!(host.request().query, "IncludeDetails=ContactDetails&IncludeDetails=ChannelDetails");
}

#[tokio::test]
async fn an_id_stays_within_its_part_of_the_path() {
    let host = Host::start().await;
    for id in ["", " ", ".", ".."] {
        let error = host.prepare(reading(id, json!([]))).err().expect("there is no conversation to read");
        assert_eq!(error.message, "SessionID is empty!", "{id:?}");
        assert_eq!(error.parameter.as_deref(), Some("sessionId"));
    }
    assert_eq!(host.sandbox.arrived(), 0);
    host.run(reading("../v1/channel?x=1", json!([]))).await.expect_err("there is no such conversation");
    assert_eq!(host.request().path, "/chat/v2/session/..%2Fv1%2Fchannel%3Fx%3D1");
}

#[tokio::test]
async fn a_conversation_that_there_is_not_is_an_error_of_its_item() {
    let host = Host::start().await;
    let missing = "5e000000-0000-4000-8000-0000000000ff";
    let error = host.run(reading(missing, json!([]))).await.expect_err("it is not there");
    // The service's own words, under the status that it gives for it.
    assert_eq!((error.http_status, error.message.as_str()), (Some(500), "Conversa não encontrada"));
}

#[tokio::test]
async fn reading_has_no_effect_and_no_order() {
    let host = Host::start().await;
    let prepared = host.prepare(reading(seed::SESSION_OPEN_ID, json!([]))).expect("it can be read");
    assert_eq!((prepared.effect, prepared.order_key), (Some(Effect::Pure), None));
}
