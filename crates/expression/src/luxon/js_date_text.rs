//! The text of JavaScript's `Date`.

use super::civil::Civil;
use super::english::MONTHS_SHORT;

/// `Date.prototype.toString()` in the process zone, which is UTC.
pub(crate) fn js_date_text(millis: f64) -> String {
    let Some(civil) = Civil::from_local_millis(millis) else {
        return "Invalid Date".to_owned();
    };
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let year = if civil.year < 0 {
        format!("-{:06}", civil.year.unsigned_abs())
    } else {
        format!("{:04}", civil.year)
    };
    let month = MONTHS_SHORT.get(usize::from(civil.month) - 1).copied().unwrap_or_default();
    let day = DAYS.get(usize::from(civil.weekday()) - 1).copied().unwrap_or_default();
    format!(
        "{day} {month} {:02} {year} {:02}:{:02}:{:02} GMT+0000 (Coordinated Universal Time)",
        civil.day, civil.hour, civil.minute, civil.second
    )
}
