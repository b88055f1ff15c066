//! Workflows recorded from n8n run here, node by node and item by item, as they did there.
//!
//! `tests/README.md` says how a case is written and recorded. `HEDDLE_CASES=switch cargo test …` runs those alone whose
//! family or id has that text.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use heddle_node::{Json, NodeError, Registry, async_trait};
use heddle_nodes as _;
use heddle_runner::{CredentialStore, Host, KeptOutputs, RunOptions, RunResult, Variables, WorkflowLookup};
use heddle_tests::compare::{compare_last_outputs, compare_run};
use heddle_tests::oracle::Oracle;
use heddle_tests::recorded::{Case, Family, RecordedWith, families, shown};
use heddle_tests::scripted_service::{HOSTS, ScriptedService};
use heddle_workflow::Workflow;
use serde_json::json;

/// The version of n8n that new cases are recorded with.
const N8N: &str = "2.40.7";

/// The families and cases that were asked for.
fn chosen() -> Vec<Family> {
    let mut families = families();
    if let Ok(text) = std::env::var("HEDDLE_CASES") {
        for family in &mut families {
            if !family.name.contains(&text) {
                family.cases.retain(|case| case.id.contains(&text));
            }
        }
        families.retain(|family| !family.cases.is_empty());
        assert!(!families.is_empty(), "no case is called {text:?}");
    }
    families
}

/// The workflows that a case's workflow may call.
struct Callable(HashMap<String, Arc<Workflow>>);

#[async_trait]
impl WorkflowLookup for Callable {
    async fn by_id(&self, id: &str) -> Result<Option<Arc<Workflow>>, NodeError> {
        Ok(self.0.get(id).cloned())
    }
}

#[tokio::test]
#[ignore = "asks n8n, which HEDDLE_ORACLE names, for what has not been recorded yet"]
async fn record() {
    let mut oracle = None;
    for mut family in families() {
        for case in &mut family.cases {
            if case.expected.is_null() {
                let mut request = json!({ "workflow": case.workflow });
                for (name, value) in case.request.as_object().into_iter().flatten() {
                    request[name] = value.clone();
                }
                if let Some(items) = &case.items {
                    request["items"] = items.clone();
                }
                let service = service(case);
                if let Some(service) = &service {
                    for host in HOSTS {
                        request["routes"][host] = json!(service.url());
                    }
                }
                let oracle =
                    oracle.get_or_insert_with(|| Oracle::start().expect("HEDDLE_ORACLE names the oracle"));
                let mut answer = oracle.ask(&request);
                let told = answer.as_object_mut().expect("an answer is an object");
                told.values_mut().for_each(without_stacks);
                let mode = told.remove("mode").and_then(|mode| mode.as_str().map(str::to_owned));
                case.n8n = Some(RecordedWith {
                    version: N8N.to_owned(),
                    mode: mode.unwrap_or_else(|| "unknown".to_owned()),
                });
                case.expected = answer;
            }
            if case.ours.is_none() && (case.differs.is_some() || case.is_refused()) {
                let options = options(case).expect("the items are items");
                case.ours = Some(shown(&run(case, options).await));
            }
        }
        family.write();
    }
    let counts = serde_json::to_string_pretty(&counts(&families())).expect("JSON");
    std::fs::write(counts_file(), counts + "\n").expect("it can be written");
}

#[test]
fn no_case_is_lost() {
    let text = std::fs::read_to_string(counts_file()).expect("the counts are there");
    let recorded: BTreeMap<String, usize> = serde_json::from_str(&text).expect("the counts are JSON");
    let families = families();
    assert_eq!(counts(&families), recorded, "`record` writes the counts anew");
    let mut ids = std::collections::HashSet::new();
    for case in families.iter().flat_map(|family| &family.cases) {
        assert!(ids.insert(&case.id), "two cases are called {}", case.id);
    }
}

#[tokio::test]
async fn recorded_workflows_run_as_in_n8n() {
    let mut faults = Vec::new();
    let (mut all, mut differing, mut refused) = (0, 0, 0);
    for family in chosen() {
        for case in &family.cases {
            all += 1;
            differing += usize::from(case.differs.is_some());
            refused += usize::from(case.is_refused());
            if let Err(message) = check(case).await {
                faults.push(format!("{}, {}: {message}", family.name, case.id));
            }
        }
    }
    println!("{all} recorded workflows; {differing} differ on purpose, n8n refuses {refused}");
    assert!(faults.is_empty(), "{} of {all} cases fail:\n{}", faults.len(), faults.join("\n"));
}

/// Takes out the places in n8n's code that errors point to.
fn without_stacks(value: &mut serde_json::Value) {
    if let Some(object) = value.as_object_mut() {
        object.remove("stack");
        object.values_mut().for_each(without_stacks);
    }
    value.as_array_mut().into_iter().flatten().for_each(without_stacks);
}

fn counts_file() -> std::path::PathBuf {
    heddle_tests::root().join("tests/conformance/counts.json")
}

fn counts(families: &[Family]) -> BTreeMap<String, usize> {
    families.iter().map(|family| (family.name.clone(), family.cases.len())).collect()
}

async fn check(case: &Case) -> Result<(), String> {
    if case.expected.is_null() {
        return Err("is not recorded yet".to_owned());
    }
    let options = options(case)?;
    let result = run(case, options.clone()).await;
    if case.differs.is_some() || case.is_refused() {
        let (ours, now) = (case.ours.clone().unwrap_or_default(), shown(&result));
        if ours != now {
            return Err(format!("no longer gives what it gave:\n  then {ours}\n  now  {now}"));
        }
    }
    let compared = match &result {
        Ok(result) => compare_run(&case.expected, result),
        Err(_) if case.is_refused() => return Ok(()),
        Err(message) => Err(message.clone()),
    };
    match (&case.differs, compared) {
        (Some(_), Ok(())) => return Err("is marked as differing, and does not".to_owned()),
        (None, Err(message)) => return Err(message),
        _ => {}
    }
    let sparing = RunOptions { kept_outputs: KeptOutputs::Last(None), ..options };
    match (result, run(case, sparing).await) {
        (Ok(result), Ok(sparing)) => compare_last_outputs(&result, &sparing),
        (Err(_), Err(_)) => Ok(()),
        (_, sparing) => Err(format!("without the outputs before: {:?}", sparing.map(|result| result.status))),
    }
}

fn options(case: &Case) -> Result<RunOptions, String> {
    let text = |key: &str| case.request[key].as_str().map(str::to_owned);
    let items = case.items.as_ref().map(|items| heddle_workflow::read_items(&Json::from(items.clone())));
    Ok(RunOptions {
        items: items.transpose().map_err(|error| error.to_string())?,
        pins: case.request["pins"] == true,
        start: text("start"),
        destination: text("destination"),
        variables: Variables { vars: Json::from(case.request["vars"].clone()), ..Variables::default() },
        // Where the cases were recorded, nothing waits for long.
        stop_at_wait: true,
        ..RunOptions::default()
    })
}

/// The service that the case's nodes call, as its request says what it answers.
fn service(case: &Case) -> Option<ScriptedService> {
    case.request.get("service").map(ScriptedService::start)
}

async fn run(case: &Case, options: RunOptions) -> Result<RunResult, String> {
    let callable = case.request["workflows"].as_object().into_iter().flatten();
    let callable = callable
        .map(|(id, workflow)| (id.clone(), Arc::new(Workflow::from_json(&Json::from(workflow.clone())))));
    let credentials = match case.request.get("credentials") {
        Some(credentials) => {
            CredentialStore::parse(&credentials.to_string()).map_err(|error| error.to_string())?
        }
        None => CredentialStore::default(),
    };
    let mut host = Host::new(Registry::linked().expect("nodes"))
        .with_workflows(Arc::new(Callable(callable.collect())))
        .with_credentials(credentials);
    let service = service(case);
    if let Some(service) = &service {
        host = HOSTS.into_iter().fold(host, |host, name| host.with_route(name, service.address()));
    }
    let workflow =
        Workflow::parse(&case.id, &case.workflow.to_string()).map_err(|error| error.to_string())?;
    host.run(&workflow, options).await.map_err(|error| error.to_string())
}
