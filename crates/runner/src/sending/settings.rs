//! What a node's JSON says of its recipients: `recipient`, `sendOnce` and `exclude` (`docs/mailings.md`).

use std::time::Duration;

use heddle_expression::CompiledValue;
use heddle_node::{Json, JsonObject};
use heddle_workflow::Node;

use super::phone::Country;
use super::recipient::RecipientForm;

/// The settings' names.
pub(crate) const NAMES: [&str; 3] = ["recipient", "sendOnce", "exclude"];
/// Names of the values that are evaluated for each item.
pub(crate) const RECIPIENT: &str = "recipient";
pub(crate) const KEY: &str = "key";
pub(crate) const EXCLUDE: &str = "exclude";

/// The settings of a node that says something of its recipients.
#[derive(Debug)]
pub(crate) struct SendingSettings {
    /// How the recipient is read, where the node's JSON says who it is.
    pub(crate) form: Option<RecipientForm>,
    pub(crate) once: Option<SendOnce>,
    /// The values that may be expressions: an object.
    pub(crate) values: Json,
    pub(crate) compiled: CompiledValue,
}

/// What is sent once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SendOnce {
    /// Within this time; for all time when absent.
    pub(crate) within: Option<Duration>,
    /// Among the sends of all nodes, in place of those of this one.
    pub(crate) everywhere: bool,
}

/// What is wrong with a setting: where it is in the node's JSON, why, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrongSetting {
    pub(crate) pointer: String,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// Reads settings, and collects what is wrong in them.
struct Reader {
    wrong: Vec<WrongSetting>,
    values: JsonObject,
}

impl SendingSettings {
    /// What a node's JSON says; `None` where it says nothing.
    pub(crate) fn read(node: &Node) -> (Option<Self>, Vec<WrongSetting>) {
        let setting = |name: &str| node.get(name).filter(|value| !value.is_null());
        let [recipient, once, exclude] = NAMES.map(setting);
        let mut reader = Reader { wrong: Vec::new(), values: JsonObject::new() };
        let form = recipient.and_then(|value| reader.recipient(value));
        let send_once = once.and_then(|value| reader.once(value));
        if let Some(value) = exclude {
            reader.exclude(value);
        }
        if recipient.is_none() && once.is_none() && exclude.is_none() {
            return (None, Vec::new());
        }
        let values = Json::from(reader.values);
        let compiled = CompiledValue::compile(&values);
        let mut wrong = reader.wrong;
        wrong.extend(compiled.errors().into_iter().map(|(pointer, error)| WrongSetting {
            pointer: place_of(pointer.as_str()).to_owned(),
            message: format!("The expression cannot be read: {}", error.message),
            help: "Correct the expression.".to_owned(),
        }));
        (Some(Self { form, once: send_once, values, compiled }), wrong)
    }
}

/// Where a value is in the node's JSON.
pub(crate) fn place_of(pointer: &str) -> &'static str {
    match pointer.trim_start_matches('/').split('/').next() {
        Some(RECIPIENT) => "/recipient/value",
        Some(KEY) => "/sendOnce/key",
        _ => "/exclude",
    }
}

impl Reader {
    fn wrong(&mut self, pointer: &str, message: String, help: &str) {
        self.wrong.push(WrongSetting { pointer: pointer.to_owned(), message, help: help.to_owned() });
    }

    /// The members of a setting that is an object, where it has no others.
    fn object<'j>(
        &mut self,
        name: &str,
        value: &'j Json,
        known: &[&str],
        help: &str,
    ) -> Option<&'j JsonObject> {
        let Some(object) = value.as_object() else {
            self.wrong(&format!("/{name}"), format!("\"{name}\" must be an object"), help);
            return None;
        };
        for key in object.keys().filter(|key| !known.contains(key)) {
            let message = format!("\"{name}\" has no member \"{key}\": it has {}", known.join(", "));
            self.wrong(&format!("/{name}/{key}"), message, help);
        }
        Some(object)
    }

    fn recipient(&mut self, value: &Json) -> Option<RecipientForm> {
        const HELP: &str =
            "Write {\"value\": \"={{ $json.phone }}\", \"as\": \"phone\", \"country\": \"BR\"}.";
        let object = self.object("recipient", value, &["value", "as", "country"], HELP)?;
        match object.get("value") {
            Some(value) if value.as_str().is_some() || value.as_f64().is_some() => {
                self.values.insert(RECIPIENT, value.clone());
            }
            _ => self.wrong(
                "/recipient/value",
                "\"recipient\" has no value: whom the item is for".to_owned(),
                HELP,
            ),
        }
        let is_phone = match object.get("as").and_then(Json::as_str) {
            Some("phone") => true,
            Some("text") => false,
            None if object.get("as").is_none() => false,
            _ => {
                self.wrong("/recipient/as", "\"as\" must be \"phone\" or \"text\"".to_owned(), HELP);
                false
            }
        };
        let country = object.get("country").and_then(|value| {
            let country = value.as_str().and_then(Country::named);
            if country.is_none() {
                let message =
                    format!("{value} is no country that is known here: give its two letters, such as BR");
                self.wrong("/recipient/country", message, HELP);
            } else if !is_phone {
                let message = "Only phone numbers have a \"country\"".to_owned();
                self.wrong("/recipient/country", message, "Add \"as\": \"phone\".");
            }
            country
        });
        Some(RecipientForm { is_phone, country })
    }

    fn once(&mut self, value: &Json) -> Option<SendOnce> {
        const HELP: &str = "Write {\"within\": \"30d\"}, with \"key\" where it is not the recipient, and \"scope\": \"store\" where the sends of all nodes count.";
        let mut once = SendOnce { within: None, everywhere: false };
        if value.as_bool() == Some(true) {
            return Some(once);
        }
        let object = self.object("sendOnce", value, &["key", "within", "scope"], HELP)?;
        match object.get("key") {
            None => {}
            Some(key) if key.as_str().is_some_and(|key| !key.trim().is_empty()) => {
                self.values.insert(KEY, key.clone());
            }
            Some(_) => {
                self.wrong("/sendOnce/key", "\"key\" must be a text, mostly an expression".to_owned(), HELP)
            }
        }
        if let Some(within) = object.get("within") {
            once.within = within.as_str().and_then(read_duration);
            if once.within.is_none() {
                let message =
                    format!("{within} is no time: give a number with s, m, h or d, such as \"30d\"");
                self.wrong("/sendOnce/within", message, HELP);
            }
        }
        match object.get("scope").map(|scope| scope.as_str()) {
            None | Some(Some("node")) => {}
            Some(Some("store")) => once.everywhere = true,
            Some(_) => {
                self.wrong("/sendOnce/scope", "\"scope\" must be \"node\" or \"store\"".to_owned(), HELP)
            }
        }
        Some(once)
    }

    fn exclude(&mut self, value: &Json) {
        let is_list = value.as_array().is_some_and(|list| list.iter().all(|entry| entry.as_str().is_some()));
        if is_list || value.as_str().is_some_and(|text| text.starts_with('=')) {
            self.values.insert(EXCLUDE, value.clone());
        } else {
            self.wrong(
                "/exclude",
                "\"exclude\" must be a list of recipients, or an expression".to_owned(),
                "Write an expression that gives true for an item to be left out, or a list: \"={{ $json.optedOut }}\".",
            );
        }
    }
}

/// A time such as `30d`, `12h`, `90m` or `45s`.
fn read_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let count: u64 = text[..text.len() - 1].trim().parse().ok()?;
    let seconds = count.checked_mul(unit).filter(|seconds| (1..=u64::from(u32::MAX)).contains(seconds))?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use heddle_node::json;

    use super::*;

    fn read(settings: Json) -> (Option<SendingSettings>, Vec<String>) {
        let (settings, wrong) = SendingSettings::read(&Node::from_json(&settings));
        (settings, wrong.into_iter().map(|wrong| wrong.pointer).collect())
    }

    #[test]
    fn settings_are_read() {
        let (settings, wrong) = read(json!({
            "recipient": { "value": "={{ $json.to }}", "as": "phone", "country": "BR" },
            "sendOnce": { "within": "30d", "scope": "store" },
            "exclude": "={{ $json.no }}",
        }));
        assert_eq!(wrong, Vec::<String>::new());
        let settings = settings.expect("settings");
        assert!(settings.form.is_some_and(|form| form.is_phone && form.country.is_some()));
        let month = Some(Duration::from_secs(30 * 86_400));
        assert_eq!(settings.once, Some(SendOnce { within: month, everywhere: true }));
        assert!(read(json!({ "name": "a" })).0.is_none());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (settings, place) in [
            (json!({ "recipient": "a" }), "/recipient"),
            (json!({ "recipient": { "as": "phone" } }), "/recipient/value"),
            (json!({ "recipient": { "value": "a", "as": "fax" } }), "/recipient/as"),
            (json!({ "recipient": { "value": "a", "as": "phone", "country": "XX" } }), "/recipient/country"),
            (json!({ "recipient": { "value": "a", "country": "BR" } }), "/recipient/country"),
            (json!({ "recipient": { "value": "={{ $json. }}" } }), "/recipient/value"),
            (json!({ "sendOnce": "yes" }), "/sendOnce"),
            (json!({ "sendOnce": { "within": "a month" } }), "/sendOnce/within"),
            (json!({ "sendOnce": { "within": "0d" } }), "/sendOnce/within"),
            (json!({ "sendOnce": { "scope": "world" } }), "/sendOnce/scope"),
            (json!({ "sendOnce": { "keys": "a" } }), "/sendOnce/keys"),
            (json!({ "sendOnce": { "key": "" } }), "/sendOnce/key"),
            (json!({ "exclude": "list.txt" }), "/exclude"),
        ] {
            assert_eq!(read(settings.clone()).1, [place], "{settings}");
        }
    }
}
