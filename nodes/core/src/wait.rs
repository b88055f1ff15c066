//! Wait: the workflow goes on later (`docs/engine.md §18`).

use std::time::Duration;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, Effect, Items, Json, NodeError, NodeExample, NodeHeader, StoredParameters,
    StoredProblem, async_trait, json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Shorter waits are no matter of the host's: the node itself waits.
const SHORT_WAIT: Duration = Duration::from_secs(65);
/// 3000-01-01, n8n's "for ever", in milliseconds since 1970.
const FAR_FUTURE: i64 = 32_503_680_000_000;

/// The latest moment that a date of JavaScript can have, in milliseconds since 1970.
const LATEST: f64 = 8.64e15;

/// Passes its items on when the time has come.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wait;

/// The parameters of the first item, which decides for all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct WaitParameters {
    /// When the workflow goes on.
    pub resume: Resume,
    /// The moment: an ISO date and time, or another text that names one.
    #[schemars(extend("x-type" = "dateTime"))]
    pub date_time: String,
    /// How many units of time it takes; nothing where an expression gives nothing, which is no time to wait for.
    pub amount: Option<f64>,
    /// The unit of time.
    pub unit: String,
}

/// When the workflow goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Resume {
    /// After some time.
    #[default]
    TimeInterval,
    /// At a moment.
    SpecificTime,
    /// When somebody calls a URL.
    Webhook,
    /// When somebody sends a form.
    Form,
}

#[async_trait]
impl BatchNode for Wait {
    type Parameters = WaitParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.wait",
        versions: &[1.0, 1.1],
        display_name: "Wait",
        description: "Lets the workflow go on later",
        group: &["organization"],
        icon: Some("node:wait"),
        category: Some("Flow"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.wait/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const PASSES_ON: bool = true;

    async fn execute(
        &self,
        parameters: &WaitParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        let items = vec![context.input(context.main_input)];
        let now = context.services.now();
        let until = parameters.until(now, context)?;
        let wait = Duration::from_millis(u64::try_from(until.saturating_sub(now)).unwrap_or(0));
        if wait >= SHORT_WAIT {
            context.services.put_to_wait(until)?;
        } else if !wait.is_zero() {
            // Cancelling ends the wait, and the run.
            let _ = context.services.pause(wait).await;
        }
        Ok(items)
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let resume = stored.constant_text("resume");
        let mut errors = Vec::new();
        match resume {
            Some("timeInterval") => {
                if let Some(amount) = stored.constant("amount") {
                    errors.extend(valid_amount(amount.as_f64()).err());
                }
                if let Some(unit) = stored.constant_text("unit") {
                    errors.extend(seconds_of(unit).err());
                    let seconds = seconds_of(unit).unwrap_or_default();
                    let amount = stored.constant("amount").and_then(Json::as_f64).unwrap_or_default();
                    errors.extend(milliseconds(amount, seconds).err());
                }
            }
            Some("specificTime") => {
                let moment = stored.constant_text("dateTime");
                errors.extend(moment.filter(|text| !stored.host.is_moment(text)).map(|_| no_moment()));
            }
            Some("webhook") => errors.push(not_supported("a webhook call")),
            Some("form") => errors.push(not_supported("a form")),
            _ => {}
        }
        errors.into_iter().map(StoredProblem::from).collect()
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read(&properties())
    }

    fn examples() -> Vec<NodeExample> {
        let example = |title, parameters| NodeExample {
            title,
            type_version: 1.1,
            parameters,
            items: vec![json!({ "id": 1 }), json!({ "id": 2 })],
            ..NodeExample::default()
        };
        crate::examples::recorded(
            &Self::HEADER,
            vec![
                example("After a hundredth of a second", json!({ "amount": 0.01, "unit": "seconds" })),
                example(
                    "At a moment that has passed already",
                    json!({ "resume": "specificTime", "dateTime": "2024-02-29T12:00:00" }),
                ),
            ],
        )
    }
}

impl WaitParameters {
    /// The moment to wait for, in milliseconds since 1970.
    fn until(&self, now: i64, context: &BatchContext<'_>) -> Result<i64, NodeError> {
        match self.resume {
            Resume::TimeInterval => {
                let amount = valid_amount(self.amount)?;
                let seconds = seconds_of(&self.unit)?;
                Ok(now.saturating_add(milliseconds(amount, seconds)?).min(FAR_FUTURE))
            }
            Resume::SpecificTime => context.services.parse_moment(&self.date_time).ok_or_else(no_moment),
            Resume::Webhook => Err(not_supported("a webhook call")),
            Resume::Form => Err(not_supported("a form")),
        }
    }
}

fn valid_amount(amount: Option<f64>) -> Result<f64, NodeError> {
    amount.filter(|amount| *amount >= 0.0).ok_or_else(|| {
        NodeError::parameter("amount", "Invalid wait amount. Please enter a number that is 0 or greater.")
    })
}

/// A time to wait, which ends at a moment that a date can have.
fn milliseconds(amount: f64, seconds: f64) -> Result<i64, NodeError> {
    let milliseconds = amount * seconds * 1000.0;
    if milliseconds > LATEST {
        return Err(NodeError::parameter(
            "amount",
            "Invalid wait amount. No date lies so far in the future.",
        )
        .with_description("Give a smaller number."));
    }
    Ok(milliseconds as i64)
}

fn seconds_of(unit: &str) -> Result<f64, NodeError> {
    match unit {
        "seconds" => Ok(1.0),
        "minutes" => Ok(60.0),
        "hours" => Ok(3600.0),
        "days" => Ok(86_400.0),
        _ => Err(NodeError::parameter(
            "unit",
            "Invalid wait unit. Valid units are 'seconds', 'minutes', 'hours', or 'days'.",
        )),
    }
}

fn no_moment() -> NodeError {
    NodeError::parameter(
        "dateTime",
        "Cannot put execution to wait because `dateTime` parameter is not a valid date. \
         Please pick a specific date and time to wait until.",
    )
}

fn not_supported(what: &str) -> NodeError {
    NodeError::parameter("resume", format!("Waiting for {what} is not supported yet"))
        .with_description("Nothing here can receive it. Wait for some time, or for a moment.")
}

fn properties() -> Json {
    let units = json!([
        { "name": "Seconds", "value": "seconds" }, { "name": "Minutes", "value": "minutes" },
        { "name": "Hours", "value": "hours" }, { "name": "Days", "value": "days" },
    ]);
    let version_1 = json!({ "show": { "resume": ["timeInterval"], "@version": [1] } });
    let later = json!({ "show": { "resume": ["timeInterval"] }, "hide": { "@version": [1] } });
    json!([
        {
            "displayName": "Resume", "name": "resume", "type": "options", "default": "timeInterval",
            "description": "When the workflow goes on",
            "options": [
                { "name": "After Time Interval", "value": "timeInterval", "description": "After some time" },
                { "name": "At Specified Time", "value": "specificTime", "description": "At a moment" },
                { "name": "On Webhook Call", "value": "webhook", "description": "Not supported yet" },
                { "name": "On Form Submitted", "value": "form", "description": "Not supported yet" },
            ],
        },
        {
            "displayName": "Date and Time", "name": "dateTime", "type": "dateTime", "default": "", "required": true,
            "description": "The moment at which the workflow goes on",
            "displayOptions": { "show": { "resume": ["specificTime"] } },
        },
        {
            "displayName": "Wait Amount", "name": "amount", "type": "number", "default": 1, "validateType": "number",
            "typeOptions": { "minValue": 0, "numberPrecision": 2 },
            "description": "How many units of time to wait", "displayOptions": version_1.clone(),
        },
        {
            "displayName": "Wait Amount", "name": "amount", "type": "number", "default": 5, "validateType": "number",
            "typeOptions": { "minValue": 0, "numberPrecision": 2 },
            "description": "How many units of time to wait", "displayOptions": later.clone(),
        },
        {
            "displayName": "Wait Unit", "name": "unit", "type": "options", "default": "hours",
            "description": "The unit of time", "options": units.clone(), "displayOptions": version_1,
        },
        {
            "displayName": "Wait Unit", "name": "unit", "type": "options", "default": "seconds",
            "description": "The unit of time", "options": units, "displayOptions": later,
        },
    ])
}
