//! The variables of the environment that name a proxy. The HTTP client takes one that it cannot read for none, and would
//! go past the proxy.

use std::ffi::OsString;

use heddle_node::without_passwords;
use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

/// Variables that name a proxy. Of two spellings the first that is set counts.
const PROXIES: [[&str; 2]; 3] =
    [["ALL_PROXY", "all_proxy"], ["HTTP_PROXY", "http_proxy"], ["HTTPS_PROXY", "https_proxy"]];
/// Variables that name the hosts which need no proxy.
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// Where this is set, the process answers a web server, which may set the others; they do not count then.
const CGI: &str = "REQUEST_METHOD";

/// Checks the variables that `variable` gives by name.
///
/// # Errors
/// When one cannot be read. The message quotes nothing of it, since it may hold a password.
pub(crate) fn check(variable: impl Fn(&str) -> Option<OsString>) -> Result<(), String> {
    if variable(CGI).is_some() {
        return Ok(());
    }
    let set = |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, variable(name)?)));
    for (name, value) in PROXIES.into_iter().filter_map(set) {
        let text = value.to_str().ok_or("it is not text");
        if let Err(why) = text.and_then(|text| if text.is_empty() { Ok(()) } else { read_proxy(text) }) {
            return Err(format!(
                "the environment variable {name} does not name a proxy: {why}. Set it to an address such as \
                 http://proxy.example:8080, or remove it"
            ));
        }
    }
    match set(EXCEPTIONS) {
        Some((name, value)) if value.to_str().is_none() => {
            Err(format!("the environment variable {name} cannot be read: it is not text"))
        }
        _ => Ok(()),
    }
}

/// The proxy through which a URL is reached, where there is one: the connection's own, else the environment's. Its password
/// is masked.
pub(crate) fn of(own: Option<&str>, url: &str) -> Option<String> {
    let proxy = match own {
        Some(proxy) => proxy.to_owned(),
        None => Matcher::from_env().intercept(&url.parse().ok()?)?.uri().to_string(),
    };
    Some(without_passwords(&proxy).trim_end_matches('/').to_owned())
}

fn read_proxy(text: &str) -> Result<(), &'static str> {
    let url: Uri = text.parse().map_err(|_| "it is no URL")?;
    match url.scheme_str() {
        None | Some("http" | "https") => {}
        Some(_) => return Err("only proxies of http:// and https:// are supported"),
    }
    let authority = url.authority().ok_or("it has no host")?;
    let address = authority.as_str().rsplit('@').next().unwrap_or_default();
    let port = address.strip_prefix(authority.host()).unwrap_or(address);
    match port.strip_prefix(':') {
        None if port.is_empty() && !authority.host().is_empty() => Ok(()),
        Some(port) if port.parse::<u16>().is_ok_and(|port| port > 0) => Ok(()),
        _ => Err("its port is no number from 1 to 65535"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_one(name: &str, value: &str) -> Result<(), String> {
        check(|asked| (asked == name).then(|| OsString::from(value)))
    }

    #[test]
    fn a_proxy_is_read_or_told_of() {
        for good in ["", "http://proxy:8080", "proxy.example:3128", "proxy", "https://user:pass@[::1]:1"] {
            assert_eq!(check_one("HTTPS_PROXY", good), Ok(()), "{good}");
        }
        for bad in [
            "http://",
            "http://[::1",
            "http://proxy:port",
            "http://proxy:99999",
            "socks5://proxy:1080",
            "/proxy",
            " http://proxy",
            "http://user:secret word@proxy",
        ] {
            let error = check_one("http_proxy", bad).expect_err(bad);
            assert!(error.contains("http_proxy") && !error.contains("secret"), "{bad}: {error}");
        }
    }

    #[test]
    fn a_web_servers_variables_do_not_count() {
        let value = |name: &str| ["REQUEST_METHOD", "HTTP_PROXY"].contains(&name).then(|| "::".into());
        assert_eq!(check(value), Ok(()));
    }
}
