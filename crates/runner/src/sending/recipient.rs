//! Whom an item is for: one key for all ways of writing it.

use heddle_node::Recipient;

use super::phone::{Country, phone_key};

/// How the text of a recipient is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct RecipientForm {
    /// Whether it is a phone number.
    pub(crate) is_phone: bool,
    /// The country of numbers that are written without its code.
    pub(crate) country: Option<Country>,
}

impl RecipientForm {
    /// The recipient's key; `None` for a text that says nothing. What is no phone number is a text.
    pub(crate) fn key(self, text: &str) -> Option<String> {
        let text = text.trim();
        if !text.contains(char::is_alphanumeric) {
            return None;
        }
        let phone = self.is_phone.then(|| phone_key(text, self.country)).flatten();
        Some(phone.unwrap_or_else(|| text.to_lowercase()))
    }
}

/// The key of the recipient that a node names itself, and how it is read.
pub(crate) fn key_of(recipient: &Recipient) -> (Option<String>, RecipientForm) {
    let (text, is_phone) = match recipient {
        Recipient::Phone(text) => (text, true),
        Recipient::Text(text) => (text, false),
    };
    let form = RecipientForm { is_phone, country: None };
    (form.key(text), form)
}
