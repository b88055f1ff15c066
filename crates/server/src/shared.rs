//! What all requests share.

use std::sync::Arc;

use heddle_node::hexadecimal;
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

    /// A token for one run.
    pub(crate) fn new_run_token(&self) -> String {
        let bytes: [u8; 16] = random_bytes();
        let nonce = hexadecimal(bytes);
        let seal = secret::seal_text(&self.key, &format!("run:{nonce}"));
        format!("{nonce}{seal}")
    }

    /// Whether this process gave out the token of a run.
    pub(crate) fn gave_run_token(&self, token: &str) -> bool {
        token.split_at_checked(32).is_some_and(|(nonce, seal)| {
            self.is_same_secret(seal, &secret::seal_text(&self.key, &format!("run:{nonce}")))
        })
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
