//! Numbers, dates, lists and letters in the words and signs of any locale: what `Intl` and the `toLocale…` methods
//! do in n8n's Node.js.
//!
//! The data are those of the CLDR release in Node.js's ICU (`data/README.md`); collation, case mapping and
//! normalization are `icu`'s.

mod calendar;
mod canonical;
mod collate;
mod date;
mod date_data;
mod date_fields;
mod date_options;
mod decimal;
mod display_names;
mod duration;
mod generator;
mod hours;
mod intl;
mod list;
mod locale_class;
mod number;
mod number_data;
mod number_options;
mod number_pattern;
mod options;
mod part;
mod periods;
mod plural;
mod range;
mod relative;
mod segmenter;
mod skeleton;
mod store;
mod tag;
mod text_case;
mod weeks;
mod zone_text;

use smol_str::SmolStr;

pub use intl::{
    compare, date_to_locale_string, intl, lower_with_locale, normalize, number_to_locale_string,
    upper_with_locale,
};

pub(crate) use date::{DateFormat, Resolved};
pub(crate) use date_options::DateOptions;
pub(crate) use number_data::{LATIN_DIGITS, digits};
pub(crate) use number_options::NumberOptions;
pub(crate) use part::Part;
pub(crate) use weeks::WeekInfo;

use crate::Thrown;
use crate::luxon::Zone;
use date::Defaults;
use number::NumberFormat;
use relative::RelativeFormat;
use tag::{Locale, Tag};
use zone_text::{ZoneStyle, zone_text};

/// A number in the format of a tag's locale.
pub(crate) fn format_number(tag: &str, options: &NumberOptions, number: f64) -> Result<String, Thrown> {
    Ok(NumberFormat::new(Locale::find(tag)?, options)?.format(number))
}

/// A list in the words of a tag's locale; `kind` is conjunction, disjunction or unit.
pub(crate) fn format_list(tag: &str, kind: &str, style: &str, elements: &[String]) -> Result<String, Thrown> {
    Ok(part::join(&list::format_to_parts(&Locale::find(tag)?, kind, style, elements)?))
}

/// A distance in time in the words of a tag's locale.
pub(crate) fn format_relative(
    tag: &str,
    style: &str,
    auto: bool,
    number: f64,
    unit: &str,
) -> Result<String, Thrown> {
    let format = RelativeFormat::new(Locale::find(tag)?, style, auto, &NumberOptions::default())?;
    Ok(part::join(&format.format_to_parts(number, unit)?))
}

/// The name of a zone at a time; `style` is a value of `timeZoneName`.
pub(crate) fn zone_name(tag: &str, zone: &Zone, millis: f64, style: &str) -> Result<String, Thrown> {
    let locale = Locale::find(tag)?;
    let system = number_data::numbers(&locale).system_for(None, &locale);
    let digits = digits(&system).unwrap_or(LATIN_DIGITS);
    let style = ZoneStyle::Specific { long: style == "long" };
    Ok(zone_text(&locale, &digits, zone, millis, style))
}

/// The numbering system of a tag's locale.
pub(crate) fn numbering_system(tag: &str) -> Result<SmolStr, Thrown> {
    let locale = Locale::find(tag)?;
    Ok(number_data::numbers(&locale).system_for(None, &locale))
}

/// The weeks of a tag's locale.
pub(crate) fn week_info(tag: &str) -> Result<WeekInfo, Thrown> {
    Ok(weeks::week_info(&Tag::parse(tag)?, &Locale::find(tag)?))
}

/// What a tag's locale makes of dates when no options are given.
pub(crate) fn resolve_date(tag: &str) -> Result<Resolved, Thrown> {
    let format = DateFormat::for_locale(Locale::find(tag)?, &DateOptions::default(), Defaults::Date)?;
    Ok(format.resolved().clone())
}
