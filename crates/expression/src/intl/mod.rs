//! The face of `heddle-locale` towards expressions: `toLocale…` methods and the classes of `Intl`.

mod numbers;
mod options;
mod words;

use heddle_data::Json;
use heddle_locale::collate::{self, Collation, TagList};
use heddle_locale::{
    DateFormat, Defaults, DisplayNames, DurationFormat, Part, Segmenter, join, locale_class, span_json,
    supported, text_case,
};

use self::numbers::{decimal, number_format, number_method, plural_method};
use self::options::{lenient, locale_of, object, required, tags_of};
use self::words::{collator_method, list_method, relative_method};
use crate::luxon::arg;
use crate::{Clock, Thrown, Value};

pub(crate) use self::options::date_options;

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
    let read = date_options(options)?;
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
    Ok(DateFormat::for_locale(locale_of(locales)?, &read, Defaults::All)?.format(millis))
}

/// `String.prototype.localeCompare`: -1, 0 or 1.
///
/// # Errors
/// A `RangeError` for a malformed tag or an option out of range.
pub fn compare(one: &str, other: &str, locales: &Value, options: &Value) -> Result<i32, Thrown> {
    if options.is_undefined() && (locales.is_undefined() || locales.as_str().is_some()) {
        return Ok(collate::compare(one, other, locales.as_str())?);
    }
    Ok(collation(locales, options)?.compare(one, other)?)
}

/// `toLocaleLowerCase`.
///
/// # Errors
/// A `RangeError` for a malformed tag.
pub fn lower_with_locale(text: &str, locales: &Value) -> Result<String, Thrown> {
    Ok(text_case::lower(text, &tags_of(locales)?)?)
}

/// `toLocaleUpperCase`.
///
/// # Errors
/// A `RangeError` for a malformed tag.
pub fn upper_with_locale(text: &str, locales: &Value) -> Result<String, Thrown> {
    Ok(text_case::upper(text, &tags_of(locales)?)?)
}

/// `String.prototype.normalize` with one of its four forms.
///
/// # Errors
/// A `RangeError` for any other form.
pub fn normalize(text: &str, form: &str) -> Result<String, Thrown> {
    Ok(text_case::normalize(text, form)?)
}

/// A method of an `Intl` object that was made with `locales` and `options`; "check" only reads them, "supportedLocalesOf"
/// is the class's; "getCanonicalLocales" and "supportedValuesOf" are those of `Intl` itself.
///
/// # Errors
/// What the constructor or the method throws; a `TypeError` when there is no such class or method.
pub fn call(
    class: &str,
    method: &str,
    locales: &Value,
    options: &Value,
    args: &[Value],
    clock: &Clock,
) -> Result<Value, Thrown> {
    match method {
        "supportedLocalesOf" => return supported_locales(class, locales, options),
        "getCanonicalLocales" => return Ok(list(supported::canonical_tags(&tags_of(locales)?)?)),
        "supportedValuesOf" => return Ok(list(supported::supported_values(&arg(args, 0).to_text()?)?)),
        _ => {}
    }
    match class {
        "DisplayNames" => names_method(method, locales, options, arg(args, 0)),
        "DurationFormat" => duration_method(method, locales, options, arg(args, 0)),
        "Segmenter" => segmenter_method(method, locales, options, arg(args, 0)),
        "Locale" => locale_member(method, locales, options),
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

fn list(texts: Vec<String>) -> Value {
    Value::Json(texts.into_iter().map(Json::from).collect())
}

/// `supportedLocalesOf` of a class: the locales that it has data for.
fn supported_locales(class: &str, locales: &Value, options: &Value) -> Result<Value, Thrown> {
    let tags = supported::canonical_tags(&tags_of(locales)?)?;
    let method = format!("Intl.{class}.supportedLocalesOf");
    lenient(options, &method)?.matcher()?;
    Ok(list(supported::supported_locales(class, tags)?))
}

fn names_method(method: &str, locales: &Value, options: &Value, code: &Value) -> Result<Value, Thrown> {
    let names = DisplayNames::new(locale_of(locales)?, required(options, "Intl.DisplayNames")?)?;
    Ok(match method {
        "check" => Value::Undefined,
        "of" => names.of(&code.to_text()?)?.map_or(Value::Undefined, Value::from),
        _ => Value::Json(names.resolved()),
    })
}

fn duration_method(
    method: &str,
    locales: &Value,
    options: &Value,
    duration: &Value,
) -> Result<Value, Thrown> {
    let format = DurationFormat::new(locale_of(locales)?, object(options, "Intl.DurationFormat")?)?;
    match method {
        "check" => return Ok(Value::Undefined),
        "resolvedOptions" => return Ok(Value::Json(format.resolved())),
        _ => {}
    }
    if let Some(text) = duration.as_str() {
        return Err(Thrown::range_error(format!("Invalid object : {text}")));
    }
    if duration.is_nullish() || (duration.members().is_none() && !duration.is_array()) {
        return Err(Thrown::type_error("Invalid argument for Temporal"));
    }
    Ok(match method {
        "format" => Value::from(format.format(duration)?),
        _ => Value::Json(format.format_to_parts(duration)?),
    })
}

/// "segment" gives the ends of a text's segments in UTF-16 units, those of words each with 1 or 0 behind it: whether it
/// is a word.
fn segmenter_method(
    method: &str,
    locales: &Value,
    options: &Value,
    argument: &Value,
) -> Result<Value, Thrown> {
    let segmenter = Segmenter::new(locale_of(locales)?, object(options, "Intl.Segmenter")?)?;
    Ok(match method {
        "check" => Value::Undefined,
        "segment" => Value::Json(segmenter.ends(&argument.to_text()?).into_iter().map(Json::from).collect()),
        _ => Value::Json(segmenter.resolved()),
    })
}

/// What a tag that `Intl.Locale` was made with says: "make" makes one of a tag and options, anything else is a member
/// of the object of a tag that is canonical.
fn locale_member(member: &str, tag: &Value, options: &Value) -> Result<Value, Thrown> {
    let text = tag.to_text()?;
    if member == "make" {
        let base = locale_class::base_tag(&text)?;
        return Ok(Value::from(locale_class::make(base, lenient(options, "Intl.Locale")?)?));
    }
    Ok(locale_class::member(member, &text)?.map_or(Value::Undefined, Value::Json))
}

/// How texts are compared.
fn collation(locales: &Value, options: &Value) -> Result<Collation, Thrown> {
    let tags = TagList::new(&tags_of(locales)?)?;
    Ok(Collation::new(&tags, lenient(options, "Intl.Collator")?)?)
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
    let locale = locale_of(locales)?;
    lenient(options, "Intl.DateTimeFormat")?.matcher()?;
    let read = date_options(options)?;
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
        "resolvedOptions" => Value::Json(format.resolved_options(&locale_of(locales)?, &read)),
        _ => return Err(missing(method)),
    })
}
