//! Which addresses nodes may reach, and where a name leads.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// What of the network nodes may reach.
#[derive(Debug, Clone, Default)]
pub(crate) struct Network {
    /// Whether private, loopback and link-local addresses are out of reach.
    pub(crate) is_public_only: bool,
    /// Hosts that are in reach all the same, in lower case, each with its port or for any.
    pub(crate) allowed: Vec<(String, Option<u16>)>,
    /// Names that lead to an address of the host's choice, in lower case.
    pub(crate) routes: HashMap<String, SocketAddr>,
}

/// Why an address may not be reached.
#[derive(Debug, Clone)]
pub(crate) struct Forbidden {
    host: String,
    address: IpAddr,
}

/// A name that leads nowhere.
#[derive(Debug, Clone)]
pub(crate) struct NotFound(String);

impl Network {
    /// Checks a URL before anything leaves for it. Names are checked when they are resolved.
    ///
    /// # Errors
    /// When it names an address that may not be reached.
    pub(crate) fn check(&self, url: &Url) -> Result<(), Forbidden> {
        if !self.is_public_only
            || self.allows(url.host_str().unwrap_or_default(), url.port_or_known_default())
        {
            return Ok(());
        }
        let address = match url.host() {
            Some(url::Host::Ipv4(address)) => IpAddr::V4(address),
            Some(url::Host::Ipv6(address)) => IpAddr::V6(address),
            Some(url::Host::Domain(_)) | None => return Ok(()),
        };
        if is_public(address) {
            return Ok(());
        }
        Err(Forbidden { host: url.host_str().unwrap_or_default().to_owned(), address })
    }

    fn allows(&self, host: &str, port: Option<u16>) -> bool {
        let host = host.trim_matches(['[', ']']);
        self.routes.contains_key(&host.to_lowercase())
            || self.allowed.iter().any(|(allowed, at)| {
                allowed.eq_ignore_ascii_case(host) && (at.is_none() || port.is_none() || *at == port)
            })
    }

    async fn resolve(&self, name: &str) -> Result<Addrs, Box<dyn Error + Send + Sync>> {
        if let Some(address) = self.routes.get(&name.to_lowercase()) {
            return Ok(Box::new(std::iter::once(*address)));
        }
        let found = tokio::net::lookup_host((name, 0)).await.map_err(|_| NotFound(name.to_owned()))?;
        let found: Vec<SocketAddr> = found.collect();
        if !self.is_public_only || self.allows(name, None) {
            return Ok(Box::new(found.into_iter()));
        }
        let (public, private): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|address| is_public(address.ip()));
        match private.first() {
            Some(address) if public.is_empty() => {
                Err(Forbidden { host: name.to_owned(), address: address.ip() }.into())
            }
            _ => Ok(Box::new(public.into_iter())),
        }
    }
}

/// Resolves names as a [`Network`] does.
pub(crate) struct Resolver(pub(crate) Arc<Network>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let network = Arc::clone(&self.0);
        Box::pin(async move { network.resolve(name.as_str()).await })
    }
}

/// Whether an address is one of the internet's, and not of this machine, its network, or a special purpose (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = a == 0
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && (c == 0 || c == 2))
        || (a == 198 && (18..20).contains(&b))
        || address.is_documentation();
    !(is_special || address.is_private() || address.is_loopback() || address.is_link_local())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // Addresses that carry one of IPv4 lead to it: mapped ones, those of NAT64 and of 6to4.
    let carried = match segments {
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some((high, low)),
        [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    if let Some((high, low)) = carried {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    // Only 2000::/3 is given out.
    segments[0] & 0xe000 == 0x2000 && segments[..2] != [0x2001, 0xdb8]
}

impl fmt::Display for Forbidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, address } = self;
        if *host == address.to_string() || host.trim_matches(['[', ']']) == address.to_string() {
            write!(formatter, "{host} is a private address, which this host does not let nodes reach")
        } else {
            write!(
                formatter,
                "{host} leads to the private address {address}, which this host does not let nodes reach"
            )
        }
    }
}

impl Error for Forbidden {}

impl fmt::Display for NotFound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "getaddrinfo ENOTFOUND {}", self.0)
    }
}

impl Error for NotFound {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_told_from_public_ones() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "::ffff:127.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
            "::127.0.0.1",
            "ff02::1",
        ] {
            assert!(!is_public(text.parse().expect("an address")), "{text}");
        }
        for text in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(is_public(text.parse().expect("an address")), "{text}");
        }
    }

    #[test]
    fn a_url_with_a_private_address_is_refused_however_it_is_written() {
        let network = Network { is_public_only: true, ..Network::default() };
        for url in [
            "http://127.0.0.1/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://[::1]:80/",
            "http://017700000001",
        ] {
            assert!(network.check(&url.parse().expect("a URL")).is_err(), "{url}");
        }
        assert!(network.check(&"http://1.1.1.1/".parse().expect("a URL")).is_ok());
        let network = Network { allowed: vec![("127.0.0.1".to_owned(), Some(8080))], ..network };
        assert!(network.check(&"http://127.0.0.1:8080/".parse().expect("a URL")).is_ok());
        assert!(network.check(&"http://127.0.0.1:8081/".parse().expect("a URL")).is_err());
    }
}
