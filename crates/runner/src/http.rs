//! The host's HTTP client: authentication, pacing, journal and repeats around every call of a node.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use heddle_node::{Effect, HttpClient, HttpError, HttpErrorKind, HttpRequest, Json, JsonObject, Outcome};
use http::Response;
use tokio::time::Instant;

use crate::credentials::ResolvedCredential;
use crate::events::Event;
use crate::journal::{CallKey, Record};
use crate::node_run::NodeRunContext;
use crate::policy::{Decision, Happened, decide};
use crate::transport::{NoAnswer, Try};

/// Tries of one call whose earlier tries are proven to have done nothing.
const TRIES: u32 = 4;
/// First pause before a repeat; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// First pause after a 429 that names no time; it doubles each time.
const FIRST_RATE_LIMIT_PAUSE: Duration = Duration::from_secs(1);
/// The longest single pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The HTTP client of one item.
pub(crate) struct ItemHttp<'a> {
    run: &'a NodeRunContext<'a>,
    item: usize,
    /// What the node says that this item does.
    effect: Effect,
    /// Whom the item is for.
    order_key: Option<&'a str>,
    /// Whether the calls are those of all items at once.
    takes_all_items: bool,
    calls: AtomicU32,
    record: Mutex<ItemRecord>,
}

/// What the calls of an item have shown so far.
#[derive(Default)]
pub(crate) struct ItemRecord {
    /// The gravest outcome of its calls with an effect.
    pub(crate) outcome: Option<Outcome>,
    /// The last request of a dry run, secrets masked.
    pub(crate) dry_run_request: Option<Json>,
    /// Whether the item called a workflow: then its effect is whatever that did.
    pub(crate) called_workflow: bool,
    /// The id under which the service knows the last call with an effect.
    pub(crate) sender_id: Option<String>,
}

impl<'a> ItemHttp<'a> {
    /// The client of the item at `item`.
    pub(crate) fn new(
        run: &'a NodeRunContext<'a>,
        item: usize,
        effect: Effect,
        order_key: Option<&'a str>,
    ) -> Self {
        Self {
            run,
            item,
            effect,
            order_key,
            takes_all_items: false,
            calls: AtomicU32::new(0),
            record: Mutex::default(),
        }
    }

    /// The client of a node that takes its items all at once.
    pub(crate) fn for_all_items(run: &'a NodeRunContext<'a>) -> Self {
        Self { takes_all_items: true, ..Self::new(run, 0, Effect::Pure, None) }
    }

    /// Takes out what the calls have shown.
    pub(crate) fn take_record(&self) -> ItemRecord {
        std::mem::take(&mut *self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes the end of a workflow that the item called, with the gravest outcome of its sends, if it has any.
    pub(crate) fn note_call(&self, outcome: Option<Outcome>) {
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        record.called_workflow = true;
        record.outcome = record.outcome.max(outcome);
    }

    fn note_outcome(&self, effect: Effect, outcome: Outcome) {
        if effect != Effect::Pure {
            let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
            record.outcome = record.outcome.max(Some(outcome));
        }
    }

    /// Tells that a call with an effect is about to leave.
    fn note_start(&self, call: &Call<'_>) {
        if call.effect == Effect::Pure {
            return;
        }
        if call.sender_id.is_some() {
            let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
            record.sender_id.clone_from(&call.sender_id);
        }
        let item = (!self.takes_all_items).then_some(self.item);
        self.run.events.receive(&Event::CallStarted { at: Arc::clone(&self.run.at), item });
    }

    fn show(&self, request: &http::Request<Bytes>, credential: Option<&ResolvedCredential>) -> HttpError {
        let shown = describe_request(request, credential);
        self.record.lock().unwrap_or_else(PoisonError::into_inner).dry_run_request = Some(shown);
        HttpError {
            kind: HttpErrorKind::DryRun,
            outcome: Outcome::NotDone,
            message: "A dry run: the request was not sent".to_owned(),
        }
    }

    fn cancelled(&self) -> HttpError {
        HttpError {
            kind: HttpErrorKind::Cancelled,
            outcome: Outcome::NotDone,
            message: "The run was cancelled before the request was sent".to_owned(),
        }
    }

    /// Waits until `moment`, or until the run is cancelled.
    async fn wait_until(&self, moment: Instant) -> Result<(), HttpError> {
        if self.run.cancel.is_cancelled() {
            return Err(self.cancelled());
        }
        let now = Instant::now();
        if moment <= now {
            return Ok(());
        }
        let duration = moment - now;
        self.run.events.receive(&Event::Waiting { at: Arc::clone(&self.run.at), item: self.item, duration });
        tokio::select! {
            biased;
            () = self.run.cancel.cancelled() => Err(self.cancelled()),
            () = tokio::time::sleep_until(moment) => Ok(()),
        }
    }
}

#[async_trait]
impl HttpClient for ItemHttp<'_> {
    async fn send(&self, request: HttpRequest) -> Result<Response<Bytes>, HttpError> {
        let HttpRequest { mut request, effect, credential, time_limit, sender_id } = request;
        let effect = effect.unwrap_or(if request.method().is_safe() { Effect::Pure } else { self.effect });
        let credential = match credential {
            Some(type_name) => Some(self.run.credential(&type_name).map_err(|error| HttpError {
                kind: HttpErrorKind::Credential,
                outcome: Outcome::NotDone,
                message: error.message.clone(),
            })?),
            None => None,
        };
        if self.run.dry_run {
            return Err(self.show(&request, credential));
        }
        if let Some(credential) = credential {
            credential.authenticate(&mut request).map_err(|message| HttpError {
                kind: HttpErrorKind::Credential,
                outcome: Outcome::NotDone,
                message,
            })?;
        }
        let call = Call {
            item: self,
            key: CallKey {
                execution: self.run.execution,
                node: Arc::clone(&self.run.at.node),
                run: self.run.at.run,
                item: self.item,
                call: self.calls.fetch_add(1, Ordering::Relaxed),
            },
            effect,
            credential,
            time_limit: time_limit.unwrap_or(self.run.time_limit),
            sender_id,
        };
        call.perform(request).await
    }
}

/// One call, with all its tries.
struct Call<'a> {
    item: &'a ItemHttp<'a>,
    key: CallKey,
    effect: Effect,
    credential: Option<&'a ResolvedCredential>,
    time_limit: Duration,
    sender_id: Option<String>,
}

impl Call<'_> {
    async fn perform(&self, request: http::Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let mut attempt = 0;
        let mut rate_limited = 0;
        let mut budget = self.item.run.wait_budget;
        loop {
            self.wait_for_permit(&request, &mut budget).await?;
            attempt += 1;
            let (decision, answer) = self.attempt(request.clone(), attempt).await?;
            match decision {
                Decision::Wait(asked) => {
                    rate_limited += 1;
                    let pause = asked.unwrap_or_else(|| growing_pause(FIRST_RATE_LIMIT_PAUSE, rate_limited));
                    if pause > budget {
                        self.item.note_outcome(self.effect, Outcome::NotDone);
                        return answer.map_err(|none| no_answer(none, Outcome::NotDone));
                    }
                    budget -= pause;
                    let moment = Instant::now() + pause;
                    if let Some(credential) = self.credential {
                        credential.pacer.hold_until(moment);
                    }
                    self.item.wait_until(moment).await?;
                }
                Decision::Repeat(_) if attempt - rate_limited < TRIES => {
                    self.item
                        .wait_until(Instant::now() + growing_pause(FIRST_PAUSE, attempt - rate_limited))
                        .await?;
                }
                Decision::Repeat(outcome) | Decision::End(outcome) => {
                    self.item.note_outcome(self.effect, outcome);
                    return answer.map_err(|none| no_answer(none, outcome));
                }
            }
        }
    }

    /// Waits until the account's limits allow the request.
    async fn wait_for_permit(
        &self,
        request: &http::Request<Bytes>,
        budget: &mut Duration,
    ) -> Result<(), HttpError> {
        let now = Instant::now();
        let moment = match self.credential {
            Some(credential) => {
                credential.pacer.book(request.method().as_str(), request.uri().path(), now, *budget)
            }
            None => Some(now),
        };
        let Some(moment) = moment else {
            return Err(HttpError {
                kind: HttpErrorKind::RateLimit,
                outcome: Outcome::NotDone,
                message: format!(
                    "The request was not sent: the service's rate limit leaves no room within {} s",
                    budget.as_secs()
                ),
            });
        };
        *budget = budget.saturating_sub(moment - now);
        self.item.wait_until(moment).await
    }

    /// One try, with its two records, and what may follow it.
    async fn attempt(
        &self,
        request: http::Request<Bytes>,
        attempt: u32,
    ) -> Result<(Decision, Result<Response<Bytes>, NoAnswer>), HttpError> {
        let journal = self.item.run.journal;
        let started = Record::Started {
            key: self.key.clone(),
            effect: self.effect,
            attempt,
            request: name_request(&request),
            order_key: self.item.order_key.map(str::to_owned),
            sender_id: self.sender_id.clone(),
        };
        journal.append(started).map_err(|error| HttpError {
            kind: HttpErrorKind::Invalid,
            outcome: Outcome::NotDone,
            message: format!("The request was not sent, since the journal cannot be written: {error}"),
        })?;
        self.item.note_start(self);
        let mut in_flight = InFlight { call: self, attempt, open: true };
        let Try { happened, answer } = self.item.run.transport.send(request, self.time_limit).await;
        let decision = decide(self.effect, happened);
        let outcome = match decision {
            Decision::Wait(_) => Outcome::NotDone,
            Decision::Repeat(outcome) | Decision::End(outcome) => outcome,
        };
        let status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
        in_flight.end(status, outcome);
        Ok((decision, answer))
    }
}

/// A try whose end is not known yet. When its future is dropped, the journal says what that leaves.
struct InFlight<'a> {
    call: &'a Call<'a>,
    attempt: u32,
    open: bool,
}

impl InFlight<'_> {
    fn end(&mut self, status: Option<u16>, outcome: Outcome) {
        self.open = false;
        let ended = Record::Ended { key: self.call.key.clone(), attempt: self.attempt, status, outcome };
        // The call has happened: a journal that cannot take its end still holds its start, which reads as unknown.
        let _ = self.call.item.run.journal.append(ended);
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        if self.open {
            let outcome = match decide(self.call.effect, Happened::CancelledAfter) {
                Decision::End(outcome) | Decision::Repeat(outcome) => outcome,
                Decision::Wait(_) => Outcome::NotDone,
            };
            self.call.item.note_outcome(self.call.effect, outcome);
            self.end(None, outcome);
        }
    }
}

fn no_answer(none: NoAnswer, outcome: Outcome) -> HttpError {
    let NoAnswer { kind, reason } = none;
    let message = match (kind, outcome) {
        (HttpErrorKind::Connect, _) => format!("The service could not be reached: {reason}"),
        (HttpErrorKind::Invalid, _) => format!("The request was not sent: {reason}"),
        (_, Outcome::Unknown) => format!(
            "The request was sent, but no answer came back, so nobody can tell whether it took effect: {reason}"
        ),
        _ => format!("The service gave no answer: {reason}"),
    };
    HttpError { kind, outcome, message }
}

/// Doubles with each try and varies by a quarter, so that many callers do not come back at once.
fn growing_pause(first: Duration, tries: u32) -> Duration {
    let doubled = first.saturating_mul(1 << tries.saturating_sub(1).min(16));
    doubled.min(LONGEST_PAUSE).mul_f64(0.75 + fastrand::f64() * 0.5)
}

/// Method and URL, without the query, which may hold a secret.
fn name_request(request: &http::Request<Bytes>) -> String {
    let mut name = format!("{} {}", request.method(), request.uri());
    name.truncate(name.find('?').unwrap_or(name.len()));
    name
}

/// A request as a dry run shows it: no secret is in it, since it has not been authenticated.
fn describe_request(request: &http::Request<Bytes>, credential: Option<&ResolvedCredential>) -> Json {
    let mut headers = JsonObject::new();
    for (name, value) in request.headers() {
        headers.insert(name.as_str(), Json::from(String::from_utf8_lossy(value.as_bytes()).as_ref()));
    }
    for name in credential.into_iter().flat_map(ResolvedCredential::masked_headers) {
        headers.insert(name, Json::from("***"));
    }
    let mut shown = JsonObject::new();
    shown.insert("method", Json::from(request.method().as_str()));
    shown.insert("url", Json::from(request.uri().to_string()));
    shown.insert("headers", Json::from(headers));
    if !request.body().is_empty() {
        let body = Json::parse_slice(request.body())
            .unwrap_or_else(|_| Json::from(String::from_utf8_lossy(request.body()).as_ref()));
        shown.insert("body", body);
    }
    Json::from(shown)
}
