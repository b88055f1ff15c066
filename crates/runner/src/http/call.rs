//! One outgoing call with all its tries: permits, records, pauses, and what is known of it in the end.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use heddle_node::http::answered_file;
use heddle_node::{Effect, HttpError, HttpErrorKind, Outcome, Redirects};
use http::Response;
use tokio::time::Instant;

use crate::credentials::ResolvedCredential;
use crate::fail_point;
use crate::http::{ItemHttp, name_request};
use crate::log::past::PastEnd;
use crate::log::{CallKey, ClaimRefused, PastCall, Record, StoredCall};
use crate::masking::Secrets;
use crate::policy::{Decision, Happened, decide};
use crate::redirect::{self, Turn};
use crate::stored_answer::{self, LARGEST_KEPT_FILE, LARGEST_KEPT_READ};
use crate::transport::{Limits, NoAnswer, Try};

/// Tries of one call that may be repeated. Their pauses add up to nearly 4 seconds, and to 2.8 at least.
const TRIES: u32 = 5;
/// Answers 429 that one call waits for.
const RATE_LIMITS: u32 = 10;
/// Times that the claim of one call may be refused, since another send was quicker.
const CLAIMS: u32 = 100;
/// First pause before a repeat; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// First pause after a 429 at least; it doubles each time.
const FIRST_RATE_LIMIT_PAUSE: Duration = Duration::from_secs(1);
/// The longest single pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// One call, with all its tries.
pub(crate) struct Call<'a> {
    pub(crate) item: &'a ItemHttp<'a>,
    /// Its key, but for the attempt.
    pub(crate) key: CallKey,
    /// Tells method, URL and body from others.
    pub(crate) digest: String,
    /// What has happened to it before the run was taken up.
    pub(crate) past: Option<PastCall>,
    /// What must not get into the log.
    pub(crate) secrets: &'a Secrets,
    pub(crate) effect: Effect,
    pub(crate) credential: Option<&'a ResolvedCredential>,
    /// The host that it goes to.
    pub(crate) host: String,
    pub(crate) limits: Limits<'a>,
    /// Which redirects the item follows.
    pub(crate) redirects: Redirects,
    /// Whether no answer is a reason to try again.
    pub(crate) takes_any_status: bool,
    /// Whether it is repeated only where nothing was written.
    pub(crate) is_foreign: bool,
    pub(crate) sender_id: Option<String>,
}

impl Call<'_> {
    /// Sends the request, as often as it may be sent.
    ///
    /// # Errors
    /// When no answer came, or none that can be read.
    pub(crate) async fn perform(&self, request: &http::Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let mut known = Outcome::NotDone;
        let result = self.repeat(request, &mut known).await;
        self.item.note_outcome(self.effect, known);
        // Of a call without an effect there is nothing to be known.
        let outcome = if self.effect == Effect::Pure { Outcome::NotDone } else { known };
        match result {
            Ok(answer) => answer.map_err(|none| no_answer(none, outcome)),
            Err(mut error) => {
                if outcome != Outcome::NotDone {
                    error.message.push_str("; nobody can tell whether an earlier try took effect");
                }
                Err(HttpError { outcome, ..error })
            }
        }
    }

    /// Tries as often as the table allows. `known` is what is known of the effect after all tries: one that nobody can tell
    /// of stays unknown, unless a later one is done.
    async fn repeat(
        &self,
        request: &http::Request<Bytes>,
        known: &mut Outcome,
    ) -> Result<Result<Response<Bytes>, NoAnswer>, HttpError> {
        let (mut attempt, mut rate_limited, mut refused) = (0, 0, 0);
        let mut was_reached = false;
        let mut budget = self.item.run.wait_budget;
        let reachability = &self.item.run.transport.reachability;
        loop {
            let past = self.past_attempt(attempt);
            let permit = match past {
                Some(_) => None,
                None => Some(self.wait_for_permit(request, &mut budget).await?),
            };
            if let Some(permit) = permit
                && self.effect != Effect::Pure
                && !self.item.may_leave_now().await.inspect_err(|_| self.give_back(request, permit))?
            {
                self.give_back(request, permit);
                continue;
            }
            attempt += 1;
            let made = match past {
                Some(end) => Some(self.recall(end)),
                None => self.attempt(request.clone(), attempt).await?,
            };
            let Some(Attempt { happened, decision, answer }) = made else {
                // Another send was quicker: it may be this one's turn again, or never.
                permit.inspect(|permit| self.give_back(request, *permit));
                refused += 1;
                if refused >= CLAIMS {
                    return Err(self.not_claimed("its log and its book of sends disagree"));
                }
                self.item.pass_gate_again().await?;
                attempt -= 1;
                continue;
            };
            let goes_on_in_past = self.past_attempt(attempt).is_some();
            if let Decision::Repeat(outcome) | Decision::End(outcome) = decision {
                *known = if outcome == Outcome::Done { outcome } else { (*known).max(outcome) };
            }
            if happened == Happened::NotWritten {
                permit.inspect(|permit| self.give_back(request, *permit));
            } else if past.is_some() {
                was_reached = true;
            } else if !matches!(&answer, Err(none) if none.kind == HttpErrorKind::Invalid) {
                was_reached = true;
                reachability.note_reached(&self.host);
            }
            match decision {
                Decision::Wait(asked) => {
                    rate_limited += 1;
                    if goes_on_in_past {
                        continue;
                    }
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
                Decision::Repeat(_) if goes_on_in_past => {}
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
            return Err(HttpError::not_sent(
                HttpErrorKind::RateLimit,
                format!(
                    "The request was not sent: the service's rate limit leaves no room within {} s",
                    budget.as_secs()
                ),
            ));
        };
        *budget = budget.saturating_sub(moment - now);
        self.item.wait_until(moment).await.inspect_err(|_| self.give_back(request, moment))?;
        Ok(moment)
    }

    /// What is known of the attempt after `attempts` ones; `None` where there was none.
    fn past_attempt(&self, attempts: u32) -> Option<Option<&PastEnd>> {
        let attempt = self.past.as_ref()?.attempts.get(attempts as usize)?;
        Some(attempt.as_ref())
    }

    /// An attempt that was made before the run was taken up. One without an end ended with the process: whatever it sent
    /// may have been received.
    fn recall(&self, end: Option<&PastEnd>) -> Attempt {
        self.item.note_start(self);
        let (happened, answer) = match end {
            Some(end) => (end.happened, stored_answer::read(end)),
            None => (Happened::Interrupted, Err(stored_answer::never_read())),
        };
        Attempt { happened, decision: self.decide(happened, answer.is_ok()), answer }
    }

    /// What may follow an attempt to which this happened.
    fn decide(&self, happened: Happened, is_answered: bool) -> Decision {
        match decide(self.effect, happened) {
            Decision::Wait(_) if self.takes_any_status => Decision::End(Outcome::NotDone),
            Decision::Repeat(outcome) if self.takes_any_status && is_answered => Decision::End(outcome),
            Decision::Repeat(outcome) if self.is_foreign && happened != Happened::NotWritten => {
                Decision::End(outcome)
            }
            decision => decision,
        }
    }

    fn not_claimed(&self, why: impl fmt::Display) -> HttpError {
        HttpError::not_sent(
            HttpErrorKind::Invalid,
            format!("The request was not sent, since the log of the run cannot be written: {why}"),
        )
    }

    /// One attempt, with its two records, and what may follow it; `None` where its claim was refused, since another send was
    /// quicker.
    async fn attempt(
        &self,
        request: http::Request<Bytes>,
        attempt: u32,
    ) -> Result<Option<Attempt>, HttpError> {
        if self.item.run.stop.is_over() || self.item.run.recorder.shows_only() {
            return Err(self.item.cancelled());
        }
        let key = CallKey { attempt, ..self.key.clone() };
        let started = Record::CallStarted(Box::new(StoredCall {
            key: key.clone(),
            id: self.item.run.execution,
            effect: self.effect,
            digest: self.digest.clone(),
            request: name_request(&request),
            order_key: self.item.order_key.map(str::to_owned),
            sender_id: self.sender_id.clone(),
            named_item: self.item.named,
            reservation: match self.effect {
                Effect::Pure => None,
                _ => self.item.reservation().map(Box::new),
            },
        }));
        let recorder = &self.item.run.recorder;
        fail_point::reach("claim before");
        match recorder.append(started).await {
            Ok(()) => {}
            Err(error) if ClaimRefused::of(&error).is_some() => return Ok(None),
            Err(error) => return Err(self.not_claimed(error)),
        }
        fail_point::reach("claim after");
        if self.item.run.stop.is_over() {
            // The log may have taken its time.
            let (happened, outcome) = (Happened::CancelledBefore, Outcome::NotDone);
            let _ = recorder
                .append(Record::CallEnded { key, happened, outcome, answer: None, failure: None })
                .await;
            return Err(self.item.cancelled());
        }
        self.item.note_start(self);
        let mut in_flight = InFlight { call: self, open: true };
        let transport = self.item.run.transport;
        let method = request.method().clone();
        let Try { mut happened, answer } = transport.send(request, self.limits).await;
        fail_point::reach("answer read");
        if let (Happened::Undecided, Ok(answer)) = (happened, &answer) {
            let (status, headers) = (answer.status(), answer.headers());
            happened = match redirect::turn(self.redirects, &method, self.effect, status, headers) {
                Some(Turn::Get) => Happened::Answered,
                Some(Turn::Again) => Happened::Moved,
                None => happened,
            };
        }
        let decision = self.decide(happened, answer.is_ok());
        let outcome = match decision {
            Decision::Wait(_) => Outcome::NotDone,
            Decision::Repeat(outcome) | Decision::End(outcome) => outcome,
        };
        let (kept, failure) = match &answer {
            Ok(answer) if self.keeps(answer) => (stored_answer::of(answer, self.secrets), None),
            Ok(_) => (None, None),
            Err(none) => (None, Some(stored_answer::failure(none))),
        };
        let ended = Record::CallEnded {
            key,
            happened,
            outcome,
            answer: kept.map(Box::new),
            failure: failure.map(Box::new),
        };
        // The call has happened: a log that cannot take its end still holds its start, which reads as unknown.
        let _ = recorder.append(ended).await;
        in_flight.open = false;
        fail_point::reach("outcome kept");
        Ok(Some(Attempt { happened, decision, answer }))
    }

    /// Whether an answer is kept: what a later call of the item may depend on is not asked for twice.
    fn keeps(&self, answer: &Response<Bytes>) -> bool {
        let most = match (self.effect, answered_file(answer)) {
            (Effect::Pure, _) => LARGEST_KEPT_READ,
            (_, Some(_)) => LARGEST_KEPT_FILE,
            (_, None) => u64::MAX,
        };
        self.item.keeps_answers() && stored_answer::size(answer) <= most
    }
}

/// What came of one try.
struct Attempt {
    happened: Happened,
    decision: Decision,
    answer: Result<Response<Bytes>, NoAnswer>,
}

/// An attempt whose end is not known yet. When its future is dropped, its start in the log has no end.
struct InFlight<'a> {
    call: &'a Call<'a>,
    open: bool,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        if self.open {
            let outcome = match decide(self.call.effect, Happened::CancelledAfter) {
                Decision::End(outcome) | Decision::Repeat(outcome) => outcome,
                Decision::Wait(_) => Outcome::NotDone,
            };
            self.call.item.note_outcome(self.call.effect, outcome);
        }
    }
}

fn no_answer(none: NoAnswer, outcome: Outcome) -> HttpError {
    let NoAnswer { kind, reason, code } = none;
    let message = match (kind, outcome) {
        (HttpErrorKind::Connect, _) => format!("The service could not be reached: {reason}"),
        (HttpErrorKind::Invalid | HttpErrorKind::Forbidden | HttpErrorKind::Proxy, Outcome::NotDone) => {
            format!("The request was not sent: {reason}")
        }
        (HttpErrorKind::TooLarge | HttpErrorKind::FileNotKept, Outcome::Done) => {
            format!("The service accepted the request, but its answer cannot be read: {reason}")
        }
        (HttpErrorKind::TooLarge | HttpErrorKind::FileNotKept, _) => {
            format!("The answer of the service cannot be read: {reason}")
        }
        (_, Outcome::Unknown) => format!(
            "The request was sent, but no answer came back, so nobody can tell whether it took effect: {reason}"
        ),
        _ => format!("The service gave no answer: {reason}"),
    };
    HttpError { kind, outcome, message, code }
}

/// Doubles with each try and varies by a quarter, so that many callers do not come back at once.
fn growing_pause(first: Duration, tries: u32) -> Duration {
    let doubled = first.saturating_mul(1 << tries.saturating_sub(1).min(16));
    doubled.min(LONGEST_PAUSE).mul_f64(0.75 + fastrand::f64() * 0.5)
}
