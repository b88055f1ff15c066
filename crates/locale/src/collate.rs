//! `Intl.Collator` and `localeCompare`.

use std::cell::RefCell;
use std::cmp::Ordering;

use heddle_data::{Json, JsonObject};
use icu_collator::options::{AlternateHandling, CaseLevel, CollatorOptions, Strength};
use icu_collator::preferences::{CollationCaseFirst, CollationNumericOrdering, CollationType};
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use icu_locale::Locale;
use icu_locale::extensions::unicode::{Key, Value as KeywordValue};

use super::canonical::canonical;
use super::locale_class::language_collations;
use super::options::{Options, is_value};
use crate::LocaleError;

/// The locales that ICU 78 has collations for, which CLDR's JSON edition lacks, and those that ICU has other names for.
const LOCALES: &str = "af am ar ar-SA as az be bg blo bn bo br bs bs-Cyrl ca ceb chr cs cy da de de-AT dsb dz ee el en \
    en-US eo es et fa fa-AF ff ff-Adlm fi fil fo fr fr-CA fy ga gl gu ha haw he he-IL hi hr hsb hu hy id id-ID ig is \
    it ja ka kk kk-Arab kl km kn ko kok ku ky lb lij lkt ln lo lt lv mk ml mn mr ms mt my nb nb-NO ne nl nn no nso om \
    or pa pa-Guru pa-IN pl ps pt ro ru sa se si sk sl smn sq sr sr-BA sr-Cyrl sr-Cyrl-BA sr-Cyrl-ME sr-Latn \
    sr-Latn-BA sr-Latn-RS sr-ME sr-RS st sv sw ta te th tk tn to tr ug uk ur uz vi wae wo xh yi yo zh zh-CN zh-HK \
    zh-Hans zh-Hans-CN zh-Hans-SG zh-Hant zh-Hant-HK zh-Hant-MO zh-Hant-TW zh-TW zu";
/// Languages whose capital letters come first.
const UPPER_FIRST: [&str; 2] = ["da", "mt"];
/// What errors call the class.
const CLASS: &str = "Intl.Collator";
/// The locale of the process.
const DEFAULT: &str = "en-US";

/// Compares two texts in the order of a tag's locale: negative, 0 or positive.
///
/// # Errors
/// For a malformed tag.
pub fn compare(one: &str, other: &str, tag: Option<&str>) -> Result<i32, LocaleError> {
    LAST.with_borrow_mut(|last| {
        let known = last.take().filter(|(known, _)| known.as_deref() == tag);
        let (tag, collator) = match known {
            Some(known) => known,
            None => {
                let own = tag.map(str::to_owned);
                let tags = TagList::new(own.as_slice())?;
                (own, Collation::new(&tags, Options::new(&(), CLASS))?.collator()?)
            }
        };
        let found = order(&collator, one, other);
        *last = Some((tag, collator));
        Ok(found)
    })
}

thread_local! {
    /// The last plain collator, and the tag that it was asked for with: sorting asks for the same again and again.
    static LAST: RefCell<Option<(Option<String>, CollatorBorrowed<'static>)>> = const { RefCell::new(None) };
}

fn order(collator: &CollatorBorrowed<'static>, one: &str, other: &str) -> i32 {
    match collator.compare(one, other) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}

/// The most specific locale that there is a collation for.
pub(super) fn known_locale(base: &str) -> Option<&'static str> {
    let mut base = base.to_owned();
    loop {
        if let Some(known) = LOCALES.split_whitespace().find(|known| *known == base) {
            return Some(known);
        }
        base.truncate(base.rfind('-')?);
    }
}

/// The tags of a `locales` argument in their usual spelling.
pub struct TagList(Vec<Locale>);

impl TagList {
    /// Reads tags.
    ///
    /// # Errors
    /// For a malformed one.
    pub fn new(tags: &[String]) -> Result<Self, LocaleError> {
        tags.iter().map(|text| canonical(text)).collect::<Result<_, _>>().map(Self)
    }
}

/// How texts are compared.
pub struct Collation {
    /// The tag whose order it is; the data for a language need not be ICU's.
    tag: Locale,
    locale: &'static str,
    usage: &'static str,
    sensitivity: &'static str,
    ignores_punctuation: bool,
    collation: Option<String>,
    /// By option, and by keyword.
    numeric: (Option<bool>, Option<bool>),
    case_first: (Option<&'static str>, Option<String>),
}

impl Collation {
    /// The order of the first of the tags that there is one for.
    ///
    /// # Errors
    /// For an option out of range.
    pub fn new(tags: &TagList, options: Options<'_>) -> Result<Self, LocaleError> {
        let found = tags.0.iter().find_map(|tag| Some((tag.clone(), known_locale(&tag.id.to_string())?)));
        let (tag, locale) = match found {
            Some((tag, locale)) => (tag, locale),
            None => (canonical(DEFAULT)?, DEFAULT),
        };
        let usage = options.choice(("usage", &["sort", "search"]), "sort")?;
        options.matcher()?;
        let known = language_collations(&tag);
        let is_known = |name: &String| known.contains(&name.as_str());
        // an option that names none leaves the language's own, whatever the tag says
        let collation = match options.text("collation")? {
            Some(name) if !is_value(&name) => {
                return Err(LocaleError::range_error(format!("Invalid collation : {name}")));
            }
            Some(name) => Some(name),
            None => keyword(&tag, "co"),
        };
        let numeric = options.flag("numeric");
        let case_first = options.optional(("caseFirst", &["upper", "lower", "false"]))?;
        let sensitivities = ("sensitivity", &["base", "accent", "case", "variant"][..]);
        let sensitivity = options.choice(sensitivities, "variant")?;
        let ignores_punctuation = options
            .flag("ignorePunctuation")
            .unwrap_or_else(|| tag.id.language.as_str() == "th" && usage == "sort");
        let case = keyword(&tag, "kf").filter(|case| matches!(case.as_str(), "upper" | "lower" | "false"));
        let number = keyword(&tag, "kn").map(|value| value == "true");
        Ok(Self {
            collation: collation.filter(is_known),
            numeric: (numeric, number),
            case_first: (case_first, case),
            tag,
            locale,
            usage,
            sensitivity,
            ignores_punctuation,
        })
    }

    /// Compares two texts: negative, 0 or positive.
    ///
    /// # Errors
    /// Where there are no data for the order.
    pub fn compare(&self, one: &str, other: &str) -> Result<i32, LocaleError> {
        Ok(order(&self.collator()?, one, other))
    }

    fn collator(&self) -> Result<CollatorBorrowed<'static>, LocaleError> {
        let mut preferences = CollatorPreferences::from(&self.tag);
        let collation = self.collation.as_ref().and_then(|name| KeywordValue::try_from_str(name).ok());
        preferences.collation_type = collation.and_then(|name| CollationType::try_from(&name).ok());
        preferences.numeric_ordering = self.numeric.0.or(self.numeric.1).map(|numeric| match numeric {
            true => CollationNumericOrdering::True,
            false => CollationNumericOrdering::False,
        });
        let case = self.case_first.0.or(self.case_first.1.as_deref());
        preferences.case_first = case.map(|case| match case {
            "upper" => CollationCaseFirst::Upper,
            "lower" => CollationCaseFirst::Lower,
            _ => CollationCaseFirst::False,
        });
        let mut options = CollatorOptions::default();
        options.strength = Some(match self.sensitivity {
            "base" | "case" => Strength::Primary,
            "accent" => Strength::Secondary,
            _ => Strength::Tertiary,
        });
        if self.sensitivity == "case" {
            options.case_level = Some(CaseLevel::On);
        }
        options.alternate_handling = Some(match self.ignores_punctuation {
            true => AlternateHandling::Shifted,
            false => AlternateHandling::NonIgnorable,
        });
        Collator::try_new(preferences, options)
            .map_err(|error| LocaleError::range_error(format!("Internal error. Icu error. {error}")))
    }

    /// What `resolvedOptions` shows. The tag keeps the keywords that count.
    pub fn resolved(&self) -> Json {
        let mut name = self.locale.to_owned();
        let mut add = |key: &str, value: &str| {
            name.push_str(if name.contains("-u-") { "-" } else { "-u-" });
            name.push_str(key);
            if value != "true" {
                name.push('-');
                name.push_str(value);
            }
        };
        if let Some(collation) = &self.collation {
            add("co", collation);
        }
        if let Some(case) = &self.case_first.1 {
            add("kf", case);
        }
        if let Some(named) = self.numeric.1 {
            add("kn", if named { "true" } else { "false" });
        }
        let collation = self.collation.as_deref().filter(|_| self.usage == "sort");
        let is_upper = self.usage == "sort" && UPPER_FIRST.contains(&self.tag.id.language.as_str());
        let own_case = if is_upper { "upper" } else { "false" };
        let numeric = self.numeric.0.or(self.numeric.1).unwrap_or(false);
        let case = self.case_first.0.or(self.case_first.1.as_deref());
        let mut object = JsonObject::new();
        object.insert("locale", Json::from(name));
        object.insert("usage", Json::from(self.usage));
        object.insert("sensitivity", Json::from(self.sensitivity));
        object.insert("ignorePunctuation", Json::from(self.ignores_punctuation));
        object.insert("collation", Json::from(collation.unwrap_or("default")));
        object.insert("numeric", Json::from(numeric));
        object.insert("caseFirst", Json::from(case.unwrap_or(own_case)));
        Json::from(object)
    }
}

fn keyword(tag: &Locale, key: &str) -> Option<String> {
    let key = Key::try_from_str(key).ok()?;
    let value = tag.extensions.unicode.keywords.get(&key)?.to_string();
    Some(if value.is_empty() { "true".to_owned() } else { value })
}
