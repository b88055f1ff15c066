//! One request on its way through: noted, befallen by a fault or not, answered.

use std::sync::Arc;

use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

use crate::answer::{Answer, envelope};
use crate::connection::{AnswerBody, Scissors, write, write_half};
use crate::fault::Fault;
use crate::state::Shared;
use crate::{api, control};

/// The largest body that is read, in bytes.
const MAX_BODY: usize = 8 << 20;

/// Answers a request, or cuts its connection.
pub(crate) async fn respond(
    shared: &Arc<Shared>,
    scissors: &Arc<Scissors>,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => {
            let text = "O corpo da requisição é grande demais ou está incompleto";
            return write(envelope(
                StatusCode::PAYLOAD_TOO_LARGE,
                "ERROR_PAYLOAD_TOO_LARGE",
                text,
                shared.ids.next(),
            ));
        }
    };
    if head.uri.path().starts_with(control::PREFIX) {
        return write(control::answer(shared, &head, &body));
    }

    let head = Arc::new(head);
    let (number, fault) = shared.arrive(&head, &body);
    if let Some(answer) = fault.as_ref().and_then(|fault| fault.answer_without_accepting(shared.ids.next())) {
        return finish(shared, number, answer).await;
    }
    let answer = match &fault {
        Some(Fault::CutBeforeReading) => return scissors.close().await,
        // On a task of its own, since the client's going away ends this one.
        Some(Fault::Slow { duration }) => {
            let (shared, duration) = (Arc::clone(shared), *duration);
            let tasks = shared.tasks.clone();
            let accepted = tasks.spawn(async move {
                shared.stopped.run_until_cancelled(tokio::time::sleep(duration)).await?;
                Some(api::answer(&shared, &head, &body, number))
            });
            match accepted.await {
                Ok(Some(answer)) => answer,
                // The sandbox has stopped.
                _ => return scissors.close().await,
            }
        }
        _ => api::answer(shared, &head, &body, number),
    };
    let succeeded = answer.status.is_success();
    match &fault {
        Some(Fault::CutAfterAccepting) => return scissors.reset().await,
        Some(Fault::CutMidAnswer) => {
            shared.answered(number, answer.status.as_u16());
            return write_half(answer, scissors);
        }
        Some(Fault::SlowAfterAccepting { duration }) => tokio::time::sleep(*duration).await,
        _ => {}
    }
    let replaced =
        fault.filter(|_| succeeded).and_then(|fault| fault.answer_after_accepting(shared.ids.next()));
    finish(shared, number, replaced.unwrap_or(answer)).await
}

async fn finish(shared: &Shared, number: u64, answer: Answer) -> Response<AnswerBody> {
    if !shared.options.latency.is_zero() {
        tokio::time::sleep(shared.options.latency).await;
    }
    shared.answered(number, answer.status.as_u16());
    write(answer)
}
