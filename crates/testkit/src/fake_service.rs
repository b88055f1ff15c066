//! A service that answers as an example says.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use heddle_node::{HttpExchange, Json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// An HTTP server on a free loopback port that answers each request with the exchange of its method and path, and with
/// 404 where there is none. It ends when it is dropped.
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
    stalls: bool,
    seen: Mutex<Vec<SeenRequest>>,
}

impl FakeService {
    /// Starts a service with these answers.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(exchanges: &[HttpExchange]) -> io::Result<Self> {
        Self::start_state(exchanges.to_vec(), false).await
    }

    /// Starts a service that reads every request and never answers.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start_stalled() -> io::Result<Self> {
        Self::start_state(Vec::new(), true).await
    }

    async fn start_state(exchanges: Vec<HttpExchange>, stalls: bool) -> io::Result<Self> {
        let state = Arc::new(ServiceState { exchanges, stalls, seen: Mutex::default() });
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
    let exchange = state
        .exchanges
        .iter()
        .find(|exchange| exchange.method == seen.method && exchange.path == seen.path)
        .cloned();
    state.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    if state.stalls {
        std::future::pending::<()>().await;
    }
    let (status, body) = match exchange {
        Some(exchange) => (exchange.status, exchange.answer.to_string()),
        None => (404, String::new()),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}
