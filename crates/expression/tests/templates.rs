//! What a compiled template tells: its references, its constants, the place of an error; and parameters as a whole.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use heddle_data::{Graph, Item, Json, Link, Source, json};
use heddle_expression::{
    Clock, CompiledValue, Engine, EngineLimits, NodeInfo, Routes, RunView, Scene, Template, WorkflowInfo,
};
use std::sync::Arc;

/// The text at the place of a template's error.
fn error_text(template: &str) -> &str {
    &template[Template::parse(template).unwrap_err().range.unwrap()]
}

fn names(template: &str) -> Vec<(String, String)> {
    let parsed = Template::parse(template).unwrap();
    let references = &parsed.node_references().names;
    references.iter().map(|(name, range)| (name.clone(), template[range.clone()].to_owned())).collect()
}

#[test]
fn references_are_found_with_their_places() {
    let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    assert_eq!(
        names(
            "=é {{ $('A').item.json.x }} {{ $node[\"B c\"].json.y + $node.D.json.z }} {{ $items('E', 0).length }}"
        ),
        [pair("A", "'A'"), pair("B c", "\"B c\""), pair("D", "D"), pair("E", "'E'")]
    );
    assert_eq!(
        names("={{ [1].map(x => $(`In a function`).first()) }}"),
        [pair("In a function", "`In a function`")]
    );
    assert_eq!(names("={{ {a: $('Braced').item} }}"), [pair("Braced", "'Braced'")]);
    assert_eq!(names("no expression $('X')"), []);
    assert_eq!(names("=text $('X') {{ 'in a string $(\"X\")' }}"), []);
}

#[test]
fn templates_tell_whether_they_read_other_items() {
    let reads = |template: &str| Template::parse(template).unwrap().reads_other_items();
    for template in [
        "={{ $('X').item.json.a }}",
        "={{ $node.X.json.a }}",
        "={{ $node['X'].json.a }}",
        "={{ $items() }}",
        "={{ $items('X').length }}",
        "={{ $item(0).$json }}",
        "={{ $input.all().length }}",
        "={{ $input.first().json.a }}",
        "={{ [$input].length }}",
        "={{ $evaluateExpression($json.text) }}",
        "={{ $parameter.a }}",
        "={{ (() => this)() }}",
        "={{ $json.a }} and {{ $json.list.map(x => $('X').first().json[x]) }}",
    ] {
        assert!(reads(template), "{template}");
    }
    for template in [
        "=text",
        "={{ $json.a.toUpperCase() }} {{ $itemIndex }}",
        "={{ $now.plus($json.days, 'days').toISO() }}",
        "={{ $json.list.map(x => x.$input) }}",
        "={{ $if($json.a > 1, $workflow.name, $execution.id) }}",
    ] {
        assert!(!reads(template), "{template}");
    }
}

#[test]
fn computed_references_are_unknown() {
    let unknown = |template: &str| Template::parse(template).unwrap().node_references().reads_unknown_nodes;
    for template in [
        "={{ $($json.name).item }}",
        "={{ $node[$json.name].json }}",
        "={{ Object.keys($node) }}",
        "={{ $evaluateExpression($json.text) }}",
        "={{ $items($json.name) }}",
        "={{ $item(0).$node['X'].json }}",
        "={{ $node['X'].parameter.url }}",
    ] {
        assert!(unknown(template), "{template}");
    }
    for template in
        ["={{ $json.$node }}", "={{ $input.all() }}", "={{ $('X').first() }}", "={{ $items() }}", "=text"]
    {
        assert!(!unknown(template), "{template}");
    }
}

#[test]
fn literals_are_constants() {
    let constant = |template: &str| Template::parse(template).unwrap().as_constant();
    assert_eq!(constant("plain {{ $json }}"), Some(json!("plain {{ $json }}")));
    assert_eq!(constant("="), Some(json!("")));
    assert_eq!(constant("=only text }}"), Some(json!("only text }}")));
    assert_eq!(constant("={{ 1 }}"), None);
    assert!(Template::parse("={{ $json.a.toUpperCase() + 1 }}").unwrap().is_native());
    assert!(Template::parse("={{ $json.a.map(x => x.b).join() }}").unwrap().is_native());
    assert!(
        Template::parse(r"={{ $json.a.replace(/\d+/g, '#').match(/(\w+)@/)?.[1] }}").unwrap().is_native()
    );
    assert!(!Template::parse(r"={{ $json.a.match(/(?<b>\w+)@/).groups.b }}").unwrap().is_native());
    assert!(!Template::parse("={{ $json.a.map(function (x) { return x }) }}").unwrap().is_native());
}

#[test]
fn errors_point_at_their_place() {
    assert_eq!(error_text("=é {{ $json.ok }} {{ $json.binding }}"), "binding");
    assert_eq!(error_text("=a.constructor b"), ".constructor");
    assert_eq!(error_text("={{ {a: $json.caller} }}"), "caller");
    assert_eq!(error_text("={{ 1 + }}").trim(), "");
    assert_eq!(Template::parse("={{ 1 + }}").unwrap_err().message, "invalid syntax");
    assert_eq!(Template::parse("={{ a b }}").unwrap_err().name, "ExpressionError");
    assert_eq!(Template::parse("={{ a b.first() }}").unwrap_err().name, "ExpressionExtensionError");
}

/// A run of one node.
struct Single {
    workflow: WorkflowInfo,
    routes: Routes,
    parameters: Json,
}

impl Single {
    fn new() -> Self {
        Self {
            workflow: WorkflowInfo::default(),
            routes: Routes::new(Arc::new(Graph::of_links(1, [Link::main(0, 0, 0, 0)]))),
            parameters: json!({"p": "={{ $json.n + 1 }}"}),
        }
    }
}

impl RunView for Single {
    fn workflow(&self) -> &WorkflowInfo {
        &self.workflow
    }
    fn node_index(&self, name: &str) -> Option<usize> {
        (name == "Only").then_some(0)
    }
    fn node(&self, _: usize) -> NodeInfo<'_> {
        NodeInfo {
            name: "Only",
            id: "1",
            node_type: "test.only",
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

fn evaluate(parameter: &Json) -> Result<Option<Json>, (String, String)> {
    let run = Single::new();
    let items = [Item::new(json!({"n": 1, "text": "t"}))];
    let clock = Clock::new(0, "UTC").unwrap();
    let scene = Scene::new(&run, 0, &items, &clock);
    let compiled = CompiledValue::compile(parameter);
    let mut value = Json::NULL;
    let defined = Engine::new(EngineLimits::default())
        .evaluate_parameter(&compiled, &scene, &mut value)
        .map_err(|(pointer, error)| (pointer, error.message))?;
    Ok(defined.then_some(value))
}

#[test]
fn parameters_are_evaluated_where_they_have_expressions() {
    let parameter = json!({
        "literal": "{{ $json.n }}", "number": 5, "expression": "={{ $json.n }}", "text": "=n: {{ $json.n }}",
        "list": ["={{ $json.text }}", {"deep": "={{ [1, 2].map(x => x + $json.n) }}"}, "={{ $json.missing }}"],
        "gone": "={{ $json.missing }}", "={{ $json.n }}": "key", "date": "={{ $now }}"
    });
    assert_eq!(
        evaluate(&parameter).unwrap(),
        Some(json!({
            "literal": "{{ $json.n }}", "number": 5, "expression": 1, "text": "n: 1",
            "list": ["t", {"deep": [2, 3]}, null], "={{ $json.n }}": "key", "date": "1970-01-01T00:00:00.000Z"
        }))
    );
}

#[test]
fn siblings_and_stored_parameters_are_evaluated_in_turn() {
    let parameter =
        json!({"a": "={{ $json.n + 1 }}", "b": "={{ $parameter[\"&a\"] * 10 }}", "c": "={{ $parameter.p }}"});
    assert_eq!(evaluate(&parameter).unwrap(), Some(json!({"a": 2, "b": 20, "c": 2})));
}

#[test]
fn parts_without_expressions_are_shared() {
    let parameter = json!({"constant": {"list": [1, 2, {"a": "b"}]}, "other": "={{ 1 }}"});
    let result = evaluate(&parameter).unwrap().unwrap();
    assert!(result.get("constant").unwrap().ptr_eq(parameter.get("constant").unwrap()));
    let constant = CompiledValue::compile(parameter.get("constant").unwrap());
    assert!(constant.as_constant().unwrap().ptr_eq(parameter.get("constant").unwrap()));
}

#[test]
fn errors_name_the_parameter() {
    let failing = json!({"a": 1, "b/c": ["x", {"d": "={{ $json.n.toTitleCase() }}"}]});
    assert_eq!(
        evaluate(&failing).unwrap_err(),
        ("/b~1c/1/d".to_owned(), "toTitleCase() is only callable on type \"String\"".to_owned())
    );
    let broken = json!({"list": ["={{ 1 }}", "={{ ) }}"]});
    assert_eq!(evaluate(&broken).unwrap_err(), ("/list/1".to_owned(), "invalid syntax".to_owned()));
    let compiled =
        CompiledValue::compile(&json!({"a": "={{ ) }}", "b": "=c", "d": ["={{ $json.n }}", "={{ ( }}"]}));
    let errors: Vec<String> = compiled.errors().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(errors, ["/a", "/d/1"], "all of them, not the first");
    assert_eq!(compiled.constants().get("b").unwrap(), &json!("c"));
    let compiled = CompiledValue::compile(&failing);
    let pointers: Vec<String> = compiled.templates().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/b~1c/1/d"]);
}

/// An engine that has seen other items and templates gives what a new one gives: what it keeps of an item's view does
/// not show.
#[test]
fn an_item_is_evaluated_as_if_it_were_the_first() {
    let run = Single::new();
    let items = [
        json!({"a": 1, "b": [2]}),
        json!({"a": 3, "b": [4]}),
        json!({"b": 5, "a": {"c": {"d": 1}}}),
        json!({"a": 6}),
        json!({}),
        json!({"a": [{"c": 1}, {"c": {"d": [1]}}], "b": {"c": 7}, "1": "first"}),
        json!({"a": [{"c": 2}, {"c": {"d": [2]}}], "b": {"c": 8}, "1": "second"}),
        json!({"a": 7, "b": 8}),
    ]
    .map(Item::new);
    let clock = Clock::new(0, "UTC").unwrap();
    let scene = Scene::new(&run, 0, &items, &clock);
    let templates = [
        "={{ Object.keys($json).map(k => k) }}",
        "={{ Object.entries($json).map(([k, v]) => [k, typeof v]) }}",
        "={{ (x => x)($json) }}",
        "={{ (x => ({ ...x, more: 1 }))($json) }}",
        "={{ (x => { x.a = 0; return x })($json) }}",
        "={{ ['a' in $json, 'b' in $json].map(x => !x) }}",
        "={{ (x => { Object.keys(x); delete x.a; return x })($json) }}",
        "=<{{ Object.keys($json).filter(k => k) }}|{{ [$json.b].map(x => x) }}|{{ $itemIndex }}>",
        "={{ [$json.a].flat().map(x => x?.c ?? x) }}",
        "={{ $evaluateExpression('{{ Object.keys($json).map(x => x).join() \\}}') + Object.keys($json).map(x => x) }}",
    ]
    .map(|template| Template::parse(template).unwrap());
    let mut used = Engine::new(EngineLimits::default());
    for order in [0, 1] {
        for at in 0..templates.len() * items.len() {
            let (template, index) = match order {
                0 => (&templates[at / items.len()], at % items.len()),
                _ => (&templates[at % templates.len()], at / templates.len()),
            };
            let scene = scene.at_item(index);
            let fresh = Engine::new(EngineLimits::default()).evaluate(template, &scene);
            let value = used.evaluate(template, &scene);
            assert_eq!(format!("{value:?}"), format!("{fresh:?}"), "{template:?} at item {index}");
            assert!(value.is_ok());
        }
    }
}
