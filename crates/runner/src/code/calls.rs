//! What code sends, through the host as any node's requests.

use heddle_expression::code::{CodeAnswer, CodeRequest, CodeResponse};
use heddle_node::http::{Bytes, HeaderName, HeaderValue, Request, Response};
use heddle_node::{HttpClient as _, HttpError, HttpRequest};

use crate::http::ItemHttp;

/// Sends a request of code, for the item that it runs for, and gives what it is to be told.
pub(crate) async fn send(http: &ItemHttp<'_>, request: CodeRequest) -> CodeAnswer {
    let (id, item) = (request.id, request.item);
    let response = match build(request) {
        Ok(request) => match deliver(http, item, request).await {
            Ok(response) => {
                let (parts, body) = response.into_parts();
                let headers = parts.headers.iter().map(|(name, value)| {
                    (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
                });
                Ok(CodeResponse {
                    status: parts.status.as_u16(),
                    reason: parts.status.canonical_reason().unwrap_or_default().to_owned(),
                    headers: headers.collect(),
                    body: body.to_vec(),
                })
            }
            Err(error) => Err(error.message),
        },
        Err(message) => Err(message),
    };
    CodeAnswer { id, response }
}

async fn deliver(
    http: &ItemHttp<'_>,
    item: Option<usize>,
    request: HttpRequest,
) -> Result<Response<Bytes>, HttpError> {
    match item {
        Some(item) => http.part_of(item).send(request).await,
        None => http.send(request).await,
    }
}

fn build(request: CodeRequest) -> Result<HttpRequest, String> {
    let mut built = Request::builder().method(request.method.as_str()).uri(request.url.as_str());
    for (name, value) in &request.headers {
        let name = HeaderName::try_from(name.as_str())
            .map_err(|_| format!("The request has a header with a name that is none: {name:?}"))?;
        let value = HeaderValue::try_from(value.as_str())
            .map_err(|_| format!("The header \"{name}\" has characters that no header may have"))?;
        built = built.header(name, value);
    }
    let built =
        built.body(request.body.into()).map_err(|error| format!("The request cannot be sent: {error}"))?;
    let mut call = HttpRequest::new(built);
    call.time_limit = request.time_limit;
    call.redirects.most = request.redirects;
    Ok(call)
}
