//! Date & Time in its first version, which takes the formats of moment.

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    Effect, Item, ItemContext, ItemNode, ItemOutput, Json, NodeError, NodeExample, NodeHeader, Services,
    async_trait, json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::date::{Date, timestamp};
use super::moment;
use crate::field_path;

/// Computes with dates and writes them, as version 1 stores it.
#[derive(Debug, Clone, Copy, Default)]
pub struct FirstDateTime;

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FirstDateTimeParameters {
    /// What is done.
    pub action: Action,
    /// The date.
    pub value: String,
    /// The field that gets the result.
    pub data_property_name: String,
    /// Whether the format is one of its own.
    pub custom: bool,
    /// The format, in moment's tokens.
    pub to_format: String,
    /// Whether the time is added or subtracted.
    pub operation: Direction,
    /// How many units of time.
    pub duration: f64,
    /// The unit of time.
    pub time_unit: String,
    /// Further settings.
    pub options: FirstDateTimeOptions,
}

/// What is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// A time is added or subtracted.
    Calculate,
    /// A date is written in another format.
    #[default]
    Format,
}

/// Whether a time is added or subtracted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// Added.
    #[default]
    Add,
    /// Subtracted.
    Subtract,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FirstDateTimeOptions {
    /// The format that the date is read in, in moment's tokens.
    pub from_format: String,
    /// The zone of a date that names none.
    pub from_timezone: String,
    /// The zone that the date is written in.
    pub to_timezone: String,
}

#[async_trait]
impl ItemNode for FirstDateTime {
    type Parameters = FirstDateTimeParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.dateTime",
        versions: &[1.0],
        display_name: "Date & Time",
        description: "Computes with dates and writes them",
        subtitle: Some("={{$parameter[\"action\"]}}"),
        icon: Some("node:date-and-time"),
        category: Some("Data Transformation"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.datetime/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &FirstDateTimeParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let host = context.services;
        let value = match parameters.action {
            Action::Format => parameters.formatted(host)?,
            Action::Calculate => {
                let amount = match parameters.operation {
                    Direction::Add => parameters.duration,
                    Direction::Subtract => -parameters.duration,
                };
                let date = moment::plus(parameters.date(None, host)?, amount, &parameters.time_unit, host)?;
                moment::utc(&date, host)?
            }
        };
        let mut json = context.item.json.clone();
        field_path::set_own(&mut json, &parameters.data_property_name, value);
        Ok(Item::new(json).with_binary(context.item.binary().cloned()).into())
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::parse(include_str!("first.form.json"))
    }

    fn examples() -> Vec<NodeExample> {
        let example = |title, parameters| NodeExample {
            title,
            type_version: 1.0,
            parameters,
            items: vec![json!({ "born": "1815-12-10" }), json!({ "born": "1906-12-09T08:00:00Z" })],
            bad_item: Some(json!({ "born": "some day" })),
            ..NodeExample::default()
        };
        crate::examples::recorded(
            &Self::HEADER,
            vec![
                example(
                    "A date as people write it",
                    json!({ "value": "={{ $json.born }}", "custom": true, "toFormat": "Do MMMM YYYY", "options": {} }),
                ),
                example(
                    "A week later",
                    json!({
                        "action": "calculate", "value": "={{ $json.born }}", "duration": 1, "timeUnit": "weeks",
                        "options": {},
                    }),
                ),
            ],
        )
    }
}

impl FirstDateTimeParameters {
    fn formatted(&self, host: &dyn Services) -> Result<Json, NodeError> {
        let FirstDateTimeOptions { from_timezone, to_timezone, .. } = &self.options;
        let zone = |name: &'_ str| Some(name.to_owned()).filter(|name| !name.is_empty());
        let names_zone = !from_timezone.is_empty() || !to_timezone.is_empty();
        let workflow = host.time_zone();
        let from = names_zone.then(|| zone(from_timezone).unwrap_or_else(|| workflow.to_owned()));
        let mut date = self.date(from.as_deref(), host)?;
        if names_zone {
            date.zone = zone(to_timezone).unwrap_or_else(|| workflow.to_owned());
        }
        moment::format(&date, &self.to_format, host).map(Json::from)
    }

    /// The date, told in UTC. A text without a zone is in the zone `zone`, else in UTC.
    fn date(&self, zone: Option<&str>, host: &dyn Services) -> Result<Date, NodeError> {
        let text = self.value.as_str();
        let utc = |millis| Date { millis, zone: "UTC".to_owned() };
        if let Some(millis) = timestamp(text).filter(|_| !text.trim().is_empty()) {
            return Ok(utc(millis));
        }
        let format = self.options.from_format.as_str();
        let read = if format.is_empty() {
            host.parse_date(text, None, zone.unwrap_or("UTC"))
        } else {
            host.parse_date(text, Some(&moment::to_luxon(format)?), zone.unwrap_or("UTC"))
        };
        read.map(utc).ok_or_else(|| {
            let message = match (self.action, format.is_empty()) {
                (Action::Format, _) => {
                    "The date input format could not be recognized. Please set the \"From Format\" field"
                }
                (Action::Calculate, true) => {
                    "Unrecognized date input. Please specify a format in the \"From Format\" field."
                }
                (Action::Calculate, false) => {
                    "Date input cannot be parsed. Please recheck the value and the \"From Format\" field."
                }
            };
            NodeError::parameter("value", message)
        })
    }
}
