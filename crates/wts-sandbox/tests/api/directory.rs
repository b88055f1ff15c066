//! Chatbots, channels, contacts: docs/wts-api.md §1.3, §2.5, §3, §10.

use std::collections::HashSet;

use serde_json::{Value, json};
use wts_sandbox::{MissingRecord, SandboxOptions, seed};

use crate::client::{Api, STRANGER};

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_page_has_its_envelope_and_fifteen_items() {
    let page = Api::start().await.get("/chat/v1/chatbot").await.expect(200);
    let keys: Vec<_> = page.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "pageNumber",
            "pageSize",
            "orderBy",
            "orderDirection",
            "items",
            "totalItems",
            "totalPages",
            "hasMorePages"
        ]
    );
    assert_eq!(page["items"].as_array().unwrap().len(), 15);
    let total = seed::GENERATED_CHATBOTS + 10;
    assert_eq!(
        (
            &page["pageNumber"],
            &page["pageSize"],
            &page["totalItems"],
            &page["totalPages"],
            &page["hasMorePages"]
        ),
        (&json!(1), &json!(15), &json!(total), &json!(total.div_ceil(15)), &json!(true))
    );
    assert_eq!((&page["orderBy"], &page["orderDirection"]), (&json!("createdat"), &json!("desc")));
}

#[tokio::test]
async fn the_sendable_chatbots_fill_two_pages_of_a_hundred() {
    let api = Api::start().await;
    let filter = "Types=Automation&PublishStatuses=Ready&AutomationUsages=Api&PageSize=100";
    let first = api.get(&format!("/chat/v1/chatbot?{filter}")).await.expect(200);
    let second = api.get(&format!("/chat/v1/chatbot?{filter}&PageNumber=2")).await.expect(200);
    let third = api.get(&format!("/chat/v1/chatbot?{filter}&PageNumber=3")).await.expect(200);
    assert_eq!((&first["hasMorePages"], &second["hasMorePages"]), (&json!(true), &json!(false)));
    // The API cannot leave out archived ones, so there is one more than can be sent.
    assert_eq!(first["totalItems"], seed::GENERATED_CHATBOTS + 3 + 1);
    assert_eq!(
        (first["items"].as_array().unwrap().len(), second["items"].as_array().unwrap().len()),
        (100, 41)
    );
    assert_eq!(third["items"], json!([]));
    let all = first["items"].as_array().unwrap().iter().chain(second["items"].as_array().unwrap());
    let mut keys = HashSet::new();
    for bot in all {
        assert!(keys.insert(bot["key"].as_str().unwrap().to_owned()));
        assert_ne!(bot["id"], bot["key"]);
        assert_eq!((&bot["type"], &bot["publishStatus"]), (&json!("Automation"), &json!("READY")));
    }
    assert!(keys.contains(seed::BOT_WELCOME_KEY) && !keys.contains(seed::BOT_DRAFT_KEY));
}

#[tokio::test]
async fn a_chatbot_shows_every_field_of_the_reference() {
    let page = Api::start().await.get("/chat/v1/chatbot?Name=appointment").await.expect(200);
    assert_eq!(
        page["items"],
        json!([{
            "id": seed::BOT_REMINDER_ID,
            "key": seed::BOT_REMINDER_KEY,
            "createdAt": "2026-01-01T00:02:00Z",
            "updatedAt": "2026-01-01T00:02:00Z",
            "companyId": seed::COMPANY_ID,
            "archived": false,
            "name": "Appointment reminder",
            "type": "Automation",
            "channelIds": [seed::CHANNEL_WHATSAPP_ID, seed::CHANNEL_INSTAGRAM_ID],
            "defaultDepartmentId": null,
            "publishStatus": "READY",
            "automationUsage": ["Api"],
        }])
    );
}

#[tokio::test]
async fn filters_add_up_and_their_values_are_alternatives() {
    let api = Api::start().await;
    let list = async |query: &str| api.get(&format!("/chat/v1/chatbot?{query}")).await.expect(200);

    assert_eq!(names(&list("types=reactive").await), ["Office hours"]);
    assert_eq!(
        names(&list("PublishStatuses=Failed&PublishStatuses=NOT_PUBLISHED").await),
        ["Broken", "Draft"]
    );
    assert_eq!(names(&list("status[]=x&publishStatuses[]=Publishing").await), ["Being published"]);
    assert_eq!(
        names(&list("AutomationUsages=Sequence&AutomationUsages=Campaign&Name=promo").await),
        ["Promo of the week"]
    );
    assert_eq!(names(&list(&format!("DefaultDepartmentIds={}", seed::DEPARTMENT_ID)).await), ["Welcome"]);
    assert_eq!(names(&list("Name=2%C2%AA%20VIA%20%F0%9F%92%B3").await), ["Cobrança – 2ª via 💳 (日本語)"]);
    let on_instagram = list(&format!("ChannelIds={}&pagesize=1", seed::CHANNEL_INSTAGRAM_ID)).await;
    assert_eq!(on_instagram["totalItems"], seed::GENERATED_CHATBOTS / 3 + 1);
}

#[tokio::test]
async fn lists_are_ordered_and_narrowed_in_time() {
    let api = Api::start().await;
    let list = async |query: &str| api.get(&format!("/chat/v1/chatbot?{query}")).await.expect(200);

    let by_name = list("OrderBy=Name&OrderDirection=Ascending&PageSize=3&Types=Automation").await;
    assert_eq!(names(&by_name), ["Appointment reminder", "Being published", "Broken"]);
    assert_eq!((&by_name["orderBy"], &by_name["orderDirection"]), (&json!("name"), &json!("asc")));
    let window =
        "CreatedAt.After=2026-01-01T00:01:00Z&CreatedAt.Before=2026-01-01T00:04:00&OrderDirection=ASCENDING";
    assert_eq!(names(&list(window).await), ["Appointment reminder", "Cobrança – 2ª via 💳 (日本語)"]);
    assert_eq!(list("PageNumber=0&PageSize=1").await["items"], list("PageSize=1").await["items"]);
    assert_eq!(list("PageNumber=2147483647&PageSize=100").await["items"], json!([]));
}

#[tokio::test]
async fn parameters_that_cannot_be_read_are_all_named() {
    let api = Api::start().await;
    let query = "PageSize=101&PageNumber=-1&Types=Robot&ChannelIds=1&CreatedAt.Before=yesterday";
    let errors = api.get(&format!("/chat/v1/chatbot?{query}")).await.expect_problem(400);
    let fields: Vec<_> = errors.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["PageNumber", "PageSize", "CreatedAt.Before", "Types", "ChannelIds"]);
    assert_eq!(errors["PageSize"], json!(["The field PageSize must be between 1 and 100."]));
    for size in ["0", "-5", "x", "99999999999999999999"] {
        api.get(&format!("/chat/v1/chatbot?PageSize={size}")).await.expect_problem(400);
    }
}

#[tokio::test]
async fn channels_are_a_plain_array() {
    let api = Api::start().await;
    let all = api.get("/chat/v1/channel").await.expect(200);
    let channel =
        |id: &str| all.as_array().unwrap().iter().find(|channel| channel["id"] == id).unwrap().clone();
    assert_eq!(all.as_array().unwrap().len(), 4);
    let whatsapp = channel(seed::CHANNEL_WHATSAPP_ID);
    assert_eq!(whatsapp["type"], "CloudAPI_WhatsApp");
    assert_eq!(whatsapp["number"], seed::CHANNEL_WHATSAPP_NUMBER);
    assert_eq!(whatsapp["identity"]["humanId"], "+55 (11) 4000-0001");
    assert_eq!(whatsapp["identity"]["platform"], "WhatsApp");
    assert_eq!(channel(seed::CHANNEL_INSTAGRAM_ID)["identity"]["humanId"], seed::CHANNEL_INSTAGRAM_NAME);
    assert!(channel(seed::CHANNEL_NO_IDENTITY_ID).get("identity").is_none());
    assert_eq!(channel(seed::CHANNEL_INACTIVE_ID)["active"], false);

    for (filter, count) in [("All", 4), ("Whatsapp", 3), ("INSTAGRAM", 1), ("messenger", 0)] {
        let channels = api.get(&format!("/chat/v1/channel?ChannelType={filter}")).await.expect(200);
        assert_eq!(channels.as_array().unwrap().len(), count, "{filter}");
    }
    api.get("/chat/v1/channel?ChannelType=Fax").await.expect_problem(400);
}

#[tokio::test]
async fn contacts_are_found_by_id_and_by_phone() {
    let api = Api::start().await;
    let by_id = api.get(&format!("/core/v1/contact/{}", seed::CONTACT_QUIET_ID)).await.expect(200);
    assert_eq!(by_id["phoneNumber"], "+55|11988880004");
    assert_eq!(by_id["metadata"], json!({ "plan": "gold" }));
    for phone in [seed::CONTACT_QUIET, "+5511988880004", "%2B55%7C11988880004"] {
        let by_phone = api.get(&format!("/core/v1/contact/phonenumber/{phone}")).await.expect(200);
        assert_eq!(by_phone, by_id);
    }
    assert_eq!(api.get("/core/v1/contact").await.expect(200)["totalItems"], 5);
    assert_eq!(api.get("/core/v1/contact?Status=BLOCKED").await.expect(200)["totalItems"], 0);
}

#[tokio::test]
async fn a_missing_record_is_the_recorded_500_or_404() {
    let path = format!("/core/v1/contact/phonenumber/{STRANGER}");
    let recorded = Api::start().await.get(&path).await.expect_envelope(500, "FORM_ERROR");
    assert_eq!(recorded["text"], "Contato não encontrado");
    assert_eq!(recorded["httpStatusCode"], "INTERNALSERVERERROR");

    let options = SandboxOptions { missing_record: MissingRecord::NotFound, ..SandboxOptions::unlimited() };
    let other = Api::with(options).await.get(&path).await.expect_envelope(404, "ERROR_NOT_FOUND");
    assert_eq!(other["httpStatusCode"], 404);
}
