//! The settings of a workflow (`docs/engine.md §1.4`).

use std::time::Duration;

use heddle_data::{Json, JsonObject};

use crate::node::{overlay, to_number};

/// In which order the branches of a workflow run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ExecutionOrder {
    /// Breadth first, in the order of the connections (`docs/engine.md §23`); what a file without the setting means.
    #[default]
    V0,
    /// Depth first, from the top of the canvas to the bottom (`docs/engine.md §8`).
    V1,
}

/// The settings of a workflow. Those that this crate does not name are kept and written back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// Order of branches; only the exact text `v1` selects [`ExecutionOrder::V1`].
    pub execution_order: ExecutionOrder,
    /// IANA name of the time zone; `None` for the host's default (n8n writes `DEFAULT`).
    pub timezone: Option<String>,
    /// Id of the workflow that runs when this one fails.
    pub error_workflow: Option<String>,
    /// How long a run may take; `None` when there is no limit or the host's applies.
    pub execution_timeout: Option<Duration>,
    source: JsonObject,
}

impl Settings {
    /// Reads the `settings` of a file; anything but an object means no settings.
    pub fn from_json(json: &Json) -> Self {
        Self::from_object(json.as_object().cloned().unwrap_or_default())
    }

    fn from_object(source: JsonObject) -> Self {
        let text = |key| match source.get(key).and_then(Json::as_str) {
            None | Some("" | "DEFAULT") => None,
            Some(text) => Some(text.to_owned()),
        };
        Self {
            execution_order: match source.get("executionOrder").and_then(Json::as_str) {
                Some("v1") => ExecutionOrder::V1,
                _ => ExecutionOrder::V0,
            },
            timezone: text("timezone"),
            error_workflow: text("errorWorkflow"),
            execution_timeout: source
                .get("executionTimeout")
                .and_then(to_number)
                .filter(|seconds| *seconds > 0.0)
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            source,
        }
    }

    /// The form of the file: what was read, with the fields that changed since.
    pub fn to_json(&self) -> Json {
        let was = Self::from_object(self.source.clone());
        let mut object = self.source.clone();
        let order = match self.execution_order {
            ExecutionOrder::V0 => "v0",
            ExecutionOrder::V1 => "v1",
        };
        overlay(&mut object, "executionOrder", self.execution_order != was.execution_order, || {
            Some(order.into())
        });
        let text = |text: &Option<String>| text.as_deref().map(Json::from);
        overlay(&mut object, "timezone", self.timezone != was.timezone, || text(&self.timezone));
        overlay(&mut object, "errorWorkflow", self.error_workflow != was.error_workflow, || {
            text(&self.error_workflow)
        });
        overlay(&mut object, "executionTimeout", self.execution_timeout != was.execution_timeout, || {
            self.execution_timeout.map(|limit| limit.as_secs_f64().into())
        });
        Json::from(object)
    }

    /// Any setting, as the file has it.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.source.get(key)
    }
}
