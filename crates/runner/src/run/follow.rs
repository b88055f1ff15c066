//! Following a run: asking services how far has come what they have accepted.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use heddle_expression::Clock;
use heddle_node::node::{ErasedItemNode, Tier};
use heddle_node::{Delivery, Effect, Json, NodeError};
use heddle_workflow::Workflow;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::cancel::StopSignal;
use crate::events::Verdict;
use crate::host::Host;
use crate::log::{NodeKey, Past, Record};
use crate::node_run::{ItemServices, NodeRunContext};
use crate::prepared_workflow::{PreparedWorkflow, reference};
use crate::run_error::RunError;

/// First pause between two rounds of questions; each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Questions at a time.
const CONCURRENCY: usize = 10;

/// How a run is followed.
#[derive(Debug, Clone)]
pub struct Following {
    /// How long it is asked about what is not settled.
    pub longest: Duration,
    /// Ends it.
    pub cancel: CancellationToken,
}

/// Something that a service has accepted.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The run of the node that sent it.
    pub node: NodeKey,
    /// The item, from 0.
    pub item: usize,
    /// Whom it is for.
    pub recipient: Option<String>,
    /// How far it has come, as far as the service has said.
    pub delivery: Option<Delivery>,
    /// Why the service could not be asked, the last time.
    pub error: Option<NodeError>,
}

/// A node that sends, with what is needed to ask about it.
struct Sender<'h> {
    node: &'h dyn ErasedItemNode,
    context: NodeRunContext<'h>,
}

/// Something to be asked about.
struct Open {
    sender: usize,
    output: Json,
    followed: Followed,
    /// It is not worth asking again.
    is_over: bool,
}

impl Host {
    /// Asks services how far has come what they have accepted in a run: once about everything that may have come further,
    /// and then, with growing pauses, about what has neither arrived nor failed. `told` hears of each change, which is kept
    /// in the log; a log that holds runs must hold this one.
    ///
    /// Gives everything that its service can be asked about.
    ///
    /// # Errors
    /// When the log cannot be read or written.
    pub async fn follow(
        &self,
        run: Uuid,
        following: &Following,
        mut told: impl FnMut(&Followed),
    ) -> Result<Vec<Followed>, RunError> {
        let past = self.past(run).await?;
        let clock = Clock { now: crate::clock::now(), zone: jiff::tz::TimeZone::UTC };
        let workflows = self.workflows_of(&past);
        let (senders, mut open) = self.senders(&past, &workflows, &clock, following);
        let begin = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let asked: Vec<usize> = (0..open.len()).filter(|place| !open[*place].is_over).collect();
            let answers: Vec<(usize, Result<Option<Delivery>, NodeError>)> =
                futures_util::stream::iter(asked)
                    .map(|place| {
                        let (sender, open) = (&senders[open[place].sender], &open[place]);
                        async move { (place, sender.ask(open).await) }
                    })
                    .buffer_unordered(CONCURRENCY)
                    .collect()
                    .await;
            for (place, answer) in answers {
                if open[place].take(answer) {
                    self.keep_delivery(run, &open[place].followed).await?;
                    told(&open[place].followed);
                }
            }
            let left = following.longest.saturating_sub(begin.elapsed());
            if left.is_zero() || following.cancel.is_cancelled() || open.iter().all(|open| open.is_over) {
                break;
            }
            tokio::select! {
                biased;
                () = following.cancel.cancelled() => break,
                () = tokio::time::sleep(pause.min(left)) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        let followed = open.into_iter().map(|open| open.followed);
        Ok(followed.filter(|followed| followed.delivery.is_some() || followed.error.is_some()).collect())
    }

    async fn keep_delivery(&self, run: Uuid, followed: &Followed) -> Result<(), RunError> {
        let Some(delivery) = followed.delivery.clone() else { return Ok(()) };
        let (key, item) = (followed.node.clone(), followed.item);
        let record = Record::Delivery { key, item, at: crate::clock::now(), delivery };
        self.log.append(run, record).await.map_err(|error| RunError::Log(error.to_string()))
    }

    /// The workflows of a run and of the runs within it.
    fn workflows_of(&self, past: &Past) -> Vec<Option<Arc<PreparedWorkflow>>> {
        let workflow = |digest: &str, name: &str| {
            let text = past.text(digest)?;
            let workflow = Workflow::parse_bytes(name, text.as_bytes()).ok()?;
            Some(self.prepare(&workflow))
        };
        past.runs().map(|run| workflow(&run.started.workflow.digest, &run.started.workflow.name)).collect()
    }

    fn senders<'h>(
        &'h self,
        past: &Past,
        workflows: &'h [Option<Arc<PreparedWorkflow>>],
        clock: &'h Clock,
        following: &Following,
    ) -> (Vec<Sender<'h>>, Vec<Open>) {
        let (mut senders, mut open) = (Vec::new(), Vec::new());
        for (run, prepared) in std::iter::zip(past.runs(), workflows) {
            let Some(prepared) = prepared else { continue };
            for node in run.nodes() {
                let Some(index) = prepared.workflow.node_index(&node.key.node) else { continue };
                let Some(known) = prepared.nodes[index].as_ref() else { continue };
                let Tier::Item(tier) = known.node.tier_for(&known.filled) else { continue };
                let sender = senders.len();
                let before = open.len();
                for item in node.told().into_iter().filter(|item| item.verdict == Verdict::Sent) {
                    let Some(output) = node.output_of(item.item) else { continue };
                    open.push(Open {
                        sender,
                        output: output.clone(),
                        is_over: item.delivery.as_ref().is_some_and(|delivery| delivery.is_final),
                        followed: Followed {
                            node: node.key.clone(),
                            item: item.item,
                            recipient: item.recipient,
                            delivery: item.delivery,
                            error: None,
                        },
                    });
                }
                if open.len() > before {
                    let settings = &prepared.workflow.nodes[index];
                    let declared = known.node.credentials(&known.filled);
                    let mut context = self.form_run(&declared, |name| reference(settings, name), clock);
                    context.stop = StopSignal::new(following.cancel.clone(), None);
                    context.cancel = following.cancel.clone();
                    senders.push(Sender { node: tier, context });
                }
            }
        }
        (senders, open)
    }
}

impl Sender<'_> {
    async fn ask(&self, open: &Open) -> Result<Option<Delivery>, NodeError> {
        let services = ItemServices::new(&self.context, open.followed.item, Some(Effect::Pure), None, 1);
        self.node.delivery(&open.output, &services).await
    }
}

impl Open {
    /// Takes an answer; whether it says something new.
    fn take(&mut self, answer: Result<Option<Delivery>, NodeError>) -> bool {
        match answer {
            Ok(Some(delivery)) => {
                self.is_over = delivery.is_settled();
                self.followed.error = None;
                let is_new = self.followed.delivery.as_ref() != Some(&delivery);
                self.followed.delivery = Some(delivery);
                is_new
            }
            Ok(None) => {
                self.is_over = true;
                false
            }
            Err(error) => {
                // A later question may be answered.
                self.is_over = !error.transient;
                self.followed.error = Some(error);
                false
            }
        }
    }
}
