//! `heddle serve` as a process: its runs are kept as those of `heddle run`, and taken up.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use heddle_tests::serving::Serving;
use heddle_tests::{Finished, Service, heddle, recipient, recipients};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule};

const RUN: &str = "/api/v1/nodes/n8n-nodes-wts.wtsChat/run";
const COUNT: usize = 30;

/// A server whose runs are kept in a file.
struct Kept {
    service: Service,
    store: PathBuf,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

impl Kept {
    fn new() -> Self {
        let service = Service::start();
        let store = service.write("anchor", "").with_file_name("runs.db");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        // A second test of the process has done it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { service, store, client: reqwest::Client::new(), runtime }
    }

    fn serve(&self) -> Serving {
        let mut command = heddle();
        command.args(["serve", "--port", "0", "--store"]).arg(&self.store).arg("--credentials");
        command.arg(self.store.with_file_name("credentials.json"));
        Serving::start(command)
    }

    fn run(&self, serving: &Serving, more: Value) -> (u16, Value) {
        let mut body = json!({
            "parameters": {
                "resource": "chatbot", "operation": "sendChatbot", "chatbotId": wts_sandbox::seed::BOT_WELCOME_KEY,
                "channelId": wts_sandbox::seed::CHANNEL_WHATSAPP_ID, "numberToSend": "={{ $json.to }}",
            },
            "items": recipients(COUNT),
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        let request = self
            .client
            .post(format!("{}{RUN}", serving.url))
            .header("content-type", "application/json")
            .body(body.to_string());
        self.runtime.block_on(async {
            let answer = request.send().await.expect("it answers");
            let status = answer.status().as_u16();
            let text = answer.text().await.expect("an answer");
            (status, serde_json::from_str(&text).expect("it is JSON"))
        })
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = heddle();
        command.args(words).env("HEDDLE_STORE", &self.store);
        command
    }

    fn runs(&self) -> Value {
        Finished::of(&mut self.command(&["runs", "--json"])).json()
    }

    fn times_sent(&self, number: usize) -> usize {
        let recipient = recipient(number);
        self.service.ledger().iter().filter(|entry| entry.to.contains(&recipient)).count()
    }
}

#[test]
fn a_run_of_a_server_that_is_killed_is_taken_up_and_not_begun_a_second_time() {
    let kept = Kept::new();
    kept.service.fault(FaultRule::new(Fault::SlowAfterAccepting { duration: Duration::from_millis(150) }));
    let serving = kept.serve();
    let (status, answer) = kept.run(&serving, json!({ "wait": 0 }));
    assert_eq!(status, 202, "{answer}");
    let began = Instant::now();
    while kept.service.ledger().len() < 5 {
        assert!(began.elapsed() < Duration::from_secs(30), "it sends");
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(serving);
    let runs = kept.runs();
    assert_eq!(runs[0]["id"], answer["executionId"], "{runs}");
    assert_eq!(runs[0]["status"], "interrupted", "{runs}");

    let serving = kept.serve();
    let before = kept.service.ledger().len();
    let (status, refused) = kept.run(&serving, json!({}));
    assert_eq!(status, 409, "{refused}");
    let error = &refused["error"];
    let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
    assert!(text("message").contains("was interrupted"), "{refused}");
    assert!(text("help").contains("heddle resume") && text("help").contains("\"new\": true"), "{refused}");
    let (status, dry) = kept.run(&serving, json!({ "dryRun": true }));
    assert_eq!((status, &dry["status"]), (200, &json!("success")), "a dry run sends nothing");
    assert_eq!(kept.service.ledger().len(), before, "nothing was sent");

    let id = answer["executionId"].as_str().expect("an id");
    let resumed = Finished::of(&mut kept.command(&["resume", id]));
    assert!(resumed.status <= 1, "{}", resumed.stderr);
    let sent: Vec<usize> = (0..COUNT).map(|number| kept.times_sent(number)).collect();
    assert!(sent.iter().all(|times| *times <= 1), "nothing is sent twice: {sent:?}");
    assert!(
        sent.iter().filter(|times| **times == 1).count() > 20,
        "it goes on: {sent:?}\n{}",
        resumed.stderr
    );

    let (status, anew) = kept.run(&serving, json!({ "new": true, "wait": 60 }));
    assert_eq!((status, &anew["status"]), (200, &json!("success")), "{anew}");
    assert_eq!(kept.runs()[0]["status"], "success");
}

#[test]
fn a_server_keeps_nothing_where_it_is_told_so() {
    let kept = Kept::new();
    let mut command = heddle();
    command
        .args(["serve", "--port", "0", "--no-store"])
        .env("HEDDLE_STORE", &kept.store)
        .arg("--credentials");
    command.arg(kept.store.with_file_name("credentials.json"));
    let serving = Serving::start(command);
    let (status, answer) = kept.run(&serving, json!({ "wait": 60 }));
    assert_eq!((status, &answer["status"]), (200, &json!("success")), "{answer}");
    assert_eq!(kept.runs(), json!([]));
}
