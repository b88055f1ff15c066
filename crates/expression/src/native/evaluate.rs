//! Evaluating native expressions.

use heddle_node::{Item, Json};
use smol_str::SmolStr;

use crate::coerce;
use crate::extensions;
use crate::luxon;
use crate::native::expr::{Expr, Key, Logical, NodePart, Unary, Variable};
use crate::native::operand::Operand;
use crate::native::{Stop, array, functions, number, operators, string};
use crate::run::{items, nodes, paired, variables};
use crate::scene::Scene;
use crate::syntax::names;
use crate::value::Value;

type Evaluated<'a> = Result<Operand<'a>, Stop>;

/// Evaluates `expr` in `scene`.
pub(crate) fn evaluate<'a>(expr: &'a Expr, scene: &Scene<'a>) -> Evaluated<'a> {
    match value_or_short(expr, scene)? {
        Some(operand) => Ok(operand),
        None => Ok(Operand::UNDEFINED),
    }
}

/// `None` says that an optional chain ended early; only [`Expr::Chain`] turns that into undefined.
fn value_or_short<'a>(expr: &'a Expr, scene: &Scene<'a>) -> Result<Option<Operand<'a>>, Stop> {
    Ok(Some(match expr {
        Expr::Constant(value) => match value {
            Value::Json(json) => Operand::Ref(json),
            other => Operand::Value(other.clone()),
        },
        Expr::Variable(name) => variable(name, scene)?,
        Expr::Node { name, part } => node_part(name, part, scene)?,
        Expr::Member { object, key, optional } => {
            let Some(object) = receiver(object, *optional, scene)? else { return Ok(None) };
            member(object, key, scene)?
        }
        Expr::Path(keys) => path(keys, scene)?,
        Expr::Index { object, index, optional } => {
            let Some(object) = receiver(object, *optional, scene)? else { return Ok(None) };
            // The key comes first, so that it is refused even where there is nothing to read it of.
            let index = evaluate(index, scene)?;
            element(object, &index, scene)?
        }
        Expr::Chain(inner) => value_or_short(inner, scene)?.unwrap_or(Operand::UNDEFINED),
        Expr::Call { object, method, arguments, optional } => {
            let Some(object) = receiver(object, *optional, scene)? else { return Ok(None) };
            let arguments = evaluate_all(arguments, scene)?;
            call(object, method, &arguments, scene)?
        }
        Expr::Extension { object, method, arguments, optional } => {
            let Some(object) = receiver(object, *optional, scene)? else { return Ok(None) };
            let arguments = evaluate_all(arguments, scene)?;
            extension(object, method, arguments, scene)?
        }
        Expr::Function { function, arguments } => {
            let arguments = evaluate_all(arguments, scene)?;
            functions::call(*function, arguments, scene)?
        }
        Expr::Unary { operator, operand } => {
            let operand = evaluate(operand, scene)?;
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
            let left = evaluate(left, scene)?;
            let right = evaluate(right, scene)?;
            operators::binary(*operator, left, right)?
        }
        Expr::Logical { operator, left, right } => {
            let left = evaluate(left, scene)?;
            let decided = match operator {
                Logical::And => !left.is_truthy(),
                Logical::Or => left.is_truthy(),
                Logical::Coalesce => !left.is_nullish(),
            };
            if decided { left } else { evaluate(right, scene)? }
        }
        Expr::Conditional { test, yes, no } => {
            let test = evaluate(test, scene)?;
            evaluate(if test.is_truthy() { yes } else { no }, scene)?
        }
        Expr::Template { texts, expressions } => template(texts, expressions, scene)?,
        Expr::Array(elements) => {
            let values = evaluate_all(elements, scene)?;
            Value::array(values.into_iter().map(Operand::into_value).collect()).into()
        }
        Expr::Object(members) => {
            let mut values = Vec::with_capacity(members.len());
            for (key, value) in members {
                values.push((key, evaluate(value, scene)?.into_value()));
            }
            Value::object(values).into()
        }
    }))
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

fn evaluate_all<'a>(expressions: &'a [Expr], scene: &Scene<'a>) -> Result<Vec<Operand<'a>>, Stop> {
    expressions.iter().map(|expression| evaluate(expression, scene)).collect()
}

fn receiver<'a>(object: &'a Expr, optional: bool, scene: &Scene<'a>) -> Result<Option<Operand<'a>>, Stop> {
    let object = value_or_short(object, scene)?;
    Ok(object.filter(|object| !(optional && object.is_nullish())))
}

fn template<'a>(texts: &'a [SmolStr], expressions: &'a [Expr], scene: &Scene<'a>) -> Evaluated<'a> {
    let mut text = String::new();
    for (index, part) in texts.iter().enumerate() {
        text.push_str(part);
        if let Some(expression) = expressions.get(index) {
            text.push_str(&evaluate(expression, scene)?.to_text()?);
        }
    }
    Ok(Json::from(text).into())
}

fn variable<'a>(variable: &'a Variable, scene: &Scene<'a>) -> Evaluated<'a> {
    Ok(match variable {
        Variable::Json => Operand::Ref(&variables::current_item(scene)?.json),
        Variable::Binary => variables::binary(scene)?.into(),
        Variable::InputItem => match (scene.item(), scene.run.workflow().binary_mode_combined) {
            _ if scene.items.is_empty() => return Err(variables::no_execution_data(scene).into()),
            (Some(item), true) => Operand::Ref(&item.json),
            (item, _) => item.into(),
        },
        Variable::InputFirst | Variable::InputLast => {
            if scene.items.is_empty() {
                return Err(variables::no_execution_data(scene).into());
            }
            let first = *variable == Variable::InputFirst;
            let item = if first { scene.items.first() } else { scene.items.last() };
            one_item(item, scene)
        }
        Variable::InputAll => {
            if scene.items.is_empty() {
                return Err(variables::no_execution_data(scene).into());
            }
            all_items(scene.items, scene)
        }
        Variable::ThisItem => scene.item().into(),
        Variable::ItemIndex => Json::from(scene.item_index).into(),
        Variable::RunIndex => Json::from(scene.run_index).into(),
        Variable::Mode => Json::from(scene.mode).into(),
        Variable::Now => variables::now(scene).into(),
        Variable::Today => variables::today(scene)?.into(),
        Variable::Vars => {
            if scene.vars.is_null() {
                return Err(Stop::Unsupported);
            }
            Operand::Ref(scene.vars)
        }
        Variable::Env(name) => variables::environment(name, scene)?.into(),
        Variable::Workflow(name) => variables::workflow(name, scene)?.into(),
        Variable::Execution(name) => variables::execution(name, scene).into(),
        Variable::PrevNode(name) => variables::previous_node(name, scene).into(),
        Variable::NodeVersion => Json::from(scene.active().type_version).into(),
        Variable::NodeId => Json::from(scene.active().id).into(),
        Variable::WebhookId => {
            scene.active().webhook_id.map_or(Operand::UNDEFINED, |id| Json::from(id).into())
        }
        Variable::Additional(name) => {
            let found = scene.additional.iter().find(|(own, _)| *own == name);
            found.map(|(_, value)| value).into()
        }
    })
}

fn one_item<'a>(item: Option<&'a Item>, scene: &Scene<'a>) -> Operand<'a> {
    match item {
        Some(item) if scene.run.workflow().binary_mode_combined => Operand::Ref(&item.json),
        item => item.into(),
    }
}

fn all_items<'a>(items: &'a [Item], scene: &Scene<'a>) -> Operand<'a> {
    if scene.run.workflow().binary_mode_combined {
        return Json::from_iter(items.iter().map(|item| item.json.clone())).into();
    }
    Operand::Items(items)
}

fn node_part<'a>(name: &str, part: &NodePart, scene: &Scene<'a>) -> Evaluated<'a> {
    let node = match part {
        NodePart::OldJson => nodes::find(name, scene)?,
        _ => nodes::find_accessed(name, scene)?,
    };
    Ok(match part {
        NodePart::Item => one_item(paired::item(node, scene, paired::Method::Item, None)?, scene),
        NodePart::First => one_item(nodes::output_items(node, None, None, scene)?.first(), scene),
        NodePart::Last => one_item(nodes::output_items(node, None, None, scene)?.last(), scene),
        NodePart::All => all_items(nodes::output_items(node, None, None, scene)?, scene),
        NodePart::IsExecuted => Json::from(scene.run.run_count(node) > 0).into(),
        NodePart::Params => Operand::Ref(scene.run.node(node).parameters),
        NodePart::OldJson => Operand::Ref(&nodes::old_item(node, scene)?.json),
    })
}

/// `object.key`.
fn member<'a>(object: Operand<'a>, key: &Key, scene: &Scene<'a>) -> Evaluated<'a> {
    match object {
        Operand::Ref(json) => json_member(json, key),
        Operand::Value(Value::Json(json)) => match json_member(&json, key)? {
            Operand::Ref(member) => Ok(member.clone().into()),
            Operand::Value(value) => Ok(value.into()),
            _ => Err(Stop::Unsupported),
        },
        Operand::Value(Value::Undefined) => Err(Stop::Blank),
        Operand::Value(value) => match luxon::get(&value, &key.name, scene.clock) {
            Some(member) => Ok(member?.into()),
            None => Err(Stop::Unsupported),
        },
        Operand::Item(item) => match key.name.as_str() {
            "json" => Ok(Operand::Ref(&item.json)),
            _ => member(items::item_json(item).into(), key, scene),
        },
        Operand::Items(items) => match key.index {
            Some(index) => Ok(items.get(index).into()),
            None if key.name == "length" => Ok(Json::from(items.len()).into()),
            None if key.is_array_member() => Err(Stop::Unsupported),
            None => Ok(Operand::UNDEFINED),
        },
    }
}

fn json_member<'a>(json: &'a Json, key: &Key) -> Evaluated<'a> {
    if let Some(object) = json.as_object() {
        return match object.get_at(&key.name, &key.place) {
            // Names of Object.prototype's members are what the engine makes of them.
            Some(_) | None if key.is_object_member() => Err(Stop::Unsupported),
            found => Ok(found.into()),
        };
    }
    if let Some(elements) = json.as_array() {
        return match key.index {
            Some(index) => Ok(elements.get(index).into()),
            None if key.name == "length" => Ok(Json::from(elements.len()).into()),
            None if key.is_array_member() => Err(Stop::Unsupported),
            None => Ok(Operand::UNDEFINED),
        };
    }
    if let Some(text) = json.as_str() {
        return match key.index {
            Some(index) => string::unit_at(text, index),
            None if key.name == "length" => Ok(Json::from(coerce::utf16_length(text)).into()),
            None if key.is_string_member() => Err(Stop::Unsupported),
            None => Ok(Operand::UNDEFINED),
        };
    }
    if json.is_null() {
        return Err(Stop::Blank);
    }
    if key.is_number_member() { Err(Stop::Unsupported) } else { Ok(Operand::UNDEFINED) }
}

/// `object[index]`.
fn element<'a>(object: Operand<'a>, index: &Operand<'_>, scene: &Scene<'a>) -> Evaluated<'a> {
    if let (Operand::Ref(json), Some(number)) = (&object, index.as_json().and_then(Json::as_f64))
        && let Some(elements) = json.as_array()
        && number >= 0.0
        && number.fract() == 0.0
    {
        return Ok(elements.get(number as usize).into());
    }
    let key = index.to_text()?;
    if names::is_denied_when_computed(&key) {
        return Err(crate::error::ExpressionError::expression(format!(
            "Cannot access \"{key}\" due to security concerns"
        ))
        .into());
    }
    if object.is_nullish() {
        return Err(Stop::Blank);
    }
    member(object, &Key::new(&*key), scene)
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
        if json.is_array() {
            return array::call(json, method, arguments);
        }
        return Err(Stop::Unsupported);
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

/// An extension method (`spec/expressions/extensions.md §1.5`).
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
