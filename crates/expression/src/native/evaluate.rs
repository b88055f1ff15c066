//! Evaluating native expressions.

use heddle_data::Json;
use smol_str::SmolStr;

use crate::coerce;
use crate::extensions;
use crate::limit;
use crate::luxon;
use crate::native::elements::{Elements, array_of};
use crate::native::expr::{Entry, Expr, Key, Logical, Unary};
use crate::native::frame::{Budget, Frame};
use crate::native::function::{call_for_each, reduce};
use crate::native::member::{element, json_member, member};
use crate::native::operand::{MAX_TEXT, Operand};
use crate::native::variable::{node_part, variable};
use crate::native::{Stop, array, function, functions, number, operators, regexp, string};
use crate::run::{self, variables};
use crate::scene::Scene;
use crate::value::Value;

pub(crate) type Evaluated<'a> = Result<Operand<'a>, Stop>;

/// Evaluates a chunk in `scene`.
pub(crate) fn evaluate<'a>(expr: &'a Expr, scene: &Scene<'a>) -> Evaluated<'a> {
    value(expr, &Frame::of_chunk(scene, &Budget::default()))
}

/// Evaluates `expr` in `frame`.
pub(crate) fn value<'a>(expr: &'a Expr, frame: &Frame<'_, 'a>) -> Evaluated<'a> {
    match value_or_short(expr, frame)? {
        Some(operand) => Ok(operand),
        None => Ok(Operand::UNDEFINED),
    }
}

/// `None` says that an optional chain ended early; only [`Expr::Chain`] turns that into undefined.
fn value_or_short<'a>(expr: &'a Expr, frame: &Frame<'_, 'a>) -> Result<Option<Operand<'a>>, Stop> {
    Ok(Some(match expr {
        Expr::Constant(value) => match value {
            Value::Json(json) => Operand::Ref(json),
            other => Operand::Value(other.clone()),
        },
        Expr::Variable(name) => variable(name, frame.scene)?,
        Expr::Node { name, part } => node_part(name, part, frame.scene)?,
        Expr::Items(arguments) => {
            run::functions::items(arguments, frame.scene)?.map_or(Operand::UNDEFINED, Operand::Items)
        }
        Expr::Member { object, key, optional } => {
            let Some(object) = receiver(object, *optional, frame)? else { return Ok(None) };
            member(object, key, frame.scene)?
        }
        Expr::Path(keys) => path(keys, frame.scene)?,
        Expr::Index { object, index, optional } => {
            let Some(object) = receiver(object, *optional, frame)? else { return Ok(None) };
            // The key comes first, so that it is refused even where there is nothing to read it of.
            let index = value(index, frame)?;
            element(object, &index, frame.scene)?
        }
        Expr::Chain(inner) => value_or_short(inner, frame)?.unwrap_or(Operand::UNDEFINED),
        Expr::Call { object, method, arguments, optional } => {
            let Some(object) = receiver(object, *optional, frame)? else { return Ok(None) };
            let arguments = evaluate_all(arguments, frame)?;
            check_size(Some(&object), &arguments)?;
            call(object, method, &arguments, frame.scene)?
        }
        Expr::Extension { object, method, arguments, optional } => {
            let Some(object) = receiver(object, *optional, frame)? else { return Ok(None) };
            let arguments = evaluate_all(arguments, frame)?;
            check_size(Some(&object), &arguments)?;
            extension(object, method, arguments, frame.scene)?
        }
        Expr::Function { function, arguments } => {
            let arguments = evaluate_all(arguments, frame)?;
            check_size(None, &arguments)?;
            functions::call(*function, arguments, frame.scene)?
        }
        Expr::Unary { operator, operand } => {
            let operand = value(operand, frame)?;
            match operator {
                Unary::Not => Json::from(!operand.is_truthy()).into(),
                Unary::Minus => Json::from(-operators::number_operand(&operand)?).into(),
                Unary::Plus => Json::from(operators::number_operand(&operand)?).into(),
                Unary::BitNot => {
                    Json::from(f64::from(!coerce::to_int32(operators::number_operand(&operand)?))).into()
                }
                Unary::TypeOf => Json::from(operators::type_of(&operand)).into(),
                Unary::Void => Operand::UNDEFINED,
            }
        }
        Expr::Binary { operator, left, right } => {
            let left = value(left, frame)?;
            let right = value(right, frame)?;
            operators::binary(*operator, left, right)?
        }
        Expr::Logical { operator, left, right } => {
            let left = value(left, frame)?;
            let decided = match operator {
                Logical::And => !left.is_truthy(),
                Logical::Or => left.is_truthy(),
                Logical::Coalesce => !left.is_nullish(),
            };
            if decided { left } else { value(right, frame)? }
        }
        Expr::Conditional { test, yes, no } => {
            let test = value(test, frame)?;
            value(if test.is_truthy() { yes } else { no }, frame)?
        }
        Expr::Template { texts, expressions } => template(texts, expressions, frame)?,
        Expr::Array(entries) => array_literal(entries, frame)?,
        Expr::Object(entries) => object_literal(entries, frame)?,
        Expr::Local { level, position } => frame.local(*level, *position)?,
        Expr::Apply { function, arguments } => {
            function::call(function, &evaluate_all(arguments, frame)?, frame)?
        }
        Expr::ForEach { array, method, function, optional } => {
            let Some(array) = receiver(array, *optional, frame)? else { return Ok(None) };
            call_for_each(&array, *method, function, frame)?
        }
        Expr::Reduce { array, function, initial, optional } => {
            let Some(array) = receiver(array, *optional, frame)? else { return Ok(None) };
            let initial = initial.as_ref().map(|initial| value(initial, frame)).transpose()?;
            reduce(&array, function, initial, frame)?
        }
        Expr::Pattern { subject, pattern, method, optional } => {
            let Some(subject) = receiver(subject, *optional, frame)? else { return Ok(None) };
            regexp::call(&subject, pattern, *method)?
        }
        Expr::Replace { subject, pattern, replacement, optional } => {
            let Some(subject) = receiver(subject, *optional, frame)? else { return Ok(None) };
            regexp::replace(&subject, pattern, &value(replacement, frame)?)?
        }
        Expr::ReplaceBy { subject, pattern, function, optional } => {
            let Some(subject) = receiver(subject, *optional, frame)? else { return Ok(None) };
            regexp::replace_by(&subject, pattern, function, frame)?
        }
    }))
}

/// Functions of large values are for a thread that can be left to itself: nothing interrupts them.
fn check_size(object: Option<&Operand<'_>>, arguments: &[Operand<'_>]) -> Result<(), Stop> {
    let is_large = object.into_iter().chain(arguments).any(Operand::is_large);
    if is_large && !limit::may_take_long() { Err(Stop::Unsupported) } else { Ok(()) }
}

fn path<'a>(keys: &'a [Key], scene: &Scene<'a>) -> Evaluated<'a> {
    let mut place = Operand::Ref(&variables::current_item(scene)?.json);
    for key in keys {
        place = match place {
            Operand::Ref(json) => json_member(json, key)?,
            other => member(other, key, scene)?,
        };
    }
    Ok(place)
}

fn evaluate_all<'a>(expressions: &'a [Expr], frame: &Frame<'_, 'a>) -> Result<Vec<Operand<'a>>, Stop> {
    expressions.iter().map(|expression| value(expression, frame)).collect()
}

fn receiver<'a>(
    object: &'a Expr,
    optional: bool,
    frame: &Frame<'_, 'a>,
) -> Result<Option<Operand<'a>>, Stop> {
    let object = value_or_short(object, frame)?;
    Ok(object.filter(|object| !(optional && object.is_nullish())))
}

fn array_literal<'a>(entries: &'a [Entry<Expr>], frame: &Frame<'_, 'a>) -> Evaluated<'a> {
    let mut values = Vec::with_capacity(entries.len());
    for entry in entries {
        match entry {
            Entry::One(expression) => values.push(value(expression, frame)?),
            Entry::Spread(expression) => {
                let spread = value(expression, frame)?;
                // Other things can be iterated too.
                let elements = Elements::of(&spread).ok_or(Stop::Unsupported)?;
                values.extend(elements.iter());
            }
        }
    }
    Ok(array_of(values))
}

fn object_literal<'a>(entries: &'a [Entry<(SmolStr, Expr)>], frame: &Frame<'_, 'a>) -> Evaluated<'a> {
    let mut members = Vec::with_capacity(entries.len());
    for entry in entries {
        match entry {
            Entry::One((key, expression)) => {
                members.push((key.clone(), value(expression, frame)?.into_value()));
            }
            Entry::Spread(expression) => {
                let spread = value(expression, frame)?;
                if spread.is_nullish() {
                    continue;
                }
                let object = spread.json().ok_or(Stop::Unsupported)?;
                for (key, member) in object.as_object().ok_or(Stop::Unsupported)? {
                    if has_meaning_as_member(key) {
                        return Err(Stop::Unsupported);
                    }
                    members.push((SmolStr::new(key), Value::Json(member.clone())));
                }
            }
        }
    }
    Ok(Value::object(members).into())
}

/// Keys of an object that change what JavaScript or n8n make of it.
pub(crate) fn has_meaning_as_member(key: &str) -> bool {
    matches!(key, "__proto__" | "__isError" | "toString" | "valueOf" | "toJSON")
}

fn template<'a>(texts: &'a [SmolStr], expressions: &'a [Expr], frame: &Frame<'_, 'a>) -> Evaluated<'a> {
    let mut text = String::new();
    for (index, part) in texts.iter().enumerate() {
        text.push_str(part);
        if let Some(expression) = expressions.get(index) {
            text.push_str(&value(expression, frame)?.to_text()?);
            if text.len() > MAX_TEXT {
                return Err(Stop::Unsupported);
            }
        }
    }
    Ok(Json::from(text).into())
}

/// `object.method(arguments)`.
fn call<'a>(
    object: Operand<'a>,
    method: &str,
    arguments: &[Operand<'a>],
    scene: &Scene<'a>,
) -> Evaluated<'a> {
    if object.is_nullish() {
        return Err(Stop::Blank);
    }
    if let Some(json) = object.as_json() {
        if let Some(text) = json.as_str() {
            return string::call(text, method, arguments, scene);
        }
        if let Some(number) = json.as_f64() {
            return number::call(number, method, arguments);
        }
    }
    if let Some(elements) = Elements::of(&object) {
        return array::call(&elements, method, arguments);
    }
    match &object {
        Operand::Value(value @ (Value::DateTime(_) | Value::Duration(_) | Value::Interval(_))) => {
            if !luxon::has_method(value, method) {
                return Err(Stop::Unsupported);
            }
            let arguments: Vec<Value> = arguments.iter().cloned().map(Operand::into_value).collect();
            Ok(luxon::call(value, method, &arguments, scene.clock)?.into())
        }
        _ => Err(Stop::Unsupported),
    }
}

/// An extension method (`docs/expressions/extensions.md §1.5`).
fn extension<'a>(
    object: Operand<'a>,
    method: &'static str,
    arguments: Vec<Operand<'a>>,
    scene: &Scene<'a>,
) -> Evaluated<'a> {
    let first = match (&object, method) {
        (Operand::Ref(json), "first") => json.as_array().map(|elements| elements.first()),
        (Operand::Ref(json), "last") => json.as_array().map(|elements| elements.last()),
        _ => None,
    };
    if let Some(element) = first {
        return Ok(element.into());
    }
    let receiver = object.into_value();
    let arguments: Vec<Value> = arguments.into_iter().map(Operand::into_value).collect();
    match extensions::call(method, &receiver, &arguments, scene.clock)? {
        Some(value) => Ok(value.into()),
        None => Err(Stop::Unsupported),
    }
}
