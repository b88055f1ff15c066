//! The getters of a `DateTime`.

use heddle_data::{Json, JsonObject};
use smol_str::SmolStr;

use super::civil::{WeekRule, days_in_month, days_in_year, is_leap_year, weeks_in_year};
use super::datetime::DateTime;
use super::format::{Width, zone_name};
use super::format_parse::{months, weekdays};
use super::{Invalid, iso};
use crate::{Thrown, Value};

/// The names of all getters.
pub(crate) const GETTERS: [&str; 41] = [
    "isValid",
    "invalidReason",
    "invalidExplanation",
    "locale",
    "numberingSystem",
    "outputCalendar",
    "zone",
    "zoneName",
    "year",
    "quarter",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "millisecond",
    "weekYear",
    "weekNumber",
    "weekday",
    "isWeekend",
    "localWeekday",
    "localWeekNumber",
    "localWeekYear",
    "ordinal",
    "monthShort",
    "monthLong",
    "weekdayShort",
    "weekdayLong",
    "offset",
    "offsetNameShort",
    "offsetNameLong",
    "isOffsetFixed",
    "isInDST",
    "isInLeapYear",
    "daysInMonth",
    "daysInYear",
    "weeksInWeekYear",
    "weeksInLocalWeekYear",
    "ts",
    "c",
    "o",
];

/// Own data members besides the getters; JavaScript sees them in `Object.keys`.
pub(crate) const OWN: [&str; 6] = ["_zone", "loc", "invalid", "weekData", "localWeekData", "isLuxonDateTime"];

/// A getter's value; `None` when there is no such getter. A getter throws where its locale is not a locale.
pub(crate) fn get(date: &DateTime, name: &str) -> Option<Result<Value, Thrown>> {
    Some(Ok(match name {
        "isValid" => Value::from(date.is_valid()),
        "invalidReason" => optional(date.invalidity().map(|invalid| invalid.reason.as_str())),
        "invalidExplanation" => date.invalidity().map_or(Value::NULL, Invalid::explanation_value),
        "locale" => valid(date, date.loc().locale()),
        "numberingSystem" => optional(date.loc().numbering().filter(|_| date.is_valid())),
        "outputCalendar" => optional(date.loc().calendar().filter(|_| date.is_valid())),
        "zone" | "_zone" => Value::Json(date.zone().to_json()),
        "zoneName" => valid(date, date.zone_name().as_str()),
        "isWeekend" => match date.reading() {
            Some(reading) => return Some(date.loc().is_weekend(reading.civil.weekday()).map(Value::from)),
            None => Value::from(false),
        },
        "localWeekday" | "localWeekNumber" | "localWeekYear" | "weeksInLocalWeekYear" => {
            return Some(local_week(date, name));
        }
        "monthShort" => return Some(month_name(date, Width::Short)),
        "monthLong" => return Some(month_name(date, Width::Long)),
        "weekdayShort" => return Some(weekday_name(date, Width::Short)),
        "weekdayLong" => return Some(weekday_name(date, Width::Long)),
        "offsetNameShort" => return Some(offset_name(date, Width::Short)),
        "offsetNameLong" => return Some(offset_name(date, Width::Long)),
        "isOffsetFixed" => match date.is_valid() {
            true => Value::from(date.zone().is_fixed()),
            false => Value::NULL,
        },
        "isInDST" => Value::from(date.is_in_dst()),
        "isInLeapYear" => {
            Value::from(date.reading().is_some_and(|reading| is_leap_year(reading.civil.year.into())))
        }
        "ts" => Value::from(date.raw_millis()),
        "c" => date.reading().map_or(Value::NULL, |reading| Value::Json(iso::to_object(&reading.civil))),
        "o" => date.reading().map_or(Value::NULL, |reading| Value::from(reading.offset)),
        "loc" => Value::Json(loc_object(date)),
        "invalid" => Value::Json(date.invalidity().map_or(Json::NULL, Invalid::to_json)),
        "daysInMonth" if !date.is_valid() => Value::Undefined,
        "weekData" | "localWeekData" => Value::NULL,
        "isLuxonDateTime" => Value::from(true),
        _ => return number(date, name).map(|number| Ok(Value::from(number))),
    }))
}

/// The getters that are numbers; NaN when the date is invalid.
fn number(date: &DateTime, name: &str) -> Option<f64> {
    const NUMBERS: [&str; 15] = [
        "year",
        "quarter",
        "month",
        "day",
        "hour",
        "minute",
        "second",
        "millisecond",
        "weekYear",
        "weekNumber",
        "weekday",
        "ordinal",
        "offset",
        "daysInYear",
        "weeksInWeekYear",
    ];
    let Some(reading) = date.reading() else {
        return NUMBERS.contains(&name).then_some(f64::NAN);
    };
    let civil = &reading.civil;
    Some(match name {
        "year" => civil.year.into(),
        "quarter" => ((civil.month - 1) / 3 + 1).into(),
        "month" => civil.month.into(),
        "day" => civil.day.into(),
        "hour" => civil.hour.into(),
        "minute" => civil.minute.into(),
        "second" => civil.second.into(),
        "millisecond" => civil.millisecond.into(),
        "weekYear" => civil.week(WeekRule::ISO).year.into(),
        "weekNumber" => civil.week(WeekRule::ISO).number.into(),
        "weekday" => civil.weekday().into(),
        "ordinal" => civil.ordinal().into(),
        "offset" => reading.offset,
        "daysInMonth" => days_in_month(civil.year.into(), civil.month.into()),
        "daysInYear" => days_in_year(civil.year.into()),
        "weeksInWeekYear" => weeks_in_year(civil.week(WeekRule::ISO).year.into(), WeekRule::ISO).into(),
        _ => return None,
    })
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::NULL, Value::from)
}

fn valid(date: &DateTime, text: &str) -> Value {
    optional(Some(text).filter(|_| date.is_valid()))
}

fn local_week(date: &DateTime, name: &str) -> Result<Value, Thrown> {
    let Some(reading) = date.reading() else { return Ok(Value::from(f64::NAN)) };
    let rule = date.loc().week_rule()?;
    let week = reading.civil.week(rule);
    Ok(match name {
        "localWeekday" => Value::from(u32::from(week.weekday)),
        "localWeekNumber" => Value::from(u32::from(week.number)),
        "localWeekYear" => Value::from(week.year),
        _ => Value::from(u32::from(weeks_in_year(week.year.into(), rule))),
    })
}

fn month_name(date: &DateTime, width: Width) -> Result<Value, Thrown> {
    let Some(reading) = date.reading() else { return Ok(Value::NULL) };
    let names = months(date.loc(), width, false)?;
    Ok(names
        .get(usize::from(reading.civil.month) - 1)
        .map_or(Value::Undefined, |name| Value::from(name.as_str())))
}

fn weekday_name(date: &DateTime, width: Width) -> Result<Value, Thrown> {
    let Some(reading) = date.reading() else { return Ok(Value::NULL) };
    let names = weekdays(date.loc(), width, false)?;
    let index = usize::from(reading.civil.weekday()) - 1;
    Ok(names.get(index).map_or(Value::Undefined, |name| Value::from(name.as_str())))
}

fn offset_name(date: &DateTime, width: Width) -> Result<Value, Thrown> {
    if !date.is_valid() {
        return Ok(Value::NULL);
    }
    Ok(zone_name(date, date.loc(), width)?.map_or(Value::NULL, Value::from))
}

fn loc_object(date: &DateTime) -> Json {
    let loc = date.loc();
    let mut object = JsonObject::new();
    object.insert("locale", Json::from(loc.locale()));
    object.insert("numberingSystem", loc.numbering().map_or(Json::NULL, Json::from));
    object.insert("outputCalendar", loc.calendar().map_or(Json::NULL, Json::from));
    object.insert("intl", Json::from(loc.tag()));
    Json::from(object)
}

/// The own members that JavaScript code sees.
pub(crate) fn own_members(date: &DateTime) -> Vec<(SmolStr, Value)> {
    const ORDER: [&str; 9] =
        ["ts", "_zone", "loc", "invalid", "weekData", "localWeekData", "c", "o", "isLuxonDateTime"];
    ORDER.into_iter().filter_map(|name| Some((SmolStr::new_static(name), get(date, name)?.ok()?))).collect()
}
