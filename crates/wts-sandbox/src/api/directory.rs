//! Chatbots and channels: what a sender chooses from.

use jiff::Timestamp;

use super::query::Listed;
use super::{Call, Outcome};
use crate::answer::Answer;
use crate::model::{AutomationUsage, ChannelType, Chatbot, ChatbotType, PublishStatus};
use crate::words::words;

impl Listed for Chatbot {
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

/// GET `/chat/v1/chatbot` (docs/wts-api.md §2.5). Values of one filter are alternatives, filters add up.
/// `Name` fits any part of the name, ignoring case.
pub(super) fn list_chatbots(call: &Call<'_>) -> Outcome {
    let mut query = call.query();
    let page = query.page();
    let types = query.words::<ChatbotType>("Types");
    let statuses = query.words::<PublishStatus>("PublishStatuses");
    let usages = query.words::<AutomationUsage>("AutomationUsages");
    let channels = query.ids("ChannelIds");
    let departments = query.ids("DefaultDepartmentIds");
    let name = query.one("Name").map(str::to_lowercase);
    query.check()?;

    let fits = |bot: &&Chatbot| {
        (types.is_empty() || types.contains(&bot.kind))
            && (statuses.is_empty() || statuses.contains(&bot.publish_status))
            && (usages.is_empty() || bot.automation_usage.iter().any(|usage| usages.contains(usage)))
            && (channels.is_empty() || bot.channel_ids.iter().any(|id| channels.contains(id)))
            && (departments.is_empty()
                || bot.default_department_id.is_some_and(|id| departments.contains(&id)))
            && name.as_ref().is_none_or(|name| bot.name.to_lowercase().contains(name))
    };
    Ok(Answer::json(&page.cut(call.account().chatbots().iter().filter(fits), |bot| bot)))
}

words! {
    /// `ChannelType` of the channel list.
    enum ChannelFilter {
        All = "All",
        WhatsApp = "Whatsapp",
        Messenger = "Messenger",
        Instagram = "Instagram",
    }
}

/// GET `/chat/v1/channel` (docs/wts-api.md §3): a plain array. The cheapest call that needs a token.
pub(super) fn list_channels(call: &Call<'_>) -> Outcome {
    let mut query = call.query();
    let filter = query.word("ChannelType").unwrap_or(ChannelFilter::All);
    query.check()?;
    let channels = call.account().channels().iter().filter(|channel| match filter {
        ChannelFilter::All => true,
        ChannelFilter::WhatsApp => channel.kind.is_whatsapp(),
        ChannelFilter::Messenger => channel.kind == ChannelType::Messenger,
        ChannelFilter::Instagram => channel.kind == ChannelType::Instagram,
    });
    Ok(Answer::json(&channels.collect::<Vec<_>>()))
}
