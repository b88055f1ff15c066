//! The options of `Intl.ListFormat`, and what they come to.

use heddle_data::{Json, JsonObject};

use crate::LocaleError;
use crate::list::format_to_parts;
use crate::options::{Choices, Options};
use crate::part::Part;
use crate::store::Kind;
use crate::tag::Locale;

const STYLES: Choices = ("style", &["long", "short", "narrow"]);
const TYPES: Choices = ("type", &["conjunction", "disjunction", "unit"]);

/// A format for lists.
pub struct ListFormat {
    locale: Locale,
    kind: &'static str,
    style: &'static str,
}

impl ListFormat {
    /// A format of a locale.
    ///
    /// # Errors
    /// For an option out of range.
    pub fn new(locale: Locale, options: Options<'_>) -> Result<Self, LocaleError> {
        let locale = locale.with_data(Kind::Lists);
        options.matcher()?;
        let kind = options.choice(TYPES, "conjunction")?;
        Ok(Self { locale, kind, style: options.choice(STYLES, "long")? })
    }

    /// A list in parts.
    ///
    /// # Errors
    /// None as yet: type and style were looked at before.
    pub fn format_to_parts(&self, elements: &[String]) -> Result<Vec<Part>, LocaleError> {
        format_to_parts(&self.locale, self.kind, self.style, elements)
    }

    /// What `resolvedOptions` shows.
    pub fn resolved(&self) -> Json {
        let mut object = JsonObject::new();
        object.insert("locale", Json::from(self.locale.name.as_str()));
        object.insert("type", Json::from(self.kind));
        object.insert("style", Json::from(self.style));
        Json::from(object)
    }
}
