//! Binary operators.

use heddle_data::Json;

use crate::coerce;
use crate::native::Stop;
use crate::native::expr::Binary;
use crate::native::operand::{MAX_TEXT, Operand};
use crate::value::Value;

/// `left operator right`.
pub(crate) fn binary<'a>(
    operator: Binary,
    left: Operand<'a>,
    right: Operand<'a>,
) -> Result<Operand<'a>, Stop> {
    Ok(match operator {
        Binary::Add => return add(&left, &right),
        Binary::Equal => Json::from(loosely_equal(&left, &right)?).into(),
        Binary::NotEqual => Json::from(!loosely_equal(&left, &right)?).into(),
        Binary::StrictEqual => Json::from(strictly_equal(&left, &right)?).into(),
        Binary::StrictNotEqual => Json::from(!strictly_equal(&left, &right)?).into(),
        Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual => {
            Json::from(is_ordered(operator, &left, &right)?).into()
        }
        _ => Json::from(arithmetic(operator, number_operand(&left)?, number_operand(&right)?)).into(),
    })
}

/// The number that an arithmetic operator makes of its operand.
pub(crate) fn number_operand(operand: &Operand<'_>) -> Result<f64, Stop> {
    operand.to_number()
}

fn arithmetic(operator: Binary, a: f64, b: f64) -> f64 {
    match operator {
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::Divide => a / b,
        Binary::Remainder => a % b,
        Binary::Power => coerce::power(a, b),
        Binary::BitAnd => f64::from(coerce::to_int32(a) & coerce::to_int32(b)),
        Binary::BitOr => f64::from(coerce::to_int32(a) | coerce::to_int32(b)),
        Binary::BitXor => f64::from(coerce::to_int32(a) ^ coerce::to_int32(b)),
        Binary::ShiftLeft => f64::from(coerce::to_int32(a) << (coerce::to_uint32(b) & 31)),
        Binary::ShiftRight => f64::from(coerce::to_int32(a) >> (coerce::to_uint32(b) & 31)),
        Binary::ShiftRightUnsigned => f64::from(coerce::to_uint32(a) >> (coerce::to_uint32(b) & 31)),
        _ => f64::NAN,
    }
}

fn add<'a>(left: &Operand<'a>, right: &Operand<'a>) -> Result<Operand<'a>, Stop> {
    if let (Some(a), Some(b)) =
        (left.as_json().and_then(Json::as_f64), right.as_json().and_then(Json::as_f64))
    {
        return Ok(Json::from(a + b).into());
    }
    if is_textual(left)? || is_textual(right)? {
        let (a, b) = (addend_text(left)?, addend_text(right)?);
        if a.len() + b.len() > MAX_TEXT {
            return Err(Stop::Unsupported);
        }
        let mut text = String::with_capacity(a.len() + b.len());
        text.push_str(&a);
        text.push_str(&b);
        return Ok(Json::from(text).into());
    }
    Ok(Json::from(left.to_number()? + right.to_number()?).into())
}

/// Whether `+` joins texts on account of this operand.
fn is_textual(operand: &Operand<'_>) -> Result<bool, Stop> {
    match operand {
        Operand::Ref(json) => Ok(json.is_string() || !coerce::is_primitive(json)),
        Operand::Value(Value::Json(json)) => Ok(json.is_string() || !coerce::is_primitive(json)),
        Operand::Value(Value::Undefined | Value::DateTime(_)) => Ok(false),
        Operand::Value(_) => Err(Stop::Unsupported),
        Operand::Item(_) | Operand::Items(_) | Operand::Picked(_) => Ok(true),
    }
}

/// The text of an operand of `+`; a date is its milliseconds there.
fn addend_text<'o>(operand: &'o Operand<'_>) -> Result<std::borrow::Cow<'o, str>, Stop> {
    match operand {
        Operand::Value(Value::DateTime(date)) => {
            Ok(heddle_data::json::number_to_string(date.millis()).to_string().into())
        }
        _ => operand.to_text(),
    }
}

fn is_ordered(operator: Binary, left: &Operand<'_>, right: &Operand<'_>) -> Result<bool, Stop> {
    let order = match (left, right) {
        (Operand::Value(Value::Undefined), _) | (_, Operand::Value(Value::Undefined)) => None,
        _ => match (left.json(), right.json()) {
            (Some(a), Some(b)) => coerce::compare(&a, &b),
            _ => left.to_number()?.partial_cmp(&right.to_number()?),
        },
    };
    Ok(order.is_some_and(|order| match operator {
        Binary::Less => order.is_lt(),
        Binary::LessOrEqual => order.is_le(),
        Binary::Greater => order.is_gt(),
        _ => order.is_ge(),
    }))
}

fn loosely_equal(left: &Operand<'_>, right: &Operand<'_>) -> Result<bool, Stop> {
    if left.is_nullish() || right.is_nullish() {
        return Ok(left.is_nullish() && right.is_nullish());
    }
    match (left.as_json(), right.as_json()) {
        (Some(a), Some(b)) if coerce::is_primitive(a) || coerce::is_primitive(b) => {
            Ok(coerce::loosely_equal(a, b))
        }
        // Identity of objects is the engine's to know.
        _ => Err(Stop::Unsupported),
    }
}

fn strictly_equal(left: &Operand<'_>, right: &Operand<'_>) -> Result<bool, Stop> {
    if left.is_undefined() || right.is_undefined() {
        return Ok(left.is_undefined() && right.is_undefined());
    }
    match (left.as_json(), right.as_json()) {
        (Some(a), Some(b)) => match (coerce::is_primitive(a), coerce::is_primitive(b)) {
            (true, true) => Ok(coerce::strictly_equal(a, b)),
            (false, false) => Err(Stop::Unsupported),
            _ => Ok(false),
        },
        (Some(a), None) | (None, Some(a)) if coerce::is_primitive(a) => Ok(false),
        _ => Err(Stop::Unsupported),
    }
}

/// `typeof`.
pub(crate) fn type_of(operand: &Operand<'_>) -> &'static str {
    match operand {
        Operand::Ref(json) => coerce::type_of_json(json),
        Operand::Value(value) => coerce::type_of(value),
        Operand::Item(_) | Operand::Items(_) | Operand::Picked(_) => "object",
    }
}
