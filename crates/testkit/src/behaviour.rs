//! The behaviour suite: what every node does, checked through its examples.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use heddle_node::description::PropertyOption;
use heddle_node::node::Tier;
use heddle_node::parameters::fill_defaults;
use heddle_node::schema::SchemaForm;
use heddle_node::{
    CredentialType, Effect, Item, Json, Node, NodeDescription, NodeExample, NodeProperty, PairedItem, Ports,
    PropertyType, Registry,
};
use heddle_runner::events::{Event, EventSink};
use heddle_runner::log::{MemoryLog, Record};
use heddle_runner::{RunOptions, RunResult, Status};
use uuid::Uuid;

use crate::fake_service::FakeService;
use crate::node_test::{NODE, NodeTest};

/// Stands for a secret; must turn up nowhere.
const CANARY: &str = "canary-5f3b9c0e7a";
/// Long enough for a call on loopback, short enough for a test.
const TIME_LIMIT: Duration = Duration::from_millis(300);

/// A behaviour that a node does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The node type.
    pub node: String,
    /// The behaviour.
    pub behaviour: &'static str,
    /// What happened instead.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}: {}", self.node, self.behaviour, self.message)
    }
}

type Check = Result<(), String>;

/// Runs the suite over every node, and gives what is wrong. It needs a tokio runtime with I/O and time.
pub async fn check_all(registry: &Registry) -> Vec<Fault> {
    let mut faults = Vec::new();
    for node in registry.nodes() {
        let type_name = node.header().type_name;
        let mut note = |behaviour: &'static str, check: Check| {
            if let Err(message) = check {
                faults.push(Fault { node: type_name.to_owned(), behaviour, message });
            }
        };
        note("description is complete", check_description(&**node));
        note("schemas are valid", check_schemas(&**node));
        for example in node.examples() {
            let suite = Suite { registry, node: &**node, example: &example };
            note("example runs, with lineage on every item", suite.runs().await);
            note("example puts out what it says", suite.puts_out().await);
            note("calls are no graver than stated", suite.effects().await);
            // A trigger gives items without having any.
            if node.header().starts.is_none() {
                note("empty input", suite.empty_input().await);
            }
            note("same order twice", suite.same_order().await);
            note("cancelling", suite.cancelling().await);
            note("dry run", suite.dry_run().await);
            note("secrets stay secret", suite.secrets().await);
            if !example.exchanges.is_empty() {
                note("time limit", suite.time_limit().await);
            }
            if let Some(bad_item) = &example.bad_item {
                note("bad item stops", suite.bad_item_stops(bad_item).await);
                note("bad item continues in place", suite.bad_item_continues(bad_item).await);
                note("bad item goes to the error output", suite.bad_item_branches(bad_item).await);
            }
        }
    }
    faults
}

fn check_description(node: &dyn Node) -> Check {
    let description = node.describe().map_err(|error| error.to_string())?;
    for (text, what) in [
        (&description.display_name, "display name"),
        (&description.description, "description"),
        (&description.defaults.name, "default name"),
    ] {
        ensure(!text.trim().is_empty(), || format!("the node has no {what}"))?;
    }
    ensure(description.is_trigger() == node.header().starts.is_some(), || {
        "its group and its header disagree whether runs start there".to_owned()
    })?;
    let schema = schemars::schema_for!(NodeDescription);
    let validator = jsonschema::validator_for(schema.as_value()).map_err(|error| error.to_string())?;
    let json = serde_json::json!(description);
    if let Err(error) = validator.validate(&json) {
        return Err(format!("the description does not fit its schema: {error} at {}", error.instance_path()));
    }
    description.properties.iter().try_for_each(check_property)
}

fn check_property(property: &NodeProperty) -> Check {
    let name = &property.name;
    ensure(!property.display_name.trim().is_empty(), || format!("{name} has no display name"))?;
    let is_text_only = matches!(property.kind, PropertyType::Hidden | PropertyType::Notice);
    let documented = property.description.as_ref().is_some_and(|text| !text.trim().is_empty());
    ensure(documented || is_text_only, || format!("{name} has no description"))?;
    for option in &property.options {
        match option {
            PropertyOption::Property(child) => check_property(child)?,
            PropertyOption::Group(group) => group.values.iter().try_for_each(check_property)?,
            PropertyOption::Choice(choice) => {
                ensure(!choice.name.trim().is_empty(), || format!("a choice of {name} has no name"))?;
            }
        }
    }
    Ok(())
}

fn check_schemas(node: &dyn Node) -> Check {
    for form in [SchemaForm::Stored, SchemaForm::Resolved] {
        let schema = node.parameter_schema(form).map_err(|error| error.to_string())?;
        let validator = jsonschema::validator_for(&schema).map_err(|error| error.to_string())?;
        for example in node.examples() {
            if form == SchemaForm::Stored
                && let Err(error) = validator.validate(&example.parameters.to_value())
            {
                return Err(format!(
                    "the example \"{}\" does not fit the schema: {error} at {}",
                    example.title,
                    error.instance_path()
                ));
            }
        }
    }
    Ok(())
}

struct Suite<'a> {
    registry: &'a Registry,
    node: &'a dyn Node,
    example: &'a NodeExample,
}

impl Suite<'_> {
    fn test(&self, url: &str) -> NodeTest {
        NodeTest::of_example(self.node.header().type_name, self.example, url)
    }

    async fn service(&self) -> Result<FakeService, String> {
        FakeService::start(&self.example.exchanges).await.map_err(|error| error.to_string())
    }

    async fn run(&self, test: NodeTest) -> Result<RunResult, String> {
        test.run(self.registry).await.map_err(|error| error.to_string())
    }

    async fn runs(&self) -> Check {
        let service = self.service().await?;
        let result = self.run(self.test(service.url())).await?;
        succeeded(&result)?;
        let items = all_items(&result);
        ensure(!items.is_empty() || self.example.items.is_empty(), || "nothing came out".to_owned())?;
        ensure(!self.node.passes_on() || items.len() >= self.example.items.len(), || {
            "an item left nothing, although the node says that each does".to_owned()
        })?;
        if self.example.items.is_empty() { Ok(()) } else { check_lineage(&items, self.example.items.len()) }
    }

    async fn puts_out(&self) -> Check {
        let service = self.service().await?;
        let result = self.run(self.test(service.url())).await?;
        let outputs = result.last_outputs(NODE).unwrap_or_default();
        let expected = &self.example.outputs;
        for output in 0..outputs.len().max(expected.len()) {
            let mut found: Vec<&Json> = outputs
                .get(output)
                .into_iter()
                .flat_map(|items| items.iter())
                .map(|item| &item.json)
                .collect();
            let mut expected: Vec<&Json> = expected.get(output).into_iter().flatten().collect();
            if self.example.in_any_order {
                found.sort_by_cached_key(ToString::to_string);
                expected.sort_by_cached_key(ToString::to_string);
            }
            ensure(found == expected, || {
                let text =
                    |items: &[&Json]| items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                let (found, expected) = (text(&found), text(&expected));
                format!(
                    "\"{}\": output {output} has [{found}], and the example says [{expected}]",
                    self.example.title
                )
            })?;
        }
        Ok(())
    }

    async fn empty_input(&self) -> Check {
        let service = self.service().await?;
        let result = self.run(self.test(service.url()).with_items([])).await?;
        succeeded(&result)?;
        ensure(all_items(&result).is_empty(), || "items came out of nothing".to_owned())?;
        ensure(service.requests().is_empty(), || "requests left without an item".to_owned())
    }

    async fn same_order(&self) -> Check {
        let items: Vec<Json> = std::iter::repeat_n(self.example.items.clone(), 7).flatten().collect();
        let execution = Uuid::new_v4();
        let mut texts = Vec::new();
        for _ in 0..2 {
            let service = self.service().await?;
            let options = RunOptions { execution, concurrency: Some(3), ..RunOptions::default() };
            let test = self.test(service.url()).with_items(items.clone()).with_options(options);
            let result = self.run(test).await?;
            succeeded(&result)?;
            texts.push(format!("{:?}", result.last_outputs(NODE)));
        }
        ensure(texts[0] == texts[1], || "two runs gave different items, or another order".to_owned())
    }

    async fn cancelling(&self) -> Check {
        let service = self.service().await?;
        let options = RunOptions::default();
        options.cancel.cancel();
        let result = self.run(self.test(service.url()).with_options(options)).await?;
        ensure(result.status == Status::Canceled, || format!("it ended as {:?}", result.status))?;
        ensure(service.requests().is_empty(), || "a request left after cancelling".to_owned())
    }

    async fn dry_run(&self) -> Check {
        let service = self.service().await?;
        let options = RunOptions { dry_run: true, ..RunOptions::default() };
        let result = self.run(self.test(service.url()).with_options(options)).await?;
        succeeded(&result)?;
        ensure(service.requests().is_empty(), || "a request left".to_owned())?;
        let shown = all_items(&result).iter().filter(|item| item.json.get("request").is_some()).count();
        let expected = match self.node.tier_for(&self.example.parameters) {
            Tier::Item(_) => self.example.items.len(),
            Tier::Batch(_) => 1,
        };
        ensure(self.example.exchanges.is_empty() || shown == expected, || {
            format!("{shown} of {expected} requests are shown")
        })
    }

    async fn time_limit(&self) -> Check {
        let service = FakeService::start_stalled().await.map_err(|error| error.to_string())?;
        let options = RunOptions { time_limit: Some(TIME_LIMIT), ..RunOptions::default() };
        let log = Arc::new(MemoryLog::of_calls());
        let test = self
            .test(service.url())
            .with_log(log.clone())
            .with_items(self.example.items.iter().take(1).cloned())
            .with_options(options)
            .with_setting("onError", "continueErrorOutput");
        let result = self.run(test).await?;
        let errors: Vec<&Item> =
            all_items(&result).into_iter().filter(|item| item.error().is_some()).collect();
        ensure(errors.len() == 1, || "the item did not fail".to_owned())?;
        let outcome = errors[0].error().and_then(|error| error.pointer("/context/outcome").cloned());
        let is_pure = calls(&log).iter().all(|(effect, _)| *effect == Effect::Pure);
        let expected = if is_pure { "notDone" } else { "unknown" };
        ensure(outcome.as_ref().and_then(Json::as_str) == Some(expected), || {
            format!("the outcome is {outcome:?}, not {expected}")
        })
    }

    /// Compares what the example calls with what the node states.
    async fn effects(&self) -> Check {
        let service = self.service().await?;
        let log = Arc::new(MemoryLog::of_calls());
        let result = self.run(self.test(service.url()).with_log(log.clone())).await?;
        if let Some(error) = &result.error
            && error.cause.as_ref().is_some_and(|cause| cause.context.get("statedEffect").is_some())
        {
            return Err(error.message.clone());
        }
        let gravest = calls(&log).into_iter().filter(|(effect, _)| *effect > Effect::Pure).max();
        match (gravest, self.node.tier_for(&self.example.parameters).stated_effect(&self.example.parameters))
        {
            (Some((effect, call)), None) => Err(format!(
                "the node states no effect, and the call {call} has one: add `const EFFECT: Option<Effect> = Some(Effect::{effect:?});`"
            )),
            _ => Ok(()),
        }
    }

    async fn bad_item_stops(&self, bad: &Json) -> Check {
        let service = self.service().await?;
        let result = self.run(self.test(service.url()).with_items(self.around(bad))).await?;
        ensure(result.status == Status::Error, || format!("it ended as {:?}", result.status))?;
        let item = result.error.as_ref().and_then(|error| error.item_index);
        ensure(item == Some(1), || format!("the error names item {item:?}, not 1"))
    }

    async fn bad_item_continues(&self, bad: &Json) -> Check {
        let service = self.service().await?;
        let test = self
            .test(service.url())
            .with_items(self.around(bad))
            .with_setting("onError", "continueRegularOutput");
        let result = self.run(test).await?;
        succeeded(&result)?;
        let output = match self.node.tier() {
            Tier::Item(node) => node.failure_output(),
            Tier::Batch(_) => 0,
        };
        let items = outputs(&result, output);
        check_error_item(items.iter().copied().find(|item| item.error().is_some()), bad)?;
        let error_place = items.iter().position(|item| item.error().is_some());
        let before = items.iter().take_while(|item| references(item, 0)).count();
        ensure(error_place == Some(before), || "the failed item is not in its place".to_owned())?;
        check_lineage(&all_items(&result), 3)
    }

    async fn bad_item_branches(&self, bad: &Json) -> Check {
        let service = self.service().await?;
        let test = self
            .test(service.url())
            .with_items(self.around(bad))
            .with_setting("onError", "continueErrorOutput");
        let result = self.run(test).await?;
        succeeded(&result)?;
        let Ports::Count(error_output) = self.outputs() else {
            return Err("the number of its outputs is an expression: give the example constants".to_owned());
        };
        let errors = outputs(&result, error_output);
        ensure(errors.len() == 1, || format!("{} items are on the error output", errors.len()))?;
        check_error_item(errors.first().copied(), bad)?;
        let elsewhere = (0..error_output).flat_map(|output| outputs(&result, output));
        ensure(elsewhere.filter(|item| item.error().is_some()).count() == 0, || {
            "the failed item is on another output, too".to_owned()
        })?;
        check_lineage(&all_items(&result), 3)
    }

    /// The outputs that the node has with the example's parameters.
    fn outputs(&self) -> Ports<'_> {
        let properties = self.node.describe().map(|description| description.properties.clone());
        let parameters = self.node.upgrade(self.example.type_version, self.example.parameters.clone());
        let filled = fill_defaults(&properties.unwrap_or_default(), &parameters, self.example.type_version);
        self.node.outputs(&filled, self.example.type_version)
    }

    /// A good item, the bad one, a good one.
    fn around(&self, bad: &Json) -> Vec<Json> {
        let good = self.example.items.first().cloned().unwrap_or_else(Json::object);
        vec![good.clone(), bad.clone(), good]
    }

    /// Runs with a secret that must turn up nowhere: with the example's answers, with errors, and in a dry run.
    async fn secrets(&self) -> Check {
        let mut texts = vec![format!("{:?}", self.node.describe())];
        let echoing = FakeService::start_echoing().await.map_err(|error| error.to_string())?;
        let answers = [self.service().await?, self.failing_service().await?, echoing];
        for service in &answers {
            for dry_run in [false, true] {
                let events = Arc::new(Recorded::default());
                let mut test = NodeTest::new(
                    self.node.header().type_name,
                    self.example.type_version,
                    self.example.parameters.clone(),
                )
                .with_items(self.example.items.iter().cloned())
                .with_options(RunOptions { dry_run, ..RunOptions::default() })
                .with_events(events.clone())
                .with_service(service.url());
                for (name, data) in &self.example.credentials {
                    let mut data = data.clone();
                    data.insert("baseUrl", Json::from(service.url()));
                    for secret in self.secret_fields(name) {
                        data.insert(&secret, Json::from(CANARY));
                    }
                    test = test.with_credential(name, data);
                }
                let result = self.run(test).await?;
                texts.push(serde_json::to_string(&result).map_err(|error| error.to_string())?);
                texts.push(format!("{:?}", result.error));
                texts.push(events.text());
            }
        }
        ensure(texts.iter().all(|text| !text.contains(CANARY)), || "a secret shows".to_owned())
    }

    /// A service that refuses every call.
    async fn failing_service(&self) -> Result<FakeService, String> {
        FakeService::start(&[]).await.map_err(|error| error.to_string())
    }

    fn secret_fields(&self, credential: &str) -> Vec<String> {
        let description: Option<CredentialType> =
            self.registry.credential(credential).and_then(|found| (found.describe)().ok());
        let properties = description.into_iter().flat_map(|description| description.properties);
        properties.filter(NodeProperty::is_password).map(|property| property.name).collect()
    }
}

/// The calls that left: what they do, and method and URL.
fn calls(log: &MemoryLog) -> Vec<(Effect, String)> {
    let started = log.records().into_iter().filter_map(|record| match record {
        Record::CallStarted(call) => Some((call.effect, call.request)),
        _ => None,
    });
    started.collect()
}

/// Keeps the text of every event.
#[derive(Default)]
struct Recorded(Mutex<String>);

impl Recorded {
    fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl EventSink for Recorded {
    fn receive(&self, event: &Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_str(&format!("{event:?}\n"));
    }
}

fn ensure(holds: bool, message: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(message()) }
}

fn succeeded(result: &RunResult) -> Check {
    ensure(result.status == Status::Success, || {
        format!("it ended as {:?}: {:?}", result.status, result.error)
    })
}

fn outputs(result: &RunResult, output: usize) -> Vec<&Item> {
    let outputs = result.last_outputs(NODE).unwrap_or_default();
    outputs.get(output).map_or_else(Vec::new, |items| items.iter().collect())
}

fn all_items(result: &RunResult) -> Vec<&Item> {
    result.last_outputs(NODE).unwrap_or_default().into_iter().flatten().collect()
}

fn references(item: &Item, input: u32) -> bool {
    item.paired_item.references().first().is_some_and(|reference| reference.item == input)
}

fn check_lineage(items: &[&Item], inputs: usize) -> Check {
    for item in items {
        ensure(item.paired_item != PairedItem::None, || format!("an item has no lineage: {}", item.json))?;
        for reference in item.paired_item.references() {
            ensure((reference.item as usize) < inputs, || {
                format!("an item stems from item {}, which does not exist", reference.item)
            })?;
        }
    }
    Ok(())
}

/// A failed item keeps its input's fields, and says why it failed.
fn check_error_item(item: Option<&Item>, input: &Json) -> Check {
    let Some(item) = item else { return Err("no item failed".to_owned()) };
    ensure(item.json.get("error").is_some_and(Json::is_string), || "it has no error text".to_owned())?;
    for (key, value) in input.as_object().into_iter().flat_map(|object| object.iter()) {
        ensure(key == "error" || item.json.get(key) == Some(value), || format!("the field {key} is lost"))?;
    }
    ensure(references(item, 1), || "it does not stem from the bad item".to_owned())
}
