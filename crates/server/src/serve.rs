//! Listening: connections that are slow or too many are ended, and runs are ended well before the process does.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use heddle_runner::Host;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::settings::Settings;
use crate::shared::Shared;

/// Connections at a time.
const CONNECTIONS: usize = 1024;
/// How long connections have to end once nothing more is accepted.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Serves the API and the pages until `stop` is done: then nothing more is accepted, every run is cancelled (no new sends,
/// those in flight end), and it returns when they have ended.
///
/// # Errors
/// When the address of the listener cannot be told, or others can reach it and no token keeps them out.
pub async fn serve(
    listener: TcpListener,
    host: impl Into<Arc<Host>>,
    settings: Settings,
    stop: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    settings.check_address(address).map_err(|error| std::io::Error::other(error.to_string()))?;
    let shared = Shared::new(host.into(), settings);
    let router = crate::routes(&shared);
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    let ending = CancellationToken::new();
    let connections = TaskTracker::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, _)) = accepted else {
            // Too many open files, most likely: those that end make room.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(permit) = Arc::clone(&permits).try_acquire_owned() else { continue };
        let (router, ending, head_time) = (router.clone(), ending.clone(), shared.settings.head_time);
        connections.spawn(async move {
            answer(stream, router, head_time, ending).await;
            drop(permit);
        });
    }
    drop(listener);
    let running = shared.executions.running();
    for execution in &running {
        execution.cancel.cancel();
    }
    for execution in &running {
        execution.ended().await;
    }
    ending.cancel();
    connections.close();
    let _ = tokio::time::timeout(LAST_WORDS, connections.wait()).await;
    Ok(())
}

async fn answer(stream: TcpStream, router: Router, head_time: Duration, ending: CancellationToken) {
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_time)
        .max_buf_size(64 << 10)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // Whoever breaks a connection off knows it.
        _ = connection.as_mut() => {}
        () = ending.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}
