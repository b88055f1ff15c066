//! A WTS Chat API to test against and to try things with: real HTTP on loopback, in process or in a process of its own.
//! It keeps no files and calls nobody.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use wts_sandbox::{Fault, FaultRule, Sandbox, SandboxOptions};
//!
//! let sandbox = Sandbox::start(SandboxOptions::default()).await?;
//! sandbox.add_fault(FaultRule::new(Fault::CutAfterAccepting).to("5511999990001").times(1))?;
//! // … let something send to `sandbox.url()` with `sandbox.token()` …
//! assert!(sandbox.ledger().iter().all(|send| send.was_sent()));
//! sandbox.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! Its facts come from `docs/wts-api.md`, whose sections are cited as §n; where the facts stop, the choices
//! are listed below. [`seed`] holds the accounts, tokens, chatbots, channels and recipients there are, with
//! fixed ids.
//!
//! # Operations
//!
//! | Operation | § |
//! |---|---|
//! | GET `/chat/v1/chatbot` | 2.5 |
//! | POST `/chat/v1/chatbot/send` | 2.1 |
//! | POST `/chat/v1/send/chatbot`, POST `/chat/v1/send/chatbot/batch`, GET `/chat/v1/send/chatbot/{id}` | 2.2–2.4 |
//! | GET `/chat/v1/channel` | 3 |
//! | GET `/chat/v1/session`, `/chat/v2/session`, and either with `/{id}` | 5, 12 |
//! | PUT `/chat/v1/session/{id}/complete`, PUT `/chat/v1/session/{id}/status` | 5 |
//! | GET `/core/v1/contact`, `/core/v1/contact/{id}`, `/core/v1/contact/phonenumber/{phone}` | 10 |
//!
//! Checks come in this order: the service that the path begins with (else 400), the token (else 401, whatever the path), the
//! rate limits (else 429), the operation (else 404 or 405), the values.
//!
//! # Steering it over HTTP
//!
//! These need no token, are not recorded, and no fault or limit touches them. Wrong input is 400 with `{"error": …}`.
//!
//! | Request | Body | Answer |
//! |---|---|---|
//! | GET `/sandbox/ledger?after=0&limit=100` | – | `{"accepted": 3, "entries": […]}`: [`LedgerEntry`], those after a number |
//! | GET `/sandbox/requests?after=0&limit=100` | – | `{"arrived": 5, "entries": […]}`: [`RecordedRequest`] |
//! | POST `/sandbox/faults` | a [`FaultRule`] or an array of them, added after those there are | all [`FaultState`]s |
//! | GET, DELETE `/sandbox/faults` | – | all, none |
//! | POST `/sandbox/outcomes` | `{"to": "5511…", "statuses": ["PROCESSING", "FAILED"], "failedReason": "…"}` | the same: [`Outcome`] |
//! | POST `/sandbox/refuse` | `{"milliseconds": 500}` | closes the listening socket for that long |
//! | POST `/sandbox/answer` | `{"sessionId": "…"}` | the contact writes in that conversation |
//! | POST `/sandbox/reset` | – | everything as at the start |
//!
//! A fault rule names its fault by `kind`; all matchers and counters may be left out:
//!
//! ```json
//! [
//!   {"to": "5511999990001", "times": 2, "fault": {"kind": "rateLimited", "retryAfter": {"seconds": 1}}},
//!   {"path": "/chat/v1/send/*", "method": "POST", "skip": 10, "every": 5, "fault": {"kind": "slow", "milliseconds": 300}},
//!   {"bodyContains": "be700000", "fault": {"kind": "redirect", "status": 307, "location": "http://127.0.0.1:9/"}},
//!   {"times": 1, "fault": {"kind": "custom", "status": 503, "contentType": "text/plain", "body": "…", "accepted": false}}
//! ]
//! ```
//!
//! `retryAfter` is `"none"`, `{"seconds": 3}`, `{"httpDate": 3}` (seconds from now) or `{"text": "soon"}`.
//!
//! # Choices where the facts stop
//!
//! * Values that are malformed (not JSON, wrong type, not a UUID, `PageSize` 101, an unknown filter word) are 400 as
//!   ProblemDetails; values that are well formed but wrong (unknown chatbot, channel, conversation, bad number) are 400 with the
//!   envelope, key `FORM_ERROR`. A body that is not declared as JSON is 415.
//! * A chatbot can be sent if it is an automation, published, not archived, and open to the API. Its `id` is not its key.
//! * `from` is the id, the number or the `@user` of an active channel. It is needed unless `sessionId` is given, which wins over
//!   `to` and `from`. Phones go to WhatsApp channels, `@users` to the others.
//! * A contact has at most one open conversation on a channel. A chatbot is in execution until its conversation is finished,
//!   the contact answers, or [`Sandbox::finish_bots`].
//! * A send that a skip option holds back is accepted: 200 with the conversation as it stands, nothing stored, an entry in the
//!   ledger that says so. A queued one ends as `FAILED`.
//! * A batch with one wrong message is refused as a whole. 1 to 100 messages.
//! * `senderId` is kept and does not deduplicate. `callbackUrl` is kept and never called, as what is sent there is unknown.
//! * An unknown body key (`sessionMetada`) is ignored without a word (§13).
//! * A missing record is what was seen once, a 500 with key `FORM_ERROR`, or 404: [`MissingRecord`].
//! * Lists keep `archived` chatbots, as the API has no filter for them. `Name` fits any part of a name, ignoring case.

mod account;
mod answer;
mod api;
mod connection;
mod control;
mod door;
mod exchange;
mod fault;
mod fault_rule;
mod ids;
mod limits;
mod model;
mod options;
mod outcome;
mod records;
mod sandbox;
pub mod seed;
mod state;
mod words;

pub use fault::{Fault, RetryAfter};
pub use fault_rule::{FaultRule, FaultState, InvalidFaultRule};
pub use limits::{RateLimits, Window};
pub use model::{
    AccountSeed, AutomationUsage, Channel, ChannelIdentity, ChannelType, Chatbot, ChatbotType, Contact,
    ContactStatus, PublishStatus, Recipient, Session, SessionStatus,
};
pub use options::{MissingRecord, SandboxOptions};
pub use outcome::Outcome;
pub use records::{Endpoint, Keep, LedgerEntry, RecordedRequest, SkipRule};
pub use sandbox::Sandbox;
