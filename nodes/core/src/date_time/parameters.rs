//! The parameters of Date & Time.

use heddle_node::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DateTimeParameters {
    /// What is done.
    pub operation: Operation,
    /// Whether the current date has the time of day.
    pub include_time: bool,
    /// The date to add to, or to subtract from.
    pub magnitude: String,
    /// The unit of `duration`.
    pub time_unit: String,
    /// How many units.
    pub duration: f64,
    /// The date.
    pub date: String,
    /// How it is written: a luxon format, or `custom`.
    pub format: String,
    /// The luxon format, where `format` is `custom`.
    pub custom_format: String,
    /// Where rounding leads.
    pub mode: Rounding,
    /// The unit that a date is rounded down to.
    pub to_nearest: String,
    /// The unit that a date is rounded up to.
    pub to: String,
    /// Where a time begins.
    pub start_date: String,
    /// Where a time ends.
    pub end_date: String,
    /// The units in which it is told.
    pub units: Vec<String>,
    /// The part of the date.
    pub part: String,
    /// The field that gets the result.
    pub output_field_name: String,
    /// Further settings.
    pub options: DateTimeOptions,
}

/// What is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Operation {
    /// A time is added.
    AddToDate,
    /// One part is read.
    ExtractDate,
    /// A date is written.
    FormatDate,
    /// The date of today.
    #[default]
    GetCurrentDate,
    /// The time between two dates.
    GetTimeBetweenDates,
    /// A date is rounded.
    RoundDate,
    /// A time is subtracted.
    SubtractFromDate,
}

/// Where rounding leads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Rounding {
    /// To the start of the unit.
    #[default]
    RoundDown,
    /// To the start of the next one.
    RoundUp,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DateTimeOptions {
    /// Whether the fields of the item are kept.
    pub include_input_fields: bool,
    /// The zone of the current date, by its name; or whether a date is written in the workflow's zone.
    pub timezone: Json,
    /// The luxon format that a date is read in.
    pub from_format: String,
    /// Whether a time between dates is told as an ISO 8601 duration.
    pub iso_string: bool,
}
