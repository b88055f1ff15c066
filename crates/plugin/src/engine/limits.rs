//! What a package's code may take.

use std::time::Duration;

use heddle_data::Json;

/// What a package's code may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long it may compute without waiting for anything.
    pub time: Duration,
    /// How many bytes a runtime may hold.
    pub memory: usize,
}

impl Limits {
    /// These limits, but for what a package's `heddle.json` says under `limits`: `time` in milliseconds, `memory` in
    /// megabytes.
    pub(crate) fn with_settings(mut self, settings: &Json) -> Self {
        let number = |name: &str| settings.get("limits")?.get(name)?.as_f64().filter(|number| *number > 0.0);
        if let Some(time) = number("time").and_then(|millis| Duration::try_from_secs_f64(millis / 1e3).ok()) {
            self.time = time;
        }
        if let Some(memory) = number("memory").filter(|megabytes| *megabytes < 1e6) {
            self.memory = (memory * f64::from(1 << 20)) as usize;
        }
        self
    }
}

impl Default for Limits {
    /// 20 seconds and 512 MB.
    fn default() -> Self {
        Self { time: Duration::from_secs(20), memory: 512 << 20 }
    }
}
