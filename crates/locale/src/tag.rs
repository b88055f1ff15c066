//! Language tags: reading them, and finding the locale that stands for one.

use smol_str::{SmolStr, format_smolstr};

use super::store::{self, Kind, supplement};
use crate::LocaleError;

/// The locale of the process.
const DEFAULT: &str = "en-US";

/// A well-formed language tag in its usual spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    language: SmolStr,
    script: Option<SmolStr>,
    region: Option<SmolStr>,
    variants: Vec<SmolStr>,
    /// Keywords of the `-u-` extension.
    keywords: Vec<(SmolStr, SmolStr)>,
}

/// A locale that there are data for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale {
    /// Key of the data.
    pub(super) data: &'static str,
    /// The tag that `resolvedOptions` shows, without extensions.
    pub(super) name: SmolStr,
    language: SmolStr,
    region: SmolStr,
    /// Whether the tag names the region.
    named: bool,
    keywords: Vec<(SmolStr, SmolStr)>,
}

fn malformed() -> LocaleError {
    LocaleError::range_error("Incorrect locale information provided")
}

impl Tag {
    /// Reads a tag.
    pub(super) fn parse(text: &str) -> Result<Self, LocaleError> {
        Self::read(text).ok_or_else(malformed)
    }

    fn read(text: &str) -> Option<Self> {
        if !text.is_ascii() {
            return None;
        }
        let lower = text.to_ascii_lowercase();
        let mut parts = lower.split('-').peekable();
        let alphabetic = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
        let alphanumeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let language = parts.next().filter(|part| matches!(part.len(), 2 | 3 | 5..=8) && alphabetic(part))?;
        let mut tag = Self {
            language: SmolStr::new(language),
            script: None,
            region: None,
            variants: Vec::new(),
            keywords: Vec::new(),
        };
        if let Some(script) = parts.next_if(|part| part.len() == 4 && alphabetic(part)) {
            tag.script =
                Some(format_smolstr!("{}{}", script.get(..1)?.to_ascii_uppercase(), script.get(1..)?));
        }
        let is_region = |part: &&str| {
            (part.len() == 2 && alphabetic(part))
                || (part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))
        };
        tag.region = parts.next_if(is_region).map(|region| SmolStr::from(region.to_ascii_uppercase()));
        let is_variant = |part: &&str| {
            alphanumeric(part)
                && (matches!(part.len(), 5..=8)
                    || (part.len() == 4 && part.starts_with(|first: char| first.is_ascii_digit())))
        };
        while let Some(variant) = parts.next_if(is_variant) {
            if tag.variants.iter().any(|own| own == variant) {
                return None;
            }
            tag.variants.push(SmolStr::new(variant));
        }
        let mut singletons = Vec::new();
        while let Some(singleton) = parts.next() {
            if singleton.len() != 1 || !alphanumeric(singleton) {
                return None;
            }
            if singletons.contains(&singleton) {
                return None;
            }
            singletons.push(singleton);
            if singleton == "x" {
                let rest: Vec<&str> = parts.by_ref().collect();
                let valid = |part: &&str| (1..=8).contains(&part.len()) && alphanumeric(part);
                return (!rest.is_empty() && rest.iter().all(valid)).then_some(tag);
            }
            let mut subtags = Vec::new();
            while let Some(subtag) = parts.next_if(|part| (2..=8).contains(&part.len()) && alphanumeric(part))
            {
                subtags.push(subtag);
            }
            if subtags.is_empty() {
                return None;
            }
            if singleton == "u" {
                tag.add_keywords(&subtags);
            }
        }
        tag.replace_old_language();
        Some(tag)
    }

    fn add_keywords(&mut self, subtags: &[&str]) {
        let mut subtags = subtags.iter().skip_while(|subtag| subtag.len() != 2).peekable();
        while let Some(key) = subtags.next() {
            let mut value = Vec::new();
            while let Some(subtag) = subtags.next_if(|subtag| subtag.len() > 2) {
                value.push(*subtag);
            }
            if !self.keywords.iter().any(|(own, _)| own == key) {
                self.keywords.push((SmolStr::new(key), SmolStr::from(value.join("-"))));
            }
        }
    }

    /// Languages that were renamed, such as `iw`.
    fn replace_old_language(&mut self) {
        let Some(new) = supplement().language_aliases.get(self.language.as_str()) else { return };
        let mut parts = new.split(['-', '_']);
        self.language = SmolStr::new(parts.next().unwrap_or_default());
        for part in parts {
            match part.len() {
                4 if self.script.is_none() => self.script = Some(SmolStr::new(part)),
                2 | 3 if self.region.is_none() => self.region = Some(SmolStr::new(part)),
                _ => {}
            }
        }
    }

    /// The tag without extensions.
    pub(super) fn base(&self) -> String {
        let parts = [Some(&self.language), self.script.as_ref(), self.region.as_ref()];
        let mut text = parts.into_iter().flatten().map(SmolStr::as_str).collect::<Vec<_>>().join("-");
        for variant in &self.variants {
            text.push('-');
            text.push_str(variant);
        }
        text
    }

    /// The locale that there are data for, if there is one.
    pub(super) fn locale(&self) -> Option<Locale> {
        self.lookup()
    }

    /// The most specific locale that there are data for.
    fn lookup(&self) -> Option<Locale> {
        let mut candidate = self.base();
        let data = loop {
            let alias = supplement().aliases.get(&candidate).map(String::as_str);
            if let Some(known) = store::known(alias.unwrap_or(&candidate)) {
                break known;
            }
            candidate.truncate(candidate.rfind('-')?);
        };
        let has_region = candidate.split('-').skip(1).any(|part| matches!(part.len(), 2 | 3));
        let likely = likely_region(data);
        let region = self.region.clone().filter(|_| has_region).unwrap_or_else(|| likely.clone());
        // locales of a language in its own region have no data of their own, but a name
        let own = self.region.is_some()
            && self.variants.is_empty()
            && self.script.as_ref().is_none_or(|script| candidate.split('-').any(|part| part == script))
            && !has_region
            && self.region.as_ref() == Some(&likely);
        let name =
            if own { SmolStr::from(format!("{candidate}-{region}")) } else { SmolStr::from(candidate) };
        let named = self.region.is_some() && (has_region || own);
        Some(Locale {
            data,
            name,
            language: self.language.clone(),
            region,
            named,
            keywords: self.keywords.clone(),
        })
    }

    /// The tag's own region, whether there are data for it or not.
    pub(super) fn own_region(&self) -> Option<&str> {
        self.region.as_deref()
    }
}

/// The region that a locale is of when its tag names none.
fn likely_region(data: &str) -> SmolStr {
    let own = data.split('-').skip(1).find(|part| matches!(part.len(), 2 | 3));
    let likely = own.or_else(|| supplement().regions.get(data).map(String::as_str));
    SmolStr::new(likely.unwrap_or("001"))
}

impl Locale {
    /// The locale of one tag, the process's if there are no data for it.
    ///
    /// # Errors
    /// For a malformed tag.
    pub fn find(tag: &str) -> Result<Self, LocaleError> {
        let tag = Tag::parse(tag)?;
        Ok(tag.lookup().unwrap_or_else(Self::system))
    }

    /// The locale of several tags: of the first that there are data for.
    ///
    /// # Errors
    /// For a malformed tag.
    pub fn of_tags(tags: &[String]) -> Result<Self, LocaleError> {
        let tags = parse_all(tags)?;
        Ok(tags.iter().find_map(Tag::lookup).unwrap_or_else(Self::system))
    }

    /// This locale if it has data of a kind, else the process's.
    pub(super) fn with_data(self, kind: Kind) -> Self {
        if store::has(self.data, kind) { self } else { Self::system() }
    }

    /// The locale of the process.
    pub(super) fn system() -> Self {
        Self {
            data: store::known("en").unwrap_or("en"),
            name: SmolStr::new_static(DEFAULT),
            language: SmolStr::new_static("en"),
            region: SmolStr::new_static("US"),
            named: true,
            keywords: Vec::new(),
        }
    }

    /// The value of a keyword of the tag's `-u-` extension.
    pub fn keyword(&self, key: &str) -> Option<&str> {
        self.keywords.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str())
    }

    /// The language without script and region.
    pub(super) fn language(&self) -> &str {
        &self.language
    }

    /// The region, likely if not named; a keyword may replace it.
    pub(super) fn region(&self) -> SmolStr {
        match self.keyword("rg").and_then(|region| region.get(..2)) {
            Some(region) => SmolStr::from(region.to_ascii_uppercase()),
            None => self.region.clone(),
        }
    }

    /// Whether the tag names a region.
    pub(super) fn names_region(&self) -> bool {
        self.named
    }

    /// Whether the tag names this region.
    pub(super) fn is_of(&self, region: &str) -> bool {
        self.named && self.region == region
    }

    /// The tag with the given keywords, as `resolvedOptions` shows it.
    pub fn name_with(&self, keywords: &[(&str, Option<&str>)]) -> String {
        let mut name = self.name.to_string();
        let mut found: Vec<(&str, &str)> =
            keywords.iter().filter_map(|(key, value)| Some((*key, (*value)?))).collect();
        found.sort_unstable();
        if !found.is_empty() {
            name.push_str("-u");
        }
        for (key, value) in found {
            name.push('-');
            name.push_str(key);
            if value != "true" && !value.is_empty() {
                name.push('-');
                name.push_str(value);
            }
        }
        name
    }
}

fn parse_all(tags: &[String]) -> Result<Vec<Tag>, LocaleError> {
    tags.iter().map(|text| Tag::parse(text)).collect()
}

/// The locale that changes the case of letters: of the first tag, whether there are data for it or not.
pub(super) fn case_language(tags: &[String]) -> Result<SmolStr, LocaleError> {
    Ok(parse_all(tags)?.first().map_or(SmolStr::new_static("en"), |tag| tag.language.clone()))
}
