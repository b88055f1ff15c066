//! Which requests a fault befalls.

use http::{HeaderValue, Method};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::fault::{Fault, RetryAfter};
use crate::model::Recipient;

/// Which requests a fault befalls. Rules are tried in the order they were added; the first that is due wins.
///
/// All matchers of a rule must fit; a rule without matchers fits every API request. Of the requests that fit, the first
/// `skip` are let by, then each `every`th is hit, `times` times in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultRule {
    /// A recipient of the send (`to`; of a batch, any of its messages'), in any spelling. A send that only names a
    /// conversation has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Text that the body holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_contains: Option<String>,
    /// The path as it stands in the request; with `*` at the end, its beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// How many fitting requests are let by first.
    #[serde(default)]
    pub skip: u64,
    /// After those, each how many-th is hit; 1 hits each.
    #[serde(default = "one")]
    pub every: u64,
    /// How often the fault happens; `None` for always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// What goes wrong.
    #[serde(deserialize_with = "whole_fault")]
    pub fault: Fault,
}

impl FaultRule {
    /// A rule that hits every request.
    pub const fn new(fault: Fault) -> Self {
        Self {
            to: None,
            body_contains: None,
            path: None,
            method: None,
            skip: 0,
            every: 1,
            times: None,
            fault,
        }
    }

    /// Only sends to this recipient.
    pub fn to(self, recipient: impl Into<String>) -> Self {
        Self { to: Some(recipient.into()), ..self }
    }

    /// Only requests whose body holds this text.
    pub fn body_contains(self, text: impl Into<String>) -> Self {
        Self { body_contains: Some(text.into()), ..self }
    }

    /// Only requests of this path; with `*` at the end, of paths that begin so.
    pub fn path(self, path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// Only requests of this method.
    pub fn method(self, method: impl Into<String>) -> Self {
        Self { method: Some(method.into()), ..self }
    }

    /// Lets the first so many fitting requests by.
    pub fn skip(self, requests: u64) -> Self {
        Self { skip: requests, ..self }
    }

    /// Hits only each so many-th of them.
    pub fn every(self, requests: u64) -> Self {
        Self { every: requests, ..self }
    }

    /// Happens only so many times.
    pub fn times(self, times: u64) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Hits only the so many-th fitting request, counted from 1.
    pub fn nth(self, number: u64) -> Self {
        self.skip(number.saturating_sub(1)).times(1)
    }

    fn check(&self) -> Result<(), InvalidFaultRule> {
        let problem = match &self.fault {
            _ if self.every == 0 => "`every` must be at least 1",
            _ if self.to.as_ref().is_some_and(|to| Recipient::read(to).is_none()) => {
                "`to` is neither a phone number nor an @user"
            }
            Fault::RefuseConnection if self.matches_requests() => {
                "a refused connection is not read, so `to`, `bodyContains`, `path` and `method` cannot be matched"
            }
            Fault::Redirect { status, .. } if !matches!(status, 301 | 302 | 303 | 307 | 308) => {
                "the status of a redirect is 301, 302, 303, 307 or 308"
            }
            Fault::Redirect { location, .. } if HeaderValue::from_str(location).is_err() => {
                "`location` does not fit a header"
            }
            Fault::RateLimited { retry_after: RetryAfter::Text(text) }
                if HeaderValue::from_str(text).is_err() =>
            {
                "`retryAfter` does not fit a header"
            }
            Fault::RateLimited { retry_after: RetryAfter::HttpDate(seconds) } if *seconds > 1_000_000_000 => {
                "`httpDate` is too far away"
            }
            Fault::Custom { status, .. } if !(200..600).contains(status) => "`status` must be 200 to 599",
            Fault::Custom { content_type, .. } if HeaderValue::from_str(content_type).is_err() => {
                "`contentType` does not fit a header"
            }
            _ => return Ok(()),
        };
        Err(InvalidFaultRule(problem))
    }

    fn matches_requests(&self) -> bool {
        self.to.is_some() || self.body_contains.is_some() || self.path.is_some() || self.method.is_some()
    }
}

/// Why a [`FaultRule`] cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFaultRule(&'static str);

impl std::fmt::Display for InvalidFaultRule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for InvalidFaultRule {}

/// A rule and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultState {
    /// The rule.
    pub rule: FaultRule,
    /// How many requests fitted.
    pub matched: u64,
    /// How often the fault happened.
    pub applied: u64,
}

impl FaultState {
    /// Counts a request that fits and says whether the fault happens to it, unless `taken` by an earlier rule.
    fn is_due(&mut self, taken: bool) -> bool {
        self.matched += 1;
        let after_skipped = self.matched.checked_sub(self.rule.skip.saturating_add(1));
        let due = after_skipped.is_some_and(|number| number % self.rule.every == 0)
            && self.rule.times.is_none_or(|times| self.applied < times)
            && !taken;
        self.applied += u64::from(due);
        due
    }
}

/// What rules look at.
pub(crate) struct Probe<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) body: &'a [u8],
}

/// The rules in force.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) states: Vec<FaultState>,
}

impl Faults {
    pub(crate) fn add(&mut self, rules: Vec<FaultRule>) -> Result<(), InvalidFaultRule> {
        rules.iter().try_for_each(FaultRule::check)?;
        self.states.extend(rules.into_iter().map(|rule| FaultState { rule, matched: 0, applied: 0 }));
        Ok(())
    }

    /// Whether a fault befalls a new connection.
    pub(crate) fn befalls_connection(&mut self) -> bool {
        let mut befalls = false;
        for state in self.states.iter_mut().filter(|state| state.rule.fault == Fault::RefuseConnection) {
            befalls |= state.is_due(befalls);
        }
        befalls
    }

    /// The fault that befalls a request.
    pub(crate) fn befalls_request(&mut self, probe: &Probe<'_>) -> Option<Fault> {
        let mut recipients = None;
        let mut fault = None;
        for state in self.states.iter_mut().filter(|state| state.rule.fault != Fault::RefuseConnection) {
            let rule = &state.rule;
            let fits =
                rule.method.as_ref().is_none_or(|method| probe.method.as_str().eq_ignore_ascii_case(method))
                    && rule.path.as_ref().is_none_or(|path| fits_path(path, probe.path))
                    && rule.body_contains.as_ref().is_none_or(|text| contains(probe.body, text.as_bytes()))
                    && rule.to.as_ref().is_none_or(|to| {
                        let recipients = recipients.get_or_insert_with(|| recipients_of(probe.body));
                        Recipient::read(to).is_some_and(|to| recipients.contains(&to))
                    });
            if fits && state.is_due(fault.is_some()) {
                fault = Some(state.rule.fault.clone());
            }
        }
        fault
    }
}

fn fits_path(pattern: &str, path: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == path, |start| path.starts_with(start))
}

fn contains(body: &[u8], text: &[u8]) -> bool {
    text.is_empty() || body.windows(text.len()).any(|window| window == text)
}

/// Everyone that a body is addressed to: `to`, and `messages[].to` of a batch.
fn recipients_of(body: &[u8]) -> Vec<Recipient> {
    #[derive(Deserialize)]
    struct Message {
        to: Option<String>,
    }
    #[derive(Deserialize)]
    struct Body {
        to: Option<String>,
        #[serde(default)]
        messages: Vec<Message>,
    }
    let Ok(body) = serde_json::from_slice::<Body>(body) else { return Vec::new() };
    let all = body.to.into_iter().chain(body.messages.into_iter().filter_map(|message| message.to));
    all.filter_map(|to| Recipient::read(&to)).collect()
}

/// A fault none of whose fields is unknown: serde by itself overlooks them where a kind has no fields at all.
fn whole_fault<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Fault, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let fault = Fault::deserialize(&value).map_err(D::Error::custom)?;
    let known = serde_json::to_value(&fault).map_err(D::Error::custom)?;
    let unknown = value.as_object().and_then(|fields| fields.keys().find(|field| known.get(field).is_none()));
    match unknown {
        Some(field) => Err(D::Error::custom(format!("a fault of kind `{}` has no `{field}`", fault.kind()))),
        None => Ok(fault),
    }
}

const fn one() -> u64 {
    1
}
