//! `Intl.Locale`.

use heddle_data::{Json, JsonObject};
use icu_locale::extensions::unicode::{Key, Value as KeywordValue};
use icu_locale::subtags::{Language, Region, Script, language};
use icu_locale::{LanguageIdentifier, Locale, LocaleDirectionality, LocaleExpander};

use super::canonical::{canonical, make_canonical, malformed};
use super::hours::{cycle_name, preferred_hour};
use super::number_data::numbers;
use super::options::{Options, is_value};
use super::store::{Kind, supplement};
use super::weeks::weeks_of;
use super::{tag, weeks};
use crate::LocaleError;

/// The collations that languages have besides those that all have, as ICU 78 lists them; CLDR's JSON edition lacks
/// collations.
const COLLATIONS: [(&str, &[&str]); 14] = [
    ("ar", &["compat"]),
    ("bn", &["trad"]),
    ("de", &["phonebk"]),
    ("es", &["trad"]),
    ("fi", &["trad"]),
    ("ja", &["unihan"]),
    ("kn", &["trad"]),
    ("ko", &["searchjl", "unihan"]),
    ("ln", &["phonetic"]),
    ("si", &["dict"]),
    ("sv", &["trad"]),
    ("vi", &["trad"]),
    ("yue", CHINESE),
    ("zh", CHINESE),
];
const CHINESE: &[&str] = &["pinyin", "stroke", "unihan", "zhuyin"];

/// A member of an `Intl.Locale` of a canonical tag; `None` is undefined.
///
/// # Errors
/// For a malformed tag.
pub fn member(member: &str, tag: &str) -> Result<Option<Json>, LocaleError> {
    let locale = Locale::try_from_str(tag).map_err(|_| malformed())?;
    let subtag = |text: Option<String>| text.map(Json::from);
    let keyword = |key: &str| subtag(keyword(&locale, key));
    Ok(match member {
        "baseName" => Some(Json::from(locale.id.to_string())),
        "language" => {
            let language = Some(locale.id.language).filter(|language| !language.is_unknown());
            subtag(language.map(|language| language.to_string()))
        }
        "script" => subtag(locale.id.script.map(|script| script.to_string())),
        "region" => subtag(locale.id.region.map(|region| region.to_string())),
        "calendar" => keyword("ca"),
        "collation" => keyword("co"),
        "firstDayOfWeek" => keyword("fw"),
        "hourCycle" => keyword("hc"),
        "numberingSystem" => keyword("nu"),
        "caseFirst" => match self::keyword(&locale, "kf").as_deref() {
            Some("true") => Some(Json::from(String::new())),
            _ => keyword("kf"),
        },
        "numeric" => Some(Json::from(self::keyword(&locale, "kn").as_deref() == Some("true"))),
        "maximize" | "minimize" => {
            let mut locale = locale;
            maximize(&mut locale.id);
            if member == "minimize" {
                LocaleExpander::new_extended().minimize(&mut locale.id);
            }
            Some(Json::from(locale.to_string()))
        }
        "calendars" | "getCalendars" => texts(calendars(&locale)),
        "collations" | "getCollations" => texts(collations(&locale)),
        "hourCycles" | "getHourCycles" => texts(vec![hour_cycle(&locale)]),
        "numberingSystems" | "getNumberingSystems" => texts(vec![numbering_system(&locale)?]),
        "timeZones" | "getTimeZones" => time_zones(&locale),
        "textInfo" | "getTextInfo" => {
            let is_right = LocaleDirectionality::new_extended().is_right_to_left(&locale.id);
            object([("direction", Json::from(if is_right { "rtl" } else { "ltr" }))])
        }
        "weekInfo" | "getWeekInfo" => {
            // weeks are counted as in the named part of a country, if no region is named
            let part = region_of(&locale, "sd").filter(|_| locale.id.region.is_none());
            let region = part.unwrap_or_else(|| region(&locale));
            let info = weeks_of(&region, self::keyword(&locale, "fw").as_deref());
            let weeks::WeekInfo { first_day, weekend, .. } = info;
            let weekend: Json = weekend.into_iter().map(Json::from).collect();
            object([("firstDay", Json::from(first_day)), ("weekend", weekend)])
        }
        _ => None,
    })
}

fn texts(texts: Vec<String>) -> Option<Json> {
    Some(texts.into_iter().map(Json::from).collect())
}

fn object<const N: usize>(members: [(&str, Json); N]) -> Option<Json> {
    let mut object = JsonObject::new();
    for (name, value) in members {
        object.insert(name, value);
    }
    Some(Json::from(object))
}

/// The value of a keyword of the `-u-` extension; one without a value is `true`.
fn keyword(locale: &Locale, key: &str) -> Option<String> {
    let key = Key::try_from_str(key).ok()?;
    let value = locale.extensions.unicode.keywords.get(&key)?.to_string();
    Some(if value.is_empty() { "true".to_owned() } else { value })
}

/// The tag that an `Intl.Locale` is made of, before its options are read.
pub struct BaseTag(Locale);

/// Reads the tag that an `Intl.Locale` is made of.
///
/// # Errors
/// For a malformed tag.
pub fn base_tag(text: &str) -> Result<BaseTag, LocaleError> {
    if text.is_empty() {
        return Err(LocaleError::range_error(
            "First argument to Intl.Locale constructor can't be empty or missing",
        ));
    }
    canonical(text).map(BaseTag)
}

/// A tag with what the options say in place of what it says.
///
/// # Errors
/// For an option out of range, and for one that cannot be part of a tag.
pub fn make(BaseTag(mut locale): BaseTag, options: Options<'_>) -> Result<String, LocaleError> {
    set_subtags(&mut locale.id, &options)?;
    const CASES: &[&str] = &["upper", "lower", "false"];
    const CYCLES: &[&str] = &["h11", "h12", "h23", "h24"];
    for (key, name) in [
        ("ca", "calendar"),
        ("co", "collation"),
        ("fw", "firstDayOfWeek"),
        ("hc", "hourCycle"),
        ("kf", "caseFirst"),
        ("kn", "numeric"),
        ("nu", "numberingSystem"),
    ] {
        let given = match name {
            "numeric" => options.flag(name).map(|flag| flag.to_string()),
            "firstDayOfWeek" => options.text(name)?.map(weekday),
            _ => options.text(name)?,
        };
        let Some(text) = given else { continue };
        let choices = match name {
            "caseFirst" => CASES,
            "hourCycle" => CYCLES,
            _ => &[],
        };
        if !choices.is_empty() && !choices.contains(&text.as_str()) {
            return Err(LocaleError::range_error(format!(
                "Value {text} out of range for locale options property {name}"
            )));
        }
        if !is_value(&text) {
            return Err(malformed());
        }
        let key = Key::try_from_str(key).map_err(|_| malformed())?;
        let value = KeywordValue::try_from_str(&text).map_err(|_| malformed())?;
        locale.extensions.unicode.keywords.set(key, value);
    }
    make_canonical(&mut locale);
    Ok(locale.to_string())
}

fn set_subtags(id: &mut LanguageIdentifier, options: &Options<'_>) -> Result<(), LocaleError> {
    let alphabetic = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic());
    if let Some(text) = options.text("language")? {
        let is_language = matches!(text.len(), 2 | 3 | 5..=8) && alphabetic(&text);
        let language = Some(text).filter(|_| is_language);
        id.language = language.and_then(|text| Language::try_from_str(&text).ok()).ok_or_else(malformed)?;
    }
    if let Some(text) = options.text("script")? {
        id.script = Some(Script::try_from_str(&text).map_err(|_| malformed())?);
    }
    if let Some(text) = options.text("region")? {
        id.region = Some(Region::try_from_str(&text).map_err(|_| malformed())?);
    }
    Ok(())
}

/// A day of the week by number or name.
fn weekday(text: String) -> String {
    const DAYS: [&str; 8] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let named = text.parse::<usize>().ok().filter(|_| text.len() == 1);
    named.and_then(|day| DAYS.get(day)).map_or(text, |day| (*day).to_owned())
}

/// Adds the likely subtags. Of what says nothing at all, ICU4X thinks nothing, and ICU it were American English.
fn maximize(id: &mut LanguageIdentifier) {
    if id.language.is_unknown() && id.script.is_none() && id.region.is_none() {
        id.language = language!("en");
    }
    LocaleExpander::new_extended().maximize(id);
}

/// The region whose customs hold: of the keyword `rg`, of the tag, or the likely one.
fn region(locale: &Locale) -> String {
    let own = || locale.id.region.map(|region| region.to_string());
    let likely = || {
        let mut id = locale.id.clone();
        maximize(&mut id);
        id.region.map(|region| region.to_string())
    };
    region_of(locale, "rg").or_else(own).or_else(likely).unwrap_or_else(|| "001".to_owned())
}

/// The region that a keyword names.
fn region_of(locale: &Locale, key: &str) -> Option<String> {
    Some(keyword(locale, key)?.get(..2)?.to_ascii_uppercase())
}

fn calendars(locale: &Locale) -> Vec<String> {
    if let Some(calendar) = keyword(locale, "ca") {
        return vec![calendar];
    }
    let all = &supplement().calendars;
    let names = all.get(&region(locale)).or_else(|| all.get("001")).cloned().unwrap_or_default();
    names
        .into_iter()
        .map(|name| match name.as_str() {
            "gregorian" => "gregory".to_owned(),
            "ethiopic-amete-alem" => "ethioaa".to_owned(),
            _ => name,
        })
        .collect()
}

fn collations(locale: &Locale) -> Vec<String> {
    if let Some(collation) = keyword(locale, "co") {
        return vec![collation];
    }
    language_collations(locale).into_iter().map(str::to_owned).collect()
}

/// The collations of a locale's language.
pub(super) fn language_collations(locale: &Locale) -> Vec<&'static str> {
    let language = locale.id.language;
    let own = COLLATIONS.iter().find(|(name, _)| *name == language.as_str()).map_or(&[][..], |(_, own)| *own);
    let mut names: Vec<&str> = own.iter().copied().chain(["emoji", "eor"]).collect();
    names.sort_unstable();
    names
}

fn hour_cycle(locale: &Locale) -> String {
    if let Some(cycle) = keyword(locale, "hc") {
        return cycle;
    }
    cycle_name(preferred_hour(locale.id.language.as_str(), &region(locale))).to_owned()
}

fn numbering_system(locale: &Locale) -> Result<String, LocaleError> {
    if let Some(system) = keyword(locale, "nu") {
        return Ok(system);
    }
    let locale = tag::Locale::find(&locale.id.to_string())?.with_data(Kind::Numbers);
    Ok(numbers(&locale).system.clone())
}

/// The zones of the region that the tag names.
fn time_zones(locale: &Locale) -> Option<Json> {
    let region = locale.id.region?;
    texts(supplement().zones_of_regions.get(region.as_str()).cloned().unwrap_or_default())
}
