//! Which hosts a package may reach.

use std::collections::BTreeSet;

use heddle_data::Json;
use url::Url;

/// Hosts, by name; `*.example.com` stands for all below it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hosts {
    names: BTreeSet<String>,
}

impl Hosts {
    /// Adds the host of a text that is a URL, or looks like the beginning of one.
    pub(crate) fn add_text(&mut self, text: &str) {
        if let Some(host) = host_of(text) {
            self.names.insert(host);
        }
    }

    /// Adds a name as a list has it.
    pub(crate) fn add_name(&mut self, name: &str) {
        self.names.insert(name.trim().to_lowercase());
    }

    /// Adds the hosts of all texts in a value.
    pub(crate) fn add_all(&mut self, value: &Json) {
        if let Some(text) = value.as_str() {
            self.add_text(text);
        }
        value.as_array().into_iter().flatten().for_each(|value| self.add_all(value));
        value
            .as_object()
            .into_iter()
            .flat_map(|object| object.values())
            .for_each(|value| self.add_all(value));
    }

    /// Whether a URL's host is one of them.
    pub(crate) fn allow(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let host = host.to_lowercase();
        let with_port = url.port().map(|port| format!("{host}:{port}"));
        self.names.iter().any(|name| match name.strip_prefix("*.") {
            Some(domain) => host.ends_with(&format!(".{domain}")),
            None => *name == host || Some(name) == with_port.as_ref(),
        })
    }
}

/// The host of a text that begins as a URL does, or that is a host's name by itself.
fn host_of(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('=');
    if text.is_empty() || text.len() > 2048 {
        return None;
    }
    let whole = match text.contains("://") {
        true => text.to_owned(),
        false if is_name(text.split(['/', ':']).next().unwrap_or_default()) => format!("https://{text}"),
        false => return None,
    };
    // An expression may follow the host, not stand in it.
    let host = whole.split("://").nth(1)?.split(['/', '?', '#']).next()?;
    if host.contains(['{', '$', '}']) {
        return None;
    }
    let url = Url::parse(&format!("{}://{host}", whole.split("://").next()?)).ok()?;
    url.host_str().map(str::to_lowercase)
}

/// Whether a text may be the name of a host: letters with at least one dot.
fn is_name(text: &str) -> bool {
    text.contains('.')
        && !text.starts_with('.')
        && !text.ends_with('.')
        && text.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-'))
        && text
            .rsplit('.')
            .next()
            .is_some_and(|last| last.len() > 1 && last.chars().any(|char| char.is_ascii_alphabetic()))
        || text.parse::<std::net::Ipv4Addr>().is_ok()
}
