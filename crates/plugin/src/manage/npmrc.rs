//! Where packages are fetched from: `.npmrc` and the environment, as npm reads them.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// npm's own registry.
const DEFAULT: &str = "https://registry.npmjs.org/";

/// Registries and their tokens.
#[derive(Debug, Clone)]
pub(crate) struct Npmrc {
    registry: String,
    scopes: BTreeMap<String, String>,
    /// By the beginning of URLs, without their scheme.
    tokens: BTreeMap<String, String>,
}

impl Npmrc {
    /// What the files of the user and of the folder say, and `npm_config_registry`.
    pub(crate) fn read() -> Self {
        let mut own = Self { registry: DEFAULT.to_owned(), scopes: BTreeMap::new(), tokens: BTreeMap::new() };
        let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".npmrc"));
        for path in home.into_iter().chain([PathBuf::from(".npmrc")]) {
            own.add(&std::fs::read_to_string(path).unwrap_or_default());
        }
        if let Ok(registry) =
            std::env::var("npm_config_registry").or_else(|_| std::env::var("NPM_CONFIG_REGISTRY"))
            && !registry.trim().is_empty()
        {
            own.registry = registry.trim().to_owned();
        }
        own
    }

    fn add(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])) {
            let Some((key, value)) = line.split_once('=') else { continue };
            let (key, value) = (key.trim(), expand(value.trim().trim_matches('"')));
            if key == "registry" {
                self.registry = value;
            } else if let Some(scope) = key.strip_suffix(":registry").filter(|key| key.starts_with('@')) {
                self.scopes.insert(scope.to_owned(), value);
            } else if let Some(place) = key.strip_suffix(":_authToken").and_then(|key| key.strip_prefix("//"))
            {
                self.tokens.insert(place.to_owned(), value);
            }
        }
    }

    /// The URL under which a registry describes a package.
    pub(crate) fn url_of(&self, name: &str) -> String {
        let scope = name.split_once('/').map(|(scope, _)| scope);
        let registry = scope.and_then(|scope| self.scopes.get(scope)).unwrap_or(&self.registry);
        format!("{}/{}", registry.trim_end_matches('/'), name.replace('/', "%2f"))
    }

    /// The token for a URL.
    pub(crate) fn token_for(&self, url: &str) -> Option<&str> {
        let plain = url.split_once("://").map_or(url, |(_, rest)| rest);
        let fits = self.tokens.iter().filter(|(place, _)| plain.starts_with(place.as_str()));
        fits.max_by_key(|(place, _)| place.len()).map(|(_, token)| token.as_str())
    }
}

/// `${NAME}` stands for a variable of the environment.
fn expand(text: &str) -> String {
    let mut made = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        made.push_str(before);
        made.push_str(&std::env::var(name).unwrap_or_default());
        rest = after;
    }
    made.push_str(rest);
    made
}
