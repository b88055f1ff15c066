//! Lists of items that evaluations share: what one evaluation does to them is seen by no other.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use heddle_data::{Item, Json, json};
use heddle_expression::{Alone, Clock, Engine, EngineLimits, Scene, Template};

fn items(count: usize, mark: &str) -> Vec<Item> {
    let item = |index: usize| {
        Item::new(
            json!({ "i": index, "mark": mark, "tags": [index, { "t": mark }], "deep": { "a": { "b": index } },
                          "text": "x".repeat(40), "none": Json::NULL }),
        )
    };
    (0..count).map(item).collect()
}

/// What each item's evaluation gives.
fn evaluate(engine: &mut Engine, expression: &str, items: Vec<Item>, snapshot: u64) -> Vec<Option<Json>> {
    let clock = Clock::new(0, "UTC").unwrap();
    let count = items.len();
    let alone = Alone::new(items);
    let scene = Scene { snapshot, ..alone.scene(&clock) };
    let template = Template::parse(expression).unwrap();
    (0..count).map(|index| engine.evaluate(&template, &scene.at_item(index)).unwrap().to_json()).collect()
}

const EXPRESSIONS: [&str; 24] = [
    "={{ $input.all().map(x => x.json.i).join() }}",
    "={{ $items().filter(x => x.json.i > 1).length }}",
    "={{ $('Input').all().map(x => { return x.json.tags[1].t }).join() }}",
    "={{ (() => { let sum = 0; for (const x of $items('Input')) { sum += x.json.deep.a.b; } return sum })() }}",
    "={{ $input.all() }}",
    "={{ [$input.all(), $items(), $('Input').all()] }}",
    "={{ JSON.stringify($input.all()) }}",
    "={{ $jmespath($input.all(), '[].json.i') }}",
    "={{ $input.all().map(x => ({ ...x, more: 1 })) }}",
    "={{ Object.keys($input.all()[2]).join() + Object.keys($input.all()[2].json).join() }}",
    "={{ [$input.all() === $input.all(), $input.all()[0] === $input.all()[0], $items().indexOf($items()[0])] }}",
    "={{ (() => { const all = $input.all(); return [all[0] === all[0], all.indexOf(all[3])] })() }}",
    "={{ $input.all().map(x => x.json.i).sort((a, b) => b - a) }}",
    "={{ $input.all().sort((a, b) => b.json.i - a.json.i)[0].json.i + ',' + $input.all()[0].json.i }}",
    "={{ $input.all().reverse()[0].json.i + ',' + $input.all()[0].json.i }}",
    "={{ $input.all().push(1) + $input.all().length }}",
    "={{ $input.all()[0].json.tags.push(9) + $input.all()[0].json.tags.length }}",
    "={{ ($input.all()[0].json.i += 5) + $input.all()[0].json.i }}",
    "={{ (delete $input.all()[0].json.i) + Object.keys($input.all()[0].json).join() }}",
    "={{ [9].map($input.all()[0].json.tags.push, $input.all()[0].json.tags) + '' + $input.all()[0].json.tags.length }}",
    "={{ (() => { const { push } = []; return [[9].map(push, $items()[0].json.tags), $items()[0].json.tags.length] })() }}",
    "={{ (() => { const key = 'pu' + 'sh'; const tags = $items()[0].json.tags; tags[key](1); return $items()[0].json.tags.length })() }}",
    "={{ Object.assign($input.all()[0].json, { more: 1 }).more + Object.keys($input.all()[0].json).join() }}",
    "={{ $input.all().reduce((found, x) => { found[x.json.i % 2] = x.json.i; return found }, {}) }}",
];

#[test]
fn evaluations_that_share_lists_give_what_those_alone_give() {
    let limits = EngineLimits::default();
    for expression in EXPRESSIONS {
        let alone = evaluate(&mut Engine::without_native_path(limits), expression, items(5, "a"), 0);
        // Twice in the same run: what the first round changed must not show in the second.
        let mut engine = Engine::without_native_path(limits);
        let list = items(5, "a");
        assert_eq!(evaluate(&mut engine, expression, list.clone(), 1), alone, "{expression}");
        assert_eq!(evaluate(&mut engine, expression, list, 1), alone, "{expression}");
        let natively = evaluate(&mut Engine::new(limits), expression, items(5, "a"), 2);
        assert_eq!(natively, alone, "{expression}");
    }
}

#[test]
fn an_engine_that_has_seen_one_run_shows_the_next_one_its_own_items() {
    let mut engine = Engine::without_native_path(EngineLimits::default());
    for snapshot in 1..20 {
        let mark = format!("run {snapshot}");
        let count = 3 + snapshot as usize % 2;
        for (expression, number) in [
            ("={{ $input.all().map(x => { return x.json.mark })[0] }}", 0),
            ("={{ $items().map(x => { return x.json.mark })[2] }}", 0),
            ("={{ $('Input').all().length + '' }}", count),
        ] {
            let expected = if number == 0 { mark.clone() } else { number.to_string() };
            let given = evaluate(&mut engine, expression, items(count, &mark), snapshot);
            assert_eq!(given, vec![Some(Json::from(expected)); count], "{expression}");
        }
    }
}

#[test]
fn lists_that_are_too_large_to_share_are_still_given() {
    let large: Vec<Item> =
        (0..40).map(|index| Item::new(json!({ "i": index, "text": "y".repeat(1_000_000) }))).collect();
    let mut engine = Engine::without_native_path(EngineLimits::default());
    let given = evaluate(&mut engine, "={{ $input.all().map(x => { return x.json.i }).length }}", large, 1);
    assert_eq!(given, vec![Some(Json::from(40)); 40]);
}
