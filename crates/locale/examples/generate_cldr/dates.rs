//! Dates of a locale: names, patterns, fields of relative times.

use serde_json::{Map, Value, json};

use super::icu::Icu;
use super::{Cldr, Result, entries, parent, pick, pick_text, with_prefix};

pub(crate) const WIDTHS: [&str; 3] = ["wide", "abbreviated", "narrow"];
pub(crate) const STYLES: [&str; 4] = ["full", "long", "medium", "short"];
/// The fields of dates by CLDR's names.
pub(crate) const DATE_FIELDS: [&str; 12] = [
    "era",
    "year",
    "quarter",
    "month",
    "week",
    "weekday",
    "day",
    "dayperiod",
    "hour",
    "minute",
    "second",
    "zone",
];
pub(crate) const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
pub(crate) const MONTHS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"];

pub(crate) fn dates(cldr: &Cldr, icu: &Icu, locale: &str) -> Result<Value> {
    let file = cldr.main("cldr-dates-full", locale, "ca-gregorian")?;
    let calendar = &file["dates"]["calendars"]["gregorian"];
    let names = |key: &str, keys: &[&str]| -> Value {
        ["format", "stand-alone"]
            .iter()
            .map(|context| {
                WIDTHS
                    .iter()
                    .map(|width| pick_text(&calendar[key][*context][*width], keys))
                    .collect::<Value>()
            })
            .collect()
    };
    let eras: Value = ["eraNames", "eraAbbr", "eraNarrow"]
        .iter()
        .map(|width| pick_text(&calendar["eras"][*width], &["0", "1"]))
        .collect();
    let periods: Value =
        WIDTHS.iter().map(|width| without_alternatives(&calendar["dayPeriods"]["format"][*width])).collect();
    let mut section = patterns(calendar);
    section["order"] = available_order(cldr, locale, "ca-gregorian", "gregorian")?;
    section["months"] = names("months", &MONTHS);
    section["days"] = names("days", &DAYS);
    section["periods"] = periods;
    section["eras"] = eras;
    section["time"] = pick(&calendar["timeFormats"], &STYLES);
    section["atGlue"] = icu.at_glue(locale, "gregorian");
    let fields = cldr.main("cldr-dates-full", locale, "dateFields")?;
    section["fieldNames"] = DATE_FIELDS
        .iter()
        .map(|name| ((*name).to_owned(), fields["dates"]["fields"][*name]["displayName"].clone()))
        .collect::<Map<_, _>>()
        .into();
    Ok(section)
}

/// The skeletons of a locale in the order in which ICU reads them: first those whose patterns are the locale's own,
/// then its parent's, and so on.
pub(crate) fn available_order(cldr: &Cldr, locale: &str, file: &str, calendar: &str) -> Result<Value> {
    let read = |locale: &str| -> Result<Value> {
        let locale = if locale == "root" { "und" } else { locale };
        let file = cldr.main("cldr-dates-full", locale, file)?;
        let formats = &file["dates"]["calendars"][calendar]["dateTimeFormats"]["availableFormats"];
        Ok(without_alternatives(formats))
    };
    let mut order: Vec<String> = Vec::new();
    let mut current = locale.to_owned();
    let mut formats = read(&current)?;
    while current != "root" {
        let parent = parent(cldr, &current)?;
        let inherited = read(&parent)?;
        let mut own: Vec<&String> = entries(&formats)
            .filter(|(key, value)| inherited[key.as_str()] != **value)
            .map(|(key, _)| key)
            .collect();
        own.sort_unstable();
        order.extend(own.into_iter().filter(|key| !order.contains(key)).cloned().collect::<Vec<_>>());
        (current, formats) = (parent, inherited);
    }
    let mut rest: Vec<&String> =
        entries(&formats).map(|(key, _)| key).filter(|key| !order.contains(key)).collect();
    rest.sort_unstable();
    order.extend(rest.into_iter().cloned().collect::<Vec<_>>());
    Ok(Value::from(order))
}

/// The members of an object that another has not, or not so.
pub(crate) fn additions(from: &Value, to: &Value) -> Value {
    let (Some(old), Some(new)) = (from.as_object(), to.as_object()) else { return to.clone() };
    new.iter()
        .filter(|(key, value)| !value.is_null() && old.get(*key) != Some(value))
        .map(|(key, value)| {
            (key.clone(), old.get(key).map_or_else(|| value.clone(), |old| additions(old, value)))
        })
        .collect::<Map<_, _>>()
        .into()
}

pub(crate) fn patterns(calendar: &Value) -> Value {
    let date_time = &calendar["dateTimeFormats"];
    let available = without_alternatives(&date_time["availableFormats"]);
    let intervals = &date_time["intervalFormats"];
    let numbers = STYLES.map(|style| calendar["dateFormats"][style]["_numbers"].clone());
    let skeletons: Map<String, Value> = entries(&without_alternatives(intervals))
        .filter(|(_, value)| value.is_object())
        .map(|(key, value)| (key.clone(), without_alternatives(value)))
        .collect();
    json!({
        "date": STYLES.iter().map(|style| {
            let pattern = &calendar["dateFormats"][*style];
            pattern.get("_value").unwrap_or(pattern).clone()
        }).collect::<Value>(),
        "dateNumbers": if numbers.iter().all(|own| own.is_null()) { json!([]) } else { json!(numbers) },
        "glue": pick(date_time, &STYLES),
        "available": available,
        "append": date_time["appendItems"],
        "intervals": skeletons,
        "intervalFallback": intervals["intervalFormatFallback"],
    })
}

pub(crate) fn without_alternatives(object: &Value) -> Value {
    entries(object)
        .filter(|(key, _)| !key.contains("-alt-") && !key.contains("-count-"))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect::<Map<_, _>>()
        .into()
}

pub(crate) fn fields(cldr: &Cldr, locale: &str) -> Result<Value> {
    let file = cldr.main("cldr-dates-full", locale, "dateFields")?;
    let mut section = Map::new();
    for unit in ["year", "quarter", "month", "week", "day", "hour", "minute", "second"] {
        let styles: Value = ["", "-short", "-narrow"]
            .iter()
            .map(|style| {
                let field = &file["dates"]["fields"][format!("{unit}{style}")];
                let amounts = |tense: &str| {
                    with_prefix(&field[format!("relativeTime-type-{tense}")], "relativeTimePattern-count-")
                };
                json!({
                    "relative": with_prefix(field, "relative-type-"),
                    "past": amounts("past"),
                    "future": amounts("future"),
                })
            })
            .collect();
        section.insert(unit.to_owned(), styles);
    }
    Ok(section.into())
}
