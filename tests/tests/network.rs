//! What a run makes of a network that is not as it should be, from the command line.

use heddle_tests::hostile_service::{HostileService, Reply};
use heddle_tests::{Finished, Service, recipients, sending_workflow};
use serde_json::json;

/// Nobody listens there, and the service's documented rate limits hold: neither may cost the user minutes.
#[test]
fn a_thousand_contacts_meet_a_closed_port() {
    let service = Service::start();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let credential = json!({ "wtsApi": { "apiKey": wts_sandbox::seed::TOKEN, "baseUrl": url } });
    service.write("credentials.json", credential.to_string());
    let continuing = json!({ "onError": "continueErrorOutput" });
    let finished =
        Finished::of(&mut service.run(&sending_workflow(json!({}), continuing), &recipients(1000)));
    assert!(finished.stderr.contains("Send: 0 sent, 1000 not sent, 0 unknown"), "{}", finished.stderr);
    assert!(finished.stderr.contains("could not be reached"), "{}", finished.stderr);
}

#[test]
fn a_proxy_that_cannot_be_read_lets_nothing_leave() {
    let service = Service::start();
    let workflow = sending_workflow(json!({}), json!({}));
    for value in ["http://user:hunter22@[::1", "socks5://127.0.0.1:1080", "http://proxy:eighty"] {
        for name in ["HTTP_PROXY", "https_proxy", "ALL_PROXY"] {
            let mut command = service.run(&workflow, &recipients(2));
            for other in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
            {
                command.env_remove(other);
            }
            let finished = Finished::of(command.env(name, value));
            assert_eq!(finished.status, 2, "{name}={value}: {}", finished.stderr);
            assert!(finished.stderr.contains(name), "{name}={value}: {}", finished.stderr);
            assert!(!finished.stderr.contains("hunter22"), "{}", finished.stderr);
        }
    }
    assert!(service.requests().is_empty());
    let finished =
        Finished::of(service.run(&workflow, &recipients(1)).env("HTTP_PROXY", "::").arg("--dry-run"));
    assert_eq!(finished.status, 0, "nothing leaves: {}", finished.stderr);
}

#[test]
fn a_password_in_the_base_url_shows_nowhere() {
    let service = Service::start();
    let url = service.sandbox().url().replace("http://", "http://user:hunter22@");
    let credential =
        json!({ "wtsApi": { "apiKey": wts_sandbox::seed::TOKEN, "baseUrl": url, "rateLimits": [] } });
    service.write("credentials.json", credential.to_string());
    for more in [vec!["--dry-run"], vec!["--report", "-"], vec![]] {
        let mut command = service.run(&sending_workflow(json!({}), json!({})), &recipients(2));
        if more.contains(&"--report") {
            let report = service.write("report.jsonl", "");
            std::fs::remove_file(&report).expect("it is there");
            command.arg("--report").arg(&report);
            let finished = Finished::of(&mut command);
            let text = std::fs::read_to_string(&report).expect("a report");
            assert!(!text.contains("hunter22") && text.contains("POST"), "{}\n{text}", finished.stderr);
            continue;
        }
        let finished = Finished::of(command.args(&more).args(["--output", "run-data"]));
        assert!(!finished.stdout.contains("hunter22") && !finished.stderr.contains("hunter22"), "{more:?}");
    }
}

/// Nobody can tell whether the send happened, so nobody is told to do it again.
#[test]
fn an_unknown_outcome_is_never_advised_to_be_run_again() {
    for answer in [
        "101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade",
        "304 Not Modified",
        "300 Multiple Choices",
    ] {
        let hostile = HostileService::start(move |_| Reply::Raw(format!("HTTP/1.1 {answer}\r\n\r\n")));
        let service = Service::start();
        let credential =
            json!({ "wtsApi": { "apiKey": wts_sandbox::seed::TOKEN, "baseUrl": hostile.url() } });
        service.write("credentials.json", credential.to_string());
        let finished =
            Finished::of(&mut service.run(&sending_workflow(json!({}), json!({})), &recipients(1)));
        assert!(finished.stderr.contains("Send: 0 sent, 0 not sent, 1 unknown"), "{}", finished.stderr);
        for advice in ["run the item again", "Check the node's fields"] {
            assert!(!finished.stderr.contains(advice), "{answer}: {}", finished.stderr);
        }
    }
}
