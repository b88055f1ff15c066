//! The gate that each item of a node with an effect passes before its first call with an effect leaves.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use heddle_node::node::PreparedItem;
use heddle_node::{Json, NodeError, Outcome};
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::book::{SendBook, SendKey, SentItem, Taken};
use super::recipient::{RecipientForm, key_of};
use super::rules::SendingRules;
use super::settings::{EXCLUDE, KEY, RECIPIENT, SendingSettings, place_of};
use crate::events::{Event, Listeners, NodeSite, SkipReason, Verdict};

/// The sends of one node run.
pub(crate) struct Sending {
    pub(crate) settings: Option<Arc<SendingSettings>>,
    pub(crate) rules: SendingRules,
    pub(crate) book: Arc<dyn SendBook>,
    pub(crate) listeners: Arc<Listeners>,
    pub(crate) at: Arc<NodeSite>,
    pub(crate) execution: Uuid,
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
                let holder = self.holder(*item);
                if self.book.look(&key, &holder, self.since(holder.time)).await?.is_some() {
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
            execution: self.execution,
            node: self.at.node.to_string(),
            run: self.at.run,
            item,
            time: crate::clock::now(),
        }
    }

    /// From when on an earlier send counts, in milliseconds since 1970.
    fn since(&self, now: i64) -> i64 {
        let within = self.settings.as_ref().and_then(|settings| settings.once?.within);
        within.map_or(i64::MIN, |within| {
            now.saturating_sub(i64::try_from(within.as_millis()).unwrap_or(i64::MAX))
        })
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
            let (begin, end) = cap.period(crate::clock::now(), &self.zone);
            if self.book.count(&self.outermost, begin, cap.count).await? {
                break Some(begin);
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
        let holder = self.holder(item);
        let taken = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(Refused::Cancelled),
            taken = self.book.take(&key, &holder, self.since(holder.time)) => taken?,
        };
        match taken {
            Taken::Own => Ok(Some(holder)),
            Taken::By { item, is_unknown } => {
                Err(Refused::Skipped(SkipReason::SentBefore { key: key.key, by: item, is_unknown }))
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
        let outcome = verdict.and_then(Verdict::outcome).unwrap_or(Outcome::NotDone);
        if let (Some(key), Some(holder)) = (&key, &holder) {
            // A book that cannot be written keeps the key taken: nothing is sent twice for that.
            let _ = self.book.settle(key, holder, outcome).await;
        }
        if let (Outcome::NotDone, Some(begin)) = (outcome, counted) {
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
