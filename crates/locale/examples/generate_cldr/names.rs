//! Names of languages, regions, scripts, variants, calendars and fields of dates, for `Intl.DisplayNames`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::dates::DATE_FIELDS;
use super::{Cldr, Result, entries, language};

/// The kinds of names, with the file that they are in.
const KINDS: [(&str, &str, &str); 4] = [
    ("languages", "languages", "languages"),
    ("regions", "territories", "territories"),
    ("scripts", "scripts", "scripts"),
    ("variants", "variants", "variants"),
];

type Names = BTreeMap<String, String>;

/// The names of one kind by code. Short ones have the code with `-alt-short`; ICU has the other alternatives, too, but
/// `Intl` does not show them.
fn of_kind(object: &Value) -> Names {
    entries(object)
        .filter(|(code, _)| !code.contains("-menu-"))
        .filter(|(code, _)| !code.contains("-alt-") || code.ends_with("-alt-short"))
        .filter_map(|(code, name)| Some((code.clone(), name.as_str()?.to_owned())))
        .collect()
}

/// All names of a locale by kind.
fn all(cldr: &Cldr, locale: &str) -> Result<BTreeMap<&'static str, Names>> {
    let package = "cldr-localenames-full";
    let mut names = BTreeMap::new();
    for (kind, file, key) in KINDS {
        // CLDR's root has no such files
        let Ok(file) = cldr.main(package, locale, file) else { continue };
        names.insert(kind, of_kind(&file["localeDisplayNames"][key]));
    }
    let file = cldr.main(package, locale, "localeDisplayNames")?;
    let mut calendars = of_kind(&file["localeDisplayNames"]["types"]["calendar"]);
    calendars.remove("core");
    names.insert("calendars", calendars);
    let file = cldr.main("cldr-dates-full", locale, "dateFields")?;
    let mut fields = Names::new();
    for field in DATE_FIELDS {
        for width in ["", "-short", "-narrow"] {
            let name = format!("{field}{width}");
            if let Some(text) = file["dates"]["fields"][&name]["displayName"].as_str() {
                fields.insert(name, text.to_owned());
            }
        }
    }
    names.insert("fields", fields);
    Ok(names)
}

/// Which codes have names, by kind, and the names of the languages' own locales.
pub(crate) struct NameTable {
    codes: BTreeMap<&'static str, BTreeSet<String>>,
    bases: BTreeMap<String, BTreeMap<&'static str, Names>>,
}

impl NameTable {
    pub(crate) fn read(cldr: &Cldr, locales: &BTreeSet<&str>) -> Result<Self> {
        let mut table = Self { codes: BTreeMap::new(), bases: BTreeMap::new() };
        for locale in locales {
            let names = all(cldr, locale)?;
            for (kind, names) in &names {
                table.codes.entry(kind).or_default().extend(names.keys().cloned());
            }
            // the first locale of a language is what the others differ from
            table.bases.entry(language(locale)).or_insert(names);
        }
        Ok(table)
    }

    /// The codes of every kind, in the order of the names.
    pub(crate) fn codes(&self) -> Value {
        self.codes
            .iter()
            .map(|(kind, codes)| ((*kind).to_owned(), codes.iter().cloned().collect::<Vec<_>>().into()))
            .collect::<Map<_, _>>()
            .into()
    }

    /// The names of a locale: those of its language's first locale, one a line in the order of the codes, and its own
    /// where they differ. Keys for every name would double the size.
    pub(crate) fn section(&self, cldr: &Cldr, locale: &str) -> Result<Value> {
        let names = all(cldr, locale)?;
        let base = self.bases.get(&language(locale)).unwrap_or(&names);
        let none = Names::new();
        let mut section = Map::new();
        let mut own = Map::new();
        for (kind, codes) in &self.codes {
            let (base, names) = (base.get(kind).unwrap_or(&none), names.get(kind).unwrap_or(&none));
            let line = |code: &String| base.get(code).map(String::as_str).unwrap_or_default();
            let text = codes.iter().map(line).collect::<Vec<_>>().join("\n");
            section.insert((*kind).to_owned(), Value::from(text.trim_end()));
            let different: Map<String, Value> = codes
                .iter()
                .filter(|code| base.get(*code) != names.get(*code))
                .map(|code| (code.clone(), Value::from(names.get(code).cloned().unwrap_or_default())))
                .collect();
            if !different.is_empty() {
                own.insert((*kind).to_owned(), different.into());
            }
        }
        let file = cldr.main("cldr-localenames-full", locale, "localeDisplayNames")?;
        let pattern = &file["localeDisplayNames"]["localeDisplayPattern"];
        section.insert("pattern".to_owned(), pattern["localePattern"].clone());
        section.insert("separator".to_owned(), pattern["localeSeparator"].clone());
        section.insert("own".to_owned(), json!(own));
        Ok(section.into())
    }
}
