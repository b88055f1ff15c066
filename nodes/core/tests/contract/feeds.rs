//! Feeds recorded from n8n are read from a server as they were there.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use heddle_node::{Json, Registry, json};
use heddle_nodes_core as _;
use heddle_testkit::NodeTest;

/// Serves one document, whatever is asked for, as long as the process lives.
fn serve(document: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let request = BufReader::new(stream.try_clone().unwrap());
            request.lines().map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
            let length = document.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{document}"
            );
        }
    });
    format!("http://{address}/feed.xml")
}

#[tokio::test]
async fn feeds_are_read_as_in_n8n() {
    let recorded = Json::parse(include_str!("recorded/feeds.json")).unwrap();
    let registry = Registry::linked().unwrap();
    for feed in recorded.get("feeds").and_then(Json::as_array).unwrap() {
        let text = |key| feed.get(key).and_then(Json::as_str).unwrap().to_owned();
        let parameters =
            json!({ "url": serve(text("xml")), "options": { "customFields": text("customFields") } });
        let test = NodeTest::new("n8n-nodes-base.rssFeedRead", 1.2, parameters).with_items([json!({})]);
        let result = test.run(&registry).await.unwrap();
        let outputs = result.last_outputs("Node").unwrap_or_default();
        let items: Json =
            outputs.iter().flat_map(|items| items.iter()).map(|item| item.json.clone()).collect();
        match feed.get("items") {
            Some(expected) => assert_eq!(items.to_string(), expected.to_string(), "{}", text("feed")),
            // n8n's messages are those of its reader.
            None => assert!(result.error.is_some(), "{}", text("feed")),
        }
    }
}
