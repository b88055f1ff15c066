//! Rate limits on shrunk windows: docs/wts-api.md §1.2.

use std::time::Duration;

use serde_json::json;
use wts_sandbox::{RateLimits, SandboxOptions, Window, seed};

use crate::client::{Api, BATCH, NOW, QUEUE, Reply, STRANGER, welcome};

/// Long enough not to pass while a test runs.
const LONG: Duration = Duration::from_secs(3600);

async fn api(limits: RateLimits) -> Api {
    Api::with(SandboxOptions { rate_limits: limits, ..SandboxOptions::default() }).await
}

fn too_many(reply: Reply) -> Option<String> {
    let retry_after = reply.header("retry-after").map(str::to_owned);
    reply.expect_envelope(429, "ERROR_TOO_MANY_REQUESTS");
    retry_after
}

#[test]
fn the_documented_numbers_are_the_default() {
    let limits = SandboxOptions::default().rate_limits;
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    assert_eq!(limits.account, [Window::new(1000, minutes(5)), Window::new(200, Duration::from_secs(5))]);
    assert_eq!(limits.send_operation, [Window::new(1000, minutes(2))]);
    assert!(!limits.retry_after);
}

#[tokio::test]
async fn the_tokens_of_an_account_share_its_limit() {
    let mut api = api(RateLimits { account: vec![Window::new(3, LONG)], ..RateLimits::off() }).await;
    api.send(json!({ "to": STRANGER })).await.expect(200);
    api.get("/chat/v1/channel").await.expect(200);
    api.token = seed::SECOND_TOKEN;
    api.get("/chat/v1/nowhere").await.expect_envelope(404, "ERROR_NOT_FOUND");
    assert_eq!(too_many(api.send(json!({ "to": STRANGER })).await), None);
    api.token = seed::EXPIRED_TOKEN;
    api.get("/chat/v1/channel").await.expect_envelope(401, "ERROR_UNAUTHORIZED");
    api.token = seed::OTHER_TOKEN;
    api.get("/chat/v1/channel").await.expect(200);
    assert_eq!(api.sandbox.accepted(), 1, "what is over the limit is not sent");
}

#[tokio::test]
async fn each_send_operation_is_limited_by_itself() {
    let limits = RateLimits { send_operation: vec![Window::new(2, LONG)], ..RateLimits::off() };
    let api = api(limits).await;
    let id = api.queue(json!({ "to": STRANGER })).await.expect(200)["id"].clone();
    let status = format!("{QUEUE}/{}", id.as_str().unwrap());
    let batch = json!({ "botKey": seed::BOT_WELCOME_KEY, "from": seed::CHANNEL_WHATSAPP_ID, "messages": [{ "to": STRANGER }] });
    api.queue(json!({ "to": STRANGER })).await.expect(200);
    for _ in 0..2 {
        api.get(&status).await.expect(200);
        api.post(BATCH, batch.clone()).await.expect(200);
    }
    too_many(api.queue(json!({ "to": STRANGER })).await);
    too_many(api.get(&status).await);
    too_many(api.post(BATCH, batch).await);
    for _ in 0..5 {
        api.post(NOW, welcome(json!({ "to": STRANGER }))).await.expect(200);
    }
    assert_eq!(api.sandbox.accepted(), 2 + 2 + 5);
}

#[tokio::test]
async fn a_limit_ends_and_may_say_when() {
    let window = Duration::from_millis(300);
    let limits = RateLimits { account: vec![Window::new(1, window)], retry_after: true, ..RateLimits::off() };
    let api = api(limits).await;
    api.get("/chat/v1/channel").await.expect(200);
    // On a machine that is busy enough the window may have passed already: then the answer is 200.
    let second = api.get("/chat/v1/channel").await;
    if second.status != 200 {
        assert_eq!(too_many(second).as_deref(), Some("1"));
    }
    tokio::time::sleep(window).await;
    api.get("/chat/v1/channel").await.expect(200);
}

#[tokio::test]
async fn limits_can_be_changed_and_come_back_with_a_reset() {
    let api = api(RateLimits { account: vec![Window::new(0, LONG)], ..RateLimits::off() }).await;
    too_many(api.get("/chat/v1/channel").await);
    api.sandbox.set_rate_limits(RateLimits::off());
    api.get("/chat/v1/channel").await.expect(200);
    api.sandbox.reset();
    too_many(api.get("/chat/v1/channel").await);
}
