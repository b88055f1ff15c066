//! Numbers and their plural forms.

use heddle_locale::{Decimal, NumberFormat, PluralRules, join, span_parts};

use super::options::{lenient, locale_of, number_options};
use super::{missing, parts};
use crate::luxon::arg;
use crate::{Thrown, Value};

pub(super) fn decimal(value: &Value) -> Result<Decimal, Thrown> {
    match value {
        Value::BigInt(digits) => Ok(Decimal::from_digits(digits)),
        other => match other.as_str() {
            Some(text) => Ok(Decimal::from_text(text)),
            None => Ok(Decimal::new(other.to_number()?)),
        },
    }
}

/// Start and end of a span.
fn span(args: &[Value], names: [&str; 2]) -> Result<[Decimal; 2], Thrown> {
    let invalid =
        |name: &str, value: &Value| format!("Invalid {name} : {}", value.to_text().unwrap_or_default());
    let [start, end] = [arg(args, 0), arg(args, 1)];
    for (value, name) in [start, end].into_iter().zip(names) {
        if value.is_undefined() {
            return Err(Thrown::type_error(invalid(name, value)));
        }
    }
    let read = |value: &Value, name: &str| match decimal(value)? {
        number if number.is_nan() => Err(Thrown::range_error(invalid(name, value))),
        number => Ok(number),
    };
    Ok([read(start, names[0])?, read(end, names[1])?])
}

pub(super) fn number_method(
    method: &str,
    locales: &Value,
    options: &Value,
    args: &[Value],
) -> Result<Value, Thrown> {
    let format = number_format(locales, options)?;
    Ok(match method {
        "check" => Value::Undefined,
        "format" => Value::from(join(&format.format_to_parts(&decimal(arg(args, 0))?))),
        "formatToParts" => parts(&format.format_to_parts(&decimal(arg(args, 0))?)),
        "formatRange" | "formatRangeToParts" => {
            let [start, end] = span(args, ["start", "end"])?;
            let parts = format.range_to_parts(&start, &end);
            match method {
                "formatRange" => {
                    Value::from(parts.iter().map(|(part, _)| part.text.as_str()).collect::<String>())
                }
                _ => Value::Json(span_parts(&parts)),
            }
        }
        "resolvedOptions" => Value::Json(format.resolved()),
        _ => return Err(missing(method)),
    })
}

pub(super) fn plural_method(
    method: &str,
    locales: &Value,
    options: &Value,
    args: &[Value],
) -> Result<Value, Thrown> {
    let locale = locale_of(locales)?;
    lenient(options, "Intl.PluralRules")?.matcher()?;
    let rules = PluralRules::new(locale, number_options(options)?)?;
    Ok(match method {
        "check" => Value::Undefined,
        "select" => Value::from(rules.select(arg(args, 0).to_number()?)),
        "selectRange" => {
            if args.iter().take(2).any(|value| matches!(value, Value::BigInt(_))) {
                return Err(Thrown::type_error("Cannot convert a BigInt value to a number"));
            }
            let number = |value: &Value| match value {
                Value::Undefined => Ok(Value::Undefined),
                value => value.to_number().map(Value::from),
            };
            let args = args.iter().take(2).map(number).collect::<Result<Vec<_>, _>>()?;
            Value::from(rules.select_range(span(&args, ["startRange", "endRange"])?))
        }
        "resolvedOptions" => Value::Json(rules.resolved()),
        _ => return Err(missing(method)),
    })
}

pub(super) fn number_format(locales: &Value, options: &Value) -> Result<NumberFormat, Thrown> {
    let locale = locale_of(locales)?;
    let named = lenient(options, "Intl.NumberFormat")?;
    named.matcher()?;
    named.numbering_system()?;
    Ok(NumberFormat::new(locale, &number_options(options)?)?)
}
