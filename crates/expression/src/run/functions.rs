//! Functions that read the run (`docs/expressions/language.md §11, §13`).

use heddle_data::{Item, ItemReference, Json, JsonObject, Source};

use crate::error::ExpressionError;
use crate::native::Stop;
use crate::run::variables::{located, no_execution_data};
use crate::run::{jmespath as query, nodes, paired};
use crate::scene::{Environment, Scene};
use crate::syntax::names::is_denied;
use crate::throw::Thrown;
use crate::value::Value;

/// An optional index: undefined is none; anything but a whole number from 0 on fails as a wrong argument does.
pub(crate) fn index_argument(argument: Option<&Value>) -> Result<Option<usize>, Thrown> {
    match argument {
        None | Some(Value::Undefined) => Ok(None),
        Some(value) => match value.as_f64() {
            Some(number) if number >= 0.0 && number.fract() == 0.0 => Ok(Some(number as usize)),
            _ => Err(Thrown::type_error("expected a whole number")),
        },
    }
}

/// The node that the active node's first input came from.
pub(crate) fn source_node(scene: &Scene<'_>) -> Result<usize, ExpressionError> {
    let source = scene.sources.and_then(|sources| sources.first()).and_then(Option::as_ref);
    match source {
        Some(source) => nodes::find(&source.previous_node, scene),
        None => Err(paired::missing_source(scene)),
    }
}

/// `$items(name, output, run)`.
pub(crate) fn items<'a>(arguments: &[Value], scene: &Scene<'a>) -> Result<Option<&'a [Item]>, Stop> {
    let Some(name) = arguments.first().filter(|name| !name.is_undefined()) else {
        let unknown = scene.items.is_empty() || scene.sources.is_none();
        return if unknown { Err(Stop::Blank) } else { Ok(Some(scene.items)) };
    };
    let Some(name) = name.as_str() else { return Err(Stop::Blank) };
    let output = index_argument(arguments.get(1))?.unwrap_or(0);
    let run = match arguments.get(2).and_then(Value::as_f64) {
        Some(-1.0) => None,
        _ => index_argument(arguments.get(2))?,
    };
    let node = nodes::find(name, scene)?;
    if scene.run.run_count(node) == 0 && scene.pin_data(node).is_some() {
        return Err(Stop::Blank);
    }
    Ok(Some(nodes::run_items(node, Some(output), run, scene)?))
}

/// `$getPairedItem(destination, source, pairedItem)`.
pub(crate) fn paired_item<'a>(arguments: &[Value], scene: &Scene<'a>) -> Result<Option<&'a Item>, Stop> {
    let [destination, source, reference, ..] = arguments else { return Err(Stop::Blank) };
    let Some(destination) = destination.as_str() else { return Err(Stop::Blank) };
    let source = match source.as_json() {
        Some(json) if json.is_null() => None,
        Some(json) => Some(heddle_data::from_json::<Source>(json).map_err(|_| Stop::Blank)?),
        None => return Err(Stop::Blank),
    };
    let Some(reference) = reference.as_json().filter(|json| json.is_object()) else {
        return Err(Stop::Blank);
    };
    let Some(item) = reference.get("item").and_then(Json::as_u64) else { return Err(Stop::Blank) };
    let paired = ItemReference::new(u32::try_from(item).unwrap_or(u32::MAX), 0);
    let paired = match reference.get("sourceOverwrite") {
        Some(json) => paired.in_output(heddle_data::from_json::<Source>(json).map_err(|_| Stop::Blank)?),
        None => paired,
    };
    paired::from_source(destination, source.as_ref(), &paired, scene)
}

/// `$jmespath(object, query)`.
pub(crate) fn jmespath(object: &Value, text: &Value) -> Result<Value, Thrown> {
    let is_object = match object {
        Value::Json(json) => json.is_null() || !crate::coerce::is_primitive(json),
        Value::Undefined | Value::BigInt(_) | Value::Symbol(_) | Value::Function(_) => false,
        _ => true,
    };
    let Some(text) = text.as_str().filter(|_| is_object) else {
        return Err(Thrown::expression("expected two arguments (Object, string) for this function"));
    };
    if text.contains('\\') || words(text).any(|word| is_denied(word) && word != "callee") {
        return Err(Thrown::expression(
            "Cannot access this property in a jmespath query due to security concerns",
        ));
    }
    match object {
        Value::Json(json) => query::search(json, text),
        other if text.contains(['(', '<', '>', '=']) => {
            query::search(&crate::print::stored(other).unwrap_or_default(), text)
        }
        other => {
            let mut passed = Vec::new();
            let data = with_marks(other, &mut passed);
            Ok(match query::search(&data, text)? {
                Value::Json(found) => without_marks(&found, &passed),
                found => found,
            })
        }
    }
}

/// The only member of an object that stands for a value that is not JSON, where a query only picks.
const MARK: &str = "\0value";

/// A value as JSON, with marks for the dates and other objects in it.
fn with_marks(value: &Value, passed: &mut Vec<Value>) -> Json {
    match value {
        Value::Json(json) => json.clone(),
        Value::Undefined => Json::NULL,
        Value::List(elements) => elements.iter().map(|element| with_marks(element, passed)).collect(),
        Value::Object(members) => {
            let shown = members.iter().filter(|(_, value)| !value.is_undefined());
            let marked = shown.map(|(key, value)| (key.as_str(), with_marks(value, passed)));
            Json::from(marked.collect::<JsonObject>())
        }
        other => {
            passed.push(other.clone());
            Json::from(JsonObject::from_iter([(MARK, Json::from(passed.len() - 1))]))
        }
    }
}

/// What was found, with the values that the marks stand for.
fn without_marks(found: &Json, passed: &[Value]) -> Value {
    if let Some(elements) = found.as_array() {
        return Value::array(elements.iter().map(|element| without_marks(element, passed)).collect());
    }
    let Some(members) = found.as_object() else { return Value::Json(found.clone()) };
    match members.get(MARK).and_then(Json::as_f64).and_then(|index| passed.get(index as usize)) {
        Some(value) => value.clone(),
        None => Value::object(members.iter().map(|(key, member)| (key, without_marks(member, passed)))),
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
}

/// `$fromAI(key, description, type, default)`.
pub(crate) fn from_ai(arguments: &[Value], scene: &Scene<'_>) -> Result<Value, Stop> {
    let is_text = |value: &Value| value.is_undefined() || value.as_str().is_some();
    if !arguments.iter().skip(1).take(2).all(is_text) {
        return Err(Stop::Blank);
    }
    let key = match arguments.first() {
        None | Some(Value::Undefined) => "",
        Some(key) => key.as_str().ok_or(Stop::Blank)?,
    };
    if key.is_empty() {
        return Err(located("Add a key, e.g. $fromAI('placeholder_name')", scene).into());
    }
    let valid =
        key.len() <= 64 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if !valid {
        return Err(located(
            "Invalid parameter key, must be between 1 and 64 characters long and only contain lowercase letters, \
             uppercase letters, numbers, underscores, and hyphens",
            scene,
        )
        .into());
    }
    if is_denied(key) {
        return Err(located("Invalid parameter key", scene).into());
    }
    let input = tool_item(scene).ok_or_else(|| no_execution_data(scene))?;
    let found = input.json.get("query").and_then(|query| query.get(key)).or_else(|| input.json.get(key));
    match found.filter(|value| !value.is_null()) {
        Some(value) => Ok(Value::Json(value.clone())),
        None => Ok(arguments.get(3).cloned().unwrap_or_default()),
    }
}

/// `$tool`.
pub(crate) fn tool(scene: &Scene<'_>) -> Value {
    let Some(item) = tool_item(scene) else {
        let additional = scene.additional.iter().find(|(name, _)| *name == "$tool");
        return additional.map_or(Value::Undefined, |(_, value)| Value::Json(value.clone()));
    };
    let member = |name: &str| item.json.get(name).cloned().map_or(Value::Undefined, Value::Json);
    Value::object([("name", member("tool")), ("parameters", member("toolParameters"))])
}

fn tool_item<'a>(scene: &Scene<'a>) -> Option<&'a Item> {
    match scene.run.tool_input(scene.node, scene.run_index) {
        Some(items) => items.get(scene.item_index),
        None => scene.items.get(scene.run_index),
    }
}

/// A secret that is not there.
pub(crate) fn missing_secret(scene: &Scene<'_>) -> ExpressionError {
    located("Could not load secrets", scene).with_description(
        "The credential in use tries to use secret from an external store that could not be found",
    )
}

/// A provider of secrets that is not there.
pub(crate) fn unreachable_secrets(scene: &Scene<'_>) -> ExpressionError {
    located("Could not load secrets", scene)
        .with_description("The credential in use pulls secrets from an external store that is not reachable")
}

/// What a path of names leads to in the secrets.
pub(crate) fn find_secret<'a>(path: &[Value], scene: &Scene<'a>) -> Option<&'a Json> {
    path.iter().try_fold(scene.secrets?, |found, step| found.get(step.as_str()?))
}

/// `process`: what Node.js programs ask about, without the process.
pub(crate) fn process(scene: &Scene<'_>) -> Json {
    let environment = match scene.environment {
        Environment::Allowed(variables) => {
            let set = variables.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
            Json::from(set.map(|(name, value)| (name, value.clone())).collect::<JsonObject>())
        }
        Environment::Denied => Json::object(),
    };
    heddle_data::json!({
        "arch": "x64",
        "env": environment,
        "platform": "linux",
        "pid": 1,
        "ppid": 0,
        "release": {"name": "node"},
        "version": "v24.0.0",
        "versions": {"node": "24.0.0"}
    })
}
