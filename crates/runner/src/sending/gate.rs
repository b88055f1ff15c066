//! The gate that each item of a node with an effect passes before its first call with an effect leaves.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use heddle_node::node::PreparedItem;
use heddle_node::{Json, NodeError};
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::book::{CountClaim, KeyClaim, Reservation, SendBook, SendKey, SentItem, Taken};
use super::hours::SendCap;
use super::recipient::{RecipientForm, key_of};
use super::rules::SendingRules;
use super::settings::{EXCLUDE, KEY, RECIPIENT, SendingSettings, place_of};
use crate::events::{Event, Listeners, NodeSite, SkipReason, Verdict};
use crate::log::Record;
use crate::log::recorder::Recorder;

/// The sends of one node run.
pub(crate) struct Sending {
    pub(crate) settings: Option<Arc<SendingSettings>>,
    pub(crate) rules: SendingRules,
    pub(crate) book: Arc<dyn SendBook>,
    pub(crate) listeners: Arc<Listeners>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) at: Arc<NodeSite>,
    /// What the log knows the execution by.
    pub(crate) recorded_as: Uuid,
    /// The run whose items this one runs again.
    pub(crate) retry_of: Option<Uuid>,
    /// Id of the workflow, or its name where it has none.
    pub(crate) workflow: String,
    /// Name of the workflow that was started: its runs share what may leave in a day.
    pub(crate) outermost: String,
    pub(crate) zone: TimeZone,
    pub(crate) cancel: CancellationToken,
    pub(crate) items: Mutex<HashMap<usize, Addressee>>,
    /// Until when everybody was told that sends wait.
    pub(crate) told: Mutex<Option<i64>>,
}

/// Whom an item is for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Addressee {
    pub(crate) recipient: Option<String>,
    form: RecipientForm,
    /// The item says itself that it is to be left out.
    pub(crate) is_excluded: bool,
    pub(crate) key: Option<SendKey>,
    /// It has passed the gate, and how: with a key, and counted in the time from a moment on.
    passed: Option<Passed>,
}

#[derive(Debug, Clone)]
struct Passed {
    holder: Option<SentItem>,
    counted: Option<i64>,
}

/// Why an item does not pass.
pub(crate) enum Refused {
    /// It is left out.
    Skipped(SkipReason),
    /// The run was cancelled.
    Cancelled,
    /// Nobody can tell whether it may be sent.
    Failed(String),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Failed(format!("nobody can tell whether it may be: {error}"))
    }
}

impl Sending {
    fn items(&self) -> MutexGuard<'_, HashMap<usize, Addressee>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whom an item is for.
    pub(crate) fn addressee(&self, item: usize) -> Addressee {
        self.items().get(&item).cloned().unwrap_or_default()
    }

    /// Notes whom an item is for; `values` are what the node's settings say of it.
    ///
    /// # Errors
    /// When it lacks the key under which it is to be sent once.
    pub(crate) fn address(&self, item: usize, typed: &PreparedItem, values: &Json) -> Result<(), NodeError> {
        let settings = self.settings.as_deref();
        let text = |name: &str| values.get(name).filter(|value| !value.is_null()).map(as_text);
        let (recipient, form) = match (settings.and_then(|settings| settings.form), &typed.recipient) {
            (Some(form), _) => (text(RECIPIENT).and_then(|text| form.key(&text)), form),
            (None, Some(own)) => key_of(own),
            (None, None) => (typed.order_key.clone().filter(|key| !key.is_empty()), RecipientForm::default()),
        };
        let is_excluded = match values.get(EXCLUDE) {
            Some(value) if value.as_bool().is_some() => value.as_bool() == Some(true),
            Some(list) => {
                let mut listed = list.as_array().unwrap_or_default().iter();
                listed.any(|entry| recipient.is_some() && form.key(&as_text(entry)) == recipient)
            }
            None => false,
        };
        let key = settings.and_then(|settings| settings.once).map(|once| {
            // An expression that gives nothing gives no key: the recipient is one only where nothing else is asked for.
            let has_own = settings.is_some_and(|settings| settings.values.get(KEY).is_some());
            let key = match has_own {
                true => text(KEY).map(|key| key.trim().to_owned()),
                false => recipient.clone(),
            };
            let key = key.filter(|key| !key.is_empty()).ok_or_else(|| no_key(item))?;
            let scope = match once.everywhere {
                true => String::new(),
                false => format!("{}\0{}", self.workflow, self.at.node),
            };
            Ok::<_, NodeError>(SendKey { scope, key })
        });
        let key = key.transpose()?;
        self.items().insert(item, Addressee { recipient, form, is_excluded, key, passed: None });
        Ok(())
    }

    /// The recipients that several of these items have, with the items; those that are left out do not count, and none does
    /// where it is sent once.
    pub(crate) fn repeated(&self) -> Vec<(String, Vec<usize>)> {
        if self.settings.as_ref().is_some_and(|settings| settings.once.is_some()) {
            return Vec::new();
        }
        let items = self.items();
        let mut by_recipient: HashMap<&str, Vec<usize>> = HashMap::new();
        for (item, addressee) in items.iter().filter(|(_, addressee)| !addressee.is_excluded) {
            if let Some(recipient) = addressee.recipient.as_deref() {
                by_recipient.entry(recipient).or_default().push(*item);
            }
        }
        let mut repeated: Vec<(String, Vec<usize>)> = by_recipient
            .into_iter()
            .filter(|(_, items)| items.len() > 1)
            .map(|(recipient, mut items)| {
                items.sort_unstable();
                (recipient.to_owned(), items)
            })
            .collect();
        repeated.sort_by_key(|(_, items)| items.first().copied());
        repeated
    }

    /// Why items will be left out, as far as it is known before the first one is sent.
    pub(crate) async fn foreseen(&self, items: &[usize]) -> io::Result<Vec<(&'static str, usize)>> {
        let (mut excluded, mut sent, mut same) = (0, 0, 0);
        let mut keys = HashSet::new();
        for item in items {
            let addressee = self.addressee(*item);
            if addressee.is_excluded || self.is_listed(&addressee)? {
                excluded += 1;
            } else if let Some(key) = addressee.key {
                if self.book.look(&self.key_claim(*item, key.clone())).await?.is_some() {
                    sent += 1;
                } else if !keys.insert(key) {
                    same += 1;
                }
            }
        }
        let counts = [("excluded", excluded), ("sent before", sent), ("with the key of another item", same)];
        Ok(counts.into_iter().filter(|(_, count)| *count > 0).collect())
    }

    fn is_listed(&self, addressee: &Addressee) -> io::Result<bool> {
        match &addressee.recipient {
            Some(recipient) => self.rules.exclude.has(recipient, addressee.form),
            None => Ok(false),
        }
    }

    fn holder(&self, item: usize) -> SentItem {
        SentItem {
            execution: self.recorded_as,
            outermost: self.recorder.run(),
            node: self.at.node.to_string(),
            run: self.at.run,
            item,
            time: crate::clock::now(),
        }
    }

    fn key_claim(&self, item: usize, key: SendKey) -> KeyClaim {
        let item = self.holder(item);
        let within = self.settings.as_ref().and_then(|settings| settings.once?.within);
        let within = within.map(|within| i64::try_from(within.as_millis()).unwrap_or(i64::MAX));
        KeyClaim {
            key,
            since: within.map(|within| item.time.saturating_sub(within)),
            until: within.map(|within| item.time.saturating_add(within)),
            retry_of: self.retry_of,
            item,
        }
    }

    /// The place of an item among those that may leave, as it is now, and when there is room again.
    fn count_claim(&self, item: usize, cap: SendCap) -> (CountClaim, i64) {
        let item = self.holder(item);
        let (begin, end) = cap.period(item.time, &self.zone);
        (CountClaim { item, scope: self.outermost.clone(), begin, most: cap.count }, end)
    }

    /// What the claim of an item that has passed takes with it.
    pub(crate) fn reservation(&self, item: usize) -> Option<Reservation> {
        let addressee = self.addressee(item);
        let passed = addressee.passed?;
        let key = addressee.key.filter(|_| passed.holder.is_some()).map(|key| self.key_claim(item, key));
        let cap = self.rules.at_most.filter(|_| passed.counted.is_some());
        let count = cap.map(|cap| self.count_claim(item, cap).0);
        (key.is_some() || count.is_some()).then_some(Reservation { key, count })
    }

    /// Whether its items may hold something: keys, or places among those that may leave.
    pub(crate) fn reserves(&self) -> bool {
        self.rules.at_most.is_some() || self.settings.as_ref().is_some_and(|settings| settings.once.is_some())
    }

    /// Whether an item is left out since its recipient is excluded, as it is now.
    ///
    /// # Errors
    /// When it is, or nobody can tell.
    pub(crate) fn check_exclusion(&self, item: usize) -> Result<(), Refused> {
        let addressee = self.addressee(item);
        if addressee.is_excluded || self.is_listed(&addressee)? {
            return Err(Refused::Skipped(SkipReason::Excluded));
        }
        Ok(())
    }

    /// Whether sends may leave at this moment.
    pub(crate) fn is_open(&self) -> bool {
        let now = crate::clock::now();
        self.rules.hours.as_ref().is_none_or(|hours| hours.next(now, &self.zone) <= now)
    }

    /// Waits until sends may leave.
    ///
    /// # Errors
    /// When the run is cancelled.
    pub(crate) async fn wait_for_hours(&self) -> Result<(), Refused> {
        let Some(hours) = &self.rules.hours else { return Ok(()) };
        loop {
            let now = crate::clock::now();
            let next = hours.next(now, &self.zone);
            if next <= now {
                return Ok(());
            }
            self.wait_until(next, || format!("sends leave {hours} only")).await?;
        }
    }

    async fn wait_until(&self, moment: i64, why: impl FnOnce() -> String) -> Result<(), Refused> {
        let is_told = {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.replace(moment) == Some(moment)
        };
        if !is_told {
            // A process that dies while it waits is taken up when the time has come.
            self.recorder.keep(Record::Waiting { execution: self.recorded_as, until: moment }).await;
            let why = why();
            self.listeners.tell(|| Event::SendsWaiting { at: Arc::clone(&self.at), until: moment, why });
        }
        if crate::clock::wait_until(moment, &self.cancel).await { Ok(()) } else { Err(Refused::Cancelled) }
    }

    /// Lets an item pass whose first call with an effect is about to leave: waits for the hours and for room, and takes its
    /// key. Once it has passed, it passes again.
    ///
    /// # Errors
    /// When it is left out, or the run is cancelled.
    pub(crate) async fn pass(&self, item: usize) -> Result<(), Refused> {
        if self.addressee(item).passed.is_some() {
            return Ok(());
        }
        self.check_exclusion(item)?;
        let counted = loop {
            self.wait_for_hours().await?;
            let Some(cap) = self.rules.at_most else { break None };
            let (claim, end) = self.count_claim(item, cap);
            if self.book.count(&claim).await? {
                break Some(claim.begin);
            }
            self.wait_until(end, || format!("{cap} have been sent")).await?;
        };
        let passed = self.take_key(item).await;
        if let (Err(_), Some(begin)) = (&passed, counted) {
            self.book.uncount(&self.outermost, begin).await;
        }
        let holder = passed?;
        self.items().entry(item).or_default().passed = Some(Passed { holder, counted });
        // Whoever asked for it meanwhile, while the item waited, is left out as well.
        if let Err(refused) = self.check_exclusion(item) {
            self.settle(item, Some(Verdict::NotSent)).await;
            return Err(refused);
        }
        Ok(())
    }

    /// The same for an item whose claim was refused, since another one was quicker.
    ///
    /// # Errors
    /// As of [`Self::pass`].
    pub(crate) async fn pass_again(&self, item: usize) -> Result<(), Refused> {
        self.settle(item, None).await;
        self.pass(item).await
    }

    /// Lets an item pass that calls a workflow: what that sends has hours and counts of its own.
    ///
    /// # Errors
    /// When it is left out, or the run is cancelled.
    pub(crate) async fn pass_call(&self, item: usize) -> Result<(), Refused> {
        if self.addressee(item).passed.is_some() {
            return Ok(());
        }
        self.check_exclusion(item)?;
        let holder = self.take_key(item).await?;
        self.items().entry(item).or_default().passed = Some(Passed { holder, counted: None });
        Ok(())
    }

    async fn take_key(&self, item: usize) -> Result<Option<SentItem>, Refused> {
        let Some(key) = self.addressee(item).key else { return Ok(None) };
        let claim = self.key_claim(item, key);
        let taken = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(Refused::Cancelled),
            taken = self.book.take(&claim) => taken?,
        };
        match taken {
            Taken::Own => Ok(Some(claim.item)),
            Taken::By { item, is_unknown } => {
                let key = claim.key.key;
                Err(Refused::Skipped(SkipReason::SentBefore { key, by: item, is_unknown }))
            }
        }
    }

    /// What became of an item: its key and its count are free again when nothing was sent.
    pub(crate) async fn settle(&self, item: usize, verdict: Option<Verdict>) {
        let (passed, key) = {
            let mut items = self.items();
            let Some(addressee) = items.get_mut(&item) else { return };
            (addressee.passed.take(), addressee.key.clone())
        };
        let Some(Passed { holder, counted }) = passed else { return };
        let verdict = verdict.unwrap_or(Verdict::NotSent);
        if let (Some(key), Some(holder)) = (&key, &holder) {
            // A book that cannot be written keeps the key taken: nothing is sent twice for that.
            let _ = self.book.settle(key, holder, verdict).await;
        }
        if let (Verdict::NotSent | Verdict::Skipped, Some(begin)) = (verdict, counted) {
            self.book.uncount(&self.outermost, begin).await;
        }
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        let items = std::mem::take(&mut *self.items());
        for addressee in items.into_values() {
            if let (Some(key), Some(holder)) =
                (addressee.key, addressee.passed.and_then(|passed| passed.holder))
            {
                self.book.abandon(&key, &holder);
            }
        }
    }
}

/// A value as a text: numbers as JavaScript writes them.
fn as_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn no_key(item: usize) -> NodeError {
    let mut error =
        NodeError::parameter("sendOnce.key", "The item has no key under which it is to be sent once")
            .with_description("Give each item a recipient, or say in \"sendOnce\" what its key is.");
    error.item_index = Some(item);
    error
}

/// The error of a setting that cannot be evaluated at an item.
pub(crate) fn failed_setting(mut error: NodeError, item: usize) -> NodeError {
    let place =
        error.parameter.as_deref().map(|path| place_of(path.split(['.', '[']).next().unwrap_or(path)));
    error.parameter = place.map(|place| place.trim_start_matches('/').replace('/', "."));
    error.item_index = Some(item);
    error
}
