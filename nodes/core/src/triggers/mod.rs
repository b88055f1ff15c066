//! Where workflows start that something from outside starts: a call, a form, a chat, a clock. A run that begins at such a
//! node passes on the items that it is given: what the trigger would put out (`docs/engine.md §4`).

mod schedule;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, DynamicPorts, Effect, Items, Json, NodeError, NodeExample, NodeHeader,
    TriggerKind, async_trait, json,
};

use crate::manual_trigger::NoParameters;

pub use schedule::ScheduleTrigger;

/// A trigger that passes on what it is given.
macro_rules! trigger {
    (
        $(#[$doc:meta])*
        $node:ident, $type_name:literal, $versions:expr, $display_name:literal, $description:literal,
        starts: $starts:ident, group: $group:expr, outputs: $outputs:expr, form: $form:literal, examples: $examples:expr
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default)]
        pub struct $node;

        #[async_trait]
        impl BatchNode for $node {
            type Parameters = NoParameters;

            const HEADER: NodeHeader = NodeHeader {
                type_name: $type_name,
                versions: $versions,
                display_name: $display_name,
                description: $description,
                group: $group,
                starts: Some(TriggerKind::$starts),
                inputs: 0,
                category: Some("Triggers"),
                ..NodeHeader::DEFAULT
            };

            const EFFECT: Option<Effect> = Some(Effect::Pure);

            const DYNAMIC_OUTPUTS: Option<DynamicPorts> = $outputs;

            async fn execute(
                &self,
                _: &NoParameters,
                context: &BatchContext<'_>,
            ) -> Result<Vec<Items>, NodeError> {
                Ok(vec![context.input(0)])
            }

            fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
                crate::form::read_text(include_str!($form))
            }

            fn examples() -> Vec<NodeExample> {
                crate::examples::recorded(&Self::HEADER, $examples)
            }
        }
    };
}

trigger!(
    /// Starts a workflow when its address is called.
    Webhook,
    "n8n-nodes-base.webhook",
    &[1.0, 1.1, 2.0, 2.1],
    "Webhook",
    "Starts the workflow when its address is called",
    starts: Call, group: &[],
    outputs: Some(DynamicPorts {
        expression: "={{ [].concat($parameter.httpMethod).map(method => ({ type: 'main', displayName: method })) }}",
        count: |parameters, _| count_methods(parameters.get("httpMethod")),
    }),
    form: "forms/webhook.json",
    examples: vec![example(
        "A call with a JSON body",
        2.0,
        json!({ "httpMethod": "POST", "path": "orders" }),
        json!({
            "headers": { "content-type": "application/json" }, "params": {}, "query": {},
            "body": { "order": 1 }, "webhookUrl": "https://example.com/webhook/orders", "executionMode": "production",
        }),
    )]
);

trigger!(
    /// Starts a workflow when a form is sent.
    FormTrigger,
    "n8n-nodes-base.formTrigger",
    &[2.0, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6],
    "On form submission",
    "Starts the workflow when a form is sent",
    starts: Form, group: &[],
    outputs: None,
    form: "forms/form.json",
    examples: vec![example(
        "A form with a name",
        2.2,
        json!({ "formTitle": "Who are you?", "formFields": { "values": [{ "fieldLabel": "Name" }] } }),
        json!({ "Name": "Ada", "submittedAt": "2026-11-30T09:00:00.000+01:00", "formMode": "production" }),
    )]
);

trigger!(
    /// Form Trigger, version 1.
    FormTrigger1,
    "n8n-nodes-base.formTrigger",
    &[1.0],
    "n8n Form Trigger",
    "Starts the workflow when a form is sent",
    starts: Form, group: &[],
    outputs: None,
    form: "forms/form_1.json",
    examples: vec![example(
        "A form with a name",
        1.0,
        json!({ "path": "who", "formTitle": "Who are you?", "formFields": { "values": [{ "fieldLabel": "Name" }] } }),
        json!({ "Name": "Ada", "submittedAt": "2026-11-30T08:00:00.000Z", "formMode": "production" }),
    )]
);

trigger!(
    /// Starts a workflow when somebody writes in a chat.
    ChatTrigger,
    "@n8n/n8n-nodes-langchain.chatTrigger",
    &[1.0, 1.1, 1.2, 1.3, 1.4, 1.5],
    "When chat message received",
    "Starts the workflow when somebody writes in a chat",
    starts: Chat, group: &[],
    outputs: None,
    form: "forms/chat.json",
    examples: vec![example(
        "A message",
        1.1,
        json!({ "options": {} }),
        json!({ "sessionId": "7f1c", "action": "sendMessage", "chatInput": "Where is my parcel?" }),
    )]
);

trigger!(
    /// Starts a workflow at times; Schedule Trigger has taken its place.
    Cron,
    "n8n-nodes-base.cron",
    &[1.0],
    "Cron",
    "Starts the workflow at set times",
    starts: Time, group: &["schedule"],
    outputs: None,
    form: "forms/cron.json",
    examples: vec![example("Every hour", 1.0, json!({ "triggerTimes": { "item": [{ "mode": "everyHour" }] } }), json!({}))]
);

trigger!(
    /// Starts a workflow again and again.
    Interval,
    "n8n-nodes-base.interval",
    &[1.0],
    "Interval",
    "Starts the workflow again and again",
    starts: Time, group: &["schedule"],
    outputs: None,
    form: "forms/interval.json",
    examples: vec![example("Every ten minutes", 1.0, json!({ "interval": 10, "unit": "minutes" }), json!({}))]
);

/// One output for each method that a webhook takes.
fn count_methods(methods: Option<&Json>) -> Option<usize> {
    match methods {
        Some(methods) if methods.as_str().is_some_and(|text| text.starts_with('=')) => None,
        Some(methods) => Some(methods.as_array().map_or(1, <[Json]>::len)),
        None => Some(1),
    }
}

fn example(title: &'static str, type_version: f64, parameters: Json, item: Json) -> NodeExample {
    NodeExample { title, type_version, parameters, items: vec![item], ..NodeExample::default() }
}
