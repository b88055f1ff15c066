//! Credentials as they are given: files and environment variables, and the one that a node names.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use heddle_node::credential::Authenticate;
use heddle_node::{CredentialType, Json, RateLimit, from_json};

use crate::suggest::misspelt_letters;
use crate::token_file::TokenFile;

/// Start of the names of environment variables that hold a credential's data; the type's name in capitals follows.
pub const ENVIRONMENT_PREFIX: &str = "HEDDLE_CREDENTIAL_";

/// The decrypted credentials that a host may use.
///
/// Prints only how many there are.
#[derive(Clone, Default)]
pub struct CredentialStore {
    entries: Vec<Entry>,
    /// Where renewed tokens are kept.
    tokens: Option<Arc<TokenFile>>,
}

/// Where a host has its credentials from.
pub trait CredentialSource: Send + Sync {
    /// The credential that a node means which asks for `type_name` with the reference of its workflow file: `{id, name}`, a
    /// name, or null.
    ///
    /// # Errors
    /// When there is none, or several: what to do about it, in sentences that quote nothing of a secret.
    fn find(&self, type_name: &str, reference: &Json) -> Result<FoundCredential, String>;

    /// Which credentials there are, for people to choose from. A source that cannot list them names none.
    fn names(&self) -> Vec<CredentialName> {
        Vec::new()
    }

    /// Keeps the token data that a renewal gave, in the place of that of a credential, before it is used: the old token may
    /// be worth nothing any more. Without a place to keep it, it lasts as long as the process.
    ///
    /// # Errors
    /// When it cannot be written; the message quotes nothing of it.
    fn keep_token(&self, _credential: &FoundCredential, _token_data: &Json) -> Result<(), String> {
        Ok(())
    }
}

/// What may be told of a credential that is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CredentialName {
    /// Its type; in capitals where it comes from the environment.
    pub type_name: String,
    /// The name that its owner gave it; empty where it has none.
    pub name: String,
}

/// A credential that was found.
///
/// Prints only its place.
#[derive(Clone)]
pub struct FoundCredential {
    /// Its id, its name, or its type, as far as they are known: what tells it from others of the source.
    pub key: String,
    /// Its fields, decrypted.
    pub data: Json,
    /// Its type, where the source describes it.
    pub described: Option<Arc<CredentialType>>,
}

impl fmt::Debug for FoundCredential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FoundCredential").field("key", &self.key).finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct Entry {
    id: Option<String>,
    name: Option<String>,
    /// As in workflow files; from an environment variable in any case.
    type_name: String,
    from_environment: bool,
    data: Json,
    described: Option<Arc<CredentialType>>,
}

impl Entry {
    /// What is given by its type alone.
    fn plain(type_name: &str, data: Json) -> Self {
        Self {
            id: None,
            name: None,
            type_name: type_name.to_owned(),
            from_environment: false,
            data,
            described: None,
        }
    }
}

/// Why credentials cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialsError(String);

impl CredentialStore {
    /// Reads `{"<type>": {…}}`, or n8n's export of decrypted credentials: one or a list of
    /// `{id, name, type, data}`. Later entries of one type or id win over earlier ones.
    ///
    /// A type that no node knows may be described beside its `data`: `authenticate` as n8n's credential types have it,
    /// `extends` for one that signs as another does (`oAuth2Api`), `rateLimits`.
    ///
    /// # Errors
    /// When the text is not of these forms. The message quotes nothing of it.
    ///
    /// ```
    /// use heddle_runner::CredentialStore;
    ///
    /// // By type, with a type that no node knows described beside its data.
    /// let credentials = CredentialStore::parse(
    ///     r#"{
    ///         "wtsApi": { "apiKey": "pn_1234" },
    ///         "acmeApi": {
    ///             "data": { "apiKey": "s3cret" },
    ///             "authenticate": { "type": "generic", "properties": {
    ///                 "headers": { "Authorization": "=Bearer {{ $credentials.apiKey }}" }
    ///             } }
    ///         }
    ///     }"#,
    /// )?;
    /// assert!(!format!("{credentials:?}").contains("s3cret"));
    /// # Ok::<(), heddle_runner::CredentialsError>(())
    /// ```
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
                if data.get("data").is_some_and(Json::is_object)
                    && DESCRIPTIONS.iter().any(|key| data.get(key).is_some())
                {
                    let described = describe(type_name, data).map_err(CredentialsError)?;
                    let data = data.get("data").cloned().unwrap_or_default();
                    store.entries.push(Entry { described, ..Entry::plain(type_name, data) });
                } else {
                    store.insert(type_name, data.clone()).map_err(CredentialsError)?;
                }
            }
        } else {
            return Err(CredentialsError(
                "it must be an object by credential type, or n8n's list of {id, name, type, data}".to_owned(),
            ));
        }
        Ok(store)
    }

    /// Keeps renewed tokens in the file at `path`, which only its owner can read, and takes those that it holds in place of
    /// the tokens of the credentials.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn with_token_file(mut self, path: &Path) -> Result<Self, CredentialsError> {
        self.tokens = Some(Arc::new(TokenFile::open(path).map_err(CredentialsError)?));
        Ok(self)
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
                if let Some(entry) = self.entries.last_mut() {
                    entry.from_environment = true;
                }
            }
        }
        Ok(())
    }

    /// Adds the data of a credential of type `type_name`.
    ///
    /// # Errors
    /// When the data is not an object.
    pub fn insert(&mut self, type_name: &str, data: Json) -> Result<(), String> {
        if !data.is_object() {
            return Err(format!(
                "the data of the credential \"{type_name}\" must be an object of its fields"
            ));
        }
        self.entries.push(Entry::plain(type_name, data));
        Ok(())
    }

    /// The entry that a node means which asks for `type_name` with the reference of its workflow file: that of the id,
    /// else of the name, else the only one of the type.
    fn entry(&self, type_name: &str, reference: &Json) -> Result<&Entry, String> {
        let of_type = || {
            self.entries.iter().rev().filter(|entry| {
                entry.type_name == type_name
                    || (entry.from_environment && entry.type_name.eq_ignore_ascii_case(type_name))
            })
        };
        let id = reference.get("id").and_then(Json::as_str);
        let name = reference.get("name").and_then(Json::as_str).or_else(|| reference.as_str());
        let by_id = of_type().find(|entry| id.is_some() && entry.id.as_deref() == id);
        let by_name = of_type().find(|entry| name.is_some() && entry.name.as_deref() == name);
        let plain = of_type().find(|entry| entry.id.is_none() && entry.name.is_none());
        if let Some(entry) = by_id.or(by_name).or(plain) {
            return Ok(entry);
        }
        let mut all = of_type();
        match (all.next(), all.next()) {
            (Some(only), None) => Ok(only),
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

impl CredentialSource for CredentialStore {
    fn find(&self, type_name: &str, reference: &Json) -> Result<FoundCredential, String> {
        let entry = self.entry(type_name, reference)?;
        let key = entry.id.as_ref().or(entry.name.as_ref()).unwrap_or(&entry.type_name);
        let key = format!("{}:{key}", entry.type_name);
        let mut data = entry.data.clone();
        if let Some(token) = self.tokens.as_ref().and_then(|tokens| tokens.get(&key)) {
            data.insert("oauthTokenData", token);
        }
        Ok(FoundCredential { key, data, described: entry.described.clone() })
    }

    fn names(&self) -> Vec<CredentialName> {
        let name = |entry: &Entry| CredentialName {
            type_name: entry.type_name.clone(),
            name: entry.name.clone().unwrap_or_default(),
        };
        let mut names: Vec<CredentialName> = self.entries.iter().map(name).collect();
        names.sort();
        names.dedup();
        names
    }

    fn keep_token(&self, credential: &FoundCredential, token_data: &Json) -> Result<(), String> {
        match &self.tokens {
            Some(tokens) => tokens.keep(&credential.key, token_data),
            None => Ok(()),
        }
    }
}

/// The keys by which an entry describes its type.
const DESCRIPTIONS: [&str; 3] = ["authenticate", "extends", "rateLimits"];

/// The type that an entry describes beside its data.
fn describe(type_name: &str, entry: &Json) -> Result<Option<Arc<CredentialType>>, String> {
    if DESCRIPTIONS.iter().all(|key| entry.get(key).is_none()) {
        return Ok(None);
    }
    let authenticate = match entry.get("authenticate") {
        Some(json) => Some(from_json::<Authenticate>(json).map_err(|_| {
            format!(
                "\"authenticate\" of the type \"{type_name}\" must be {{\"type\": \"generic\", \"properties\": {{\"headers\", \"qs\", \"body\" or \"auth\"}}}}"
            )
        })?),
        None => None,
    };
    let rate_limits = match entry.get("rateLimits") {
        Some(json) => from_json::<Vec<RateLimit>>(json).map_err(|_| {
            format!("\"rateLimits\" of the type \"{type_name}\" must be a list of {{name, limit, windowMs}}")
        })?,
        None => Vec::new(),
    };
    let extends =
        entry.get("extends").map(|extends| extends.as_str().or_else(|| extends.get_index(0)?.as_str()));
    let Some(extends) = extends.map_or(Some(None), |extends| extends.map(|extends| Some(extends.to_owned())))
    else {
        return Err(format!("\"extends\" of the type \"{type_name}\" must name another type"));
    };
    Ok(Some(Arc::new(CredentialType {
        extends,
        authenticate,
        rate_limits,
        ..CredentialType::plain(type_name, type_name)
    })))
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
            let described = describe(&type_name, entry)?;
            let (id, name) = (text("id"), text("name"));
            Ok(Entry { id, name, described, ..Entry::plain(&type_name, data.clone()) })
        }
        Some(data) if data.is_string() => Err(
            "the data is encrypted: export the credentials with `n8n export:credentials --all --decrypted`"
                .to_owned(),
        ),
        _ => Err("\"data\" must be an object".to_owned()),
    }
}
