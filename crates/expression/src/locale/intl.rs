//! The face of this module towards the engine: `toLocale…` methods and the classes of `Intl`.

mod numbers;
mod tags;
mod words;

use heddle_data::{Json, JsonObject};
use icu_locale::extensions::unicode::{Value as KeywordValue, key};

use self::numbers::{decimal, number_format, number_method, plural_method};
use self::tags::{available_locales, canonical_locales, supported_values};
use self::words::{collator_method, list_method, relative_method};
use super::date::{DateFormat, Defaults, Resolved};
use super::date_options::DateOptions;
use super::display_names::DisplayNames;
use super::duration::DurationFormat;
use super::options::Options;
use super::part::{Part, join, span_json};
use super::tag::Locale;
use super::zone_text::resolved_zone;
use super::{collate, locale_class, segmenter, text_case};
use crate::luxon::arg;
use crate::{Clock, Thrown, Value};

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
/// is the class's; "getCanonicalLocales" and "supportedValuesOf" are those of `Intl` itself.
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
        "supportedLocalesOf" => return available_locales(class, locales, options),
        "getCanonicalLocales" => return canonical_locales(locales),
        "supportedValuesOf" => return supported_values(arg(args, 0)),
        _ => {}
    }
    match class {
        "DisplayNames" => DisplayNames::new(locales, options)?.call(method, arg(args, 0)),
        "DurationFormat" => DurationFormat::new(locales, options)?.call(method, arg(args, 0)),
        "Segmenter" => segmenter::call(method, locales, options, arg(args, 0)),
        "Locale" => locale_class::call(method, locales, options),
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

fn date_method(
    method: &str,
    locales: &Value,
    options: &Value,
    args: &[Value],
    clock: &Clock,
) -> Result<Value, Thrown> {
    let locale = Locale::of_argument(locales)?;
    Options::lenient(options, "Intl.DateTimeFormat")?.matcher()?;
    let read = DateOptions::from_value(options)?;
    let format = DateFormat::for_locale(locale, &read, Defaults::Date)?;
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
        "resolvedOptions" => {
            let locale = Locale::of_argument(locales)?;
            let is_cycle = |cycle: &&str| matches!(*cycle, "h11" | "h12" | "h23" | "h24");
            let is_free = read.get("hourCycle").is_none() && read.get("hour12").is_none();
            let cycle = locale.keyword("hc").filter(is_cycle).filter(|_| is_free);
            Value::Json(date_resolved(&format, &read, cycle))
        }
        _ => return Err(missing(method)),
    })
}

/// The tag of a format, with the hours that its locale's tag asked for where the format has none.
fn shown_locale(resolved: &Resolved, cycle: Option<&str>) -> String {
    let shown = || {
        let cycle = cycle.filter(|_| resolved.hour_cycle.is_none())?;
        let mut tag = icu_locale::Locale::try_from_str(&resolved.locale).ok()?;
        let value = KeywordValue::try_from_str(cycle).ok()?;
        tag.extensions.unicode.keywords.set(key!("hc"), value);
        Some(tag.to_string())
    };
    shown().unwrap_or_else(|| resolved.locale.to_string())
}

/// `cycle` is what the locale's tag asks for.
fn date_resolved(format: &DateFormat, options: &DateOptions, cycle: Option<&str>) -> Json {
    let resolved = format.resolved();
    let mut object = JsonObject::new();
    let mut set = |key: &str, value: Json| {
        object.insert(key, value);
    };
    set("locale", Json::from(shown_locale(resolved, cycle)));
    set("calendar", Json::from(resolved.calendar.as_str()));
    set("numberingSystem", Json::from(resolved.numbering_system.as_str()));
    set("timeZone", Json::from(resolved_zone(format.zone()).as_str()));
    if let (Some(cycle), Some(hour12)) = (resolved.hour_cycle, resolved.hour12) {
        set("hourCycle", Json::from(cycle));
        set("hour12", Json::from(hour12));
    }
    let styles = ["dateStyle", "timeStyle"].map(|name| (name, options.get(name)));
    if styles.iter().all(|(_, style)| style.is_none()) {
        // V8 does not tell of a short era that a calendar adds by itself
        let is_asked = |name: &str, value: &Json| {
            (name, value.as_str()) != ("era", Some("short")) || options.get("era").is_some()
        };
        for (name, value) in format.resolved_fields() {
            if is_asked(name, &value) {
                set(name, value);
            }
        }
    }
    for (name, style) in styles {
        if let Some(style) = style {
            set(name, Json::from(style));
        }
    }
    Json::from(object)
}
