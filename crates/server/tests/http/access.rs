//! Who may ask.

use heddle_server::Settings;
use serde_json::json;

use crate::client::Server;

const TOKEN: &str = "a-token-that-is-long-enough";

#[tokio::test]
async fn a_forged_host_and_a_foreign_origin_are_refused() {
    let server = Server::start().await;
    let of_host = |host: &'static str| {
        let server = &server;
        async move { server.request("GET", "/api/v1/nodes", &[("Host", host)], "").await.status }
    };
    assert_eq!(of_host("evil.example").await, 421);
    assert_eq!(of_host("127.0.0.1.evil.example:80").await, 421);
    assert_eq!(of_host("192.168.1.7").await, 421);
    assert_eq!(of_host("localhost:1").await, 200);
    assert_eq!(of_host("[::1]:1").await, 200);
    let body = json!({ "expression": "1" }).to_string();
    let post = |headers: Vec<(&'static str, String)>| {
        let (server, body) = (&server, &body);
        async move {
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            server.request("POST", "/api/v1/eval", &headers, body).await.status
        }
    };
    let json_type = || ("Content-Type", "application/json".to_owned());
    assert_eq!(post(vec![json_type(), ("Origin", "https://evil.example".to_owned())]).await, 403);
    assert_eq!(post(vec![json_type(), ("Origin", "null".to_owned())]).await, 403);
    assert_eq!(post(vec![json_type(), ("Sec-Fetch-Site", "cross-site".to_owned())]).await, 403);
    assert_eq!(post(vec![json_type(), ("Origin", format!("http://{}", server.address))]).await, 200);
    // What a page of another site may post without being asked first is no request here.
    assert_eq!(post(vec![("Content-Type", "text/plain".to_owned())]).await, 415);
}

#[tokio::test]
async fn an_origin_that_is_allowed_may_use_the_api() {
    let settings = Settings::default().with_origin("https://forms.example.com").expect("an origin");
    let server = Server::start_with(settings).await;
    let origin = ("Origin", "https://forms.example.com");
    let asked = server.request("OPTIONS", "/api/v1/eval", &[origin], "").await;
    assert_eq!(asked.status, 204);
    assert_eq!(asked.header("access-control-allow-origin"), Some("https://forms.example.com"));
    let headers = [origin, ("Content-Type", "application/json")];
    let answer =
        server.request("POST", "/api/v1/eval", &headers, &json!({ "expression": "1" }).to_string()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://forms.example.com"));
    assert!(Settings::default().with_origin("forms.example.com").is_err());
    assert!(Settings::default().with_origin("https://forms.example.com/x").is_err());
}

#[tokio::test]
async fn a_token_is_asked_for_and_a_browser_logs_in_once() {
    let settings = Settings::default().with_token(TOKEN).expect("it is long enough");
    let server = Server::start_with(settings).await;
    assert_eq!(server.get("/healthz").await.status, 200);
    for path in ["/api/v1/nodes", "/metrics", "/executions/x"] {
        assert_eq!(server.get(path).await.status, 401, "{path}");
    }
    let bearer = |token: &str| [("Authorization", format!("Bearer {token}"))];
    let with = |header: &[(&'static str, String); 1]| {
        let header = header.clone();
        let server = &server;
        async move { server.request("GET", "/api/v1/nodes", &[(header[0].0, &header[0].1)], "").await.status }
    };
    assert_eq!(with(&bearer("a-token-that-is-long-enougH")).await, 401);
    assert_eq!(with(&bearer("")).await, 401);
    assert_eq!(with(&bearer(TOKEN)).await, 200);
    let page = server.request("GET", "/", &[("Accept", "text/html")], "").await;
    assert_eq!((page.status, page.header("location")), (303, Some("/login")));
    assert_eq!(server.submit("/login", &[("token", "wrong")]).await.status, 401);
    let entered = server.submit("/login", &[("token", TOKEN)]).await;
    assert_eq!(entered.status, 303);
    let cookie = entered.header("set-cookie").expect("a cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert!(!cookie.contains(TOKEN));
    let cookie = cookie.split(';').next().expect("a value");
    assert_eq!(server.request("GET", "/api/v1/nodes", &[("Cookie", cookie)], "").await.status, 200);
    assert_eq!(
        server.request("GET", "/api/v1/nodes", &[("Cookie", "heddle_session=x")], "").await.status,
        401
    );
}

#[test]
fn nobody_listens_beyond_the_loopback_interface_without_a_token() {
    let reachable = "0.0.0.0:80".parse().expect("an address");
    let own = "[::1]:80".parse().expect("an address");
    assert!(Settings::default().check_address(reachable).is_err());
    assert!(Settings::default().check_address(own).is_ok());
    assert!(Settings::default().with_token("short").is_err());
    let settings = Settings::default().with_token(TOKEN).expect("it is long enough");
    assert!(settings.check_address(reachable).is_ok());
    assert!(!format!("{settings:?}").contains(TOKEN));
}

#[tokio::test]
async fn answers_are_sealed() {
    let server = Server::start().await;
    for path in ["/", "/api/v1/nodes", "/assets/form.js", "/nothing"] {
        let answer = server.get(path).await;
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
    let first = server.get("/assets/style.css").await;
    let tag = first.header("etag").expect("a tag").to_owned();
    let again = server.request("GET", "/assets/style.css", &[("If-None-Match", &tag)], "").await;
    assert_eq!((again.status, again.body.len()), (304, 0));
}
