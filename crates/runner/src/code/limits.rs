//! What code of the workflow's author may take.

use std::time::Duration;

use heddle_expression::EngineLimits;

/// What one run of code may take, unless somebody says otherwise.
pub(crate) const LIMITS: EngineLimits =
    EngineLimits { time: Duration::from_secs(60), memory: 512 * 1024 * 1024 };

/// As many runs of code as may be under way in a host. More wait for one of them to end.
pub(crate) const MOST_THREADS: usize = 32;
