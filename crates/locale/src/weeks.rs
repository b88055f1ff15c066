//! When weeks begin, and which days end them.

use super::store::supplement;
use super::tag::{Locale, Tag};

use smol_str::SmolStr;

/// The weeks of a region. Days are ISO numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeekInfo {
    /// The first day of a week.
    pub first_day: u8,
    /// How many of its days the first week of a year must have in it.
    pub minimal_days: u8,
    /// The days off.
    pub weekend: Vec<u8>,
}

fn number(day: &str) -> Option<u8> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    DAYS.iter().position(|own| *own == day).map(|index| index as u8 + 1)
}

/// The weeks of a tag's region, which need not be one that texts differ in.
pub(super) fn week_info(tag: &Tag, locale: &Locale) -> WeekInfo {
    let region = tag.own_region().map_or_else(|| locale.region(), SmolStr::new);
    weeks_of(&region, locale.keyword("fw"))
}

/// The weeks of a region; a keyword may say when they begin.
pub(super) fn weeks_of(region: &str, first_day: Option<&str>) -> WeekInfo {
    let data = supplement();
    fn of<'a>(map: &'a std::collections::HashMap<String, String>, region: &str) -> Option<&'a str> {
        map.get(region).or_else(|| map.get("001")).map(String::as_str)
    }
    let day = |map, default| of(map, region).and_then(number).unwrap_or(default);
    let first_day = first_day.and_then(number).unwrap_or_else(|| day(&data.first_day, 1));
    let (start, end) = (day(&data.weekend_start, 6), day(&data.weekend_end, 7));
    let weekend = if start <= end { (start..=end).collect() } else { (1..=end).chain(start..=7).collect() };
    WeekInfo {
        first_day,
        minimal_days: of(&data.min_days, region).and_then(|days| days.parse().ok()).unwrap_or(1),
        weekend,
    }
}
