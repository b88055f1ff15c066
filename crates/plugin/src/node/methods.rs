//! The methods by which a form gets its choices.

use heddle_data::{Json, JsonObject};
use heddle_form::parameters::fill_defaults;
use heddle_node::{NodeError, OptionEntry, OptionPage, OptionsQuery};

use super::plugin_node::PluginNode;
use super::run::Call;
use crate::engine::Kind;

impl PluginNode {
    /// The choices of a method; `None` where there is no such method.
    pub(super) async fn load_choices(
        &self,
        method: &str,
        query: &OptionsQuery<'_>,
    ) -> Result<Option<OptionPage>, NodeError> {
        let has = |kind: &str| self.described.methods_of(kind).contains(&method);
        let kind = if has("loadOptions") {
            Kind::LoadOptions
        } else if has("listSearch") {
            Kind::ListSearch
        } else if has("resourceMapping") {
            Kind::ResourceMapping
        } else {
            let version = self.description.version.as_slice().iter().copied().fold(1.0, f64::max);
            let parameters = fill_defaults(&self.description.properties, query.parameters, version);
            return self.load_routed_choices(method, &parameters, query).await;
        };
        let version = self.description.version.as_slice().iter().copied().fold(1.0, f64::max);
        let parameters = fill_defaults(&self.description.properties, query.parameters, version);
        let mut more = JsonObject::new();
        more.insert("method", Json::from(method));
        if let Some(search) = query.search {
            more.insert("search", Json::from(search));
        }
        if let Some(cursor) = query.cursor {
            more.insert("cursor", Json::parse(cursor).unwrap_or_else(|_| Json::from(cursor)));
        }
        let (value, _) = self
            .call(Call {
                kind,
                version,
                inputs: &[],
                main_input: 0,
                sources: &[],
                parameters: vec![parameters],
                services: query.services,
                more,
            })
            .await?;
        Ok(Some(page(kind, &value)))
    }
}

fn page(kind: Kind, value: &Json) -> OptionPage {
    let (list, label) = match kind {
        Kind::ListSearch => (value.get("results"), "name"),
        Kind::ResourceMapping => (value.get("fields"), "displayName"),
        _ => (Some(value), "name"),
    };
    let entry = |entry: &Json| {
        let text = |name: &str| entry.get(name).and_then(Json::as_str);
        let own = match kind {
            Kind::ResourceMapping => entry.clone(),
            _ => entry.get("value").cloned().unwrap_or_default(),
        };
        let name = text(label).map_or_else(|| own.to_string(), str::to_owned);
        let mut option = OptionEntry::new(name, own);
        option.description = text("description").map(str::to_owned);
        option
    };
    let cursor = value.get("paginationToken").filter(|token| !token.is_null());
    OptionPage {
        options: list.and_then(Json::as_array).unwrap_or_default().iter().map(entry).collect(),
        next_cursor: cursor.filter(|_| kind == Kind::ListSearch).map(Json::to_json_string),
    }
}
