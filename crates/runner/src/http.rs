//! The host's HTTP client: what a call may do, authentication, pacing, journal and repeats around every call of a node.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use heddle_node::{
    Effect, HttpClient, HttpError, HttpErrorKind, HttpRequest, Json, JsonObject, NodeError, Outcome,
};
use http::Response;
use tokio::time::Instant;

use crate::credentials::ResolvedCredential;
use crate::events::Event;
use crate::journal::{CallKey, Record};
use crate::masking::{MASK, Secrets, is_secret, masked_url};
use crate::node_run::NodeRunContext;
use crate::policy::{Decision, Happened, decide};
use crate::reachability::host_of;
use crate::transport::{NoAnswer, Try};

/// Tries of one call that may be repeated. Their pauses add up to nearly 4 seconds, and to 2.8 at least.
const TRIES: u32 = 5;
/// Answers 429 that one call waits for.
const RATE_LIMITS: u32 = 10;
/// First pause before a repeat; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// First pause after a 429 at least; it doubles each time.
const FIRST_RATE_LIMIT_PAUSE: Duration = Duration::from_secs(1);
/// The longest single pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The HTTP client of one item.
pub(crate) struct ItemHttp<'a> {
    run: &'a NodeRunContext<'a>,
    item: usize,
    /// What the node states that this item does.
    stated: Option<Effect>,
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
    /// The gravest effect of its calls.
    pub(crate) effect: Option<Effect>,
    /// The gravest outcome of its calls with an effect.
    pub(crate) outcome: Option<Outcome>,
    /// The least grave outcome of them.
    pub(crate) least_outcome: Option<Outcome>,
    /// The last request of a dry run, secrets masked.
    pub(crate) dry_run_request: Option<Json>,
    /// Whether the item called a workflow: then its effect is whatever that did.
    pub(crate) called_workflow: bool,
    /// The gravest outcome of what called workflows sent.
    pub(crate) called_outcome: Option<Outcome>,
    /// Why a call was refused: it was graver than the node states.
    pub(crate) refusal: Option<NodeError>,
    /// A service could not be reached, as for many items before.
    pub(crate) gave_up: bool,
    /// The id under which the service knows the last call with an effect.
    pub(crate) sender_id: Option<String>,
}

impl<'a> ItemHttp<'a> {
    /// The client of the item at `item`.
    pub(crate) fn new(
        run: &'a NodeRunContext<'a>,
        item: usize,
        stated: Option<Effect>,
        order_key: Option<&'a str>,
    ) -> Self {
        Self {
            run,
            item,
            stated,
            order_key,
            takes_all_items: false,
            calls: AtomicU32::new(0),
            record: Mutex::default(),
        }
    }

    /// The client of a node that takes its items all at once.
    pub(crate) fn for_all_items(run: &'a NodeRunContext<'a>, stated: Option<Effect>) -> Self {
        Self { takes_all_items: true, ..Self::new(run, 0, stated, None) }
    }

    /// Takes out what the calls have shown.
    pub(crate) fn take_record(&self) -> ItemRecord {
        std::mem::take(&mut *self.record())
    }

    fn record(&self) -> MutexGuard<'_, ItemRecord> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the end of a workflow that the item called, with the gravest outcome of its sends, if it has any.
    pub(crate) fn note_workflow(&self, outcome: Option<Outcome>) {
        let mut record = self.record();
        record.called_workflow = true;
        record.called_outcome = record.called_outcome.max(outcome);
    }

    fn note_outcome(&self, effect: Effect, outcome: Outcome) {
        if effect != Effect::Pure {
            let mut record = self.record();
            record.outcome = record.outcome.max(Some(outcome));
            record.least_outcome = Some(record.least_outcome.map_or(outcome, |least| least.min(outcome)));
        }
    }

    /// Lets a call go on that is no graver than the node states.
    ///
    /// # Errors
    /// When it is graver: it must not leave.
    pub(crate) fn admit(&self, effect: Effect, call: &dyn Fn() -> String) -> Result<(), HttpError> {
        let mut record = self.record();
        match self.stated {
            Some(stated) if effect > stated => {
                let error = HttpError {
                    kind: HttpErrorKind::GraverThanStated,
                    outcome: Outcome::NotDone,
                    message: format!(
                        "The node \"{}\" states that it is {}, and {} is {}: it was refused before it left",
                        self.run.at.node,
                        effect_text(stated),
                        call(),
                        effect_text(effect),
                    ),
                };
                let refusal = NodeError::from(error.clone())
                    .with_description(
                        "The author of the node must state its effect (EFFECT), or that of this call (with_effect).",
                    )
                    .with_context("statedEffect", format!("{stated:?}").to_lowercase())
                    .with_context("callEffect", format!("{effect:?}").to_lowercase());
                record.refusal = Some(refusal);
                Err(error)
            }
            _ => {
                record.effect = record.effect.max(Some(effect));
                Ok(())
            }
        }
    }

    /// Tells that a call with an effect is about to leave.
    fn note_start(&self, call: &Call<'_>) {
        if call.effect == Effect::Pure {
            return;
        }
        if call.sender_id.is_some() {
            self.record().sender_id.clone_from(&call.sender_id);
        }
        let item = (!self.takes_all_items).then_some(self.item);
        self.run.events.receive(&Event::CallStarted { at: Arc::clone(&self.run.at), item });
    }

    fn show(&self, request: &http::Request<Bytes>, credential: Option<&ResolvedCredential>) -> HttpError {
        let shown = describe_request(request, credential);
        self.record().dry_run_request = Some(shown);
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
        let effect = request.call_effect();
        let HttpRequest { mut request, credential, time_limit, sender_id, answer_limit, .. } = request;
        self.admit(effect, &|| format!("the call {}", name_request(&request)))?;
        let credential = match credential {
            Some(type_name) => {
                Some(self.run.credential(&type_name, self.item).map_err(|error| HttpError {
                    kind: HttpErrorKind::Credential,
                    outcome: Outcome::NotDone,
                    message: error.message.clone(),
                })?)
            }
            None => None,
        };
        if self.run.dry_run {
            return Err(self.show(&request, credential));
        }
        let mut own_secrets = Secrets::default();
        own_secrets.add_request(&request);
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
            host: host_of(request.uri()),
            time_limit: time_limit.unwrap_or(self.run.time_limit),
            answer_limit: answer_limit.unwrap_or(self.run.answer_limit),
            sender_id,
        };
        let mut answer = call.perform(request).await?;
        own_secrets.mask_answer(&mut answer);
        if let Some(credential) = credential {
            credential.secrets.mask_answer(&mut answer);
        }
        Ok(answer)
    }
}

/// One call, with all its tries.
struct Call<'a> {
    item: &'a ItemHttp<'a>,
    key: CallKey,
    effect: Effect,
    credential: Option<&'a ResolvedCredential>,
    /// The host that it goes to.
    host: String,
    time_limit: Duration,
    answer_limit: usize,
    sender_id: Option<String>,
}

impl Call<'_> {
    async fn perform(&self, request: http::Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let mut known = Outcome::NotDone;
        let result = self.repeat(request, &mut known).await;
        self.item.note_outcome(self.effect, known);
        // Of a call without an effect there is nothing to be known.
        let outcome = if self.effect == Effect::Pure { Outcome::NotDone } else { known };
        match result {
            Ok(answer) => answer.map_err(|none| no_answer(none, outcome)),
            Err(error) => Err(HttpError { outcome, ..error }),
        }
    }

    /// Tries as often as the table allows. `known` is what is known of the effect after all tries: one that nobody can tell
    /// of stays unknown, unless a later one is done.
    async fn repeat(
        &self,
        request: http::Request<Bytes>,
        known: &mut Outcome,
    ) -> Result<Result<Response<Bytes>, NoAnswer>, HttpError> {
        let (mut attempt, mut rate_limited) = (0, 0);
        let mut was_reached = false;
        let mut budget = self.item.run.wait_budget;
        let reachability = &self.item.run.transport.reachability;
        loop {
            let permit = self.wait_for_permit(&request, &mut budget).await?;
            attempt += 1;
            let Attempt { happened, decision, answer } = self.attempt(request.clone(), attempt).await?;
            if let Decision::Repeat(outcome) | Decision::End(outcome) = decision {
                *known = if outcome == Outcome::Done { outcome } else { (*known).max(outcome) };
            }
            if happened == Happened::NotWritten {
                self.give_back(&request, permit);
            } else if !matches!(&answer, Err(none) if none.kind == HttpErrorKind::Invalid) {
                was_reached = true;
                reachability.note_reached(&self.host);
            }
            match decision {
                Decision::Wait(asked) => {
                    rate_limited += 1;
                    let pause =
                        growing_pause(FIRST_RATE_LIMIT_PAUSE, rate_limited).max(asked.unwrap_or_default());
                    if pause > budget || rate_limited >= RATE_LIMITS {
                        return Ok(answer);
                    }
                    budget -= pause;
                    let moment = Instant::now() + pause;
                    if let Some(credential) = self.credential {
                        credential.pacer.hold_until(moment);
                    }
                    self.item.wait_until(moment).await?;
                }
                Decision::Repeat(_) => {
                    let tries = attempt - rate_limited;
                    let gives_up = !was_reached && reachability.is_given_up(&self.host);
                    if tries >= TRIES || gives_up {
                        if !was_reached {
                            reachability.note_unreached(&self.host, &self.key);
                            self.item.record().gave_up |= gives_up;
                        }
                        return Ok(answer);
                    }
                    self.item.wait_until(Instant::now() + growing_pause(FIRST_PAUSE, tries)).await?;
                }
                Decision::End(_) => return Ok(answer),
            }
        }
    }

    /// A request that never left counts towards no limit.
    fn give_back(&self, request: &http::Request<Bytes>, permit: Instant) {
        if let Some(credential) = self.credential {
            credential.pacer.give_back(request.method().as_str(), request.uri().path(), permit);
        }
    }

    /// Waits until the account's limits allow the request, and gives the moment that it was booked for.
    async fn wait_for_permit(
        &self,
        request: &http::Request<Bytes>,
        budget: &mut Duration,
    ) -> Result<Instant, HttpError> {
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
        self.item.wait_until(moment).await.inspect_err(|_| self.give_back(request, moment))?;
        Ok(moment)
    }

    /// One try, with its two records, and what may follow it.
    async fn attempt(&self, request: http::Request<Bytes>, attempt: u32) -> Result<Attempt, HttpError> {
        if self.item.run.stop.is_over() {
            return Err(self.item.cancelled());
        }
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
        let transport = self.item.run.transport;
        let Try { happened, answer } = transport.send(request, self.time_limit, self.answer_limit).await;
        let decision = decide(self.effect, happened);
        let outcome = match decision {
            Decision::Wait(_) => Outcome::NotDone,
            Decision::Repeat(outcome) | Decision::End(outcome) => outcome,
        };
        let status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
        in_flight.end(status, outcome);
        Ok(Attempt { happened, decision, answer })
    }
}

/// What came of one try.
struct Attempt {
    happened: Happened,
    decision: Decision,
    answer: Result<Response<Bytes>, NoAnswer>,
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
        (HttpErrorKind::Invalid, Outcome::NotDone) => format!("The request was not sent: {reason}"),
        (HttpErrorKind::TooLarge, Outcome::Done) => {
            format!("The service accepted the request, but its answer cannot be read: {reason}")
        }
        (HttpErrorKind::TooLarge, _) => format!("The answer of the service cannot be read: {reason}"),
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

/// What a call of this effect does, as a message says it.
fn effect_text(effect: Effect) -> &'static str {
    match effect {
        Effect::Pure => "pure",
        Effect::Idempotent => "idempotent",
        Effect::Send => "a send",
    }
}

/// Method and URL, without the password and the query, which may hold a secret.
fn name_request(request: &http::Request<Bytes>) -> String {
    let mut name = format!("{} {}", request.method(), masked_url(request.uri()));
    name.truncate(name.find('?').unwrap_or(name.len()));
    name
}

/// A request as a dry run shows it. It has not been authenticated; what the node itself knows of the secrets is masked.
fn describe_request(request: &http::Request<Bytes>, credential: Option<&ResolvedCredential>) -> Json {
    let mut secrets = credential.map(|credential| credential.secrets.clone()).unwrap_or_default();
    secrets.add_request(request);
    let mut headers = JsonObject::new();
    for (name, value) in request.headers() {
        let text = match is_secret(name, value) {
            true => MASK.to_owned(),
            false => secrets.mask_text(&String::from_utf8_lossy(value.as_bytes())),
        };
        headers.insert(name.as_str(), Json::from(text));
    }
    for name in credential.into_iter().flat_map(ResolvedCredential::masked_headers) {
        headers.insert(name, Json::from(MASK));
    }
    let mut shown = JsonObject::new();
    shown.insert("method", Json::from(request.method().as_str()));
    shown.insert("url", Json::from(secrets.mask_text(&masked_url(request.uri()))));
    shown.insert("headers", Json::from(headers));
    if !request.body().is_empty() {
        let text = secrets.mask_text(&String::from_utf8_lossy(request.body()));
        shown.insert("body", Json::parse(&text).unwrap_or_else(|_| Json::from(text)));
    }
    Json::from(shown)
}
