//! `Intl.PluralRules`.

use heddle_data::{Json, JsonObject};

use crate::decimal::Decimal;
use crate::number;
use crate::number_options::{DigitOptions, NumberOptions};
use crate::tag::Locale;
use crate::{LocaleError, plural};

/// Which form of a word goes with a number.
pub struct PluralRules {
    locale: Locale,
    ordinal: bool,
    digits: DigitOptions,
}

impl PluralRules {
    /// The rules of a locale.
    ///
    /// # Errors
    /// For an option out of range.
    pub fn new(locale: Locale, options: NumberOptions) -> Result<Self, LocaleError> {
        let locale = if plural::is_known(&locale) { locale } else { Locale::system() };
        let options = options.of_class("Intl.PluralRules");
        let ordinal = options.choice("type", &["cardinal", "ordinal"], 0)? == "ordinal";
        Ok(Self { locale, ordinal, digits: DigitOptions::read(&options, (0, 3), false)? })
    }

    /// The form that goes with a number.
    pub fn select(&self, number: f64) -> &'static str {
        let mut number = Decimal::new(number.abs());
        number::round(&mut number, &self.digits);
        plural::form(&self.locale, &number, 0, self.ordinal)
    }

    /// The form that goes with a span of numbers.
    pub fn select_range(&self, span: [Decimal; 2]) -> &'static str {
        let [start, end] = span.map(|mut number| {
            number.negative = false;
            number::round(&mut number, &self.digits);
            plural::form(&self.locale, &number, 0, self.ordinal)
        });
        plural::range_form(&self.locale, start, end)
    }

    /// What `resolvedOptions` shows.
    pub fn resolved(&self) -> Json {
        let mut object = JsonObject::new();
        object.insert("locale", Json::from(plural::shown_name(&self.locale)));
        object.insert("type", Json::from(if self.ordinal { "ordinal" } else { "cardinal" }));
        // significant digits hide those of the fraction
        let digits = self.digits.clone();
        let counted =
            DigitOptions { fraction: digits.fraction.filter(|_| digits.significant.is_none()), ..digits };
        counted.show_counts(&mut object);
        object.insert(
            "pluralCategories",
            plural::forms(&self.locale, self.ordinal).into_iter().map(Json::from).collect(),
        );
        counted.show_rounding(&mut object);
        Json::from(object)
    }
}
