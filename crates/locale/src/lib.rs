//! Numbers, dates, lists and letters in the words and signs of any locale: what `Intl` and the `toLocale…` methods
//! do in JavaScript. Tags, options and values come in as plain data, texts and parts go out.
//!
//! The data are those of the CLDR release in Node.js's ICU (`data/README.md`); collation, case mapping and
//! normalization are `icu`'s.

mod calendar;
mod canonical;
pub mod civil;
pub mod collate;
mod date;
mod date_data;
mod date_fields;
mod date_options;
mod date_resolved;
mod decimal;
mod display_names;
mod duration;
mod error;
mod generator;
mod hours;
mod list;
mod list_format;
pub mod locale_class;
mod number;
mod number_data;
mod number_options;
mod number_pattern;
mod options;
mod part;
mod periods;
mod plural;
mod plural_rules;
mod range;
mod relative;
mod segmenter;
mod skeleton;
mod store;
pub mod supported;
mod tag;
pub mod text_case;
mod weeks;
pub mod zone;
mod zone_text;

use smol_str::SmolStr;

pub use civil::Civil;
pub use date::{DateFormat, Defaults, Resolved};
pub use date_options::DateOptions;
pub use decimal::Decimal;
pub use display_names::DisplayNames;
pub use duration::DurationFormat;
pub use error::{LocaleError, LocaleErrorKind};
pub use list_format::ListFormat;
pub use number::{NumberFormat, SpanPart, span_parts};
pub use number_data::{LATIN_DIGITS, digits};
pub use number_options::NumberOptions;
pub use options::{Choices, OptionSource, Options};
pub use part::{Part, join, span_json};
pub use plural_rules::PluralRules;
pub use relative::RelativeFormat;
pub use segmenter::Segmenter;
pub use tag::Locale;
pub use weeks::WeekInfo;
pub use zone::Zone;

use tag::Tag;
use zone_text::{ZoneStyle, zone_text};

/// A number in the format of a tag's locale.
///
/// # Errors
/// For a malformed tag.
pub fn format_number(tag: &str, options: &NumberOptions, number: f64) -> Result<String, LocaleError> {
    Ok(NumberFormat::new(Locale::find(tag)?, options)?.format(number))
}

/// A list in the words of a tag's locale; `kind` is conjunction, disjunction or unit.
///
/// # Errors
/// For a malformed tag.
pub fn format_list(tag: &str, kind: &str, style: &str, elements: &[String]) -> Result<String, LocaleError> {
    Ok(part::join(&list::format_to_parts(&Locale::find(tag)?, kind, style, elements)?))
}

/// A distance in time in the words of a tag's locale.
///
/// # Errors
/// For a malformed tag.
pub fn format_relative(
    tag: &str,
    style: &str,
    auto: bool,
    number: f64,
    unit: &str,
) -> Result<String, LocaleError> {
    let format = RelativeFormat::new(Locale::find(tag)?, style, auto, &NumberOptions::default())?;
    Ok(part::join(&format.format_to_parts(number, unit)?))
}

/// The name of a zone at a time; `style` is a value of `timeZoneName`.
///
/// # Errors
/// For a malformed tag.
pub fn zone_name(tag: &str, zone: &Zone, millis: f64, style: &str) -> Result<String, LocaleError> {
    let locale = Locale::find(tag)?;
    let system = number_data::numbers(&locale).system_for(None, &locale);
    let digits = digits(&system).unwrap_or(LATIN_DIGITS);
    let style = ZoneStyle::Specific { long: style == "long" };
    Ok(zone_text(&locale, &digits, zone, millis, style))
}

/// The numbering system of a tag's locale.
///
/// # Errors
/// For a malformed tag.
pub fn numbering_system(tag: &str) -> Result<SmolStr, LocaleError> {
    let locale = Locale::find(tag)?;
    Ok(number_data::numbers(&locale).system_for(None, &locale))
}

/// The weeks of a tag's locale.
///
/// # Errors
/// For a malformed tag.
pub fn week_info(tag: &str) -> Result<WeekInfo, LocaleError> {
    Ok(weeks::week_info(&Tag::parse(tag)?, &Locale::find(tag)?))
}

/// What a tag's locale makes of dates when no options are given.
///
/// # Errors
/// For a malformed tag.
pub fn resolve_date(tag: &str) -> Result<Resolved, LocaleError> {
    let format = DateFormat::for_locale(Locale::find(tag)?, &DateOptions::default(), Defaults::Date)?;
    Ok(format.resolved().clone())
}
