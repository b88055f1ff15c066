//! Distances in time, lists and the order of texts.

use heddle_data::{Json, JsonObject};
use heddle_locale::{Choices, ListFormat, NumberOptions, RelativeFormat, join};

use super::options::{lenient, locale_of, object};
use super::{collation, missing, parts};
use crate::luxon::arg;
use crate::{Thrown, Value};

const STYLES: Choices = ("style", &["long", "short", "narrow"]);

pub(super) fn relative_method(
    method: &str,
    locales: &Value,
    options: &Value,
    args: &[Value],
) -> Result<Value, Thrown> {
    let locale = locale_of(locales)?;
    let options = lenient(options, "Intl.RelativeTimeFormat")?;
    options.matcher()?;
    let system = options.numbering_system()?;
    let style = options.choice(STYLES, "long")?;
    let numeric = options.choice(("numeric", &["always", "auto"]), "always")?;
    let mut numbers = NumberOptions::default();
    if let Some(system) = system {
        numbers = numbers.with("numberingSystem", &Json::from(system))?;
    }
    let shown = locale.clone();
    let format = RelativeFormat::new(locale, style, numeric == "auto", &numbers)?;
    let run = || -> Result<_, Thrown> {
        Ok(format.format_to_parts(arg(args, 0).to_number()?, &arg(args, 1).to_text()?)?)
    };
    Ok(match method {
        "check" => Value::Undefined,
        "format" => Value::from(join(&run()?)),
        "formatToParts" => parts(&run()?),
        "resolvedOptions" => {
            let system = format.numbering_system();
            let named = shown.keyword("nu").filter(|named| *named == system);
            let mut object = JsonObject::new();
            object.insert("locale", Json::from(shown.name_with(&[("nu", named)])));
            object.insert("style", Json::from(style));
            object.insert("numeric", Json::from(numeric));
            object.insert("numberingSystem", Json::from(system));
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
    let format = ListFormat::new(locale_of(locales)?, object(options, "Intl.ListFormat")?)?;
    let run = |list: &Value| Ok::<_, Thrown>(format.format_to_parts(&elements(list)?)?);
    Ok(match method {
        "check" => Value::Undefined,
        "format" => Value::from(join(&run(arg(args, 0))?)),
        "formatToParts" => parts(&run(arg(args, 0))?),
        "resolvedOptions" => Value::Json(format.resolved()),
        _ => return Err(missing(method)),
    })
}

/// The texts of a list; a text is the list of its characters.
fn elements(list: &Value) -> Result<Vec<String>, Thrown> {
    if list.is_undefined() {
        return Ok(Vec::new());
    }
    if let Some(text) = list.as_str() {
        return Ok(text.chars().map(String::from).collect());
    }
    let elements = list.elements().ok_or_else(|| Thrown::type_error("object is not iterable"))?;
    let text = |element: &Value| {
        element.as_str().map(str::to_owned).ok_or_else(|| {
            let shown = element.to_text().unwrap_or_default();
            Thrown::type_error(format!("Iterable yielded {shown} which is not a string"))
        })
    };
    elements.iter().map(text).collect()
}

pub(super) fn collator_method(
    method: &str,
    locales: &Value,
    options: &Value,
    args: &[Value],
) -> Result<Value, Thrown> {
    let settings = collation(locales, options)?;
    Ok(match method {
        "check" => Value::Undefined,
        "compare" => {
            let (one, other) = (arg(args, 0).to_text()?, arg(args, 1).to_text()?);
            Value::from(settings.compare(&one, &other)?)
        }
        "resolvedOptions" => Value::Json(settings.resolved()),
        _ => return Err(missing(method)),
    })
}
