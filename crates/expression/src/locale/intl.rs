//! The face of this module towards the engine: `toLocale…` methods and the classes of `Intl`.

use heddle_node::{Json, JsonObject};

use super::date::{DateFormat, Defaults};
use super::date_options::DateOptions;
use super::decimal::Decimal;
use super::number::NumberFormat;
use super::number_options::{DigitOptions, NumberOptions};
use super::part::{Part, join, span_json};
use super::relative::RelativeFormat;
use super::tag::{Locale, Tag};
use super::{collate, list, number, plural, text_case};
use crate::luxon::{arg, option};
use crate::{Clock, Thrown, Value};

/// The classes of `Intl` that [`intl`] knows, with their methods.
pub fn supported_classes() -> &'static [(&'static str, &'static [&'static str])] {
    &[
        ("NumberFormat", &["format", "formatToParts", "resolvedOptions"]),
        (
            "DateTimeFormat",
            &["format", "formatToParts", "formatRange", "formatRangeToParts", "resolvedOptions"],
        ),
        ("PluralRules", &["select", "resolvedOptions"]),
        ("RelativeTimeFormat", &["format", "formatToParts", "resolvedOptions"]),
        ("ListFormat", &["format", "formatToParts", "resolvedOptions"]),
        ("Collator", &["compare", "resolvedOptions"]),
    ]
}

/// `Number.prototype.toLocaleString`.
///
/// # Errors
/// A `RangeError` for a malformed tag or an option out of range, a `TypeError` where one is missing.
pub fn number_to_locale_string(number: &Value, locales: &Value, options: &Value) -> Result<String, Thrown> {
    Ok(join(&number_format(locales, options)?.format_to_parts(&decimal(number)?)))
}

/// `Date.prototype.toLocaleString` (`kind` is "both") and its siblings ("date", "time"). `millis` is NaN for an invalid
/// date.
///
/// # Errors
/// A `RangeError` for a malformed tag or an option out of range, a `TypeError` for options that exclude each other.
pub fn date_to_locale_string(
    millis: f64,
    kind: &str,
    locales: &Value,
    options: &Value,
    clock: &Clock,
) -> Result<String, Thrown> {
    let _ = clock;
    if millis.is_nan() {
        return Ok("Invalid Date".to_owned());
    }
    let read = DateOptions::from_value(options)?;
    const DATE: [&str; 4] = ["weekday", "year", "month", "day"];
    const TIME: [&str; 5] = ["dayPeriod", "hour", "minute", "second", "fractionalSecondDigits"];
    let has_style = read.get("dateStyle").is_some() || read.get("timeStyle").is_some();
    // each method adds its own fields unless one of them is asked for
    let read = match kind {
        _ if has_style => read,
        "date" if !read.has_any(&DATE) => {
            read.with("year", "numeric").with("month", "numeric").with("day", "numeric")
        }
        "time" if !read.has_any(&TIME) => {
            // An hour that was not asked for keeps the locale's count from 1 or from 0.
            let read = read.with_plain_cycle();
            read.with("hour", "numeric").with("minute", "numeric").with("second", "numeric")
        }
        "both" if !read.has_any(&DATE) && !read.has_any(&TIME) => read.with_plain_cycle(),
        _ => read,
    };
    match kind {
        "date" if read.get("timeStyle").is_some() => {
            return Err(Thrown::type_error("Invalid option : timeStyle"));
        }
        "time" if read.get("dateStyle").is_some() => {
            return Err(Thrown::type_error("Invalid option : dateStyle"));
        }
        _ => {}
    }
    Ok(DateFormat::for_locale(Locale::of_argument(locales)?, &read, Defaults::All)?.format(millis))
}

/// `String.prototype.localeCompare`: -1, 0 or 1.
///
/// # Errors
/// A `RangeError` for a malformed tag or an option out of range.
pub fn compare(one: &str, other: &str, locales: &Value, options: &Value) -> Result<i32, Thrown> {
    collate::compare(one, other, locales, options)
}

/// `toLocaleLowerCase`.
///
/// # Errors
/// A `RangeError` for a malformed tag.
pub fn lower_with_locale(text: &str, locales: &Value) -> Result<String, Thrown> {
    text_case::lower(text, locales)
}

/// `toLocaleUpperCase`.
///
/// # Errors
/// A `RangeError` for a malformed tag.
pub fn upper_with_locale(text: &str, locales: &Value) -> Result<String, Thrown> {
    text_case::upper(text, locales)
}

/// `String.prototype.normalize` with one of its four forms.
///
/// # Errors
/// A `RangeError` for any other form.
pub fn normalize(text: &str, form: &str) -> Result<String, Thrown> {
    text_case::normalize(text, form)
}

/// A method of an `Intl` object that was made with `locales` and `options`; "check" only reads them, "supportedLocalesOf"
/// is the class's, and "getCanonicalLocales" that of `Intl` itself.
///
/// # Errors
/// What the constructor or the method throws; a `TypeError` when there is no such class or method.
pub fn intl(
    class: &str,
    method: &str,
    locales: &Value,
    options: &Value,
    args: &[Value],
    clock: &Clock,
) -> Result<Value, Thrown> {
    match method {
        "supportedLocalesOf" => return known_locales(locales, true),
        "getCanonicalLocales" => return known_locales(locales, false),
        _ => {}
    }
    match class {
        "NumberFormat" => number_method(method, locales, options, args),
        "DateTimeFormat" => date_method(method, locales, options, args, clock),
        "PluralRules" => plural_method(method, locales, options, args),
        "RelativeTimeFormat" => relative_method(method, locales, options, args),
        "ListFormat" => list_method(method, locales, options, args),
        "Collator" => collator_method(method, locales, options, args),
        _ => Err(Thrown::type_error(format!("Intl.{class} is not a constructor"))),
    }
}

fn missing(method: &str) -> Thrown {
    Thrown::type_error(format!("{method} is not a function"))
}

fn parts(parts: &[Part]) -> Value {
    Value::Json(parts.iter().map(Part::to_json).collect())
}

/// The locales of a list in their usual spelling, each once; perhaps only those that there are data for.
fn known_locales(locales: &Value, supported: bool) -> Result<Value, Thrown> {
    let texts: Vec<String> = match locales.as_str() {
        Some(text) => vec![text.to_owned()],
        None => {
            locales.elements().unwrap_or_default().iter().map(Value::to_text).collect::<Result<_, _>>()?
        }
    };
    let mut found = Vec::new();
    for text in texts {
        let tag = Tag::parse(&text)?;
        let shown = Json::from(tag.text());
        if (tag.is_supported() || !supported) && !found.contains(&shown) {
            found.push(shown);
        }
    }
    Ok(Value::Json(found.into_iter().collect()))
}

fn number_format(locales: &Value, options: &Value) -> Result<NumberFormat, Thrown> {
    NumberFormat::new(Locale::of_argument(locales)?, &NumberOptions::from_value(options)?)
}

fn decimal(value: &Value) -> Result<Decimal, Thrown> {
    match value {
        Value::BigInt(digits) => Ok(Decimal::from_digits(digits)),
        other => Ok(Decimal::new(other.to_number()?)),
    }
}

fn number_method(method: &str, locales: &Value, options: &Value, args: &[Value]) -> Result<Value, Thrown> {
    let format = number_format(locales, options)?;
    Ok(match method {
        "check" => Value::Undefined,
        "format" => Value::from(join(&format.format_to_parts(&decimal(arg(args, 0))?))),
        "formatToParts" => parts(&format.format_to_parts(&decimal(arg(args, 0))?)),
        "resolvedOptions" => Value::Json(format.resolved()),
        _ => return Err(missing(method)),
    })
}

fn date_method(
    method: &str,
    locales: &Value,
    options: &Value,
    args: &[Value],
    clock: &Clock,
) -> Result<Value, Thrown> {
    let read = DateOptions::from_value(options)?;
    let format = DateFormat::for_locale(Locale::of_argument(locales)?, &read, Defaults::Date)?;
    let time = |value: &Value| -> Result<f64, Thrown> {
        let millis = if value.is_undefined() { clock.now as f64 } else { value.to_number()? };
        if millis.is_nan() || millis.abs() > 8.64e15 {
            return Err(Thrown::range_error("Invalid time value"));
        }
        Ok(millis)
    };
    Ok(match method {
        "check" => Value::Undefined,
        "format" => Value::from(format.format(time(arg(args, 0))?)),
        "formatToParts" => parts(&format.format_to_parts(time(arg(args, 0))?)),
        "formatRange" | "formatRangeToParts" => {
            if arg(args, 0).is_undefined() || arg(args, 1).is_undefined() {
                return Err(Thrown::type_error("startDate or endDate cannot be undefined"));
            }
            let (start, end) = (time(arg(args, 0))?, time(arg(args, 1))?);
            match method {
                "formatRange" => Value::from(format.format_range(start, end)),
                _ => Value::Json(span_json(&format.range_parts(start, end).0)),
            }
        }
        "resolvedOptions" => Value::Json(date_resolved(&format, &read)),
        _ => return Err(missing(method)),
    })
}

fn date_resolved(format: &DateFormat, options: &DateOptions) -> Json {
    let resolved = format.resolved();
    let mut object = JsonObject::new();
    let mut set = |key: &str, value: Json| {
        object.insert(key, value);
    };
    set("locale", Json::from(resolved.locale.as_str()));
    set("calendar", Json::from(resolved.calendar.as_str()));
    set("numberingSystem", Json::from(resolved.numbering_system.as_str()));
    set("timeZone", Json::from(format.zone().name()));
    if let (Some(cycle), Some(hour12)) = (resolved.hour_cycle, resolved.hour12) {
        set("hourCycle", Json::from(cycle));
        set("hour12", Json::from(hour12));
    }
    let styles = ["dateStyle", "timeStyle"].map(|name| (name, options.get(name)));
    if styles.iter().all(|(_, style)| style.is_none()) {
        for (name, value) in format.resolved_fields() {
            set(name, Json::from(value));
        }
    }
    for (name, style) in styles {
        if let Some(style) = style {
            set(name, Json::from(style));
        }
    }
    Json::from(object)
}

fn plural_method(method: &str, locales: &Value, options: &Value, args: &[Value]) -> Result<Value, Thrown> {
    let locale = Locale::of_argument(locales)?;
    let locale = if plural::is_known(&locale) { locale } else { Locale::system() };
    let read = NumberOptions::from_value(options)?;
    let ordinal = read.choice("type", &["cardinal", "ordinal"], 0)? == "ordinal";
    let digits = DigitOptions::read(&read, (0, 3), false)?;
    Ok(match method {
        "check" => Value::Undefined,
        "select" => {
            let mut number = Decimal::new(arg(args, 0).to_number()?.abs());
            number::round(&mut number, &digits);
            Value::from(plural::form(&locale, &number, 0, ordinal))
        }
        "resolvedOptions" => {
            let mut object = JsonObject::new();
            object.insert("locale", Json::from(locale.name.as_str()));
            object.insert("type", Json::from(if ordinal { "ordinal" } else { "cardinal" }));
            object.insert(
                "pluralCategories",
                plural::forms(&locale, ordinal).into_iter().map(Json::from).collect(),
            );
            Value::Json(Json::from(object))
        }
        _ => return Err(missing(method)),
    })
}

fn text_option(options: &Value, name: &str, default: &str) -> Result<String, Thrown> {
    match option(options, name) {
        Value::Undefined => Ok(default.to_owned()),
        value => value.to_text(),
    }
}

fn relative_method(method: &str, locales: &Value, options: &Value, args: &[Value]) -> Result<Value, Thrown> {
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

fn list_method(method: &str, locales: &Value, options: &Value, args: &[Value]) -> Result<Value, Thrown> {
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

fn collator_method(method: &str, locales: &Value, options: &Value, args: &[Value]) -> Result<Value, Thrown> {
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
