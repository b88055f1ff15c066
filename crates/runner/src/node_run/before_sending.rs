//! What happens between the preparation of a node's items and the first of them: whom they are for, and, where they are
//! many, what is about to be sent.

use std::sync::Arc;
use std::time::Duration;

use heddle_node::{Items, Json, NodeError};

use crate::evaluation::evaluate_compiled;
use crate::events::Event;
use crate::item_loop::Prepared;
use crate::load_options::Query;
use crate::node_runner::NodeRunner;
use crate::prepared_workflow::reference;
use crate::sending::gate::{Sending, failed_setting};
use crate::sending::plan::{Limits, SendPlan, SkippedItems, Through, UNASKED};

/// Recipients with several items of whom the warning speaks.
const SHOWN_REPEATED: usize = 3;
/// Longer nobody waits for the names of what sends go through.
const LONGEST_LOOK: Duration = Duration::from_secs(5);
/// Pages of choices that are searched for a name.
const PAGES: usize = 20;

impl NodeRunner<'_> {
    /// Works out whom the prepared items are for. An item whose settings cannot be read is no longer prepared.
    pub(crate) async fn address(
        &self,
        items: &Items,
        first: usize,
        prepared: &mut [Result<Prepared, NodeError>],
    ) {
        let Some(sending) = &self.context.sending else { return };
        for (offset, prepared) in prepared.iter_mut().enumerate() {
            let index = first + offset;
            let Ok(Prepared { typed: Some(typed), .. }) = &prepared else { continue };
            let addressed = match self.setting_values(sending, items, index).await {
                Ok(values) => sending.address(index, typed, &values),
                Err(error) => Err(failed_setting(error, index)),
            };
            if let Err(error) = addressed {
                *prepared = Err(error);
            }
        }
        let repeated = sending.repeated();
        if !repeated.is_empty() {
            self.context.listeners.tell(|| Event::RecipientsRepeated {
                at: Arc::clone(&self.context.at),
                recipients: repeated.len(),
                first: repeated.into_iter().take(SHOWN_REPEATED).collect(),
            });
        }
    }

    async fn setting_values(
        &self,
        sending: &Sending,
        items: &Items,
        index: usize,
    ) -> Result<Json, NodeError> {
        let (Some(settings), Some(sited)) = (&sending.settings, &self.context.sited) else {
            return Ok(Json::NULL);
        };
        let compiled = (&settings.compiled, &settings.values);
        evaluate_compiled(sited.threads, &sited.site, &self.context.stop, (items, index), compiled).await
    }

    /// Tells what is about to be sent, where it is much, and asks whether it is to be; `false` when it is not: then the run
    /// is cancelled.
    pub(crate) async fn confirm_sends(&self, first: usize, prepared: &[Result<Prepared, NodeError>]) -> bool {
        let Some(sending) = &self.context.sending else { return true };
        let selected =
            |item: &Result<Prepared, NodeError>| matches!(item, Ok(Prepared { typed: Some(_), .. }));
        let items: Vec<usize> = prepared
            .iter()
            .enumerate()
            .filter(|(_, item)| selected(item))
            .map(|(offset, _)| first + offset)
            .collect();
        if items.len() <= UNASKED {
            return true;
        }
        // What cannot be read now is reported when it is needed.
        let mut skipped: Vec<SkippedItems> = sending
            .foreseen(&items)
            .await
            .unwrap_or_default()
            .into_iter()
            .map(|(why, items)| SkippedItems { why: why.to_owned(), items })
            .collect();
        let left_out: usize = skipped.iter().map(|skipped| skipped.items).sum();
        let sends = items.len() - left_out;
        let unselected =
            prepared.iter().filter(|item| matches!(item, Ok(Prepared { typed: None, .. }))).count();
        if unselected > 0 {
            let why = if self.context.only.is_some() { "not selected" } else { "done before" };
            skipped.push(SkippedItems { why: why.to_owned(), items: unselected });
        }
        if sends <= UNASKED {
            return true;
        }
        let plan = Arc::new(self.plan(sending, sends, skipped).await);
        self.context
            .listeners
            .tell(|| Event::SendsPlanned { at: Arc::clone(&self.context.at), plan: Arc::clone(&plan) });
        let Some(confirm) = self.context.confirm.as_ref().filter(|_| !self.context.dry_run) else {
            return true;
        };
        let confirmed = tokio::select! {
            biased;
            () = self.context.cancel.cancelled() => true,
            confirmed = confirm.confirm(&plan) => confirmed,
        };
        if !confirmed {
            self.context.cancel_all.cancel();
        }
        confirmed
    }

    async fn plan(&self, sending: &Sending, sends: usize, skipped: Vec<SkippedItems>) -> SendPlan {
        let pacers = || self.context.credentials.values().filter_map(|found| found.resolved.as_ref().ok());
        let is_paced = pacers().any(|found| found.pacer.least_time(2).is_some());
        let pace =
            |count: u64| pacers().filter_map(|found| found.pacer.least_time(count)).max().unwrap_or_default();
        let now = crate::clock::now();
        let rules = &sending.rules;
        let counted = match rules.at_most {
            Some(cap) => {
                let (begin, _) = cap.period(now, &sending.zone);
                sending.book.counted(&sending.outermost, begin).await.unwrap_or_default()
            }
            None => 0,
        };
        let limits = Limits { hours: rules.hours.as_ref(), cap: rules.at_most, counted, pace: &pace };
        let is_limited = is_paced || rules.hours.is_some() || rules.at_most.is_some();
        let since = |moment: i64| u64::try_from(moment.saturating_sub(now)).unwrap_or_default();
        let waits = rules.hours.as_ref().map_or(0, |hours| since(hours.next(now, &sending.zone)));
        SendPlan {
            node: self.context.at.node.to_string(),
            items: sends,
            skipped,
            through: self.through().await,
            milliseconds: is_limited.then(|| since(limits.end_of(sends, now, &sending.zone))),
            waits,
            dry_run: self.context.dry_run,
        }
    }

    /// Through what the sends go: the fields of the form whose choices the account has, by name.
    async fn through(&self) -> Vec<Through> {
        let Ok(description) = self.node.describe() else { return Vec::new() };
        let mut through = Vec::new();
        for property in &description.properties {
            let Some(method) = property.load_options_method() else { continue };
            let stored = self.parameters.get(&property.name).and_then(Json::as_str).unwrap_or_default();
            let choices = property.choices();
            let is_chosen = !stored.is_empty()
                && !choices.into_iter().any(|choice| choice.value.as_str() == Some(stored));
            if !is_chosen
                || through.iter().any(|known: &Through| known.label == label(&property.display_name))
            {
                continue;
            }
            let name = if stored.starts_with('=') {
                format!("as each item says ({stored})")
            } else {
                self.name_of(method, stored).await.unwrap_or_else(|| stored.to_owned())
            };
            through.push(Through { label: label(&property.display_name), name });
        }
        through
    }

    /// The name of a choice. In a dry run nothing leaves to look for it.
    async fn name_of(&self, method: &str, value: &str) -> Option<String> {
        let host = self.context.host.filter(|_| !self.context.dry_run)?;
        let look = async {
            let mut cursor = None;
            for _ in 0..PAGES {
                let query = Query {
                    node_type: &self.settings.node_type,
                    method,
                    parameters: self.parameters,
                    search: None,
                    cursor: cursor.as_deref(),
                    version: None,
                    is_fresh: false,
                };
                let page =
                    host.load_options_with(&query, &|name| reference(self.settings, name)).await.ok()?;
                let found = page.options.into_iter().find(|option| option.value.as_str() == Some(value));
                if let Some(found) = found {
                    return Some(found.name);
                }
                cursor = Some(page.next_cursor?);
            }
            None
        };
        tokio::time::timeout(LONGEST_LOOK, look).await.ok().flatten()
    }
}

/// A field's label without what says how to fill it in.
fn label(name: &str) -> String {
    name.trim_end_matches(" Name or ID").trim_end_matches(" ID").to_owned()
}
