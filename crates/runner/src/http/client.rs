//! The host's HTTP client: what an item's calls may do, their authentication, and what shows of them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use heddle_node::{
    Effect, HttpClient, HttpError, HttpErrorKind, HttpRequest, Json, JsonObject, NodeError, Outcome,
};
use http::Response;
use tokio::time::Instant;

use crate::call::Call;
use crate::credentials::ResolvedCredential;
use crate::events::Event;
use crate::item_record::ItemRecord;
use crate::journal::CallKey;
use crate::masking::{MASK, Secrets, is_secret, masked_url};
use crate::node_run::NodeRunContext;
use crate::reachability::host_of;

/// The HTTP client of one item.
pub(crate) struct ItemHttp<'a> {
    pub(crate) run: &'a NodeRunContext<'a>,
    pub(crate) item: usize,
    /// What the node states that this item does.
    stated: Option<Effect>,
    /// Whom the item is for.
    pub(crate) order_key: Option<&'a str>,
    /// Whether the calls are those of all items at once.
    takes_all_items: bool,
    calls: AtomicU32,
    record: Mutex<ItemRecord>,
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

    pub(crate) fn record(&self) -> MutexGuard<'_, ItemRecord> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the end of a workflow that the item called, with the gravest outcome of its sends, if it has any.
    pub(crate) fn note_workflow(&self, outcome: Option<Outcome>) {
        let mut record = self.record();
        record.called_workflow = true;
        record.called_outcome = record.called_outcome.max(outcome);
    }

    pub(crate) fn note_outcome(&self, effect: Effect, outcome: Outcome) {
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
    pub(crate) fn note_start(&self, call: &Call<'_>) {
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

    pub(crate) fn cancelled(&self) -> HttpError {
        HttpError {
            kind: HttpErrorKind::Cancelled,
            outcome: Outcome::NotDone,
            message: "The run was cancelled before the request was sent".to_owned(),
        }
    }

    /// Waits until `moment`, or until the run is cancelled.
    pub(crate) async fn wait_until(&self, moment: Instant) -> Result<(), HttpError> {
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

/// What a call of this effect does, as a message says it.
fn effect_text(effect: Effect) -> &'static str {
    match effect {
        Effect::Pure => "pure",
        Effect::Idempotent => "idempotent",
        Effect::Send => "a send",
    }
}

/// Method and URL, without the password and the query, which may hold a secret.
pub(crate) fn name_request(request: &http::Request<Bytes>) -> String {
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
