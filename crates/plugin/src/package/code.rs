//! The code of one package: its runtimes, and what it may do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use heddle_data::Json;
use heddle_node::{CredentialType, Effect};
use url::Url;

use super::{Files, Manifest};
use crate::engine::{Limits, Worker, WorkerError};
use crate::hosts::Hosts;

/// As many runtimes of a package as are kept; one more takes the place of another.
const MOST_WORKERS: usize = 16;

/// The account of those who have none.
const NO_ACCOUNT: u64 = 0;

/// A package's code.
pub(crate) struct Code {
    manifest: Manifest,
    files: Files,
    limits: Limits,
    workers: Mutex<HashMap<u64, Arc<Worker>>>,
    credentials: OnceLock<Vec<PluginCredential>>,
    /// Whether it may reach the hosts that it names.
    is_trusted: bool,
    named_hosts: OnceLock<Hosts>,
}

/// A credential type of a package.
pub(crate) struct PluginCredential {
    pub(crate) kind: CredentialType,
    /// As the package has it.
    pub(crate) source: Json,
}

impl Code {
    pub(crate) fn new(manifest: Manifest, files: Files, limits: Limits, is_trusted: bool) -> Self {
        Self {
            is_trusted,
            manifest,
            files,
            limits,
            workers: Mutex::default(),
            credentials: OnceLock::new(),
            named_hosts: OnceLock::new(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.manifest.name
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub(crate) fn files(&self) -> &Files {
        &self.files
    }

    /// The runtime for an account: module state is not shared between accounts.
    ///
    /// # Errors
    /// When none can be started.
    pub(crate) fn worker(&self, account: u64) -> Result<Arc<Worker>, WorkerError> {
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        workers.retain(|_, worker| !worker.is_over());
        if let Some(worker) = workers.get(&account) {
            return Ok(Arc::clone(worker));
        }
        // The one that described the package has served nobody yet.
        if let Some(spare) = workers.remove(&NO_ACCOUNT) {
            workers.insert(account, Arc::clone(&spare));
            return Ok(spare);
        }
        if workers.len() >= MOST_WORKERS
            && let Some(idle) =
                workers.iter().find(|(_, worker)| Arc::strong_count(worker) == 1).map(|(key, _)| *key)
        {
            workers.remove(&idle);
        }
        let worker = Arc::new(self.start()?);
        workers.insert(account, Arc::clone(&worker));
        Ok(worker)
    }

    fn start(&self) -> Result<Worker, WorkerError> {
        let credentials = self.manifest.credentials.iter().map(|file| self.files.own_path(file)).collect();
        Worker::start(self.files.clone(), credentials, self.limits)
    }

    /// What the world says about a file.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub(crate) fn describe(&self, what: &'static str, path: &str) -> Result<Json, WorkerError> {
        self.worker(NO_ACCOUNT)?.describe(what, path)
    }

    /// The credential types of the package. Those that do not load are left out.
    pub(crate) fn credentials(&self) -> &[PluginCredential] {
        self.credentials.get_or_init(|| {
            let paths = self.manifest.credentials.iter().map(|file| self.files.own_path(file));
            paths
                .filter_map(|path| crate::credential::read(&self.describe("describeCredential", &path).ok()?))
                .collect()
        })
    }

    /// Whether a node of the package is called once for each item.
    pub(crate) fn is_item_by_item(&self, description: &Json) -> bool {
        let name = description.get("name").and_then(Json::as_str).unwrap_or_default();
        match self.manifest.settings.get("itemByItem") {
            Some(setting) => {
                let is_named = |own: &Json| own.as_str() == Some(name);
                setting.as_bool().unwrap_or_else(|| setting.as_array().into_iter().flatten().any(is_named))
            }
            None => false,
        }
    }

    /// Whether a node is called once for each item where its parameters say so: `itemByItem` names some, each with the
    /// values at which it is.
    pub(crate) fn is_item_by_item_at(&self, parameters: &Json) -> bool {
        let setting = self.manifest.settings.get("itemByItem").and_then(Json::as_object);
        setting.is_some_and(|wanted| {
            wanted.iter().all(|(name, values)| {
                let own = parameters.get(name);
                values.as_array().is_some_and(|values| values.iter().any(|value| Some(value) == own))
            })
        })
    }

    /// The hosts that a node of the package may reach, beside those of its credentials.
    pub(crate) fn hosts(&self, description: &Json) -> Hosts {
        let mut hosts = Hosts::default();
        for name in self.manifest.settings.get("hosts").and_then(Json::as_array).into_iter().flatten() {
            hosts.add_name(name.as_str().unwrap_or_default());
        }
        if let Some(base) = description.get("requestDefaults").and_then(|own| own.get("baseURL")) {
            hosts.add_all(base);
        }
        hosts
    }

    /// Whether the package's own code names a URL's host, where that counts.
    pub(crate) fn names_host(&self, url: &Url) -> bool {
        if !self.is_trusted {
            return false;
        }
        let hosts = self.named_hosts.get_or_init(|| {
            let mut hosts = Hosts::default();
            for name in crate::manage::hosts_in_code::collect(self.files.folder()) {
                hosts.add_name(&name);
            }
            hosts
        });
        hosts.allow(url)
    }

    /// Adds the hosts that a credential type of the package names itself.
    pub(crate) fn add_credential_hosts(&self, name: &str, hosts: &mut Hosts) {
        for own in self.credentials().iter().filter(|own| own.kind.name == name) {
            for part in ["authenticate", "test"].into_iter().filter_map(|part| own.source.get(part)) {
                hosts.add_all(part);
            }
        }
    }

    /// What a request of the package does, where its `heddle.json` says so: the first entry of `effects` counts whose method
    /// and URL fit, `*` in it standing for anything.
    pub(crate) fn effect(&self, method: &str, url: &Url) -> Option<Effect> {
        let entries = self.manifest.settings.get("effects").and_then(Json::as_array).unwrap_or_default();
        let fits = |entry: &&Json| {
            let text = |name: &str| entry.get(name).and_then(Json::as_str);
            text("method").is_none_or(|own| own.eq_ignore_ascii_case(method))
                && text("url").is_none_or(|pattern| matches(pattern, url.as_str()))
        };
        let entry = entries.iter().find(fits)?;
        Effect::named(entry.get("effect")?.as_str()?)
    }
}

/// Whether a text fits a pattern in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(before) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return left.ends_with(part);
        }
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    true
}
