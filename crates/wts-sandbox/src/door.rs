//! The listening socket: open, or shut so that connections are refused.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{mpsc, oneshot};

use crate::connection::take;
use crate::state::Shared;

/// Told when a command is carried out.
type Done = Option<oneshot::Sender<io::Result<()>>>;

/// Opens or closes the listening socket.
#[derive(Debug)]
pub(crate) enum DoorCommand {
    /// Stop listening, for this long or until told otherwise.
    Shut { duration: Option<Duration>, done: Done },
    /// Listen again.
    Open { done: Done },
}

/// A socket that is bound but does not listen: the system refuses connections to it, and nobody else can take the port.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

pub(crate) fn listen(socket: TcpSocket) -> io::Result<TcpListener> {
    socket.listen(1024)
}

/// Accepts connections, except while the door is shut, until the sandbox stops. Should someone take the port while it
/// changes hands, there is nothing left to serve, and the sandbox stops.
pub(crate) async fn keep_door(
    mut listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
    mut commands: mpsc::UnboundedReceiver<DoorCommand>,
) {
    loop {
        let Some((duration, done)) = keep_open(&listener, &shared, &mut commands).await else { return };
        drop(listener);
        let bound = bind(address);
        shared.hang_up.send_replace(());
        idle_connections_ended(&shared).await;
        let Some(socket) = tell(bound, done) else { return shared.stopped.cancel() };

        let Some(done) = keep_shut(duration, &shared, &mut commands).await else { return };
        match tell(listen(socket), done) {
            Some(again) => listener = again,
            None => return shared.stopped.cancel(),
        }
    }
}

/// Accepts connections until told to shut; `None`: the sandbox stops.
async fn keep_open(
    listener: &TcpListener,
    shared: &Arc<Shared>,
    commands: &mut mpsc::UnboundedReceiver<DoorCommand>,
) -> Option<(Option<Duration>, Done)> {
    loop {
        tokio::select! {
            () = shared.stopped.cancelled() => return None,
            command = commands.recv() => match command? {
                DoorCommand::Shut { duration, done } => return Some((duration, done)),
                DoorCommand::Open { done } => _ = tell(Ok(()), done),
            },
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => take(stream, shared),
                // Out of file handles, or the peer is gone already: neither is a reason to stop.
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            },
        }
    }
}

/// Waits until it is time to open again; `None`: the sandbox stops.
async fn keep_shut(
    mut duration: Option<Duration>,
    shared: &Shared,
    commands: &mut mpsc::UnboundedReceiver<DoorCommand>,
) -> Option<Done> {
    loop {
        let end = async {
            match duration {
                Some(duration) => tokio::time::sleep(duration).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = shared.stopped.cancelled() => return None,
            () = end => return Some(None),
            command = commands.recv() => match command? {
                DoorCommand::Open { done } => return Some(done),
                DoorCommand::Shut { duration: again, done } => {
                    duration = again;
                    tell(Ok(()), done);
                }
            },
        }
    }
}

/// Gives the connections that were told to hang up a moment to do so; those at work on a request take longer.
async fn idle_connections_ended(shared: &Shared) {
    let mut connections = shared.connections.subscribe();
    // An error says that they take longer: fine.
    let _ = tokio::time::timeout(Duration::from_millis(50), connections.wait_for(|&open| open == 0)).await;
}

/// Reports a result to whoever waits for it.
fn tell<T>(result: io::Result<T>, done: Done) -> Option<T> {
    let (value, told) = match result {
        Ok(value) => (Some(value), Ok(())),
        Err(error) => (None, Err(error)),
    };
    if let Some(done) = done {
        // Nobody waits any more: fine.
        let _ = done.send(told);
    }
    value
}
