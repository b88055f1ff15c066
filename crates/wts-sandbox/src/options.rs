//! How a sandbox is set up.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use crate::limits::RateLimits;
use crate::model::AccountSeed;
use crate::records::Keep;
use crate::seed;

/// How a [`Sandbox`](crate::Sandbox) is set up. [`Default`]: a free port on loopback, the documented rate limits, the
/// [`seed`](crate::seed), no added latency.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// The address to listen on; loopback unless told otherwise.
    pub address: IpAddr,
    /// The port; 0 for any free one.
    pub port: u16,
    /// The accounts, as they are at start and after each reset.
    pub accounts: Vec<AccountSeed>,
    /// The rate limits of each account.
    pub rate_limits: RateLimits,
    /// Waited before each answer is written.
    pub latency: Duration,
    /// What to answer when a record is not found.
    pub missing_record: MissingRecord,
    /// How many accepted sends are kept; all by default.
    pub ledger: Keep,
    /// How many requests are kept; the last 10,000 by default.
    pub requests: Keep,
}

/// The answer to a record that does not exist. Only one such answer was ever written down
/// (docs/wts-api.md §1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingRecord {
    /// What was seen: status 500, key `FORM_ERROR`, `httpStatusCode` as a word.
    #[default]
    ServerError,
    /// Status 404, key `ERROR_NOT_FOUND`.
    NotFound,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            accounts: seed::accounts(),
            rate_limits: RateLimits::default(),
            latency: Duration::ZERO,
            missing_record: MissingRecord::default(),
            ledger: Keep::All,
            requests: Keep::Last(10_000),
        }
    }
}

impl SandboxOptions {
    /// The default without rate limits, for tests that are not about them.
    pub fn unlimited() -> Self {
        Self { rate_limits: RateLimits::off(), ..Self::default() }
    }
}
