//! Which locales and values there are.

use crate::LocaleError;
use crate::canonical::canonical;
use crate::number::UNITS;
use crate::store::{self, Kind, supplement};
use crate::tag::{Locale, Tag};
use crate::{collate, plural};

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

/// Tags in their usual spelling, each once.
///
/// # Errors
/// For a malformed tag.
pub fn canonical_tags(tags: &[String]) -> Result<Vec<String>, LocaleError> {
    let mut found = Vec::new();
    for text in tags {
        let shown = canonical(text)?.to_string();
        if !found.contains(&shown) {
            found.push(shown);
        }
    }
    Ok(found)
}

/// `supportedLocalesOf` of a class: of tags in their usual spelling, those that it has data for.
///
/// # Errors
/// For a malformed tag.
pub fn supported_locales(class: &str, tags: Vec<String>) -> Result<Vec<String>, LocaleError> {
    let mut found = Vec::new();
    for text in tags {
        let tag = Tag::parse(&text)?;
        let is_known = match class {
            "Collator" => collate::known_locale(&tag.base()).is_some(),
            _ => tag.locale().is_some_and(|locale| has_class(class, &locale)),
        };
        if is_known {
            found.push(text);
        }
    }
    Ok(found)
}

fn has_class(class: &str, locale: &Locale) -> bool {
    match class {
        "PluralRules" => plural::is_known(locale),
        "ListFormat" => store::has(locale.data, Kind::Lists),
        _ => true,
    }
}

/// `Intl.supportedValuesOf`.
///
/// # Errors
/// For what there is no list of.
pub fn supported_values(key: &str) -> Result<Vec<String>, LocaleError> {
    let words = |words: &str| words.split_whitespace().map(str::to_owned).collect();
    let data = supplement();
    Ok(match key {
        "calendar" => words(CALENDARS),
        "collation" => words(COLLATIONS),
        "currency" => words(CURRENCIES),
        "numberingSystem" => {
            let mut systems: Vec<String> = data.digits.keys().cloned().collect();
            systems.sort_unstable();
            systems
        }
        "timeZone" => {
            let regions = data.zones_of_regions.iter().filter(|(region, _)| *region != "001");
            let mut zones: Vec<String> = regions.flat_map(|(_, zones)| zones).cloned().collect();
            zones.sort_unstable();
            zones
        }
        "unit" => UNITS.iter().map(|unit| (*unit).to_owned()).collect(),
        _ => return Err(LocaleError::range_error(format!("Invalid key : {key}"))),
    })
}
