//! No text leaves with a gap: variables that nobody has set, and expressions inside texts that give nothing.

use heddle_tests::{Finished, Service, recipient, sending_workflow};
use serde_json::{Value, json};

/// Session metadata with one value, the parameter in which the texts stand.
fn text(value: &str) -> Value {
    json!({ "sessionMetadatas": { "sessionMetadata": [{ "key": "text", "value": value }] } })
}

fn customers() -> Value {
    json!([
        { "to": recipient(0), "name": "Ada" },
        { "to": recipient(1) },
        { "to": recipient(2), "name": null },
        { "to": recipient(3), "name": "" },
        { "to": recipient(4), "name": "Zoë" },
    ])
}

fn run(service: &Service, workflow: &Value, arguments: &[&str]) -> Finished {
    Finished::of(service.run(workflow, &customers()).args(arguments))
}

fn check(service: &Service, workflow: &Value, arguments: &[&str]) -> Finished {
    let file = service.write("workflow.json", workflow.to_string());
    Finished::of(heddle_tests::heddle().args(["check", "--sandbox"]).arg(file).args(arguments))
}

#[test]
fn a_variable_that_nobody_set_keeps_a_sending_from_starting() {
    let service = Service::start();
    for expression in [
        "=Hello {{ $vars.region }}",
        "={{ $vars.region }}",
        "={{ $vars['region'] }}",
        "={{ 'Hello ' + $vars.region }}",
        "={{ $vars.region.toUpperCase() }}",
        "={{ $vars.region.trim() || 'nowhere' }}",
        "={{ [$json.name || $vars.region].join() }}",
        "={{ `Hello ${$vars.region}` }}",
        "={{ $vars.region && 'here' }}",
    ] {
        let workflow = sending_workflow(text(expression), json!({}));
        for finished in [run(&service, &workflow, &[]), check(&service, &workflow, &[])] {
            assert_eq!(finished.status, 2, "{expression}: {}", finished.stderr);
            for word in ["\"region\", which nobody has set", "--var region="] {
                assert!(finished.stderr.contains(word), "{expression}: {}", finished.stderr);
            }
        }
        let set = ["--var", "region=eu"];
        assert_eq!(check(&service, &workflow, &set).status, 0, "{expression}");
    }
    assert!(service.requests().is_empty());
    let workflow = sending_workflow(text("=Hello {{ $vars.region }}"), json!({}));
    assert_eq!(run(&service, &workflow, &["--var", "region=eu"]).status, 0);
    assert_eq!(service.ledger().len(), 5);
    let near = check(&service, &workflow, &["--var", "Region=eu"]);
    assert!(near.stderr.contains("\"Region\""), "{}", near.stderr);
}

#[test]
fn a_variable_with_a_fallback_may_be_unset() {
    let service = Service::start();
    for expression in [
        "={{ $vars.region ?? 'here' }}",
        "=Hello {{ $vars.region || 'here' }}",
        "={{ ($vars.region) || $json.name || 'here' }}",
        "={{ $json.name || $vars.region || 'here' }}",
        "={{ $vars.region ? $vars.region.toUpperCase() : 'here' }}",
        "={{ $vars.region === 'eu' ? 'Europe' : 'here' }}",
        "={{ $vars.region?.toUpperCase() }}",
        "={{ $vars.region?.city.name }}",
        "={{ $vars?.region }}",
        "={{ !$vars.region ? 'here' : 'there' }}",
        "={{ typeof $vars.region }}",
        "={{ $vars.region != null && $vars.region.length > 2 ? 'long' : 'short' }}",
        "={{ $ifEmpty($vars.region, 'here') }}",
        "={{ $if($vars.region, $vars.region, 'here') }}",
        "={{ $vars.region.isEmpty() ? 'here' : 'there' }}",
        "={{ (() => { if ($vars.region) { return $vars.region } return 'here' })() }}",
        "$vars.region is no expression",
    ] {
        let workflow = sending_workflow(text(expression), json!({}));
        let finished = check(&service, &workflow, &[]);
        assert_eq!(finished.status, 0, "{expression}: {}", finished.stderr);
        assert!(!finished.stderr.contains("region"), "{expression}: {}", finished.stderr);
    }
}

#[test]
fn elsewhere_an_unset_variable_is_a_warning() {
    let service = Service::start();
    let mut workflow = sending_workflow(text("Hello"), json!({}));
    workflow["nodes"].as_array_mut().expect("a list").push(json!({
        "name": "Set", "type": "n8n-nodes-base.set", "typeVersion": 3.4, "position": [100, 0],
        "parameters": { "includeOtherFields": true, "options": {}, "assignments": { "assignments": [
            { "id": "1", "name": "region", "type": "string", "value": "={{ $vars.region }}" } ] } } }));
    let to = |node: &str| json!({ "main": [[{ "node": node, "type": "main", "index": 0 }]] });
    workflow["connections"] = json!({ "Start": to("Set"), "Set": to("Send") });
    let checked = check(&service, &workflow, &[]);
    assert_eq!(checked.status, 0, "{}", checked.stderr);
    assert!(checked.stderr.contains("\"region\", which nobody has set"), "{}", checked.stderr);
    assert_eq!(run(&service, &workflow, &[]).status, 0);
    assert_eq!(service.ledger().len(), 5);
}

#[test]
fn a_variable_of_the_environment_that_is_not_allowed_is_found_before_the_first_send() {
    let service = Service::start();
    let workflow = sending_workflow(text("=Hello {{ $env.GREETED ?? 'you' }}"), json!({}));
    for finished in [run(&service, &workflow, &[]), check(&service, &workflow, &[])] {
        assert_eq!(finished.status, 2, "{}", finished.stderr);
        assert!(finished.stderr.contains("--env GREETED"), "{}", finished.stderr);
    }
    assert!(service.requests().is_empty());
    assert_eq!(check(&service, &workflow, &["--env", "GREETED"]).status, 0);
}

#[test]
fn a_strict_run_sends_no_text_with_a_gap() {
    let service = Service::start();
    let continuing = json!({ "onError": "continueErrorOutput" });
    let workflow = sending_workflow(text("=Hello {{ $json.name }}!"), continuing);
    let finished = run(&service, &workflow, &["--strict"]);
    let sent: Vec<String> = service.ledger().into_iter().map(|entry| entry.to).collect();
    assert_eq!(sent, [recipient(0), recipient(4)], "{}", finished.stderr);
    for word in ["item 1", "item 2", "item 3", "{{ $json.name }} gives nothing"] {
        assert!(finished.stderr.contains(word), "{}", finished.stderr);
    }
    // In stop mode nothing leaves at all.
    let workflow = sending_workflow(text("=Hello {{ $json.name }}!"), json!({}));
    let stopped = run(&service, &workflow, &["--strict"]);
    assert_eq!(stopped.status, 1);
    assert_eq!(service.ledger().len(), 2, "{}", stopped.stderr);
    // Without it all leave, as in n8n.
    assert_eq!(run(&service, &workflow, &[]).status, 0);
    assert_eq!(service.ledger().len(), 7);
}

#[test]
fn a_node_may_be_strict_by_itself() {
    let service = Service::start();
    for (value, sent) in [
        // What a text is made of, natively and by JavaScript.
        ("=Hello {{ $json.name }}!", 2),
        ("=Hello {{ $json.name.toUpperCase() }}!", 2),
        ("=Hello {{ [$json.name].map(n => { let m = n; return m })[0] }}!", 2),
        ("=Hello {{ $json.nobody?.name }}!", 0),
        // An empty text that the code writes itself is meant.
        ("=Hello {{ $json.name ?? '' }}!", 5),
        ("=Hello {{ $json.name ? ' ' + $json.name : '' }}!", 5),
        ("=Hello {{ $json.name || 'you' }}!", 5),
        // An expression alone is not a text.
        ("={{ $json.name }}", 5),
        ("Hello {{ $json.name }}!", 5),
    ] {
        let keys = json!({ "strict": true, "onError": "continueErrorOutput" });
        let before = service.ledger().len();
        let finished = run(&service, &sending_workflow(text(value), keys), &[]);
        assert_eq!(service.ledger().len() - before, sent, "{value}: {}", finished.stderr);
    }
    let wrong = sending_workflow(text("Hello"), json!({ "strict": "yes" }));
    let checked = check(&service, &wrong, &[]);
    assert!(checked.stderr.contains("\"strict\""), "{}", checked.stderr);
}

#[test]
fn a_dry_run_counts_the_gaps() {
    let service = Service::start();
    let workflow = sending_workflow(text("=Hello {{ $json.name }} of {{ $json.city ?? '' }}"), json!({}));
    let finished = run(&service, &workflow, &["--dry-run"]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(finished.stderr.contains("gives nothing for 3 items: 1-3"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("city"), "{}", finished.stderr);
    assert_eq!(finished.json().as_array().map(Vec::len), Some(5));
    assert!(service.requests().is_empty());
}
