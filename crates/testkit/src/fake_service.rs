//! A service that answers as an example says.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use heddle_node::{HttpExchange, Json, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// An HTTP server on a free loopback port that answers each request with the exchange of its method and path, and with
/// 404 where there is none. It ends when it is dropped.
///
/// ```
/// use heddle_node::{HttpExchange, Registry, json};
/// use heddle_nodes as _;
/// use heddle_testkit::{FakeService, NodeTest, SERVICE};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let service = FakeService::start(&[HttpExchange {
///     method: "GET",
///     path: "/contacts",
///     status: 200,
///     answer: json!([{ "name": "Ana" }]),
/// }])
/// .await?;
/// let url = format!("http://{SERVICE}/contacts");
/// NodeTest::new("n8n-nodes-base.httpRequest", 4.2, json!({ "url": url }))
///     .with_items([json!({})])
///     .with_service(service.url())
///     .run(&Registry::linked()?)
///     .await?;
/// assert_eq!(service.requests()[0].path, "/contacts");
/// # Ok(())
/// # }
/// ```
pub struct FakeService {
    url: String,
    state: Arc<ServiceState>,
    task: JoinHandle<()>,
}

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct SeenRequest {
    /// Method.
    pub method: String,
    /// Path, without the query.
    pub path: String,
    /// Body as JSON; null when there is none.
    pub body: Json,
}

struct ServiceState {
    exchanges: Vec<HttpExchange>,
    behaviour: Behaviour,
    seen: Mutex<Vec<SeenRequest>>,
}

/// What a service does with a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Behaviour {
    /// It answers as the exchanges say.
    Answers,
    /// It never answers.
    Stalls,
    /// It gives back what it got, as a refusal.
    Echoes,
}

impl FakeService {
    /// Starts a service with these answers.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(exchanges: &[HttpExchange]) -> io::Result<Self> {
        Self::start_state(exchanges.to_vec(), Behaviour::Answers).await
    }

    /// Starts a service that reads every request and never answers.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start_stalled() -> io::Result<Self> {
        Self::start_state(Vec::new(), Behaviour::Stalls).await
    }

    /// Starts a service that refuses every request and gives back all of it, headers, address and body.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start_echoing() -> io::Result<Self> {
        Self::start_state(Vec::new(), Behaviour::Echoes).await
    }

    async fn start_state(exchanges: Vec<HttpExchange>, behaviour: Behaviour) -> io::Result<Self> {
        let state = Arc::new(ServiceState { exchanges, behaviour, seen: Mutex::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = Router::new().fallback(answer).with_state(Arc::clone(&state));
        let task = tokio::spawn(async move {
            // It serves until the task is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, state, task })
    }

    /// Its base URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The requests that arrived, in order.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.state.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for FakeService {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(state): State<Arc<ServiceState>>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let seen = SeenRequest {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        body: Json::parse_slice(&body).unwrap_or_default(),
    };
    let headers = head.headers.iter().map(|(name, value)| {
        (name.to_string(), Json::from(String::from_utf8_lossy(value.as_bytes()).as_ref()))
    });
    let got = json!({
        "url": head.uri.to_string(),
        "headers": headers.collect::<Json>(),
        "body": seen.body.clone(),
    });
    // Under the names by which services report an error, too.
    let echo = json!({ "text": got.to_string(), "message": got.to_string(), "got": got }).to_string();
    let exchange = state
        .exchanges
        .iter()
        .find(|exchange| exchange.method == seen.method && exchange.path == seen.path)
        .cloned();
    state.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    let (status, body) = match exchange {
        _ if state.behaviour == Behaviour::Stalls => std::future::pending().await,
        _ if state.behaviour == Behaviour::Echoes => (400, echo),
        // A text is the body itself: not every service speaks JSON.
        Some(exchange) => (
            exchange.status,
            exchange.answer.as_str().map_or_else(|| exchange.answer.to_string(), str::to_owned),
        ),
        None => (404, String::new()),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}
