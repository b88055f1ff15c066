//! What the node makes of answers, and of none: messages, outcomes, and nothing that is secret.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use std::time::Duration;

use heddle_node::{ErrorKind, Json, NodeError, Outcome, json};
use support::{CALL_ID, Host, sending};
use wts_sandbox::{Fault, FaultRule, RetryAfter, seed};

const SEND: &str = "/chat/v1/chatbot/send";

fn description(error: &NodeError) -> &str {
    error.description.as_deref().unwrap_or_default()
}

fn context<'a>(error: &'a NodeError, key: &str) -> Option<&'a str> {
    error.context.get(key).and_then(Json::as_str)
}

/// What every error of an unknown outcome must say.
fn assert_tells_where_to_look(error: &NodeError) {
    assert_eq!(error.outcome, Outcome::Unknown, "{error:?}");
    let text = description(error);
    let sender = CALL_ID.to_string();
    for part in ["unknown", "5511900000001", "2026-03-04T05:06:07.089Z", &sender, "WTS app", "conversation"] {
        assert!(text.contains(part), "{part:?} is missing: {text}");
    }
    assert_eq!(context(error, "recipient"), Some("5511900000001"));
    assert_eq!(context(error, "sentAt"), Some("2026-03-04T05:06:07.089Z"));
    assert_eq!(context(error, "senderId"), Some(sender.as_str()));
}

#[tokio::test]
async fn an_envelope_gives_message_key_status_and_support_id() {
    let host = Host::start().await;
    let body = r#"{"id":{"value":"1a2b3c4d-0000-4000-8000-000000000000","shortValue":"1a2b3c4d"},"httpStatusCode":400,
        "error":true,"key":"FORM_ERROR","text":"Número inválido","isUnsolvableError":true}"#;
    host.answer(SEND, 400, "application/json", body);
    let error = host.fail(sending(json!({}))).await;
    assert_eq!(error.message, "Número inválido");
    assert_eq!((error.kind, error.http_status, error.outcome), (ErrorKind::Api, Some(400), Outcome::NotDone));
    assert_eq!(context(&error, "key"), Some("FORM_ERROR"));
    assert_eq!(context(&error, "supportId"), Some("1a2b3c4d"));
    assert_eq!(context(&error, "httpCode"), Some("400"));
    assert!(description(&error).contains("1a2b3c4d") && description(&error).contains("fields"), "{error:?}");
}

#[tokio::test]
async fn a_loose_envelope_is_read_as_far_as_it_goes() {
    for (body, message, key) in [
        (r#"{"text":"Só texto"}"#, "Só texto", None),
        (
            r#"{"httpStatusCode":"BADREQUEST","id":null,"key":"K","text":"  "}"#,
            "Bad request - please check your parameters",
            Some("K"),
        ),
        (r#"{"text":7,"key":null,"id":"x"}"#, "Bad request - please check your parameters", None),
        ("\u{feff}{\"text\":\"com BOM\"}", "com BOM", None),
    ] {
        let host = Host::start().await;
        host.answer(SEND, 400, "application/json", body);
        let error = host.fail(sending(json!({}))).await;
        assert_eq!((error.message.as_str(), context(&error, "key")), (message, key), "{body}");
        assert!(!description(&error).is_empty());
    }
}

#[tokio::test]
async fn problem_details_give_title_detail_and_fields() {
    let host = Host::start().await;
    host.fault(FaultRule::new(Fault::ProblemDetails).times(1));
    let error = host.fail(sending(json!({}))).await;
    assert_eq!(error.message, "One or more validation errors occurred. to: The value is not valid.");
    assert_eq!((error.http_status, error.outcome), (Some(400), Outcome::NotDone));
    host.answer(
        SEND,
        422,
        "application/problem+json",
        r#"{"title":"Bad","detail":"botKey is no uuid","errors":{"botKey":"x"}}"#,
    );
    assert_eq!(host.fail(sending(json!({}))).await.message, "Bad botKey is no uuid botKey: x");
}

#[tokio::test]
async fn a_body_that_is_no_envelope_still_gives_a_helpful_message() {
    for (status, content_type, body, message) in [
        (400, "text/html", "<html><h1>400</h1></html>", "Bad request - please check your parameters"),
        (403, "text/plain", "", "Forbidden - perhaps check your credentials?"),
        (404, "text/html", "<html>", "The resource you are requesting could not be found"),
        (
            405,
            "application/json",
            "[]",
            "Method not allowed - please check you are using the right HTTP method",
        ),
        (413, "application/json", "null", "Your request is invalid or could not be processed by the service"),
        (502, "text/html", "<html>", "Bad gateway - the service failed to handle your request"),
        (
            503,
            "text/plain",
            "busy",
            "Service unavailable - try again later or consider setting this node to retry automatically (in the node settings)",
        ),
        (504, "text/html", "", "Gateway timed out - perhaps try again later?"),
        (599, "application/json", "{", "The service failed to process your request"),
    ] {
        let host = Host::start().await;
        host.answer(SEND, status, content_type, body);
        let error = host.fail(sending(json!({}))).await;
        assert_eq!((error.message.as_str(), error.http_status), (message, Some(status)));
        assert!(description(&error).len() > 20, "{error:?}");
        let outcome = if status >= 500 { Outcome::Unknown } else { Outcome::NotDone };
        assert_eq!(error.outcome, outcome, "{status}");
    }
}

#[tokio::test]
async fn a_refused_key_points_to_the_credential() {
    let mut host = Host::start().await;
    for key in [host.sandbox.expired_token(), "pn_nobody"] {
        host.set_credential(json!({ "apiKey": key, "baseUrl": host.sandbox.url() }));
        let error = host.fail(sending(json!({}))).await;
        assert_eq!(error.message, "Acesso negado");
        assert_eq!(
            (error.kind, error.http_status, error.outcome),
            (ErrorKind::Credential, Some(401), Outcome::NotDone)
        );
        assert_eq!(context(&error, "key"), Some("ERROR_UNAUTHORIZED"));
        assert!(description(&error).contains("credential \"WTS API\""), "{error:?}");
        assert!(!format!("{error:?}{}", error.to_json(0, 0)).contains(key));
    }
}

#[tokio::test]
async fn an_answer_that_repeats_the_key_does_not_bring_it_into_the_error() {
    let host = Host::start().await;
    let body = format!(r#"{{"text":"bad token {0}","key":"{0}","id":{{"shortValue":"{0}"}}}}"#, seed::TOKEN);
    host.answer(SEND, 400, "application/json", body);
    let error = host.fail(sending(json!({}))).await;
    assert_eq!(error.message, "bad token ***");
    assert!(!format!("{error:?}{}", error.to_json(0, 0)).contains(seed::TOKEN));
    host.answer(
        SEND,
        422,
        "application/json",
        format!(r#"{{"title":"t {0}","errors":{{"{0}":["{0}"]}}}}"#, seed::TOKEN),
    );
    let error = host.fail(sending(json!({}))).await;
    assert!(!format!("{error:?}").contains(seed::TOKEN), "{error:?}");
}

#[tokio::test]
async fn too_many_requests_are_not_sent_and_say_how_long_to_wait() {
    for (retry_after, wait) in [
        (RetryAfter::None, None),
        (RetryAfter::Seconds(7), Some(7..=7)),
        (RetryAfter::HttpDate(3600), Some(3590..=3602)),
        (RetryAfter::Text("soon".to_owned()), None),
        (RetryAfter::Text("-3".to_owned()), None),
    ] {
        let host = Host::start().await;
        host.fault(FaultRule::new(Fault::RateLimited { retry_after }));
        let error = host.fail(sending(json!({}))).await;
        assert_eq!((error.http_status, error.outcome, error.transient), (Some(429), Outcome::NotDone, true));
        assert!(description(&error).contains("Wait"), "{error:?}");
        match wait {
            Some(range) => {
                assert!(error.retry_after.is_some_and(|time| range.contains(&time.as_secs())), "{error:?}")
            }
            None => assert_eq!(error.retry_after, None),
        }
    }
}

#[tokio::test]
async fn a_server_error_leaves_the_outcome_unknown_and_says_where_to_look() {
    for fault in [Fault::ServerError, Fault::ServerErrorAfterAccepting] {
        let host = Host::start().await;
        host.fault(FaultRule::new(fault));
        let error = host.fail(sending(json!({}))).await;
        assert_eq!(error.message, "Ocorreu um erro inesperado");
        assert_eq!((error.kind, error.http_status), (ErrorKind::Api, Some(500)));
        assert_tells_where_to_look(&error);
        let support = context(&error, "supportId").expect("a support id");
        assert!(description(&error).contains(support));
    }
    let host = Host::start().await;
    host.fault(FaultRule::new(Fault::Html));
    assert_tells_where_to_look(&host.fail(sending(json!({}))).await);
}

#[tokio::test]
async fn a_broken_connection_leaves_the_outcome_unknown_and_says_where_to_look() {
    for fault in [Fault::CutBeforeReading, Fault::CutAfterAccepting, Fault::CutMidAnswer] {
        let host = Host::start().await;
        host.fault(FaultRule::new(fault));
        let error = host.fail(sending(json!({}))).await;
        assert_eq!(error.kind, ErrorKind::Connection);
        assert_tells_where_to_look(&error);
    }
    let host = Host::start().await;
    host.set_time_limit(Duration::from_millis(100));
    host.fault(FaultRule::new(Fault::SlowAfterAccepting { duration: Duration::from_secs(20) }));
    let error = host.fail(sending(json!({}))).await;
    assert_eq!(error.kind, ErrorKind::TimeLimit);
    assert_tells_where_to_look(&error);
}

#[tokio::test]
async fn an_unknown_send_that_waited_lies_between_two_moments() {
    let host = Host::start().await;
    host.services.take_time_to_send(Duration::from_secs(90));
    host.fault(FaultRule::new(Fault::CutAfterAccepting));
    let error = host.fail(sending(json!({}))).await;
    let between = "between 2026-03-04T05:06:07.089Z and 2026-03-04T05:07:37.089Z";
    assert!(description(&error).contains(between), "{error:?}");
    assert_eq!(context(&error, "endedAt"), Some("2026-03-04T05:07:37.089Z"));
}

#[tokio::test]
async fn an_unknown_send_to_a_conversation_names_the_conversation() {
    let host = Host::start().await;
    host.fault(FaultRule::new(Fault::CutAfterAccepting));
    let parameters = json!({ "chatbotId": seed::BOT_WELCOME_KEY, "sessionId": seed::SESSION_OPEN_ID });
    let error = host.fail(parameters).await;
    assert_eq!(error.outcome, Outcome::Unknown);
    assert!(
        description(&error).contains(&format!("the conversation {}", seed::SESSION_OPEN_ID)),
        "{error:?}"
    );
    assert_eq!(context(&error, "sessionId"), Some(seed::SESSION_OPEN_ID));
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_means_not_sent() {
    let host = Host::start().await;
    host.sandbox.refuse_connections(None).await.expect("it stops listening");
    let error = host.fail(sending(json!({}))).await;
    assert_eq!((error.kind, error.outcome), (ErrorKind::Connection, Outcome::NotDone));
    assert!(description(&error).contains("Nothing was sent"), "{error:?}");
}

#[tokio::test]
async fn a_cancelled_send_is_told_as_such() {
    let host = Host::start().await;
    host.services.cancelled.store(true, std::sync::atomic::Ordering::SeqCst);
    let error = host.fail(sending(json!({}))).await;
    assert_eq!((error.kind, error.outcome), (ErrorKind::Cancelled, Outcome::NotDone));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let elsewhere = Host::start().await;
    for status in [301, 302, 303, 307, 308] {
        let host = Host::start().await;
        let location = format!("{}/chat/v1/chatbot/send?secret=1", elsewhere.sandbox.url());
        host.fault(FaultRule::new(Fault::Redirect { status, location }));
        let error = host.fail(sending(json!({}))).await;
        assert_eq!(error.message, format!("The request was redirected to 127.0.0.1 (status {status})"));
        assert_eq!((error.http_status, error.outcome), (Some(status), Outcome::Unknown));
        assert!(description(&error).contains("Base URL"), "{error:?}");
        assert_tells_where_to_look(&error);
        assert_eq!(context(&error, "redirectHost"), Some("127.0.0.1"));
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        assert_eq!(host.sandbox.arrived(), 1);
    }
    assert_eq!(elsewhere.sandbox.arrived(), 0, "it was followed");
    let host = Host::start().await;
    host.fault(FaultRule::new(Fault::Redirect { status: 302, location: "/login".to_owned() }));
    assert_eq!(host.fail(sending(json!({}))).await.message, "The request was redirected (status 302)");
}

#[tokio::test]
async fn an_empty_answer_is_a_success() {
    for body in ["", " \r\n", "null"] {
        let host = Host::start().await;
        host.answer(SEND, 200, "application/json", body);
        assert_eq!(
            host.run(sending(json!({}))).await.expect("a success"),
            json!({ "success": true }),
            "{body:?}"
        );
    }
    let host = Host::start().await;
    host.fault(FaultRule::new(Fault::EmptyBody));
    assert_eq!(host.run(sending(json!({}))).await.expect("a success"), json!({ "success": true }));
    assert_eq!(host.sandbox.accepted(), 1);
}

#[tokio::test]
async fn an_answer_that_is_no_object_is_kept_as_data() {
    for body in ["[1,2]", "\"text\"", "7", "false"] {
        let host = Host::start().await;
        host.answer(SEND, 200, "application/json", body);
        let data = Json::parse(body).expect("JSON");
        assert_eq!(host.run(sending(json!({}))).await.expect("a success"), json!({ "data": data }));
    }
}

#[tokio::test]
async fn a_success_that_is_no_json_is_an_error_and_counts_as_sent() {
    let host = Host::start().await;
    host.fault(FaultRule::new(Fault::WrongContent));
    let error = host.fail(sending(json!({}))).await;
    assert_eq!(error.message, "The answer is text/html, not JSON");
    assert_eq!((error.outcome, error.http_status), (Outcome::Done, Some(200)));
    for part in ["5511900000001", "accepted", "WTS app", "Base URL", &CALL_ID.to_string()] {
        assert!(description(&error).contains(part), "{part:?} is missing: {error:?}");
    }
    assert_eq!(host.sandbox.accepted(), 1);
}

#[tokio::test]
async fn an_answer_of_ten_megabytes_is_read_and_a_text_of_them_is_cut() {
    let host = Host::start().await;
    let long = "x".repeat(10 << 20);
    host.answer(SEND, 200, "application/json", format!(r#"{{"title":"{long}"}}"#));
    let answer = host.run(sending(json!({}))).await.expect("a success");
    assert_eq!(answer.get("title").and_then(Json::as_str).map(str::len), Some(10 << 20));
    host.answer(SEND, 400, "application/json", format!(r#"{{"text":"é{long}"}}"#));
    assert!(host.fail(sending(json!({}))).await.message.len() < 1000);
}

#[tokio::test]
async fn a_credential_that_cannot_work_is_refused_before_anything_leaves() {
    let mut host = Host::start().await;
    let url = host.sandbox.url().to_owned();
    for (data, word) in [
        (json!({ "baseUrl": url.as_str() }), "incomplete"),
        (json!({ "apiKey": "  ", "baseUrl": url.as_str() }), "no API key"),
        (
            json!({ "apiKey": "https://api.wts.chat/auth/v1/login/validate", "baseUrl": url.as_str() }),
            "no API key",
        ),
        (json!({ "apiKey": "pn_secret-x", "baseUrl": "api.wts.chat" }), "Base URL"),
        (json!({ "apiKey": "pn_secret-x", "baseUrl": "ftp://api.wts.chat" }), "Base URL"),
        (json!({ "apiKey": "pn_secret-x", "baseUrl": "https://" }), "Base URL"),
        (json!({ "apiKey": "pn_secret-x", "baseUrl": "https://a.b/?key=pn_secret-x" }), "Base URL"),
        (json!({ "apiKey": "pn_secret-x", "baseUrl": "not a url" }), "Base URL"),
    ] {
        host.set_credential(data);
        let error = host.fail(sending(json!({}))).await;
        assert_eq!((error.kind, error.outcome), (ErrorKind::Credential, Outcome::NotDone));
        assert!(error.message.contains(word), "{error:?}");
        assert!(description(&error).contains("credential"), "{error:?}");
        assert!(!format!("{error:?}").contains("pn_secret-x"));
    }
    assert_eq!(host.sandbox.arrived(), 0);
}

#[tokio::test]
async fn a_base_url_may_end_with_slashes_and_have_a_path() {
    let mut host = Host::start().await;
    host.set_credential(json!({ "apiKey": seed::TOKEN, "baseUrl": format!(" {}// ", host.sandbox.url()) }));
    host.run(sending(json!({}))).await.expect("it is sent");
    host.set_credential(
        json!({ "apiKey": seed::TOKEN, "baseUrl": format!("{}/proxy/", host.sandbox.url()) }),
    );
    host.fail(sending(json!({}))).await;
    let paths: Vec<String> = host.sandbox.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, [SEND, "/proxy/chat/v1/chatbot/send"]);
}

#[tokio::test]
async fn a_success_that_says_it_is_json_and_cannot_be_read_says_why() {
    for (body, why) in [("[".repeat(100_000), "JSON"), ("{\"id\":".to_owned(), "JSON")] {
        let host = Host::start().await;
        host.answer(SEND, 200, "application/json; charset=utf-8", body);
        let error = host.fail(sending(json!({}))).await;
        assert!(error.message.starts_with("The answer says that it is JSON"), "{}", error.message);
        assert!(!error.message.contains("not JSON") && error.message.contains(why), "{}", error.message);
        assert_eq!(error.outcome, Outcome::Done);
    }
}

#[tokio::test]
async fn a_request_that_was_not_taken_in_time_is_no_fault_of_the_fields() {
    for status in [408, 425] {
        let host = Host::start().await;
        host.answer(SEND, status, "application/json", "{}");
        let error = host.fail(sending(json!({}))).await;
        assert!(!description(&error).contains("Check the node's fields"), "{}", description(&error));
        assert!(!description(&error).contains("run the item again"), "{}", description(&error));
    }
}
