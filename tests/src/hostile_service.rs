//! A service that answers with any bytes, or not at all: what no well-behaved server library does.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What a [`HostileService`] does with a request.
#[derive(Clone)]
pub enum Reply {
    /// Sends these bytes and closes the connection.
    Raw(String),
    /// Closes the connection once it has read the request.
    Cut,
    /// Keeps the connection and never answers.
    Stall,
    /// Sends a success whose body has this many bytes, with or without saying so before.
    Large {
        /// Size of the body.
        bytes: u64,
        /// Whether the length is in the head.
        told: bool,
    },
    /// Begins a success, and goes on with a byte now and then for ever.
    Drip,
    /// A refusal whose body is the request's head.
    Echo,
}

impl Reply {
    /// An answer with this status line's end, these further headers, and an empty JSON object.
    pub fn status(status: &str, headers: &str) -> Self {
        Self::Raw(format!("HTTP/1.1 {status}\r\n{headers}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}"))
    }
}

/// A server on a loopback port that answers each request as it is told.
pub struct HostileService {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    requests: Mutex<Vec<String>>,
    written: AtomicU64,
    is_over: AtomicBool,
}

impl HostileService {
    /// Starts one that answers the request with this number, from 0, as `reply` says.
    ///
    /// # Panics
    /// When no port is free.
    pub fn start(reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_at("127.0.0.1:0".parse().expect("an address"), reply)
    }

    /// The same at an address of the caller's.
    ///
    /// # Panics
    /// When it is taken.
    pub fn start_at(address: SocketAddr, reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).expect("the port is free");
        let address = listener.local_addr().expect("it has an address");
        let shared = Arc::new(Shared {
            requests: Mutex::default(),
            written: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
        });
        let service = Self { address, shared: Arc::clone(&shared) };
        let reply = Arc::new(reply);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.is_over.load(Ordering::SeqCst) {
                    break;
                }
                let (shared, reply) = (Arc::clone(&shared), Arc::clone(&reply));
                std::thread::spawn(move || {
                    // A client that goes away is what some tests are about.
                    let _ = stream.and_then(|stream| shared.serve(stream, &*reply));
                });
            }
        });
        service
    }

    /// Its URL, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests that arrived, head and body.
    pub fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Bytes of bodies that clients have taken.
    pub fn written(&self) -> u64 {
        self.shared.written.load(Ordering::SeqCst)
    }
}

impl Drop for HostileService {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // The listener looks up once more.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_millis(200));
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream, reply: &dyn Fn(usize) -> Reply) -> std::io::Result<()> {
        let Some(request) = read_request(&mut stream)? else { return Ok(()) };
        let number = {
            let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
            requests.push(request.clone());
            requests.len() - 1
        };
        match reply(number) {
            Reply::Raw(text) => stream.write_all(text.as_bytes()),
            Reply::Cut => Ok(()),
            Reply::Stall => {
                while !self.is_over.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Ok(())
            }
            Reply::Drip => {
                write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")?;
                while !self.is_over.load(Ordering::SeqCst) {
                    stream.write_all(b".")?;
                    std::thread::sleep(Duration::from_millis(20));
                }
                Ok(())
            }
            Reply::Large { bytes, told } => {
                let length = if told { format!("Content-Length: {bytes}\r\n") } else { String::new() };
                write!(stream, "HTTP/1.1 200 OK\r\n{length}Connection: close\r\n\r\n")?;
                let block = vec![b' '; 64 * 1024];
                let mut left = bytes;
                while left > 0 {
                    let size = left.min(block.len() as u64);
                    stream.write_all(&block[..size as usize])?;
                    self.written.fetch_add(size, Ordering::SeqCst);
                    left -= size;
                }
                Ok(())
            }
            Reply::Echo => {
                let body = serde_json::json!({ "text": request, "message": request }).to_string();
                write!(
                    stream,
                    "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                )
            }
        }
    }
}

/// Reads a request with its body; `None` when the client left without one.
fn read_request(stream: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut read = Vec::new();
    let mut block = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Ok(Some(text));
            }
        }
        match stream.read(&mut block)? {
            0 => return Ok(None),
            count => read.extend_from_slice(&block[..count]),
        }
    }
}
