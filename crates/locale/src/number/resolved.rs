//! What `Intl.NumberFormat` says about itself.

use heddle_data::{Json, JsonObject};

use super::{Notation, NumberFormat, Style};
use crate::number_options::Grouping;

impl NumberFormat {
    /// What `resolvedOptions` shows.
    pub fn resolved(&self) -> Json {
        let mut object = JsonObject::new();
        let mut set = |key: &str, value: Json| {
            object.insert(key, value);
        };
        let nu = self.locale.keyword("nu").filter(|nu| *nu == self.system);
        set("locale", Json::from(self.locale.name_with(&[("nu", nu)])));
        set("numberingSystem", Json::from(self.system.as_str()));
        match &self.style {
            Style::Decimal => set("style", Json::from("decimal")),
            Style::Percent => set("style", Json::from("percent")),
            Style::Currency(code, display) => {
                set("style", Json::from("currency"));
                set("currency", Json::from(code.as_str()));
                set("currencyDisplay", Json::from(*display));
                set("currencySign", Json::from(if self.accounting { "accounting" } else { "standard" }));
            }
            Style::Unit(unit, width) => {
                set("style", Json::from("unit"));
                set("unit", Json::from(unit.as_str()));
                set("unitDisplay", Json::from(*width));
            }
        }
        self.digit_options.show_counts(&mut object);
        let mut set = |key: &str, value: Json| {
            object.insert(key, value);
        };
        let grouping = match self.grouping {
            Grouping::Off => Json::from(false),
            Grouping::Auto => Json::from("auto"),
            Grouping::Always => Json::from("always"),
            Grouping::Min2 => Json::from("min2"),
        };
        set("useGrouping", grouping);
        let notation = match self.notation {
            Notation::Standard => "standard",
            Notation::Scientific => "scientific",
            Notation::Engineering => "engineering",
            Notation::Compact(_) => "compact",
        };
        set("notation", Json::from(notation));
        if let Notation::Compact(long) = self.notation {
            set("compactDisplay", Json::from(if long { "long" } else { "short" }));
        }
        set("signDisplay", Json::from(self.sign_display));
        self.digit_options.show_rounding(&mut object);
        Json::from(object)
    }
}
