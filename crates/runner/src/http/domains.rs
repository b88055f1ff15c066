//! Where a credential may be used: its fields `allowedHttpRequestDomains` (`all`, `domains`, `none`) and `allowedDomains`
//! (`docs/parameters.md §16`).

use heddle_node::{HttpError, HttpErrorKind, Json};
use http::Uri;

const NOT_AT_ALL: &str =
    "This credential is configured to prevent use within an HTTP Request or GraphQL node";
const NONE_LISTED: &str =
    "No allowed domains specified. Configure allowed domains or change restriction setting.";

/// Which hosts the calls that a credential signs may go to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Domains {
    /// Any.
    #[default]
    All,
    /// None: only the nodes that the credential is for may use it.
    None,
    /// Those of a list, as it was entered.
    Listed(String),
}

impl Domains {
    /// What the fields of a credential say. As in n8n, a word that is none of the three restricts nothing.
    pub(crate) fn of(fields: &Json) -> Self {
        match fields.get("allowedHttpRequestDomains").and_then(Json::as_str) {
            Some("none") => Self::None,
            Some("domains") => {
                let list = fields.get("allowedDomains").and_then(Json::as_str).unwrap_or_default();
                Self::Listed(list.trim().to_owned())
            }
            _ => Self::All,
        }
    }

    /// What holds for a call that begins at `url`. A node that the credential is for reaches the place that its author
    /// chose, whatever the list says, which was written with free calls in mind; it is not led elsewhere.
    ///
    /// # Errors
    /// When the credential is for no free call at all, or for none that anybody has listed.
    pub(crate) fn for_call(&self, url: &Uri, is_own_node: bool) -> Result<Self, HttpError> {
        match (self, is_own_node) {
            (Self::All, _) | (Self::None, true) => Ok(Self::All),
            (Self::None, false) => Err(HttpError::not_sent(HttpErrorKind::Credential, NOT_AT_ALL)),
            (Self::Listed(list), false) if list.is_empty() => {
                Err(HttpError::not_sent(HttpErrorKind::Credential, NONE_LISTED))
            }
            (Self::Listed(list), false) => Ok(Self::Listed(list.clone())),
            (Self::Listed(list), true) => Ok(match (host(url), list.is_empty()) {
                (Some(own), true) => Self::Listed(own),
                (Some(own), false) => Self::Listed(format!("{own}, {list}")),
                (None, _) => Self::Listed(list.clone()),
            }),
        }
    }

    /// What holds for the credential's own requests, which get it a token: a list alone counts.
    ///
    /// # Errors
    /// When nobody has listed a domain.
    pub(crate) fn for_token(&self) -> Result<Self, HttpError> {
        match self {
            Self::Listed(list) if list.is_empty() => {
                Err(HttpError::not_sent(HttpErrorKind::Credential, NONE_LISTED))
            }
            Self::Listed(list) => Ok(Self::Listed(list.clone())),
            Self::All | Self::None => Ok(Self::All),
        }
    }

    /// Whether a request may go to `url`, also where an answer redirects to it.
    ///
    /// # Errors
    /// When its host is not among those of the list; the message names it.
    pub(crate) fn check(&self, url: &Uri) -> Result<(), HttpError> {
        let Self::Listed(list) = self else { return Ok(()) };
        if host(url).is_some_and(|host| allows(list, &host)) {
            return Ok(());
        }
        // The host alone: the rest of a URL may hold a secret.
        let place = url.authority().map_or("", |authority| {
            authority.as_str().rsplit_once('@').map_or(authority.as_str(), |(_, host)| host)
        });
        Err(HttpError::not_sent(
            HttpErrorKind::DomainNotAllowed,
            format!(
                "Domain not allowed: This credential is restricted from accessing {place}. Only the following domains are \
                 allowed: {list}"
            ),
        ))
    }
}

/// The name of a URL's host, in lower case and without the dot at its end.
fn host(url: &Uri) -> Option<String> {
    let host = url.host()?.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    (!host.is_empty()).then(|| host.to_owned())
}

/// Whether a list of domains, divided by commas, has a host. `*.example.com` stands for what lies below it, and not for
/// `example.com` itself.
fn allows(list: &str, host: &str) -> bool {
    list.split(',').any(|domain| {
        let domain = domain.trim().to_lowercase();
        let domain = domain.strip_suffix('.').unwrap_or(&domain);
        match domain.strip_prefix("*.") {
            Some(parent) if !parent.is_empty() => {
                host.strip_suffix(parent).is_some_and(|below| below.ends_with('.'))
            }
            _ => !domain.is_empty() && host == domain,
        }
    })
}

#[cfg(test)]
mod tests {
    use heddle_node::json;

    use super::*;

    #[test]
    fn a_list_has_the_hosts_that_n8n_says() {
        for (list, url, is_allowed) in [
            ("service.test", "http://service.test/a", true),
            ("service.test", "https://service.test:8443/a", true),
            (" SERVICE.test. , other.test", "http://Service.Test/", true),
            ("service.test", "http://service.test./", true),
            ("service.test", "http://a.service.test/", false),
            ("service.test", "http://evilservice.test/", false),
            ("*.service.test", "http://a.b.service.test/", true),
            ("*.service.test", "http://service.test/", false),
            ("*.service.test", "http://evilservice.test/", false),
            ("*.", "http://service.test/", false),
            ("*", "http://service.test/", false),
            ("service.test", "http://service.test@other.test/", false),
            ("service.test", "http://other.test/service.test", false),
        ] {
            let domains =
                Domains::of(&json!({ "allowedHttpRequestDomains": "domains", "allowedDomains": list }));
            let allowed = domains.check(&url.parse().expect("a URL"));
            assert_eq!(allowed.is_ok(), is_allowed, "{list} {url}");
        }
    }

    #[test]
    fn a_node_of_its_own_reaches_its_service_and_nothing_that_it_is_led_to() {
        let url = |text: &str| -> Uri { text.parse().expect("a URL") };
        let listed = Domains::Listed("other.test".to_owned());
        let own = listed.for_call(&url("http://service.test/"), true).expect("it may");
        assert!(own.check(&url("http://service.test/")).is_ok());
        assert!(own.check(&url("http://other.test/")).is_ok());
        let refusal = own.check(&url("http://user:secret@third.test:81/?key=1")).expect_err("not listed");
        assert!(refusal.message.contains("accessing third.test:81."), "{}", refusal.message);
        assert!(Domains::None.for_call(&url("http://a.test/"), true).is_ok());
        assert!(Domains::None.for_call(&url("http://a.test/"), false).is_err());
        assert!(Domains::Listed(String::new()).for_call(&url("http://a.test/"), false).is_err());
        assert_eq!(Domains::of(&json!({ "allowedHttpRequestDomains": "nowhere" })), Domains::All);
    }
}
