//! Asking for page after page. The expressions of its parameters see the answer before, so they are kept as they are until
//! then.

use std::time::Duration;

use heddle_node::http::{Bytes, Response};
use heddle_node::parameters::javascript::{is_truthy, to_text};
use heddle_node::{HttpRequest as Call, ItemContext, ItemOutput, Json, JsonObject, NodeError, json};
use url::Url;

use super::answer::{Format, Wanted, decode, headers};
use super::outgoing::{Body, Outgoing};
use super::parameters::HttpRequestParameters;
use super::{failure, hide_secrets};

/// Stands before an expression so that it is none until its page comes.
const MARK: char = '\u{1}';
/// So many equal answers in a row end it.
const MOST_ALIKE: u32 = 3;

/// Marks the expressions in the parameters of further pages.
pub(super) fn hold_expressions(mut parameters: Json) -> Json {
    let Some(pages) = parameters.pointer("/options/pagination").filter(|pages| !pages.is_null()) else {
        return parameters;
    };
    let held = map_texts(pages, &|text| text.starts_with('=').then(|| format!("{MARK}{text}")));
    if let Some(options) = parameters.get_mut("options") {
        options.insert("pagination", held);
    }
    parameters
}

fn release(held: &Json) -> Json {
    map_texts(held, &|text| text.strip_prefix(MARK).map(str::to_owned))
}

fn map_texts(json: &Json, change: &dyn Fn(&str) -> Option<String>) -> Json {
    if let Some(text) = json.as_str() {
        return change(text).map_or_else(|| json.clone(), Json::from);
    }
    if let Some(list) = json.as_array() {
        return list.iter().map(|element| map_texts(element, change)).collect();
    }
    match json.as_object() {
        Some(object) => object.iter().map(|(key, member)| (key, map_texts(member, change))).collect(),
        None => json.clone(),
    }
}

/// The settings of further pages, where there are to be any.
pub(super) fn settings(parameters: &HttpRequestParameters) -> Option<Json> {
    let settings = release(parameters.options.pagination.as_ref()?.get("pagination")?);
    let mode =
        settings.get("paginationMode").and_then(Json::as_str).unwrap_or("updateAParameterInEachRequest");
    (settings.as_object().is_some_and(|settings| !settings.is_empty()) && mode != "off").then_some(settings)
}

/// The pages of one item.
pub(super) struct Pages<'a> {
    context: &'a ItemContext<'a>,
    settings: Json,
    wanted: Wanted,
    /// `$request`.
    request: Json,
    /// `$response`.
    response: Json,
    count: u32,
}

impl<'a> Pages<'a> {
    pub(super) fn new(
        context: &'a ItemContext<'a>,
        settings: Json,
        wanted: Wanted,
        first: &Outgoing,
    ) -> Self {
        let mut request = hide_secrets(first.shown());
        request.insert("url", first.url.as_str());
        Self { context, settings, wanted, request, response: Json::object(), count: 0 }
    }

    fn text(&self, name: &str, default: &'static str) -> &str {
        self.settings.get(name).and_then(Json::as_str).unwrap_or(default)
    }

    async fn evaluate(&self, value: Json) -> Result<Json, NodeError> {
        let names = vec![
            ("$request", self.request.clone()),
            ("$response", self.response.clone()),
            ("$pageCount", Json::from(self.count)),
            ("$version", Json::from(self.context.type_version)),
        ];
        self.context.services.evaluate(self.context.item, value, names).await
    }

    /// Asks for all pages and gives the items of all answers.
    pub(super) async fn run(
        mut self,
        first: &Outgoing,
        complete: impl Fn(Call) -> Call + Send + Sync,
    ) -> Result<ItemOutput, NodeError> {
        let changes = self.changes()?;
        let mut output = ItemOutput::nothing();
        let (mut before, mut alike) = (None, 0);
        loop {
            let changed = self.evaluate(changes.clone()).await?;
            let page = self.page(first, &changed)?;
            let given_url = page.url.clone();
            let call = page.into_call()?;
            let url = call.request.uri().to_string();
            let call = Call { takes_any_status: true, ..complete(call) };
            let answer = self.context.send(call).await.map_err(failure::of_call)?;
            let print = (answer.headers().get("etag").cloned(), answer.body().clone());
            alike = if before.as_ref() == Some(&print) { alike + 1 } else { 0 };
            before = Some(print);
            if alike >= MOST_ALIKE {
                let mut error =
                    NodeError::operation("The returned response was identical 5x, so requests got stopped")
                        .with_description(
                            "Check if \"Pagination Completed When\" has been configured correctly.",
                        );
                error.class = Some("NodeApiError".into());
                error.source = Some(std::sync::Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(
                    error.message.clone(),
                )));
                return Err(error);
            }
            self.response = self.show(&answer);
            self.count += 1;
            let wanted = Wanted { never_error: true, ..self.wanted.clone() };
            for (place, item) in wanted.items(self.context, &answer, &url, &given_url)? {
                output.push(place, item);
            }
            if self.is_last(&answer).await? {
                return Ok(output);
            }
            let interval = self.settings.get("requestInterval").cloned().unwrap_or_default();
            let interval = self.evaluate(interval).await?.as_f64().unwrap_or(0.0);
            if let Ok(interval) = Duration::try_from_secs_f64(interval / 1000.0) {
                self.context.services.pause(interval).await?;
            }
            if !answer.status().is_success() {
                let body = decode(answer.body(), "");
                let status = answer.status().as_u16();
                let original = format!("{status} - \"{body}\"");
                return Err(failure::told_as(status, answer.headers(), &Json::from(&*body), original));
            }
        }
    }

    /// What changes from page to page: the URL, or parameters by their place.
    fn changes(&self) -> Result<Json, NodeError> {
        if self.text("paginationMode", "updateAParameterInEachRequest") == "responseContainsNextURL" {
            return Ok(json!({ "url": self.settings.get("nextURL").cloned().unwrap_or_default() }));
        }
        let rows =
            self.settings.pointer("/parameters/parameters").and_then(Json::as_array).unwrap_or_default();
        let text =
            |row: &Json, key: &str| row.get(key).map(|value| to_text(value).into_owned()).unwrap_or_default();
        if let [only] = rows
            && text(only, "name").is_empty()
            && text(only, "value").is_empty()
        {
            return Err(failure::parameter(
                "options.pagination",
                "At least one entry with 'Name' and 'Value' filled must be included in 'Parameters' to use 'Update a Parameter in Each Request' mode ",
            ));
        }
        let mut changes = Json::object();
        for (index, row) in rows.iter().enumerate() {
            let number = index + 1;
            let name = text(row, "name");
            let place = row.get("type").and_then(Json::as_str).unwrap_or("qs");
            let wrong = |message: String| Err(failure::parameter("options.pagination", message));
            if name.is_empty() {
                return wrong(format!(
                    "Parameter name must be set for parameter [{number}] in pagination settings"
                ));
            }
            if !matches!(place, "body" | "headers" | "qs") {
                return wrong(format!(
                    "Parameter type must be one of: body, headers, qs for parameter [{number}] in pagination settings"
                ));
            }
            let value = row.get("value").cloned().unwrap_or_default();
            if value.is_null() || value.as_str() == Some("") {
                return wrong(format!(
                    "Some value must be provided for parameter [{number}] in pagination settings, omitting it will result in an infinite loop"
                ));
            }
            if changes.get(place).is_none() {
                changes.insert(place, Json::object());
            }
            if let Some(fields) = changes.get_mut(place) {
                fields.insert(&name, value);
            }
        }
        Ok(changes)
    }

    /// The request of a page.
    fn page(&self, first: &Outgoing, changes: &Json) -> Result<Outgoing, NodeError> {
        let mut page = first.clone();
        let members =
            |name: &str| changes.get(name).and_then(Json::as_object).into_iter().flat_map(JsonObject::iter);
        match changes.get("url").filter(|url| !url.is_null()) {
            Some(url) => {
                let text = to_text(url).into_owned();
                let parsed = Url::parse(&text).map_err(|_| {
                    NodeError::operation(format!("'{text}' is not a valid URL."))
                        .with_description("Make sure the \"Next URL\" parameter evaluates to a valid URL.")
                })?;
                // What stands in the URL of the next page counts.
                for (name, _) in parsed.query_pairs() {
                    page.query.remove(&name);
                }
                page.url = text;
            }
            None if changes.get("url").is_some() && self.count > 0 => {
                return Err(NodeError::operation("'undefined' is not a valid URL.").with_description(
                    "The expression of the next page's URL gives nothing for this answer.",
                ));
            }
            None => {}
        }
        for (name, value) in members("qs") {
            page.query.insert(name, value.clone());
        }
        for (name, value) in members("headers") {
            page.set_header(name, value.clone());
        }
        for (name, value) in members("body") {
            match &mut page.body {
                Body::Json(body) if body.is_object() => drop(body.insert(name, value.clone())),
                Body::Form(fields) => drop(fields.insert(name, value.clone())),
                Body::Multipart(parts) => {
                    parts.retain(|part| part.name != name);
                    parts.extend(super::multipart::Part::of_field(name, value));
                }
                body => *body = Body::Json([(name, value.clone())].into_iter().collect()),
            }
        }
        Ok(page)
    }

    /// `$response`: the answer's body, headers and status.
    fn show(&self, answer: &Response<Bytes>) -> Json {
        let content_type =
            answer.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut shown =
            json!({ "headers": headers(answer.headers()), "statusCode": answer.status().as_u16() });
        if self.wanted.format == Format::File {
            return shown;
        }
        let text = decode(answer.body(), content_type);
        let is_json = content_type.contains("application/json");
        let body = match (self.wanted.format, is_json) {
            (Format::Detect, true) => Json::parse(&text).unwrap_or_else(|_| Json::object()),
            (Format::Detect, false) => Json::from(&*text),
            _ => Json::parse(&text).unwrap_or_else(|_| Json::from(&*text)),
        };
        shown.insert("body", body);
        shown
    }

    /// Whether no further page is to be asked for.
    async fn is_last(&self, answer: &Response<Bytes>) -> Result<bool, NodeError> {
        if self.settings.get("limitPagesFetched").is_some_and(is_truthy) {
            let most = self.evaluate(self.settings.get("maxRequests").cloned().unwrap_or_default()).await?;
            let most = most.as_f64().or_else(|| most.as_str()?.parse().ok()).unwrap_or(100.0);
            if most > 0.0 && f64::from(self.count) >= most {
                return Ok(true);
            }
        }
        let status = answer.status();
        Ok(match self.text("paginationCompleteWhen", "responseIsEmpty") {
            "receiveSpecificStatusCodes" => {
                let codes = self.text("statusCodesWhenComplete", "");
                codes.split(',').any(|code| code.trim().parse() == Ok(status.as_u16()))
            }
            "responseIsEmpty" => {
                let body = self.response.get("body").unwrap_or(const { &Json::NULL });
                match body.as_array() {
                    Some(elements) => elements.is_empty(),
                    None => !is_truthy(body),
                }
            }
            _ => {
                let expression = self.text("completeExpression", "");
                if !expression.starts_with('=') {
                    return Err(failure::parameter(
                        "options.pagination",
                        "Invalid or empty Complete Expression",
                    ));
                }
                let is_complete = is_truthy(&self.evaluate(Json::from(expression)).await?);
                // Another page after a failure would not come either.
                is_complete && (self.wanted.never_error || status.is_success())
            }
        })
    }
}
