//! Distances in time, lists and the order of texts.

use heddle_node::{Json, JsonObject};

use super::{missing, parts};
use crate::locale::number_options::NumberOptions;
use crate::locale::part::join;
use crate::locale::relative::RelativeFormat;
use crate::locale::tag::Locale;
use crate::locale::{collate, list};
use crate::luxon::{arg, option};
use crate::{Thrown, Value};

fn text_option(options: &Value, name: &str, default: &str) -> Result<String, Thrown> {
    match option(options, name) {
        Value::Undefined => Ok(default.to_owned()),
        value => value.to_text(),
    }
}

pub(super) fn relative_method(
    method: &str,
    locales: &Value,
    options: &Value,
    args: &[Value],
) -> Result<Value, Thrown> {
    let locale = Locale::of_argument(locales)?;
    let style = text_option(options, "style", "long")?;
    let numeric = text_option(options, "numeric", "always")?;
    if !matches!(numeric.as_str(), "always" | "auto") {
        return Err(Thrown::range_error(format!(
            "Value {numeric} out of range for Intl.RelativeTimeFormat options property numeric"
        )));
    }
    let mut numbers = NumberOptions::default();
    if let Some(system) = option(options, "numberingSystem").as_str() {
        numbers = numbers.with("numberingSystem", &Json::from(system))?;
    }
    let name = locale.name.clone();
    let format = RelativeFormat::new(locale, &style, numeric == "auto", &numbers)?;
    let run = || format.format_to_parts(arg(args, 0).to_number()?, &arg(args, 1).to_text()?);
    Ok(match method {
        "check" => Value::Undefined,
        "format" => Value::from(join(&run()?)),
        "formatToParts" => parts(&run()?),
        "resolvedOptions" => {
            let mut object = JsonObject::new();
            object.insert("locale", Json::from(name));
            object.insert("style", Json::from(style));
            object.insert("numeric", Json::from(numeric));
            object.insert("numberingSystem", Json::from(format.numbering_system()));
            Value::Json(Json::from(object))
        }
        _ => return Err(missing(method)),
    })
}

pub(super) fn list_method(
    method: &str,
    locales: &Value,
    options: &Value,
    args: &[Value],
) -> Result<Value, Thrown> {
    let locale = Locale::of_argument(locales)?;
    let kind = text_option(options, "type", "conjunction")?;
    let style = text_option(options, "style", "long")?;
    let run = |elements: &[String]| list::format_to_parts(&locale, &kind, &style, elements);
    let elements = || -> Result<Vec<String>, Thrown> {
        let values = match arg(args, 0) {
            Value::Undefined => Vec::new(),
            value if value.as_str().is_some() => {
                let text = value.as_str().unwrap_or_default();
                text.chars().map(|character| Value::from(character.to_string())).collect()
            }
            value => value.elements().ok_or_else(|| Thrown::type_error("object is not iterable"))?,
        };
        values
            .iter()
            .map(|value| {
                value
                    .as_str()
                    .map(str::to_owned)
                    .ok_or_else(|| Thrown::type_error("Iterable yielded a non-String value"))
            })
            .collect()
    };
    Ok(match method {
        "check" => {
            run(&[])?;
            Value::Undefined
        }
        "format" => Value::from(join(&run(&elements()?)?)),
        "formatToParts" => parts(&run(&elements()?)?),
        "resolvedOptions" => {
            let mut object = JsonObject::new();
            object.insert("locale", Json::from(locale.name.as_str()));
            object.insert("type", Json::from(kind));
            object.insert("style", Json::from(style));
            Value::Json(Json::from(object))
        }
        _ => return Err(missing(method)),
    })
}

pub(super) fn collator_method(
    method: &str,
    locales: &Value,
    options: &Value,
    args: &[Value],
) -> Result<Value, Thrown> {
    Ok(match method {
        "check" => {
            collate::compare("", "", locales, options)?;
            Value::Undefined
        }
        "compare" => {
            let (one, other) = (arg(args, 0).to_text()?, arg(args, 1).to_text()?);
            Value::from(collate::compare(&one, &other, locales, options)?)
        }
        "resolvedOptions" => {
            let mut object = JsonObject::new();
            object.insert("locale", Json::from(Locale::of_argument(locales)?.name));
            for (name, default) in [("usage", "sort"), ("sensitivity", "variant")] {
                object.insert(name, Json::from(text_option(options, name, default)?));
            }
            object.insert("ignorePunctuation", Json::from(option(options, "ignorePunctuation").is_truthy()));
            object.insert("collation", Json::from("default"));
            object.insert("numeric", Json::from(option(options, "numeric").is_truthy()));
            object.insert("caseFirst", Json::from(text_option(options, "caseFirst", "false")?));
            Value::Json(Json::from(object))
        }
        _ => return Err(missing(method)),
    })
}
