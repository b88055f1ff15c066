//! `heddle eval`: evaluates an expression over items, or recorded cases.

use std::path::{Path, PathBuf};

use heddle_expression::cases::{Recording, evaluate_cases};
use heddle_expression::clock::current_millis;
use heddle_expression::{Alone, Clock, Engine, EngineLimits, Environment, Scene, Template};
use heddle_node::{Item, Json};

use crate::arguments::VariableArguments;
use crate::failure::{FAILED, Failure};

/// What to evaluate.
pub(crate) enum Request {
    /// An expression, for each item of a file or for one empty item.
    Expression { expression: String, input: Option<PathBuf>, variables: VariableArguments },
    /// Cases with the scenes that they are evaluated in.
    Cases { cases: PathBuf, fixtures: PathBuf },
}

pub(crate) fn execute(request: &Request, now: Option<&str>) -> Result<u8, Failure> {
    let now = milliseconds(now)?;
    match request {
        Request::Expression { expression, input, variables } => {
            evaluate_expression(expression, input.as_deref(), variables, now)
        }
        Request::Cases { cases, fixtures } => {
            let results = evaluate_cases(&read(cases)?, &read(fixtures)?, &Recording::at(now))
                .map_err(Failure::usage)?;
            super::print(&format!("{}\n", Json::from(results)))?;
            Ok(0)
        }
    }
}

/// Prints the value for each item, a line each, as n8n stores it.
fn evaluate_expression(
    expression: &str,
    input: Option<&Path>,
    arguments: &VariableArguments,
    now: i64,
) -> Result<u8, Failure> {
    let items = match input {
        Some(path) => crate::input::read(path)?,
        None => vec![Item::new(Json::object())],
    };
    let variables = crate::variables::read(arguments)?;
    let zone = crate::variables::timezone(arguments)?;
    let clock = Clock::new(now, zone.as_deref().unwrap_or(Clock::DEFAULT_ZONE))
        .map_err(|error| Failure::usage(error.message))?;
    let template =
        Template::parse(&Template::text_of(expression)).map_err(|error| Failure::failed(error.message))?;
    let count = items.len();
    let alone = Alone::new(items);
    let scene = Scene {
        vars: &variables.vars,
        environment: Environment::Allowed(&variables.env),
        ..alone.scene(&clock)
    };
    let mut engine = Engine::new(EngineLimits::default());
    let mut status = 0;
    for index in 0..count {
        match engine.evaluate(&template, &scene.at_item(index)) {
            Ok(value) => super::print(&format!("{}\n", value.to_json().unwrap_or_default()))?,
            Err(error) => {
                super::print_error(&format!("item {index}: {}", error.message));
                status = FAILED;
            }
        }
    }
    Ok(status)
}

fn milliseconds(now: Option<&str>) -> Result<i64, Failure> {
    let Some(text) = now else {
        return Ok(current_millis());
    };
    let clock = Clock::new(0, "UTC").map_err(|error| Failure::usage(error.to_string()))?;
    heddle_expression::parse_moment(text, &clock)
        .map(|milliseconds| milliseconds as i64)
        .ok_or_else(|| Failure::usage(format!("--now: \"{text}\" is no moment such as 2026-11-25T12:00:00Z")))
}

fn read(path: &Path) -> Result<Json, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    Json::parse(&text).map_err(|error| Failure::usage(format!("{}: {error}", crate::commands::name_of(path))))
}
