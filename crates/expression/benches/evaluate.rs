//! What one evaluation costs: prints nanoseconds per evaluation, as the engine chooses, all in JavaScript, and all in
//! JavaScript on items with 200 nested fields more. The first lines tell what the bare JavaScript engine needs for a
//! call, and for `item.first.replace(…)` on an item that it already has.

#![allow(clippy::print_stdout, reason = "the numbers are what it is for")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use heddle_data::{Graph, Item, Json, Link, PairedItem, Source};
use heddle_expression::{
    Clock, Engine, EngineLimits, NodeInfo, Routes, RunView, Scene, Template, WorkflowInfo,
};

/// Source (many items) -> Middle -> Target.
struct Run {
    workflow: WorkflowInfo,
    routes: Routes,
    parameters: Json,
    items: Vec<Item>,
    sources: Vec<Option<Source>>,
}

const NAMES: [&str; 3] = ["Source", "Middle", "Target"];

impl RunView for Run {
    fn workflow(&self) -> &WorkflowInfo {
        &self.workflow
    }
    fn node_index(&self, name: &str) -> Option<usize> {
        NAMES.iter().position(|own| *own == name)
    }
    fn node(&self, node: usize) -> NodeInfo<'_> {
        NodeInfo {
            name: NAMES[node],
            id: "id",
            node_type: "test.node",
            type_version: 1.0,
            webhook_id: None,
            parameters: &self.parameters,
        }
    }
    fn routes(&self) -> &Routes {
        &self.routes
    }
    fn run_count(&self, node: usize) -> usize {
        usize::from(node < 2)
    }
    fn output_count(&self, node: usize, _: usize) -> Option<usize> {
        (node < 2).then_some(1)
    }
    fn output(&self, node: usize, _: usize, _: usize) -> Option<&[Item]> {
        (node < 2).then_some(&self.items)
    }
    fn sources(&self, node: usize, _: usize) -> &[Option<Source>] {
        if node == 0 { &[] } else { &self.sources[..1] }
    }
}

fn main() {
    let items = items_with("");
    let nested =
        (0..200).map(|field| format!(r#","g{field}":{{"inner":{{"name":"n{field}"}},"list":[1,2]}}"#));
    let wide_items = items_with(&nested.collect::<String>());
    let source = |name: &str| {
        Some(Source { previous_node: name.to_owned(), previous_node_output: 0, previous_node_run: 0 })
    };
    let run = Run {
        workflow: WorkflowInfo::default(),
        routes: Routes::new(Arc::new(Graph::of_links(3, [Link::main(0, 0, 1, 0), Link::main(1, 0, 2, 0)]))),
        parameters: Json::object(),
        items: items.clone(),
        sources: vec![source("Source"), source("Middle")],
    };
    let Ok(clock) = Clock::new(1_741_964_966_535, "America/New_York") else { return };
    let scene = Scene { sources: Some(&run.sources[1..]), ..Scene::new(&run, 2, &items, &clock) };
    let wide = Scene { items: &wide_items, ..scene };
    let expressions = [
        "={{ $json.first }}",
        "={{ $json.address.geo.lat }}",
        "={{ $json }}",
        "={{ $json.first }} {{ $json.last }}",
        "={{ $json.qty * $json.price }}",
        "={{ $json.first.toUpperCase() }}",
        "={{ $json.qty > 500 ? 'many' : 'few' }}",
        "=Hello {{ $json.first }}, you have {{ $json.qty }} in {{ $json.address.city }}",
        "={{ $('Source').item.json.first }}",
        "={{ $('Source').first().json.first }}",
        "={{ $json.tags.join(', ') }}",
        "={{ JSON.stringify($json.address) }}",
        "={{ $json.tags.first() }}",
        "={{ $now.toISO() }}",
        "={{ $now.minus({ days: 1 }).toFormat('yyyy-MM-dd') }}",
        "={{ $json.lines.map(line => line.sku).join(',') }}",
        "={{ $('Source').item.json.lines.map(line => line.sku).join(',') }}",
        "={{ $json.first.replace(/\\d+/g, '#') }}",
        "={{ Object.keys($json).join() }}",
        "={{ Object.keys($json).length + $json.lines.filter(l => l.n > 1).length }}",
    ];
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    bare_engine(&items);
    println!("{:>9} {:>9} {:>9}  expression (ns per evaluation)", "default", "script", "wide");
    for expression in expressions.into_iter().filter(|expression| expression.contains(&wanted)) {
        let Ok(template) = Template::parse(expression) else { continue };
        let native = measure(&mut Engine::new(EngineLimits::default()), &template, &scene);
        let script = measure(&mut Engine::without_native_path(EngineLimits::default()), &template, &scene);
        let wide = measure(&mut Engine::without_native_path(EngineLimits::default()), &template, &wide);
        println!("{native:>9.0} {script:>9.0} {wide:>9.0}  {expression}");
    }
}

/// Items of ten fields, and more that are given as JSON.
fn items_with(more: &str) -> Vec<Item> {
    let item = |index: u32| {
        let text = format!(
            r#"{{"first":"Given {index}","last":"Family","qty":{index},"price":2.5,"tags":["a","b","c"],
            "address":{{"city":"Town {index}","geo":{{"lat":1.5,"lon":2.5}}}},"note":"a longer note of item {index}",
            "status":"open","when":"2024-05-06T07:08:09.010Z","lines":[{{"sku":"s1","n":1}},{{"sku":"s2","n":2}}]{more}}}"#
        );
        Item::new(Json::parse(&text).unwrap_or_default()).with_paired_item(PairedItem::item(index))
    };
    (0..1000).map(item).collect()
}

fn bare_engine(items: &[Item]) {
    let Some(context) = rquickjs::Runtime::new().and_then(|runtime| rquickjs::Context::full(&runtime)).ok()
    else {
        return;
    };
    context.with(|ctx| {
        let function = |code: &str| ctx.eval::<rquickjs::Function<'_>, _>(code).ok();
        let (Some(empty), Some(replace)) =
            (function("(() => 1)"), function(r"(item => item.first.replace(/\d+/g, '#'))"))
        else {
            return;
        };
        let empty = quickest(items.len(), |_| drop(black_box(empty.call::<_, f64>(()))));
        let converted: Vec<_> = items.iter().map(|item| convert(&ctx, &item.json)).collect();
        let replace = quickest(items.len(), |index| {
            if let Ok(item) = &converted[index] {
                drop(black_box(replace.call::<_, String>((item.clone(),))));
            }
        });
        println!("{empty:>9.0} a call of the bare engine\n{replace:>9.0} `replace` in the bare engine");
    });
}

fn convert<'js>(ctx: &rquickjs::Ctx<'js>, json: &Json) -> rquickjs::Result<rquickjs::Value<'js>> {
    use rquickjs::IntoJs;
    if let Some(members) = json.as_object() {
        let object = rquickjs::Object::new(ctx.clone())?;
        for (name, member) in members {
            object.set(name, convert(ctx, member)?)?;
        }
        return Ok(object.into_value());
    }
    if let Some(elements) = json.as_array() {
        let array = rquickjs::Array::new(ctx.clone())?;
        for (index, element) in elements.iter().enumerate() {
            array.set(index, convert(ctx, element)?)?;
        }
        return Ok(array.into_value());
    }
    json.as_str().map_or_else(|| json.as_f64().into_js(ctx), |text| text.into_js(ctx))
}

fn measure(engine: &mut Engine, template: &Template, scene: &Scene<'_>) -> f64 {
    quickest(scene.items.len(), |item_index| {
        drop(black_box(engine.evaluate(template, &scene.at_item(item_index))));
    })
}

/// The quickest of many short rounds: what the code costs when nothing else wants the processor.
fn quickest(count: usize, mut evaluate: impl FnMut(usize)) -> f64 {
    const ROUND: usize = 50;
    let mut best = f64::INFINITY;
    let start = Instant::now();
    for first in (0..count - ROUND).step_by(ROUND).cycle() {
        let round = Instant::now();
        (first..first + ROUND).for_each(&mut evaluate);
        best = best.min(round.elapsed().as_nanos() as f64 / ROUND as f64);
        if start.elapsed().as_millis() > 400 {
            break;
        }
    }
    best
}
