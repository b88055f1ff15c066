//! Answers that come from elsewhere: from a file, or from a loopback server in the place of a host. All else of a call holds
//! as it would with the service: claims, limits, repeats, verdicts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use heddle_node::Json;
use http::header::{HOST, HeaderName, HeaderValue};
use http::{Request, Response, StatusCode, Uri};
use regress::Regex;

/// Where requests go instead of their services. The default changes nothing.
#[derive(Debug, Clone, Default)]
pub struct Elsewhere {
    /// URLs of loopback servers by `host`, `host:port`, or `*` for all but loopback.
    routes: BTreeMap<String, String>,
    mocks: Option<Arc<HttpMocks>>,
}

/// Answers of a file. Each is given as often as it says; then the next one that fits.
#[derive(Debug)]
struct HttpMocks {
    mocks: Vec<Mock>,
    /// How often each may still be given; `None` for always.
    left: Mutex<Vec<Option<u64>>>,
}

#[derive(Debug)]
struct Mock {
    base: Pattern,
    method: String,
    path: Pattern,
    query: Option<Json>,
    body: Option<Json>,
    headers: Vec<(String, Pattern)>,
    status: u16,
    response: Vec<u8>,
    is_json: bool,
    response_headers: Vec<(String, String)>,
    error: Option<String>,
}

/// A text, or a regular expression that finds something in it.
#[derive(Debug)]
enum Pattern {
    Text(String),
    Regex(Box<Regex>),
}

/// What becomes of a request.
pub(crate) enum Turned {
    /// It goes to its service, or to the server that stands in its place.
    Sent(Request<Bytes>),
    Answered(Response<Bytes>),
    /// The connection breaks, with these words.
    Broken(String),
    /// Nothing answers it.
    Refused(String),
}

impl Elsewhere {
    /// Leads requests for a host to a loopback server: `host`, `host:port`, or `*` for all but loopback.
    ///
    /// # Errors
    /// When the URL is not that of a server on a loopback address.
    pub fn add_route(&mut self, host: &str, url: &str) -> Result<(), String> {
        let fits = url::Url::parse(url).is_ok_and(|url| {
            url.scheme() == "http" && url.host_str().is_some_and(is_loopback) && url.path() == "/"
        });
        if !fits {
            return Err(format!(
                "\"{url}\" is not the URL of a loopback server, such as http://127.0.0.1:8080"
            ));
        }
        self.routes.insert(host.to_lowercase(), url.trim_end_matches('/').to_owned());
        Ok(())
    }

    /// Answers from a list of mocks: `{ baseUrl, method, path, query?, body?, reqheaders?, status, response,
    /// responseHeaders?, persist?, times?, replyWithError? }`. `baseUrl`, `path`, `query`, `body` and headers may be
    /// `{ "$regex", "$flags"? }`, a response `{ "$base64" }`. Where there are mocks, nothing leaves that none of them
    /// answers, but to loopback addresses.
    ///
    /// # Errors
    /// When the list is none, or one of them cannot be read.
    pub fn add_mocks(&mut self, mocks: &Json) -> Result<(), String> {
        let list = mocks.as_array().ok_or("the mocks must be a list")?;
        let read = |(at, mock)| Mock::read(mock).map_err(|problem| format!("mock {at}: {problem}"));
        let times = |mock: &Json| match mock.get("persist").and_then(Json::as_bool) {
            Some(true) => None,
            _ => Some(mock.get("times").and_then(Json::as_u64).unwrap_or(1)),
        };
        self.mocks = Some(Arc::new(HttpMocks {
            mocks: list.iter().enumerate().map(read).collect::<Result<_, _>>()?,
            left: Mutex::new(list.iter().map(times).collect()),
        }));
        Ok(())
    }

    /// Whether it changes nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.routes.is_empty() && self.mocks.is_none()
    }

    /// Where a request goes.
    pub(crate) fn turn(&self, request: Request<Bytes>) -> Turned {
        let host = request.uri().host().unwrap_or_default().to_lowercase();
        let with_port = request.uri().port_u16().map(|port| format!("{host}:{port}"));
        let route = with_port
            .as_ref()
            .and_then(|name| self.routes.get(name))
            .or_else(|| self.routes.get(&host))
            .or_else(|| self.routes.get("*").filter(|_| !is_loopback(&host)));
        if let Some(route) = route {
            return lead(request, route);
        }
        match &self.mocks {
            Some(mocks) if !is_loopback(&host) || mocks.knows(&request) => mocks.answer(&request),
            _ => Turned::Sent(request),
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The request as it goes to the server that stands in the place of its host.
fn lead(mut request: Request<Bytes>, route: &str) -> Turned {
    let own = request.uri().clone();
    let path = own.path_and_query().map_or("/", |path| path.as_str());
    let Ok(uri) = Uri::try_from(format!("{route}{path}")) else {
        return Turned::Refused(format!("the request cannot be led to {route}"));
    };
    *request.uri_mut() = uri;
    request.headers_mut().remove(HOST);
    let authority = own.authority().map_or("", |authority| authority.as_str());
    for (name, value) in
        [("x-forwarded-host", authority), ("x-forwarded-proto", own.scheme_str().unwrap_or("https"))]
    {
        if let Ok(value) = HeaderValue::from_str(value) {
            request.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    Turned::Sent(request)
}

impl HttpMocks {
    /// Whether a mock is about the request's host.
    fn knows(&self, request: &Request<Bytes>) -> bool {
        let origin = origin(request);
        self.mocks.iter().any(|mock| mock.base.splits(&origin).is_some())
    }

    fn answer(&self, request: &Request<Bytes>) -> Turned {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |index: &usize| left[*index] != Some(0) && self.mocks[*index].fits(request);
        let Some(index) = (0..self.mocks.len()).find(fits) else {
            return Turned::Refused(format!("no mock answers {} {}", request.method(), request.uri()));
        };
        if let Some(times) = &mut left[index] {
            *times -= 1;
        }
        drop(left);
        self.mocks[index].give()
    }
}

fn origin(request: &Request<Bytes>) -> String {
    let uri = request.uri();
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    format!("{}://{}", uri.scheme_str().unwrap_or("https"), authority.rsplit('@').next().unwrap_or(authority))
}

impl Mock {
    fn read(mock: &Json) -> Result<Self, String> {
        let pattern = |name: &str| mock.get(name).map(Pattern::read).transpose();
        let base = pattern("baseUrl")?.ok_or("\"baseUrl\" is missing")?;
        let path = pattern("path")?.ok_or("\"path\" is missing")?;
        let response = mock.get("response").cloned().unwrap_or_default();
        let text = response.as_str();
        let base64 = response.get("$base64").and_then(Json::as_str);
        let mut headers = Vec::new();
        for part in ["reqheaders", "matchHeaders"] {
            for (name, value) in
                mock.get(part).and_then(Json::as_object).into_iter().flat_map(|own| own.iter())
            {
                headers.push((name.to_lowercase(), Pattern::read(value)?));
            }
        }
        let told = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let response_headers = mock.get("responseHeaders").and_then(Json::as_object);
        Ok(Self {
            base,
            path,
            method: mock.get("method").and_then(Json::as_str).unwrap_or("GET").to_uppercase(),
            query: mock.get("query").cloned(),
            body: mock.get("body").filter(|body| !body.is_null()).cloned(),
            headers,
            status: mock
                .get("status")
                .and_then(Json::as_u64)
                .and_then(|own| u16::try_from(own).ok())
                .unwrap_or(200),
            is_json: text.is_none() && base64.is_none() && !response.is_null(),
            response: match (base64, text) {
                (Some(base64), _) => {
                    BASE64_STANDARD.decode(base64).map_err(|_| "the response is no base64")?
                }
                (None, Some(text)) => text.as_bytes().to_vec(),
                (None, None) if response.is_null() => Vec::new(),
                (None, None) => response.to_string().into_bytes(),
            },
            response_headers: response_headers
                .into_iter()
                .flat_map(|own| own.iter())
                .map(|(name, value)| (name.to_owned(), told(value)))
                .collect(),
            error: mock.get("replyWithError").map(told),
        })
    }

    fn fits(&self, request: &Request<Bytes>) -> bool {
        let origin = origin(request);
        let Some(prefix) = self.base.splits(&origin) else { return false };
        if request.method().as_str() != self.method {
            return false;
        }
        let path = request.uri().path();
        let Some(path) = path.strip_prefix(prefix.as_str()) else { return false };
        let query = request.uri().query().unwrap_or_default();
        let fits_path = match (&self.path, &self.query) {
            (Pattern::Text(own), Some(_)) => own == path,
            (Pattern::Text(own), None) => match own.split_once('?') {
                Some((own, own_query)) => own == path && pairs(own_query) == pairs(query),
                None => own == path && query.is_empty(),
            },
            (Pattern::Regex(regex), _) => {
                let whole = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
                regex.find(&whole).is_some()
            }
        };
        fits_path
            && self.query.as_ref().is_none_or(|own| fits_query(own, query))
            && self.body.as_ref().is_none_or(|own| fits_body(own, request))
            && self.headers.iter().all(|(name, pattern)| {
                let value = request.headers().get(name).and_then(|value| value.to_str().ok());
                value.is_some_and(|value| pattern.fits(value))
            })
    }

    fn give(&self) -> Turned {
        if let Some(error) = &self.error {
            return Turned::Broken(error.clone());
        }
        let mut response = Response::new(Bytes::from(self.response.clone()));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        if self.is_json {
            response
                .headers_mut()
                .insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, value) in &self.response_headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::from_str(value))
            {
                response.headers_mut().insert(name, value);
            }
        }
        Turned::Answered(response)
    }
}

impl Pattern {
    fn read(value: &Json) -> Result<Self, String> {
        if let Some(source) = value.get("$regex").and_then(Json::as_str) {
            let flags = value.get("$flags").and_then(Json::as_str).unwrap_or_default();
            let regex = Regex::with_flags(source, flags)
                .map_err(|error| format!("the pattern {source} cannot be read: {error}"))?;
            return Ok(Self::Regex(Box::new(regex)));
        }
        Ok(Self::Text(value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Text(own) => own == text,
            Self::Regex(regex) => regex.find(text).is_some(),
        }
    }

    /// Whether it is about an origin; gives the beginning of paths that belongs to it.
    fn splits(&self, origin: &str) -> Option<String> {
        match self {
            Self::Text(own) => {
                let url = url::Url::parse(own).ok()?;
                let same = url.origin() == url::Url::parse(origin).ok()?.origin();
                same.then(|| url.path().trim_end_matches('/').to_owned())
            }
            Self::Regex(regex) => regex.find(origin).map(|_| String::new()),
        }
    }
}

/// The pairs of a query, in any order.
fn pairs(query: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    pairs.sort();
    pairs
}

fn fits_query(own: &Json, query: &str) -> bool {
    if let Some(any) = own.as_bool() {
        return any;
    }
    let mut wanted = Vec::new();
    flatten("", own, &mut wanted);
    wanted.sort();
    pairs(query) == wanted
}

fn flatten(name: &str, value: &Json, pairs: &mut Vec<(String, String)>) {
    if let Some(object) = value.as_object() {
        for (key, value) in object.iter() {
            let name = if name.is_empty() { key.to_owned() } else { format!("{name}[{key}]") };
            flatten(&name, value, pairs);
        }
    } else if let Some(list) = value.as_array() {
        for (index, value) in list.iter().enumerate() {
            flatten(&format!("{name}[{index}]"), value, pairs);
        }
    } else if value.is_null() {
        pairs.push((name.to_owned(), String::new()));
    } else {
        pairs.push((name.to_owned(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    }
}

fn fits_body(own: &Json, request: &Request<Bytes>) -> bool {
    let text = String::from_utf8_lossy(request.body());
    if let (Some(_), Ok(pattern)) = (own.get("$regex"), Pattern::read(own)) {
        return pattern.fits(&text);
    }
    if let Some(wanted) = own.as_str() {
        return wanted == text;
    }
    if let Ok(body) = Json::parse(&text) {
        return body == *own;
    }
    let mut wanted = Vec::new();
    flatten("", own, &mut wanted);
    wanted.sort();
    pairs(&text) == wanted
}
