//! Choices that the form loads from the account (docs/wts-api.md §2.5, §3).

use heddle_http_kit::{Search, tell_apart};
use heddle_node::{Json, NodeError, OptionEntry, OptionPage, OptionsQuery};

use crate::api;
use crate::parameters::NOT_CHOSEN;

/// The choices of `method`; `None` when there is no such method.
///
/// # Errors
/// When the API does not answer or refuses.
pub(crate) async fn load(method: &str, query: &OptionsQuery<'_>) -> Result<Option<OptionPage>, NodeError> {
    let choices = match method {
        "getChatbots" | "getBots" => {
            chatbots(query).await.map_err(|error| prefixed("Failed to load bots", error))?
        }
        "getChannelsIds" => {
            channels(query).await.map_err(|error| prefixed("Failed to load channels", error))?
        }
        _ => return Ok(None),
    };
    let mut options = Vec::with_capacity(choices.len() + 1);
    if Search::of(query).text().is_none() {
        options.push(OptionEntry::new("Undefined", NOT_CHOSEN));
    }
    options.extend(choices);
    Ok(Some(OptionPage { options, next_cursor: None }))
}

/// The chatbots that can be sent, by name; the value is the key.
async fn chatbots(query: &OptionsQuery<'_>) -> Result<Vec<OptionEntry>, NodeError> {
    let mut filters =
        vec![("Types", "Automation"), ("PublishStatuses", "Ready"), ("AutomationUsages", "Api")];
    let search = Search::of(query);
    if let Some(search) = search.text() {
        filters.push(("Name", search));
    }
    let chatbots = api::chatbots(&api::open(query.services)?, &filters).await?;
    let mut choices: Vec<OptionEntry> = chatbots
        .iter()
        .filter(|chatbot| can_be_sent(chatbot))
        .filter_map(|chatbot| {
            let key = text(chatbot, "key")?;
            Some(OptionEntry::new(text(chatbot, "name").unwrap_or(key), key))
        })
        .filter(|choice| search.finds(choice))
        .collect();
    choices.sort_by_cached_key(|choice| {
        (choice.name.to_lowercase(), choice.name.clone(), choice.value.to_string())
    });
    choices.dedup_by(|next, choice| next.value == choice.value);
    tell_apart(&mut choices, |key| format!("Key {key}"));
    Ok(choices)
}

/// Whether a chatbot can be started by the API. A field that the answer does not have is no obstacle
/// (docs/wts-api.md §13), and a server that does not know a filter must not widen the list.
fn can_be_sent(chatbot: &Json) -> bool {
    let is = |field: &str, wanted: &str| {
        text(chatbot, field).is_none_or(|value| value.eq_ignore_ascii_case(wanted))
    };
    let usages = chatbot.get("automationUsage").and_then(Json::as_array);
    let by_api = |usages: &[Json]| {
        usages.iter().filter_map(Json::as_str).any(|usage| usage.eq_ignore_ascii_case("Api"))
    };
    chatbot.get("archived").and_then(Json::as_bool) != Some(true)
        && is("type", "Automation")
        && is("publishStatus", "READY")
        && usages.is_none_or(by_api)
}

/// The channels, those that are switched off last and marked; the value is the id.
async fn channels(query: &OptionsQuery<'_>) -> Result<Vec<OptionEntry>, NodeError> {
    let channels = api::channels(&api::open(query.services)?).await?;
    let search = Search::of(query);
    let mut choices: Vec<(bool, OptionEntry)> = channels
        .iter()
        .filter_map(|channel| {
            let id = text(channel, "id")?;
            let is_off = channel.get("active").and_then(Json::as_bool) == Some(false);
            let name = channel_name(channel).unwrap_or_else(|| id.to_owned());
            let mut choice = OptionEntry::new(if is_off { format!("{name} (inactive)") } else { name }, id);
            choice.description =
                channel.get("identity").and_then(|identity| text(identity, "displayName")).map(str::to_owned);
            Some((is_off, choice))
        })
        .filter(|(_, choice)| search.finds(choice))
        .collect();
    choices.sort_by_cached_key(|(is_off, choice)| (*is_off, choice.name.to_lowercase(), choice.name.clone()));
    Ok(choices.into_iter().map(|(_, choice)| choice).collect())
}

/// `humanId platform`; without an identity, the number.
fn channel_name(channel: &Json) -> Option<String> {
    let identity = channel.get("identity");
    let of_identity = |field: &str| identity.and_then(|identity| text(identity, field));
    let parts: Vec<&str> = [of_identity("humanId"), of_identity("platform")].into_iter().flatten().collect();
    if parts.is_empty() {
        return text(channel, "numberFormatted").or_else(|| text(channel, "number")).map(str::to_owned);
    }
    Some(parts.join(" "))
}

fn text<'a>(object: &'a Json, field: &str) -> Option<&'a str> {
    object.get(field).and_then(Json::as_str).filter(|text| !text.trim().is_empty())
}

fn prefixed(prefix: &str, mut error: NodeError) -> NodeError {
    error.message = format!("{prefix}: {}", error.message);
    error
}
