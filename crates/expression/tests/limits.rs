//! What an expression cannot do: run for ever, eat all memory, leave anything behind, reach the host.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::time::Duration;

use heddle_data::{Json, json};
use heddle_expression::cases::{Recording, evaluate_cases_with};
use heddle_expression::{Engine, EngineLimits};

fn engine() -> Engine {
    Engine::new(EngineLimits { time: Duration::from_millis(300), memory: 32 * 1024 * 1024 })
}

fn fixtures() -> Json {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/conformance/expressions/fixtures.json");
    Json::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn evaluate(engine: &mut Engine, expression: &str) -> Json {
    let cases = json!([{"id": "x", "expression": expression, "json": {"n": 1, "list": [1, 2], "deep": {"a": {"b": 2}}}}]);
    evaluate_cases_with(engine, &cases, &fixtures(), &Recording::at(0)).unwrap().remove(0)
}

fn assert_usable(engine: &mut Engine) {
    assert_eq!(evaluate(engine, "={{ [1, 2].map(x => x * 2) }}").get("value"), Some(&json!([2, 4])));
}

#[test]
fn endless_code_times_out() {
    let mut engine = engine();
    for expression in [
        "={{ (() => { while (true) {} })() }}",
        "={{ (() => { for (;;) { try { while (true) {} } catch (e) {} } })() }}",
        "={{ /^(a+)+$/.test('a'.repeat(64) + 'b') }}",
        "={{ 'a'.repeat(64).concat('b').replace(/(a|a)*c/, '') }}",
        "={{ (() => { const f = () => { try { f() } finally { f() } }; f() })() }}",
        "={{ [1].map(() => { for (;;) {} }) }}",
        "={{ 'x'.repeat(2000).split('x').every((x, i, all) => all.every(y => all.every(z => z === ''))) }}",
        "=text {{ (() => { while (true) {} })() }}",
        "={{ $evaluateExpression('{{ (() => { while (true) {} })() \\}}') }}",
    ] {
        let result = evaluate(&mut engine, expression);
        assert_eq!(result.get("error"), Some(&json!("Expression timed out")), "{expression}: {result}");
        assert_usable(&mut engine);
    }
}

#[test]
fn greedy_code_meets_the_memory_limit() {
    let mut engine = Engine::new(EngineLimits { time: Duration::from_secs(20), memory: 32 * 1024 * 1024 });
    for expression in [
        "={{ (() => { const all = []; for (;;) all.push(new Array(1000).fill(1)) })() }}",
        "={{ 'ab'.repeat(2 ** 27) }}",
        "={{ 'x'.repeat(900000).split('x').map(x => 'y'.repeat(1000)) }}",
        "={{ 'x'.repeat(900000).replaceAll('x', 'y'.repeat(900000)) }}",
        "={{ 'x'.repeat(900000).split('x').join('y'.repeat(900000)) }}",
        "={{ Array.from({ length: 2 ** 24 }, (_, i) => ({ i })) }}",
        "={{ [...new Intl.Segmenter('en').segment('x'.repeat(9000000))] }}",
        "={{ new Array(4294967295).join('') }}",
        "={{ String(new Array(4294967295)) }}",
        "={{ [].concat(new Array(4294967295)).length }}",
        "={{ new Array(4294967295).sort().length }}",
        "={{ new Array(4294967295).shift() }}",
        "={{ new Array(50000000) }}",
        "={{ (() => { let all = [1]; for (let i = 0; i < 60; i++) all = [all, all]; return all })() }}",
        "={{ [1, 2, 3, 4, 5, 6, 7, 8].reduce(all => [all, all, all, all, all, all, all, all, all, all], 1) }}",
    ] {
        let result = evaluate(&mut engine, expression);
        assert_eq!(
            result.get("error"),
            Some(&json!("Expression exceeded memory limit")),
            "{expression}: {result}"
        );
        assert_usable(&mut engine);
    }
}

#[test]
fn a_thrown_null_is_not_a_lack_of_memory() {
    let mut engine = engine();
    assert_eq!(
        evaluate(&mut engine, "={{ (() => { throw null })() }}").get("type"),
        Some(&json!("undefined"))
    );
    assert_usable(&mut engine);
}

#[test]
fn endless_recursion_blanks_its_chunk() {
    let mut engine = engine();
    for expression in ["={{ (() => { const f = () => f() + 1; return f() })() }}", "={{ $parameter.nope }}"] {
        assert_eq!(evaluate(&mut engine, expression).get("type"), Some(&json!("undefined")), "{expression}");
        assert_usable(&mut engine);
    }
}

#[test]
fn deeply_nested_code_neither_crashes_nor_hangs() {
    let mut engine = engine();
    for depth in [50usize, 480, 950, 5_000, 60_000] {
        let nested = format!("={{{{ {}1{} }}}}", "(".repeat(depth), ")".repeat(depth));
        let array = format!("={{{{ {}{} }}}}", "[".repeat(depth), "]".repeat(depth));
        let sum = format!("={{{{ 1{} }}}}", "+1".repeat(depth));
        let not = format!("={{{{ {}1 }}}}", "!".repeat(depth));
        let path = format!("={{{{ $json{} }}}}", ".a".repeat(depth));
        for expression in [nested, array, sum, not, path] {
            let result = evaluate(&mut engine, &expression);
            assert!(result.get("error").is_some() || result.get("type").is_some());
        }
        assert_usable(&mut engine);
    }
}

#[test]
fn nothing_is_left_behind() {
    let mut engine = engine();
    for (write, read) in [
        ("={{ (Math.x = 1, Math.x) }}", "={{ Math.x }}"),
        ("={{ (Array.x = 1, Array.x) }}", "={{ Array.x }}"),
        ("={{ (DateTime.x = 1, DateTime.x) }}", "={{ DateTime.x }}"),
        ("={{ (x = 1, x) }}", "={{ x }}"),
        ("={{ ($json.n = 2, $json.left = 3, $json.left) }}", "={{ $json.left }}"),
        ("={{ (JSON.parse = 1, Object.assign(JSON, { x: 1 })) }}", "={{ JSON.x }}"),
        ("={{ (Symbol.x = 1, parseInt.x = 1) }}", "={{ parseInt.x }}"),
        ("={{ (() => { const r = /a/g; r.x = 1; RegExp.x = 1; return 1 })() }}", "={{ RegExp.x }}"),
    ] {
        evaluate(&mut engine, write);
        assert_eq!(evaluate(&mut engine, read).get("type"), Some(&json!("undefined")), "{write}");
    }
    evaluate(&mut engine, "={{ ($json.list.push(3), $json.deep.a.b = 9, $json) }}");
    let json = evaluate(&mut engine, "={{ $json }}");
    assert_eq!(json.get("value"), Some(&json!({"n": 1, "list": [1, 2], "deep": {"a": {"b": 2}}})));
    assert_eq!(evaluate(&mut engine, "={{ $json.n }}").get("value"), Some(&json!(1)));
}

#[test]
fn the_host_is_out_of_reach() {
    let mut engine = engine();
    for expression in [
        "={{ (() => {})['const' + 'ructor']('return 1')() }}",
        "={{ [].at['const' + 'ructor'] }}",
        "={{ Object.getPrototypeOf(async () => 1) }}",
        "={{ eval('1') }}",
        "={{ new Function('return 1')() }}",
        "={{ std }}",
        "={{ os }}",
        "={{ Reflect.ownKeys({}) }}",
        "={{ fetch('http://localhost') }}",
        "={{ require('fs') }}",
        "={{ process.exit() }}",
        "={{ setTimeout(() => 1, 1) }}",
        "={{ print('x') }}",
    ] {
        let result = evaluate(&mut engine, expression);
        let refused = result.get("error").is_some() || result.get("type") == Some(&json!("undefined"));
        assert!(refused, "{expression}: {result}");
    }
    assert_usable(&mut engine);
}

/// The view of an item serves the next evaluation too; nothing that code did to it may show there.
#[test]
fn a_view_used_by_one_item_is_fresh_for_the_next() {
    let mut engine = engine();
    let json = json!({"n": 1, "list": [1, 2], "deep": {"a": {"b": 2}}});
    for code in [
        "Object.keys($json).map(k => k).join()",
        "'n' in $json && [...Object.entries($json)].length",
        "($json.list.push(9), $json.deep.a.b = 9, $json.n)",
        "(delete $json.n, $json)",
        "Object.assign($json, { left: 1 }).left",
        "Object.freeze($json).n",
        "($json.deep.self = $json, Object.keys($json.deep).length)",
        "((keep) => { (async () => { await 0; keep.n = 7; })(); return 1 })($json)",
        "(($json = { n: 5 }), $json.n)",
        "(() => { for ($json of [3]); return $json })()",
        "(() => { throw new Error($json.list.reverse().join()) })()",
        "$evaluateExpression('{{ $json.list.sort((a, b) => b - a).join() }}')",
        "$item(0).$json.n + $json.list.map(x => x).length",
    ] {
        for template in [format!("={{{{ {code} }}}}"), format!("=a {{{{ {code} }}}} b {{{{ $json.n }}}}")] {
            evaluate(&mut engine, &template);
            let whole = evaluate(&mut engine, "={{ (() => $json)() }}");
            assert_eq!(whole.get("value"), Some(&json), "{template}");
            let parts = evaluate(
                &mut engine,
                "={{ [Object.keys($json).map(k => k), $json.list.map(x => x), $json.deep.a.b] }}",
            );
            assert_eq!(parts.get("value"), Some(&json!([["n", "list", "deep"], [1, 2], 2])), "{template}");
        }
    }
}

/// Members follow when they are read, in whatever way code goes through them.
#[test]
fn views_look_like_plain_objects() {
    let mut engine = engine();
    let json = json!({"n": 1, "list": [1, 2], "deep": {"a": {"b": 2}}});
    for (code, expected) in [
        ("(o => ({ ...o }))($json)", json.clone()),
        ("(o => Object.fromEntries(Object.entries(o)))($json)", json.clone()),
        ("(o => Object.assign({}, o))($json)", json.clone()),
        ("(o => JSON.parse(JSON.stringify(o, null, 1)))($json)", json.clone()),
        ("(o => { Object.keys(o); return o })($json)", json.clone()),
        (
            "(o => { const all = []; for (const k in o) all.push(k, typeof o[k]); return all })($json)",
            json!(["n", "number", "list", "object", "deep", "object"]),
        ),
        ("(o => Object.values(o).map(v => typeof v))($json)", json!(["number", "object", "object"])),
        (
            "(o => (Object.keys(o), [o.list === o.list, o.deep.a === o.deep.a, o.n]))($json)",
            json!([true, true, 1]),
        ),
        ("(o => { const d = o.deep; Object.keys(o); o.x = 1; return o.deep === d })($json)", json!(true)),
        (
            "(o => ['n' in o, 'x' in o, o.hasOwnProperty('deep'), 'toString' in o])($json)",
            json!([true, false, true, true]),
        ),
        (
            "(o => { Object.keys(o); delete o.n; o.x = 3; return o })($json)",
            json!({"list": [1, 2], "deep": {"a": {"b": 2}}, "x": 3}),
        ),
        ("(({ n, ...rest }) => rest)($json)", json!({"list": [1, 2], "deep": {"a": {"b": 2}}})),
    ] {
        let result = evaluate(&mut engine, &format!("={{{{ {code} }}}}"));
        assert_eq!(result.get("value"), Some(&expected), "{code}: {result}");
    }
}

/// Searching a long text for a long one is as fast as reading both, and finds what the engine finds.
#[test]
fn long_texts_are_searched_in_time() {
    let mut engine = Engine::new(EngineLimits { time: Duration::from_secs(20), ..EngineLimits::default() });
    let text = "'a'.repeat(90000)";
    let part = "('a'.repeat(45000) + 'b')";
    for (code, expected) in [
        (format!("{text}.indexOf({part})"), json!(-1)),
        (format!("({text} + 'b').indexOf({part})"), json!(45000)),
        (format!("({text} + 'b').indexOf({part}, 45001)"), json!(-1)),
        (format!("({text} + 'b' + {text} + 'b').lastIndexOf({part})"), json!(135_001)),
        (format!("({text} + 'b' + {text} + 'b').lastIndexOf({part}, 135000)"), json!(45000)),
        (format!("{text}.includes({part})"), json!(false)),
        (format!("({text} + 'b').includes({part})"), json!(true)),
        (
            format!("('x' + {text} + 'b' + {text} + 'b').split({part}).map(p => p.length)"),
            json!([45001, 45000, 0]),
        ),
        (format!("({text} + 'b').split({part}, 1).map(p => p.length)"), json!([45000])),
        (format!("({text} + 'b').replaceAll({part}, '[$$]').slice(-4)"), json!("a[$]")),
        (
            format!("({text} + 'b').replace({part}, (found, at) => `${{found.length}}-${{at}}`).slice(-11)"),
            json!("45001-45000"),
        ),
        (format!("({text} + 'bc').replace({part}, \"$'\").slice(-3)"), json!("acc")),
    ] {
        let result = evaluate(&mut engine, &format!("={{{{ {code} }}}}"));
        assert_eq!(result.get("value"), Some(&expected), "{code}: {result}");
    }
}

#[test]
fn loops_that_cannot_be_interrupted_have_a_bound() {
    let mut engine = Engine::new(EngineLimits::default());
    let long = "{ length: 2 ** 53 - 1 }";
    for code in [
        format!("[].join.call({long})"),
        "[].toString.call({ length: 2 ** 53 - 1, join: [].join })".to_owned(),
        format!("[].indexOf.call({long}, 1)"),
        format!("[].lastIndexOf.call({long}, 1)"),
        format!("[].includes.call({long}, 1)"),
        format!("[].fill.call({long}, 1)"),
        format!("[].reverse.call({long})"),
        format!("[].copyWithin.call({long}, 1, 0)"),
        format!("[].slice.call({long}, 5).length"),
        format!("[].map.call({long}, x => x)"),
        format!("[].filter.call({long}, x => x)"),
        format!("[].every.call({long}, x => x)"),
        format!("[].some.call({long}, x => x)"),
        format!("[].forEach.call({long}, x => x)"),
        format!("[].reduce.call({long}, x => x)"),
        format!("[].reduceRight.call({long}, x => x)"),
        format!("[].flatMap.call({long}, x => x)"),
        format!("[].flat.call({long})"),
        format!("[].splice.call({long}, 0, 1)"),
        format!("[].toReversed.call({long})"),
        "new Array(4294967295).map(x => 1)".to_owned(),
        "new Array(4294967295).reverse().length".to_owned(),
        "new Array(4294967295).indexOf(1)".to_owned(),
        "new RegExp('a|'.repeat(300000)).test('b')".to_owned(),
        "'b'.match('a|'.repeat(300000))".to_owned(),
        "'b'.search('[' + 'ab'.repeat(300000) + ']')".to_owned(),
    ] {
        let result = evaluate(&mut engine, &format!("={{{{ {code} }}}}"));
        assert_eq!(result.get("error"), Some(&json!("Expression exceeded memory limit")), "{code}: {result}");
    }
    let endless = "(() => { let all = []; for (let i = 0; i < 60; i++) all = [all, all]; return all.flat(Infinity) })()";
    let mut quick = Engine::new(EngineLimits { time: Duration::from_millis(300), ..EngineLimits::default() });
    let result = evaluate(&mut quick, &format!("={{{{ {endless} }}}}"));
    assert_eq!(result.get("error"), Some(&json!("Expression timed out")), "{result}");
    assert_usable(&mut engine);
}

#[test]
fn a_query_that_nests_deeply_or_grows_without_end_is_refused() {
    let mut engine = Engine::new(EngineLimits::default());
    for (query, message) in [
        ("'a' + '[]'.repeat(5000)", "The query nests too deeply"),
        ("'!'.repeat(5000) + 'a'", "The query nests too deeply"),
        ("'a' + ' | a'.repeat(5000)", "The query nests too deeply"),
    ] {
        let result = evaluate(&mut engine, &format!("={{{{ $jmespath({{ a: 1 }}, {query}) }}}}"));
        assert_eq!(result.get("error"), Some(&json!(message)), "{query}: {result}");
    }
    // It meets whichever limit comes first.
    let result = evaluate(&mut engine, "={{ $jmespath({ a: 1 }, '[@, @]' + '[].[@, @]'.repeat(60)) }}");
    assert!(result.get("error").is_some(), "{result}");
    let result = evaluate(&mut engine, "={{ $jmespath({ a: [[1]] }, 'a' + '[]'.repeat(80)) }}");
    assert_eq!(result.get("value"), Some(&json!([1])), "{result}");
}
