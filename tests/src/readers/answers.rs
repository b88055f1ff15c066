//! What a service answers, read by the node that sends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use heddle_node::Json;
use heddle_runner::{CredentialStore, Host, RunOptions};
use heddle_workflow::{Workflow, read_items};
use serde_json::json;

use super::registry;
use crate::sending_workflow;

/// What ends one answer and begins the next.
pub(super) const SEPARATOR: &str = "\n%%\n";
/// The longest that a run may take: waits of the host and of the node are cut short.
const LIMIT: Duration = Duration::from_millis(200);

/// Answers one after another, the last one again and again: a line with the status, lines with headers, an empty line,
/// and the body. The node sends at once, sends by the queue, and loads its choices; whatever comes back is an output or an
/// error.
pub(super) fn answers(bytes: &[u8]) {
    static SERVICE: OnceLock<Service> = OnceLock::new();
    let service = SERVICE.get_or_init(Service::start);
    service.set(bytes);
    let host = service.host();
    service.runtime.block_on(async {
        for workflow in &service.workflows {
            let options = RunOptions {
                items: read_items(&Json::from(json!([{ "to": crate::recipient(1) }]))).ok(),
                timeout: Some(LIMIT),
                ..RunOptions::default()
            };
            let result = host.run(workflow, options).await.expect("the workflow is right");
            serde_json::to_string(&result).expect("a result is JSON");
        }
        let parameters = Json::object();
        for method in ["getChatbots", "getChannelsIds"] {
            let load = host.load_options("n8n-nodes-wts.wtsChat", method, &parameters, None, None);
            let _ = tokio::time::timeout(LIMIT, load).await;
        }
    });
}

/// A service on a loopback port that says what it is told to.
struct Service {
    runtime: tokio::runtime::Runtime,
    url: String,
    answers: Arc<Mutex<Vec<Vec<u8>>>>,
    workflows: Vec<Workflow>,
}

impl Service {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let answers = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&answers);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away gets nothing.
                let _ = answer(stream, &told);
            }
        });
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        let workflows = ["immediate", "queued"].map(|delivery| {
            let options = json!({ "delivery": delivery, "waitForFinalStatus": true });
            let workflow = sending_workflow(
                json!({ "options": options }),
                json!({ "onError": "continueRegularOutput" }),
            );
            Workflow::parse("answers.json", &workflow.to_string()).expect("a workflow")
        });
        Self { runtime, url, answers, workflows: workflows.into() }
    }

    /// Sets the answers, the first one last.
    fn set(&self, bytes: &[u8]) {
        let mut answers: Vec<Vec<u8>> = Vec::new();
        let mut rest = bytes;
        let separator = SEPARATOR.as_bytes();
        while let Some(at) = rest.windows(separator.len()).position(|window| window == separator) {
            answers.push(response(&rest[..at]));
            rest = &rest[at + separator.len()..];
        }
        answers.push(response(rest));
        answers.reverse();
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner) = answers;
    }

    /// A host of its own for each input: hosts keep the choices that they have loaded.
    fn host(&self) -> Host {
        let mut credentials = CredentialStore::default();
        let data = json!({ "apiKey": wts_sandbox::seed::TOKEN, "baseUrl": self.url, "rateLimits": [] });
        credentials.insert("wtsApi", Json::from(data)).expect("a credential");
        Host::new(registry().clone()).with_credentials(credentials)
    }
}

/// An answer as it goes over the wire.
fn response(bytes: &[u8]) -> Vec<u8> {
    let end = bytes.windows(2).position(|window| window == b"\n\n");
    let (head, body) = end.map_or((bytes, &[][..]), |at| (&bytes[..at], &bytes[at + 2..]));
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let status =
        lines.next().and_then(|line| line.trim().parse().ok()).filter(|status| (200..600).contains(status));
    let mut text = format!("HTTP/1.1 {} \r\n", status.unwrap_or(200_u16));
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let is_token =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_ours = ["content-length", "transfer-encoding", "connection"]
            .contains(&name.to_ascii_lowercase().as_str());
        if is_token && !is_ours && !value.contains(|character: char| character.is_control()) {
            text.push_str(&format!("{name}:{value}\r\n"));
        }
    }
    text.push_str(&format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len()));
    [text.as_bytes(), body].concat()
}

fn answer(stream: TcpStream, answers: &Mutex<Vec<Vec<u8>>>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    let mut reader = BufReader::new(&stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    let answer = {
        let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() > 1 { answers.pop() } else { answers.last().cloned() }
    };
    (&stream).write_all(&answer.unwrap_or_default())
}
