//! The oracle answers, where there is one.

use heddle_tests::oracle::Oracle;
use serde_json::json;

#[test]
fn the_oracle_answers_in_order_and_survives_a_request_that_makes_no_sense() {
    let Some(mut oracle) = Oracle::start() else { return };
    let sum = oracle.ask(&json!({ "id": 1, "expression": "={{ $json.a + 1 }}", "json": { "a": 2 } }));
    assert_eq!((&sum["id"], &sum["value"]), (&json!(1), &json!(3)), "{sum}");
    let nothing = oracle.ask(&json!({ "id": 2, "workflow": 5 }));
    assert_eq!(nothing["id"], 2, "{nothing}");
    let text = oracle.ask(&json!({ "id": 3, "expression": "a{{ 'é' }}" }));
    assert_eq!(text["id"], 3, "{text}");
}

#[test]
fn the_oracle_answers_many_questions_at_once() {
    let Some(mut oracle) = Oracle::start() else { return };
    let requests: Vec<_> = (0..500)
        .map(|id| json!({ "id": id, "expression": "={{ $json.a + 1 }}", "json": { "a": id } }))
        .collect();
    for (id, answer) in oracle.ask_all(&requests).iter().enumerate() {
        assert_eq!((&answer["id"], &answer["value"]), (&json!(id), &json!(id + 1)));
    }
}
