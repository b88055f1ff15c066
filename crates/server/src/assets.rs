//! Scripts, styles and the icon, which are part of the program.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use heddle_node::hexadecimal;
use sha2::{Digest as _, Sha256};

use crate::error::ApiError;
use crate::shared::Shared;

/// Stands in the addresses of files, so that a browser asks for those of another version anew.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The files, with their types.
const FILES: [(&str, &str, &str); 9] = [
    ("style.css", "text/css; charset=utf-8", include_str!("../assets/style.css")),
    ("icon.svg", "image/svg+xml", include_str!("../assets/icon.svg")),
    ("nodes.js", SCRIPT, include_str!("../assets/nodes.js")),
    ("form.js", SCRIPT, include_str!("../assets/form.js")),
    ("morph.js", SCRIPT, include_str!("../assets/morph.js")),
    ("choice.js", SCRIPT, include_str!("../assets/choice.js")),
    ("complete.js", SCRIPT, include_str!("../assets/complete.js")),
    ("run.js", SCRIPT, include_str!("../assets/run.js")),
    ("element.js", SCRIPT, include_str!("../assets/element.js")),
];

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/assets/{name}", get(serve))
}

async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some((_, kind, text)) = FILES.iter().find(|(known, ..)| *known == name) else {
        return ApiError::not_found(format!("There is no file {name}")).into_response();
    };
    let digest = hexadecimal(&Sha256::digest(text)[..12]);
    let tag = format!("\"{digest}\"");
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { (*text).into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn scripts_and_styles_are_small() {
        let size: usize = FILES.iter().map(|(_, _, text)| text.len()).sum();
        assert!(size < 100_000, "scripts and styles have {size} bytes");
    }
}
