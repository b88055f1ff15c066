//! Whether a credential works: the request of its type that tells.

use heddle_expression::Clock;
use heddle_node::http::{Bytes, Method, Request};
use heddle_node::{Effect, ErrorKind, HttpClient as _, HttpRequest, Json, NodeError};

use crate::credentials::resolve_text;
use crate::host::Host;
use crate::node_run::ItemServices;

impl Host {
    /// Sends the request by which credentials of the type `type_name` are tested, signed with the credential `name`, or with
    /// the one of the type where none is named, and gives the status of the answer: any of 2xx means that it works. `url` is
    /// asked in place of the type's own.
    ///
    /// # Errors
    /// When there is no such credential, its type names no request, or no answer comes.
    pub async fn test_credential(
        &self,
        type_name: &str,
        name: Option<&str>,
        url: Option<&str>,
    ) -> Result<u16, NodeError> {
        let clock = Clock { now: crate::clock::now(), zone: jiff::tz::TimeZone::UTC };
        let reference = name.map_or(Json::NULL, Json::from);
        let run = self.form_run(&[(type_name.to_owned(), true)], |_| reference.clone(), &clock);
        let resolved = run.credential(type_name, 0)?;
        let fields = resolved.credential.expose();
        let (method, url) = match (url, &resolved.kind.test) {
            (Some(url), _) => (Method::GET, url.to_owned()),
            (None, Some(test)) => {
                let request = &test.request;
                let base = resolve_text(&request.base_url, fields)?;
                let path = resolve_text(&request.url, fields)?;
                let url = match (base.is_empty(), path.starts_with("http")) {
                    (true, _) | (_, true) => path,
                    _ if path.is_empty() => base,
                    _ => format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/')),
                };
                let method = request.method.as_deref().map_or(Ok(Method::GET), str::parse);
                (method.unwrap_or(Method::GET), url)
            }
            (None, None) => {
                let message = format!("Credentials of type \"{type_name}\" have no request that tests them");
                return Err(NodeError::new(ErrorKind::Credential, message)
                    .with_description("Name an address that asks for the credential: `--url https://…`."));
            }
        };
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = method;
        *request.uri_mut() = url.parse().map_err(|_| {
            NodeError::new(ErrorKind::Credential, format!("The address of the test is no URL: {url}"))
        })?;
        let services = ItemServices::new(&run, 0, Some(Effect::Pure), None, 1);
        let mut call = HttpRequest::new(request).with_credential(type_name).with_effect(Effect::Pure);
        call.takes_any_status = true;
        let answer = services.http.send(call).await?;
        Ok(answer.status().as_u16())
    }

    /// Whether a credential of this type is given.
    pub fn has_credential(&self, type_name: &str) -> bool {
        self.credentials.find(type_name, &Json::NULL).is_ok()
    }
}
