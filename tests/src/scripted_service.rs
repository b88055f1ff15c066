//! A service that answers as a recorded case says, for the recording and the test alike.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Map, Value, json};

/// The hosts that lead to the service. Two of them, since redirects may lead from one origin to another.
pub const HOSTS: [&str; 2] = ["service.test", "other.test"];

/// Headers that are about the connection, or tell one client from another: an echo leaves them out.
const LEFT_OUT: [&str; 8] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "accept-encoding",
    "user-agent",
    "x-forwarded-host",
    "x-forwarded-proto",
];

/// A server on a loopback port that answers each request with the first answer of its method and path that is left.
///
/// An answer is `{ method?, path?, status?, headers?, body?, base64?, echo?, times? }`: any method and path where none is
/// said, 200, and an empty body. A body that is not a text is JSON. `echo` answers with what arrived. Of several answers that
/// fit, each is given `times` (once), the last one for ever.
pub struct ScriptedService {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    answers: Mutex<Vec<(Value, u64)>>,
    requests: Mutex<Vec<Value>>,
    is_over: AtomicBool,
}

impl ScriptedService {
    /// Starts one with these answers.
    ///
    /// # Panics
    /// When no port is free, or the answers are no list.
    pub fn start(answers: &Value) -> Self {
        Self::start_with(|_| answers.clone())
    }

    /// The same with answers that name its own URL.
    ///
    /// # Panics
    /// When no port is free, or the answers are no list.
    pub fn start_with(answers: impl FnOnce(&str) -> Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let answers = answers(&format!("http://{address}"));
        let answers = answers.as_array().expect("the answers are a list").iter();
        let shared = Arc::new(Shared {
            answers: Mutex::new(
                answers.map(|answer| (answer.clone(), answer["times"].as_u64().unwrap_or(1))).collect(),
            ),
            requests: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let service = Self { address, shared: Arc::clone(&shared) };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.is_over.load(Ordering::SeqCst) {
                    break;
                }
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || {
                    // A client that goes away is no fault of the service's.
                    let _ = stream.and_then(|stream| shared.serve(stream));
                });
            }
        });
        service
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What arrived, as an echo shows it.
    pub fn requests(&self) -> Vec<Value> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for ScriptedService {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // The listener looks up once more.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_millis(200));
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let Some(request) = read_request(&mut stream)? else { return Ok(()) };
        let path = request["url"].as_str().unwrap_or_default().to_owned();
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        let answer = self.answer(request["method"].as_str().unwrap_or_default(), &path);
        let body = if answer["echo"] == true {
            request.to_string().into_bytes()
        } else if let Some(text) = answer["base64"].as_str() {
            BASE64_STANDARD.decode(text).unwrap_or_default()
        } else {
            match &answer["body"] {
                Value::Null => Vec::new(),
                Value::String(text) => text.clone().into_bytes(),
                json => json.to_string().into_bytes(),
            }
        };
        let status = answer["status"].as_u64().unwrap_or(200);
        let reason = u16::try_from(status).ok().and_then(|status| http::StatusCode::from_u16(status).ok());
        let reason = reason.and_then(|status| status.canonical_reason()).unwrap_or_default();
        let mut head = format!("HTTP/1.1 {status} {reason}\r\n");
        let headers = answer["headers"].as_object().cloned().unwrap_or_default();
        if answer["echo"] == true && !headers.contains_key("content-type") {
            head.push_str("content-type: application/json\r\n");
        }
        for (name, value) in &headers {
            let values = value.as_array().map_or_else(|| vec![value.clone()], Clone::clone);
            for value in values {
                head.push_str(&format!("{name}: {}\r\n", value.as_str().unwrap_or_default()));
            }
        }
        head.push_str(&format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len()));
        stream.write_all(head.as_bytes())?;
        if request["method"] != "HEAD" {
            stream.write_all(&body)?;
        }
        stream.flush()
    }

    fn answer(&self, method: &str, url: &str) -> Value {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let path = url.split('?').next().unwrap_or_default();
        let fits = |answer: &Value| {
            answer["method"].as_str().is_none_or(|known| known == method)
                && answer["path"]
                    .as_str()
                    .is_none_or(|known| known == if known.contains('?') { url } else { path })
        };
        let mut fitting: Vec<usize> = (0..answers.len()).filter(|index| fits(&answers[*index].0)).collect();
        let Some(last) = fitting.pop() else { return json!({ "status": 404, "body": "no such path" }) };
        let chosen = fitting.into_iter().find(|index| answers[*index].1 > 0).unwrap_or(last);
        answers[chosen].1 = answers[chosen].1.saturating_sub(1);
        answers[chosen].0.clone()
    }
}

/// Reads a request: method, host, url, headers and body; `None` when the client left without one.
fn read_request(stream: &mut TcpStream) -> std::io::Result<Option<Value>> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (method, url) =
        (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let mut headers: Vec<(String, String)> = Vec::new();
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line)?;
        let line: String = line.iter().map(|byte| char::from(*byte)).collect();
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let mut body = Vec::new();
    if let Some(length) = header("content-length").and_then(|length| length.parse().ok()) {
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
    } else if header("transfer-encoding").is_some_and(|kind| kind.contains("chunked")) {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size)?;
            let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk)?;
            if size == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }
    let host = header("x-forwarded-host").or_else(|| header("host")).unwrap_or_default();
    let mut text = match String::from_utf8(body) {
        Ok(text) => text,
        Err(error) => format!("base64:{}", BASE64_STANDARD.encode(error.into_bytes())),
    };
    let mut shown = Map::new();
    for (name, mut value) in headers {
        if LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        if let Some((before, boundary)) = value.clone().split_once("boundary=") {
            text = text.replace(boundary, "BOUNDARY");
            value = format!("{before}boundary=BOUNDARY");
        }
        match shown.get_mut(&name) {
            Some(Value::String(known)) => known.push_str(&format!(", {value}")),
            _ => drop(shown.insert(name, json!(value))),
        }
    }
    shown.sort_keys();
    let host = host.split(':').next().unwrap_or_default().to_owned();
    Ok(Some(json!({ "method": method, "host": host, "url": url, "headers": shown, "body": text })))
}
