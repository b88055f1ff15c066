//! luxon's named formats, which are options for `Intl.DateTimeFormat`.

use heddle_data::{Json, JsonObject};

use heddle_locale::DateOptions;

type Preset = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const NUMERIC: &str = "numeric";
const YEAR: (&str, &str) = ("year", NUMERIC);
const MONTH: (&str, &str) = ("month", NUMERIC);
const MONTH_SHORT: (&str, &str) = ("month", "short");
const MONTH_LONG: (&str, &str) = ("month", "long");
const DAY: (&str, &str) = ("day", NUMERIC);
const WEEKDAY_SHORT: (&str, &str) = ("weekday", "short");
const WEEKDAY_LONG: (&str, &str) = ("weekday", "long");
const HOUR: (&str, &str) = ("hour", NUMERIC);
const MINUTE: (&str, &str) = ("minute", NUMERIC);
const SECOND: (&str, &str) = ("second", NUMERIC);
const H23: (&str, &str) = ("hourCycle", "h23");
const ZONE_SHORT: (&str, &str) = ("timeZoneName", "short");
const ZONE_LONG: (&str, &str) = ("timeZoneName", "long");

/// Static name, format token (none for two of them), options.
const PRESETS: [Preset; 22] = [
    ("DATE_SHORT", "D", &[YEAR, MONTH, DAY]),
    ("DATE_MED", "DD", &[YEAR, MONTH_SHORT, DAY]),
    ("DATE_MED_WITH_WEEKDAY", "", &[YEAR, MONTH_SHORT, DAY, WEEKDAY_SHORT]),
    ("DATE_FULL", "DDD", &[YEAR, MONTH_LONG, DAY]),
    ("DATE_HUGE", "DDDD", &[YEAR, MONTH_LONG, DAY, WEEKDAY_LONG]),
    ("TIME_SIMPLE", "t", &[HOUR, MINUTE]),
    ("TIME_WITH_SECONDS", "tt", &[HOUR, MINUTE, SECOND]),
    ("TIME_WITH_SHORT_OFFSET", "ttt", &[HOUR, MINUTE, SECOND, ZONE_SHORT]),
    ("TIME_WITH_LONG_OFFSET", "tttt", &[HOUR, MINUTE, SECOND, ZONE_LONG]),
    ("TIME_24_SIMPLE", "T", &[HOUR, MINUTE, H23]),
    ("TIME_24_WITH_SECONDS", "TT", &[HOUR, MINUTE, SECOND, H23]),
    ("TIME_24_WITH_SHORT_OFFSET", "TTT", &[HOUR, MINUTE, SECOND, H23, ZONE_SHORT]),
    ("TIME_24_WITH_LONG_OFFSET", "TTTT", &[HOUR, MINUTE, SECOND, H23, ZONE_LONG]),
    ("DATETIME_SHORT", "f", &[YEAR, MONTH, DAY, HOUR, MINUTE]),
    ("DATETIME_SHORT_WITH_SECONDS", "F", &[YEAR, MONTH, DAY, HOUR, MINUTE, SECOND]),
    ("DATETIME_MED", "ff", &[YEAR, MONTH_SHORT, DAY, HOUR, MINUTE]),
    ("DATETIME_MED_WITH_SECONDS", "FF", &[YEAR, MONTH_SHORT, DAY, HOUR, MINUTE, SECOND]),
    ("DATETIME_MED_WITH_WEEKDAY", "", &[YEAR, MONTH_SHORT, DAY, WEEKDAY_SHORT, HOUR, MINUTE]),
    ("DATETIME_FULL", "fff", &[YEAR, MONTH_LONG, DAY, HOUR, MINUTE, ZONE_SHORT]),
    ("DATETIME_FULL_WITH_SECONDS", "FFF", &[YEAR, MONTH_LONG, DAY, HOUR, MINUTE, SECOND, ZONE_SHORT]),
    ("DATETIME_HUGE", "ffff", &[YEAR, MONTH_LONG, DAY, WEEKDAY_LONG, HOUR, MINUTE, ZONE_LONG]),
    (
        "DATETIME_HUGE_WITH_SECONDS",
        "FFFF",
        &[YEAR, MONTH_LONG, DAY, WEEKDAY_LONG, HOUR, MINUTE, SECOND, ZONE_LONG],
    ),
];

/// The names of the statics.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _, _)| *name)
}

/// The options object of a static such as `DATE_FULL`.
pub(crate) fn preset(name: &str) -> Option<Json> {
    let (_, _, options) = PRESETS.iter().find(|(own, _, _)| *own == name)?;
    let object: JsonObject = options.iter().map(|(key, value)| (*key, Json::from(*value))).collect();
    Some(Json::from(object))
}

/// The options that a format token such as `DDDD` stands for.
pub(crate) fn macro_options(token: &str) -> Option<DateOptions> {
    let (_, _, options) = PRESETS.iter().find(|(_, own, _)| !own.is_empty() && *own == token)?;
    Some(options.iter().fold(DateOptions::default(), |sum, (key, value)| sum.with(key, value)))
}
