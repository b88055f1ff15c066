//! `Intl.NumberFormat`.

mod affix;
mod range;
mod resolved;
mod units;

use std::sync::Arc;

use smol_str::SmolStr;

use self::affix::push_symbol;
pub use self::range::{SpanPart, span_parts};
pub(super) use self::units::UNITS;
use self::units::is_unit;
use super::decimal::{Decimal, Special};
use super::number_data::{Forms, LATIN_DIGITS, NumberFormats, SpecialCurrency, digits, localize, numbers};
use super::number_options::{DigitOptions, Grouping, NumberOptions, Priority};
use super::number_pattern::NumberPattern;
use super::part::{Part, join};
use super::plural;
use super::store::{Kind, supplement};
use super::tag::Locale;
use crate::LocaleError;

/// What a number counts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Style {
    Decimal,
    Percent,
    /// Code, and how it is shown.
    Currency(SmolStr, &'static str),
    /// Name, and how long it is shown.
    Unit(String, &'static str),
}

/// How large numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notation {
    Standard,
    Scientific,
    Engineering,
    /// With short words, or long ones.
    Compact(bool),
}

/// A format for numbers.
#[derive(Debug, Clone)]
pub struct NumberFormat {
    locale: Locale,
    system: SmolStr,
    digits: [char; 10],
    formats: Arc<NumberFormats>,
    minimum_grouping: usize,
    special: Option<SpecialCurrency>,
    style: Style,
    accounting: bool,
    notation: Notation,
    digit_options: DigitOptions,
    grouping: Grouping,
    sign_display: &'static str,
}

impl NumberFormat {
    /// A format of a locale.
    ///
    /// # Errors
    /// For an option out of range, and where one is missing that another needs.
    pub fn new(locale: Locale, options: &NumberOptions) -> Result<Self, LocaleError> {
        let locale = locale.with_data(Kind::Numbers);
        let data = numbers(&locale);
        let system = data.system_for(options.text("numberingSystem").as_deref(), &locale);
        let style_name = options.choice("style", &["decimal", "percent", "currency", "unit"], 0)?;
        let currency = options.text("currency");
        if let Some(code) = &currency
            && !(code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic()))
        {
            return Err(LocaleError::range_error(format!("Invalid currency code : {code}")));
        }
        let currency_display =
            options.choice("currencyDisplay", &["symbol", "narrowSymbol", "code", "name"], 0)?;
        let accounting = options.choice("currencySign", &["standard", "accounting"], 0)? == "accounting";
        let unit = options.text("unit");
        if let Some(unit) = unit.as_deref().filter(|unit| !is_unit(unit)) {
            return Err(LocaleError::range_error(format!(
                "Invalid unit argument for Intl.NumberFormat() '{unit}'"
            )));
        }
        let unit_display = options.choice("unitDisplay", &["short", "narrow", "long"], 0)?;
        let style = match style_name {
            "percent" => Style::Percent,
            "currency" => match currency {
                Some(code) => Style::Currency(SmolStr::from(code.to_ascii_uppercase()), currency_display),
                None => {
                    return Err(LocaleError::type_error("Currency code is required with currency style."));
                }
            },
            "unit" => match unit {
                Some(unit) => Style::Unit(unit, unit_display),
                None => {
                    return Err(LocaleError::type_error("Invalid unit argument for Intl.NumberFormat() ''"));
                }
            },
            _ => Style::Decimal,
        };
        let notation =
            options.choice("notation", &["standard", "scientific", "engineering", "compact"], 0)?;
        let default = match &style {
            Style::Currency(code, _) if notation == "standard" => {
                let digits = supplement().currency_digits.get(code.as_str()).copied().unwrap_or(2);
                (u32::from(digits), u32::from(digits))
            }
            Style::Percent => (0, 0),
            _ => (0, 3),
        };
        let digit_options = DigitOptions::read(options, default, notation == "compact")?;
        let long = options.choice("compactDisplay", &["short", "long"], 0)? == "long";
        let notation = match notation {
            "scientific" => Notation::Scientific,
            "engineering" => Notation::Engineering,
            "compact" => Notation::Compact(long),
            _ => Notation::Standard,
        };
        let compact = matches!(notation, Notation::Compact(_));
        let grouping = options.grouping()?.unwrap_or(if compact { Grouping::Min2 } else { Grouping::Auto });
        let sign_display =
            options.choice("signDisplay", &["auto", "never", "always", "exceptZero", "negative"], 0)?;
        let special = match &style {
            Style::Currency(code, _) => data.special_currency(code, &locale),
            _ => None,
        };
        Ok(Self {
            special,
            digits: digits(&system).unwrap_or(LATIN_DIGITS),
            formats: data.formats(&system),
            minimum_grouping: usize::from(data.minimum_grouping.unwrap_or(1)),
            locale,
            system,
            style,
            accounting,
            notation,
            digit_options,
            grouping,
            sign_display,
        })
    }

    /// The text of a number.
    pub fn format(&self, number: f64) -> String {
        join(&self.format_to_parts(&Decimal::new(number)))
    }

    /// The text of a number in parts.
    pub fn format_to_parts(&self, number: &Decimal) -> Vec<Part> {
        let formed = self.form(number);
        let around = self.around(&formed.pattern, &formed.number, false);
        let parts = self.apply(&around, formed.digits);
        self.with_words(parts, formed.plural)
    }

    /// Rounds a number and writes its digits.
    fn form(&self, number: &Decimal) -> Formed {
        let mut number = number.clone();
        if self.style == Style::Percent {
            number = number.shifted(2);
        }
        let Written { parts, compact, exponent } = self.write(&mut number);
        // words for the size go with the number that is shown, units with the number that is meant
        let shown = plural::form(&self.locale, &number, 0, false);
        let plural = plural::form(&self.locale, &number, exponent, false);
        let pattern = match compact.as_ref().and_then(|compact| compact.pattern(shown, &number)) {
            Some(pattern) => NumberPattern::parse(pattern),
            None => NumberPattern::parse(self.standard_pattern()),
        };
        let hides_number = compact.is_some() && pattern.integer_digits == 0;
        let digits = if hides_number { Vec::new() } else { parts };
        Formed { digits, pattern, number, plural }
    }

    /// Adds the unit, or the name of the currency, in a plural form.
    fn with_words(&self, parts: Vec<Part>, plural: &str) -> Vec<Part> {
        match &self.style {
            Style::Percent if self.is_compact() => self.with_unit(parts, "percent", "short", plural),
            Style::Unit(..) if self.is_plain_percent() => parts,
            Style::Unit(unit, width) => self.with_unit(parts, unit, width, plural),
            Style::Currency(code, "name") => self.with_currency_name(parts, code, plural),
            _ => parts,
        }
    }

    fn is_compact(&self) -> bool {
        matches!(self.notation, Notation::Compact(_))
    }

    /// Whether the unit is a percentage that is written like one.
    fn is_plain_percent(&self) -> bool {
        !self.is_compact()
            && matches!(&self.style, Style::Unit(unit, width) if unit == "percent" && *width != "long")
    }

    fn standard_pattern(&self) -> &str {
        let formats = &self.formats;
        if let Some(SpecialCurrency(Some(pattern), ..)) = &self.special {
            return pattern;
        }
        if let Style::Currency(_, "name") = &self.style {
            return &formats.decimal;
        }
        match &self.style {
            Style::Percent if !self.is_compact() => &formats.percent,
            Style::Unit(..) if self.is_plain_percent() => &formats.percent,
            Style::Currency(_, display) if *display != "name" => {
                if self.accounting {
                    &formats.accounting
                } else {
                    &formats.currency
                }
            }
            _ => &formats.decimal,
        }
    }

    /// Rounds a number, and writes its digits without affixes.
    fn write(&self, number: &mut Decimal) -> Written<'_> {
        let plain = |parts: Vec<Part>| Written { parts, compact: None, exponent: 0 };
        match number.special() {
            Some(Special::NotANumber) => {
                return plain(vec![Part::new("nan", self.formats.symbols.nan.as_str())]);
            }
            Some(Special::Infinite) => {
                return plain(vec![Part::new("infinity", self.formats.symbols.infinity.as_str())]);
            }
            None => {}
        }
        match self.notation {
            Notation::Standard => {
                round(number, &self.digit_options);
                plain(self.write_digits(number))
            }
            Notation::Compact(long) => {
                let patterns = match &self.style {
                    Style::Currency(_, display) if *display != "name" => &self.formats.currency_short,
                    _ if long => &self.formats.compact_long,
                    _ => &self.formats.compact_short,
                };
                let exponent =
                    self.scale(number, |magnitude| Compact::find(patterns, magnitude).exponent as i32);
                let compact = Compact::find(patterns, number.magnitude() + exponent);
                Written {
                    parts: self.write_digits(number),
                    exponent: compact.exponent,
                    compact: Some(compact).filter(|compact| compact.forms.is_some()),
                }
            }
            Notation::Scientific | Notation::Engineering => {
                let step = if self.notation == Notation::Engineering { 3 } else { 1 };
                let exponent = self.scale(number, |magnitude| magnitude.div_euclid(step) * step);
                let mut parts = self.write_digits(number);
                parts.push(Part::new("exponentSeparator", self.formats.symbols.exponential.as_str()));
                if exponent < 0 {
                    push_symbol(&mut parts, &self.formats.symbols.minus_sign, "exponentMinusSign");
                }
                let digits = exponent.unsigned_abs().to_string();
                parts.push(Part::new("exponentInteger", localize(&digits, &self.digits)));
                Written { parts, compact: None, exponent: exponent.max(0) as u32 }
            }
        }
    }

    /// Divides a number by the power of ten that its size asks for, and rounds it; again, if rounding made it larger.
    fn scale(&self, number: &mut Decimal, exponent_of: impl Fn(i32) -> i32) -> i32 {
        let magnitude = number.magnitude();
        let exponent = if number.is_zero() { 0 } else { exponent_of(magnitude) };
        let mut scaled = number.shifted(-exponent);
        round(&mut scaled, &self.digit_options);
        if scaled.is_zero()
            || scaled.magnitude() == magnitude - exponent
            || exponent_of(magnitude + 1) == exponent
        {
            *number = scaled;
            return exponent;
        }
        let exponent = exponent_of(magnitude + 1);
        let mut scaled = number.shifted(-exponent);
        round(&mut scaled, &self.digit_options);
        *number = scaled;
        exponent
    }

    /// The digits of a rounded number with groups and decimal point.
    fn write_digits(&self, number: &Decimal) -> Vec<Part> {
        let symbols = &self.formats.symbols;
        let (decimal, group_sign) = match (&self.style, &self.special) {
            (Style::Currency(..), Some(SpecialCurrency(_, decimal, group))) => (decimal, group),
            (Style::Currency(..), None) => (
                symbols.currency_decimal.as_ref().unwrap_or(&symbols.decimal),
                symbols.currency_group.as_ref().unwrap_or(&symbols.group),
            ),
            _ => (&symbols.decimal, &symbols.group),
        };
        let (mut integer, fraction) = number.plain_digits();
        let minimum = self.digit_options.minimum_integer as usize;
        if integer.len() < minimum {
            integer.insert_str(0, &"0".repeat(minimum - integer.len()));
        }
        let mut parts = Vec::new();
        let groups = self.groups(&integer);
        let count = groups.len();
        for (index, group) in groups.into_iter().enumerate() {
            parts.push(Part::new("integer", localize(group, &self.digits)));
            if index + 1 < count {
                parts.push(Part::new("group", group_sign.as_str()));
            }
        }
        if !fraction.is_empty() {
            parts.push(Part::new("decimal", decimal.as_str()));
            parts.push(Part::new("fraction", localize(&fraction, &self.digits)));
        }
        parts
    }

    fn groups<'a>(&self, integer: &'a str) -> Vec<&'a str> {
        let pattern = NumberPattern::parse(self.standard_pattern());
        let (primary, secondary) = match pattern.primary {
            // compact patterns have no groups; the decimal pattern says how to make them
            0 => (3, 3),
            primary => (primary, pattern.secondary.max(1)),
        };
        let minimum = match self.grouping {
            Grouping::Off => return vec![integer],
            Grouping::Auto if self.is_compact() => self.minimum_grouping.max(2),
            Grouping::Auto => self.minimum_grouping,
            Grouping::Always => 1,
            Grouping::Min2 => self.minimum_grouping.max(2),
        };
        if pattern.primary == 0 && self.grouping == Grouping::Auto {
            return vec![integer];
        }
        if integer.len() < primary + minimum {
            return vec![integer];
        }
        let mut cuts = vec![integer.len() - primary];
        while let Some(next) = cuts.last().and_then(|cut| cut.checked_sub(secondary)).filter(|cut| *cut > 0) {
            cuts.push(next);
        }
        let mut groups = Vec::new();
        let mut start = 0;
        for cut in cuts.into_iter().rev() {
            groups.push(&integer[start..cut]);
            start = cut;
        }
        groups.push(&integer[start..]);
        groups
    }

    /// The numbering system.
    pub(super) fn numbering_system(&self) -> &str {
        &self.system
    }
}

/// A rounded number with its digits, and what goes around them.
struct Formed {
    digits: Vec<Part>,
    pattern: NumberPattern,
    number: Decimal,
    /// The form of words for it.
    plural: &'static str,
}

/// The digits of a number, and how its size is written.
struct Written<'a> {
    parts: Vec<Part>,
    compact: Option<Compact<'a>>,
    exponent: u32,
}

/// The compact pattern for a size of number.
struct Compact<'a> {
    forms: Option<&'a Forms>,
    exponent: u32,
}

impl<'a> Compact<'a> {
    fn find(patterns: &'a std::collections::HashMap<u32, Forms>, magnitude: i32) -> Self {
        let none = Self { forms: None, exponent: 0 };
        let largest = patterns.keys().copied().max().unwrap_or_default();
        let Ok(size) = u32::try_from(magnitude).map(|magnitude| magnitude.min(largest)) else { return none };
        let Some(forms) = patterns.get(&size) else { return none };
        let Some(pattern) = forms.get("other").or_else(|| forms.values().next()) else { return none };
        if pattern == "0" {
            return none;
        }
        let zeros = NumberPattern::parse(pattern).integer_digits as u32;
        Self { forms: Some(forms), exponent: (size + 1).saturating_sub(zeros.max(1)) }
    }

    fn pattern(&self, form: &str, number: &Decimal) -> Option<&'a str> {
        let forms = self.forms?;
        let exact = (number.to_f64().abs() == 1.0).then(|| forms.get("1")).flatten();
        exact.map(String::as_str).or_else(|| pick(forms, form)).filter(|pattern| *pattern != "0")
    }
}

/// Rounds to the digits that are wanted, and adds the zeros that are.
pub(super) fn round(number: &mut Decimal, options: &DigitOptions) {
    let rounding = options.rounding;
    let significant_power = |number: &Decimal, digits: u32| number.magnitude() - digits as i32 + 1;
    match (options.priority, options.significant, options.fraction) {
        (Priority::Auto, Some((least, most)), _) => {
            number.round(significant_power(number, most), rounding, 1);
            number.pad_to(significant_power(number, least).min(0));
        }
        (Priority::Auto, None, Some((least, most))) => {
            number.round(-(most as i32), rounding, options.increment);
            number.pad_to(-(least as i32));
        }
        (priority, Some((least_significant, most_significant)), Some((least, most))) => {
            let magnitude = number.magnitude();
            let by_fraction = -(most as i32);
            let mut by_significant = significant_power(number, most_significant);
            let more = priority == Priority::MorePrecision;
            let power = if more { by_fraction.min(by_significant) } else { by_fraction.max(by_significant) };
            number.round(power, rounding, 1);
            if !number.is_zero() && number.magnitude() != magnitude && by_fraction == by_significant {
                by_significant += 1;
            }
            let pad_significant = significant_power(number, least_significant);
            let takes_significant =
                if more { by_significant <= by_fraction } else { by_significant > by_fraction };
            number.pad_to(if takes_significant { pad_significant } else { -(least as i32) }.min(0));
        }
        _ => {}
    }
    if options.strip_if_integer && number.fraction_length() == 0 {
        number.round(0, rounding, 1);
        number.strip();
    }
}

/// The word of a plural form, or of the form that all others fall back to.
pub(super) fn pick<'a>(forms: &'a Forms, form: &str) -> Option<&'a str> {
    forms.get(form).or_else(|| forms.get("other")).map(String::as_str)
}

/// A piece of a pattern with slots such as `{0} of {1}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Slot(usize),
}

/// Takes a pattern with slots apart.
pub(super) fn placeholders(pattern: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(start) = rest.find('{') {
        let slot = rest.as_bytes().get(start + 1).filter(|byte| byte.is_ascii_digit());
        let (Some(slot), Some(b'}')) = (slot, rest.as_bytes().get(start + 2)) else { break };
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        pieces.push(Piece::Slot(usize::from(slot - b'0')));
        rest = &rest[start + 3..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}
