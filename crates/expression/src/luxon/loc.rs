//! The locale that a date or a duration carries: what was asked for, and what it means.

use std::sync::Arc;

use heddle_data::Json;
use heddle_locale as locale;
use smol_str::SmolStr;

use super::civil::WeekRule;
use super::{error, options_json};
use crate::{Thrown, Value};

/// The locale of the process: n8n formats in it what names no locale.
pub(crate) const SYSTEM: &str = "en-US";

/// A locale with luxon's settings. The default is the system's and costs nothing to copy.
#[derive(Debug, Clone, Default)]
pub(crate) struct Loc(Option<Arc<Settings>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Settings {
    locale: SmolStr,
    specified: Option<SmolStr>,
    numbering: Option<SmolStr>,
    calendar: Option<SmolStr>,
    weeks: Option<Weeks>,
}

/// Week settings that replace the locale's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weeks {
    first_day: u8,
    minimal_days: u8,
    weekend: Vec<u8>,
}

/// The tag that a `locale` option names: a text, or a list of one. Anything else is refused, as luxon does when it looks
/// for keywords in it.
pub(super) fn named_locale(locale: &Value) -> Result<Option<String>, Thrown> {
    if !locale.is_truthy() {
        return Ok(None);
    }
    if locale.as_str().is_some() || locale.elements().is_some() {
        return locale.to_text().map(Some);
    }
    Err(Thrown::type_error("localeStr.indexOf is not a function"))
}

impl Loc {
    /// A locale of options with the keys `locale`, `numberingSystem`, `outputCalendar` and `weekSettings`.
    pub(crate) fn from_options(options: &Value) -> Result<Self, Thrown> {
        Self::default().with_options(options)
    }

    /// This locale with the parts that the options name replaced.
    pub(crate) fn with_options(&self, options: &Value) -> Result<Self, Thrown> {
        let Some(json) =
            options_json(options).filter(|json| json.as_object().is_some_and(|object| !object.is_empty()))
        else {
            return Ok(self.clone());
        };
        let text = |key: &str| {
            json.get(key)
                .filter(|value| crate::value::is_truthy(value))
                .map(|value| crate::coerce::to_text(value).into_owned())
        };
        let locale = named_locale(&super::option(options, "locale"))?;
        let weeks = match json.get("weekSettings") {
            Some(weeks) if !weeks.is_null() => Some(read_weeks(weeks)?),
            _ => None,
        };
        self.with(
            locale.as_deref(),
            text("numberingSystem").as_deref(),
            text("outputCalendar").as_deref(),
            weeks,
        )
    }

    /// This locale with the given parts replaced.
    pub(crate) fn with(
        &self,
        locale: Option<&str>,
        numbering: Option<&str>,
        calendar: Option<&str>,
        weeks: Option<Weeks>,
    ) -> Result<Self, Thrown> {
        let old = self.0.as_deref();
        if locale.is_none() && numbering.is_none() && calendar.is_none() && weeks.is_none() {
            return Ok(self.clone());
        }
        let specified = locale.map(SmolStr::new).or_else(|| old.and_then(|old| old.specified.clone()));
        let (locale, own_numbering, own_calendar) = split(specified.as_deref().unwrap_or(SYSTEM))?;
        let settings = Settings {
            locale,
            numbering: numbering
                .map(SmolStr::new)
                .or_else(|| old.and_then(|old| old.numbering.clone()))
                .or(own_numbering),
            calendar: calendar
                .map(SmolStr::new)
                .or_else(|| old.and_then(|old| old.calendar.clone()))
                .or(own_calendar),
            weeks: weeks.or_else(|| old.and_then(|old| old.weeks.clone())),
            specified,
        };
        Ok(Self(Some(Arc::new(settings))))
    }

    /// The locale's tag, without the settings.
    pub(crate) fn locale(&self) -> &str {
        self.0.as_deref().map_or(SYSTEM, |settings| settings.locale.as_str())
    }

    /// The numbering system that was asked for.
    pub(crate) fn numbering(&self) -> Option<&str> {
        self.0.as_deref().and_then(|settings| settings.numbering.as_deref())
    }

    /// The calendar that was asked for.
    pub(crate) fn calendar(&self) -> Option<&str> {
        self.0.as_deref().and_then(|settings| settings.calendar.as_deref())
    }

    /// The tag with the settings as extensions: what `Intl` is asked with.
    pub(crate) fn tag(&self) -> SmolStr {
        let Some(settings) = self.0.as_deref() else { return SmolStr::new_static(SYSTEM) };
        if settings.numbering.is_none() && settings.calendar.is_none() {
            return settings.locale.clone();
        }
        let mut tag = settings.locale.to_string();
        if !tag.contains("-u-") {
            tag.push_str("-u");
        }
        for (key, value) in [("-ca-", &settings.calendar), ("-nu-", &settings.numbering)] {
            if let Some(value) = value {
                tag.push_str(key);
                tag.push_str(value);
            }
        }
        tag.into()
    }

    /// Whether texts are luxon's own English rather than `Intl`'s.
    pub(crate) fn is_plain_english(&self) -> bool {
        self.0.is_none()
            || (self.is_english()
                && matches!(self.numbering(), None | Some("latn"))
                && matches!(self.calendar(), None | Some("gregory")))
    }

    /// Whether this is American English.
    pub(crate) fn is_english(&self) -> bool {
        self.locale() == "en" || self.locale().eq_ignore_ascii_case("en-us")
    }

    /// Whether numbers need no locale data.
    pub(crate) fn has_latin_digits(&self) -> Result<bool, Thrown> {
        Ok(match self.numbering() {
            Some(system) => system == "latn",
            None => self.locale().starts_with("en") || locale::numbering_system(self.locale())? == "latn",
        })
    }

    /// The locale's weeks.
    pub(crate) fn week_rule(&self) -> Result<WeekRule, Thrown> {
        // V8 no longer tells the days of a first week, and luxon then takes ISO's
        let iso = WeekRule::ISO;
        let Some(settings) = self.0.as_deref() else { return Ok(WeekRule { first_day: 7, ..iso }) };
        if let Some(weeks) = &settings.weeks {
            return Ok(WeekRule { first_day: weeks.first_day, minimal_days: weeks.minimal_days });
        }
        Ok(WeekRule { first_day: locale::week_info(self.locale())?.first_day, ..iso })
    }

    /// Whether a day (ISO number) is part of the locale's weekend.
    pub(crate) fn is_weekend(&self, weekday: u8) -> Result<bool, Thrown> {
        let Some(settings) = self.0.as_deref() else { return Ok(weekday > 5) };
        if let Some(weeks) = &settings.weeks {
            return Ok(weeks.weekend.contains(&weekday));
        }
        Ok(locale::week_info(self.locale())?.weekend.contains(&weekday))
    }

    /// luxon's `equals`: same tag, numbering system and calendar.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        self.locale() == other.locale()
            && self.numbering() == other.numbering()
            && self.calendar() == other.calendar()
    }
}

/// The tag without private parts, and the numbering system and calendar if its extensions name settings.
fn split(tag: &str) -> Result<(SmolStr, Option<SmolStr>, Option<SmolStr>), Thrown> {
    let tag = tag.find("-x-").map_or(tag, |index| &tag[..index]);
    let Some(index) = tag.find("-u-") else {
        return Ok((SmolStr::new(tag), None, None));
    };
    let (tag, resolved) = match locale::resolve_date(tag) {
        Ok(resolved) => (tag, resolved),
        Err(_) => (&tag[..index], locale::resolve_date(&tag[..index])?),
    };
    Ok((SmolStr::new(tag), Some(resolved.numbering_system), Some(resolved.calendar)))
}

fn read_weeks(json: &Json) -> Result<Weeks, Thrown> {
    if !(json.is_object() || json.is_array()) {
        return Err(error("Week settings must be an object"));
    }
    let day = |value: Option<&Json>| {
        let number = value?.as_f64()?;
        ((1.0..=7.0).contains(&number) && number.trunc() == number).then_some(number as u8)
    };
    let invalid = || error("Invalid week settings");
    let days: Option<Vec<u8>> = json
        .get("weekend")
        .and_then(Json::as_array)
        .map(|days| days.iter().map(|value| day(Some(value))).collect())
        .ok_or_else(invalid)?;
    Ok(Weeks {
        first_day: day(json.get("firstDay")).ok_or_else(invalid)?,
        minimal_days: day(json.get("minimalDays")).ok_or_else(invalid)?,
        weekend: days.ok_or_else(invalid)?,
    })
}
