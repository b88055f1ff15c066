//! Credentials: reading them, finding the one that a node names, and signing requests with it.

use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use heddle_node::credential::Authenticate;
use heddle_node::{
    Credential, CredentialRegistration, CredentialType, ErrorKind, Json, NodeError, RateLimit, from_json,
};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Request, Uri};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use crate::masking::Secrets;
use crate::pacing::{Pacer, Pacing};
use crate::suggest::misspelt_letters;

/// Start of the names of environment variables that hold a credential's data; the type's name in capitals follows.
pub const ENVIRONMENT_PREFIX: &str = "HEDDLE_CREDENTIAL_";

/// Stands where a secret would.
const MASKED: &str = "***";

/// The decrypted credentials that a host may use.
///
/// Prints only how many there are.
#[derive(Clone, Default)]
pub struct CredentialStore {
    entries: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    id: Option<String>,
    name: Option<String>,
    /// As in workflow files; environment variables give it in capitals.
    type_name: String,
    data: Json,
}

/// Why credentials cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialsError(String);

impl CredentialStore {
    /// Reads `{"<type>": {…}}`, or n8n's export of decrypted credentials: one or a list of
    /// `{id, name, type, data}`. Later entries of one type or id win over earlier ones.
    ///
    /// # Errors
    /// When the text is not of these forms. The message quotes nothing of it.
    pub fn parse(text: &str) -> Result<Self, CredentialsError> {
        let json = Json::parse(text.trim_start_matches('\u{feff}')).map_err(|error| {
            CredentialsError(format!("it is not JSON (line {}, column {})", error.line(), error.column()))
        })?;
        let mut store = Self::default();
        if let Some(list) = json.as_array() {
            for (index, entry) in list.iter().enumerate() {
                let entry =
                    read_entry(entry).map_err(|why| CredentialsError(format!("entry {index}: {why}")))?;
                store.entries.push(entry);
            }
        } else if json.get("type").is_some_and(Json::is_string) && json.get("data").is_some() {
            store.entries.push(read_entry(&json).map_err(CredentialsError)?);
        } else if let Some(object) = json.as_object() {
            for (type_name, data) in object.iter() {
                store.insert(type_name, data.clone()).map_err(CredentialsError)?;
            }
        } else {
            return Err(CredentialsError(
                "it must be an object by credential type, or n8n's list of {id, name, type, data}".to_owned(),
            ));
        }
        Ok(store)
    }

    /// Adds the variables of an environment that hold credentials, such as `HEDDLE_CREDENTIAL_WTSAPI`.
    ///
    /// # Errors
    /// When such a variable holds no JSON object. The message quotes nothing of it.
    pub fn add_environment(
        &mut self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(), CredentialsError> {
        for (name, value) in variables {
            if let Some(type_name) = name.strip_prefix(ENVIRONMENT_PREFIX) {
                let data = Json::parse(&value)
                    .map_err(|_| CredentialsError(format!("the variable {name} does not hold JSON")))?;
                self.insert(type_name, data)
                    .map_err(|why| CredentialsError(format!("the variable {name}: {why}")))?;
            }
        }
        Ok(())
    }

    /// Adds the data of a credential of type `type_name`.
    ///
    /// # Errors
    /// When the data is no object.
    pub fn insert(&mut self, type_name: &str, data: Json) -> Result<(), String> {
        if !data.is_object() {
            return Err(format!(
                "the data of the credential \"{type_name}\" must be an object of its fields"
            ));
        }
        self.entries.push(Entry { id: None, name: None, type_name: type_name.to_owned(), data });
        Ok(())
    }

    /// The data that a node means which asks for `type_name` with the reference of its workflow file: the entry of
    /// that id, else of that name, else the only one of the type.
    fn find(&self, type_name: &str, reference: &Json) -> Result<&Json, String> {
        let of_type = || {
            self.entries.iter().rev().filter(|entry| {
                entry.type_name == type_name
                    || (entry.id.is_none() && entry.type_name.eq_ignore_ascii_case(type_name))
            })
        };
        let id = reference.get("id").and_then(Json::as_str);
        let name = reference.get("name").and_then(Json::as_str).or_else(|| reference.as_str());
        let by_id = of_type().find(|entry| id.is_some() && entry.id.as_deref() == id);
        let by_name = of_type().find(|entry| name.is_some() && entry.name.as_deref() == name);
        let plain = of_type().find(|entry| entry.id.is_none() && entry.name.is_none());
        if let Some(entry) = by_id.or(by_name).or(plain) {
            return Ok(&entry.data);
        }
        let mut all = of_type();
        match (all.next(), all.next()) {
            (Some(only), None) => Ok(&only.data),
            (None, _) => Err(format!(
                "{}Give it with `--credentials FILE` holding {{\"{type_name}\": {{…}}}}, or in the environment variable {ENVIRONMENT_PREFIX}{}.",
                self.misspelt(type_name),
                type_name.to_uppercase()
            )),
            (Some(_), Some(_)) => {
                let names: Vec<&str> = of_type().filter_map(|entry| entry.name.as_deref()).collect();
                Err(format!(
                    "Several are there ({}), and none has the id or the name that the node asks for.",
                    names.join(", ")
                ))
            }
        }
    }

    /// Asks about a type that is given and was probably meant to be `type_name`.
    fn misspelt(&self, type_name: &str) -> String {
        let wanted = type_name.to_lowercase();
        let given = self.entries.iter().map(|entry| entry.type_name.as_str());
        let misspelt =
            given.filter_map(|given| Some((misspelt_letters(&wanted, &given.to_lowercase())?, given))).min();
        misspelt.map_or_else(String::new, |(_, given)| {
            format!("A credential of type \"{given}\" is given; did you mean \"{type_name}\"? ")
        })
    }
}

impl fmt::Debug for CredentialStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CredentialStore")
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for CredentialsError {}

fn read_entry(entry: &Json) -> Result<Entry, String> {
    let text = |key: &str| {
        let value = entry.get(key)?;
        value.as_str().map(str::to_owned).or_else(|| value.as_f64().map(|_| value.to_string()))
    };
    let Some(type_name) = text("type") else {
        return Err("\"type\" is missing".to_owned());
    };
    match entry.get("data") {
        Some(data) if data.is_object() => {
            Ok(Entry { id: text("id"), name: text("name"), type_name, data: data.clone() })
        }
        Some(data) if data.is_string() => Err(
            "the data is encrypted: export the credentials with `n8n export:credentials --all --decrypted`"
                .to_owned(),
        ),
        _ => Err("\"data\" must be an object".to_owned()),
    }
}

/// A credential with all that signing a request needs, worked out once.
pub(crate) struct ResolvedCredential {
    pub(crate) credential: Credential,
    pub(crate) pacer: Arc<Pacer>,
    /// Tells accounts apart.
    pub(crate) account: u64,
    /// What must turn up nowhere.
    pub(crate) secrets: Secrets,
    /// The fields as they are stored, where expressions are in them: then nothing else here counts before these have been
    /// evaluated.
    pub(crate) expressions: Option<Json>,
    headers: Vec<(HeaderName, HeaderValue)>,
    query: Vec<(String, String)>,
    body: Vec<(String, String)>,
}

impl ResolvedCredential {
    /// Finds and completes the credential of type `registration` for a node whose file says `reference`.
    pub(crate) fn resolve(
        registration: &CredentialRegistration,
        reference: &Json,
        store: &CredentialStore,
        pacing: &Pacing,
    ) -> Result<Self, NodeError> {
        let name = registration.name;
        let kind = (registration.describe)().map_err(|error| {
            credential_error(format!("The credential type \"{name}\" is broken: {error}"))
        })?;
        let given = store.find(name, reference).map_err(|way_out| {
            credential_error(format!("No credential \"{}\" is given", kind.display_name))
                .with_description(way_out)
        })?;
        let expressions = has_expressions(given).then(|| given.clone());
        Self::complete(name, &kind, given, expressions, pacing)
    }

    /// Completes the credential of type `registration` with these fields, in which no expressions are any more.
    pub(crate) fn of_fields(
        registration: &CredentialRegistration,
        fields: &Json,
        pacing: &Pacing,
    ) -> Result<Self, NodeError> {
        let name = registration.name;
        let kind = (registration.describe)().map_err(|error| {
            credential_error(format!("The credential type \"{name}\" is broken: {error}"))
        })?;
        Self::complete(name, &kind, fields, None, pacing)
    }

    fn complete(
        name: &'static str,
        kind: &CredentialType,
        given: &Json,
        expressions: Option<Json>,
        pacing: &Pacing,
    ) -> Result<Self, NodeError> {
        let data = as_texts(kind, heddle_node::parameters::fill_defaults(&kind.properties, given, 1.0));
        check_filled(kind, &data)?;
        let limits = match given.get("rateLimits") {
            Some(own) => from_json::<Vec<RateLimit>>(own).map_err(|error| {
                credential_error(format!("\"rateLimits\" of the credential \"{name}\" does not fit: {error}"))
                    .with_description("Give a list of {name, limit, windowMs}, or [] for no pacing.")
            })?,
            None => kind.rate_limits.clone(),
        };
        let account = account(name, &data, &limits);
        let mut resolved = Self {
            pacer: pacing.account(account, &limits),
            account,
            secrets: Secrets::default(),
            expressions,
            headers: Vec::new(),
            query: Vec::new(),
            body: Vec::new(),
            credential: Credential::new(name, data),
        };
        if resolved.expressions.is_none() {
            resolved.work_out(kind)?;
        }
        Ok(resolved)
    }

    /// A credential in the place of one that is missing: what a person would fill in is masked.
    pub(crate) fn stand_in(
        registration: &CredentialRegistration,
        pacing: &Pacing,
    ) -> Result<Self, NodeError> {
        let name = registration.name;
        let kind = (registration.describe)().map_err(|error| {
            credential_error(format!("The credential type \"{name}\" is broken: {error}"))
        })?;
        let mut data = Json::object();
        for property in kind.properties.iter().filter(|property| property.required || property.is_password())
        {
            if property.default.as_str().is_none_or(str::is_empty) {
                data.insert(&property.name, Json::from(MASKED));
            }
        }
        let mut store = CredentialStore::default();
        store.insert(name, data).map_err(credential_error)?;
        Self::resolve(registration, &Json::NULL, &store, pacing)
    }

    fn work_out(&mut self, kind: &CredentialType) -> Result<(), NodeError> {
        for property in kind.properties.iter().filter(|property| property.is_password()) {
            if let Some(secret) = self.credential.expose().get(&property.name).and_then(Json::as_str) {
                self.secrets.add(secret);
            }
        }
        let Some(Authenticate::Generic(values)) = &kind.authenticate else {
            return Ok(());
        };
        let credential = &self.credential;
        let text = |template: &String| resolve_text(template, credential.expose());
        let pairs = |map: &std::collections::BTreeMap<String, String>| {
            map.iter()
                .map(|(key, value)| Ok((text(key)?, text(value)?)))
                .collect::<Result<Vec<_>, NodeError>>()
        };
        let query = pairs(&values.query)?;
        let body = pairs(&values.body)?;
        let mut headers = Vec::new();
        for (key, value) in pairs(&values.headers)? {
            let key = HeaderName::try_from(key).map_err(|_| unfit(kind))?;
            headers.push((key, secret_value(&value, kind)?));
        }
        if let Some(basic) = &values.basic {
            let pair = format!("{}:{}", text(&basic.username)?, text(&basic.password)?);
            headers.push((
                AUTHORIZATION,
                secret_value(&format!("Basic {}", BASE64_STANDARD.encode(pair)), kind)?,
            ));
        }
        headers.iter().for_each(|(_, value)| self.secrets.add_authorization(value));
        (self.headers, self.query, self.body) = (headers, query, body);
        Ok(())
    }

    /// Names of the headers that carry the secret.
    pub(crate) fn masked_headers(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| name.as_str())
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
            let mut body = if request.body().is_empty() {
                Json::object()
            } else {
                Json::parse_slice(request.body())
                    .map_err(|_| "The credential goes into a JSON body, and this body is none".to_owned())?
            };
            for (key, value) in &self.body {
                body.insert(key, Json::from(value.as_str()));
            }
            *request.body_mut() = Bytes::from(body.to_string());
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(())
    }
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

fn secret_value(text: &str, kind: &CredentialType) -> Result<HeaderValue, NodeError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| unfit(kind))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Every required field, and every secret one, must hold something.
fn check_filled(kind: &CredentialType, data: &Json) -> Result<(), NodeError> {
    for property in kind.properties.iter().filter(|property| property.required || property.is_password()) {
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

/// Resolves an `=` template over `$credentials` (`docs/parameters.md §16.4`).
fn resolve_text(template: &str, data: &Json) -> Result<String, NodeError> {
    let Some(template) = template.strip_prefix('=') else {
        return Ok(template.to_owned());
    };
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (code, after) = after.split_once("}}").unwrap_or((after, ""));
        let field = code.trim().strip_prefix("$credentials.").ok_or_else(|| {
            credential_error(format!("The authentication `{code}` is no field of the credential"))
        })?;
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

fn add_query(url: &str, pairs: &[(String, String)]) -> String {
    let mut url = url.to_owned();
    for (key, value) in pairs {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&percent_encode(key.as_bytes(), NON_ALPHANUMERIC).to_string());
        url.push('=');
        url.push_str(&percent_encode(value.as_bytes(), NON_ALPHANUMERIC).to_string());
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
