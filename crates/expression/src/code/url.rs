//! URLs for `URL` and `URLSearchParams`.

use std::borrow::Cow;

use heddle_data::Json;
use url::Url;

use crate::javascript::call::Call;
use crate::javascript::host::HostFunction;

pub(super) const FUNCTIONS: &[(&str, HostFunction)] = &[
    ("parseUrl", |call| {
        let text = call.text(0)?;
        let base = if call.js(1).is_undefined() { None } else { Some(call.text(1)?) };
        let parsed = match base {
            Some(base) => Url::parse(&base).and_then(|base| base.join(&text)),
            None => Url::parse(&text),
        };
        give(call, parsed.ok())
    }),
    ("setUrl", |call| {
        let (href, part, value) = (call.text(0)?, call.text(1)?, call.text(2)?);
        give(call, Url::parse(&href).ok().map(|url| set(url, &part, &value)))
    }),
    ("encodeQuery", |call| {
        let text = call.text(0)?;
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        Ok(rquickjs::String::from_str(call.ctx.clone(), &encoded)?.into_value())
    }),
    ("decodeQuery", |call| {
        let text = call.text(0)?.replace('+', " ");
        let decoded = percent_encoding::percent_decode_str(&text).decode_utf8_lossy();
        Ok(rquickjs::String::from_str(call.ctx.clone(), &decoded)?.into_value())
    }),
];

fn give<'js>(
    call: &Call<'_, 'js>,
    url: Option<Url>,
) -> crate::javascript::call::Hosted<rquickjs::Value<'js>> {
    let Some(url) = url else { return Ok(call.undefined()) };
    let port = url.port().map(|port| port.to_string()).unwrap_or_default();
    let hostname = url.host_str().unwrap_or_default();
    let host =
        if port.is_empty() { Cow::Borrowed(hostname) } else { Cow::Owned(format!("{hostname}:{port}")) };
    let marked = |mark: &str, part: Option<&str>| {
        part.filter(|part| !part.is_empty()).map(|part| format!("{mark}{part}")).unwrap_or_default()
    };
    let mut parts = Json::object();
    for (name, part) in [
        ("href", url.as_str()),
        ("origin", &url.origin().ascii_serialization()),
        ("protocol", &format!("{}:", url.scheme())),
        ("username", url.username()),
        ("password", url.password().unwrap_or_default()),
        ("host", &host),
        ("hostname", hostname),
        ("port", &port),
        ("pathname", url.path()),
        ("search", &marked("?", url.query())),
        ("hash", &marked("#", url.fragment())),
    ] {
        parts.insert(name, Json::from(part));
    }
    call.give_json(&parts)
}

/// Sets a part; what does not fit leaves the URL as it is.
fn set(mut url: Url, part: &str, value: &str) -> Url {
    let optional = |mark: char| Some(value.trim_start_matches(mark)).filter(|value| !value.is_empty());
    // What they give says whether the part was set.
    let _: Option<()> = match part {
        "protocol" => url.set_scheme(value.trim_end_matches(':')).ok(),
        "username" => url.set_username(value).ok(),
        "password" => url.set_password(optional('\0')).ok(),
        "host" => match value.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?))) {
            Some((host, port)) => url.set_host(Some(host)).ok().and_then(|()| url.set_port(Some(port)).ok()),
            None => url.set_host(Some(value)).ok(),
        },
        "hostname" => url.set_host(Some(value)).ok(),
        "port" => url.set_port(value.parse().ok()).ok(),
        "pathname" => {
            url.set_path(value);
            Some(())
        }
        "search" => {
            url.set_query(optional('?'));
            Some(())
        }
        "hash" => {
            url.set_fragment(optional('#'));
            Some(())
        }
        _ => None,
    };
    url
}
