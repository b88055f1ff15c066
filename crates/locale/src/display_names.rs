//! `Intl.DisplayNames`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use heddle_data::{Json, JsonObject};
use icu_locale::LanguageIdentifier;
use serde::Deserialize;

use super::canonical::canonical;
use super::number_data::currencies;
use super::options::{Choices, Options, is_value};
use super::store::{Cache, Kind, supplement};
use super::tag::Locale;
use crate::LocaleError;

/// The names of a locale: those of its language, one a line in the order of the codes, and its own beside them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Names {
    languages: String,
    regions: String,
    scripts: String,
    variants: String,
    calendars: String,
    fields: String,
    pattern: String,
    separator: String,
    own: HashMap<String, HashMap<String, String>>,
}

static NAMES: LazyLock<Cache<Names>> = LazyLock::new(Cache::new);

impl Names {
    /// The name that goes with a code, in the form of the code that is short if there is one.
    fn get(&self, kind: &str, code: &str, short: bool) -> Option<&str> {
        if short && let Some(name) = self.exact(kind, &format!("{code}-alt-short")) {
            return Some(name);
        }
        self.exact(kind, code)
    }

    fn exact(&self, kind: &str, code: &str) -> Option<&str> {
        let own = self.own.get(kind).and_then(|own| own.get(code)).map(String::as_str);
        let common = || {
            let lines = match kind {
                "languages" => &self.languages,
                "regions" => &self.regions,
                "scripts" => &self.scripts,
                "variants" => &self.variants,
                "calendars" => &self.calendars,
                _ => &self.fields,
            };
            let codes = supplement().name_codes.get(kind)?;
            let line = codes.binary_search_by(|own| own.as_str().cmp(code)).ok()?;
            lines.split('\n').nth(line)
        };
        own.or_else(common).filter(|name| !name.is_empty())
    }
}

/// A region's name in a locale.
pub(super) fn region_name(locale: &Locale, code: &str) -> Option<String> {
    NAMES.get(locale.data, Kind::Names).get("regions", code, false).map(str::to_owned)
}

const STYLES: Choices = ("style", &["narrow", "short", "long"]);
const TYPES: Choices = ("type", &["language", "region", "script", "currency", "calendar", "dateTimeField"]);
const FALLBACKS: Choices = ("fallback", &["code", "none"]);
const LANGUAGES: Choices = ("languageDisplay", &["dialect", "standard"]);

/// Regions that are no more, and what ICU takes for them.
const OLD_REGIONS: [(&str, &str); 16] = [
    ("AN", "CW"),
    ("BU", "MM"),
    ("CS", "RS"),
    ("DD", "DE"),
    ("DY", "BJ"),
    ("FX", "FR"),
    ("HV", "BF"),
    ("NH", "VU"),
    ("RH", "ZW"),
    ("SU", "RU"),
    ("TP", "TL"),
    ("UK", "GB"),
    ("VD", "VN"),
    ("YD", "YE"),
    ("YU", "RS"),
    ("ZR", "CD"),
];

/// What `of` takes for fields of dates, and CLDR's names for them.
const FIELDS: [(&str, &str); 12] = [
    ("era", "era"),
    ("year", "year"),
    ("quarter", "quarter"),
    ("month", "month"),
    ("weekOfYear", "week"),
    ("weekday", "weekday"),
    ("day", "day"),
    ("dayPeriod", "dayperiod"),
    ("hour", "hour"),
    ("minute", "minute"),
    ("second", "second"),
    ("timeZoneName", "zone"),
];

fn invalid() -> LocaleError {
    LocaleError::range_error("invalid_argument")
}

/// The names of things in a locale.
#[derive(Debug)]
pub struct DisplayNames {
    locale: Locale,
    names: Arc<Names>,
    style: &'static str,
    kind: &'static str,
    fallback: &'static str,
    language: &'static str,
}

impl DisplayNames {
    /// Names in a locale.
    ///
    /// # Errors
    /// For an option out of range, and without a type.
    pub fn new(locale: Locale, options: Options<'_>) -> Result<Self, LocaleError> {
        options.matcher()?;
        let style = options.choice(STYLES, "long")?;
        let kind = options.optional(TYPES)?.ok_or_else(|| LocaleError::type_error("invalid_argument"))?;
        let fallback = options.choice(FALLBACKS, "code")?;
        let language = options.choice(LANGUAGES, "dialect")?;
        Ok(Self { names: NAMES.get(locale.data, Kind::Names), locale, style, kind, fallback, language })
    }

    /// What `resolvedOptions` shows.
    pub fn resolved(&self) -> Json {
        let mut object = JsonObject::new();
        object.insert("locale", Json::from(self.locale.name.as_str()));
        object.insert("style", Json::from(self.style));
        object.insert("type", Json::from(self.kind));
        object.insert("fallback", Json::from(self.fallback));
        if self.kind == "language" {
            object.insert("languageDisplay", Json::from(self.language));
        }
        Json::from(object)
    }

    fn short(&self) -> bool {
        self.style != "long"
    }

    /// The name that goes with a code; `None` where there is none and the code does not stand in for it.
    ///
    /// # Errors
    /// For a code that the type cannot have.
    pub fn of(&self, code: &str) -> Result<Option<String>, LocaleError> {
        let alphabetic = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic());
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let found = match self.kind {
            "language" => return self.language(code),
            "region" => {
                if !((code.len() == 2 && alphabetic(code)) || (code.len() == 3 && digits(code))) {
                    return Err(invalid());
                }
                self.region(code).map(str::to_owned)
            }
            "script" => {
                // the empty text is let through by V8
                if !(code.is_empty() || (code.len() == 4 && alphabetic(code))) {
                    return Err(invalid());
                }
                self.names.get("scripts", code, self.short()).map(str::to_owned)
            }
            "currency" => {
                if !(code.len() == 3 && alphabetic(code)) {
                    return Err(invalid());
                }
                // the style makes no difference, and a currency without a name is its code
                let own = code.to_ascii_uppercase();
                let currencies = currencies(&self.locale);
                let name = currencies.get(&own).map(|currency| currency.2.clone().unwrap_or(own));
                name.filter(|name| name != code)
            }
            "calendar" => {
                if !is_value(code) {
                    return Err(invalid());
                }
                let name = match code {
                    "gregory" => "gregorian",
                    "ethioaa" => "ethiopic-amete-alem",
                    code => code,
                };
                return Ok(self
                    .names
                    .exact("calendars", name)
                    .map(str::to_owned)
                    .or_else(|| self.substitute(name)));
            }
            _ => {
                let (_, field) = FIELDS.iter().find(|(own, _)| *own == code).ok_or_else(invalid)?;
                let width = match self.style {
                    "long" => "",
                    "short" => "-short",
                    _ => "-narrow",
                };
                self.names.exact("fields", &format!("{field}{width}")).map(str::to_owned)
            }
        };
        Ok(found.or_else(|| self.substitute(code)))
    }

    /// What stands for a name that is not known.
    fn substitute(&self, code: &str) -> Option<String> {
        (self.fallback == "code").then(|| code.to_owned())
    }

    fn region(&self, code: &str) -> Option<&str> {
        let get = |code: &str| self.names.get("regions", code, self.short());
        get(code).or_else(|| {
            let (_, current) = OLD_REGIONS.iter().find(|(old, _)| *old == code)?;
            get(current)
        })
    }

    /// A language with what else its tag says: in one name where there is one for them together, the rest in brackets.
    fn language(&self, code: &str) -> Result<Option<String>, LocaleError> {
        let is_language = |text: &str| !text.split('-').any(|part| part.len() == 1);
        if !is_language(code) {
            return Err(invalid());
        }
        let id = canonical(code).map_err(|_| invalid())?.id;
        Ok(self.language_name(&id))
    }

    fn language_name(&self, id: &LanguageIdentifier) -> Option<String> {
        let language = if id.language.is_unknown() { "root".to_owned() } else { id.language.to_string() };
        let mut script = id.script.map(|script| script.to_string());
        let mut region = id.region.map(|region| region.to_string());
        let get = |code: &str| self.names.get("languages", code, self.short()).map(str::to_owned);
        let mut name = None;
        if self.language == "dialect" {
            // with both, ICU looks for a name for all three, and for no other
            let code = match (&script, &region) {
                (Some(script), Some(region)) => format!("{language}-{script}-{region}"),
                (Some(own), None) | (None, Some(own)) => format!("{language}-{own}"),
                (None, None) => language.clone(),
            };
            name = get(&code);
            if name.is_some() {
                (script, region) = (None, None);
            }
        }
        let name = name.or_else(|| get(&language)).or_else(|| self.substitute(&language))?;
        let mut rest = Vec::new();
        if let Some(code) = script {
            let script = self.names.get("scripts", &code, self.short()).map(str::to_owned);
            rest.push(script.or_else(|| self.substitute(&code))?);
        }
        if let Some(code) = region {
            rest.push(self.region(&code).map(str::to_owned).or_else(|| self.substitute(&code))?);
        }
        if !id.variants.is_empty() {
            let code =
                id.variants.iter().map(|variant| variant.to_string().to_uppercase()).collect::<Vec<_>>();
            let code = code.join("_");
            let variant = self.names.get("variants", &code, self.short()).map(str::to_owned);
            rest.push(variant.or_else(|| self.substitute(&code))?);
        }
        let Some(first) = rest.first().cloned() else { return Some(name) };
        let fill = |pattern: &str, one: &str, other: &str| {
            pattern.split("{1}").map(|half| half.replace("{0}", one)).collect::<Vec<_>>().join(other)
        };
        let rest = rest.iter().skip(1).fold(first, |all, next| fill(&self.names.separator, &all, next));
        // brackets in brackets are square ones
        let rest = match self.names.pattern.contains('（') {
            true => rest.replace('（', "［").replace('）', "］"),
            false => rest.replace('(', "[").replace(')', "]"),
        };
        Some(fill(&self.names.pattern, &name, &rest))
    }
}
