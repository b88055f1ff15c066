//! The parts of a day in words: AM and PM, noon, "in the morning".

use super::date_data::Dates;
use super::store::{PeriodRule, supplement};
use super::tag::Locale;
use crate::Civil;

/// The word for the part of the day at a time. `uses` says whether minutes and seconds are shown beside it.
pub(super) fn text(
    locale: &Locale,
    dates: &Dates,
    letter: char,
    length: usize,
    civil: &Civil,
    uses: (bool, bool),
) -> String {
    let width = match length {
        4 => 0,
        5 => 2,
        _ => 1,
    };
    let half = if civil.hour < 12 { "am" } else { "pm" };
    let word = |width: usize, key: &str| dates.periods.get(width).and_then(|words| words.get(key)).cloned();
    let part = match letter {
        'b' => exact(civil, uses).and_then(|key| word(width, key)),
        'B' => flexible(locale, civil, uses).and_then(|key| word(width, &key)),
        _ => None,
    };
    part.or_else(|| word(width, half)).unwrap_or_default()
}

/// Noon and midnight, where nothing that is shown contradicts.
fn exact(civil: &Civil, (minutes, seconds): (bool, bool)) -> Option<&'static str> {
    if (minutes && civil.minute != 0) || (seconds && civil.second != 0) {
        return None;
    }
    match civil.hour {
        12 => Some("noon"),
        0 => Some("midnight"),
        _ => None,
    }
}

/// The part of the day by the rules of the language.
fn flexible(locale: &Locale, civil: &Civil, uses: (bool, bool)) -> Option<String> {
    let rules = supplement()
        .period_rules
        .get(locale.data)
        .or_else(|| supplement().period_rules.get(locale.language()))?;
    // ICU knows noon here, but no midnight
    if exact(civil, uses) == Some("noon") && rules.get("noon").is_some_and(|rule| rule.at.is_some()) {
        return Some("noon".to_owned());
    }
    rules.iter().find(|(_, rule)| holds(rule, civil.hour)).map(|(key, _)| key.clone())
}

fn holds(rule: &PeriodRule, hour: u8) -> bool {
    let hour_of = |text: &Option<String>| text.as_deref()?.split(':').next()?.parse::<u8>().ok();
    let (Some(from), Some(before)) = (hour_of(&rule.from), hour_of(&rule.before)) else { return false };
    if from < before { (from..before).contains(&hour) } else { hour >= from || hour < before }
}
