//! Schedule Trigger: a workflow starts at set times, with one item that tells the time.

use std::sync::Arc;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, Effect, Item, Items, Json, NodeError, NodeExample, NodeHeader, TriggerKind,
    async_trait, json,
};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::manual_trigger::NoParameters;

/// Starts a workflow with the items that it is given, or with one that tells the time.
#[derive(Debug, Clone, Copy, Default)]
pub struct ScheduleTrigger;

#[async_trait]
impl BatchNode for ScheduleTrigger {
    type Parameters = NoParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.scheduleTrigger",
        versions: &[1.0, 1.1, 1.2, 1.3, 1.4],
        display_name: "Schedule Trigger",
        description: "Starts the workflow at set times",
        group: &["schedule"],
        starts: Some(TriggerKind::Time),
        inputs: 0,
        icon: Some("node:schedule-trigger"),
        category: Some("Triggers"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.scheduletrigger/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(&self, _: &NoParameters, context: &BatchContext<'_>) -> Result<Vec<Items>, NodeError> {
        let given = context.input(0);
        // A run that is given no items begins with an empty one.
        let is_given =
            !matches!(given.as_slice(), [item] if item.json == Json::object() && item.binary().is_none());
        if is_given {
            return Ok(vec![given]);
        }
        let name = context.services.timezone();
        let zone = TimeZone::get(&name).unwrap_or(TimeZone::UTC);
        let now = Timestamp::from_millisecond(context.services.now()).unwrap_or(Timestamp::UNIX_EPOCH);
        Ok(vec![Arc::new(vec![Item::new(tick(&now.to_zoned(zone), &name))])])
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read_text(include_str!("forms/schedule.json"))
    }

    fn examples() -> Vec<NodeExample> {
        let item =
            json!({ "timestamp": "2026-11-29T19:18:00.000+01:00", "Timezone": "Europe/Berlin (UTC+01:00)" });
        let parameters = json!({ "rule": { "interval": [{ "field": "hours", "hoursInterval": 2 }] } });
        crate::examples::recorded(
            &Self::HEADER,
            vec![super::example("Every two hours", 1.2, parameters, item)],
        )
    }
}

/// The item that tells a time in a zone.
fn tick(now: &Zoned, zone: &str) -> Json {
    let text = |format: &str| now.strftime(format).to_string();
    let day = match now.day() {
        11..=13 => "th",
        day if day % 10 == 1 => "st",
        day if day % 10 == 2 => "nd",
        day if day % 10 == 3 => "rd",
        _ => "th",
    };
    let half = if now.hour() < 12 { "am" } else { "pm" };
    let time = format!("{} {half}", text("%-I:%M:%S"));
    json!({
        "timestamp": text("%Y-%m-%dT%H:%M:%S.%3f%:z"),
        "Readable date": format!("{} {}{day} {}, {time}", text("%B"), now.day(), now.year()),
        "Readable time": time,
        "Day of week": text("%A"),
        "Year": text("%Y"),
        "Month": text("%B"),
        "Day of month": text("%d"),
        "Hour": text("%H"),
        "Minute": text("%M"),
        "Second": text("%S"),
        "Timezone": format!("{zone} (UTC{})", text("%:z")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What n8n 2.40.7 gave at these moments.
    #[test]
    fn an_item_tells_the_time_as_in_n8n() {
        let at = |text: &str, zone: &str| {
            let moment: Timestamp = text.parse().expect("a moment");
            tick(&moment.to_zoned(TimeZone::get(zone).expect("a zone")), zone)
        };
        let item = at("2026-11-29T18:18:00.005Z", "Europe/Berlin");
        let expected = json!({
            "timestamp": "2026-11-29T19:18:00.005+01:00",
            "Readable date": "November 29th 2026, 7:18:00 pm",
            "Readable time": "7:18:00 pm",
            "Day of week": "Sunday", "Year": "2026", "Month": "November", "Day of month": "29",
            "Hour": "19", "Minute": "18", "Second": "00",
            "Timezone": "Europe/Berlin (UTC+01:00)",
        });
        assert_eq!(item, expected);
        let item = at("2026-07-03T00:05:09Z", "UTC");
        assert_eq!(item.get("Readable date"), Some(&json!("July 3rd 2026, 12:05:09 am")));
        assert_eq!(item.get("Day of month"), Some(&json!("03")));
        assert_eq!(item.get("Timezone"), Some(&json!("UTC (UTC+00:00)")));
        let item = at("2026-12-12T17:00:00Z", "America/New_York");
        assert_eq!(item.get("Readable date"), Some(&json!("December 12th 2026, 12:00:00 pm")));
        assert_eq!(item.get("timestamp"), Some(&json!("2026-12-12T12:00:00.000-05:00")));
    }
}
