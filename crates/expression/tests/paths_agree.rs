//! The native path and the JavaScript path give the same value, type and error on generated expressions.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::cell::RefCell;

use heddle_data::{Json, json};
use heddle_expression::cases::{Recording, evaluate_cases_with};
use heddle_expression::{Engine, EngineLimits};
use proptest::prelude::*;
use proptest::sample::select;

fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(vec![
            "$json.text", "$json.upper", "$json.empty", "$json.number", "$json.zero", "$json.negative", "$json.float",
            "$json.yes", "$json.no", "$json.nothing", "$json.missing", "$json.list", "$json.words", "$json.rows",
            "$json.nested", "$json.nested.deep.value", "$json.numeric", "$json.spaced", "$json.unicode", "$json.big",
            "$json['two words']", "$json.rows[0].id", "$json.list[1]", "$json.words[9]", "$json.text[1]",
            "$json.text.length", "$json.list.length", "$itemIndex", "$runIndex", "$mode", "$json",
        ]).prop_map(str::to_owned),
        2 => select(vec![
            "1", "0", "-1", "2.5", "1e21", "0.1", "'a'", "''", "'3'", "' 7 '", "'0x1f'", "\"double\"", "true", "false",
            "null", "undefined", "NaN", "Infinity", "[]", "[1, 'b', null]", "{}", "{ a: 1 }", "'été'", "`t`",
        ]).prop_map(str::to_owned),
        1 => (-1000i32..1000).prop_map(|number| number.to_string()),
        1 => "[a-zA-Z0-9 _.,;-]{0,8}".prop_map(|text| format!("'{text}'")),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    leaf().prop_recursive(4, 24, 3, |inner| {
        let operator = select(vec![
            "+", "-", "*", "/", "%", "**", "==", "!=", "===", "!==", "<", "<=", ">", ">=", "&&", "||", "&",
            "|", "^", "<<", ">>", ">>>",
        ]);
        let method = select(vec![
            "toUpperCase()",
            "toLowerCase()",
            "trim()",
            "trimStart()",
            "trimEnd()",
            "toString()",
            "includes('a')",
            "includes(2)",
            "startsWith('a')",
            "endsWith('c')",
            "indexOf('b')",
            "indexOf(2)",
            "split(',')",
            "split(' ')",
            "slice(1)",
            "slice(-2)",
            "slice(1, -1)",
            "slice(0, 2)",
            "substring(1, 3)",
            "substring(3, 1)",
            "charAt(1)",
            "replace('a', 'b')",
            "replaceAll('a', 'b')",
            "padStart(6, '0')",
            "padEnd(5)",
            "repeat(2)",
            "concat('x')",
            "join('-')",
            "join()",
            "at(-1)",
            "at(0)",
            "toFixed(2)",
            "toFixed()",
            "nope()",
            "nope",
            "length",
            "k",
            "deep",
            "[0]",
            "slice()",
            "valueOf()",
            "first()",
            "last()",
            "isEmpty()",
        ]);
        let unary = select(vec!["!", "-", "+", "typeof ", "~", "void "]);
        let function = select(vec![
            "String",
            "Number",
            "Boolean",
            "parseInt",
            "parseFloat",
            "isNaN",
            "Array.isArray",
            "JSON.stringify",
            "Object.keys",
            "Object.values",
            "Object.entries",
            "Object.fromEntries",
            "Math.round",
            "Math.floor",
            "Math.ceil",
            "Math.abs",
            "Math.trunc",
            "encodeURIComponent",
        ]);
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, o, b)| format!("({a}) {o} ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(({a}) ?? ({b}))")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("(({a}) ? {b} : {c})")),
            (unary, inner.clone()).prop_map(|(o, a)| format!("({o}({a}))")),
            (inner.clone(), method.clone()).prop_map(|(a, m)| match m.starts_with('[') {
                true => format!("({a}){m}"),
                false => format!("({a}).{m}"),
            }),
            (inner.clone(), method).prop_map(|(a, m)| format!("({a})?.{m}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}]")),
            (function, inner.clone()).prop_map(|(f, a)| format!("{f}({a})")),
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("Math.max({a}, {b}) + Math.min({b}, {a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("`<${{{a}}}|${{{b}}}>`")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({{ x: {a}, 'y z': {b} }})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[...{a}, {b}, ...$json.words]")),
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("({{ ...{a}, k: {b}, ...$json.nested }})")),
            (inner.clone(), array_method(), function_of(inner.clone()))
                .prop_map(|(a, method, function)| format!("({a}).{method}({function})")),
            (list(), array_method(), function_of(inner.clone()))
                .prop_map(|(a, method, function)| format!("{a}?.{method}({function})")),
            (list(), function_of(inner.clone()), inner.clone())
                .prop_map(|(a, function, b)| format!("{a}.reduce({function}, {b})")),
            (list(), function_of(inner.clone())).prop_map(|(a, function)| format!("{a}.reduce({function})")),
            (function_of(inner.clone()), inner.clone())
                .prop_map(|(function, a)| format!("({function})({a})")),
            (inner.clone(), pattern(), replacement())
                .prop_map(|(a, p, r)| format!("({a}).replace({p}, {r})")),
            (text(), pattern(), replacement()).prop_map(|(a, p, r)| format!("{a}.replace({p}, {r})")),
            (text(), pattern(), replacement()).prop_map(|(a, p, r)| format!("{a}.replaceAll({p}g, {r})")),
            (text(), select(vec!["match", "search", "split"]), pattern())
                .prop_map(|(a, method, p)| format!("{a}?.{method}({p})")),
            (
                text(),
                pattern(),
                select(vec!["[1]", "?.[0]", "?.length", "?.index", "?.groups", "?.slice(1)"])
            )
                .prop_map(|(a, p, member)| format!("{a}.match({p}){member}")),
            (pattern(), select(vec!["test", "exec"]), inner)
                .prop_map(|(p, method, a)| format!("{p}.{method}({a})")),
        ]
    })
}

fn list() -> impl Strategy<Value = &'static str> {
    select(vec![
        "$json.list",
        "$json.words",
        "$json.rows",
        "$json.text.split(',')",
        "Object.entries($json.nested)",
        "Object.keys($json)",
        "[[1, 2], ['a', null]]",
        "[undefined, 1]",
        "$input.all()",
        "$json.missing",
    ])
}

fn array_method() -> impl Strategy<Value = &'static str> {
    select(vec![
        "map",
        "filter",
        "find",
        "findLast",
        "findIndex",
        "findLastIndex",
        "some",
        "every",
        "flatMap",
        "forEach",
    ])
}

fn text() -> impl Strategy<Value = &'static str> {
    select(vec![
        "$json.text",
        "$json.upper",
        "$json.empty",
        "$json.numeric",
        "$json.spaced",
        "$json.unicode",
        "'ab12 cd-345'",
        "'Ünïcödé\\n\u{2028}ſK'",
        "'aaa'",
        "`${$json.text}\\n${$json.upper}`",
        "$json.missing",
        "$json.number",
    ])
}

fn pattern() -> impl Strategy<Value = String> {
    let atom = select(vec![
        "a",
        ".",
        "\\d",
        "\\w",
        "\\s",
        "\\S",
        "\\b",
        "[a-c]",
        "[^a-z\\d]",
        "(b)",
        "(?:c|,)",
        "(\\w)(\\d)?",
        "ü",
        "k",
        "s",
        "(?=b)",
        "(?<name>c)",
        "\\.",
        "$",
        "^",
        "-",
        "(a|b)",
        "\\D",
        "[\\s\\S]",
    ]);
    let repeated = (atom, select(vec!["", "", "", "+", "*", "?", "{2}", "{1,2}", "+?"])).prop_map(
        |(atom, repetition)| match atom {
            "\\b" | "$" | "^" | "(?=b)" => atom.to_owned(),
            atom => format!("{atom}{repetition}"),
        },
    );
    let flags = select(vec!["", "", "g", "i", "gi", "m", "s", "gms", "u"]);
    (prop::collection::vec(repeated, 1..4), any::<bool>(), flags).prop_map(|(parts, alternatives, flags)| {
        format!("/{}/{flags}", parts.join(if alternatives { "|" } else { "" }))
    })
}

fn replacement() -> impl Strategy<Value = &'static str> {
    select(vec![
        "'#'",
        "''",
        "'<$&>'",
        "'$1$2'",
        "'$$1'",
        "'$11'",
        "\"$`\"",
        "'$'",
        "1",
        "undefined",
        "x => x.toUpperCase()",
        "(x, a, at) => `${a}@${at}`",
        "() => 1",
        "x => undefined",
        "(x, ...all) => all.length",
        "$json.upper",
    ])
}

/// A function whose body uses its parameters, or the value of any expression.
fn function_of(inner: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let head =
        select(vec!["x =>", "(x, i) =>", "(x, i, all) =>", "({ id, k: x }) =>", "([x, y]) =>", "() =>"]);
    let body = select(vec![
        "x",
        "x.id",
        "x?.k",
        "x + 1",
        "x * 2",
        "x > 1",
        "[x, i]",
        "({ ...x, i })",
        "`${x}:${i}`",
        "i",
        "y",
        "x.toUpperCase()",
        "all.length - i",
        "x.length",
        "x.map(y => y + x)",
        "[1, 2].map(i => [x, i])",
        "x.json.k",
        "{ return x }",
        "{ const y = x; if (y > 1) return [y]; return { y } }",
        "{ if (x) { return i } else { return y } }",
        "{ x }",
        "{ const { id } = x; const [a] = [id]; return a }",
        "{ const x = 1; return x }",
        "(y => y + x)(1)",
    ]);
    (head, prop_oneof![5 => body.prop_map(str::to_owned), 1 => inner.prop_map(|inner| format!("({inner})"))])
        .prop_map(|(head, body)| format!("{head} {body}"))
}

/// One or two chunks, alone or in text.
fn template() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => expression().prop_map(|code| format!("={{{{ {code} }}}}")),
        1 => expression().prop_map(|code| format!("=<{{{{ {code} }}}}>")),
        1 => (expression(), expression()).prop_map(|(a, b)| format!("={{{{ {a} }}}} and {{{{ {b} }}}}")),
    ]
}

thread_local! {
    static ENGINES: RefCell<(Engine, Engine)> = RefCell::new((
        Engine::new(EngineLimits::default()),
        Engine::without_native_path(EngineLimits::default()),
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_paths_agree(template in template()) {
        // Braces that close a chunk early are another test's subject.
        prop_assume!(!template.trim_end_matches("}}").contains("}}}"));
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/conformance/expressions/fixtures.json");
        let fixtures = Json::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
        let cases = json!([{"id": "generated", "expression": template.as_str(), "json": {
            "text": "a,b c", "upper": "ABC", "empty": "", "number": 42, "zero": 0, "negative": -7, "float": 2.5,
            "yes": true, "no": false, "nothing": null, "list": [3, 1, 2], "words": ["b", "a"],
            "rows": [{"id": 1, "k": "v"}, {"id": 2}], "nested": {"deep": {"value": "v", "k": [1]}, "k": 5},
            "numeric": "12.5", "spaced": "  x ", "unicode": "Ünïcödé 日本 🎉", "big": 1e21, "two words": "w"
        }}]);
        let (native, script) = ENGINES.with_borrow_mut(|(native, script)| {
            let run = |engine: &mut Engine| evaluate_cases_with(engine, &cases, &fixtures, &Recording::at(0)).unwrap();
            (run(native), run(script))
        });
        prop_assert_eq!(native[0].to_string(), script[0].to_string(), "{}", template);
    }
}
