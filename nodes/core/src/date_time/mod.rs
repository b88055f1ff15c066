//! Date & Time: dates that are computed, read and written.

mod check;
mod date;
mod examples;
mod first;
mod moment;
mod parameters;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    DateQuestion, Effect, Item, ItemContext, ItemNode, ItemOutput, Json, NodeError, NodeExample, NodeHeader,
    StoredParameters, StoredProblem, async_trait,
};

pub use first::{FirstDateTime, FirstDateTimeOptions, FirstDateTimeParameters};
pub use parameters::{DateTimeOptions, DateTimeParameters, Operation, Rounding};

use crate::field_path;
use date::Date;

/// Computes with dates.
#[derive(Debug, Clone, Copy, Default)]
pub struct DateTime;

#[async_trait]
impl ItemNode for DateTime {
    type Parameters = DateTimeParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.dateTime",
        versions: &[2.0],
        display_name: "Date & Time",
        description: "Computes with dates, reads them and writes them",
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
        parameters: &DateTimeParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let value = parameters.value(context)?;
        let (mut json, files) = match parameters.options.include_input_fields {
            true => (context.item.json.clone(), context.item.binary().cloned()),
            false => (Json::object(), None),
        };
        field_path::set_own(&mut json, &parameters.output_field_name, value);
        Ok(Item::new(json).with_binary(files).into())
    }

    fn explain(&self, error: NodeError, _stored: &Json, _type_version: f64) -> NodeError {
        error.into_operation_error()
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        check::problems(stored)
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::parse(include_str!("form.json"))
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(&Self::HEADER, examples::examples())
    }
}

impl DateTimeParameters {
    /// What the operation gives.
    fn value(&self, context: &ItemContext<'_>) -> Result<Json, NodeError> {
        let host = context.services;
        let zone = host.time_zone();
        let in_zone = |parameter: &str, text: &str| Date::parse(text, Some(zone), None, host, parameter);
        match self.operation {
            Operation::GetCurrentDate => {
                let zone = self.options.timezone.as_str().filter(|zone| !zone.is_empty()).unwrap_or(zone);
                let now = Date { millis: host.now() as f64, zone: zone.to_owned() };
                if self.include_time { now.iso(host) } else { now.start_of("day", host)?.iso(host) }
            }
            Operation::AddToDate => {
                in_zone("magnitude", &self.magnitude)?.plus(self.duration, &self.time_unit, host)?.iso(host)
            }
            Operation::SubtractFromDate => {
                in_zone("magnitude", &self.magnitude)?.plus(-self.duration, &self.time_unit, host)?.iso(host)
            }
            // Nothing stays nothing.
            Operation::FormatDate if self.date.is_empty() => Ok(Json::NULL),
            Operation::FormatDate => {
                let zone = (self.options.timezone.as_bool() == Some(true)).then_some(zone);
                let from = Some(self.options.from_format.as_str()).filter(|format| !format.is_empty());
                let date = Date::parse(&self.date, zone, from, host, "date")?;
                let format = if self.format == "custom" { &self.custom_format } else { &self.format };
                date.ask(DateQuestion::Format(format), host)
            }
            Operation::RoundDate => {
                let date = in_zone("date", &self.date)?;
                match self.mode {
                    Rounding::RoundDown => date.start_of(&self.to_nearest, host)?.iso(host),
                    Rounding::RoundUp => date.plus(1.0, &self.to, host)?.start_of(&self.to, host)?.iso(host),
                }
            }
            Operation::GetTimeBetweenDates => {
                if self.units.is_empty() {
                    return Err(NodeError::parameter("units", "No unit of time is chosen")
                        .with_description("Choose the units in which the time between the dates is told."));
                }
                let start = in_zone("startDate", &self.start_date)?;
                let end = in_zone("endDate", &self.end_date)?.millis;
                let units: Vec<&str> = self.units.iter().map(String::as_str).collect();
                start.ask(
                    match self.options.iso_string {
                        true => DateQuestion::IsoUntil(end, &units),
                        false => DateQuestion::Until(end, &units),
                    },
                    host,
                )
            }
            Operation::ExtractDate => {
                let part = if self.part == "week" { "weekNumber" } else { &self.part };
                in_zone("date", &self.date)?.ask(DateQuestion::Part(part), host)
            }
        }
    }
}
