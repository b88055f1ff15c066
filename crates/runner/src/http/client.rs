//! The host's HTTP client: what an item's calls may do, their authentication, and what shows of them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use heddle_node::credential::Authenticate;
use heddle_node::{
    Connection, Effect, HttpClient, HttpError, HttpErrorKind, HttpRequest, Json, JsonObject, NodeError,
    Outcome, Upload,
};
use http::{HeaderValue, Response};
use tokio::time::Instant;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::call::Call;
use crate::call_site::CallRecord;
use crate::credentials::ResolvedCredential;
use crate::digest;
use crate::domains::Domains;
use crate::events::Event;
use crate::item_record::ItemRecord;
use crate::log::recorder;
use crate::log::{CallKey, PastCall};
use crate::masking::{MASK, Secrets, is_secret, masked_url};
use crate::node_run::NodeRunContext;
use crate::oauth::{Token, TokenService, refuses_token};
use crate::options::DEFAULT_TIME_LIMIT;
use crate::reachability::host_of;
use crate::redirect::{self, Turn};
use crate::transport::{ConnectionKind, FileTarget, Limits};

/// The HTTP client of one item.
pub(crate) struct ItemHttp<'a> {
    pub(crate) run: &'a NodeRunContext<'a>,
    pub(crate) item: usize,
    /// What the node states that this item does.
    stated: Option<Effect>,
    /// Whom the item is for.
    pub(crate) order_key: Option<&'a str>,
    /// Whether the calls are those of all items at once.
    pub(super) takes_all_items: bool,
    /// The try of the item, from 1.
    item_try: u32,
    calls: Arc<AtomicU32>,
    record: Arc<Mutex<ItemRecord>>,
    /// What this try called before the run was taken up.
    past: Arc<Mutex<PastCalls>>,
    /// Of all items at once, the one that a part of the calls is for.
    pub(super) named: Option<usize>,
    /// What those parts have shown.
    parts: Mutex<BTreeMap<usize, Arc<Mutex<ItemRecord>>>>,
}

/// Calls that were made before a run was taken up.
#[derive(Default)]
struct PastCalls {
    left: Vec<PastCall>,
    /// Nobody can tell what became of one of them.
    is_open: bool,
}

/// What is known of a call that is about to be made.
enum Known {
    /// Nothing: it is made for the first time.
    New,
    /// It was made before.
    Made(Box<PastCall>),
}

impl<'a> ItemHttp<'a> {
    /// The client of the item at `item`.
    pub(crate) fn new(
        run: &'a NodeRunContext<'a>,
        item: usize,
        stated: Option<Effect>,
        order_key: Option<&'a str>,
        item_try: u32,
    ) -> Self {
        let left = run.past.as_ref().map(|past| past.calls_of(item, item_try)).unwrap_or_default();
        // Further calls have numbers that none of them has.
        let next = left.iter().map(|call| call.started.key.call + 1).max().unwrap_or(0);
        Self {
            run,
            item,
            stated,
            order_key,
            takes_all_items: false,
            item_try,
            calls: Arc::new(AtomicU32::new(next)),
            record: Arc::default(),
            past: Arc::new(Mutex::new(PastCalls { left, is_open: false })),
            named: None,
            parts: Mutex::default(),
        }
    }

    /// The client of a node that takes its items all at once.
    pub(crate) fn for_all_items(run: &'a NodeRunContext<'a>, stated: Option<Effect>, item_try: u32) -> Self {
        Self { takes_all_items: true, ..Self::new(run, 0, stated, None, item_try) }
    }

    /// The client for calls of a node that takes its items all at once, and knows for which one a call is. The calls have
    /// one count and one past; what they show is told of that item.
    pub(crate) fn part_of(&self, item: usize) -> Self {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        Self {
            run: self.run,
            item: self.item,
            stated: self.stated,
            order_key: self.order_key,
            takes_all_items: self.takes_all_items,
            item_try: self.item_try,
            calls: Arc::clone(&self.calls),
            record: Arc::clone(parts.entry(item).or_default()),
            past: Arc::clone(&self.past),
            named: Some(item),
            parts: Mutex::default(),
        }
    }

    /// Takes out what the calls for each item have shown, and adds it to what all have shown.
    pub(crate) fn take_parts(&self) -> BTreeMap<usize, ItemRecord> {
        let parts = std::mem::take(&mut *self.parts.lock().unwrap_or_else(PoisonError::into_inner));
        let take = |part: Arc<Mutex<ItemRecord>>| {
            std::mem::take(&mut *part.lock().unwrap_or_else(PoisonError::into_inner))
        };
        let records: BTreeMap<_, _> = parts.into_iter().map(|(item, part)| (item, take(part))).collect();
        let mut whole = self.record();
        records.values().for_each(|record| whole.add(record));
        records
    }

    /// Whether answers are kept: later calls of the item may depend on them.
    pub(crate) fn keeps_answers(&self) -> bool {
        self.run.recorder.keeps() && self.stated != Some(Effect::Pure)
    }

    /// What is known of the next call. Calls with an effect are made again in their order; reads, of which items may
    /// share some, wherever they stand.
    ///
    /// # Errors
    /// When it must not leave: another one left in its place, or nobody can tell what became of one before it.
    fn recall(&self, effect: Effect, digest: &str) -> Result<Known, HttpError> {
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        let place = match effect {
            Effect::Pure => past.left.iter().position(|call| {
                call.started.effect == Effect::Pure && call.started.digest == digest && call.can_be_recalled()
            }),
            _ => past.left.iter().position(|call| call.started.effect != Effect::Pure),
        };
        let Some(place) = place else {
            if past.is_open && self.takes_all_items && effect != Effect::Pure {
                return Err(self.unknown(
                    effect,
                    "The request was not sent: nobody can tell whether one before it took effect, since the run was ended \
                     before its answer came",
                ));
            }
            if self.run.recorder.shows_only() {
                return Err(HttpError::not_sent(HttpErrorKind::DryRun, "Only what has happened is shown"));
            }
            return Ok(Known::New);
        };
        let call = past.left.remove(place);
        if call.started.digest != digest {
            past.is_open = true;
            return Err(self.unknown(
                effect,
                "The request was not sent: it is another one than the one that left before the run was ended, so nobody \
                 can tell whether this one is still to be sent",
            ));
        }
        past.is_open |= call.started.effect == Effect::Send && call.outcome() == Outcome::Unknown;
        Ok(Known::Made(Box::new(call)))
    }

    fn unknown(&self, effect: Effect, message: &str) -> HttpError {
        self.note_outcome(effect, Outcome::Unknown);
        HttpError {
            kind: HttpErrorKind::Interrupted,
            outcome: Outcome::Unknown,
            message: message.to_owned(),
            code: None,
        }
    }

    /// Takes out what the calls have shown.
    pub(crate) fn take_record(&self) -> ItemRecord {
        std::mem::take(&mut *self.record())
    }

    pub(crate) fn record(&self) -> MutexGuard<'_, ItemRecord> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the end of a workflow that the item called.
    pub(crate) fn note_workflow(&self, call: Option<&CallRecord>) {
        let mut record = self.record();
        record.called_workflow = true;
        record.called_outcome = record.called_outcome.max(call.and_then(|call| call.outcome));
        record.calls.extend(call.cloned());
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
                let error = HttpError::not_sent(
                    HttpErrorKind::GraverThanStated,
                    format!(
                        "The node \"{}\" states that it is {}, and {} is {}: it was refused before it left",
                        self.run.at.node,
                        effect_text(stated),
                        call(),
                        effect_text(effect),
                    ),
                );
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
        let item = self.named_item();
        self.run.listeners.tell(|| Event::CallStarted { at: Arc::clone(&self.run.at), item });
    }

    /// The item that the calls are for, where one is known.
    fn named_item(&self) -> Option<usize> {
        if self.takes_all_items { self.named } else { Some(self.item) }
    }

    fn credential(&self, type_name: &str) -> Result<&'a ResolvedCredential, HttpError> {
        self.run
            .credential(type_name, self.item)
            .map_err(|error| HttpError::not_sent(HttpErrorKind::Credential, error.message.clone()))
    }

    /// How a connection is made, with the certificates of its credential.
    fn connection(&self, connection: &Connection) -> Result<ConnectionKind, HttpError> {
        let certificates = match &connection.certificates {
            Some(type_name) => Some(&self.credential(type_name)?.credential),
            None => None,
        };
        let field = |name: &str| {
            let text = certificates?.field(name)?.as_str()?.trim();
            (!text.is_empty()).then(|| pem(text))
        };
        let identity = field("cert").map(|certificate| match field("key") {
            Some(key) => format!("{certificate}\n{key}"),
            None => certificate,
        });
        Ok(ConnectionKind {
            proxy: connection.proxy.clone(),
            accepts_any_certificate: connection.accepts_any_certificate,
            identity,
            authority: field("ca"),
        })
    }

    /// Signs a request with a token other than `refused`, where its credential works so.
    async fn sign_with_token(
        &self,
        credential: &ResolvedCredential,
        request: &mut http::Request<Bytes>,
        secrets: &mut Secrets,
        refused: Option<&Token>,
    ) -> Result<Option<Token>, HttpError> {
        if !matches!(credential.by_answer, Some(Authenticate::OAuth2)) {
            return Ok(None);
        }
        let transport = self.run.transport;
        let service =
            TokenService { tokens: &transport.tokens, transport, source: self.run.credential_source };
        let token = service.token(credential, refused).await?;
        token.sign(credential, request)?;
        token.hide(secrets);
        Ok(Some(token))
    }

    /// Signs a request another time after an answer that refuses it: with a new token, or as a challenge asks for.
    async fn sign_anew(
        &self,
        credential: &ResolvedCredential,
        request: &mut http::Request<Bytes>,
        answer: &Response<Bytes>,
        secrets: &mut Secrets,
        token: &mut Option<Token>,
    ) -> Result<bool, HttpError> {
        let status = answer.status().as_u16();
        match &credential.by_answer {
            Some(Authenticate::OAuth2) if refuses_token(credential, status) => {
                *token = self.sign_with_token(credential, request, secrets, token.as_ref()).await?;
                Ok(true)
            }
            Some(Authenticate::Digest) if status == 401 => {
                let field =
                    |name: &str| credential.credential.field(name).and_then(Json::as_str).unwrap_or_default();
                Ok(digest::answer_challenge(request, answer.headers(), field("user"), field("password")))
            }
            _ => Ok(false),
        }
    }

    /// Gives a request the id of its item, where the node's JSON names a header for it. Further calls of an item have ids
    /// of their own.
    fn add_key(&self, request: &mut http::Request<Bytes>, known: &Known) {
        let Some(name) = &self.run.effects.key else { return };
        let id = self.run.call_id(self.item);
        let number = match known {
            Known::New => self.calls.load(Ordering::Relaxed),
            Known::Made(call) => call.started.key.call,
        };
        let id = match number {
            0 => id,
            number => Uuid::new_v5(&id, &number.to_be_bytes()),
        };
        if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
            request.headers_mut().entry(name).or_insert(value);
        }
    }

    /// The key of a call, but for the attempt.
    fn key(&self, known: &Known) -> CallKey {
        CallKey {
            execution: self.run.recorded_as,
            node: Arc::clone(&self.run.at.node),
            run: self.run.at.run,
            item: self.item,
            item_try: self.item_try,
            call: match known {
                Known::New => self.calls.fetch_add(1, Ordering::Relaxed),
                Known::Made(call) => call.started.key.call,
            },
            attempt: 0,
        }
    }

    fn show(&self, request: &http::Request<Bytes>, credential: Option<&ResolvedCredential>) -> HttpError {
        let shown = describe_request(request, credential);
        if let Some(replaced) = self.run.replaced {
            let item = self.named_item();
            replaced.note_request(&self.run.at, item, shown.clone());
        }
        self.record().dry_run_request = Some(shown);
        HttpError::not_sent(HttpErrorKind::DryRun, "A dry run: the request was not sent")
    }

    pub(crate) fn cancelled(&self) -> HttpError {
        HttpError::not_sent(HttpErrorKind::Cancelled, "The run was cancelled before the request was sent")
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
        let (at, item) = (&self.run.at, self.item);
        self.run.listeners.tell(|| Event::Waiting { at: Arc::clone(at), item, duration });
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
        let own_effect = request.call_effect();
        let mut effect = self.run.effects.of_call(own_effect);
        let HttpRequest {
            mut request,
            credential,
            time_limit,
            usual_time_limit,
            sender_id,
            answer_limit,
            redirects,
            takes_any_status,
            connection,
            is_foreign,
            upload,
            file_answers,
            effect: _,
        } = request;
        if let Some(upload) = upload {
            request.extensions_mut().insert(upload);
        }
        self.admit(effect, &|| format!("the call {}", name_request(&request)))?;
        let mut credential = credential.map(|type_name| self.credential(&type_name)).transpose()?;
        let connection = connection.map(|connection| self.connection(&connection)).transpose()?;
        let domains = match credential {
            Some(credential) => {
                let is_own = self.run.is_made_for(credential.credential.type_name());
                credential.domains.for_call(request.uri(), is_own)?
            }
            None => Domains::All,
        };
        domains.check(request.uri())?;
        // Of the request as the node has made it: what it is signed with may be another the next time.
        let mut digest = digest_of(&request);
        let mut known = self.recall(effect, &digest)?;
        self.add_key(&mut request, &known);
        if effect != Effect::Pure && matches!(known, Known::New) {
            self.pass_gate().await?;
        }
        if self.run.dry_run {
            return Err(self.show(&request, credential));
        }
        let mut own_secrets = Secrets::default();
        own_secrets.add_request(&request);
        if is_foreign {
            // Its code may have put any of its credentials into the request by itself.
            let known = self.run.credentials.values().filter_map(|own| own.resolved.as_ref().ok());
            known.for_each(|own| own_secrets.add_all(&own.secrets));
        }
        if let Some(credential) = credential {
            credential
                .authenticate(&mut request)
                .map_err(|message| HttpError::not_sent(HttpErrorKind::Credential, message))?;
            own_secrets.add_all(&credential.secrets);
        }
        let mut token = None;
        if let Some(credential) = credential.filter(|credential| credential.by_answer.is_some()) {
            token = self.sign_with_token(credential, &mut request, &mut own_secrets, None).await?;
        }
        let mut is_signed_anew = false;
        let time = time_limit.or(self.run.time_limit).or(usual_time_limit).unwrap_or(DEFAULT_TIME_LIMIT);
        let mut followed = 0;
        let mut answer = loop {
            let call = Call {
                item: self,
                key: self.key(&known),
                digest: digest.clone(),
                past: match known {
                    Known::Made(call) => Some(*call),
                    Known::New => None,
                },
                secrets: &own_secrets,
                effect,
                credential,
                host: host_of(request.uri()),
                limits: Limits {
                    time,
                    answer: answer_limit.unwrap_or(self.run.answer_limit),
                    connection: connection.as_ref(),
                    elsewhere: Some(&self.run.elsewhere),
                    files: Some(FileTarget {
                        answers: file_answers,
                        store: self.run.files,
                        most: self.run.file_limit,
                        secrets: &own_secrets,
                    }),
                },
                redirects,
                takes_any_status,
                is_foreign,
                sender_id: sender_id.clone(),
            };
            let span = tracing::debug_span!(
                "call",
                number = call.key.call,
                effect = ?effect,
                request = %own_secrets.mask_text(&name_request(&request)),
            );
            let answer = call.perform(&request).instrument(span.clone()).await;
            span.in_scope(|| match &answer {
                Ok(answer) => tracing::debug!(status = answer.status().as_u16(), "answered"),
                Err(error) => {
                    tracing::debug!(outcome = error.outcome.as_str(), error = %own_secrets.mask_text(&error.message), "no answer");
                }
            });
            drop(call);
            let answer = answer?;
            if let Some(credential) = credential.filter(|_| !is_signed_anew)
                && self.sign_anew(credential, &mut request, &answer, &mut own_secrets, &mut token).await?
            {
                is_signed_anew = true;
                known = self.recall(effect, &digest)?;
                continue;
            }
            let method = request.method();
            let turn = redirect::turn(redirects, method, effect, answer.status(), answer.headers());
            let next = turn.and_then(|turn| {
                let headers: Vec<&str> =
                    credential.into_iter().flat_map(ResolvedCredential::masked_headers).collect();
                let next = redirect::next_request(&request, turn, answer.headers(), redirects, &headers)?;
                Some((turn, next))
            });
            let Some((turn, (next, leaves_origin))) = next else { break answer };
            if followed == redirects.most {
                let message = format!("Maximum number of redirects ({followed}) exceeded");
                return Err(HttpError::not_sent(HttpErrorKind::Invalid, message));
            }
            followed += 1;
            request = next;
            domains.check(request.uri()).map_err(|mut error| {
                error.message.insert_str(0, "Redirected request failed: ");
                error
            })?;
            if turn == Turn::Get {
                effect = Effect::Pure;
            }
            if leaves_origin {
                credential = None;
            }
            digest = digest_of(&request);
            known = self.recall(effect, &digest)?;
        };
        own_secrets.mask_answer(&mut answer);
        Ok(answer)
    }
}

/// PEM text with its line breaks, which forms of one line lose (spaces stand in their places).
fn pem(text: &str) -> String {
    if text.contains('\n') {
        return text.to_owned();
    }
    let mut lines = String::new();
    let mut rest = text.replace("\\n", "\n");
    while let Some((label, end)) = rest.find("-----BEGIN ").and_then(|begin| {
        let label_end = begin + 11 + rest[begin + 11..].find("-----")?;
        Some((rest[begin + 11..label_end].to_owned(), label_end + 5))
    }) {
        let closing = format!("-----END {label}-----");
        let Some(length) = rest[end..].find(&closing) else { break };
        let body: Vec<&str> = rest[end..end + length].split_whitespace().collect();
        lines.push_str(&format!("-----BEGIN {label}-----\n{}\n{closing}\n", body.join("\n")));
        rest = rest[end + length + closing.len()..].to_owned();
    }
    if lines.is_empty() { text.to_owned() } else { lines }
}

/// What a call of this effect does, as a message says it.
fn effect_text(effect: Effect) -> &'static str {
    match effect {
        Effect::Pure => "pure",
        Effect::Idempotent => "idempotent",
        Effect::Send => "a send",
    }
}

/// Tells method, URL and body of a request from others.
fn digest_of(request: &http::Request<Bytes>) -> String {
    let url = request.uri().to_string();
    let upload = request.extensions().get::<Upload>().map(recorder::digest_of_upload);
    let body = upload.as_ref().map_or(&request.body()[..], |digest| digest.as_bytes());
    recorder::digest(&[request.method().as_str().as_bytes(), url.as_bytes(), body])
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
    if let Some(upload) = request.extensions().get::<Upload>() {
        shown.insert("body", Json::from(format!("{} bytes with files", upload.size())));
    } else if !request.body().is_empty() {
        let text = secrets.mask_text(&String::from_utf8_lossy(request.body()));
        shown.insert("body", Json::parse(&text).unwrap_or_else(|_| Json::from(text)));
    }
    Json::from(shown)
}
