//! Contacts (docs/wts-api.md §10): reading only, to see what sends made of them.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::query::Listed;
use super::{Call, Outcome, path_id};
use crate::answer::Answer;
use crate::model::{Contact, ContactStatus, Recipient, formatted_phone, piped_phone};

impl Listed for Contact {
    fn name(&self) -> &str {
        &self.name
    }

    fn created_at(&self) -> Timestamp {
        self.created_at
    }

    fn updated_at(&self) -> Timestamp {
        self.updated_at
    }
}

/// GET `/core/v1/contact`.
pub(super) fn list(call: &Call<'_>) -> Outcome {
    let mut query = call.query();
    let page = query.page();
    let status = query.word("Status").unwrap_or(ContactStatus::Active);
    query.check()?;
    let contacts = call.account().contacts().iter().filter(|contact| contact.status == status);
    Ok(Answer::json(&page.cut(contacts, |contact| ContactAnswer::new(call.account().company_id(), contact))))
}

/// GET `/core/v1/contact/{id}`.
pub(super) fn get(call: &Call<'_>, id: &str) -> Outcome {
    let id = path_id(id)?;
    show(call, call.account().contact(id))
}

/// GET `/core/v1/contact/phonenumber/{phone}`: the operation whose answer to an unknown phone was recorded (§1.1).
pub(super) fn get_by_phone(call: &Call<'_>, phone: &str) -> Outcome {
    show(call, Recipient::read(phone).and_then(|recipient| call.account().contact_of(&recipient)))
}

fn show(call: &Call<'_>, contact: Option<&Contact>) -> Outcome {
    let contact = contact.ok_or_else(|| call.missing("Contato não encontrado"))?;
    Ok(Answer::json(&ContactAnswer::new(call.account().company_id(), contact)))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContactAnswer<'a> {
    id: Uuid,
    created_at: Timestamp,
    updated_at: Timestamp,
    company_id: Uuid,
    name: &'a str,
    name_whatsapp: Option<&'a str>,
    name_instagram: Option<&'a str>,
    name_messenger: Option<&'a str>,
    phone_number: Option<String>,
    phone_number_formatted: Option<String>,
    email: Option<&'a str>,
    instagram: Option<&'a str>,
    messenger_id: Option<&'a str>,
    annotation: Option<&'a str>,
    tag_ids: [Uuid; 0],
    tag_names: [&'a str; 0],
    status: ContactStatus,
    origin: &'a str,
    imported_at: Option<Timestamp>,
    utm: Option<Value>,
    custom_fields: Map<String, Value>,
    portfolio_ids: [Uuid; 0],
    portfolio_names: [&'a str; 0],
    metadata: &'a Map<String, Value>,
}

impl<'a> ContactAnswer<'a> {
    fn new(company_id: Uuid, contact: &'a Contact) -> Self {
        let (phone, instagram) = match &contact.recipient {
            Recipient::Phone(digits) => (Some(digits.as_str()), None),
            Recipient::Instagram(user) => (None, Some(user.as_str())),
        };
        Self {
            id: contact.id,
            created_at: contact.created_at,
            updated_at: contact.updated_at,
            company_id,
            name: &contact.name,
            name_whatsapp: None,
            name_instagram: None,
            name_messenger: None,
            phone_number: phone.map(piped_phone),
            phone_number_formatted: phone.map(formatted_phone),
            email: None,
            instagram,
            messenger_id: None,
            annotation: None,
            tag_ids: [],
            tag_names: [],
            status: contact.status,
            origin: "CREATED_FROM_HUB",
            imported_at: None,
            utm: None,
            custom_fields: Map::new(),
            portfolio_ids: [],
            portfolio_names: [],
            metadata: &contact.metadata,
        }
    }
}
