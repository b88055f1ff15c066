//! What is refused before an operation looks at it: docs/wts-api.md §1, §1.1.

use serde_json::json;
use wts_sandbox::seed;

use crate::client::{Api, NOW, STRANGER, read, welcome};

#[tokio::test]
async fn without_a_good_token_everything_is_401() {
    let api = Api::start().await;
    let url = |path: &str| format!("{}{path}", api.sandbox.url());
    for path in ["/chat/v1/channel", "/chat/v1/nowhere", "/crm/v9/x"] {
        let requests = [
            api.client.get(url(path)),
            api.client.get(url(path)).bearer_auth("pn_nobody"),
            api.client.get(url(path)).bearer_auth(seed::EXPIRED_TOKEN),
            api.client.get(url(path)).header("authorization", seed::TOKEN),
            api.client.get(url(path)).basic_auth("user", Some(seed::TOKEN)),
            api.client.get(url(path)).bearer_auth(""),
        ];
        for request in requests {
            let body = read(request).await.unwrap().expect_envelope(401, "ERROR_UNAUTHORIZED");
            assert_eq!((&body["text"], &body["httpStatusCode"]), (&json!("Acesso negado"), &json!(401)));
        }
    }
    let lower_case =
        api.client.get(url("/chat/v1/channel")).header("authorization", format!("bearer {}", seed::TOKEN));
    assert_eq!(read(lower_case).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_path_without_a_service_is_400_and_an_unknown_one_404() {
    let api = Api::start().await;
    for path in ["/v1/channel", "/", "/channel", "/CHAT/v1/channel"] {
        let body = api.get(path).await.expect_envelope(400, "ERROR_BAD_REQUEST");
        assert_eq!(body["text"], "badrequest");
    }
    for path in ["/chat/v1/nowhere", "/chat", "/crm/v1/panel", "/chat/v2/chatbot"] {
        api.get(path).await.expect_envelope(404, "ERROR_NOT_FOUND");
    }
    let wrong_method = api.get(NOW).await;
    assert_eq!(wrong_method.header("allow"), Some("POST"));
    wrong_method.expect_envelope(405, "ERROR_METHOD_NOT_ALLOWED");
}

#[tokio::test]
async fn a_body_must_be_a_json_object_of_the_right_types() {
    let api = Api::start().await;
    let send = async |content_type: &str, body: &str| {
        read(api.request("POST", NOW).header("content-type", content_type).body(body.to_owned()))
            .await
            .unwrap()
    };
    for body in ["", "{", "[]", "null", "\"x\"", "{\"botKey\":}"] {
        let errors = send("application/json", body).await.expect_problem(400);
        assert!(errors["$"].is_array(), "{errors}");
    }
    let good = welcome(json!({ "to": STRANGER })).to_string();
    send("text/plain", &good).await.expect_problem(415);
    assert_eq!(send("application/vnd.heddle+json; charset=utf-8", &good).await.status, 200);
    assert_eq!(send("Application/JSON", &good).await.status, 200);

    let wrong = json!({
        "botKey": "welcome", "from": 5, "to": ["x"], "sessionId": true, "senderId": {}, "sessionMetadata": [],
        "contactMetadata": "x", "callbackUrl": 1, "options": { "skipIfInProgress": "true", "forceStartSession": 1 },
    });
    let errors = send("application/json", &wrong.to_string()).await.expect_problem(400);
    let mut fields: Vec<_> = errors.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "$.botKey",
            "$.callbackUrl",
            "$.contactMetadata",
            "$.from",
            "$.options.forceStartSession",
            "$.options.skipIfInProgress",
            "$.senderId",
            "$.sessionId",
            "$.sessionMetadata",
            "$.to",
        ]
    );
    assert_eq!(api.sandbox.accepted(), 2);
}

#[tokio::test]
async fn a_huge_body_is_refused() {
    let api = Api::start().await;
    let request =
        api.request("POST", NOW).header("content-type", "application/json").body(vec![b' '; 9 << 20]);
    // The client may see the refusal, or the connection end while it still writes.
    if let Ok(reply) = read(request).await {
        reply.expect_envelope(413, "ERROR_PAYLOAD_TOO_LARGE");
    }
    assert_eq!(api.sandbox.accepted(), 0);
    assert_eq!(api.get("/chat/v1/channel").await.status, 200);
}
