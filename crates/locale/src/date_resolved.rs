//! What `Intl.DateTimeFormat` says about its formats.

use heddle_data::{Json, JsonObject};
use icu_locale::extensions::unicode::{Value as KeywordValue, key};

use crate::date::{DateFormat, Resolved};
use crate::date_options::DateOptions;
use crate::tag::Locale;
use crate::zone_text::resolved_zone;

/// The tag of a format, with the hours that its locale's tag asked for where the format has none.
fn shown_locale(resolved: &Resolved, cycle: Option<&str>) -> String {
    let shown = || {
        let cycle = cycle.filter(|_| resolved.hour_cycle.is_none())?;
        let mut tag = icu_locale::Locale::try_from_str(&resolved.locale).ok()?;
        let value = KeywordValue::try_from_str(cycle).ok()?;
        tag.extensions.unicode.keywords.set(key!("hc"), value);
        Some(tag.to_string())
    };
    shown().unwrap_or_else(|| resolved.locale.to_string())
}

impl DateFormat {
    /// What `resolvedOptions` shows of a format that was made with these options for a locale.
    pub fn resolved_options(&self, locale: &Locale, options: &DateOptions) -> Json {
        let is_cycle = |cycle: &&str| matches!(*cycle, "h11" | "h12" | "h23" | "h24");
        let is_free = options.get("hourCycle").is_none() && options.get("hour12").is_none();
        let cycle = locale.keyword("hc").filter(is_cycle).filter(|_| is_free);
        let resolved = self.resolved();
        let mut object = JsonObject::new();
        let mut set = |key: &str, value: Json| {
            object.insert(key, value);
        };
        set("locale", Json::from(shown_locale(resolved, cycle)));
        set("calendar", Json::from(resolved.calendar.as_str()));
        set("numberingSystem", Json::from(resolved.numbering_system.as_str()));
        set("timeZone", Json::from(resolved_zone(self.zone()).as_str()));
        if let (Some(cycle), Some(hour12)) = (resolved.hour_cycle, resolved.hour12) {
            set("hourCycle", Json::from(cycle));
            set("hour12", Json::from(hour12));
        }
        let styles = ["dateStyle", "timeStyle"].map(|name| (name, options.get(name)));
        if styles.iter().all(|(_, style)| style.is_none()) {
            // V8 does not tell of a short era that a calendar adds by itself
            let is_asked = |name: &str, value: &Json| {
                (name, value.as_str()) != ("era", Some("short")) || options.get("era").is_some()
            };
            for (name, value) in self.resolved_fields() {
                if is_asked(name, &value) {
                    set(name, value);
                }
            }
        }
        for (name, style) in styles {
            if let Some(style) = style {
                set(name, Json::from(style));
            }
        }
        Json::from(object)
    }
}
