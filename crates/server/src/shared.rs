//! What all requests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use heddle_runner::Host;
use tokio::sync::Semaphore;

use crate::executions::Executions;
use crate::metrics::Metrics;
use crate::once::Once;
use crate::option_loads::OptionLoads;
use crate::preview::Evaluators;
use crate::secret;
use crate::settings::Settings;

/// What all requests share.
pub(crate) struct Shared {
    pub(crate) host: Arc<Host>,
    pub(crate) settings: Settings,
    pub(crate) executions: Executions,
    pub(crate) options: OptionLoads,
    pub(crate) evaluators: Evaluators,
    pub(crate) once: Once,
    pub(crate) metrics: Arc<Metrics>,
    /// Requests that may be answered now.
    pub(crate) requests: Semaphore,
    /// Streams of events that may be read at a time.
    pub(crate) streams: Arc<Semaphore>,
    /// Signs what only this process may have given out.
    key: [u8; 32],
    /// Tokens for runs that were given out.
    tokens: AtomicU64,
}

/// Streams of events that may be read at a time.
const STREAMS: usize = 256;

impl Shared {
    pub(crate) fn new(host: Arc<Host>, settings: Settings) -> Arc<Self> {
        let key = random_bytes();
        Arc::new(Self {
            executions: Executions::new(settings.runs),
            options: OptionLoads::default(),
            evaluators: Evaluators::default(),
            once: Once::default(),
            requests: Semaphore::new(settings.concurrency),
            streams: Arc::new(Semaphore::new(STREAMS)),
            metrics: Arc::default(),
            host,
            settings,
            key,
            tokens: AtomicU64::new(1),
        })
    }

    /// Whether two secrets are the same, in constant time.
    pub(crate) fn is_same_secret(&self, given: &str, known: &str) -> bool {
        secret::is_same(&self.key, given, known)
    }

    /// What the cookie of a browser holds that has logged in with `token`.
    pub(crate) fn session(&self, token: &str) -> String {
        secret::seal_text(&self.key, &format!("session:{token}"))
    }

    /// A token for one run. They are numbered, so that one that is too old to be remembered is known to be.
    pub(crate) fn new_run_token(&self) -> String {
        let number = format!("{:016x}", self.tokens.fetch_add(1, Ordering::Relaxed));
        let seal = secret::seal_text(&self.key, &format!("run:{number}"));
        format!("{number}{seal}")
    }

    /// The number of a run's token that this process gave out.
    pub(crate) fn number_of_run_token(&self, token: &str) -> Option<u64> {
        let (number, seal) = token.split_at_checked(16)?;
        let is_ours = self.is_same_secret(seal, &secret::seal_text(&self.key, &format!("run:{number}")));
        is_ours.then(|| u64::from_str_radix(number, 16).ok())?
    }

    /// The credentials that are there: their types and names.
    pub(crate) fn credential_names(&self) -> Vec<(String, String)> {
        self.host.credential_names().into_iter().map(|known| (known.type_name, known.name)).collect()
    }

    /// A credential type as people call it.
    pub(crate) fn credential_title(&self, type_name: &str) -> String {
        let described = self.host.registry().describe_credential(type_name).ok().flatten();
        described.map_or_else(|| type_name.to_owned(), |described| described.display_name.to_string())
    }

    /// The address of a page or file of this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.settings.base_path)
    }
}

fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        // Without the system's randomness two random ids still are.
        for chunk in bytes.chunks_mut(16) {
            let id = uuid::Uuid::new_v4();
            for (byte, random) in chunk.iter_mut().zip(id.as_bytes()) {
                *byte = *random;
            }
        }
    }
    bytes
}
