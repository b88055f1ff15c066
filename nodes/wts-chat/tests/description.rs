//! What a UI and a workflow file see of the node: description, credential type, older files, examples.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use std::time::Duration;

use heddle_node::node::item_node;
use heddle_node::schema::SchemaForm;
use heddle_node::{Json, NodeProperty, PropertyType, Registry, from_json, json, to_json};
use heddle_nodes_wts_chat::{NODE_TYPE, WtsChat, WtsChatParameters};
use support::{Host, sending};

fn properties() -> Vec<NodeProperty> {
    item_node(WtsChat).describe().expect("a description").properties.clone()
}

fn property(name: &str) -> NodeProperty {
    properties().into_iter().find(|property| property.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn the_header_is_that_of_the_node_that_people_know() {
    let description = item_node(WtsChat).describe().expect("a description");
    assert_eq!(description.name, NODE_TYPE);
    assert_eq!(description.name, "n8n-nodes-wts.wtsChat");
    assert_eq!(description.display_name, "WTS Chat");
    assert_eq!(description.version.as_slice(), [1.0]);
    assert_eq!(description.group, ["transform"]);
    assert_eq!(
        description.subtitle.as_deref(),
        Some(r#"={{$parameter["operation"] + ": " + $parameter["resource"]}}"#)
    );
    assert_eq!((description.inputs.count(), description.outputs.count()), (Some(1), Some(1)));
    assert_eq!(description.credentials.len(), 1);
    assert!(description.credentials[0].name == "wtsApi" && description.credentials[0].required);
}

/// The form's names, parameters and kinds, in order.
#[test]
fn the_form_has_these_fields() {
    let form: Vec<(String, String, PropertyType, Json)> = properties()
        .into_iter()
        .map(|property| (property.display_name, property.name, property.kind, property.default))
        .collect();
    let expected = [
        ("Resource", "resource", PropertyType::Options, json!("chatbot")),
        ("Operation", "operation", PropertyType::Options, json!("sendChatbot")),
        ("Session ID", "sessionId", PropertyType::String, json!("")),
        ("Bots Name or ID", "chatbotId", PropertyType::Options, json!("NOT_SEND")),
        ("Bot Reference", "chatbotReference", PropertyType::Hidden, json!("key")),
        ("From Name or ID", "channelId", PropertyType::Options, json!("NOT_SEND")),
        ("To", "numberToSend", PropertyType::String, json!("")),
        ("Force Start Session", "forceStartSession", PropertyType::Boolean, json!(false)),
        ("Skip If Bot In Execution", "skipIfBotInExecution", PropertyType::Boolean, json!(false)),
        ("Skip If In Progress", "skipIfInProgress", PropertyType::Boolean, json!(false)),
        ("Session Metadata", "sessionMetadatas", PropertyType::FixedCollection, json!({})),
        ("Contacts Metadata", "contactMetadatas", PropertyType::FixedCollection, json!({})),
        ("Options", "options", PropertyType::Collection, json!({})),
        ("Operation", "operation", PropertyType::Options, json!("getSessionById")),
        ("Session ID", "sessionId", PropertyType::String, json!("")),
        ("Include Details", "includeDetails", PropertyType::MultiOptions, json!([])),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(label, name, kind, default)| (label.to_owned(), name.to_owned(), kind, default))
        .collect();
    assert_eq!(form, expected);
}

#[test]
fn each_resource_has_its_operations() {
    let resource = property("resource");
    let choices: Vec<_> =
        resource.choices().map(|choice| (choice.name.as_str(), choice.value.as_str())).collect();
    assert_eq!(choices, [("Chatbot", Some("chatbot")), ("Session", Some("session"))]);
    assert!(resource.no_data_expression);
    let operations: Vec<_> =
        properties().into_iter().filter(|property| property.name == "operation").collect();
    let shown: Vec<_> = operations
        .iter()
        .map(|operation| {
            let show = &operation.display_options.as_ref().expect("it belongs to a resource").show;
            let choices: Vec<_> = operation.choices().collect();
            assert_eq!(choices.len(), 1);
            (show.get("resource").cloned(), choices[0].name.as_str(), choices[0].action.as_deref())
        })
        .collect();
    assert_eq!(
        shown,
        [
            (Some(json!(["chatbot"])), "Send Chatbot", Some("Send chatbot")),
            (Some(json!(["session"])), "Get Session By ID", Some("Get session by ID")),
        ]
    );
}

#[test]
fn the_lists_are_loaded_and_have_a_choice_for_nothing() {
    for (name, method) in [("chatbotId", "getChatbots"), ("channelId", "getChannelsIds")] {
        let property = property(name);
        assert_eq!(property.load_options_method(), Some(method));
        let choices: Vec<_> =
            property.choices().map(|choice| (choice.name.as_str(), choice.value.as_str())).collect();
        assert_eq!(choices, [("Undefined", Some("NOT_SEND"))]);
    }
}

#[test]
fn metadata_are_rows_of_key_and_value() {
    for (name, group_name) in
        [("sessionMetadatas", "sessionMetadata"), ("contactMetadatas", "contactMetadata")]
    {
        let property = property(name);
        assert!(property.has_multiple_values());
        let groups: Vec<_> = property.groups().collect();
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].name, group_name);
        let fields: Vec<_> = groups[0]
            .values
            .iter()
            .map(|field| (field.name.as_str(), field.kind, field.default.as_str()))
            .collect();
        assert_eq!(
            fields,
            [("key", PropertyType::String, Some("")), ("value", PropertyType::String, Some(""))]
        );
    }
}

#[test]
fn the_options_say_when_they_matter() {
    let options = property("options");
    let children: Vec<_> =
        options.children().map(|child| (child.display_name.as_str(), child.name.as_str())).collect();
    assert_eq!(
        children,
        [
            ("Delivery", "delivery"),
            ("Wait For Final Status", "waitForFinalStatus"),
            ("Longest Wait (Seconds)", "longestWait"),
            ("Sender ID", "senderId"),
            ("Callback URL", "callbackUrl"),
            ("Hidden Session", "hiddenSession"),
        ]
    );
    let child = |name: &str| options.children().find(|child| child.name == name).expect("a child").clone();
    let choices: Vec<_> = child("delivery").choices().map(|choice| choice.value.clone()).collect();
    assert_eq!(choices, [json!("immediate"), json!("queued")]);
    let show = child("longestWait").display_options.expect("a condition").show;
    assert_eq!(show.get("delivery"), Some(&json!(["queued"])));
    assert_eq!(show.get("waitForFinalStatus"), Some(&json!([true])));
}

fn all_properties() -> Vec<NodeProperty> {
    fn add(property: NodeProperty, all: &mut Vec<NodeProperty>) {
        let children: Vec<NodeProperty> = property
            .children()
            .cloned()
            .chain(property.groups().flat_map(|group| group.values.clone()))
            .collect();
        all.push(property);
        children.into_iter().for_each(|child| add(child, all));
    }
    let mut all = Vec::new();
    let credential =
        (Registry::linked().expect("a registry").credential("wtsApi").expect("the type").describe)()
            .expect("a description");
    properties().into_iter().chain(credential.properties).for_each(|property| add(property, &mut all));
    all
}

#[test]
fn every_field_has_words_and_a_default() {
    let all = all_properties();
    assert_eq!(all.len(), 13 + 2 * 2 + 6 + 3 + 2);
    for property in all {
        assert!(!property.display_name.is_empty(), "{property:?}");
        assert!(property.description.as_ref().is_some_and(|text| text.len() > 10), "{property:?}");
        assert!(!property.default.is_null(), "{property:?}");
        for choice in property.choices() {
            assert!(!choice.name.is_empty(), "{property:?}");
        }
    }
}

#[test]
fn the_credential_type_says_how_to_sign_to_test_and_to_pace() {
    let kind = (Registry::linked().expect("a registry").credential("wtsApi").expect("the type").describe)()
        .expect("a description");
    assert_eq!((kind.name.as_str(), kind.display_name.as_str()), ("wtsApi", "WTS API"));
    let described = to_json(&kind).expect("JSON");
    assert_eq!(
        described.get("authenticate"),
        Some(&json!({
            "type": "generic",
            "properties": { "headers": { "Authorization": "=Bearer {{$credentials.apiKey}}" } },
        }))
    );
    assert_eq!(
        described.pointer("/test/request"),
        Some(&json!({ "baseURL": "={{$credentials.baseUrl}}", "url": "/chat/v1/channel" }))
    );
    let fields: Vec<_> = kind
        .properties
        .iter()
        .map(|field| {
            (field.display_name.as_str(), field.name.as_str(), field.default.as_str(), field.is_password())
        })
        .collect();
    assert_eq!(
        fields,
        [("API Key", "apiKey", Some(""), true), ("Base URL", "baseUrl", Some("https://api.wts.chat"), false)]
    );
    let limits: Vec<_> = kind
        .rate_limits
        .iter()
        .map(|limit| (limit.limit, limit.window, limit.path_prefix.as_str(), limit.per_operation))
        .collect();
    assert_eq!(
        limits,
        [
            (1000, Duration::from_secs(300), "", false),
            (200, Duration::from_secs(5), "", false),
            (1000, Duration::from_secs(120), "/chat/v1/send/", true),
        ]
    );
    assert_eq!(kind.rate_limits[2].except, ["/chat/v1/send/typing"]);
}

#[tokio::test]
async fn the_credential_type_brings_a_sandbox() {
    let start = Registry::linked()
        .expect("a registry")
        .credential("wtsApi")
        .and_then(|credential| credential.sandbox);
    let sandbox = start.expect("a sandbox")(0).await.expect("it starts");
    let mut host = Host::start().await;
    host.set_credential(sandbox.credential());
    assert_eq!(sandbox.credential().get("baseUrl").and_then(Json::as_str), Some(sandbox.url().as_str()));
    host.run(sending(json!({}))).await.expect("it is sent");
    assert_eq!(host.sandbox.arrived(), 0, "it went to the other sandbox");
}

fn upgrade(parameters: Json) -> Json {
    item_node(WtsChat).upgrade(1.0, parameters)
}

#[test]
fn an_older_bot_id_moves_to_the_field_of_today() {
    let moved = json!({ "chatbotId": "an-id", "chatbotReference": "id", "numberToSend": "1" });
    assert_eq!(upgrade(json!({ "botId": "an-id", "numberToSend": "1" })), moved);
    for nothing in [json!("NOT_SEND"), json!("UNDEFINED"), json!(""), json!("null"), Json::NULL] {
        assert_eq!(
            upgrade(json!({ "botId": "an-id", "numberToSend": "1", "chatbotId": nothing.clone() })),
            moved,
            "{nothing}"
        );
    }
    let expression = "={{ $json.bot }}";
    assert_eq!(
        upgrade(json!({ "botId": expression })),
        json!({ "chatbotId": expression, "chatbotReference": "id" })
    );
}

#[test]
fn an_older_bot_id_does_not_replace_a_chosen_bot() {
    for chosen in ["a-key", "={{ $json.key }}"] {
        assert_eq!(upgrade(json!({ "botId": "an-id", "chatbotId": chosen })), json!({ "chatbotId": chosen }));
    }
    for nothing in ["null", "NOT_SEND", ""] {
        assert_eq!(upgrade(json!({ "botId": nothing, "numberToSend": "1" })), json!({ "numberToSend": "1" }));
    }
}

#[test]
fn older_words_for_nothing_become_the_one_of_today() {
    assert_eq!(
        upgrade(json!({ "chatbotId": "UNDEFINED", "channelId": "null" })),
        json!({ "chatbotId": "NOT_SEND", "channelId": "NOT_SEND" })
    );
    let kept = json!({ "chatbotId": "={{ null }}", "channelId": 7, "other": "null" });
    assert_eq!(upgrade(kept.clone()), kept);
}

#[test]
fn a_file_without_resource_that_means_contacts_is_not_taken_for_a_send() {
    for parameters in [json!({ "operation": "createContact", "name": "Ana" }), json!({ "contactId": "1" })] {
        let upgraded = upgrade(parameters);
        assert_eq!(upgraded.get("resource"), Some(&json!("contact")), "{upgraded}");
    }
    for parameters in [
        json!({}),
        json!({ "operation": "sendChatbot" }),
        json!({ "numberToSend": "1" }),
        json!({ "botId": "1" }),
    ] {
        assert_eq!(upgrade(parameters).get("resource"), None);
    }
    let named = json!({ "resource": "message", "operation": "sendText" });
    assert_eq!(upgrade(named.clone()), named);
}

#[test]
fn what_is_no_object_is_left_alone() {
    for parameters in [Json::NULL, json!([1]), json!("text"), json!(7)] {
        assert_eq!(upgrade(parameters.clone()), parameters);
    }
}

#[tokio::test]
async fn an_unknown_resource_or_operation_is_an_error_that_names_it() {
    let host = Host::start().await;
    for (parameters, word) in [
        (json!({ "resource": "contact", "operation": "listContacts" }), "contact"),
        (json!({ "resource": "chatbot", "operation": "launchChatbot" }), "launchChatbot"),
        (sending(json!({ "operation": "sendText" })), "sendText"),
    ] {
        let Err(error) = host.prepare_resolved(&parameters) else { panic!("{word} is no operation") };
        assert!(error.message.contains(word), "{error:?}");
    }
}

#[test]
fn parameters_survive_being_written_and_read() {
    let text = r#"{"resource":"chatbot","operation":"sendChatbot","sessionId":"s","chatbotId":"b","chatbotReference":"key","channelId":"c","numberToSend":"1","forceStartSession":true,"skipIfBotInExecution":false,"skipIfInProgress":true,"sessionMetadatas":{"sessionMetadata":[{"key":"a","value":"1"}]},"contactMetadatas":{"contactMetadata":[]},"options":{"delivery":"queued","waitForFinalStatus":true,"longestWait":30,"senderId":"x","callbackUrl":"","hiddenSession":true}}"#;
    let parameters: WtsChatParameters = from_json(&Json::parse(text).expect("JSON")).expect("parameters");
    assert_eq!(to_json(&parameters).expect("JSON").to_string(), text);
}

#[test]
fn both_schemas_can_be_made_and_hold_no_secret() {
    let node = item_node(WtsChat);
    for form in [SchemaForm::Stored, SchemaForm::Resolved] {
        let schema = node.parameter_schema(form).expect("a schema").to_string();
        for name in ["chatbotId", "sessionMetadatas", "waitForFinalStatus"] {
            assert!(schema.contains(name), "{name} is missing");
        }
        assert!(!schema.contains("pn_"));
    }
}

/// Resolves `{{ $json.field }}`, which is all that the examples use.
fn resolve(value: &Json, item: &Json) -> Json {
    if let Some(list) = value.as_array() {
        return list.iter().map(|value| resolve(value, item)).collect();
    }
    if let Some(object) = value.as_object() {
        return object.iter().fold(Json::object(), |mut resolved, (key, value)| {
            resolved.insert(key, resolve(value, item));
            resolved
        });
    }
    let Some((before, rest)) =
        value.as_str().and_then(|text| text.strip_prefix('=')?.split_once("{{ $json."))
    else {
        return value.clone();
    };
    let field = item.get(rest.trim_end_matches(" }}")).cloned().unwrap_or_default();
    if before.is_empty() {
        field
    } else {
        Json::from(format!("{before}{}", field.as_str().unwrap_or_default()))
    }
}

#[tokio::test]
async fn the_examples_do_what_they_say() {
    let examples = item_node(WtsChat).examples();
    assert!(examples.len() >= 4);
    for example in examples {
        assert!(!example.title.is_empty());
        for item in &example.items {
            let mut host = Host::start().await;
            let mut credential = example.credentials[0].1.clone();
            credential.insert("baseUrl", Json::from(host.sandbox.url()));
            host.set_credential(credential);
            for exchange in &example.exchanges {
                host.answer(exchange.path, exchange.status, "application/json", exchange.answer.to_string());
            }
            let output = host.run(resolve(&example.parameters, item)).await.expect(example.title);
            assert_eq!(output, example.exchanges[example.exchanges.len() - 1].answer, "{}", example.title);
            let calls: Vec<(String, String)> =
                host.sandbox.requests().into_iter().map(|request| (request.method, request.path)).collect();
            let expected: Vec<(String, String)> = example
                .exchanges
                .iter()
                .map(|exchange| (exchange.method.to_owned(), exchange.path.to_owned()))
                .collect();
            assert_eq!(calls, expected, "{}", example.title);
        }
        let host = Host::start().await;
        let bad = example.bad_item.expect("every item of this node can be bad");
        host.fail(resolve(&example.parameters, &bad)).await;
        assert_eq!(host.sandbox.arrived(), 0, "{}", example.title);
    }
}
