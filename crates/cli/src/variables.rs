//! What expressions see beside the items: variables, allowed environment variables, secrets, the time zone.

use std::path::Path;

use heddle_expression::Clock;
use heddle_node::{Json, JsonObject, Secret};
use heddle_runner::Variables;

use crate::arguments::VariableArguments;
use crate::failure::Failure;

/// Start of the names of environment variables that are variables of workflows; the variable's name follows.
const PREFIX: &str = "HEDDLE_VAR_";
/// The environment variable with n8n's time zone of an instance.
const TIMEZONE: &str = "GENERIC_TIMEZONE";

/// Reads the variables of a call: the file's, then the environment's, then those of the command line in their place.
pub(crate) fn read(arguments: &VariableArguments) -> Result<Variables, Failure> {
    let mut vars = match &arguments.vars_file {
        Some(path) => read_variables(path)?,
        None => JsonObject::new(),
    };
    for (name, value) in std::env::vars_os() {
        let Some(name) =
            name.to_str().and_then(|name| name.strip_prefix(PREFIX)).filter(|name| !name.is_empty())
        else {
            continue;
        };
        let value =
            value.into_string().map_err(|_| Failure::usage(format!("{PREFIX}{name} is no UTF-8 text")))?;
        vars.insert(name, Json::from(value));
    }
    for (name, value) in &arguments.vars {
        vars.insert(name, Json::from(value.as_str()));
    }
    let mut env = JsonObject::new();
    for name in arguments.env.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        env.insert(name, std::env::var(name).map_or(Json::NULL, Json::from));
    }
    let secrets = arguments.secrets.as_deref().map(read_secrets).transpose()?.unwrap_or_default();
    Ok(Variables { vars: Json::from(vars), env: Json::from(env), secrets: Secret::new(secrets) })
}

/// The time zone of workflows that name none; `None` for n8n's default.
pub(crate) fn timezone(arguments: &VariableArguments) -> Result<Option<String>, Failure> {
    let given = arguments.timezone.clone().map(|zone| (zone, "--timezone"));
    let set = || std::env::var(TIMEZONE).ok().filter(|zone| !zone.is_empty()).map(|zone| (zone, TIMEZONE));
    let Some((zone, source)) = given.or_else(set) else { return Ok(None) };
    match Clock::new(0, &zone) {
        Ok(_) => Ok(Some(zone)),
        Err(_) => Err(Failure::usage(format!("{source}: there is no time zone \"{zone}\""))
            .with_help("Give an IANA name such as Europe/Berlin.")),
    }
}

/// Reads variables: an object by name, or n8n's list of `{key, value}`, alone or as `data`.
fn read_variables(path: &Path) -> Result<JsonObject, Failure> {
    let json = read_json(path)?;
    let list = json.as_array().or_else(|| json.get("data").and_then(Json::as_array));
    let mut vars = JsonObject::new();
    if let Some(list) = list {
        for (index, variable) in list.iter().enumerate() {
            let key = variable
                .get("key")
                .and_then(Json::as_str)
                .ok_or_else(|| wrong_variables(path, &format!("entry {index} has no \"key\"")))?;
            vars.insert(key, text_of(path, key, variable.get("value").unwrap_or(&Json::NULL))?);
        }
    } else if let Some(object) = json.as_object() {
        for (name, value) in object {
            vars.insert(name, text_of(path, name, value)?);
        }
    } else {
        return Err(wrong_variables(path, "it holds no object"));
    }
    Ok(vars)
}

/// The text of a variable, as n8n has no others.
fn text_of(path: &Path, name: &str, value: &Json) -> Result<Json, Failure> {
    if value.is_object() || value.is_array() || value.is_null() {
        return Err(wrong_variables(path, &format!("the variable \"{name}\" is no text")));
    }
    Ok(if value.is_string() { value.clone() } else { Json::from(value.to_json_string()) })
}

fn wrong_variables(path: &Path, why: &str) -> Failure {
    Failure::usage(format!("{}: {why}", crate::commands::name_of(path)))
        .with_help("Give {\"NAME\": \"value\"}, or n8n's list of {key, value}.")
}

pub(crate) fn read_secrets(path: &Path) -> Result<Json, Failure> {
    let json = read_json(path)?;
    let is_right = json.as_object().is_some_and(|providers| providers.values().all(Json::is_object));
    if is_right {
        return Ok(json);
    }
    Err(Failure::usage(format!("{}: it holds no object of providers", crate::commands::name_of(path)))
        .with_help("Give {\"PROVIDER\": {\"NAME\": \"secret\"}}."))
}

/// Reads a JSON file; the message of an error quotes nothing of it.
fn read_json(path: &Path) -> Result<Json, Failure> {
    let text = crate::input::read_text(path)?;
    Json::parse(&text).map_err(|error| {
        Failure::usage(format!(
            "{} is not JSON (line {}, column {})",
            crate::commands::name_of(path),
            error.line(),
            error.column()
        ))
    })
}
