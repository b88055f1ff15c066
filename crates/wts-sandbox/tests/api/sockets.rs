//! Connections, seen from a bare socket.

use std::io::ErrorKind;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wts_sandbox::{Fault, FaultRule, Sandbox, SandboxOptions, seed};

use crate::client::{Api, NOW, STRANGER, welcome};

fn send_request() -> String {
    let body = welcome(json!({ "to": STRANGER })).to_string();
    format!(
        "POST {NOW} HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        seed::TOKEN,
        body.len()
    )
}

/// Writes a request and reads to the end: the bytes, and how it ended.
async fn exchange(sandbox: &Sandbox, request: &str) -> (String, std::io::Result<()>) {
    let mut stream = TcpStream::connect(sandbox.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await.map(drop);
    (String::from_utf8(bytes).unwrap(), end)
}

async fn befallen(fault: Fault) -> (String, std::io::Result<()>, u64) {
    let sandbox = Sandbox::start(SandboxOptions::default()).await.unwrap();
    sandbox.add_fault(FaultRule::new(fault)).unwrap();
    let (text, end) = exchange(&sandbox, &send_request()).await;
    (text, end, sandbox.accepted())
}

#[tokio::test]
async fn cut_before_reading_is_an_end_of_stream() {
    let (text, end, accepted) = befallen(Fault::CutBeforeReading).await;
    assert_eq!((text.as_str(), end.is_ok(), accepted), ("", true, 0));
}

#[tokio::test]
async fn cut_after_accepting_is_a_reset() {
    let (text, end, accepted) = befallen(Fault::CutAfterAccepting).await;
    assert_eq!((text.as_str(), end.unwrap_err().kind(), accepted), ("", ErrorKind::ConnectionReset, 1));
}

#[tokio::test]
async fn cut_mid_answer_writes_the_head_and_half_the_body() {
    let (text, end, accepted) = befallen(Fault::CutMidAnswer).await;
    end.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2);
    assert!(body.starts_with("{\"id\":"));
    assert_eq!(accepted, 1);
}

#[tokio::test]
async fn refused_at_accept_is_a_reset_before_anything_is_read() {
    let sandbox = Sandbox::start(SandboxOptions::default()).await.unwrap();
    sandbox.add_fault(FaultRule::new(Fault::RefuseConnection).skip(1).times(1)).unwrap();
    let quit = send_request().replace("Host:", "Connection: close\r\nHost:");
    assert!(exchange(&sandbox, &quit).await.1.is_ok());
    let mut stream = TcpStream::connect(sandbox.address()).await.unwrap();
    let error = stream.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!((sandbox.arrived(), sandbox.accepted()), (1, 1));
    assert!(exchange(&sandbox, &quit).await.0.starts_with("HTTP/1.1 200"));
    assert_eq!(sandbox.faults()[0].matched, 3);
}

#[tokio::test]
async fn connections_are_refused_until_told_otherwise() {
    let api = Api::start().await;
    api.send(json!({ "to": STRANGER })).await.expect(200);
    api.sandbox.refuse_connections(None).await.unwrap();
    let error = TcpStream::connect(api.sandbox.address()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    let error = api.try_post(NOW, welcome(json!({ "to": STRANGER }))).await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    assert_eq!(api.sandbox.accepted(), 1);

    api.sandbox.refuse_connections(None).await.unwrap();
    api.sandbox.accept_connections().await.unwrap();
    api.sandbox.accept_connections().await.unwrap();
    api.send(json!({ "to": STRANGER })).await.expect(200);
    assert_eq!(api.sandbox.accepted(), 2);
}

#[tokio::test]
async fn connections_are_refused_for_a_while() {
    let sandbox = Sandbox::start(SandboxOptions::default()).await.unwrap();
    sandbox.refuse_connections(Some(Duration::from_millis(600))).await.unwrap();
    assert_eq!(TcpStream::connect(sandbox.address()).await.unwrap_err().kind(), ErrorKind::ConnectionRefused);
    while TcpStream::connect(sandbox.address()).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_answer_under_way_is_finished_before_the_end() {
    let api = Api::start().await;
    let duration = Duration::from_millis(200);
    api.sandbox.add_fault(FaultRule::new(Fault::SlowAfterAccepting { duration })).unwrap();
    let request = crate::client::with_json(api.request("POST", NOW), &welcome(json!({ "to": STRANGER })));
    let waiting = tokio::spawn(crate::client::read(request));
    api.sandbox.wait_for_requests(1).await;
    let address = api.sandbox.address();
    api.sandbox.stop().await;
    waiting.await.unwrap().unwrap().expect(200);
    assert_eq!(TcpStream::connect(address).await.unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn a_dropped_sandbox_is_gone() {
    let sandbox = Sandbox::start(SandboxOptions::default()).await.unwrap();
    let address = sandbox.address();
    let mut idle = TcpStream::connect(address).await.unwrap();
    drop(sandbox);
    assert_eq!(idle.read(&mut [0]).await.unwrap_or(0), 0);
    while TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_fixed_port_is_kept_and_a_taken_one_is_an_error() {
    let first = Sandbox::start(SandboxOptions::default()).await.unwrap();
    let port = first.address().port();
    let options = SandboxOptions { port, ..SandboxOptions::default() };
    assert_eq!(Sandbox::start(options.clone()).await.unwrap_err().kind(), ErrorKind::AddrInUse);
    first.stop().await;
    let second = Sandbox::start(options).await.unwrap();
    assert_eq!(second.url(), format!("http://127.0.0.1:{port}"));
}

#[tokio::test]
async fn bodies_may_come_in_chunks_and_many_requests_by_one_connection() {
    let sandbox = Sandbox::start(SandboxOptions::default()).await.unwrap();
    let body = welcome(json!({ "to": STRANGER })).to_string();
    let (first, second) = body.split_at(20);
    let chunked = format!(
        "POST {NOW} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        seed::TOKEN,
        first.len(),
        second.len()
    );
    let last = send_request().replace("Host:", "Connection: close\r\nHost:");
    let (text, end) = exchange(&sandbox, &format!("{chunked}{chunked}{last}")).await;
    end.unwrap();
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 3, "{text}");
    assert_eq!(sandbox.ledger()[0].json()["to"], STRANGER);
}
