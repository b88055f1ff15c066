//! The locale data of numbers.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use smol_str::SmolStr;

use super::store::{self, Cache, Kind, supplement};
use super::tag::Locale;

/// Forms of a word or pattern by plural form.
pub(super) type Forms = HashMap<String, String>;

/// How a locale writes numbers.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Numbers {
    pub(super) system: String,
    pub(super) minimum_grouping: Option<u8>,
    /// The currency of the locale's region.
    currency: Option<String>,
    formats: HashMap<String, Arc<NumberFormats>>,
    /// Further numbering systems that have the locale's word for NaN.
    own_nan: Vec<String>,
}

/// Symbols and patterns of one numbering system.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct NumberFormats {
    pub(super) symbols: Symbols,
    pub(super) decimal: String,
    pub(super) percent: String,
    pub(super) compact_long: HashMap<u32, Forms>,
    pub(super) compact_short: HashMap<u32, Forms>,
    pub(super) currency: String,
    pub(super) accounting: String,
    pub(super) currency_alpha: Option<String>,
    pub(super) accounting_alpha: Option<String>,
    pub(super) currency_short: HashMap<u32, Forms>,
    pub(super) currency_unit: Forms,
    pub(super) range: Option<String>,
    pub(super) approximately: Option<String>,
}

/// The signs of numbers.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Symbols {
    pub(super) decimal: String,
    pub(super) group: String,
    pub(super) percent_sign: String,
    pub(super) plus_sign: String,
    pub(super) minus_sign: String,
    pub(super) exponential: String,
    pub(super) infinity: String,
    pub(super) nan: String,
    pub(super) time_separator: String,
    pub(super) currency_decimal: Option<String>,
    pub(super) currency_group: Option<String>,
    pub(super) approximately_sign: String,
}

static NUMBERS: LazyLock<Cache<Numbers>> = LazyLock::new(Cache::new);
static CURRENCIES: LazyLock<Cache<HashMap<String, Currency>>> = LazyLock::new(Cache::new);
static UNITS: LazyLock<Cache<HashMap<String, HashMap<String, UnitForms>>>> = LazyLock::new(Cache::new);

/// Symbol, narrow symbol, name, names by plural form, and a way of its own to write it.
#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct Currency(
    pub(super) Option<String>,
    pub(super) Option<String>,
    #[serde(default)] pub(super) Option<String>,
    #[serde(default)] pub(super) Forms,
    #[serde(default)] pub(super) Option<SpecialCurrency>,
);

/// Pattern, decimal sign and group sign of a currency that a locale writes in its own way.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct SpecialCurrency(pub(super) Option<String>, pub(super) String, pub(super) String);

/// The patterns of a unit by plural form, or the pattern of a compound.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum UnitForms {
    Forms(Forms),
    Pattern(String),
}

/// How a locale writes numbers; as the root does, whose ways are the English ones, if it does not say.
pub(super) fn numbers(locale: &Locale) -> Arc<Numbers> {
    let own = store::has(locale.data, Kind::Numbers).then_some(locale.data);
    NUMBERS.get(own.unwrap_or_else(|| Locale::system().data), Kind::Numbers)
}

/// A locale's currencies by code.
pub(super) fn currencies(locale: &Locale) -> Arc<HashMap<String, Currency>> {
    CURRENCIES.get(locale.data, Kind::Currencies)
}

/// A locale's units by width and name.
pub(super) fn units(locale: &Locale) -> Arc<HashMap<String, HashMap<String, UnitForms>>> {
    UNITS.get(locale.data, Kind::Units)
}

impl Numbers {
    /// The numbering system that an option, the tag or the locale asks for. An option that names none that is known
    /// leaves the locale's, whatever the tag says.
    pub(super) fn system_for(&self, option: Option<&str>, locale: &Locale) -> SmolStr {
        let wanted = option.or_else(|| locale.keyword("nu"));
        SmolStr::new(wanted.filter(|name| digits(name).is_some()).unwrap_or(&self.system))
    }

    /// How a currency is written where it is not as others: it, or the own currency of the region that the locale names,
    /// has a way of its own.
    pub(super) fn special_currency(&self, code: &str, locale: &Locale) -> Option<SpecialCurrency> {
        let currencies = currencies(locale);
        let special = |code: &str| currencies.get(code).and_then(|currency| currency.4.clone());
        special(code).or_else(|| special(self.currency.as_deref().filter(|_| locale.names_region())?))
    }

    /// Symbols and patterns of a numbering system; those of Latin digits where it has none of its own.
    pub(super) fn formats(&self, system: &str) -> Arc<NumberFormats> {
        let latin = self.formats.get("latn").cloned().unwrap_or_default();
        if let Some(found) = self.formats.get(system) {
            if !found.currency_short.is_empty() || latin.currency_short.is_empty() {
                return Arc::clone(found);
            }
            let currency_short = latin.currency_short.clone();
            return Arc::new(NumberFormats { currency_short, ..NumberFormats::clone(found) });
        }
        // The signs of these two, and the patterns of the first, are CLDR's root's where a locale has none; all other
        // systems take the locale's own.
        let [decimal, group, percent, plus, minus, exponential] = match system {
            "arab" => ["٫", "٬", "٪\u{61c}", "\u{61c}+", "\u{61c}-", "اس"],
            "arabext" => ["٫", "٬", "٪", "\u{200e}+\u{200e}", "\u{200e}-\u{200e}", "×۱۰^"],
            _ => return latin,
        };
        let mut formats = NumberFormats::clone(&latin);
        formats.symbols = Symbols {
            decimal: decimal.to_owned(),
            group: group.to_owned(),
            percent_sign: percent.to_owned(),
            plus_sign: plus.to_owned(),
            minus_sign: minus.to_owned(),
            exponential: exponential.to_owned(),
            nan: match self.own_nan.iter().any(|own| own == system) {
                true => formats.symbols.nan,
                false => "NaN".to_owned(),
            },
            ..formats.symbols
        };
        if system == "arab" {
            formats.decimal = "#,##0.###".to_owned();
            formats.percent = "#,##0%".to_owned();
            formats.currency = "#,##0.00\u{a0}¤".to_owned();
            formats.accounting.clone_from(&formats.currency);
            (formats.currency_alpha, formats.accounting_alpha) = (None, None);
        }
        Arc::new(formats)
    }
}

/// The digits 0 to 9.
pub const LATIN_DIGITS: [char; 10] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/// The digits of a numbering system.
pub fn digits(system: &str) -> Option<[char; 10]> {
    let text = supplement().digits.get(system)?;
    let digits: Vec<char> = text.chars().collect();
    digits.try_into().ok()
}

/// A number's digits in a numbering system.
pub(super) fn localize(text: &str, digits: &[char; 10]) -> String {
    text.chars()
        .map(|character| match character.to_digit(10) {
            Some(value) => digits.get(value as usize).copied().unwrap_or(character),
            None => character,
        })
        .collect()
}
