//! The records the sandbox starts with. Their ids are fixed, so that workflow files can name them.
//!
//! The first account ([`COMPANY_ID`], tokens [`TOKEN`] and [`SECOND_TOKEN`]) holds named chatbots of every kind and
//! [`GENERATED_CHATBOTS`] more that can be sent, so that a list of 100 a page needs two pages. The second account
//! ([`OTHER_COMPANY_ID`], [`OTHER_TOKEN`]) holds one chatbot and one channel; it has limits of its own.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::model::{
    AccountSeed, AutomationUsage, Channel, ChannelIdentity, ChannelType, Chatbot, ChatbotType, Contact,
    ContactStatus, PublishStatus, Recipient, Session, SessionStatus, formatted_phone,
};

/// Opens the first account.
pub const TOKEN: &str = "pn_sandbox_first_account";
/// Another token of the first account: it shares the limits of [`TOKEN`].
pub const SECOND_TOKEN: &str = "pn_sandbox_first_account_second_token";
/// Opens the second account.
pub const OTHER_TOKEN: &str = "pn_sandbox_other_account";
/// A token that was revoked: 401.
pub const EXPIRED_TOKEN: &str = "pn_sandbox_expired";

/// The first account.
pub const COMPANY_ID: &str = "c0000000-0000-4000-8000-000000000001";
/// The second account.
pub const OTHER_COMPANY_ID: &str = "c0000000-0000-4000-8000-000000000002";
/// The department of [`BOT_WELCOME_KEY`].
pub const DEPARTMENT_ID: &str = "de000000-0000-4000-8000-000000000001";

/// `Welcome`: can be sent; id.
pub const BOT_WELCOME_ID: &str = "b0100000-0000-4000-8000-000000000001";
/// `Welcome`: can be sent; key.
pub const BOT_WELCOME_KEY: &str = "be700000-0000-4000-8000-000000000001";
/// `Appointment reminder`: can be sent; id.
pub const BOT_REMINDER_ID: &str = "b0100000-0000-4000-8000-000000000002";
/// `Appointment reminder`: can be sent; key.
pub const BOT_REMINDER_KEY: &str = "be700000-0000-4000-8000-000000000002";
/// `Cobrança – 2ª via 💳 (日本語)`: can be sent; key.
pub const BOT_UNICODE_KEY: &str = "be700000-0000-4000-8000-000000000003";
/// `Promo of the week`: for campaigns and sequences only; sending it is refused; key.
pub const BOT_CAMPAIGN_KEY: &str = "be700000-0000-4000-8000-000000000004";
/// `Hand-over`: for people only; sending it is refused; key.
pub const BOT_MANUAL_KEY: &str = "be700000-0000-4000-8000-000000000005";
/// `Draft`: not published; sending it is refused; key.
pub const BOT_DRAFT_KEY: &str = "be700000-0000-4000-8000-000000000006";
/// `Being published`: sending it is refused; key.
pub const BOT_PUBLISHING_KEY: &str = "be700000-0000-4000-8000-000000000007";
/// `Broken`: publishing failed; sending it is refused; key.
pub const BOT_FAILED_KEY: &str = "be700000-0000-4000-8000-000000000008";
/// `Welcome (old)`: archived; sending it is refused; key.
pub const BOT_ARCHIVED_KEY: &str = "be700000-0000-4000-8000-000000000009";
/// `Office hours`: a reactive chatbot; sending it is refused; key.
pub const BOT_REACTIVE_KEY: &str = "be700000-0000-4000-8000-00000000000a";
/// `Welcome`: the only chatbot of the second account; key.
pub const OTHER_BOT_KEY: &str = "be700000-0000-4000-8000-0000000000f1";
/// How many chatbots that can be sent are generated besides the named ones.
pub const GENERATED_CHATBOTS: usize = 137;

/// WhatsApp channel; id.
pub const CHANNEL_WHATSAPP_ID: &str = "ca000000-0000-4000-8000-000000000001";
/// WhatsApp channel; number.
pub const CHANNEL_WHATSAPP_NUMBER: &str = "551140000001";
/// Instagram channel; id.
pub const CHANNEL_INSTAGRAM_ID: &str = "ca000000-0000-4000-8000-000000000002";
/// Instagram channel; name.
pub const CHANNEL_INSTAGRAM_NAME: &str = "@heddle.shop";
/// WhatsApp channel whose `identity` is missing; id.
pub const CHANNEL_NO_IDENTITY_ID: &str = "ca000000-0000-4000-8000-000000000003";
/// WhatsApp channel whose `identity` is missing; number.
pub const CHANNEL_NO_IDENTITY_NUMBER: &str = "551140000003";
/// WhatsApp channel that is switched off: sending through it is refused; id.
pub const CHANNEL_INACTIVE_ID: &str = "ca000000-0000-4000-8000-000000000004";
/// The only channel of the second account; id.
pub const OTHER_CHANNEL_ID: &str = "ca000000-0000-4000-8000-0000000000f1";

/// Has an open conversation ([`SESSION_OPEN_ID`]), answered by a person, no chatbot running.
pub const CONTACT_OPEN: &str = "5511988880001";
/// Has an open conversation ([`SESSION_BOT_ID`]) with a chatbot in execution.
pub const CONTACT_BOT: &str = "5511988880002";
/// Has only a finished conversation ([`SESSION_COMPLETED_ID`]).
pub const CONTACT_COMPLETED: &str = "5511988880003";
/// Is known and has no conversation; has metadata `{"plan":"gold"}`.
pub const CONTACT_QUIET: &str = "5511988880004";
/// Has an open conversation on the Instagram channel ([`SESSION_INSTAGRAM_ID`]).
pub const CONTACT_INSTAGRAM: &str = "@maria.souza";

/// Id of the contact [`CONTACT_QUIET`].
pub const CONTACT_QUIET_ID: &str = "c1000000-0000-4000-8000-000000000004";

/// Open, answered by a person.
pub const SESSION_OPEN_ID: &str = "5e000000-0000-4000-8000-000000000001";
/// Open, a chatbot is running in it.
pub const SESSION_BOT_ID: &str = "5e000000-0000-4000-8000-000000000002";
/// Finished.
pub const SESSION_COMPLETED_ID: &str = "5e000000-0000-4000-8000-000000000003";
/// Open, on the Instagram channel.
pub const SESSION_INSTAGRAM_ID: &str = "5e000000-0000-4000-8000-000000000004";

/// A queued send to it ends as `FAILED`.
pub const RECIPIENT_FAILS: &str = "5511977770001";
/// A queued send to it ends as `FAILED`, since its conversation is closed.
pub const RECIPIENT_CLOSED: &str = "5511977770006";
/// A queued send to it ends as `DELETED`.
pub const RECIPIENT_DELETED: &str = "5511977770002";
/// A queued send to it ends as `WAIT_REPLY`.
pub const RECIPIENT_WAIT_REPLY: &str = "5511977770003";
/// A queued send to it ends with a status word that no reference lists.
pub const RECIPIENT_UNKNOWN_STATUS: &str = "5511977770004";
/// A queued send to it ends as `READ`.
pub const RECIPIENT_READS: &str = "5511977770005";

/// 2026-01-01T00:00:00Z; each seeded record is one minute younger than the one before.
const EPOCH: i64 = 1_767_225_600;

/// Both accounts.
pub fn accounts() -> Vec<AccountSeed> {
    vec![first_account(), other_account()]
}

fn first_account() -> AccountSeed {
    AccountSeed {
        company_id: id(COMPANY_ID),
        tokens: vec![TOKEN.to_owned(), SECOND_TOKEN.to_owned()],
        chatbots: named_chatbots().into_iter().chain(generated_chatbots()).collect(),
        channels: vec![
            whatsapp(CHANNEL_WHATSAPP_ID, CHANNEL_WHATSAPP_NUMBER, "Heddle"),
            instagram(CHANNEL_INSTAGRAM_ID, CHANNEL_INSTAGRAM_NAME, "Heddle Shop"),
            Channel {
                kind: ChannelType::ZApiWhatsApp,
                identity: None,
                ..whatsapp(CHANNEL_NO_IDENTITY_ID, CHANNEL_NO_IDENTITY_NUMBER, "")
            },
            Channel {
                active: false,
                kind: ChannelType::Dialog360WhatsApp,
                ..whatsapp(CHANNEL_INACTIVE_ID, "551140000004", "Closed")
            },
        ],
        contacts: vec![
            contact(1, "Ana Lima", CONTACT_OPEN),
            contact(2, "Bruno Reis", CONTACT_BOT),
            contact(3, "Célia Nunes", CONTACT_COMPLETED),
            Contact {
                metadata: Map::from_iter([("plan".to_owned(), Value::from("gold"))]),
                ..contact(4, "Davi Rocha", CONTACT_QUIET)
            },
            contact(5, "Maria Souza", CONTACT_INSTAGRAM),
        ],
        sessions: vec![
            session(SESSION_OPEN_ID, 1, CHANNEL_WHATSAPP_ID, SessionStatus::InProgress),
            Session {
                bot_id: Some(id(BOT_REMINDER_ID)),
                bot_in_execution: true,
                ..session(SESSION_BOT_ID, 2, CHANNEL_WHATSAPP_ID, SessionStatus::Started)
            },
            Session {
                ended_at: Some(at(60)),
                bot_id: Some(id(BOT_WELCOME_ID)),
                ..session(SESSION_COMPLETED_ID, 3, CHANNEL_WHATSAPP_ID, SessionStatus::Completed)
            },
            session(SESSION_INSTAGRAM_ID, 5, CHANNEL_INSTAGRAM_ID, SessionStatus::InProgress),
        ],
    }
}

fn other_account() -> AccountSeed {
    AccountSeed {
        company_id: id(OTHER_COMPANY_ID),
        tokens: vec![OTHER_TOKEN.to_owned()],
        chatbots: vec![Chatbot {
            id: id("b0100000-0000-4000-8000-0000000000f1"),
            company_id: id(OTHER_COMPANY_ID),
            channel_ids: vec![id(OTHER_CHANNEL_ID)],
            ..chatbot(OTHER_BOT_KEY, "Welcome")
        }],
        channels: vec![whatsapp(OTHER_CHANNEL_ID, "551150000001", "Other")],
        contacts: Vec::new(),
        sessions: Vec::new(),
    }
}

fn named_chatbots() -> Vec<Chatbot> {
    use AutomationUsage::{Api, Campaign, Manual, Sequence};
    vec![
        Chatbot {
            default_department_id: Some(id(DEPARTMENT_ID)),
            automation_usage: vec![Api, Manual],
            ..chatbot(BOT_WELCOME_KEY, "Welcome")
        },
        Chatbot {
            channel_ids: vec![id(CHANNEL_WHATSAPP_ID), id(CHANNEL_INSTAGRAM_ID)],
            ..chatbot(BOT_REMINDER_KEY, "Appointment reminder")
        },
        Chatbot {
            automation_usage: vec![Api, Manual, Campaign, Sequence],
            ..chatbot(BOT_UNICODE_KEY, "Cobrança – 2ª via 💳 (日本語)")
        },
        Chatbot {
            automation_usage: vec![Campaign, Sequence],
            ..chatbot(BOT_CAMPAIGN_KEY, "Promo of the week")
        },
        Chatbot { automation_usage: vec![Manual], ..chatbot(BOT_MANUAL_KEY, "Hand-over") },
        Chatbot { publish_status: PublishStatus::NotPublished, ..chatbot(BOT_DRAFT_KEY, "Draft") },
        Chatbot {
            publish_status: PublishStatus::Publishing,
            ..chatbot(BOT_PUBLISHING_KEY, "Being published")
        },
        Chatbot { publish_status: PublishStatus::Failed, ..chatbot(BOT_FAILED_KEY, "Broken") },
        Chatbot { archived: true, ..chatbot(BOT_ARCHIVED_KEY, "Welcome (old)") },
        Chatbot {
            kind: ChatbotType::Reactive,
            automation_usage: Vec::new(),
            ..chatbot(BOT_REACTIVE_KEY, "Office hours")
        },
    ]
}

fn generated_chatbots() -> impl Iterator<Item = Chatbot> {
    (1..=GENERATED_CHATBOTS as u128).map(|number| {
        let key = Uuid::from_u128(id("be700000-0000-4000-8000-000000001000").as_u128() + number);
        Chatbot {
            channel_ids: vec![id(if number % 3 == 0 { CHANNEL_INSTAGRAM_ID } else { CHANNEL_WHATSAPP_ID })],
            ..chatbot(&key.to_string(), &format!("Follow-up {number:03}"))
        }
    })
}

/// A chatbot that can be sent. Its id is its key with another first group, so that the two never agree.
fn chatbot(key: &str, name: &str) -> Chatbot {
    let key = id(key);
    let number = key.as_u128() & 0xffff_ffff;
    let created_at = at(number as i64);
    Chatbot {
        id: Uuid::from_u128(id("b0100000-0000-4000-8000-000000000000").as_u128() + number),
        key,
        created_at,
        updated_at: created_at,
        company_id: id(COMPANY_ID),
        archived: false,
        name: name.to_owned(),
        kind: ChatbotType::Automation,
        channel_ids: vec![id(CHANNEL_WHATSAPP_ID)],
        default_department_id: None,
        publish_status: PublishStatus::Ready,
        automation_usage: vec![AutomationUsage::Api],
    }
}

fn whatsapp(channel: &str, number: &str, name: &str) -> Channel {
    channel_record(channel, ChannelType::CloudApiWhatsApp, number, &formatted_phone(number), "WhatsApp", name)
}

fn instagram(channel: &str, user: &str, name: &str) -> Channel {
    channel_record(channel, ChannelType::Instagram, user, user, "Instagram", name)
}

fn channel_record(
    channel: &str,
    kind: ChannelType,
    number: &str,
    human_id: &str,
    platform: &str,
    name: &str,
) -> Channel {
    let id = id(channel);
    let created_at = at((id.as_u128() & 0xffff) as i64);
    Channel {
        id,
        created_at,
        updated_at: created_at,
        active: true,
        kind,
        number: number.to_owned(),
        number_formatted: human_id.to_owned(),
        identity: Some(ChannelIdentity {
            human_id: human_id.to_owned(),
            platform: platform.to_owned(),
            provider: kind.as_str().to_owned(),
            provider_variable: None,
            picture_url: None,
            display_name: name.to_owned(),
        }),
    }
}

fn contact(number: u128, name: &str, recipient: &str) -> Contact {
    let created_at = at(number as i64);
    Contact {
        id: contact_id(number),
        created_at,
        updated_at: created_at,
        name: name.to_owned(),
        recipient: Recipient::read(recipient).unwrap_or_else(|| Recipient::Phone(recipient.to_owned())),
        status: ContactStatus::Active,
        metadata: Map::new(),
    }
}

fn contact_id(number: u128) -> Uuid {
    Uuid::from_u128(id("c1000000-0000-4000-8000-000000000000").as_u128() + number)
}

fn session(session: &str, contact: u128, channel: &str, status: SessionStatus) -> Session {
    let created_at = at(contact as i64);
    Session {
        id: id(session),
        contact_id: contact_id(contact),
        channel_id: id(channel),
        status,
        created_at,
        updated_at: created_at,
        ended_at: None,
        bot_id: None,
        bot_in_execution: false,
        last_message_in: Some(created_at),
        last_message_out: None,
        metadata: Map::new(),
    }
}

/// A moment some minutes after [`EPOCH`].
fn at(minutes: i64) -> Timestamp {
    Timestamp::constant(EPOCH, 0) + SignedDuration::from_mins(minutes)
}

const fn id(text: &str) -> Uuid {
    match Uuid::try_parse(text) {
        Ok(id) => id,
        Err(_) => Uuid::nil(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_id_is_a_uuid_of_its_own() {
        let mut seen = HashSet::new();
        for account in accounts() {
            let ids = (account.chatbots.iter().flat_map(|bot| [bot.id, bot.key]))
                .chain(account.channels.iter().map(|channel| channel.id))
                .chain(account.contacts.iter().map(|contact| contact.id))
                .chain(account.sessions.iter().map(|session| session.id))
                .chain([account.company_id]);
            for id in ids {
                assert!(!id.is_nil());
                assert!(seen.insert(id), "{id} appears twice");
            }
        }
    }

    #[test]
    fn records_point_at_records() {
        for account in accounts() {
            let channels: HashSet<_> = account.channels.iter().map(|channel| channel.id).collect();
            let contacts: HashSet<_> = account.contacts.iter().map(|contact| contact.id).collect();
            let bots: HashSet<_> = account.chatbots.iter().map(|bot| bot.id).collect();
            assert!(account.chatbots.iter().flat_map(|bot| &bot.channel_ids).all(|id| channels.contains(id)));
            for session in &account.sessions {
                assert!(channels.contains(&session.channel_id) && contacts.contains(&session.contact_id));
                assert!(session.bot_id.is_none_or(|id| bots.contains(&id)));
            }
        }
        assert_eq!(id(BOT_WELCOME_ID), named_chatbots()[0].id);
        assert_eq!(id(BOT_REMINDER_ID), named_chatbots()[1].id);
        assert_eq!(contact_id(4), id(CONTACT_QUIET_ID));
    }

    #[test]
    fn the_sendable_ones_need_two_pages_of_a_hundred() {
        let sendable = accounts()[0].chatbots.iter().filter(|bot| bot.can_be_sent()).count();
        assert_eq!(sendable, GENERATED_CHATBOTS + 3);
    }
}
