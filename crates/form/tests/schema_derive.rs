//! What the parameters' type becomes: the form, and errors for what no form can show.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use heddle_data::{Json, JsonObject, json};
use heddle_form::description::PropertyGroup;
use heddle_form::schema::derive_properties;
use heddle_form::{NodeProperty, PropertyType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What to work on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "resource", rename_all = "camelCase")]
enum Parameters {
    /// Programs that talk.
    #[schemars(title = "Chatbot")]
    Chatbot(ChatbotOperation),
    /// Texts and files.
    #[schemars(title = "Message")]
    Message(MessageOperation),
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "operation", rename_all = "camelCase")]
enum ChatbotOperation {
    /// Starts a chatbot
    /// for a contact.
    #[schemars(title = "Send Chatbot", extend("x-action" = "Send chatbot"))]
    SendChatbot(Box<SendChatbot>),
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "operation", rename_all = "camelCase")]
#[schemars(extend("x-selectors" = {"operation": {"displayName": "What To Do", "description": "With messages."}}))]
enum MessageOperation {
    /// Lists the messages of a session.
    #[schemars(title = "Get All Messages")]
    ListMessages(ListMessages),
    /// Sends a text.
    #[schemars(title = "Send Text")]
    SendText(SendText),
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct SendChatbot {
    /// Session to use; with it, To and From may be empty.
    #[schemars(title = "Session ID", extend("x-placeholder" = "Session ID"))]
    session_id: String,
    /// The bot to start.
    #[schemars(
        title = "Bots Name or ID",
        extend(
            "x-type" = "options",
            "x-loadOptionsMethod" = "getChatbots",
            "x-options" = [{"name": "Undefined", "value": "NOT_SEND"}],
            "x-default" = "NOT_SEND"
        )
    )]
    chatbot_id: String,
    /// Phone or @username.
    #[schemars(title = "To", extend("x-required" = true))]
    number_to_send: String,
    /// Ends a session that is open.
    #[schemars(title = "Force Start Session")]
    force_start_session: bool,
    /// Data for the session.
    #[schemars(title = "Session Metadata", extend("x-type" = "fixedCollection", "x-multipleValueButtonText" = "Add Row"))]
    session_metadatas: Metadata,
    /// More settings.
    #[schemars(title = "Options", extend("x-type" = "collection", "x-placeholder" = "Add option"))]
    options: Options,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
struct Metadata {
    /// The rows.
    #[schemars(title = "Session Metadata")]
    session_metadata: Vec<Row>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Row {
    /// Name of the entry.
    #[schemars(title = "Key", extend("x-required" = true))]
    key: String,
    /// Text of the entry.
    #[schemars(title = "Value")]
    value: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
struct Options {
    /// Whether to wait for the answer.
    #[schemars(title = "Delivery")]
    delivery: Option<Delivery>,
    /// Longest wait in seconds.
    #[schemars(title = "Wait", range(min = 1, max = 600))]
    wait: Option<u32>,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Delivery {
    /// The answer says whether it was taken.
    #[default]
    #[schemars(title = "Immediately")]
    Immediate,
    /// It waits in line.
    #[schemars(title = "Queued")]
    Queued,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
struct ListMessages {
    /// Session to use; with it, To and From may be empty.
    #[schemars(title = "Session ID", extend("x-placeholder" = "Session ID"))]
    session_id: String,
    /// How many pages to read.
    #[schemars(title = "Max Pages", range(min = 1, max = 100))]
    max_page: f64,
    /// What to leave out.
    #[schemars(title = "Kinds", extend("x-type" = "multiOptions"))]
    kinds: Vec<Delivery>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
struct SendText {
    /// Phone or @username.
    #[schemars(title = "To", extend("x-required" = true))]
    number_to_send: String,
    /// Ends a session that is open.
    #[schemars(title = "Force Start Session")]
    force_start_session: bool,
    /// The text.
    #[schemars(title = "Text", extend("x-rows" = 3, "x-displayOptions" = {"hide": {"forceStartSession": [true]}}))]
    text_message: String,
}

fn property<'a>(properties: &'a [NodeProperty], name: &str) -> &'a NodeProperty {
    properties.iter().find(|property| property.name == name).unwrap()
}

fn show(property: &NodeProperty) -> Json {
    property.display_options.as_ref().map_or(Json::NULL, |options| Json::from(options.show.clone()))
}

fn names(properties: &[NodeProperty]) -> Vec<&str> {
    properties.iter().map(|property| property.name.as_str()).collect()
}

#[test]
fn tags_become_selectors() {
    let properties = derive_properties::<Parameters>().unwrap();
    let resource = property(&properties, "resource");
    assert_eq!((resource.kind, resource.display_name.as_str()), (PropertyType::Options, "Resource"));
    assert!(resource.no_data_expression && resource.display_options.is_none());
    assert_eq!(resource.default, json!("chatbot"));
    let choices: Vec<_> =
        resource.choices().map(|choice| (choice.name.as_str(), choice.value.to_string())).collect();
    assert_eq!(choices, [("Chatbot", "\"chatbot\"".to_owned()), ("Message", "\"message\"".to_owned())]);

    let operations: Vec<_> = properties.iter().filter(|property| property.name == "operation").collect();
    let [chatbot, message] = operations.as_slice() else { panic!("two operation selectors") };
    assert_eq!(show(chatbot), json!({"resource": ["chatbot"]}));
    let send = chatbot.choices().next().unwrap();
    assert_eq!(send.name, "Send Chatbot");
    assert_eq!(
        send.description.as_deref(),
        Some("Starts a chatbot for a contact."),
        "line breaks are folded"
    );
    assert_eq!(send.action.as_deref(), Some("Send chatbot"));
    assert_eq!(
        (message.display_name.as_str(), message.description.as_deref()),
        ("What To Do", Some("With messages."))
    );
    assert_eq!(show(message), json!({"resource": ["message"]}));
    assert_eq!(message.default, json!("listMessages"));
}

#[test]
fn fields_keep_their_order_and_shared_ones_appear_once() {
    let properties = derive_properties::<Parameters>().unwrap();
    assert_eq!(
        names(&properties),
        [
            "resource",
            "operation",
            "operation",
            "sessionId",
            "chatbotId",
            "numberToSend",
            "forceStartSession",
            "sessionMetadatas",
            "options",
            "maxPage",
            "kinds",
            "textMessage",
        ]
    );
    let to = property(&properties, "numberToSend");
    assert_eq!(
        show(to),
        json!({"resource": ["chatbot", "message"], "operation": ["sendChatbot", "sendText"]})
    );
    assert!(to.required);
    let session = property(&properties, "sessionId");
    assert_eq!(
        show(session),
        json!({"resource": ["chatbot", "message"], "operation": ["sendChatbot", "listMessages"]})
    );
}

#[test]
fn extensions_and_constraints_reach_the_property() {
    let properties = derive_properties::<Parameters>().unwrap();
    let bot = property(&properties, "chatbotId");
    assert_eq!(bot.kind, PropertyType::Options);
    assert_eq!(bot.load_options_method(), Some("getChatbots"));
    assert_eq!(bot.default, json!("NOT_SEND"));
    assert_eq!(bot.choices().map(|choice| choice.name.as_str()).collect::<Vec<_>>(), ["Undefined"]);
    let text = property(&properties, "textMessage");
    assert_eq!(text.type_options.rows, Some(3.0));
    let options = text.display_options.as_ref().unwrap();
    assert_eq!(Json::from(options.hide.clone()), json!({"forceStartSession": [true]}));
    assert_eq!(show(text), json!({"resource": ["message"], "operation": ["sendText"]}));
    let pages = property(&properties, "maxPage");
    assert_eq!(Json::from(pages.type_options.entries()), json!({"minValue": 1, "maxValue": 100}));
    let kinds = property(&properties, "kinds");
    assert_eq!((kinds.kind, kinds.choices().count()), (PropertyType::MultiOptions, 2));
}

#[test]
fn structs_become_collections() {
    let properties = derive_properties::<Parameters>().unwrap();
    let rows = property(&properties, "sessionMetadatas");
    assert_eq!((rows.kind, rows.default.clone()), (PropertyType::FixedCollection, json!({})));
    assert!(rows.has_multiple_values());
    let groups: Vec<&PropertyGroup> = rows.groups().collect();
    let [group] = groups.as_slice() else { panic!("one group") };
    assert_eq!((group.name.as_str(), group.display_name.as_str()), ("sessionMetadata", "Session Metadata"));
    assert_eq!(names(&group.values), ["key", "value"]);
    assert!(group.values[0].required && group.values[0].display_options.is_none());

    let options = property(&properties, "options");
    assert_eq!((options.kind, options.default.clone()), (PropertyType::Collection, json!({})));
    let children: Vec<&NodeProperty> = options.children().collect();
    assert_eq!(children.iter().map(|child| child.name.as_str()).collect::<Vec<_>>(), ["delivery", "wait"]);
    assert_eq!((children[0].kind, children[0].default.clone()), (PropertyType::Options, json!("immediate")));
    assert_eq!((children[1].kind, children[1].default.clone()), (PropertyType::Number, json!(0)));
}

#[test]
fn a_property_reads_back_from_its_json() {
    let properties = derive_properties::<Parameters>().unwrap();
    let text = serde_json::to_string(&properties).unwrap();
    assert_eq!(serde_json::from_str::<Vec<NodeProperty>>(&text).unwrap(), properties);
}

/// Flattened tags, a plain struct around them, one row.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
struct Flat {
    /// Where to send.
    #[schemars(title = "URL")]
    url: String,
    /// When to send.
    #[schemars(title = "When", extend("x-type" = "dateTime"))]
    when: String,
    /// Anything.
    #[schemars(title = "Data", extend("x-type" = "json"))]
    data: Json,
    /// Kept from older versions.
    #[schemars(title = "Kept", extend("x-type" = "hidden"))]
    kept: JsonObject,
    /// Read this first.
    #[schemars(title = "Notice", extend("x-type" = "notice"))]
    notice: String,
    /// Several texts.
    #[schemars(title = "Tags", extend("x-type" = "string", "x-multipleValues" = true))]
    tags: Vec<String>,
    /// One row.
    #[schemars(title = "Address", extend("x-type" = "fixedCollection"))]
    address: Address,
    #[serde(flatten)]
    mode: Mode,
    #[serde(flatten)]
    order: Order,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Address {
    /// The place.
    #[schemars(title = "Place")]
    place: Option<Row>,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "sendMode")]
enum Mode {
    /// At once.
    #[default]
    #[schemars(title = "Now")]
    Now,
    /// Later.
    #[schemars(title = "Later")]
    Later {
        /// How long to wait.
        #[serde(default)]
        #[schemars(title = "Delay")]
        delay: f64,
    },
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "order")]
enum Order {
    /// First come, first served.
    #[default]
    #[schemars(title = "Queue")]
    Queue,
    /// Last come, first served.
    #[schemars(title = "Stack")]
    Stack {
        /// How long to wait.
        #[serde(default)]
        #[schemars(title = "Depth")]
        depth: u8,
    },
}

#[test]
fn flattened_enums_are_selectors_on_the_same_level() {
    let properties = derive_properties::<Flat>().unwrap();
    assert_eq!(
        names(&properties),
        ["url", "when", "data", "kept", "notice", "tags", "address", "sendMode", "delay", "order", "depth"]
    );
    assert_eq!(property(&properties, "sendMode").display_name, "Send Mode");
    assert_eq!(show(property(&properties, "delay")), json!({"sendMode": ["Later"]}));
    assert_eq!(show(property(&properties, "depth")), json!({"order": ["Stack"]}));
    let kinds: Vec<PropertyType> = properties.iter().skip(1).take(4).map(|property| property.kind).collect();
    assert_eq!(
        kinds,
        [PropertyType::DateTime, PropertyType::Json, PropertyType::Hidden, PropertyType::Notice]
    );
    assert!(property(&properties, "tags").has_multiple_values());
    let address = property(&properties, "address");
    assert!(!address.has_multiple_values());
    assert_eq!(names(&address.groups().next().unwrap().values), ["key", "value"]);
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "operation")]
enum OtherOperation {
    /// X.
    #[schemars(title = "X")]
    X(Empty),
    /// Y.
    #[schemars(title = "Y")]
    Y(Key),
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Key {
    /// The key.
    #[schemars(title = "Key")]
    key: String,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
struct Empty {}

#[test]
fn a_union_that_would_show_a_field_elsewhere_is_not_made() {
    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    #[serde(tag = "resource")]
    enum Crossed {
        /// A.
        #[schemars(title = "A")]
        A(OtherOperation),
        /// B.
        #[schemars(title = "B")]
        B(Swapped),
    }
    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    #[serde(tag = "operation")]
    enum Swapped {
        /// X.
        #[schemars(title = "X")]
        X(Key),
        /// Y.
        #[schemars(title = "Y")]
        Y(Empty),
    }
    let properties = derive_properties::<Crossed>().unwrap();
    // Both resources have the same choices, so one selector serves both; the key is in A's Y and B's X only.
    assert_eq!(names(&properties), ["resource", "operation", "key", "key"]);
    let shown: Vec<Json> = properties[2..].iter().map(show).collect();
    assert_eq!(
        shown,
        [json!({"resource": ["A"], "operation": ["Y"]}), json!({"resource": ["B"], "operation": ["X"]})]
    );
}

#[track_caller]
fn refuses<T: JsonSchema>(pointer: &str, part: &str) {
    let error = derive_properties::<T>().unwrap_err();
    let [fault] = error.faults.as_slice() else { panic!("one fault: {error}") };
    assert!(fault.pointer == pointer && fault.message.contains(part), "{error}");
}

#[test]
fn what_no_form_can_show_is_named() {
    macro_rules! refused {
        ($pointer:literal, $part:literal, $($definition:tt)*) => {{
            #[derive(Serialize, Deserialize, JsonSchema)]
            $($definition)*
            refuses::<Case>($pointer, $part);
        }};
    }
    #[derive(Default, Serialize, Deserialize, JsonSchema)]
    enum Words {
        #[default]
        One,
        Two,
    }
    #[derive(Default, Serialize, Deserialize, JsonSchema)]
    enum Half {
        /// First.
        #[default]
        #[schemars(title = "One")]
        One,
        Two,
        Three,
    }
    #[derive(Default, Serialize, Deserialize, JsonSchema)]
    struct Strict {
        /// A.
        #[schemars(title = "A")]
        a: String,
    }
    refused!(
        "/a",
        "no title",
        struct Case {
            /// Text.
            #[serde(default)]
            a: String,
        }
    );
    refused!(
        "/a",
        "no doc comment",
        struct Case {
            #[serde(default)]
            #[schemars(title = "A")]
            a: String,
        }
    );
    refused!(
        "/a",
        "no default",
        struct Case {
            /// Text.
            #[schemars(title = "A")]
            a: String,
        }
    );
    refused!(
        "/a",
        "no default",
        struct Case {
            /// Text.
            #[schemars(title = "A")]
            a: Option<String>,
        }
    );
    refused!(
        "/a",
        "One, Two lose their order and titles",
        struct Case {
            /// Choice.
            #[serde(default)]
            #[schemars(title = "A")]
            a: Words,
        }
    );
    refused!(
        "/a",
        "Two, Three lose their order and titles",
        struct Case {
            /// Choice.
            #[serde(default)]
            #[schemars(title = "A")]
            a: Half,
        }
    );
    refused!(
        "/a",
        "does not say the kind of field",
        struct Case {
            /// List.
            #[serde(default)]
            #[schemars(title = "A")]
            a: Vec<String>,
        }
    );
    refused!(
        "/a",
        "is no property type",
        struct Case {
            /// Text.
            #[serde(default)]
            #[schemars(title = "A", extend("x-type" = "text"))]
            a: String,
        }
    );
    refused!(
        "/a",
        "asks for array",
        struct Case {
            /// Text.
            #[serde(default)]
            #[schemars(title = "A", extend("x-type" = "multiOptions"))]
            a: String,
        }
    );
    refused!(
        "/a",
        "no extension \"x-placehoder\"",
        struct Case {
            /// Text.
            #[serde(default)]
            #[schemars(title = "A", extend("x-placehoder" = "b"))]
            a: String,
        }
    );
    refused!(
        "/a",
        "has no choices",
        struct Case {
            /// Text.
            #[serde(default)]
            #[schemars(title = "A", extend("x-type" = "options"))]
            a: String,
        }
    );
    refused!(
        "/a/a",
        "may be absent here",
        struct Case {
            /// Options.
            #[serde(default)]
            #[schemars(title = "A", extend("x-type" = "collection"))]
            a: Strict,
        }
    );
    refused!(
        "/a/a",
        "a group is a",
        struct Case {
            /// Rows.
            #[serde(default)]
            #[schemars(title = "A", extend("x-type" = "fixedCollection"))]
            a: Key2,
        }
    );
    refused!(
        "/b",
        "no title",
        #[serde(tag = "tag")]
        enum Case {
            /// A.
            #[schemars(title = "A")]
            #[serde(rename = "a")]
            A,
            /// B.
            #[serde(rename = "b")]
            B,
        }
    );
    refused!(
        "/b",
        "no doc comment",
        #[serde(tag = "tag")]
        enum Case {
            /// A.
            #[schemars(title = "A")]
            #[serde(rename = "a")]
            A,
            #[schemars(title = "B")]
            #[serde(rename = "b")]
            B,
        }
    );
    refused!(
        "",
        "internally tagged",
        enum Case {
            /// A.
            #[schemars(title = "A")]
            A(Empty2),
            /// B.
            #[schemars(title = "B")]
            B(Empty2),
        }
    );
    refuses::<Json>("", "by hand");
    refuses::<String>("", "a struct or an internally tagged enum");
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Key2 {
    /// A.
    #[schemars(title = "A")]
    a: String,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
struct Empty2 {
    #[serde(default)]
    a: String,
}

#[test]
fn all_faults_of_a_form_are_told_at_once() {
    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    #[serde(tag = "operation")]
    #[allow(dead_code)]
    enum Parameters {
        /// Sends.
        #[schemars(title = "Send")]
        Send(First),
        /// Counts.
        Count(First),
    }
    #[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
    #[serde(default)]
    struct First {
        untitled: String,
        /// Rows.
        #[schemars(title = "Rows", extend("x-type" = "fixedCollection", "x-colour" = "red"))]
        rows: Rows,
    }
    #[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
    #[serde(default)]
    struct Rows {
        /// The rows.
        #[schemars(title = "Row")]
        row: Vec<Row>,
    }
    #[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
    #[serde(default)]
    struct Row {
        #[schemars(title = "Key")]
        key: String,
    }
    let error = derive_properties::<Parameters>().unwrap_err().of_type("example.parcel");
    let mut pointers: Vec<&str> = error.faults.iter().map(|fault| fault.pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        [
            "/Count",
            "/Count/rows",
            "/Count/rows/row/key",
            "/Count/untitled",
            "/Count/untitled",
            "/Send/rows",
            "/Send/rows/row/key",
            "/Send/untitled",
            "/Send/untitled"
        ],
        "{error}"
    );
    let text = error.to_string();
    assert!(text.starts_with("the form of example.parcel: the parameter at /"), "{text}");
}
