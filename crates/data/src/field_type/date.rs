//! Whether a text is a moment, without a date library.

use super::digits;

/// Whether the text is a date, or a time of today, as ISO 8601, SQL, RFC 2822 or HTTP write it.
///
/// Hosts that have a date library give their own function to what needs one; this one checks the form and the ranges
/// of the numbers, not the length of each month.
pub fn is_date_text(text: &str) -> bool {
    is_iso_or_sql(text)
        || is_time_with_zone(text.strip_prefix(['T', 't']).unwrap_or(text))
        || is_rfc_2822_or_http(text)
}

/// A number of exactly `count` digits within the range, and the text after it.
fn number(text: &str, count: usize, least: u32, greatest: u32) -> Option<&str> {
    let rest = digits(text, count)?;
    let value: u32 = text.get(..count)?.parse().ok()?;
    (least..=greatest).contains(&value).then_some(rest)
}

fn is_iso_or_sql(text: &str) -> bool {
    let Some(after_year) = year(text) else {
        return false;
    };
    let Some(after_date) = after_year_of_date(after_year) else { return false };
    match after_date.strip_prefix(['T', 't', ' ']) {
        Some(time) => is_time_with_zone(time),
        None => after_date.is_empty(),
    }
}

fn year(text: &str) -> Option<&str> {
    match text.strip_prefix(['+', '-']) {
        Some(long) => digits(long, 6),
        None => digits(text, 4),
    }
}

/// `-MM-DD`, `MMDD`, `-MM`, `-Www-D`, `WwwD`, `-DDD`, `DDD`, or nothing: the longest that fits.
fn after_year_of_date(text: &str) -> Option<&str> {
    let month_and_day = |text: &str| -> Option<usize> {
        let month = text.strip_prefix('-').unwrap_or(text);
        let is_extended = month.len() < text.len();
        let rest = number(month, 2, 1, 12)?;
        let rest = if is_extended { rest.strip_prefix('-')? } else { rest };
        number(rest, 2, 1, 31).map(str::len)
    };
    let week = |text: &str| -> Option<usize> {
        let week = text.strip_prefix('-').unwrap_or(text).strip_prefix('W')?;
        let rest = number(week, 2, 1, 53)?;
        let day = rest.strip_prefix('-').unwrap_or(rest);
        Some(number(day, 1, 1, 7).map_or(rest.len(), str::len))
    };
    let ordinal = |text: &str| number(text.strip_prefix('-').unwrap_or(text), 3, 1, 366).map(str::len);
    let month = |text: &str| number(text.strip_prefix('-')?, 2, 1, 12).map(str::len);
    let left = month_and_day(text)
        .or_else(|| week(text))
        .or_else(|| ordinal(text))
        .or_else(|| month(text))
        .unwrap_or(text.len());
    text.get(text.len() - left..)
}

/// `hh[:mm[:ss[.fraction]]]` or the same without colons, then a zone or none.
fn is_time_with_zone(text: &str) -> bool {
    let Some(mut rest) = number(text, 2, 0, 24) else { return false };
    for greatest in [59, 59] {
        let part = rest.strip_prefix(':').unwrap_or(rest);
        match number(part, 2, 0, greatest) {
            Some(after) => rest = after,
            None => break,
        }
    }
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let after = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
        if after.len() == fraction.len() {
            return false;
        }
        rest = after;
    }
    is_zone(rest.strip_prefix(' ').unwrap_or(rest))
}

/// `Z`, `±hh[:mm]`, `[Zone/Name]`, a zone's name, or nothing.
fn is_zone(text: &str) -> bool {
    if text.is_empty() || text.eq_ignore_ascii_case("z") {
        return true;
    }
    if let Some(offset) = text.strip_prefix(['+', '-']) {
        let Some(rest) = number(offset, 2, 0, 23) else { return false };
        let minutes = rest.strip_prefix(':').unwrap_or(rest);
        return rest.is_empty() || number(minutes, 2, 0, 59).is_some_and(str::is_empty);
    }
    let name = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || matches!(character, '/' | '_' | '-' | '+'))
}

/// `[Mon, ]02 Jan 2006 15:04[:05] GMT` and alike.
fn is_rfc_2822_or_http(text: &str) -> bool {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let without_weekday = match text.split_once(',') {
        Some((weekday, rest)) if weekday.chars().all(|character| character.is_ascii_alphabetic()) => rest,
        _ => text,
    };
    let words: Vec<&str> = without_weekday.split([' ', '-']).filter(|word| !word.is_empty()).collect();
    let [day, month, year, time, zone @ ..] = words.as_slice() else { return false };
    let is_day = day.parse().is_ok_and(|day: u32| (1..=31).contains(&day)) && day.len() <= 2;
    let is_year = matches!(year.len(), 2 | 4) && year.bytes().all(|byte| byte.is_ascii_digit());
    is_day
        && MONTHS.contains(month)
        && is_year
        && time.contains(':')
        && is_time_with_zone(time)
        && zone.len() <= 1
}

#[cfg(test)]
mod tests {
    use super::is_date_text;

    #[test]
    fn dates_are_told_from_other_text() {
        for text in [
            "2026",
            "12:30",
            "2026-11",
            "2026-11-25",
            "20261125",
            "2026-W48-3",
            "2026-329",
            "2026-11-25T01:02",
            "2026-11-25T01:02:03.456Z",
            "2026-11-25 01:02:03",
            "2026-11-25T01:02:03+02:00",
            "+002026-11-25",
            "Wed, 25 Nov 2026 01:02:03 GMT",
            "25 Nov 2026 01:02 +0100",
        ] {
            assert!(is_date_text(text), "{text}");
        }
        for text in
            ["", "today", "2026-13-01", "2026-11-32", "2026-11-25T", "2026-11-25T25:00", "5", "a 2026-11-25"]
        {
            assert!(!is_date_text(text), "{text}");
        }
    }
}
