//! The choices that the form loads.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use heddle_node::{ErrorKind, Json, OptionEntry, json};
use serde_json::{Value, json as value};
use support::Host;
use wts_sandbox::{Fault, FaultRule, seed};

const BOTS: &str = "/chat/v1/chatbot";
const CHANNELS: &str = "/chat/v1/channel";

async fn load(host: &Host, method: &str, search: Option<&str>) -> Vec<OptionEntry> {
    let page = host.options(method, search).await.expect("it loads").expect("a method");
    assert_eq!(page.next_cursor, None, "all pages are read");
    page.options
}

fn names(options: &[OptionEntry]) -> Vec<&str> {
    options.iter().map(|option| option.name.as_str()).collect()
}

/// What every request of a list of bots must ask for.
fn query(page: usize, name: &str) -> String {
    format!(
        "Types=Automation&PublishStatuses=Ready&AutomationUsages=Api{name}&PageSize=100&PageNumber={page}"
    )
}

/// One page of bots, answered once.
fn answer_bots(host: &Host, bots: Value, more: bool) {
    host.answer(BOTS, 200, "application/json", value!({ "items": bots, "hasMorePages": more }).to_string());
}

#[tokio::test]
async fn bots_that_can_be_sent_are_offered_from_all_pages() {
    for method in ["getChatbots", "getBots"] {
        let host = Host::start().await;
        let options = load(&host, method, None).await;
        let queries: Vec<String> = host.sandbox.requests().into_iter().map(|request| request.query).collect();
        assert_eq!(queries, [query(1, ""), query(2, "")]);
        assert_eq!((options[0].name.as_str(), options[0].value.as_str()), ("Undefined", Some("NOT_SEND")));
        assert_eq!(options.len(), 1 + 3 + seed::GENERATED_CHATBOTS);
        let value =
            |name: &str| options.iter().find(|option| option.name == name).map(|option| option.value.clone());
        assert_eq!(value("Welcome"), Some(Json::from(seed::BOT_WELCOME_KEY)));
        assert_eq!(value("Appointment reminder"), Some(Json::from(seed::BOT_REMINDER_KEY)));
        assert_eq!(value("Cobrança – 2ª via 💳 (日本語)"), Some(Json::from(seed::BOT_UNICODE_KEY)));
        for never in [
            "Promo of the week",
            "Hand-over",
            "Draft",
            "Being published",
            "Broken",
            "Welcome (old)",
            "Office hours",
        ] {
            assert_eq!(value(never), None, "{never} cannot be sent");
        }
        let listed = &names(&options)[1..];
        let mut sorted = listed.to_vec();
        sorted.sort_by_key(|name| name.to_lowercase());
        assert_eq!(listed, sorted);
    }
}

#[tokio::test]
async fn bots_are_searched_by_name_at_the_server_and_here() {
    let host = Host::start().await;
    assert_eq!(names(&load(&host, "getChatbots", Some(" reminder ")).await), ["Appointment reminder"]);
    assert_eq!(host.request().query, query(1, "&Name=reminder"));
    assert_eq!(names(&load(&host, "getChatbots", Some("COBRANÇA")).await), ["Cobrança – 2ª via 💳 (日本語)"]);
    assert!(load(&host, "getChatbots", Some("no such bot")).await.is_empty());
    let host = Host::start().await;
    let bots = value!([{ "key": "1", "name": "Alpha & Co=?" }, { "key": "2", "name": "Beta" }]);
    answer_bots(&host, bots, false);
    let found = load(&host, "getChatbots", Some("a & co=?")).await;
    assert_eq!(names(&found), ["Alpha & Co=?"], "a server that does not search");
    assert_eq!(host.request().query, query(1, "&Name=a+%26+co%3D%3F"));
}

#[tokio::test]
async fn a_server_without_filters_does_not_widen_the_list() {
    let host = Host::start().await;
    answer_bots(
        &host,
        value!([
            { "key": "1", "name": "bare" },
            { "key": "2", "name": "full", "archived": false, "type": "Automation", "publishStatus": "READY", "automationUsage": ["Api"] },
            { "key": "3", "name": "archived", "archived": true },
            { "key": "4", "name": "reactive", "type": "Reactive" },
            { "key": "5", "name": "draft", "publishStatus": "NOT_PUBLISHED" },
            { "key": "6", "name": "manual", "automationUsage": ["Manual"] },
            { "key": "7", "name": "none", "automationUsage": [] },
            { "key": "8", "name": null, "automationUsage": null, "type": null },
            { "key": null, "name": "without key" },
            { "name": "without key" },
            "nonsense",
        ]),
        false,
    );
    assert_eq!(names(&load(&host, "getChatbots", None).await), ["Undefined", "8", "bare", "full"]);
}

#[tokio::test]
async fn a_server_that_always_has_one_more_page_is_asked_fifty_times() {
    let host = Host::start().await;
    let body = value!({ "items": [{ "key": "1", "name": "again" }], "hasMorePages": true }).to_string();
    let fault =
        Fault::Custom { status: 200, content_type: "application/json".to_owned(), body, accepted: false };
    host.fault(FaultRule::new(fault).path(BOTS));
    assert_eq!(names(&load(&host, "getChatbots", None).await), ["Undefined", "again"], "each bot once");
    assert_eq!(host.sandbox.arrived(), 50);
}

#[tokio::test]
async fn bots_of_one_name_can_be_told_apart() {
    let host = Host::start().await;
    answer_bots(
        &host,
        value!([{ "key": "2", "name": "Same" }, { "key": "3", "name": "Other" }, { "key": "1", "name": "Same" }]),
        false,
    );
    let options = load(&host, "getChatbots", None).await;
    let lines: Vec<_> =
        options.iter().map(|option| (option.name.as_str(), option.description.as_deref())).collect();
    assert_eq!(
        lines,
        [("Undefined", None), ("Other", None), ("Same", Some("Key 1")), ("Same", Some("Key 2"))]
    );
}

#[tokio::test]
async fn an_empty_page_is_the_last_whatever_it_says() {
    let host = Host::start().await;
    answer_bots(&host, value!([]), true);
    assert_eq!(names(&load(&host, "getChatbots", None).await), ["Undefined"]);
    assert_eq!(host.sandbox.arrived(), 1);
}

#[tokio::test]
async fn channels_have_names_and_those_that_are_off_come_last() {
    let host = Host::start().await;
    let options = load(&host, "getChannelsIds", None).await;
    assert_eq!(
        names(&options),
        [
            "Undefined",
            "+55 (11) 4000-0001 WhatsApp",
            "+55 (11) 4000-0003",
            "@heddle.shop Instagram",
            "+55 (11) 4000-0004 WhatsApp (inactive)"
        ]
    );
    let values: Vec<Option<&str>> = options.iter().map(|option| option.value.as_str()).collect();
    assert_eq!(
        values,
        [
            Some("NOT_SEND"),
            Some(seed::CHANNEL_WHATSAPP_ID),
            Some(seed::CHANNEL_NO_IDENTITY_ID),
            Some(seed::CHANNEL_INSTAGRAM_ID),
            Some(seed::CHANNEL_INACTIVE_ID)
        ]
    );
    assert_eq!(names(&load(&host, "getChannelsIds", Some("INSTA")).await), ["@heddle.shop Instagram"]);
    assert_eq!(host.sandbox.requests()[0].path, CHANNELS);
}

#[tokio::test]
async fn a_channel_of_which_little_is_known_still_has_a_name() {
    let host = Host::start().await;
    let channels = value!([
        { "id": "1", "identity": null, "number": "55119", "numberFormatted": null },
        { "id": "2", "identity": {} },
        { "id": "3", "identity": { "humanId": "loja", "platform": null } },
        { "id": null, "number": "0" },
        7,
    ]);
    host.answer(CHANNELS, 200, "application/json", channels.to_string());
    assert_eq!(names(&load(&host, "getChannelsIds", None).await), ["Undefined", "2", "55119", "loja"]);
}

#[tokio::test]
async fn an_unknown_method_is_told_apart_from_an_empty_list() {
    let host = Host::start().await;
    assert_eq!(host.options("getTemplates", None).await.expect("no error"), None);
    assert_eq!(host.sandbox.arrived(), 0);
    answer_bots(&host, value!([]), false);
    assert!(host.options("getChatbots", None).await.expect("no error").is_some());
}

#[tokio::test]
async fn a_list_that_does_not_come_says_why() {
    for (method, path, start) in [
        ("getChatbots", BOTS, "Failed to load bots: "),
        ("getChannelsIds", CHANNELS, "Failed to load channels: "),
    ] {
        let mut host = Host::start().await;
        for (status, content_type, body, message) in [
            (500, "application/json", r#"{"text":"Falhou","key":"K"}"#, "Falhou"),
            (200, "text/html", "<html>", "The answer is text/html, not JSON"),
            (200, "application/json", "", "The answer is empty, not JSON"),
            (200, "application/json", r#"{"items":7}"#, "The answer is not a list"),
            (400, "text/html", "<html>", "Bad request - please check your parameters"),
        ] {
            host.answer(path, status, content_type, body);
            let error = host.options(method, None).await.expect_err("it fails");
            assert_eq!(error.message, format!("{start}{message}"));
            assert!(error.description.is_some(), "{error:?}");
        }
        host.fault(FaultRule::new(Fault::CutBeforeReading).times(1));
        let error = host.options(method, None).await.expect_err("it fails");
        assert!(error.message.starts_with(start) && error.kind == ErrorKind::Connection, "{error:?}");
        host.set_credential(json!({ "apiKey": "pn_wrong", "baseUrl": host.sandbox.url() }));
        let error = host.options(method, None).await.expect_err("it fails");
        assert_eq!(error.message, format!("{start}Acesso negado"));
        assert_eq!(error.kind, ErrorKind::Credential);
    }
}
