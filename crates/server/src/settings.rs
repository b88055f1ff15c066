//! What decides who may use the server, and how much of it.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use heddle_node::Json;

use crate::earlier::EarlierRuns;

/// How a server behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What a caller must know; `None` lets everybody in who reaches it, as on the loopback interface.
    pub token: Option<Token>,
    /// Names and addresses, with their ports, under which browsers may ask for it, beside those of the loopback interface.
    pub hosts: Vec<String>,
    /// Origins whose pages may use the API, such as `https://forms.example.com`.
    pub origins: Vec<String>,
    /// Where the router is nested, such as `/heddle`; empty at the root.
    pub base_path: String,
    /// The largest body of a request, in bytes.
    pub body_limit: usize,
    /// How long the head of a request may take to arrive; [`serve`](crate::serve) ends a connection that takes longer.
    pub head_time: Duration,
    /// How long a request's body may take to arrive.
    pub body_time: Duration,
    /// Requests at a time; more are told to come back.
    pub concurrency: usize,
    /// Runs at a time.
    pub runs: usize,
    /// How long choices may take to load.
    pub options_time: Duration,
    /// What runs note beside themselves in the host's log, such as where its credentials lie. No secret.
    pub note: Json,
    /// Who knows the runs that the host's log keeps.
    pub earlier: Option<Arc<dyn EarlierRuns>>,
}

/// A token that is never printed.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// The text, for those who compare it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// Why a server cannot start with these settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSettings(String);

impl fmt::Display for BadSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for BadSettings {}

/// The fewest characters of a token.
const SHORTEST_TOKEN: usize = 16;

impl Default for Settings {
    fn default() -> Self {
        Self {
            token: None,
            hosts: Vec::new(),
            origins: Vec::new(),
            base_path: String::new(),
            body_limit: 64 << 20,
            head_time: Duration::from_secs(10),
            body_time: Duration::from_secs(30),
            concurrency: 256,
            runs: 16,
            options_time: Duration::from_secs(10),
            note: Json::NULL,
            earlier: None,
        }
    }
}

impl Settings {
    /// Asks for this token.
    ///
    /// # Errors
    /// When it is too short to keep anybody out.
    pub fn with_token(mut self, token: impl Into<String>) -> Result<Self, BadSettings> {
        let token = token.into();
        if token.trim().len() < SHORTEST_TOKEN {
            return Err(BadSettings(format!(
                "the token is shorter than {SHORTEST_TOKEN} characters, so that it can be guessed: `openssl rand -hex 24` makes one"
            )));
        }
        self.token = Some(Token(token.trim().to_owned()));
        Ok(self)
    }

    /// Lets pages of this origin use the API.
    ///
    /// # Errors
    /// When it is no origin: scheme, host and perhaps port, without a path.
    pub fn with_origin(mut self, origin: &str) -> Result<Self, BadSettings> {
        let is_origin = origin.split_once("://").is_some_and(|(scheme, rest)| {
            matches!(scheme, "http" | "https") && !rest.is_empty() && !rest.contains('/')
        });
        if !is_origin {
            return Err(BadSettings(format!(
                "\"{origin}\" is no origin: give scheme, host and port alone, such as https://forms.example.com"
            )));
        }
        self.origins.push(origin.to_lowercase());
        Ok(self)
    }

    /// Is asked for under this name too, with its port where it is not that of the scheme.
    #[must_use]
    pub fn with_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into().to_lowercase());
        self
    }

    /// Whether a server with these settings may listen on `address`.
    ///
    /// # Errors
    /// When others can reach the address and no token keeps them out.
    pub fn check_address(&self, address: SocketAddr) -> Result<(), BadSettings> {
        if address.ip().is_loopback() || self.token.is_some() {
            return Ok(());
        }
        Err(BadSettings(format!(
            "others can reach {}, so a token must keep them out: set HEDDLE_TOKEN to at least {SHORTEST_TOKEN} characters",
            address.ip()
        )))
    }

    /// Whether the `Host` header of a request names this server. A page of somebody else's whose name is made to lead here
    /// asks under its own.
    pub(crate) fn knows_host(&self, host: &str) -> bool {
        let host = host.to_lowercase();
        if self.hosts.contains(&host) {
            return true;
        }
        let name = match host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name),
        };
        // Nobody can make an address lead elsewhere, only a name.
        let is_known = |address: IpAddr| address.is_loopback() || self.token.is_some();
        name == "localhost" || name.parse::<IpAddr>().is_ok_and(is_known)
    }
}
