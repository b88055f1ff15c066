//! Runs one test: gives a run what its file says, and holds what comes out against what is expected.

#![expect(clippy::result_large_err, reason = "problems are few, and end what they are about")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use heddle_node::json::pointer_token;
use heddle_node::{Item, Json, JsonObject, Registry, Secret, printable};
use heddle_runner::{Host, Mocks, RunError, RunOptions, Variables, WorkflowFolder, starts};
use heddle_workflow::{Problem, TriggerKind, Workflow, WorkflowError, read_item};

use super::difference::Difference;
use super::expect;
use super::file::{At, Test, TestFile};
use super::form::{Expectation, ExpectedNodes, GivenItems, GivenMocks};
use super::record::record;
use crate::diagnostics;
use crate::failure::Failure;

/// How long a run may take, where its test says nothing.
const LONGEST_RUN: Duration = Duration::from_secs(30);
/// The time zone of workflows that name none: the same on every machine.
const TIMEZONE: &str = "UTC";

/// What the tests of one call share.
pub(crate) struct Session {
    registry: Registry,
    /// By the folder in which called workflows are found.
    hosts: HashMap<PathBuf, Host>,
    workflows: HashMap<PathBuf, Result<Arc<Workflow>, String>>,
    /// All files that the tests have read.
    pub(crate) read: Vec<PathBuf>,
}

/// What came of a test.
pub(crate) struct Tested {
    pub(crate) verdict: Verdict,
    pub(crate) time: Duration,
    /// What its `expect` would have to be.
    pub(crate) recorded: Option<Json>,
}

/// How a test ended.
pub(crate) enum Verdict {
    Passed,
    Failed(Vec<Difference>),
    /// The workflow cannot be read, or does not start: what keeps it from that, as it is shown.
    NotRun(String),
    Skipped(String),
    /// The test itself is wrong.
    Wrong(Vec<Problem>),
}

impl Session {
    pub(crate) fn new(registry: Registry) -> Self {
        Self { registry, hosts: HashMap::new(), workflows: HashMap::new(), read: Vec::new() }
    }

    /// Runs one test of a file.
    pub(crate) async fn run(&mut self, file: &TestFile, test: &Test) -> Tested {
        let begun = Instant::now();
        let ended = |verdict, recorded| Tested { verdict, time: begun.elapsed(), recorded };
        if let Some(reason) = &test.given.skip {
            return ended(Verdict::Skipped(reason.clone()), None);
        }
        let Some(path) = &test.given.workflow else {
            let problem = Problem::error("The test names no workflow").at(test.pointer.clone());
            return ended(Verdict::Wrong(vec![problem]), None);
        };
        let path = file.folder().join(&path.value);
        let workflow = match self.workflow(&path) {
            Ok(workflow) => workflow,
            Err(rendered) => return ended(Verdict::NotRun(rendered), None),
        };
        let mut problems = misspelt(&workflow, test);
        let options = self.options(file, test, &workflow).map_err(|more| problems.extend(more));
        let Ok(options) = options.and_then(|options| if problems.is_empty() { Ok(options) } else { Err(()) })
        else {
            return ended(Verdict::Wrong(problems), None);
        };
        let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
        let registry = &self.registry;
        let host = self.hosts.entry(folder).or_insert_with_key(|folder| {
            Host::new(registry.clone()).with_workflows(Arc::new(WorkflowFolder::new(folder)))
        });
        let unknown = unknown_mocks(host, &workflow, test, &options).await;
        if !unknown.is_empty() {
            return ended(Verdict::Wrong(unknown), None);
        }
        let result = match host.run(&workflow, options).await {
            Ok(result) => result,
            Err(error) => return ended(Verdict::NotRun(not_started(&path, &workflow, error)), None),
        };
        let (pointer, expected) = match &test.expect {
            Some(At { value, pointer }) => (pointer.clone(), value.clone()),
            None => (test.pointer.clone(), Expectation::default()),
        };
        let differences = expect::check(&expected, &pointer, &result);
        let written = test.expect.as_ref().and_then(|expect| file.json.pointer(&expect.pointer));
        let recorded = record(&expected, written, &result);
        let is_empty = test.expect.is_none();
        let verdict = if differences.is_empty() { Verdict::Passed } else { Verdict::Failed(differences) };
        let needs_recording = is_empty || matches!(verdict, Verdict::Failed(_));
        ended(verdict, needs_recording.then_some(recorded))
    }

    /// A workflow file, read once; or what is wrong with it, as it is shown.
    fn workflow(&mut self, path: &Path) -> Result<Arc<Workflow>, String> {
        let read = &mut self.read;
        let read = || {
            read.push(path.to_owned());
            Workflow::read(path).map(Arc::new).map_err(|error: WorkflowError| {
                diagnostics::render(&path.display().to_string(), error.text.as_deref(), &error.problems)
            })
        };
        self.workflows.entry(path.to_owned()).or_insert_with(read).clone()
    }

    /// What a test says of its run.
    fn options(
        &mut self,
        file: &TestFile,
        test: &Test,
        workflow: &Workflow,
    ) -> Result<RunOptions, Vec<Problem>> {
        let given = &test.given;
        let mut problems = Vec::new();
        let mut take = |problem: Problem| problems.push(problem);
        let mut start = given.start.as_ref().map(|start| start.value.clone());
        let items = match (&given.items, &given.trigger) {
            (Some(items), _) => self.items(file, items).map_err(&mut take).ok(),
            (None, Some(trigger)) => {
                match trigger_node(&self.registry, workflow, trigger, start.as_deref()) {
                    Ok((node, kind)) => {
                        start = start.or(Some(node));
                        Some(vec![trigger_item(kind, &trigger.value)])
                    }
                    Err(problem) => {
                        take(*problem);
                        None
                    }
                }
            }
            (None, None) => None,
        };
        let mocks = self.mocks(file, test).map_err(&mut take).ok();
        let now = given.now.as_ref().map(moment).transpose().map_err(&mut take).ok().flatten();
        if let Some(zone) = &given.timezone
            && heddle_expression::Clock::new(0, &zone.value).is_err()
        {
            take(
                Problem::error(format!("There is no time zone \"{}\"", zone.value))
                    .with_help("Give an IANA name such as Europe/Berlin.")
                    .at(zone.pointer.clone()),
            );
        }
        let timeout = match &given.timeout {
            Some(seconds) => match Duration::try_from_secs_f64(seconds.value) {
                Ok(timeout) if !timeout.is_zero() => timeout,
                _ => {
                    take(
                        Problem::error("The timeout is no positive number of seconds")
                            .at(seconds.pointer.clone()),
                    );
                    LONGEST_RUN
                }
            },
            None => LONGEST_RUN,
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(RunOptions {
            start,
            destination: given.destination.as_ref().map(|node| node.value.clone()),
            items,
            pins: given.pins,
            mocks: mocks.map(|mocks| mocks.with_real(given.real.iter().map(|name| name.value.clone()))),
            // Nothing leaves a test, whatever it lets run.
            dry_run: true,
            variables: Variables {
                vars: Json::from(given.vars.clone()),
                env: Json::from(given.env.clone()),
                secrets: Secret::new(Json::object()),
            },
            timezone: Some(given.timezone.as_ref().map_or(TIMEZONE, |zone| zone.value.as_str()).to_owned()),
            timeout: Some(timeout),
            now,
            static_data: given.static_data.clone(),
            ..RunOptions::default()
        })
    }

    fn items(&mut self, file: &TestFile, items: &At<GivenItems>) -> Result<Vec<Item>, Problem> {
        match &items.value {
            GivenItems::File(path) => {
                let path = file.folder().join(path);
                self.read.push(path.clone());
                crate::input::read(&path).map_err(|failure| told(failure, &items.pointer))
            }
            GivenItems::List(json) => {
                let list = json.as_array().unwrap_or(std::slice::from_ref(json));
                let read = list.iter().enumerate().map(|(index, json)| {
                    heddle_workflow::read_row(json).map_err(|error| {
                        Problem::error(format!("Item {index} {error}"))
                            .at(format!("{}/{index}", items.pointer))
                    })
                });
                read.collect()
            }
        }
    }

    /// The mocks of a test, those of the groups around it first.
    fn mocks(&mut self, file: &TestFile, test: &Test) -> Result<Mocks, Problem> {
        let mut all = JsonObject::new();
        for mocks in &test.given.mocks {
            let entries = match &mocks.value {
                GivenMocks::Entries(entries) => {
                    for (name, entry) in entries.iter() {
                        let mut one = Json::object();
                        one.insert(name, entry.clone());
                        Mocks::parse(&one).map_err(|error| {
                            let key = pointer_token(name);
                            Problem::error(error).at(format!("{}/{key}", mocks.pointer))
                        })?;
                    }
                    entries.clone()
                }
                GivenMocks::File(path) => {
                    let path = file.folder().join(path);
                    self.read.push(path.clone());
                    let text =
                        crate::input::read_text(&path).map_err(|failure| told(failure, &mocks.pointer))?;
                    let wrong = |error: String| {
                        Problem::error(format!("{}: {error}", path.display())).at(mocks.pointer.clone())
                    };
                    let json = Json::parse(&text).map_err(|error| wrong(error.to_string()))?;
                    Mocks::parse(&json).map_err(wrong)?;
                    json.as_object().cloned().unwrap_or_default()
                }
            };
            for (name, entry) in entries.iter() {
                all.insert(name, entry.clone());
            }
        }
        Mocks::parse(&Json::from(all)).map_err(|error| Problem::error(error).at(test.pointer.clone()))
    }
}

/// A failure of reading a file that a test names.
fn told(failure: Failure, pointer: &str) -> Problem {
    let problem = Problem::error(failure.message).at(pointer);
    match failure.help {
        Some(help) => problem.with_help(help),
        None => problem,
    }
}

fn moment(now: &At<String>) -> Result<i64, Problem> {
    let utc = heddle_expression::Clock { now: 0, zone: jiff::tz::TimeZone::UTC };
    heddle_expression::parse_moment(&now.value, &utc).map(|moment| moment as i64).ok_or_else(|| {
        Problem::error(format!("\"{}\" is no moment", now.value))
            .with_help("Give it in ISO 8601, such as 2026-03-01T09:00:00Z.")
            .at(now.pointer.clone())
    })
}

/// The trigger that the data of a test are for: the named one, or the only one that waits for something.
fn trigger_node(
    registry: &Registry,
    workflow: &Workflow,
    trigger: &At<JsonObject>,
    start: Option<&str>,
) -> Result<(String, Option<TriggerKind>), Box<Problem>> {
    if let Some(start) = start {
        let kind = workflow.node(start).and_then(|node| starts(registry, &node.node_type));
        return Ok((start.to_owned(), kind));
    }
    let waiting: Vec<_> = workflow
        .nodes
        .iter()
        .filter(|node| !node.disabled)
        .filter_map(|node| Some((node.name.as_str(), starts(registry, &node.node_type)?)))
        .collect();
    let calls: Vec<_> = waiting.iter().filter(|(_, kind)| kind.needs_items()).collect();
    match (calls.as_slice(), waiting.as_slice()) {
        ([(name, kind)], _) => Ok(((*name).to_owned(), Some(*kind))),
        ([], [(name, kind)]) => Ok(((*name).to_owned(), Some(*kind))),
        ([], []) => Err(Box::new(
            Problem::error("The workflow has no trigger that \"trigger\" could be for")
                .with_help("Name the node to start at, \"start\", and give its \"items\".")
                .at(trigger.pointer.clone()),
        )),
        _ => {
            let names: Vec<&str> = waiting.iter().map(|(name, _)| *name).collect();
            Err(Box::new(
                Problem::error("The workflow has several triggers")
                    .with_help(format!(
                        "Name the one to start at: \"start\": \"{}\".",
                        names.join("\" or \"")
                    ))
                    .at(trigger.pointer.clone()),
            ))
        }
    }
}

/// The item of a trigger, completed by what such an item always has.
fn trigger_item(kind: Option<TriggerKind>, given: &JsonObject) -> Item {
    let mut json = match kind {
        Some(TriggerKind::Call) => {
            let members = ["headers", "params", "query", "body"].map(|name| (name, Json::object()));
            members.into_iter().collect::<JsonObject>()
        }
        Some(TriggerKind::Chat) => [("sessionId", "1"), ("action", "sendMessage"), ("chatInput", "")]
            .map(|(name, text)| (name, Json::from(text)))
            .into_iter()
            .collect(),
        _ => JsonObject::new(),
    };
    for (name, value) in given.iter() {
        json.insert(name, value.clone());
    }
    if kind == Some(TriggerKind::Call) {
        json.entry("executionMode");
        if json.get("executionMode").is_none_or(Json::is_null) {
            json.insert("executionMode", Json::from("production"));
        }
    }
    let json = Json::from(json);
    read_item(&json).unwrap_or_else(|_| Item::new(json))
}

/// Names of nodes in a test that its workflow does not have.
fn misspelt(workflow: &Workflow, test: &Test) -> Vec<Problem> {
    let names: Vec<&str> = workflow.nodes.iter().map(|node| node.name.as_str()).collect();
    let mut problems = Vec::new();
    let mut check = |name: &str, pointer: String| {
        if !names.contains(&name) {
            let problem = Problem::error(format!("The workflow has no node \"{name}\""))
                .with_help(heddle_runner::suggest("Its nodes", &names, name))
                .at(pointer);
            problems.push(problem);
        }
    };
    for named in [&test.given.start, &test.given.destination].into_iter().flatten() {
        check(&named.value, named.pointer.clone());
    }
    let Some(At { value: expected, pointer }) = &test.expect else { return problems };
    for (name, _) in &expected.nodes.0 {
        let key = pointer_token(name);
        check(name, format!("{pointer}/nodes/{key}"));
    }
    let listed = |names: &[String], below: &str| -> Vec<(String, String)> {
        let named = names.iter().enumerate();
        named.map(|(index, name)| (name.clone(), format!("{pointer}/ran{below}/{index}"))).collect()
    };
    let ran = match &expected.ran {
        Some(ExpectedNodes::Exact(names)) => listed(names, ""),
        Some(ExpectedNodes::Stated(stated)) => {
            [listed(&stated.include, "/include"), listed(&stated.exclude, "/exclude")].concat()
        }
        Some(ExpectedNodes::Open) | None => Vec::new(),
    };
    for (name, pointer) in ran {
        check(&name, pointer);
    }
    problems
}

/// Mocks, and nodes that are to run for real, of nodes that there are not.
async fn unknown_mocks(host: &Host, workflow: &Workflow, test: &Test, options: &RunOptions) -> Vec<Problem> {
    let unknown = host.unknown_mocks(workflow, options).await;
    let problem = |unknown: &heddle_runner::UnknownMock| {
        let key = pointer_token(&unknown.name);
        let named = test.given.real.iter().find(|name| name.value == unknown.name);
        let in_mocks = || {
            let groups = test.given.mocks.iter().rev();
            let mut holding = groups.filter(|group| match &group.value {
                GivenMocks::Entries(entries) => entries.contains_key(&unknown.name),
                GivenMocks::File(_) => true,
            });
            holding.next().map(|group| match &group.value {
                GivenMocks::Entries(_) => format!("{}/{key}", group.pointer),
                GivenMocks::File(_) => group.pointer.clone(),
            })
        };
        let pointer = named.map(|named| named.pointer.clone()).or_else(in_mocks);
        Problem::error(format!("There is no node \"{}\" to be replaced", unknown.name))
            .with_help(unknown.help.clone())
            .at(pointer.unwrap_or_else(|| test.pointer.clone()))
    };
    unknown.iter().map(problem).collect()
}

/// Why a workflow does not start, as it is shown.
fn not_started(path: &Path, workflow: &Workflow, error: RunError) -> String {
    let name = path.display().to_string();
    let problems = match error {
        RunError::Problems(problems) => problems,
        error => match error.problem(workflow) {
            Some(problem) => vec![problem],
            None => return printable(&format!("the workflow does not start: {error}")).into_owned(),
        },
    };
    diagnostics::render(&name, workflow.text(), &problems)
}
