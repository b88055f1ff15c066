//! Which locales and values there are.

use heddle_data::Json;

use crate::locale::canonical::canonical;
use crate::locale::number::UNITS;
use crate::locale::options::Options;
use crate::locale::store::{self, Kind, supplement};
use crate::locale::tag::{Locale, Tag, texts_of};
use crate::locale::{collate, plural};
use crate::{Thrown, Value};

/// The calendars and collations of ICU 78.
const CALENDARS: &str = "buddhist chinese coptic dangi ethioaa ethiopic gregory hebrew indian islamic islamic-civil \
    islamic-rgsa islamic-tbla islamic-umalqura iso8601 japanese persian roc";
const COLLATIONS: &str = "compat dict emoji eor phonebk phonetic pinyin searchjl stroke trad unihan zhuyin";
/// The currencies that ICU 78 counts as being in use.
const CURRENCIES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP \
    BYN BZD CAD CDF CHF CLP CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD \
    GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP \
    LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK \
    PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT \
    TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XDR XOF XPF XSU YER ZAR ZMW ZWG ZWL";

fn list(texts: impl IntoIterator<Item = String>) -> Value {
    Value::Json(texts.into_iter().map(Json::from).collect())
}

/// The locales of an argument in their usual spelling, each once.
fn canonical_texts(locales: &Value) -> Result<Vec<String>, Thrown> {
    let mut found = Vec::new();
    for text in texts_of(locales)? {
        let shown = canonical(&text)?.to_string();
        if !found.contains(&shown) {
            found.push(shown);
        }
    }
    Ok(found)
}

/// `Intl.getCanonicalLocales`.
pub(super) fn canonical_locales(locales: &Value) -> Result<Value, Thrown> {
    Ok(list(canonical_texts(locales)?))
}

/// `supportedLocalesOf` of a class: the locales that it has data for.
pub(super) fn available_locales(class: &str, locales: &Value, options: &Value) -> Result<Value, Thrown> {
    let texts = canonical_texts(locales)?;
    let method = format!("Intl.{class}.supportedLocalesOf");
    Options::lenient(options, &method)?.matcher()?;
    let mut found = Vec::new();
    for text in texts {
        let tag = Tag::parse(&text)?;
        let is_known = match class {
            "Collator" => collate::known_locale(&tag.base()).is_some(),
            _ => tag.locale().is_some_and(|locale| has_class(class, &locale)),
        };
        if is_known {
            found.push(text);
        }
    }
    Ok(list(found))
}

fn has_class(class: &str, locale: &Locale) -> bool {
    match class {
        "PluralRules" => plural::is_known(locale),
        "ListFormat" => store::has(locale.data, Kind::Lists),
        _ => true,
    }
}

/// `Intl.supportedValuesOf`.
pub(super) fn supported_values(key: &Value) -> Result<Value, Thrown> {
    let words = |words: &str| list(words.split_whitespace().map(str::to_owned));
    let data = supplement();
    let key = key.to_text()?;
    Ok(match key.as_str() {
        "calendar" => words(CALENDARS),
        "collation" => words(COLLATIONS),
        "currency" => words(CURRENCIES),
        "numberingSystem" => {
            let mut systems: Vec<String> = data.digits.keys().cloned().collect();
            systems.sort_unstable();
            list(systems)
        }
        "timeZone" => {
            let regions = data.zones_of_regions.iter().filter(|(region, _)| *region != "001");
            let mut zones: Vec<String> = regions.flat_map(|(_, zones)| zones).cloned().collect();
            zones.sort_unstable();
            list(zones)
        }
        "unit" => list(UNITS.iter().map(|unit| (*unit).to_owned())),
        _ => return Err(Thrown::range_error(format!("Invalid key : {key}"))),
    })
}
