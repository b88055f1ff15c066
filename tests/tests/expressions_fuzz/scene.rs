//! Where an expression is evaluated: an item, and the workflow `chain` of the recorded fixtures. Both sides are asked
//! from here.

use std::borrow::Cow;

use fastrand::Rng;
use heddle_expression::cases::{Recording, evaluate_cases_with};
use heddle_expression::{Engine, EngineLimits};
use heddle_node::Json;
use serde_json::{Map, Value, json};

use crate::grammar::{Grammar, Term};

/// When it is, for both sides.
pub(crate) const NOW: i64 = 1_741_964_966_535;

/// Makes n8n's clock stand still. `new Date()` cannot be reached so, and is not asked for.
const FREEZE: &str = "={{ Date.now = () => 1741964966535, 1 }}";

/// An expression and its item.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// Its name, if somebody wrote it down.
    pub(crate) id: String,
    pub(crate) family: usize,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) json: Map<String, Value>,
    pub(crate) item_index: usize,
    pub(crate) timezone: Option<Cow<'static, str>>,
    /// `pairedItem` of the items of `Fetch` and `Input`, where they are not those of the fixture.
    pub(crate) pairings: Option<[Vec<Value>; 2]>,
}

/// A piece of a template.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    Text(String),
    Code(Term),
}

impl Case {
    /// A new case.
    pub(crate) fn grow(grammar: &Grammar, rng: &mut Rng, family: Option<usize>) -> Self {
        let family = family.unwrap_or_else(|| grammar.choose_family(rng));
        let code = |rng: &mut Rng, family| {
            let depth = [0, 1, 1, 1, 2, 2, 3][rng.usize(..7)];
            Piece::Code(grammar.grow(rng, family, depth))
        };
        let mut pieces = vec![code(rng, family)];
        if rng.usize(..8) == 0 {
            for _ in 0..=rng.usize(..2) {
                pieces.push(Piece::Text(text(rng)));
                let other = grammar.choose_family(rng);
                pieces.push(code(rng, other));
            }
            pieces.insert(0, Piece::Text(text(rng)));
            pieces.push(Piece::Text(text(rng)));
        }
        let timezone = match rng.usize(..8) {
            0 => Some(["UTC", "Europe/Berlin", "Asia/Kolkata", "Pacific/Auckland"][rng.usize(..4)].into()),
            _ => None,
        };
        let item_index = [0, 0, 0, 0, 0, 0, 1, 2, 3, 7][rng.usize(..10)];
        let reads_nodes = grammar.families[family].name == "nodes" && rng.bool();
        let pairings =
            reads_nodes.then(|| [(); 2].map(|()| (0..rng.usize(1..6)).map(|_| pairing(rng)).collect()));
        Self { id: String::new(), family, pieces, json: item(rng), item_index, timezone, pairings }
    }

    /// A case that somebody wrote down: `id`, `expression`, `json`, and perhaps `itemIndex` and `timezone`.
    pub(crate) fn given(case: &Value) -> Self {
        let expression = case["expression"].as_str().expect("a case has an expression");
        let template = expression.strip_prefix('=').expect("an expression begins with `=`");
        Self {
            id: case["id"].as_str().unwrap_or_default().to_owned(),
            family: 0,
            pieces: vec![Piece::Text(template.to_owned())],
            json: case["json"].as_object().cloned().unwrap_or_default(),
            item_index: case["itemIndex"].as_u64().map_or(0, |index| index as usize),
            timezone: case["timezone"].as_str().map(|zone| zone.to_owned().into()),
            pairings: None,
        }
    }

    /// The template.
    pub(crate) fn expression(&self) -> String {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Code(term) => format!("{{{{ {} }}}}", term.render()),
        });
        format!("={}", pieces.collect::<String>())
    }

    /// In the format of recorded cases, without what is expected.
    pub(crate) fn record(&self, id: &str) -> Map<String, Value> {
        let mut case = Map::new();
        case.insert("id".into(), id.into());
        case.insert("category".into(), "fuzz".into());
        case.insert("expression".into(), self.expression().into());
        case.insert("json".into(), self.json.clone().into());
        case.insert("fixture".into(), "chain".into());
        if self.item_index > 0 {
            case.insert("itemIndex".into(), self.item_index.into());
        }
        if let Some(timezone) = &self.timezone {
            case.insert("timezone".into(), timezone.as_ref().into());
        }
        case
    }

    /// Whether it depends on something that differs from moment to moment.
    pub(crate) fn is_fickle(&self) -> bool {
        let code = self.expression();
        ["new Date()", "new Date;", "new Date ", "new (Date", "randomItem", "Math.random"].iter().any(|name| code.contains(name))
            || code.contains("DateTimeFormat(") && code.contains(".format()")
            // Words of the engine, or of functions that are made anew for each context.
            || code.contains("process")
    }

    /// Cases that are this one with one part of it made smaller, the smallest first.
    pub(crate) fn smaller(&self) -> Vec<Case> {
        let mut all = Vec::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            if self.pieces.len() > 1 {
                let mut pieces = self.pieces.clone();
                pieces.remove(index);
                all.push(Case { pieces, ..self.clone() });
            }
            let Piece::Code(term) = piece else { continue };
            if self.pieces.len() > 1 {
                all.push(Case { pieces: vec![piece.clone()], ..self.clone() });
            }
            for other in term.smaller() {
                let mut pieces = self.pieces.clone();
                pieces[index] = Piece::Code(other);
                all.push(Case { pieces, ..self.clone() });
            }
        }
        let length = self.expression().len();
        all.retain(|case| case.expression().len() < length);
        all.sort_by_key(|case| case.expression().len());
        if self.item_index > 0 {
            all.push(Case { item_index: 0, ..self.clone() });
        }
        if self.pairings.is_some() {
            all.push(Case { pairings: None, ..self.clone() });
        }
        if self.timezone.is_some() {
            all.push(Case { timezone: None, ..self.clone() });
        }
        if !self.json.is_empty() {
            all.push(Case { json: Map::new(), ..self.clone() });
        }
        for key in self.json.keys() {
            let mut json = self.json.clone();
            json.shift_remove(key);
            all.push(Case { json, ..self.clone() });
        }
        all
    }
}

/// One item's `pairedItem`, mostly to items that exist.
fn pairing(rng: &mut Rng) -> Value {
    let one = |rng: &mut Rng| match rng.usize(..8) {
        0 => json!({ "item": rng.usize(..7), "input": 1 }),
        1 => {
            let node = ["Start", "Fetch"][rng.usize(..2)];
            json!({ "item": rng.usize(..3), "sourceOverwrite": { "previousNode": node } })
        }
        _ => json!({ "item": rng.usize(..4) }),
    };
    match rng.usize(..8) {
        0 => (0..rng.usize(..4)).map(|_| one(rng)).collect(),
        _ => one(rng),
    }
}

fn text(rng: &mut Rng) -> String {
    let texts = [
        " ",
        "",
        "a",
        "Hello ",
        "\n",
        "\\",
        "\\\\",
        "{",
        "}",
        "}}",
        "\\{{ x }}",
        "{ {",
        "é😀",
        "=",
        "$json.s",
        "\"",
        "a\\\\b",
        "\t- ",
    ];
    texts[rng.usize(..texts.len())].to_owned()
}

/// An item that has what the grammar reads, now and then something else in its place.
fn item(rng: &mut Rng) -> Map<String, Value> {
    let mut one_of = |values: Value| match values {
        Value::Array(mut values) => values.swap_remove(rng.usize(..values.len())),
        other => other,
    };
    let strings = || {
        json!([
            "Hello World",
            "a",
            "",
            "x y-z_w",
            "ÀÉ ö",
            "😀",
            "12.50",
            "2024-02-29T10:00:00Z",
            "no",
            "tags <b>",
            "a,b;c",
            "Ünï"
        ])
    };
    let numbers = || json!([0, 1, 2.5, -3, 1e21, 0.1, 1000000, 42, -0.0, 1741964966535_i64]);
    let mut item = Map::new();
    let mut put = |key: &str, value: Value| drop(item.insert(key.to_owned(), value));
    put("s", one_of(strings()));
    put("name", one_of(json!(["Ada Lovelace", "Łukasz", "O'Neil", "jean-luc"])));
    put("n", one_of(numbers()));
    put("f", one_of(json!([1.005, 2.675, -0.5, 3.7, 1e-7])));
    put("zero", json!(0));
    put("b", one_of(json!([true, false])));
    put("no", json!(false));
    put("nul", Value::Null);
    put("empty", json!(""));
    put("none", json!([]));
    put("email", one_of(json!(["a@b.co", "Ada <ada@mail.example.org>", "not an email", "x@localhost"])));
    put(
        "url",
        one_of(json!([
            "https://example.com/p/a?b=c#d",
            "http://localhost:8080",
            "www.x.io",
            "ftp://a.b/c d"
        ])),
    );
    put(
        "iso",
        one_of(json!([
            "2024-02-29T12:34:56.789Z",
            "2023-07-01",
            "2024-11-03T01:30:00-04:00",
            "not a date",
            "2024-03-10T02:30:00"
        ])),
    );
    put("uni", one_of(json!(["日本語", "e\u{301}", "ﬁne", "İstanbul", "ǆ ß", "\u{a0}x\u{a0}"])));
    put("words", one_of(json!([["foo", "Bar", "baz"], ["é", "e", "z"], []])));
    put("arr", one_of(json!([[3, 1, 2], [1, 1, 2.5], [], [0, -1, 10]])));
    put(
        "objs",
        one_of(
            json!([[{"id": 1, "v": "a"}, {"id": 2, "v": "b", "w": null}], [], [{"id": 2, "v": "x"}, {"v": "a", "id": 2}]]),
        ),
    );
    put("mixed", one_of(json!([[1, "a", null, {"a": 1}, [2]], [null, [], {}], ["x", 1, true]])));
    put(
        "o",
        one_of(
            json!([{"s": "in", "n": 5, "a": {"b": 1}}, {}, {"2": "b", "1": "a", "x": null}, {"s": "", "a": [1]}]),
        ),
    );
    put("deep", json!({"list": [{"x": 1}, {"x": one_of(strings())}, {"y": null}], "k.e y": {"é": 1}}));
    put("odd key", one_of(strings()));
    put("1", json!("one"));
    put("é", json!("accent"));
    let odd = one_of(json!([null, 5, "text", [], {}, true, [[1]], {"a": 1}]));
    let keys: Vec<String> = item.keys().cloned().collect();
    match rng.usize(..6) {
        0 => drop(item.insert(keys[rng.usize(..keys.len())].clone(), odd)),
        1 => drop(item.shift_remove(&keys[rng.usize(..keys.len())])),
        _ => {}
    }
    item
}

/// The workflow around the item, as both sides need it.
pub(crate) struct Scene {
    chain: Value,
    recording: Recording,
    native: Engine,
    javascript: Engine,
}

impl Scene {
    /// The fixture `chain`.
    pub(crate) fn read() -> Self {
        let path = heddle_tests::root().join("tests/conformance/expressions/fixtures.json");
        let text = std::fs::read_to_string(path).expect("the fixtures are there");
        let fixtures: Value = serde_json::from_str(&text).expect("the fixtures are JSON");
        Self {
            chain: fixtures["chain"].clone(),
            recording: Recording::at(NOW),
            native: Engine::new(EngineLimits::default()),
            javascript: Engine::without_native_path(EngineLimits::default()),
        }
    }

    /// The fixture with the case's pairings.
    fn chain(&self, case: &Case) -> Value {
        let mut chain = self.chain.clone();
        for (node, pairings) in ["Fetch", "Input"].into_iter().zip(case.pairings.iter().flatten()) {
            let items = pairings.iter().enumerate().map(|(index, pairing)| {
                let json = if (node, index) == ("Input", 0) {
                    case.json.clone().into()
                } else {
                    json!({ "at": index, "of": node })
                };
                json!({ "json": json, "pairedItem": pairing })
            });
            chain["runData"][node][0]["items"][0] = items.collect();
        }
        chain
    }

    /// What n8n is asked.
    pub(crate) fn request(&self, case: &Case) -> Value {
        let chain = self.chain(case);
        let items = |node: &str| {
            let own = json!({ "json": case.json, "pairedItem": { "item": 0 } });
            let items = chain["runData"][node][0]["items"][0].as_array().expect("the node has items");
            items
                .iter()
                .map(|item| if item == "$CASE_JSON" { own.clone() } else { item.clone() })
                .collect::<Value>()
        };
        let nodes = chain["workflow"]["nodes"].as_array().expect("the workflow has nodes");
        let node = nodes.iter().find(|node| node["name"] == "Node").expect("the node is there");
        let mut request = json!({
            "expression": case.expression(),
            "items": items("Input"),
            "nodes": { "Start": items("Start"), "Fetch": items("Fetch") },
            "parameters": node["parameters"],
            "itemIndex": case.item_index,
            "vars": serde_json::from_str::<Value>(&self.recording.vars.to_string()).expect("JSON"),
        });
        if let Some(timezone) = &case.timezone {
            request["timezone"] = timezone.as_ref().into();
        }
        request
    }

    /// The request that stops n8n's clock, until its isolate is replaced.
    pub(crate) fn freeze() -> Value {
        json!({ "expression": FREEZE })
    }

    /// What we give: natively where possible, and all in JavaScript.
    pub(crate) fn evaluate(&mut self, case: &Case) -> [Value; 2] {
        let cases = Json::parse(&json!([case.record("")]).to_string()).expect("JSON");
        let fixtures = Json::parse(&json!({ "chain": self.chain(case) }).to_string()).expect("JSON");
        [&mut self.native, &mut self.javascript].map(|engine| {
            let results = evaluate_cases_with(engine, &cases, &fixtures, &self.recording)
                .expect("the case is well formed");
            serde_json::from_str(&results[0].to_string()).expect("results are JSON")
        })
    }
}
