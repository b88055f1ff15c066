//! What a run says of its sends.

use super::exclusions::Exclusions;
use super::hours::{SendCap, SendingHours};

/// What a run says of its sends, whichever node makes them.
#[derive(Debug, Clone, Default)]
pub struct SendingRules {
    /// Recipients that are left out.
    pub exclude: Exclusions,
    /// The hours in which sends may leave, in the run's time zone; outside of them the run waits.
    pub hours: Option<SendingHours>,
    /// How many sends of a run may leave in a day or an hour, those of earlier runs of its workflow with them as far as the
    /// [`SendBook`](crate::SendBook) knows; after them the run waits.
    pub at_most: Option<SendCap>,
}
