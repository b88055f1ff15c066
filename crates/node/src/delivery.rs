//! What became of something that a service has accepted.

use serde::{Deserialize, Serialize};

use crate::error::ErrorKind;

/// How far something has come that a service has accepted: accepted is not delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// How far it has come.
    pub state: DeliveryState,
    /// The service's own word for it.
    pub status: String,
    /// Whether it stays so.
    pub is_final: bool,
    /// Why it failed, in one sentence for the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What kind of failure that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorKind>,
}

/// How far something has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DeliveryState {
    /// It waits at the service.
    Pending,
    /// It has left the service.
    Sent,
    /// It is there.
    Delivered,
    /// The recipient has read it.
    Read,
    /// It does not arrive.
    Failed,
}

impl DeliveryState {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
        }
    }
}

impl Delivery {
    /// Whether it is known what became of it: it is there, or does not arrive, or stays as it is.
    pub fn is_settled(&self) -> bool {
        self.is_final
            || matches!(self.state, DeliveryState::Delivered | DeliveryState::Read | DeliveryState::Failed)
    }
}
