//! Logging in with the token.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;

use super::{layout, page};
use crate::access::COOKIE;
use crate::form::Submission;
use crate::shared::Shared;

/// How long somebody who gives a wrong token waits for the answer.
const PAUSE: Duration = Duration::from_millis(500);

pub(super) async fn show(State(shared): State<Arc<Shared>>) -> Response {
    ask(&shared, StatusCode::OK, None)
}

pub(super) async fn enter(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let submission = match Submission::read(&shared, request).await {
        Ok(submission) => submission,
        Err(error) => return error.into_response(),
    };
    let Some(token) = &shared.settings.token else { return Redirect::to(&shared.url("/")).into_response() };
    let given = submission.get("token").unwrap_or_default().trim();
    if !shared.is_same_secret(given, token.expose()) {
        tokio::time::sleep(PAUSE).await;
        return ask(&shared, StatusCode::UNAUTHORIZED, Some("That is not the token."));
    }
    let path = if shared.settings.base_path.is_empty() { "/" } else { &shared.settings.base_path };
    let cookie =
        format!("{COOKIE}={}; Path={path}; HttpOnly; SameSite=Strict", shared.session(token.expose()));
    let mut response = Redirect::to(&shared.url("/")).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn ask(shared: &Shared, status: StatusCode, problem: Option<&str>) -> Response {
    let body = html! {
        main.narrow #main tabindex="-1" {
            h1 { "Log in" }
            form method="post" action=(shared.url("/login")) {
                div.field {
                    label for="token" { "Token" }
                    input type="password" id="token" name="token" required autocomplete="current-password"
                        aria-describedby=[problem.map(|_| "problem")] aria-invalid=[problem.map(|_| "true")];
                    p.help { "The token that the server was started with." }
                    @if let Some(problem) = problem { div.problem #problem role="alert" { p { (problem) } } }
                }
                button.primary type="submit" { "Log in" }
            }
        }
    };
    page(status, layout::page(shared, "Log in", "nodes.js", &body))
}
