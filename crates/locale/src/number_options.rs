//! The options of `Intl.NumberFormat`.

use heddle_data::{Json, JsonObject};
use smol_str::SmolStr;

use super::decimal::Rounding;
use crate::LocaleError;

/// Options as they were given, in the order in which they are read.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberOptions {
    members: Vec<(SmolStr, Json)>,
    /// The class whose options they are, for what is said of them.
    class: &'static str,
}

impl Default for NumberOptions {
    fn default() -> Self {
        Self { members: Vec::new(), class: "Intl.NumberFormat" }
    }
}

/// The names of the options.
const NAMES: [&str; 22] = [
    "numberingSystem",
    "style",
    "currency",
    "currencyDisplay",
    "currencySign",
    "unit",
    "unitDisplay",
    "notation",
    "minimumIntegerDigits",
    "minimumFractionDigits",
    "maximumFractionDigits",
    "minimumSignificantDigits",
    "maximumSignificantDigits",
    "roundingIncrement",
    "roundingMode",
    "roundingPriority",
    "trailingZeroDisplay",
    "compactDisplay",
    "useGrouping",
    "signDisplay",
    "localeMatcher",
    "type",
];

impl NumberOptions {
    /// Whether there is an option of that name.
    pub fn is_option(name: &str) -> bool {
        NAMES.contains(&name)
    }

    /// Options by name, each with its value.
    pub fn from_members(members: Vec<(SmolStr, Json)>) -> Self {
        Self { members, ..Self::default() }
    }

    /// Reads an options object; what is not an object has no options.
    ///
    /// # Errors
    /// None as yet: values are looked at when a format is made.
    pub fn from_json(json: &Json) -> Result<Self, LocaleError> {
        let object = json.as_object().into_iter().flat_map(|object| object.iter());
        Ok(Self {
            members: object
                .filter(|(name, _)| NAMES.contains(name))
                .map(|(name, value)| (SmolStr::new(name), value.clone()))
                .collect(),
            ..Self::default()
        })
    }

    /// The same options of another class.
    pub fn of_class(self, class: &'static str) -> Self {
        Self { class, ..self }
    }

    /// The options with one set.
    ///
    /// # Errors
    /// None as yet: values are looked at when a format is made.
    pub fn with(mut self, name: &str, value: &Json) -> Result<Self, LocaleError> {
        self.members.retain(|(own, _)| own != name);
        self.members.push((SmolStr::new(name), value.clone()));
        Ok(self)
    }

    /// The options with one set unless it is.
    ///
    /// # Errors
    /// None as yet: values are looked at when a format is made.
    pub fn with_default(self, name: &str, value: &Json) -> Result<Self, LocaleError> {
        if self.get(name).is_some() { Ok(self) } else { self.with(name, value) }
    }

    fn get(&self, name: &str) -> Option<&Json> {
        self.members.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// An option of text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| heddle_data::javascript::to_text(value).into_owned())
    }

    /// An option with a few possible values.
    pub(super) fn choice(
        &self,
        name: &str,
        choices: &[&'static str],
        default: usize,
    ) -> Result<&'static str, LocaleError> {
        let default = choices.get(default).copied().unwrap_or_default();
        let Some(text) = self.text(name) else { return Ok(default) };
        choices.iter().copied().find(|choice| *choice == text).ok_or_else(|| {
            LocaleError::range_error(format!(
                "Value {text} out of range for {} options property {name}",
                self.class
            ))
        })
    }

    /// An option of an integer in a range.
    pub(super) fn integer(&self, name: &str, least: f64, most: f64) -> Result<Option<u32>, LocaleError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = heddle_data::javascript::to_number(value);
        if !(least..=most).contains(&number) {
            return Err(LocaleError::range_error(format!("{name} value is out of range.")));
        }
        Ok(Some(number.floor() as u32))
    }

    /// Whether digits are grouped: `None` when nothing is said.
    pub(super) fn grouping(&self) -> Result<Option<Grouping>, LocaleError> {
        let Some(value) = self.get("useGrouping") else { return Ok(None) };
        if let Some(flag) = value.as_bool() {
            return Ok(Some(if flag { Grouping::Always } else { Grouping::Off }));
        }
        if !heddle_data::javascript::is_truthy(value) {
            return Ok(Some(Grouping::Off));
        }
        match &*heddle_data::javascript::to_text(value) {
            "min2" => Ok(Some(Grouping::Min2)),
            "auto" => Ok(Some(Grouping::Auto)),
            "always" => Ok(Some(Grouping::Always)),
            "true" | "false" => Ok(None),
            other => Err(LocaleError::range_error(format!(
                "Value {other} out of range for Intl.NumberFormat options property useGrouping"
            ))),
        }
    }
}

/// When digits are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    Off,
    /// As the locale does.
    Auto,
    /// Always where there are four digits.
    Always,
    /// Where the first group has two digits.
    Min2,
}

/// How digits are chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DigitOptions {
    pub(super) minimum_integer: u32,
    /// Least and most digits of the fraction.
    pub(super) fraction: Option<(u32, u32)>,
    /// Least and most significant digits.
    pub(super) significant: Option<(u32, u32)>,
    pub(super) priority: Priority,
    pub(super) increment: u32,
    pub(super) rounding: Rounding,
    pub(super) strip_if_integer: bool,
}

/// Which of two limits of digits counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Priority {
    /// The significant digits, if there are any.
    Auto,
    MorePrecision,
    LessPrecision,
}

impl DigitOptions {
    /// Reads the options, given the default digits of the fraction.
    pub(super) fn read(
        options: &NumberOptions,
        default: (u32, u32),
        compact: bool,
    ) -> Result<Self, LocaleError> {
        const INCREMENTS: [u32; 15] = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000];
        let minimum_integer = options.integer("minimumIntegerDigits", 1.0, 21.0)?.unwrap_or(1);
        let fraction =
            (options.get("minimumFractionDigits").is_some(), options.get("maximumFractionDigits").is_some());
        let significant = (
            options.get("minimumSignificantDigits").is_some(),
            options.get("maximumSignificantDigits").is_some(),
        );
        let increment = options.integer("roundingIncrement", 1.0, 5000.0)?.unwrap_or(1);
        if !INCREMENTS.contains(&increment) {
            return Err(LocaleError::range_error("roundingIncrement value is out of range."));
        }
        let rounding = match options.choice(
            "roundingMode",
            &[
                "halfExpand",
                "ceil",
                "floor",
                "expand",
                "trunc",
                "halfCeil",
                "halfFloor",
                "halfTrunc",
                "halfEven",
            ],
            0,
        )? {
            "ceil" => Rounding::Ceil,
            "floor" => Rounding::Floor,
            "expand" => Rounding::Expand,
            "trunc" => Rounding::Trunc,
            "halfCeil" => Rounding::HalfCeil,
            "halfFloor" => Rounding::HalfFloor,
            "halfTrunc" => Rounding::HalfTrunc,
            "halfEven" => Rounding::HalfEven,
            _ => Rounding::HalfExpand,
        };
        let priority = options.choice("roundingPriority", &["auto", "morePrecision", "lessPrecision"], 0)?;
        let strip =
            options.choice("trailingZeroDisplay", &["auto", "stripIfInteger"], 0)? == "stripIfInteger";
        let has_significant = significant.0 || significant.1;
        let has_fraction = fraction.0 || fraction.1;
        let needs_significant = priority != "auto" || has_significant;
        let needs_fraction = priority != "auto" || (!has_significant && (has_fraction || !compact));
        let mut digits = Self {
            minimum_integer,
            fraction: None,
            significant: None,
            priority: Priority::Auto,
            increment,
            rounding,
            strip_if_integer: strip,
        };
        if needs_significant {
            let least = options.integer("minimumSignificantDigits", 1.0, 21.0)?.unwrap_or(1);
            let most = options.integer("maximumSignificantDigits", f64::from(least), 21.0)?.unwrap_or(21);
            digits.significant = Some((least, most));
        }
        if needs_fraction {
            digits.fraction = Some(read_fraction(options, default)?);
        }
        if !needs_significant && !needs_fraction {
            digits.fraction = Some((0, 0));
            digits.significant = Some((1, 2));
            digits.priority = Priority::MorePrecision;
        } else {
            digits.priority = match priority {
                "morePrecision" => Priority::MorePrecision,
                "lessPrecision" => Priority::LessPrecision,
                _ => Priority::Auto,
            };
        }
        if increment != 1 {
            if digits.priority != Priority::Auto || digits.significant.is_some() {
                return Err(LocaleError::type_error("RoundingType is not fractionDigits"));
            }
            if digits.fraction.is_some_and(|(least, most)| least != most) {
                return Err(LocaleError::range_error("maximumFractionDigits value is out of range."));
            }
        }
        Ok(digits)
    }
}

impl DigitOptions {
    /// Adds how many digits there are to what `resolvedOptions` shows.
    pub(super) fn show_counts(&self, object: &mut JsonObject) {
        object.insert("minimumIntegerDigits", Json::from(self.minimum_integer));
        if let Some((least, most)) = self.fraction {
            object.insert("minimumFractionDigits", Json::from(least));
            object.insert("maximumFractionDigits", Json::from(most));
        }
        if let Some((least, most)) = self.significant {
            object.insert("minimumSignificantDigits", Json::from(least));
            object.insert("maximumSignificantDigits", Json::from(most));
        }
    }

    /// Adds how digits are rounded to what `resolvedOptions` shows.
    pub(super) fn show_rounding(&self, object: &mut JsonObject) {
        object.insert("roundingIncrement", Json::from(self.increment));
        object.insert("roundingMode", Json::from(self.rounding_name()));
        let priority = match self.priority {
            Priority::Auto => "auto",
            Priority::MorePrecision => "morePrecision",
            Priority::LessPrecision => "lessPrecision",
        };
        object.insert("roundingPriority", Json::from(priority));
        let zeros = if self.strip_if_integer { "stripIfInteger" } else { "auto" };
        object.insert("trailingZeroDisplay", Json::from(zeros));
    }

    /// The rounding as the option names it.
    fn rounding_name(&self) -> &'static str {
        match self.rounding {
            Rounding::Ceil => "ceil",
            Rounding::Floor => "floor",
            Rounding::Expand => "expand",
            Rounding::Trunc => "trunc",
            Rounding::HalfCeil => "halfCeil",
            Rounding::HalfFloor => "halfFloor",
            Rounding::HalfExpand => "halfExpand",
            Rounding::HalfTrunc => "halfTrunc",
            Rounding::HalfEven => "halfEven",
        }
    }
}

fn read_fraction(options: &NumberOptions, default: (u32, u32)) -> Result<(u32, u32), LocaleError> {
    let least = options.integer("minimumFractionDigits", 0.0, 100.0)?;
    let most = options.integer("maximumFractionDigits", 0.0, 100.0)?;
    Ok(match (least, most) {
        (None, None) => default,
        (None, Some(most)) => (default.0.min(most), most),
        (Some(least), None) => (least, default.1.max(least)),
        (Some(least), Some(most)) if least > most => {
            return Err(LocaleError::range_error("maximumFractionDigits value is out of range."));
        }
        (Some(least), Some(most)) => (least, most),
    })
}
