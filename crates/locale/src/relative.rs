//! `Intl.RelativeTimeFormat`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::decimal::Decimal;
use super::number::{NumberFormat, Piece, pick, placeholders};
use super::number_data::Forms;
use super::number_options::NumberOptions;
use super::part::{Part, push_literal};
use super::plural;
use super::store::{Cache, Kind};
use super::tag::Locale;
use crate::LocaleError;

/// By unit: long, short and narrow phrases.
type Fields = HashMap<String, Vec<Phrases>>;

/// The phrases of a unit.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Phrases {
    /// Words such as "tomorrow", by distance.
    relative: HashMap<String, String>,
    past: Forms,
    future: Forms,
}

static FIELDS: LazyLock<Cache<Fields>> = LazyLock::new(Cache::new);

/// A format for distances in time.
#[derive(Debug, Clone)]
pub struct RelativeFormat {
    locale: Locale,
    fields: Arc<Fields>,
    style: usize,
    auto: bool,
    numbers: NumberFormat,
}

const UNITS: [&str; 8] = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"];

impl RelativeFormat {
    /// A format of a locale; `style` is long, short or narrow. With `auto`, words such as "tomorrow" stand for numbers.
    ///
    /// # Errors
    /// For another style, and for an option of numbers out of range.
    pub fn new(
        locale: Locale,
        style: &str,
        auto: bool,
        options: &NumberOptions,
    ) -> Result<Self, LocaleError> {
        let style = ["long", "short", "narrow"].iter().position(|own| *own == style).ok_or_else(|| {
            LocaleError::range_error(format!(
                "Value {style} out of range for Intl.RelativeTimeFormat options property style"
            ))
        })?;
        let numbers = NumberFormat::new(locale.clone(), options)?;
        Ok(Self { fields: FIELDS.get(locale.data, Kind::Fields), locale, style, auto, numbers })
    }

    /// The numbering system of the numbers.
    pub fn numbering_system(&self) -> &str {
        self.numbers.numbering_system()
    }

    /// A distance in words; the unit is singular or plural.
    ///
    /// # Errors
    /// For another unit, and for what is not a finite number.
    pub fn format_to_parts(&self, number: f64, unit: &str) -> Result<Vec<Part>, LocaleError> {
        let singular = unit.strip_suffix('s').unwrap_or(unit);
        if !UNITS.contains(&singular) {
            return Err(LocaleError::range_error(format!("Invalid unit argument for format() '{unit}'")));
        }
        if !number.is_finite() {
            return Err(LocaleError::range_error(
                "Value need to be finite number for Intl.RelativeTimeFormat.prototype.format()",
            ));
        }
        let Some(phrases) = self.fields.get(singular).and_then(|styles| styles.get(self.style)) else {
            return Ok(Vec::new());
        };
        // ICU has a word for what is a hundredth away from its number, too.
        let hundredths = (number * 100.0 + 0.5_f64.copysign(number)).trunc() as i64;
        if self.auto
            && number.abs() < 2.1
            && hundredths % 100 == 0
            && let Some(word) = phrases.relative.get(&(hundredths / 100).to_string())
        {
            return Ok(vec![Part::new("literal", word.as_str())]);
        }
        let forms = if number.is_sign_negative() { &phrases.past } else { &phrases.future };
        let decimal = Decimal::new(number.abs());
        let mut rounded = decimal.clone();
        rounded.round(-3, super::decimal::Rounding::HalfExpand, 1);
        let pattern = pick(forms, plural::form(&self.locale, &rounded, 0, false)).unwrap_or("{0}");
        let mut parts = Vec::new();
        for piece in placeholders(pattern) {
            match piece {
                Piece::Text(text) => push_literal(&mut parts, text),
                Piece::Slot(_) => parts.extend(self.numbers.format_to_parts(&decimal)),
            }
        }
        Ok(parts)
    }
}
