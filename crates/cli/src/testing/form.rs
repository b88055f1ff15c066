//! The form of a test file: what a test gives to a run, and what it expects of it (`docs/testing.md`).

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use heddle_node::{Json, JsonObject};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A test of a workflow, or several tests that share what stands beside `tests`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct TestForm {
    /// The schema of this form, for editors.
    #[serde(rename = "$schema")]
    pub(crate) schema: Option<String>,
    /// What the test shows. The names of all groups around it come before it.
    pub(crate) name: Option<String>,
    /// The workflow file, from the folder of this file. Without it: the file beside this one that has the same name without
    /// `.test`.
    pub(crate) workflow: Option<String>,
    /// Name of the node to start at, in place of the workflow's trigger.
    pub(crate) start: Option<String>,
    /// Name of the node to stop after: what does not lead to it does not run.
    pub(crate) destination: Option<String>,
    /// The items that enter at the start node, or that its trigger would put out: a list, or a file as `--input` takes it
    /// (JSON, JSON Lines or CSV), from the folder of this file.
    pub(crate) items: Option<GivenItems>,
    /// What starts the workflow, in place of `items`: the one item of its trigger. Of a call (`body`, `query`, `headers`,
    /// `params`) and of a chat only what matters need be given.
    pub(crate) trigger: Option<JsonObject>,
    /// What nodes put out that do not run, by name, or a file that says so: as `--mock` takes it. A node of a workflow that
    /// is called is named `Workflow/Node`. A test says more than the groups around it.
    pub(crate) mocks: Option<GivenMocks>,
    /// Names of nodes that run although they would be replaced. Nothing leaves all the same: each request is shown in the
    /// place of its answer.
    pub(crate) real: Vec<String>,
    /// Use the workflow's pinned data in place of running the nodes that have some. (Nodes that are replaced use theirs
    /// anyway.)
    pub(crate) pins: Option<bool>,
    /// What the clock shows, in ISO 8601, such as `2026-03-01T09:00:00Z`. It stands still.
    pub(crate) now: Option<String>,
    /// Time zone of a workflow that names none, such as `Europe/Berlin`; UTC by default.
    pub(crate) timezone: Option<String>,
    /// `$vars`, by name.
    pub(crate) vars: JsonObject,
    /// `$env`: the environment variables that expressions may read, by name. The real ones are never read.
    pub(crate) env: JsonObject,
    /// What the workflow kept of earlier runs: `{ "global": {…}, "node:NAME": {…} }`.
    pub(crate) static_data: Option<Json>,
    /// The longest time that the run may take, in seconds; 30 by default.
    pub(crate) timeout: Option<f64>,
    /// Why the test is left out for now.
    pub(crate) skip: Option<String>,
    /// What is to come out. A run that fails fails its test, unless `status` or `error` expects that.
    pub(crate) expect: Option<Expectation>,
    /// Tests that share everything above.
    pub(crate) tests: Vec<TestForm>,
}

/// What is to come out of a run. What is not named may be anything; null is to be recorded (`--record`).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Expectation {
    /// How the run ends: `success` by default, or `error` where an error is expected; `canceled` when its time was over.
    pub(crate) status: Option<ExpectedStatus>,
    /// A text that is part of the error's message, or its members in part: `message`, `description`, `node`, `item`,
    /// `parameter`.
    #[serde(deserialize_with = "even_null")]
    pub(crate) error: Option<Json>,
    /// Which nodes run.
    #[serde(deserialize_with = "even_null")]
    pub(crate) ran: Option<ExpectedNodes>,
    /// The items of the node that runs last.
    #[serde(deserialize_with = "even_null")]
    pub(crate) items: Option<ExpectedItems>,
    /// The items of nodes, by name.
    pub(crate) nodes: Named<ExpectedItems>,
    /// The requests that would leave, in the order of their nodes' runs: each with `node`, `item`, `method`, `url`,
    /// `headers` and `body`. An empty list: nothing would leave.
    #[serde(deserialize_with = "even_null")]
    pub(crate) requests: Option<ExpectedList>,
    /// The answer of Respond to Webhook, in part: `status`, `headers`, `body`.
    #[serde(deserialize_with = "even_null")]
    pub(crate) response: Option<Json>,
    /// What the workflow keeps for later runs, in part.
    #[serde(deserialize_with = "even_null")]
    pub(crate) static_data: Option<Json>,
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExpectedStatus {
    Success,
    Error,
    Canceled,
}

impl ExpectedStatus {
    /// n8n's word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Canceled => "canceled",
        }
    }
}

/// Items that enter a workflow.
#[derive(Debug, Clone)]
pub(crate) enum GivenItems {
    File(String),
    List(Json),
}

/// What nodes put out that do not run.
#[derive(Debug, Clone)]
pub(crate) enum GivenMocks {
    File(String),
    Entries(JsonObject),
}

/// Items that are to come out.
#[derive(Debug, Clone)]
pub(crate) enum ExpectedItems {
    /// To be recorded.
    Open,
    /// Exactly these, in this order.
    Exact(Vec<Json>),
    /// What is said of them.
    Stated(Box<StatedItems>),
}

/// What is said of items.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct StatedItems {
    /// How many there are.
    pub(crate) count: Option<usize>,
    /// As many as these, in this order; of each the named fields alone count.
    pub(crate) like: Option<Vec<Json>>,
    /// For each of these there is an item like it, another for each.
    pub(crate) some: Option<Vec<Json>>,
    /// Every item is like this.
    pub(crate) every: Option<Json>,
    /// The items of each output, from the first on; null for any.
    pub(crate) outputs: Option<Vec<ExpectedItems>>,
    /// The items of each run of the node, from the first on; null for any.
    pub(crate) runs: Option<Vec<ExpectedItems>>,
}

/// Entries of a list that are to come out.
#[derive(Debug, Clone)]
pub(crate) enum ExpectedList {
    Open,
    Exact(Vec<Json>),
    Stated(Box<StatedList>),
}

/// What is said of the entries of a list.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct StatedList {
    /// How many there are.
    pub(crate) count: Option<usize>,
    /// As many as these, in this order; of each the named members alone count.
    pub(crate) like: Option<Vec<Json>>,
    /// For each of these there is one like it, another for each.
    pub(crate) some: Option<Vec<Json>>,
    /// Every one is like this.
    pub(crate) every: Option<Json>,
}

/// Nodes that are to run.
#[derive(Debug, Clone)]
pub(crate) enum ExpectedNodes {
    Open,
    /// These and no others, in the order of their first runs.
    Exact(Vec<String>),
    Stated(StatedNodes),
}

/// What is said of the nodes that run.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct StatedNodes {
    /// Names of nodes that run.
    pub(crate) include: Vec<String>,
    /// Names of nodes that do not run.
    pub(crate) exclude: Vec<String>,
}

/// Values by name, in the order of the file.
#[derive(Debug, Clone)]
pub(crate) struct Named<T>(pub(crate) Vec<(String, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Reads null as what the type makes of it, and not as nothing.
fn even_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl<'de> Deserialize<'de> for GivenItems {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        match json.as_str() {
            Some(path) => Ok(Self::File(path.to_owned())),
            None if json.is_array() || json.is_object() => Ok(Self::List(json)),
            None => Err(serde::de::Error::custom(format!(
                "invalid type: {}, expected a list of items or the path of a file",
                json.type_name()
            ))),
        }
    }
}

impl<'de> Deserialize<'de> for GivenMocks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        if let Some(path) = json.as_str() {
            return Ok(Self::File(path.to_owned()));
        }
        json.into_object().map(Self::Entries).map_err(|json| {
            serde::de::Error::custom(format!(
                "invalid type: {}, expected an object by the names of nodes or the path of a file",
                json.type_name()
            ))
        })
    }
}

/// A value that is null, a list, or an object which says more.
trait Stated: Sized {
    type Entry: for<'de> Deserialize<'de>;
    type Words: for<'de> Deserialize<'de>;
    const EXPECTING: &'static str;
    fn open() -> Self;
    fn exact(entries: Vec<Self::Entry>) -> Self;
    fn stated(words: Self::Words) -> Self;
}

struct StatedVisitor<T>(PhantomData<T>);

impl<'de, T: Stated> Visitor<'de> for StatedVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(T::EXPECTING)
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::open())
    }

    fn visit_none<E>(self) -> Result<T, E> {
        Ok(T::open())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<T, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = sequence.next_element()? {
            entries.push(entry);
        }
        Ok(T::exact(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::Words::deserialize(MapAccessDeserializer::new(map)).map(T::stated)
    }
}

/// Reads a [`Stated`] type, and gives its schema.
macro_rules! stated {
    ($type:ty, $entry:ty, $words:ty, $expecting:literal, $boxed:expr, $schema_name:literal) => {
        impl Stated for $type {
            type Entry = $entry;
            type Words = $words;
            const EXPECTING: &'static str = $expecting;

            fn open() -> Self {
                Self::Open
            }

            fn exact(entries: Vec<$entry>) -> Self {
                Self::Exact(entries)
            }

            fn stated(words: $words) -> Self {
                Self::Stated($boxed(words))
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(StatedVisitor::<Self>(PhantomData))
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $schema_name.into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let entries = generator.subschema_for::<Vec<$entry>>();
                let words = generator.subschema_for::<$words>();
                json_schema!({ "anyOf": [{ "type": "null" }, entries, words] })
            }
        }
    };
}

stated!(
    ExpectedItems,
    Json,
    StatedItems,
    "a list of items, or an object such as {\"like\": [{…}]}",
    Box::new,
    "ExpectedItems"
);
stated!(
    ExpectedList,
    Json,
    StatedList,
    "a list, or an object such as {\"like\": [{…}]}",
    Box::new,
    "ExpectedList"
);
stated!(
    ExpectedNodes,
    String,
    StatedNodes,
    "a list of names, or an object such as {\"include\": [\"Node\"]}",
    std::convert::identity,
    "ExpectedNodes"
);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NamedVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for NamedVisitor<T> {
            type Value = Named<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object by the names of nodes")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Named(entries))
            }
        }

        deserializer.deserialize_map(NamedVisitor(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Named_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let values = generator.subschema_for::<T>();
        json_schema!({ "type": "object", "additionalProperties": values })
    }
}

impl JsonSchema for GivenItems {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "GivenItems".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["array", "object", "string"], "items": { "type": "object" } })
    }
}

impl JsonSchema for GivenMocks {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "GivenMocks".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["object", "string"],
            "additionalProperties": { "type": ["array", "object"] }
        })
    }
}
