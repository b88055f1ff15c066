//! Numbers and their plural forms.

use heddle_data::{Json, JsonObject};

use super::{missing, parts};
use crate::locale::decimal::{Decimal, Special};
use crate::locale::number::{self, NumberFormat, span_parts};
use crate::locale::number_options::{DigitOptions, NumberOptions};
use crate::locale::options::Options;
use crate::locale::part::join;
use crate::locale::plural;
use crate::locale::tag::Locale;
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
        number if number.special() == Some(Special::NotANumber) => {
            Err(Thrown::range_error(invalid(name, value)))
        }
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
    let locale = Locale::of_argument(locales)?;
    let locale = if plural::is_known(&locale) { locale } else { Locale::system() };
    let class = "Intl.PluralRules";
    Options::lenient(options, class)?.matcher()?;
    let read = NumberOptions::from_value(options)?.of_class(class);
    let ordinal = read.choice("type", &["cardinal", "ordinal"], 0)? == "ordinal";
    let digits = DigitOptions::read(&read, (0, 3), false)?;
    Ok(match method {
        "check" => Value::Undefined,
        "select" => {
            let mut number = Decimal::new(arg(args, 0).to_number()?.abs());
            number::round(&mut number, &digits);
            Value::from(plural::form(&locale, &number, 0, ordinal))
        }
        "selectRange" => {
            if args.iter().take(2).any(|value| matches!(value, Value::BigInt(_))) {
                return Err(Thrown::type_error("Cannot convert a BigInt value to a number"));
            }
            let number = |value: &Value| match value {
                Value::Undefined => Ok(Value::Undefined),
                value => value.to_number().map(Value::from),
            };
            let args = args.iter().take(2).map(number).collect::<Result<Vec<_>, _>>()?;
            let [start, end] = span(&args, ["startRange", "endRange"])?.map(|mut number| {
                number.negative = false;
                number::round(&mut number, &digits);
                plural::form(&locale, &number, 0, ordinal)
            });
            Value::from(plural::range_form(&locale, start, end))
        }
        "resolvedOptions" => {
            let mut object = JsonObject::new();
            object.insert("locale", Json::from(plural::shown_name(&locale)));
            object.insert("type", Json::from(if ordinal { "ordinal" } else { "cardinal" }));
            // significant digits hide those of the fraction
            let counted =
                DigitOptions { fraction: digits.fraction.filter(|_| digits.significant.is_none()), ..digits };
            counted.show_counts(&mut object);
            object.insert(
                "pluralCategories",
                plural::forms(&locale, ordinal).into_iter().map(Json::from).collect(),
            );
            counted.show_rounding(&mut object);
            Value::Json(Json::from(object))
        }
        _ => return Err(missing(method)),
    })
}

pub(super) fn number_format(locales: &Value, options: &Value) -> Result<NumberFormat, Thrown> {
    let locale = Locale::of_argument(locales)?;
    let named = Options::lenient(options, "Intl.NumberFormat")?;
    named.matcher()?;
    named.numbering_system()?;
    NumberFormat::new(locale, &NumberOptions::from_value(options)?)
}
