//! Credentials of a node: completing the one that it names, and signing requests with it.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use heddle_expression::{Alone, Clock, CompiledValue, Scene};
use heddle_http_kit::UNRESERVED;
use heddle_node::credential::Authenticate;
use heddle_node::parameters::is_shown;
use heddle_node::{
    Credential, CredentialType, ErrorKind, Json, NodeError, NodeProperty, RateLimit, Registry, Upload,
    from_json,
};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Request, Uri};
use percent_encoding::percent_encode;

use crate::credential_store::{CredentialSource, FoundCredential};
use crate::domains::Domains;
use crate::evaluation::evaluate;
use crate::masking::Secrets;
use crate::misspelt::misspelt_fields;
use crate::pacing::{Pacer, Pacing};

/// The type that all types of OAuth 2 extend.
pub(crate) const OAUTH2: &str = "oAuth2Api";
/// What the names of such types end with.
const OAUTH2_ENDING: &str = "Auth2Api";
/// Stands where a secret would.
const MASKED: &str = "***";

/// A credential with all that signing a request needs, worked out once.
pub(crate) struct ResolvedCredential {
    pub(crate) credential: Credential,
    pub(crate) pacer: Arc<Pacer>,
    /// Tells accounts apart.
    pub(crate) account: u64,
    /// What must turn up nowhere.
    pub(crate) secrets: Secrets,
    /// Where it may be used.
    pub(crate) domains: Domains,
    /// The fields as they are stored, where expressions are in them: then nothing else here counts before these have been
    /// evaluated.
    pub(crate) expressions: Option<Json>,
    pub(crate) kind: Arc<CredentialType>,
    /// As its source has it.
    pub(crate) found: FoundCredential,
    /// The way of signing, where it takes an exchange with the service.
    pub(crate) by_answer: Option<Authenticate>,
    headers: Vec<(HeaderName, HeaderValue)>,
    query: Vec<(String, String)>,
    body: Vec<(String, Json)>,
}

/// What credentials are resolved with.
#[derive(Clone, Copy)]
pub(crate) struct CredentialResolver<'h> {
    pub(crate) registry: &'h Registry,
    pub(crate) source: &'h dyn CredentialSource,
    pub(crate) pacing: &'h Pacing,
}

impl CredentialResolver<'_> {
    /// Finds and completes the credential of type `name` for a node whose file says `reference`.
    pub(crate) fn resolve(&self, name: &str, reference: &Json) -> Result<ResolvedCredential, NodeError> {
        let registered = self.registered(name)?;
        let found = self.source.find(name, reference).map_err(|way_out| {
            let display_name = registered.as_ref().map_or(name, |kind| &kind.display_name);
            credential_error(format!("No credential \"{display_name}\" is given")).with_description(way_out)
        })?;
        let kind = match (&found.described, registered) {
            (Some(described), Some(registered)) if described.authenticate.is_none() => registered,
            (Some(described), _) => Arc::clone(described),
            (None, Some(registered)) => registered,
            (None, None) => Arc::new(guess(name, &found.data).ok_or_else(|| unknown_type(name))?),
        };
        let expressions = has_expressions(&found.data).then(|| found.data.clone());
        let compiled = expressions.as_ref().map(CompiledValue::compile);
        if let Some((pointer, error)) = compiled.iter().flat_map(CompiledValue::errors).next() {
            return Err(expression_failed(name, &pointer, &error.message));
        }
        self.complete(kind, found, expressions)
    }

    /// Completes a credential with these fields, in which no expressions are any more.
    pub(crate) fn of_fields(
        &self,
        credential: &ResolvedCredential,
        fields: &Json,
    ) -> Result<ResolvedCredential, NodeError> {
        let found = FoundCredential { data: fields.clone(), ..credential.found.clone() };
        self.complete(Arc::clone(&credential.kind), found, None)
    }

    /// A credential in the place of one that is missing: what a person would fill in is masked.
    pub(crate) fn stand_in(&self, name: &str) -> Result<ResolvedCredential, NodeError> {
        let kind = match self.registered(name)? {
            Some(kind) => kind,
            None => Arc::new(CredentialType::plain(name, name)),
        };
        let mut data = Json::object();
        let is_filled = |property: &&NodeProperty| {
            property.required || property.is_password() || names_value(&kind, &property.name)
        };
        for property in kind.properties.iter().filter(is_filled) {
            if property.default.as_str().is_none_or(str::is_empty) {
                data.insert(&property.name, Json::from(MASKED));
            }
        }
        if let Some(Authenticate::Json(field)) = &kind.authenticate {
            data.insert(field, Json::from("{}"));
        }
        let found = FoundCredential { key: name.to_owned(), data, described: None };
        self.complete(kind, found, None)
    }

    fn registered(&self, name: &str) -> Result<Option<Arc<CredentialType>>, NodeError> {
        let kind = self.registry.describe_credential(name).map_err(|error| {
            credential_error(format!("The credential type \"{name}\" is broken: {error}"))
        })?;
        Ok(kind.map(Arc::new))
    }

    /// Works out a credential; an error names fields that are misspelt.
    fn complete(
        &self,
        kind: Arc<CredentialType>,
        found: FoundCredential,
        expressions: Option<Json>,
    ) -> Result<ResolvedCredential, NodeError> {
        let misspelt = misspelt_fields(&kind, &found.data);
        self.complete_fields(kind, found, expressions).map_err(|mut error| {
            for (written, name) in misspelt {
                let help = error.description.take().map(|help| format!(" {help}")).unwrap_or_default();
                error.description = Some(format!(
                    "It has a field \"{written}\", which nothing reads; did you mean \"{name}\"?{help}"
                ));
            }
            error
        })
    }

    fn complete_fields(
        &self,
        kind: Arc<CredentialType>,
        found: FoundCredential,
        expressions: Option<Json>,
    ) -> Result<ResolvedCredential, NodeError> {
        let name = &kind.name;
        let data = match kind.properties.is_empty() {
            true => found.data.clone(),
            false => {
                let mut data = as_texts(
                    &kind,
                    heddle_node::parameters::fill_defaults(&kind.properties, &found.data, 1.0),
                );
                // What a service gave is not a field of the form, nor are the fields of a service's own.
                if matches!(kind.authenticate, Some(Authenticate::OAuth2)) {
                    for (name, value) in found.data.as_object().into_iter().flat_map(|fields| fields.iter()) {
                        data.insert(name, value.clone());
                    }
                }
                data
            }
        };
        check_filled(&kind, &data)?;
        let limits = match found.data.get("rateLimits") {
            Some(own) => from_json::<Vec<RateLimit>>(own).map_err(|error| {
                credential_error(format!("\"rateLimits\" of the credential \"{name}\" does not fit: {error}"))
                    .with_description("Give a list of {name, limit, windowMs}, or [] for no pacing.")
            })?,
            None => kind.rate_limits.clone(),
        };
        let account = account(name, &data, &limits);
        let mut resolved = ResolvedCredential {
            pacer: self.pacing.account(account, &limits),
            account,
            secrets: Secrets::default(),
            domains: Domains::of(&found.data),
            expressions,
            by_answer: None,
            headers: Vec::new(),
            query: Vec::new(),
            body: Vec::new(),
            credential: Credential::new(name.as_str(), data),
            kind,
            found,
        };
        if resolved.expressions.is_none() {
            if let Some(check) =
                self.registry.credential(&resolved.kind.name).and_then(|registration| registration.check)
            {
                check(&resolved.credential)?;
            }
            resolved.work_out(self.registry)?;
        }
        Ok(resolved)
    }
}

/// What can be said about a type that nothing describes: one with token data, or with n8n's ending of such names, signs with
/// a token.
fn guess(name: &str, data: &Json) -> Option<CredentialType> {
    let is_oauth2 = name.ends_with(OAUTH2_ENDING) || data.get("oauthTokenData").is_some();
    is_oauth2.then(|| CredentialType {
        extends: Some(OAUTH2.to_owned()),
        authenticate: Some(Authenticate::OAuth2),
        ..CredentialType::plain(name, name)
    })
}

fn unknown_type(name: &str) -> NodeError {
    credential_error(format!("How a credential of type \"{name}\" signs requests is not known")).with_description(
        "Say it in the credentials file, beside its \"data\": \"authenticate\": {\"type\": \"generic\", \"properties\": \
         {\"headers\": {\"Authorization\": \"=Bearer {{$credentials.apiKey}}\"}}}.",
    )
}

impl ResolvedCredential {
    /// How it signs: as its type says, or the one that its type extends.
    fn way(&self, registry: &Registry) -> Result<Option<Authenticate>, NodeError> {
        let Some(extends) = self.kind.extends.as_deref().filter(|_| self.kind.authenticate.is_none()) else {
            return Ok(self.kind.authenticate.clone());
        };
        if extends.ends_with(OAUTH2_ENDING) {
            return Ok(Some(Authenticate::OAuth2));
        }
        let parent = registry.describe_credential(extends).ok().flatten();
        parent.and_then(|parent| parent.authenticate).map(Some).ok_or_else(|| unknown_type(&self.kind.name))
    }

    fn add_secrets(&mut self) {
        let fields = self.credential.expose().clone();
        for property in self.kind.properties.iter().filter(|property| property.is_password()) {
            if let Some(secret) = fields.get(&property.name).and_then(Json::as_str) {
                self.secrets.add(secret);
            }
        }
        let described = self.kind.properties.is_empty();
        for (name, value) in fields.as_object().into_iter().flat_map(|fields| fields.iter()) {
            match value.as_str() {
                Some(text) if described && may_be_secret(name, text) => self.secrets.add(text),
                _ => {}
            }
        }
        for name in ["access_token", "refresh_token", "id_token", "oauth_token_secret"] {
            let token = fields.get("oauthTokenData").and_then(|token| token.get(name)).and_then(Json::as_str);
            token.into_iter().for_each(|token| self.secrets.add(token));
        }
    }

    fn work_out(&mut self, registry: &Registry) -> Result<(), NodeError> {
        self.add_secrets();
        let kind = Arc::clone(&self.kind);
        let fields = self.credential.expose();
        let (headers, query, body, basic) = match self.way(registry)? {
            Some(Authenticate::Generic(values)) => {
                let text = |template: &String| resolve_text(template, fields);
                let pairs = |map: &BTreeMap<String, String>| {
                    map.iter()
                        .map(|(key, value)| Ok((text(key)?, text(value)?)))
                        .collect::<Result<Vec<_>, NodeError>>()
                };
                let body = pairs(&values.body)?.into_iter().map(|(key, value)| (key, Json::from(value)));
                let basic = match &values.basic {
                    Some(basic) => Some((text(&basic.username)?, text(&basic.password)?)),
                    None => None,
                };
                (pairs(&values.headers)?, pairs(&values.query)?, body.collect(), basic)
            }
            Some(Authenticate::Json(field)) => custom_values(fields, &field)?,
            Some(way @ (Authenticate::Digest | Authenticate::OAuth2)) => {
                self.by_answer = Some(way);
                return Ok(());
            }
            None => return Ok(()),
        };
        let mut signed = Vec::new();
        for (key, value) in headers {
            if key.is_empty() {
                return Err(credential_error(format!(
                    "The credential \"{}\" names no header",
                    kind.display_name
                ))
                .with_description("Fill in the name of the header that carries the secret."));
            }
            let key = HeaderName::try_from(key).map_err(|_| unfit(&kind))?;
            signed.push((key, secret_value(&value, &kind)?));
        }
        if let Some((user, password)) = basic {
            let pair = BASE64_STANDARD.encode(format!("{user}:{password}"));
            signed.push((AUTHORIZATION, secret_value(&format!("Basic {pair}"), &kind)?));
        }
        signed.iter().for_each(|(_, value)| self.secrets.add_authorization(value));
        query.iter().for_each(|(_, value)| self.secrets.add(value));
        (self.headers, self.query, self.body) = (signed, query, body);
        Ok(())
    }

    /// Names of the headers that carry the secret.
    pub(crate) fn masked_headers(&self) -> impl Iterator<Item = &str> {
        let by_answer = self.by_answer.as_ref().map(|_| ["authorization", "x-shopify-access-token"]);
        let own = match (&by_answer, self.kind.name.as_str()) {
            (Some(names), "shopifyOAuth2Api") => &names[..],
            (Some(names), _) => &names[..1],
            (None, _) => &[],
        };
        let own: Vec<&'static str> = own.to_vec();
        self.headers.iter().map(|(name, _)| name.as_str()).chain(own)
    }

    /// Signs a request. Values that the node has set under the same names are replaced.
    pub(crate) fn authenticate(&self, request: &mut Request<Bytes>) -> Result<(), String> {
        if self.expressions.is_some() {
            return Err(
                "The credential holds expressions, which only a run of a workflow evaluates".to_owned()
            );
        }
        for (name, value) in &self.headers {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        if !self.query.is_empty() {
            let url = add_query(&request.uri().to_string(), &self.query);
            *request.uri_mut() =
                Uri::try_from(url).map_err(|_| "The credential does not fit into a URL".to_owned())?;
        }
        if !self.body.is_empty() {
            if request.extensions().get::<Upload>().is_some() {
                return Err("The credential goes into a JSON body, and this body is a file".to_owned());
            }
            let mut body = if request.body().is_empty() {
                Json::object()
            } else {
                Json::parse_slice(request.body())
                    .map_err(|_| "The credential goes into a JSON body, and this body is none".to_owned())?
            };
            for (key, value) in &self.body {
                body.insert(key, value.clone());
            }
            *request.body_mut() = Bytes::from(body.to_string());
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(())
    }
}

/// Headers, query, fields of the body, and user with password.
type SignedValues =
    (Vec<(String, String)>, Vec<(String, String)>, Vec<(String, Json)>, Option<(String, String)>);

/// What the JSON of a custom credential sets.
fn custom_values(fields: &Json, field: &str) -> Result<SignedValues, NodeError> {
    let text = fields.get(field).and_then(Json::as_str).filter(|text| !text.is_empty()).unwrap_or("{}");
    let values = Json::parse(text).map_err(|error| {
        credential_error("Invalid Custom Auth JSON".to_owned()).with_description(format!(
            "The field `{field}` of the credential is no JSON (line {}, column {}).",
            error.line(),
            error.column()
        ))
    })?;
    let members = |name: &str| {
        let object = values.get(name).and_then(Json::as_object);
        object
            .into_iter()
            .flat_map(|object| object.iter())
            .map(|(key, value)| (key.to_owned(), value.clone()))
    };
    let texts = |name: &str| {
        members(name)
            .map(|(key, value)| (key, heddle_node::parameters::javascript::to_text(&value).into_owned()))
            .collect()
    };
    Ok((texts("headers"), texts("qs"), members("body").collect(), None))
}

/// Whether a field of a type that is not described may hold a secret.
fn may_be_secret(name: &str, text: &str) -> bool {
    const PLAIN: [&str; 16] = [
        "url",
        "domain",
        "host",
        "server",
        "region",
        "user",
        "username",
        "email",
        "scope",
        "granttype",
        "authentication",
        "authurl",
        "accesstokenurl",
        "subdomain",
        "environment",
        "name",
    ];
    !PLAIN.contains(&&*name.to_lowercase()) && !text.starts_with("http")
}

/// Whether a field of a credential is the name under which a value goes into a request.
fn names_value(kind: &CredentialType, field: &str) -> bool {
    let Some(Authenticate::Generic(values)) = &kind.authenticate else { return false };
    let mut names = values.headers.keys().chain(values.query.keys()).chain(values.body.keys());
    names.any(|name| name.contains(&format!("$credentials.{field}}}")))
}

/// Whether a field, at any depth, is an expression: its text is never the value.
fn has_expressions(fields: &Json) -> bool {
    match (fields.as_object(), fields.as_array()) {
        (Some(object), _) => object.iter().any(|(_, value)| has_expressions(value)),
        (_, Some(list)) => list.iter().any(has_expressions),
        _ => fields.as_str().is_some_and(|text| text.starts_with('=')),
    }
}

/// Numbers and booleans that an expression gave for fields of text become texts, as where n8n puts them into a header.
fn as_texts(kind: &CredentialType, mut fields: Json) -> Json {
    for property in &kind.properties {
        let text = fields.get(&property.name).filter(|value| {
            property.default.is_string() && (value.as_f64().is_some() || value.as_bool().is_some())
        });
        if let Some(text) = text.map(Json::to_string) {
            fields.insert(&property.name, Json::from(text));
        }
    }
    fields
}

/// An expression in a credential that cannot be evaluated. Nothing of its text is shown: it may hold a secret.
pub(crate) fn expression_failed(name: &str, pointer: &str, why: &str) -> NodeError {
    let field = pointer.trim_start_matches('/').replace('/', ".");
    credential_error(format!("{why} [Error resolving credentials]")).with_description(format!(
        "It is the expression in the field `{field}` of the credential \"{name}\". Correct it, or give a plain value."
    ))
}

fn credential_error(message: String) -> NodeError {
    NodeError::new(ErrorKind::Credential, message)
}

fn unfit(kind: &CredentialType) -> NodeError {
    credential_error(format!(
        "A field of the credential \"{}\" does not fit into a header",
        kind.display_name
    ))
    .with_description(
        "Enter the value again: it must be one line, without spaces around it, of plain characters.",
    )
}

pub(crate) fn secret_value(text: &str, kind: &CredentialType) -> Result<HeaderValue, NodeError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| unfit(kind))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Every required field that is shown, and every secret one, must hold something.
fn check_filled(kind: &CredentialType, data: &Json) -> Result<(), NodeError> {
    // A token that the credential fetches for itself need not be there.
    let may_be_empty =
        |property: &NodeProperty| property.type_options.may_be_empty || property.type_options.expirable;
    let is_hidden = |property: &NodeProperty| {
        data.as_object().is_some_and(|fields| !is_shown(property, fields, fields, 1.0))
    };
    let needed = kind.properties.iter().filter(|property| property.required || property.is_password());
    for property in needed.filter(|property| !may_be_empty(property) && !is_hidden(property)) {
        let value = data.get(&property.name);
        if value
            .is_none_or(|value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()))
        {
            return Err(credential_error(format!(
                "The credential \"{}\" has no {}",
                kind.display_name, property.display_name
            ))
            .with_description(format!("Fill in the field `{}`.", property.name)));
        }
    }
    Ok(())
}

/// Tells accounts apart without keeping anything of the secret.
fn account(name: &str, data: &Json, limits: &[RateLimit]) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    data.to_string().hash(&mut hasher);
    for limit in limits {
        (&limit.name, limit.limit, limit.window).hash(&mut hasher);
    }
    hasher.finish()
}

/// Resolves an `=` template over `$credentials` (`docs/parameters.md §16.4`). What is not a plain field is evaluated as any
/// expression.
pub(crate) fn resolve_text(template: &str, data: &Json) -> Result<String, NodeError> {
    let Some(body) = template.strip_prefix('=') else {
        return Ok(template.to_owned());
    };
    let mut text = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((code, after)) = after.split_once("}}") else { return evaluate_text(template, data) };
        let Some(field) = code.trim().strip_prefix("$credentials.").filter(|field| is_name(field)) else {
            return evaluate_text(template, data);
        };
        text.push_str(before);
        match data.get(field) {
            Some(value) if value.is_string() => text.push_str(value.as_str().unwrap_or_default().trim()),
            Some(value) if !value.is_null() => text.push_str(&value.to_string()),
            _ => {}
        }
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

pub(crate) fn evaluate_text(template: &str, data: &Json) -> Result<String, NodeError> {
    let clock = Clock { now: crate::clock::now(), zone: jiff::tz::TimeZone::UTC };
    let alone = Alone::new(vec![heddle_node::Item::new(Json::object())]);
    let additional = [("$credentials", data.clone()), ("$self", data.clone())];
    let scene = Scene { additional: &additional, ..alone.scene(&clock) };
    let mut value = Json::NULL;
    evaluate(&CompiledValue::compile(&Json::from(template)), &scene, &mut value).map_err(|_| {
        // Neither its text nor what it says of a value is shown: either may hold a secret.
        credential_error(
            "An expression by which the credential signs requests cannot be evaluated".to_owned(),
        )
        .with_description("See \"authenticate\" of its type in the credentials file.")
    })?;
    Ok(match value.as_str() {
        Some(text) => text.to_owned(),
        None if value.is_null() => String::new(),
        None => value.to_string(),
    })
}

fn add_query(url: &str, pairs: &[(String, String)]) -> String {
    let mut url = url.to_owned();
    for (key, value) in pairs {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.extend(percent_encode(key.as_bytes(), UNRESERVED));
        url.push('=');
        url.extend(percent_encode(value.as_bytes(), UNRESERVED));
    }
    url
}

/// The credentials of one node, by type.
pub(crate) type NodeCredentials = HashMap<String, NodeCredential>;

/// A credential that a node declares.
pub(crate) struct NodeCredential {
    /// The node does nothing without it.
    pub(crate) required: bool,
    pub(crate) resolved: Result<ResolvedCredential, NodeError>,
    /// What its expressions give, where it has some.
    pub(crate) by_item: Option<ByItem>,
}

/// The values of a credential with expressions: each once, though many items may share it.
#[derive(Default)]
pub(crate) struct ByItem {
    values: Vec<Result<ResolvedCredential, NodeError>>,
    by_fields: HashMap<String, usize>,
    /// Which of the values an item has.
    of_item: Vec<usize>,
}

impl ByItem {
    /// Adds what the expressions give for the next item.
    pub(crate) fn push(
        &mut self,
        fields: Result<Json, NodeError>,
        complete: impl FnOnce(&Json) -> Result<ResolvedCredential, NodeError>,
    ) {
        let index = match fields {
            Ok(fields) => *self.by_fields.entry(fields.to_string()).or_insert_with(|| {
                self.values.push(complete(&fields));
                self.values.len() - 1
            }),
            Err(error) => {
                self.values.push(Err(error));
                self.values.len() - 1
            }
        };
        self.of_item.push(index);
    }
}

impl NodeCredential {
    /// The credential as an item has it.
    pub(crate) fn of_item(&self, item: usize) -> &Result<ResolvedCredential, NodeError> {
        let Some(by_item) = &self.by_item else { return &self.resolved };
        by_item.of_item.get(item).and_then(|index| by_item.values.get(*index)).unwrap_or(&self.resolved)
    }
}
