//! Evaluating recorded cases, as `heddle eval --cases` does: expressions with the scene they are evaluated in and, in a
//! recording, what n8n gave (`tests/conformance/expressions/README.md`).

mod fixture;
mod result;

use heddle_data::{Item, Json, JsonObject};

use crate::clock::Clock;
use crate::engine::{Engine, EngineLimits};
use crate::error::ExpressionError;
use crate::parameter::CompiledValue;
use crate::scene::Scene;
use crate::template::Template;
use crate::value::Value;

use fixture::Fixture;

/// What all cases of a recording share.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The clock, in milliseconds since 1970.
    pub now: i64,
    /// The zone of workflows that name none.
    pub zone: String,
    /// `$vars`.
    pub vars: Json,
    /// `$execution.id`.
    pub execution_id: String,
    /// Where the resume URLs begin.
    pub base_url: String,
}

impl Recording {
    /// A recording at `now`, otherwise as `tests/conformance/expressions/README.md` describes it.
    pub fn at(now: i64) -> Self {
        Self {
            now,
            zone: Clock::DEFAULT_ZONE.to_owned(),
            vars: heddle_data::json!({"region": "eu-west-1", "limit": "25", "blank": ""}),
            execution_id: "exec-77".to_owned(),
            base_url: "http://localhost:5678".to_owned(),
        }
    }
}

/// Evaluates cases one after another with one engine: `{id, value, type}` or `{id, error, errorName, …}` for each.
///
/// # Errors
/// Says which case or fixture is not as it must be.
pub fn evaluate_cases(cases: &Json, fixtures: &Json, recording: &Recording) -> Result<Vec<Json>, String> {
    let mut engine = Engine::new(EngineLimits::default());
    evaluate_cases_with(&mut engine, cases, fixtures, recording)
}

/// The same with an engine of the caller's.
#[doc(hidden)]
pub fn evaluate_cases_with(
    engine: &mut Engine,
    cases: &Json,
    fixtures: &Json,
    recording: &Recording,
) -> Result<Vec<Json>, String> {
    let cases = cases.as_array().ok_or("cases: an array is expected")?;
    cases.iter().map(|case| evaluate_case(engine, case, fixtures, recording)).collect()
}

fn evaluate_case(
    engine: &mut Engine,
    case: &Json,
    fixtures: &Json,
    recording: &Recording,
) -> Result<Json, String> {
    let id = case.get("id").and_then(Json::as_str).unwrap_or_default();
    let wrong = |what: String| format!("case {id:?}: {what}");
    let name = case.get("fixture").and_then(Json::as_str).unwrap_or("basic");
    let stored = fixtures.get(name).ok_or_else(|| wrong(format!("there is no fixture {name:?}")))?;
    let case_json = case.get("json").cloned().unwrap_or_default();
    let fixture =
        Fixture::read(stored, &case_json).map_err(|what| wrong(format!("fixture {name:?}: {what}")))?;
    let expression = case.get("expression").ok_or_else(|| wrong("it has no expression".to_owned()))?;
    let mut result = JsonObject::new();
    result.insert("id", Json::from(id));
    match evaluate(engine, case, expression, &fixture, recording) {
        Ok(value) => result::write_value(&mut result, &value),
        Err(error) => result::write_error(&mut result, &error),
    }
    Ok(Json::from(result))
}

fn evaluate(
    engine: &mut Engine,
    case: &Json,
    expression: &Json,
    fixture: &Fixture,
    recording: &Recording,
) -> Result<Value, ExpressionError> {
    let number = |name: &str| case.get(name).and_then(Json::as_u64).map(|number| number as usize);
    let zone = case.get("timezone").and_then(Json::as_str).unwrap_or(&recording.zone);
    let clock = Clock::new(recording.now, zone)?;
    let resume_url = format!("{}/webhook-waiting/{}", recording.base_url, recording.execution_id);
    let resume_form_url = format!("{}/form-waiting/{}", recording.base_url, recording.execution_id);
    let items: &[Item] = &fixture.input;
    let scene = Scene {
        item_index: number("itemIndex").unwrap_or(0),
        run_index: number("runIndex").unwrap_or(fixture.run_index),
        sources: fixture.sources.as_deref(),
        mode: case.get("mode").and_then(Json::as_str).unwrap_or(&fixture.mode),
        vars: &recording.vars,
        execution_id: Some(&recording.execution_id),
        resume_url: Some(&resume_url),
        resume_form_url: Some(&resume_form_url),
        self_fields: fixture.self_fields.as_ref(),
        secrets: fixture.secrets.as_ref(),
        ..Scene::new(fixture, fixture.active, items, &clock)
    };
    let Some(text) = expression.as_str() else {
        let compiled = CompiledValue::compile(expression);
        if let Some((_, error)) = compiled.errors().into_iter().next() {
            return Err(error.clone());
        }
        let mut value = Json::NULL;
        let defined = engine.evaluate_parameter(&compiled, &scene, &mut value).map_err(|(_, error)| error)?;
        return Ok(if defined { Value::Json(value) } else { Value::Undefined });
    };
    let value = engine.evaluate(&Template::parse(text)?, &scene)?;
    match case.get("asString").and_then(Json::as_bool) {
        Some(true) => crate::print::preview(value, &clock),
        _ => Ok(value),
    }
}
