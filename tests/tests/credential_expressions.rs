//! Expressions in credentials are evaluated as in n8n, for each item, and never sent as their own text
//! (`docs/parameters.md §16.3`). What n8n 2.40.7 gives for them was recorded from HTTP Request with a header credential.

use heddle_tests::{Finished, Service, recipient, sending_workflow};
use serde_json::{Value, json};
use wts_sandbox::seed::{SECOND_TOKEN, TOKEN};

fn run(service: &Service, fields: &Value, items: &Value, more: &[&str]) -> Finished {
    service.write_credential(fields.clone());
    let mut command = service.run(&sending_workflow(json!({}), json!({})), items);
    Finished::of(command.args(more))
}

#[test]
fn an_expression_gives_its_value() {
    let (start, end) = TOKEN.split_at(4);
    let items = json!([{ "to": recipient(0), "key": TOKEN }]);
    for (expression, more) in [
        (format!("={{{{ '{start}' + '{end}' }}}}"), vec![]),
        (
            format!("={start}{{{{ $vars.end }}}}"),
            vec!["--var", &*format!("end={end}")].into_iter().map(str::to_owned).collect(),
        ),
        ("={{ $json.key }}".to_owned(), vec![]),
        ("={{ $('Start').first().json.key }}".to_owned(), vec![]),
        ("={{ $self.spare }}".to_owned(), vec![]),
    ] {
        let service = Service::start();
        let fields = json!({ "apiKey": expression, "spare": TOKEN, "rateLimits": [] });
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let finished = run(&service, &fields, &items, &more);
        assert_eq!(finished.status, 0, "{expression}: {}", finished.stderr);
        assert_eq!(service.ledger().len(), 1, "the service knows the key: {expression}");
    }
}

#[test]
fn every_item_has_its_own_value() {
    let service = Service::start();
    let items = json!([
        { "to": recipient(0), "key": TOKEN },
        { "to": recipient(1), "key": "pn_nobody" },
        { "to": recipient(2), "key": SECOND_TOKEN },
    ]);
    service.write_credential(json!({ "apiKey": "={{ $json.key }}", "rateLimits": [] }));
    let continuing = sending_workflow(json!({}), json!({ "onError": "continueErrorOutput" }));
    let finished = Finished::of(&mut service.run(&continuing, &items));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let mut reached: Vec<String> = service.ledger().into_iter().map(|entry| entry.to).collect();
    reached.sort();
    assert_eq!(reached, [recipient(0), recipient(2)], "{}", finished.stderr);
    assert!(finished.stderr.contains("item 1 not sent"), "{}", finished.stderr);
}

#[test]
fn what_cannot_be_evaluated_keeps_everything_from_leaving_and_shows_no_secret() {
    let items = json!([{ "to": recipient(0), "key": TOKEN }, { "to": recipient(1) }]);
    for (expression, words) in [
        ("={{ 'pn_secret' + }}", "invalid syntax"),
        ("={{ $env.HOME + 'pn_secret' }}", "env"),
        ("={{ $json.key }}", "has no"),
        ("={{ 'pn_secret'.nothing }}", "has no"),
    ] {
        let service = Service::start();
        let finished = run(&service, &json!({ "apiKey": expression }), &items, &[]);
        assert!(finished.status == 1 || finished.status == 2, "{expression}: {}", finished.stderr);
        assert!(finished.stderr.contains(words), "{expression}: {}", finished.stderr);
        for text in [&finished.stdout, &finished.stderr] {
            assert!(!text.contains("pn_secret"), "{expression}: {text}");
        }
        assert!(service.requests().is_empty(), "{expression}");
    }
}

#[test]
fn a_dry_run_masks_what_an_expression_gives() {
    let service = Service::start();
    let items = json!([{ "to": recipient(0), "key": TOKEN }]);
    let finished = run(&service, &json!({ "apiKey": "={{ 'pn_' + 'abc' }}" }), &items, &["--dry-run"]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(finished.json()[0]["json"]["request"]["headers"]["authorization"], "***");
    assert!(!finished.stdout.contains("pn_abc"), "{}", finished.stdout);
}

#[test]
fn a_form_evaluates_them_without_an_item() {
    let service = Service::start();
    let load = |expression: String| {
        let fields = json!({ "apiKey": expression, "baseUrl": service.sandbox().url() });
        let file = service.write("form.json", json!({ "wtsApi": fields }).to_string());
        let mut command = heddle_tests::heddle();
        command.args(["options", "n8n-nodes-wts.wtsChat", "getChatbots", "--credentials"]).arg(file);
        Finished::of(&mut command)
    };
    let (start, end) = TOKEN.split_at(4);
    let finished = load(format!("={{{{ '{start}' + '{end}' }}}}"));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let before = service.requests().len();
    let finished = load("={{ $json.key }}".to_owned());
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert_eq!(service.requests().len(), before);
}
