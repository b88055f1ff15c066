//! `Intl.DurationFormat`.

use heddle_data::{Json, JsonObject};

use super::decimal::Decimal;
use super::list;
use super::number::NumberFormat;
use super::number_data::numbers;
use super::number_options::NumberOptions;
use super::options::{OptionSource, Options};
use super::part::Part;
use super::store::{self, Kind};
use super::tag::Locale;
use crate::LocaleError;

/// The units of durations from the largest on, each with the unit that numbers are of.
const UNITS: [(&str, &str); 10] = [
    ("years", "year"),
    ("months", "month"),
    ("weeks", "week"),
    ("days", "day"),
    ("hours", "hour"),
    ("minutes", "minute"),
    ("seconds", "second"),
    ("milliseconds", "millisecond"),
    ("microseconds", "microsecond"),
    ("nanoseconds", "nanosecond"),
];
const HOURS: usize = 4;
const MINUTES: usize = 5;
const SECONDS: usize = 6;

/// The styles of words, of what may be digits between colons, and of what may be a fraction.
const WORDS: &[&str] = &["long", "short", "narrow"];
const DIGITS: &[&str] = &["long", "short", "narrow", "numeric", "2-digit"];
const FRACTIONS: &[&str] = &["long", "short", "narrow", "numeric"];

/// How a unit is written, and whether it is when there are none.
#[derive(Debug, Clone, Copy)]
struct UnitStyle {
    style: &'static str,
    always: bool,
}

impl UnitStyle {
    fn is_numeric(self) -> bool {
        matches!(self.style, "numeric" | "2-digit")
    }
}

/// A format for durations.
#[derive(Debug)]
pub struct DurationFormat {
    locale: Locale,
    style: &'static str,
    units: [UnitStyle; 10],
    fraction: Option<u8>,
    numbering_system: String,
    separator: String,
}

/// A part, and the unit that it belongs to.
type UnitPart = (Part, Option<&'static str>);

fn invalid() -> LocaleError {
    LocaleError::range_error("Invalid object : #<Object>")
}

impl DurationFormat {
    /// A format of a locale.
    ///
    /// # Errors
    /// For an option out of range, and for units whose styles do not go together.
    pub fn new(locale: Locale, options: Options<'_>) -> Result<Self, LocaleError> {
        let locale = locale.with_data(Kind::Numbers);
        options.matcher()?;
        let system = options.numbering_system()?;
        let style = options.choice(("style", &["long", "short", "narrow", "digital"]), "short")?;
        let mut units = [UnitStyle { style: "short", always: false }; 10];
        let mut previous = UnitStyle { style: "", always: false };
        for (index, unit) in units.iter_mut().enumerate() {
            *unit = unit_style(options, index, style, previous)?;
            previous = *unit;
        }
        let fraction = match options.number("fractionalDigits")? {
            None => None,
            Some(digits) => {
                if !(0.0..=9.0).contains(&digits) {
                    return Err(LocaleError::range_error("fractionalDigits value is out of range."));
                }
                Some(digits.floor() as u8)
            }
        };
        let data = numbers(&locale);
        let system = data.system_for(system.as_deref(), &locale);
        let separator = data.formats(&system).symbols.time_separator.clone();
        Ok(Self { locale, style, units, fraction, numbering_system: system.to_string(), separator })
    }

    /// A duration as one text. `duration` has the number of each unit by the unit's name.
    ///
    /// # Errors
    /// For numbers that are no duration.
    pub fn format(&self, duration: &dyn OptionSource) -> Result<String, LocaleError> {
        let parts = self.parts(&amounts(duration)?)?;
        Ok(parts.iter().map(|(part, _)| part.text.as_str()).collect())
    }

    /// A duration in parts, as JavaScript sees them: those of a number name its unit.
    ///
    /// # Errors
    /// For numbers that are no duration.
    pub fn format_to_parts(&self, duration: &dyn OptionSource) -> Result<Json, LocaleError> {
        Ok(self.parts(&amounts(duration)?)?.iter().map(unit_part).collect())
    }

    /// What `resolvedOptions` shows.
    pub fn resolved(&self) -> Json {
        let mut object = JsonObject::new();
        let system = self.locale.keyword("nu").filter(|system| *system == self.numbering_system);
        object.insert("locale", Json::from(self.locale.name_with(&[("nu", system)])));
        object.insert("numberingSystem", Json::from(self.numbering_system.as_str()));
        object.insert("style", Json::from(self.style));
        for ((name, _), unit) in UNITS.iter().zip(self.units) {
            object.insert(name, Json::from(unit.style));
            let display = if unit.always { "always" } else { "auto" };
            object.insert(&format!("{name}Display"), Json::from(display));
        }
        if let Some(digits) = self.fraction {
            object.insert("fractionalDigits", Json::from(digits));
        }
        Json::from(object)
    }

    /// A duration's units, those between colons as one, as a list.
    fn parts(&self, amounts: &[f64; 10]) -> Result<Vec<UnitPart>, LocaleError> {
        let negative = amounts.iter().any(|amount| *amount < 0.0);
        let mut elements: Vec<Vec<UnitPart>> = Vec::new();
        let mut is_first = true;
        let mut has_hours = false;
        for (index, ((_, name), (unit, amount))) in
            UNITS.into_iter().zip(self.units.into_iter().zip(amounts)).enumerate()
        {
            let rest = amounts.get(index + 1..).unwrap_or_default();
            // what is smaller than a second may be a fraction
            let next = self.units.get(index + 1).filter(|_| index >= SECONDS);
            let has_fraction = next.is_some_and(|next| next.style == "numeric");
            let is_zero = *amount == 0.0 && !(has_fraction && rest.iter().any(|amount| *amount != 0.0));
            let seconds_shown = self.units.get(SECONDS).is_some_and(|seconds| seconds.always)
                || rest.iter().any(|amount| *amount != 0.0);
            let is_between = index == MINUTES && has_hours && seconds_shown;
            if !is_zero || unit.always || is_between {
                let mut number =
                    if has_fraction { fraction(*amount, rest, index) } else { Decimal::new(amount.abs()) };
                // the sign stands once
                number.negative = negative && is_first;
                is_first = false;
                has_hours |= index == HOURS && unit.is_numeric();
                let parts = self.number(number, unit, name, has_fraction)?;
                let own = parts.into_iter().map(|part| (part, Some(name)));
                let is_joined = match index {
                    MINUTES => self.units.get(HOURS).is_some_and(|hours| hours.is_numeric()),
                    SECONDS => unit.is_numeric(),
                    _ => false,
                };
                match elements.last_mut().filter(|_| is_joined) {
                    Some(last) => {
                        last.push((Part::new("literal", self.separator.as_str()), None));
                        last.extend(own);
                    }
                    None => elements.push(own.collect()),
                }
            }
            if has_fraction {
                break;
            }
        }
        self.list(elements)
    }

    /// The number of a unit.
    fn number(
        &self,
        number: Decimal,
        unit: UnitStyle,
        name: &str,
        has_fraction: bool,
    ) -> Result<Vec<Part>, LocaleError> {
        let mut options =
            NumberOptions::default().with("numberingSystem", &Json::from(self.numbering_system.as_str()))?;
        if unit.is_numeric() {
            options = options.with("useGrouping", &Json::from(false))?;
        } else {
            options = options
                .with("style", &Json::from("unit"))?
                .with("unit", &Json::from(name))?
                .with("unitDisplay", &Json::from(unit.style))?;
        }
        if unit.style == "2-digit" {
            options = options.with("minimumIntegerDigits", &Json::from(2))?;
        }
        if has_fraction {
            options = options
                .with("minimumFractionDigits", &Json::from(self.fraction.unwrap_or(0)))?
                .with("maximumFractionDigits", &Json::from(self.fraction.unwrap_or(9)))?
                .with("roundingMode", &Json::from("trunc"))?;
        }
        Ok(NumberFormat::new(self.locale.clone(), &options)?.format_to_parts(&number))
    }

    fn list(&self, elements: Vec<Vec<UnitPart>>) -> Result<Vec<UnitPart>, LocaleError> {
        let text =
            |parts: &Vec<UnitPart>| parts.iter().map(|(part, _)| part.text.as_str()).collect::<String>();
        let texts: Vec<String> = elements.iter().map(text).collect();
        let style = if self.style == "digital" { "short" } else { self.style };
        let joined = match store::has(self.locale.data, Kind::Lists) {
            true => list::format_to_parts(&self.locale, "unit", style, &texts)?,
            // the root's lists, where `Intl.ListFormat` itself falls back to English
            false => {
                let comma = |text: String| [Part::new("literal", ", "), Part::new("element", text)];
                texts.into_iter().flat_map(comma).skip(1).collect()
            }
        };
        let mut elements = elements.into_iter();
        Ok(joined
            .into_iter()
            .flat_map(|part| match part.kind {
                "element" => elements.next().unwrap_or_default(),
                _ => vec![(part, None)],
            })
            .collect())
    }
}

fn unit_part((part, unit): &UnitPart) -> Json {
    let mut json = part.to_json();
    if let Some(unit) = unit {
        json.insert("unit", Json::from(*unit));
    }
    json
}

/// The style of a unit, which depends on the style of all, and of the unit before it.
fn unit_style(
    options: Options<'_>,
    index: usize,
    base: &'static str,
    previous: UnitStyle,
) -> Result<UnitStyle, LocaleError> {
    let Some((name, _)) = UNITS.get(index) else { return Err(invalid()) };
    let styles = match index {
        0..HOURS => WORDS,
        HOURS..=SECONDS => DIGITS,
        _ => FRACTIONS,
    };
    let is_clock = (HOURS..=SECONDS).contains(&index);
    let (style, always) = match options.optional((name, styles))? {
        Some(style) => (style, true),
        None if base == "digital" => (if index < HOURS { "short" } else { "numeric" }, is_clock),
        None if previous.is_numeric() => ("numeric", matches!(index, MINUTES | SECONDS)),
        None => (base, false),
    };
    let is_fraction = index > SECONDS && style == "numeric";
    let display = options.optional((display_name(index), &["auto", "always"]))?;
    let always = display.map_or(always && !is_fraction, |display| display == "always");
    let mut unit = UnitStyle { style, always };
    // a fraction is there when it is needed, and what follows digits is digits
    if (is_fraction && always) || (previous.is_numeric() && !unit.is_numeric()) {
        return Err(invalid());
    }
    if previous.is_numeric() && matches!(index, MINUTES | SECONDS) {
        unit.style = "2-digit";
    }
    Ok(unit)
}

fn display_name(index: usize) -> &'static str {
    const NAMES: [&str; 10] = [
        "yearsDisplay",
        "monthsDisplay",
        "weeksDisplay",
        "daysDisplay",
        "hoursDisplay",
        "minutesDisplay",
        "secondsDisplay",
        "millisecondsDisplay",
        "microsecondsDisplay",
        "nanosecondsDisplay",
    ];
    NAMES.get(index).copied().unwrap_or_default()
}

/// How many there are of each unit.
fn amounts(duration: &dyn OptionSource) -> Result<[f64; 10], LocaleError> {
    let mut amounts = [0.0; 10];
    let mut has_any = false;
    for ((name, _), amount) in UNITS.iter().zip(&mut amounts) {
        let Some(number) = duration.number(name)? else { continue };
        has_any = true;
        let number = if number.is_nan() { 0.0 } else { number };
        if number.trunc() != number || number.is_infinite() {
            return Err(LocaleError::range_error("Invalid time value for Temporal"));
        }
        *amount = number;
    }
    if !has_any {
        return Err(LocaleError::type_error("Invalid argument for Temporal"));
    }
    let is_mixed = amounts.iter().any(|amount| *amount < 0.0) && amounts.iter().any(|amount| *amount > 0.0);
    let [years, months, weeks, ..] = amounts;
    let is_far = [years, months, weeks].iter().any(|amount| amount.abs() >= 4_294_967_296.0);
    if is_mixed || is_far || !fits(&amounts) {
        return Err(invalid());
    }
    Ok(amounts)
}

/// Whether days and what is smaller are less than 2^53 seconds.
fn fits(amounts: &[f64; 10]) -> bool {
    const NANOSECONDS: [i128; 7] =
        [86_400_000_000_000, 3_600_000_000_000, 60_000_000_000, 1_000_000_000, 1_000_000, 1000, 1];
    let mut sum: i128 = 0;
    for (amount, unit) in amounts.iter().skip(3).zip(NANOSECONDS) {
        let Some(next) = (*amount as i128).checked_mul(unit).and_then(|amount| sum.checked_add(amount))
        else {
            return false;
        };
        sum = next;
    }
    sum.abs() < (1_i128 << 53) * 1_000_000_000
}

/// A number of a unit with those of the smaller units as its fraction, in the digits of JavaScript's nearest number.
fn fraction(amount: f64, rest: &[f64], index: usize) -> Decimal {
    let count = UNITS.len() - 1 - index;
    let mut sum = amount.abs() as i128;
    for place in 0..count {
        let smaller = rest.get(place).map_or(0.0, |smaller| smaller.abs());
        sum = sum.saturating_mul(1000).saturating_add(smaller as i128);
    }
    Decimal::new(format!("{sum}e-{}", 3 * count).parse().unwrap_or(f64::NAN))
}
