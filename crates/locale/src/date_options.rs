//! The options of `Intl.DateTimeFormat`.

use smol_str::SmolStr;

use crate::LocaleError;
use crate::Zone;
use crate::options::OptionSource;

/// Options, each as it was given.
#[derive(Debug, Clone, Default)]
pub struct DateOptions {
    values: Vec<(&'static str, SmolStr)>,
    /// `hour12`.
    pub hour12: Option<bool>,
    /// `hourCycle`.
    pub hour_cycle: Option<SmolStr>,
    /// `timeZoneName`.
    pub time_zone_name: Option<SmolStr>,
    /// `fractionalSecondDigits`.
    pub(super) fraction: Option<u8>,
    /// `timeZone`.
    pub time_zone: Option<Zone>,
}

/// Options with a few possible values.
const CHOICES: [(&str, &[&str]); 12] = [
    ("weekday", &["narrow", "short", "long"]),
    ("era", &["narrow", "short", "long"]),
    ("year", &["2-digit", "numeric"]),
    ("month", &["2-digit", "numeric", "narrow", "short", "long"]),
    ("day", &["2-digit", "numeric"]),
    ("dayPeriod", &["narrow", "short", "long"]),
    ("hour", &["2-digit", "numeric"]),
    ("minute", &["2-digit", "numeric"]),
    ("second", &["2-digit", "numeric"]),
    ("dateStyle", &["full", "long", "medium", "short"]),
    ("timeStyle", &["full", "long", "medium", "short"]),
    ("formatMatcher", &["basic", "best fit"]),
];
const ZONE_NAMES: [&str; 6] = ["short", "long", "shortOffset", "longOffset", "shortGeneric", "longGeneric"];
const HOUR_CYCLES: [&str; 4] = ["h11", "h12", "h23", "h24"];

fn out_of_range(name: &str, value: &str) -> LocaleError {
    LocaleError::range_error(format!(
        "Value {value} out of range for Intl.DateTimeFormat options property {name}"
    ))
}

impl DateOptions {
    /// Reads an options argument.
    ///
    /// # Errors
    /// When an option has a value that it cannot have.
    pub fn read(source: &dyn OptionSource) -> Result<Self, LocaleError> {
        let mut options = Self::default();
        for (name, choices) in CHOICES {
            if let Some(text) = source.text(name)? {
                if !choices.contains(&text.as_str()) {
                    return Err(out_of_range(name, &text));
                }
                options.values.push((name, SmolStr::from(text)));
            }
        }
        for name in ["calendar", "numberingSystem"] {
            if let Some(text) = source.text(name)? {
                let text = text.to_ascii_lowercase();
                if !is_type(&text) {
                    return Err(LocaleError::range_error(format!("Invalid {name} : {text}")));
                }
                options.values.push((name, SmolStr::from(text)));
            }
        }
        options.hour12 = source.flag("hour12");
        let choice = |name: &str, choices: &[&str]| match source.text(name)? {
            None => Ok(None),
            Some(text) => {
                if choices.contains(&text.as_str()) {
                    Ok(Some(SmolStr::from(text)))
                } else {
                    Err(out_of_range(name, &text))
                }
            }
        };
        options.hour_cycle = choice("hourCycle", &HOUR_CYCLES)?;
        options.time_zone_name = choice("timeZoneName", &ZONE_NAMES)?;
        if let Some(digits) = source.number("fractionalSecondDigits")? {
            if !(1.0..=3.0).contains(&digits) {
                return Err(LocaleError::range_error("fractionalSecondDigits value is out of range."));
            }
            options.fraction = Some(digits.floor() as u8);
        }
        if let Some(text) = source.text("timeZone")? {
            let zone = Zone::iana(&text);
            if !zone.is_valid() || text.eq_ignore_ascii_case("Etc/Unknown") {
                return Err(LocaleError::range_error(format!("Invalid time zone specified: {text}")));
            }
            options.time_zone = Some(zone);
        }
        Ok(options)
    }

    /// The options with an hour cycle that counts as the locale does: `h12` or `h23`.
    pub fn with_plain_cycle(mut self) -> Self {
        self.hour_cycle = self.hour_cycle.map(|cycle| match cycle.as_str() {
            "h11" | "h12" => SmolStr::new_static("h12"),
            _ => SmolStr::new_static("h23"),
        });
        self
    }

    /// The options with one of text set; the value must be one that the option can have.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let value = SmolStr::new(value);
        match name {
            "hourCycle" => self.hour_cycle = Some(value),
            "timeZoneName" => self.time_zone_name = Some(value),
            _ => {
                let name = CHOICES
                    .iter()
                    .map(|(own, _)| *own)
                    .chain(["calendar", "numberingSystem"])
                    .find(|own| *own == name);
                if let Some(name) = name {
                    self.values.retain(|(own, _)| *own != name);
                    self.values.push((name, value));
                }
            }
        }
        self
    }

    /// An option of text.
    pub fn get(&self, name: &str) -> Option<&str> {
        match name {
            "timeZoneName" => self.time_zone_name.as_deref(),
            "hourCycle" => self.hour_cycle.as_deref(),
            _ => self.values.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str()),
        }
    }

    /// Whether any of the fields is asked for.
    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| match *name {
            "fractionalSecondDigits" => self.fraction.is_some(),
            name => self.get(name).is_some(),
        })
    }
}

/// Whether a text is the value of a Unicode keyword.
fn is_type(text: &str) -> bool {
    text.split('-')
        .all(|part| (3..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
