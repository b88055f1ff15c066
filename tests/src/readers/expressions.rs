//! Readers of the expression language.

use std::cell::RefCell;
use std::time::Duration;

use heddle_expression::luxon::{self, Class};
use heddle_expression::{
    Clock, Engine, EngineLimits, NodeInfo, Routes, RunView, Scene, Template, Value, WorkflowInfo, extensions,
};
use heddle_node::{Item, Json, Source, json};

/// The longest that an evaluation may take, engine and all. What ends later breaks its limit.
const LIMIT: Duration = Duration::from_millis(500);

/// A parameter's text: it is parsed, and evaluated for one item.
pub(super) fn template(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let template = match Template::parse(text) {
        Ok(template) => template,
        Err(error) => {
            if let Some(range) = error.range {
                assert!(text.get(range).is_some(), "a place outside the text");
            }
            return;
        }
    };
    for (_, range) in &template.node_references().names {
        assert!(text.get(range.clone()).is_some(), "a place outside the text");
    }
    evaluate(&template, item());
}

/// A query, a line break, and the JSON that it is asked of.
pub(super) fn jmespath(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (query, document) = text.split_once('\n').unwrap_or((text, ""));
    let document = Json::parse(document).unwrap_or_else(|_| item());
    let template = Template::parse("={{ $jmespath($json.document, $json.query) }}").expect("it is right");
    evaluate(&template, json!({ "query": query, "document": document }));
}

/// A text that is taken for Markdown, or for HTML.
pub(super) fn markdown(bytes: &[u8]) {
    let text = Value::Json(Json::from(String::from_utf8_lossy(bytes).into_owned()));
    let clock = Clock::new(0, "UTC").expect("a zone");
    for name in ["removeMarkdown", "removeTags"] {
        let result = extensions::call(name, &text, &[], &clock);
        assert!(result.is_ok_and(|value| value.is_some()), "{name} of a text fails");
    }
}

/// A text that is taken for a date, a duration or an interval, a line break, and a format.
pub(super) fn dates(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (text, format) = text.split_once('\n').unwrap_or((text, text));
    let clock = Clock::new(1_772_600_767_089, "America/Sao_Paulo").expect("a zone");
    let value = |text: &str| Value::Json(Json::from(text));
    let _ = heddle_expression::parse_moment(text, &clock);
    let mut dates = Vec::new();
    for name in ["fromISO", "fromSQL", "fromRFC2822", "fromHTTP"] {
        dates.extend(luxon::call_static(Class::DateTime, name, &[value(text)], &clock));
    }
    for name in ["fromFormat", "fromFormatExplain"] {
        dates.extend(luxon::call_static(Class::DateTime, name, &[value(text), value(format)], &clock));
    }
    dates.extend(extensions::call("toDateTime", &value(text), &[], &clock).ok().flatten());
    for name in ["fromISO", "fromISOTime"] {
        dates.extend(luxon::call_static(Class::Duration, name, &[value(text)], &clock));
    }
    dates.extend(luxon::call_static(Class::Interval, "fromISO", &[value(text)], &clock));
    for date in &dates {
        for (name, argument) in [("toFormat", Some(format)), ("toISO", None), ("toString", None)] {
            let arguments: Vec<Value> = argument.map(value).into_iter().collect();
            let _ = luxon::call(date, name, &arguments, &clock);
        }
        let _ = luxon::to_json(date);
    }
}

fn item() -> Json {
    json!({
        "name": "João", "n": 5, "list": [3, 1, { "a": null }], "deep": { "a": { "b": [true] } },
        "date": "2024-02-29T10:00:00Z", "markdown": "# Title\n\n**bold** [link](https://example.com)",
    })
}

/// Evaluates for one item. An error is an answer like any other; a panic is not, nor is what does not end.
fn evaluate(template: &Template, item: Json) {
    thread_local! {
        static ENGINE: RefCell<Engine> =
            RefCell::new(Engine::new(EngineLimits { time: LIMIT, memory: 64 << 20 }));
    }
    let run = Alone::default();
    let items = [Item::new(item)];
    let clock = Clock::new(1_772_600_767_089, "America/Sao_Paulo").expect("a zone");
    let _ = ENGINE.with_borrow_mut(|engine| engine.evaluate(template, &Scene::new(&run, 0, &items, &clock)));
}

/// A workflow of one node that has not run.
#[derive(Default)]
struct Alone {
    workflow: WorkflowInfo,
    routes: Routes,
    parameters: Json,
}

impl RunView for Alone {
    fn workflow(&self) -> &WorkflowInfo {
        &self.workflow
    }

    fn node_index(&self, name: &str) -> Option<usize> {
        (name == "Alone").then_some(0)
    }

    fn node(&self, _: usize) -> NodeInfo<'_> {
        NodeInfo {
            name: "Alone",
            id: "1",
            node_type: "example.alone",
            type_version: 1.0,
            webhook_id: None,
            parameters: &self.parameters,
        }
    }

    fn routes(&self) -> &Routes {
        &self.routes
    }

    fn run_count(&self, _: usize) -> usize {
        0
    }

    fn output_count(&self, _: usize, _: usize) -> Option<usize> {
        None
    }

    fn output(&self, _: usize, _: usize, _: usize) -> Option<&[Item]> {
        None
    }

    fn sources(&self, _: usize, _: usize) -> &[Option<Source>] {
        &[]
    }
}
