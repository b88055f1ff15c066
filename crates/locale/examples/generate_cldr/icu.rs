//! Names and patterns of calendars other than the Gregorian one, from ICU's own resource bundles (`unpack_icu.mjs`):
//! most of CLDR's JSON packages for them are of older releases.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::Result;
use super::dates::{additions, without_alternatives};

/// Calendars with data of their own, and the one whose patterns theirs are stored as a difference from.
const CALENDARS: [(&str, Base); 13] = [
    ("buddhist", Base::Generic),
    ("chinese", Base::Root),
    ("coptic", Base::Generic),
    ("dangi", Base::Chinese),
    ("ethiopic", Base::Generic),
    ("ethiopic-amete-alem", Base::Generic),
    ("hebrew", Base::Generic),
    ("indian", Base::Generic),
    ("islamic", Base::Generic),
    ("iso8601", Base::Root),
    ("japanese", Base::Generic),
    ("persian", Base::Generic),
    ("roc", Base::Generic),
];

/// Calendars whose months are not the Gregorian ones.
const OWN_MONTHS: [&str; 9] = [
    "chinese",
    "coptic",
    "dangi",
    "ethiopic",
    "ethiopic-amete-alem",
    "hebrew",
    "indian",
    "islamic",
    "persian",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    /// The patterns that the locale has for calendars in general.
    Generic,
    /// The locale's patterns of the Chinese calendar.
    Chinese,
    /// The root's patterns of the calendar itself.
    Root,
}

/// The root's names and patterns are kept once, under a name that no tag can have.
pub(crate) const ROOT: &str = "@root";

/// The calendar in a path.
fn calendar_of(path: &str) -> &str {
    path.split('/').nth(1).unwrap_or_default()
}

/// The resource bundles by locale.
pub(crate) struct Icu {
    bundles: BTreeMap<String, Value>,
    root: Value,
}

impl Icu {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let mut bundles = BTreeMap::new();
        for file in
            fs::read_dir(folder.join("icu")).map_err(|error| format!("icu: {error}; run unpack_icu.mjs"))?
        {
            let path = file?.path();
            let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
            bundles.insert(name, serde_json::from_str(&fs::read_to_string(&path)?)?);
        }
        let mut icu = Self { bundles, root: Value::Null };
        icu.root = icu.calendars_of("root");
        Ok(icu)
    }

    /// First days of the Japanese eras: year, month, day.
    pub(crate) fn japanese_eras(&self) -> Value {
        let eras = &self.bundles["supplement"]["calendarData"]["japanese"]["eras"];
        (0..).map_while(|era: usize| eras.get(era.to_string())).map(|era| era["start"].clone()).collect()
    }

    /// The bundles that a locale inherits from, itself first.
    fn chain(&self, locale: &str) -> Vec<&Value> {
        let mut chain = Vec::new();
        let mut current = locale.to_owned();
        while current != "root" {
            let bundle = self.bundles.get(&current);
            if let Some(alias) = bundle.and_then(|bundle| bundle["%%ALIAS"].as_str()) {
                current = alias.replace('_', "-");
                continue;
            }
            chain.extend(bundle);
            current = match bundle.and_then(|bundle| bundle["%%Parent"].as_str()) {
                Some(parent) => parent.replace('_', "-"),
                None => current.rsplit_once('-').map_or("root", |(parent, _)| parent).to_owned(),
            };
        }
        chain.extend(self.bundles.get("root"));
        chain
    }

    /// What a path leads to in each bundle that a locale inherits from. An alias goes on from the locale itself, and one
    /// within a calendar from the calendar that was asked for, which may have come to this one by an alias.
    fn found(&self, locale: &str, path: &str) -> Vec<&Value> {
        self.found_for(locale, path, calendar_of(path))
    }

    fn found_for(&self, locale: &str, path: &str, asked: &str) -> Vec<&Value> {
        let mut found = Vec::new();
        for bundle in self.chain(locale) {
            let mut node = bundle;
            let mut rest = path;
            let alias = loop {
                if let Some(alias) = node["@alias"].as_str() {
                    break Some(alias);
                }
                if rest.is_empty() {
                    break None;
                }
                let (key, further) = rest.split_once('/').unwrap_or((rest, ""));
                node = &node[key];
                rest = further;
            };
            match alias {
                Some(alias) => {
                    let target = alias.trim_start_matches("/LOCALE/");
                    let (own, other) = (calendar_of(path), calendar_of(target));
                    let target =
                        if own == other { target.replacen(own, asked, 1) } else { target.to_owned() };
                    let path = if rest.is_empty() { target } else { format!("{target}/{rest}") };
                    found.extend(self.found_for(locale, &path, asked));
                }
                None if node.is_null() => {}
                None => found.push(node),
            }
        }
        found
    }

    /// The value that a path leads to.
    fn value(&self, locale: &str, path: &str) -> Value {
        self.found(locale, path).first().map_or(Value::Null, |value| (*value).clone())
    }

    /// The table that a path leads to, with what is inherited; keys in the order in which ICU reads them.
    fn table(&self, locale: &str, path: &str) -> Map<String, Value> {
        let mut table = Map::new();
        for node in self.found(locale, path) {
            for (key, value) in node.as_object().into_iter().flatten() {
                match (table.get_mut(key), value) {
                    (None, _) => {
                        table.insert(key.clone(), value.clone());
                    }
                    (Some(Value::Object(known)), Value::Object(more)) => {
                        for (key, value) in more {
                            known.entry(key.clone()).or_insert_with(|| value.clone());
                        }
                    }
                    _ => {}
                }
            }
        }
        table
    }

    /// All patterns of a calendar, and the skeletons in ICU's order.
    fn patterns(&self, locale: &str, calendar: &str) -> (Value, Vec<String>) {
        let path = |what: &str| format!("calendar/{calendar}/{what}");
        let styles = self.value(locale, &path("DateTimePatterns"));
        let text = |entry: &Value| entry.get(0).unwrap_or(entry).clone();
        let range = |from: usize| (from..from + 4).map(|index| text(&styles[index])).collect::<Value>();
        let numbers: Value = (4..8).map(|index| styles[index].get(1).cloned().unwrap_or_default()).collect();
        let available = self.table(locale, &path("availableFormats"));
        let available: Map<String, Value> =
            available.into_iter().filter(|(_, pattern)| pattern.is_string()).collect();
        let order = available.keys().cloned().collect();
        let mut intervals = self.table(locale, &path("intervalFormats"));
        let fallback = intervals.remove("fallback");
        let mut patterns = json!({
            "time": range(0),
            "date": range(4),
            "glue": range(9),
            "available": available,
            "append": self.table(locale, &path("appendItems")),
            "intervals": without_alternatives(&intervals.into()),
            "intervalFallback": fallback,
        });
        let is_any = |list: &Value| list.as_array().into_iter().flatten().any(Value::is_string);
        patterns["dateNumbers"] = if is_any(&numbers) { numbers } else { json!([]) };
        let at_glue = self.at_glue(locale, calendar);
        let has_own = calendar != "generic" && is_any(&at_glue);
        patterns["atGlue"] = if has_own { at_glue } else { json!([]) };
        (patterns, order)
    }

    /// How a Gregorian date and a time of it are put together; null where that is as any two.
    pub(crate) fn at_glue(&self, locale: &str, calendar: &str) -> Value {
        let glue = self.value(locale, &format!("calendar/{calendar}/DateTimePatterns%atTime"));
        (0..4).map(|style| glue[style].clone()).collect()
    }

    /// The patterns of calendars in general.
    pub(crate) fn generic(&self, locale: &str) -> Value {
        let (mut patterns, order) = self.patterns(locale, "generic");
        patterns["order"] = order.into();
        patterns
    }

    /// The names of a calendar: months with other fields (wide, abbreviated, narrow) and alone, eras (wide, abbreviated,
    /// narrow), leap months in words and digits, years of the cycle.
    fn names(&self, locale: &str, calendar: &str) -> Map<String, Value> {
        const WIDTHS: [&str; 3] = ["wide", "abbreviated", "narrow"];
        let mut names = Map::new();
        let in_contexts = |what: &str, leaf: &str| -> Value {
            let path =
                |context: &str, width: &str| format!("calendar/{calendar}/{what}/{context}/{width}{leaf}");
            let texts = ["format", "stand-alone"].into_iter().enumerate().flat_map(|(context, name)| {
                WIDTHS
                    .iter()
                    .enumerate()
                    .map(move |(width, own)| ((3 * context + width).to_string(), (name, *own)))
            });
            texts
                .map(|(key, (name, width))| (key, self.value(locale, &path(name, width))))
                .collect::<Map<_, _>>()
                .into()
        };
        if OWN_MONTHS.contains(&calendar) {
            names.insert("months".to_owned(), in_contexts("monthNames", ""));
        }
        if matches!(calendar, "chinese" | "dangi") {
            let mut leap = in_contexts("monthPatterns", "/leap");
            leap["6"] = self.value(locale, &format!("calendar/{calendar}/monthPatterns/numeric/all/leap"));
            names.insert("leap".to_owned(), leap);
            let years =
                self.value(locale, &format!("calendar/{calendar}/cyclicNameSets/years/format/abbreviated"));
            names.insert("years".to_owned(), years);
        } else if calendar != "iso8601" {
            let eras = (0..3).zip(WIDTHS).map(|(key, width): (usize, &str)| {
                let table = self.table(locale, &format!("calendar/{calendar}/eras/{width}"));
                (key.to_string(), Value::from(table))
            });
            names.insert("eras".to_owned(), eras.collect::<Map<_, _>>().into());
        }
        names
    }

    /// What a locale has of calendars beside what it inherits from the root and the calendars in general.
    pub(crate) fn calendars(&self, locale: &str) -> Value {
        let own = self.calendars_of(locale);
        own.as_object()
            .into_iter()
            .flatten()
            .map(|(calendar, entry)| (calendar.clone(), additions(&self.root_names(calendar), entry)))
            .filter(|(_, entry)| entry.as_object().is_some_and(|entry| !entry.is_empty()))
            .collect::<Map<_, _>>()
            .into()
    }

    fn root_names(&self, calendar: &str) -> Value {
        let mut names = self.root[calendar].clone();
        if let Some(names) = names.as_object_mut() {
            names.remove("patterns");
            names.remove("order");
        }
        names
    }

    /// The root's names of calendars, and its patterns of those that have no others to differ from.
    pub(crate) fn root(&self) -> &Value {
        &self.root
    }

    fn calendars_of(&self, locale: &str) -> Value {
        let mut section = Map::new();
        for (calendar, base) in CALENDARS {
            let mut entry = self.names(locale, calendar);
            let (patterns, order) = self.patterns(locale, calendar);
            let (base, base_order) = match base {
                Base::Generic => self.patterns(locale, "generic"),
                Base::Chinese => self.patterns(locale, "chinese"),
                Base::Root if locale == "root" => (json!({}), Vec::new()),
                Base::Root => self.patterns("root", calendar),
            };
            let different = additions(&base, &patterns);
            if different.as_object().is_some_and(|different| !different.is_empty()) {
                entry.insert("patterns".to_owned(), different);
            }
            // the calendar's own skeletons come first, then those of the base that are left
            let mut first = order.len();
            for key in base_order.iter().rev() {
                if first > 0 && order[first - 1] == *key {
                    first -= 1;
                }
            }
            if first > 0 {
                entry.insert("order".to_owned(), order[..first].iter().cloned().collect());
            }
            section.insert(calendar.to_owned(), entry.into());
        }
        section.into()
    }
}
