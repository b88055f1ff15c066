//! Examples of the node.

use heddle_node::{HttpExchange, Json, NodeExample, json};

use crate::credential::CREDENTIAL_TYPE;

const BOT_KEY: &str = "5b0c9f5e-6c3c-4f0e-9d57-3a0a9c1f7e11";
const CHANNEL_ID: &str = "0d6f7d5a-1f6b-4f4b-8c3e-2b7a4f9f2c22";
const SESSION_ID: &str = "9a4cbb3e-3f5d-4b6e-8f1d-64e1a7c8d333";
const INSTAGRAM_ID: &str = "7c1e2d3f-9b8a-4c7d-a6e5-f4d3c2b1a444";

/// Sending by phone, to a conversation, in the queue with metadata, and on Instagram; reading a conversation.
pub(crate) fn examples() -> Vec<NodeExample> {
    vec![by_phone(), by_session(), queued_with_metadata(), on_instagram(), read_session()]
}

fn by_phone() -> NodeExample {
    NodeExample {
        title: "Start a chatbot for each phone number",
        parameters: json!({
            "resource": "chatbot",
            "operation": "sendChatbot",
            "chatbotId": BOT_KEY,
            "channelId": CHANNEL_ID,
            "numberToSend": "={{ $json.phone }}",
        }),
        items: vec![json!({ "phone": "5511999990001" }), json!({ "phone": 5511999990002_u64 })],
        bad_item: Some(json!({ "name": "Nobody's number" })),
        outputs: vec![vec![started("5511999990001"), started("5511999990001")]],
        exchanges: vec![sent_at_once("5511999990001")],
        ..blank()
    }
}

fn by_session() -> NodeExample {
    NodeExample {
        title: "Start a chatbot in a conversation",
        parameters: json!({
            "resource": "chatbot",
            "operation": "sendChatbot",
            "sessionId": "={{ $json.sessionId }}",
            "chatbotId": BOT_KEY,
        }),
        items: vec![json!({ "sessionId": SESSION_ID })],
        bad_item: Some(json!({ "sessionId": "" })),
        outputs: vec![vec![started("5511999990003")]],
        exchanges: vec![sent_at_once("5511999990003")],
        ..blank()
    }
}

fn queued_with_metadata() -> NodeExample {
    let answer = json!({
        "id": "1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4555",
        "sessionId": SESSION_ID,
        "status": "QUEUED",
        "senderId": null,
        "failedReason": null,
    });
    NodeExample {
        title: "Queue a chatbot with values for it",
        parameters: json!({
            "resource": "chatbot",
            "operation": "sendChatbot",
            "chatbotId": BOT_KEY,
            "channelId": CHANNEL_ID,
            "numberToSend": "={{ $json.phone }}",
            "skipIfBotInExecution": true,
            "sessionMetadatas": {
                "sessionMetadata": [
                    { "key": "order", "value": "={{ $json.order }}" },
                    { "key": "name", "value": "={{ $json.name }}" },
                ]
            },
            "contactMetadatas": { "contactMetadata": [{ "key": "plan", "value": "gold" }] },
            "options": { "delivery": "queued" },
        }),
        items: vec![json!({ "phone": "5511999990004", "order": 1042, "name": "João 😀" })],
        bad_item: Some(json!({ "phone": "5511999990005", "order": { "id": 7 }, "name": "Ana" })),
        outputs: vec![vec![answer.clone()]],
        exchanges: vec![HttpExchange { method: "POST", path: "/chat/v1/send/chatbot", status: 200, answer }],
        ..blank()
    }
}

fn on_instagram() -> NodeExample {
    NodeExample {
        title: "Start a chatbot for an Instagram user",
        parameters: json!({
            "resource": "chatbot",
            "operation": "sendChatbot",
            "chatbotId": BOT_KEY,
            "channelId": INSTAGRAM_ID,
            "numberToSend": "=@{{ $json.user }}",
            "forceStartSession": true,
        }),
        items: vec![json!({ "user": "maria.souza" })],
        bad_item: Some(json!({ "user": "" })),
        outputs: vec![vec![started("@maria.souza")]],
        exchanges: vec![sent_at_once("@maria.souza")],
        ..blank()
    }
}

fn read_session() -> NodeExample {
    let answer = json!({
        "id": SESSION_ID,
        "status": "IN_PROGRESS",
        "channelId": CHANNEL_ID,
        "contactDetails": { "name": "João", "phonenumber": "5511999990003" },
    });
    NodeExample {
        title: "Read a conversation with its contact",
        parameters: json!({
            "resource": "session",
            "operation": "getSessionById",
            "sessionId": "={{ $json.sessionId }}",
            "includeDetails": ["ContactDetails"],
        }),
        items: vec![json!({ "sessionId": SESSION_ID })],
        bad_item: Some(json!({ "sessionId": "" })),
        outputs: vec![vec![answer.clone()]],
        exchanges: vec![HttpExchange {
            method: "GET",
            path: "/chat/v2/session/9a4cbb3e-3f5d-4b6e-8f1d-64e1a7c8d333",
            status: 200,
            answer,
        }],
        ..blank()
    }
}

fn sent_at_once(recipient: &str) -> HttpExchange {
    HttpExchange { method: "POST", path: "/chat/v1/chatbot/send", status: 200, answer: started(recipient) }
}

/// What the service answers to a send at once, which is what the node puts out.
fn started(recipient: &str) -> Json {
    json!({
        "id": SESSION_ID,
        "status": "STARTED",
        "channelId": CHANNEL_ID,
        "title": recipient,
        "metadata": {},
    })
}

fn blank() -> NodeExample {
    NodeExample {
        title: "",
        type_version: 1.0,
        parameters: Json::NULL,
        items: Vec::new(),
        credentials: vec![(CREDENTIAL_TYPE, json!({ "apiKey": "pn_example" }))],
        ..NodeExample::default()
    }
}
