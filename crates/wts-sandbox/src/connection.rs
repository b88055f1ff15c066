//! One connection: serving it, hanging up, and cutting it off.

use std::convert::Infallible;
use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::answer::Answer;
use crate::exchange::respond;
use crate::state::Shared;

/// Serves a new connection, unless a fault befalls it.
pub(crate) fn take(stream: TcpStream, shared: &Arc<Shared>) {
    if shared.refuses_connection() {
        return reset(stream);
    }
    // Without it small answers may wait for the client's acknowledgement; failing to set it is no harm.
    let _ = stream.set_nodelay(true);
    shared.connections.send_modify(|open| *open += 1);
    let shared = Arc::clone(shared);
    let tasks = shared.tasks.clone();
    tasks.spawn(async move {
        serve(stream, &shared).await;
        shared.connections.send_modify(|open| *open -= 1);
    });
}

/// Closes a connection so that the client sees a reset (RST), not an end (FIN).
fn reset(stream: TcpStream) {
    // Where it cannot be set the client sees an end, which is the same to it but for the error's name.
    let _ = stream.set_zero_linger();
}

async fn serve(stream: TcpStream, shared: &Arc<Shared>) {
    let scissors = Arc::new(Scissors::default());
    let service = service_fn(|request: Request<Incoming>| {
        let (shared, scissors) = (Arc::clone(shared), Arc::clone(&scissors));
        async move { Ok::<_, Infallible>(respond(&shared, &scissors, request).await) }
    });
    let mut hang_up = shared.hang_up.subscribe();
    let mut connection =
        http1::Builder::new().header_read_timeout(None).serve_connection(TokioIo::new(stream), service);
    loop {
        tokio::select! {
            biased;
            _ = &mut connection => return,
            () = scissors.cut.notified() => {
                let stream = connection.into_parts().io.into_inner();
                if scissors.resets.load(Ordering::Relaxed) {
                    reset(stream);
                }
                return;
            }
            () = shared.stopped.cancelled() => return,
            Ok(()) = hang_up.changed() => Pin::new(&mut connection).graceful_shutdown(),
        }
    }
}

/// Cuts the connection that a request came by.
#[derive(Debug, Default)]
pub(crate) struct Scissors {
    cut: Notify,
    resets: AtomicBool,
}

impl Scissors {
    /// Closes the connection, as seen by the client: an end of the stream. Never comes back.
    pub(crate) async fn close(&self) -> Response<AnswerBody> {
        self.cut.notify_one();
        pending().await
    }

    /// Resets the connection. Never comes back.
    pub(crate) async fn reset(&self) -> Response<AnswerBody> {
        self.resets.store(true, Ordering::Relaxed);
        self.close().await
    }
}

/// The body of an answer: whole, or announced whole and cut after its first half.
#[derive(Debug)]
pub(crate) struct AnswerBody {
    length: u64,
    part: Option<Bytes>,
    /// Cuts the connection once the part is written.
    then: Option<Arc<Scissors>>,
    flushed: bool,
}

/// Makes the answer ready to be written.
pub(crate) fn write(answer: Answer) -> Response<AnswerBody> {
    let length = answer.body.len() as u64;
    let part = Some(answer.body).filter(|body| !body.is_empty());
    let mut response = Response::new(AnswerBody { length, part, then: None, flushed: false });
    *response.status_mut() = answer.status;
    if let Some(content_type) = answer.content_type {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    if let Some((name, value)) = answer.header {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The same, of which only the head and half of the body will be written.
pub(crate) fn write_half(answer: Answer, scissors: &Arc<Scissors>) -> Response<AnswerBody> {
    let mut response = write(answer);
    let body = response.body_mut();
    body.part = body.part.take().map(|whole| whole.slice(..whole.len() / 2));
    body.then = Some(Arc::clone(scissors));
    response
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let body = self.get_mut();
        if let Some(part) = body.part.take() {
            return Poll::Ready(Some(Ok(Frame::data(part))));
        }
        let Some(scissors) = &body.then else { return Poll::Ready(None) };
        // What was handed over is written when this gives `Pending`; only after that may the connection go.
        if body.flushed {
            scissors.cut.notify_one();
        } else {
            body.flushed = true;
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.part.is_none() && self.then.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
