//! One outgoing call with all its tries: permits, records, pauses, and what is known of it in the end.

use std::time::Duration;

use bytes::Bytes;
use heddle_node::{Effect, HttpError, HttpErrorKind, Outcome, Redirects};
use http::Response;
use tokio::time::Instant;

use crate::credentials::ResolvedCredential;
use crate::http::{ItemHttp, name_request};
use crate::journal::{CallKey, Record};
use crate::policy::{Decision, Happened, decide};
use crate::redirect::{self, Turn};
use crate::transport::{Limits, NoAnswer, Try};

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

/// One call, with all its tries.
pub(crate) struct Call<'a> {
    pub(crate) item: &'a ItemHttp<'a>,
    pub(crate) key: CallKey,
    pub(crate) effect: Effect,
    pub(crate) credential: Option<&'a ResolvedCredential>,
    /// The host that it goes to.
    pub(crate) host: String,
    pub(crate) limits: Limits<'a>,
    /// Which redirects the item follows.
    pub(crate) redirects: Redirects,
    /// Whether no answer is a reason to try again.
    pub(crate) takes_any_status: bool,
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
        let (mut attempt, mut rate_limited) = (0, 0);
        let mut was_reached = false;
        let mut budget = self.item.run.wait_budget;
        let reachability = &self.item.run.transport.reachability;
        loop {
            let permit = self.wait_for_permit(request, &mut budget).await?;
            attempt += 1;
            let Attempt { happened, decision, answer } = self.attempt(request.clone(), attempt).await?;
            if let Decision::Repeat(outcome) | Decision::End(outcome) = decision {
                *known = if outcome == Outcome::Done { outcome } else { (*known).max(outcome) };
            }
            if happened == Happened::NotWritten {
                self.give_back(request, permit);
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
        journal.append(started).map_err(|error| {
            HttpError::not_sent(
                HttpErrorKind::Invalid,
                format!("The request was not sent, since the journal cannot be written: {error}"),
            )
        })?;
        self.item.note_start(self);
        let mut in_flight = InFlight { call: self, attempt, open: true };
        let transport = self.item.run.transport;
        let method = request.method().clone();
        let Try { mut happened, answer } = transport.send(request, self.limits).await;
        if let (Happened::Undecided, Ok(answer)) = (happened, &answer) {
            let (status, headers) = (answer.status(), answer.headers());
            happened = match redirect::turn(self.redirects, &method, self.effect, status, headers) {
                Some(Turn::Get) => Happened::Answered,
                Some(Turn::Again) => Happened::Moved,
                None => happened,
            };
        }
        let decision = match decide(self.effect, happened) {
            Decision::Wait(_) if self.takes_any_status => Decision::End(Outcome::NotDone),
            Decision::Repeat(outcome) if self.takes_any_status && answer.is_ok() => Decision::End(outcome),
            decision => decision,
        };
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
    let NoAnswer { kind, reason, code } = none;
    let message = match (kind, outcome) {
        (HttpErrorKind::Connect, _) => format!("The service could not be reached: {reason}"),
        (HttpErrorKind::Invalid | HttpErrorKind::Forbidden, Outcome::NotDone) => {
            format!("The request was not sent: {reason}")
        }
        (HttpErrorKind::TooLarge, Outcome::Done) => {
            format!("The service accepted the request, but its answer cannot be read: {reason}")
        }
        (HttpErrorKind::TooLarge, _) => format!("The answer of the service cannot be read: {reason}"),
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
