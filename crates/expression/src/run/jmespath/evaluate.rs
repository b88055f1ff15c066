//! Evaluating a query.

use heddle_data::{Json, JsonObject};

use super::error;
use super::functions;
use super::parser::{Comparison, Node};
use crate::coerce;
use crate::limit;
use crate::throw::Thrown;

/// What a part of a query gives.
#[derive(Debug, Clone)]
pub(super) enum Found<'n> {
    Json(Json),
    /// Some functions find nothing, which is not null.
    Undefined,
    /// A reference to an expression, for functions that apply it.
    Expression(&'n Node),
}

impl Found<'_> {
    pub(super) fn into_json(self) -> Json {
        match self {
            Found::Json(json) => json,
            Found::Undefined | Found::Expression(_) => Json::NULL,
        }
    }
}

/// Evaluates `node` on `value`.
pub(super) fn evaluate<'n>(node: &'n Node, value: &Json) -> Result<Found<'n>, Thrown> {
    limit::spend(4)?;
    Ok(match node {
        Node::Call(name, arguments) => {
            let arguments =
                arguments.iter().map(|argument| evaluate(argument, value)).collect::<Result<_, _>>()?;
            functions::call(name, arguments)?
        }
        Node::Reference(inner) => Found::Expression(inner),
        Node::Or(left, right) => {
            let left = evaluate(left, value)?;
            if is_false(&left) { evaluate(right, value)? } else { left }
        }
        Node::And(left, right) => {
            let left = evaluate(left, value)?;
            if is_false(&left) { left } else { evaluate(right, value)? }
        }
        Node::Then(left, right) => {
            let left = evaluate(left, value)?.into_json();
            evaluate(right, &left)?
        }
        Node::Sub(left, right) => {
            let left = evaluate(left, value)?.into_json();
            if left.is_null() { Found::Json(Json::NULL) } else { evaluate(right, &left)? }
        }
        _ => Found::Json(data(node, value)?),
    })
}

fn data(node: &Node, value: &Json) -> Result<Json, Thrown> {
    let json = |node: &Node, value: &Json| evaluate(node, value).map(Found::into_json);
    Ok(match node {
        Node::Identity => value.clone(),
        Node::Literal(literal) => literal.clone(),
        Node::Field(name) => value.get(name).cloned().unwrap_or_default(),
        Node::Index(index) => {
            let elements = value.as_array().unwrap_or_default();
            let index = if *index < 0 { *index + elements.len() as i64 } else { *index };
            usize::try_from(index).ok().and_then(|index| elements.get(index)).cloned().unwrap_or_default()
        }
        Node::Slice(parts) => match value.as_array() {
            Some(elements) => slice(elements, *parts)?,
            None => Json::NULL,
        },
        Node::Flatten(inner) => match json(inner, value)?.as_array() {
            Some(elements) => {
                let mut flat = Vec::new();
                for element in elements {
                    check_size(flat.len() + element.as_array().map_or(1, <[Json]>::len))?;
                    match element.as_array() {
                        Some(inner) => flat.extend(inner.iter().cloned()),
                        None => flat.push(element.clone()),
                    }
                }
                Json::from(flat)
            }
            None => Json::NULL,
        },
        Node::Projection(base, each) => match json(base, value)?.as_array() {
            Some(elements) => project(each, elements)?,
            None => Json::NULL,
        },
        Node::ValueProjection(base, each) => match json(base, value)?.as_object() {
            Some(object) => project(each, &object.values().cloned().collect::<Vec<_>>())?,
            None => Json::NULL,
        },
        Node::FilterProjection { base, each, condition } => match json(base, value)?.as_array() {
            Some(elements) => {
                let mut kept = Vec::new();
                for element in elements {
                    if !is_false(&evaluate(condition, element)?) {
                        kept.push(element.clone());
                    }
                }
                project(each, &kept)?
            }
            None => Json::NULL,
        },
        Node::Compare(comparison, left, right) => {
            Json::from(compare(*comparison, &json(left, value)?, &json(right, value)?))
        }
        Node::Not(inner) => Json::from(is_false(&evaluate(inner, value)?)),
        Node::List(nodes) if !value.is_null() => {
            nodes.iter().map(|node| json(node, value)).collect::<Result<Json, Thrown>>()?
        }
        Node::Hash(pairs) if !value.is_null() => {
            let mut object = JsonObject::new();
            for (key, node) in pairs {
                object.insert(key, json(node, value)?);
            }
            Json::from(object)
        }
        _ => Json::NULL,
    })
}

fn project(each: &Node, elements: &[Json]) -> Result<Json, Thrown> {
    let mut found = Vec::new();
    for element in elements {
        let result = evaluate(each, element)?.into_json();
        if !result.is_null() {
            found.push(result);
        }
    }
    Ok(Json::from(found))
}

/// A list of more elements than this takes too much memory.
const MOST_ELEMENTS: usize = 4_000_000;

fn check_size(elements: usize) -> Result<(), Thrown> {
    if elements > MOST_ELEMENTS {
        return Err(Thrown::expression("Expression exceeded memory limit"));
    }
    limit::spend(1)
}

/// False are null, false, and whatever is empty; 0 is not.
pub(super) fn is_false(found: &Found<'_>) -> bool {
    let json = match found {
        Found::Json(json) => json,
        Found::Undefined => return true,
        Found::Expression(_) => return false,
    };
    if let Some(elements) = json.as_array() {
        return elements.is_empty();
    }
    if let Some(object) = json.as_object() {
        return object.is_empty();
    }
    json.is_null() || json.as_bool() == Some(false) || json.as_str() == Some("")
}

fn compare(comparison: Comparison, left: &Json, right: &Json) -> bool {
    match comparison {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        _ => coerce::compare(left, right).is_some_and(|order| match comparison {
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
            Comparison::Less => order.is_lt(),
            _ => order.is_le(),
        }),
    }
}

fn slice(elements: &[Json], parts: [Option<i64>; 3]) -> Result<Json, Thrown> {
    let [start, stop, step] = parts;
    let length = elements.len() as i64;
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(error("Invalid slice, step cannot be 0"));
    }
    let cap = |part: Option<i64>, missing: i64| match part {
        None => missing,
        Some(part) if part < 0 => {
            let part = part.saturating_add(length);
            if part < 0 { if step < 0 { -1 } else { 0 } } else { part }
        }
        Some(part) if part >= length => {
            if step < 0 {
                length - 1
            } else {
                length
            }
        }
        Some(part) => part,
    };
    let start = cap(start, if step < 0 { length - 1 } else { 0 });
    let stop = cap(stop, if step < 0 { -1 } else { length });
    let mut found = Vec::new();
    let mut at = start;
    while if step > 0 { at < stop } else { at > stop } {
        if let Some(element) = usize::try_from(at).ok().and_then(|at| elements.get(at)) {
            found.push(element.clone());
        }
        at = at.saturating_add(step);
    }
    Ok(Json::from(found))
}
