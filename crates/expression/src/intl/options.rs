//! What expressions hand to `Intl` as locales and options, as `heddle-locale` reads them.

use heddle_data::Json;
use heddle_locale::{
    DateOptions, Locale, LocaleError, LocaleErrorKind, NumberOptions, OptionSource, Options,
};

use crate::luxon::option;
use crate::{Thrown, Value};

/// The members of a value as options: those that are undefined are not given.
impl OptionSource for Value {
    fn text(&self, name: &str) -> Result<Option<String>, LocaleError> {
        given(self, name).map(|value| value.to_text().map_err(refused)).transpose()
    }

    fn number(&self, name: &str) -> Result<Option<f64>, LocaleError> {
        given(self, name).map(|value| value.to_number().map_err(refused)).transpose()
    }

    fn flag(&self, name: &str) -> Option<bool> {
        given(self, name).map(|value| value.is_truthy())
    }
}

fn given(options: &Value, name: &str) -> Option<Value> {
    Some(option(options, name)).filter(|value| !value.is_undefined())
}

/// A value that cannot be converted throws a `TypeError`.
fn refused(thrown: Thrown) -> LocaleError {
    LocaleError::type_error(thrown.message)
}

impl From<LocaleError> for Thrown {
    fn from(error: LocaleError) -> Self {
        match error.kind {
            LocaleErrorKind::Type => Self::type_error(error.message),
            LocaleErrorKind::Range => Self::range_error(error.message),
        }
    }
}

/// The options of a class that takes anything but null; what is not an object has no options.
pub(super) fn lenient<'a>(value: &'a Value, class: &'a str) -> Result<Options<'a>, Thrown> {
    if !value.is_undefined() && value.is_nullish() {
        return Err(Thrown::type_error(format!("{class} called on null or undefined")));
    }
    Ok(Options::new(value, class))
}

/// The options of a class that takes nothing but objects, and undefined.
pub(super) fn object<'a>(value: &'a Value, class: &'a str) -> Result<Options<'a>, Thrown> {
    let is_object = value.is_undefined() || value.members().is_some() || value.is_array();
    if !is_object || (!value.is_undefined() && value.is_nullish()) {
        return Err(Thrown::type_error("invalid_argument"));
    }
    Ok(Options::new(value, class))
}

/// The options of a class that needs them.
pub(super) fn required<'a>(value: &'a Value, class: &'a str) -> Result<Options<'a>, Thrown> {
    if value.is_undefined() {
        return Err(Thrown::type_error("invalid_argument"));
    }
    object(value, class)
}

/// The options of numbers.
pub(super) fn number_options(value: &Value) -> Result<NumberOptions, Thrown> {
    match value {
        Value::Json(json) if json.is_null() => {
            Err(Thrown::type_error("Cannot convert undefined or null to object"))
        }
        Value::Json(json) => Ok(NumberOptions::from_json(json)?),
        _ => value
            .members()
            .unwrap_or_default()
            .into_iter()
            .filter(|(name, value)| NumberOptions::is_option(name) && !value.is_undefined())
            .map(|(name, value)| Ok((name, Json::from(value.to_text()?))))
            .collect::<Result<_, Thrown>>()
            .map(NumberOptions::from_members),
    }
}

/// The options of dates; null has none.
pub(crate) fn date_options(value: &Value) -> Result<DateOptions, Thrown> {
    match value {
        Value::Json(json) if json.is_null() => Ok(DateOptions::default()),
        value => Ok(DateOptions::read(value)?),
    }
}

/// The locale of a `locales` argument: the first that there are data for.
pub(super) fn locale_of(locales: &Value) -> Result<Locale, Thrown> {
    Ok(Locale::of_tags(&tags_of(locales)?)?)
}

/// The tags of a `locales` argument as they were given.
pub(super) fn tags_of(locales: &Value) -> Result<Vec<String>, Thrown> {
    if locales.is_undefined() {
        return Ok(Vec::new());
    }
    if let Some(text) = locales.as_str() {
        return Ok(vec![text.to_owned()]);
    }
    if locales.is_nullish() {
        return Err(Thrown::type_error("Cannot convert undefined or null to object"));
    }
    let Some(elements) = locales.elements() else { return Ok(Vec::new()) };
    elements
        .iter()
        .map(|element| match element.as_str() {
            Some(text) => Ok(text.to_owned()),
            None if crate::coerce::type_of(element) == "object" && !element.is_nullish() => element.to_text(),
            None => Err(Thrown::type_error("Language ID should be string or object.")),
        })
        .collect()
}
