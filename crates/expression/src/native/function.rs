//! Functions written in an expression, and the methods of arrays that call them.

use heddle_node::{Item, Json};

use crate::native::Stop;
use crate::native::evaluate::{Evaluated, value};
use crate::native::expr::{ArrayMethod, Arrow, Parameter};
use crate::native::frame::Frame;
use crate::native::operand::Operand;
use crate::value::Value;

/// Calls `arrow` with as many of the arguments as it has parameters; those that are missing are undefined.
pub(crate) fn call<'a>(arrow: &'a Arrow, arguments: &[Operand<'a>], frame: &Frame<'_, 'a>) -> Evaluated<'a> {
    if arguments.iter().any(Operand::is_heavy) {
        return Err(Stop::Unsupported);
    }
    for (parameter, argument) in arrow.parameters.iter().zip(arguments) {
        match parameter {
            Parameter::Any => {}
            Parameter::Fields if argument.is_nullish() => return Err(Stop::Blank),
            Parameter::Fields => {}
            Parameter::Elements if Elements::of(argument).is_some() => {}
            // Other things can be iterated too.
            Parameter::Elements => return Err(Stop::Unsupported),
        }
    }
    let result = value(&arrow.body, &frame.enter(arguments))?;
    frame.spend(&result)?;
    Ok(result)
}

/// Arguments for the parameters of `arrow`, made only as far as it has any.
fn call_with<'a>(
    arrow: &'a Arrow,
    arguments: [&dyn Fn() -> Operand<'a>; ARGUMENTS],
    frame: &Frame<'_, 'a>,
) -> Evaluated<'a> {
    let mut values = [const { Operand::UNDEFINED }; MAX_PARAMETERS];
    for (value, argument) in values.iter_mut().zip(arguments).take(arrow.parameters.len()) {
        *value = argument();
    }
    call(arrow, &values[..arrow.parameters.len().min(MAX_PARAMETERS)], frame)
}

/// The most parameters that a native function has.
pub(crate) const MAX_PARAMETERS: usize = 6;
const ARGUMENTS: usize = 4;

/// The elements of an array, wherever they are.
pub(crate) enum Elements<'o, 'a> {
    Shared(&'a [Json]),
    Own(&'o [Json]),
    Values(&'o [Value]),
    Items(&'a [Item]),
}

impl<'o, 'a> Elements<'o, 'a> {
    /// Those of `operand`, if it is an array.
    pub(crate) fn of(operand: &'o Operand<'a>) -> Option<Self> {
        match operand {
            Operand::Ref(json) => json.as_array().map(Elements::Shared),
            Operand::Value(Value::Json(json)) => json.as_array().map(Elements::Own),
            Operand::Value(Value::List(values)) => Some(Elements::Values(values)),
            Operand::Items(items) => Some(Elements::Items(items)),
            Operand::Value(_) | Operand::Item(_) => None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Elements::Shared(elements) => elements.len(),
            Elements::Own(elements) => elements.len(),
            Elements::Values(values) => values.len(),
            Elements::Items(items) => items.len(),
        }
    }

    pub(crate) fn get(&self, index: usize) -> Operand<'a> {
        match self {
            Elements::Shared(elements) => elements.get(index).into(),
            Elements::Own(elements) => elements.get(index).cloned().map_or(Operand::UNDEFINED, Operand::from),
            Elements::Values(values) => values.get(index).cloned().map_or(Operand::UNDEFINED, Operand::from),
            Elements::Items(items) => items.get(index).into(),
        }
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = Operand<'a>> {
        (0..self.len()).map(|index| self.get(index))
    }
}

/// `array.method(arrow)`.
pub(crate) fn call_for_each<'a>(
    array: &Operand<'a>,
    method: ArrayMethod,
    arrow: &'a Arrow,
    frame: &Frame<'_, 'a>,
) -> Evaluated<'a> {
    let elements = elements_of(array)?;
    let result = |index: usize| {
        let position = || Json::from(index).into();
        call_with(
            arrow,
            [&|| elements.get(index), &position, &|| array.clone(), &|| Operand::UNDEFINED],
            frame,
        )
    };
    let holds = |index: usize| Ok::<bool, Stop>(result(index)?.is_truthy());
    let mut indexes = 0..elements.len();
    Ok(match method {
        ArrayMethod::Map => {
            let results = indexes.map(|index| Ok(result(index)?.into_value()));
            Value::array(results.collect::<Result<_, Stop>>()?).into()
        }
        ArrayMethod::FlatMap => {
            let mut flat = Vec::with_capacity(elements.len());
            for index in indexes {
                let result = result(index)?;
                match Elements::of(&result) {
                    Some(inner) => flat.extend(inner.iter().map(Operand::into_value)),
                    None => flat.push(result.into_value()),
                }
            }
            Value::array(flat).into()
        }
        ArrayMethod::Filter => {
            let mut kept = Vec::new();
            for index in indexes {
                if holds(index)? {
                    kept.push(elements.get(index).into_value());
                }
            }
            Value::array(kept).into()
        }
        ArrayMethod::Find => {
            find(&mut indexes, holds)?.map_or(Operand::UNDEFINED, |index| elements.get(index))
        }
        ArrayMethod::FindLast => {
            find(&mut indexes.rev(), holds)?.map_or(Operand::UNDEFINED, |index| elements.get(index))
        }
        ArrayMethod::FindIndex => position(find(&mut indexes, holds)?),
        ArrayMethod::FindLastIndex => position(find(&mut indexes.rev(), holds)?),
        ArrayMethod::Some => Json::from(find(&mut indexes, holds)?.is_some()).into(),
        ArrayMethod::Every => Json::from(find(&mut indexes, |index| Ok(!holds(index)?))?.is_none()).into(),
        ArrayMethod::ForEach => {
            for index in indexes {
                result(index)?;
            }
            Operand::UNDEFINED
        }
    })
}

fn elements_of<'o, 'a>(array: &'o Operand<'a>) -> Result<Elements<'o, 'a>, Stop> {
    match Elements::of(array) {
        Some(elements) => Ok(elements),
        None if array.is_nullish() => Err(Stop::Blank),
        None => Err(Stop::Unsupported),
    }
}

/// The first of the indexes for which `holds`.
fn find(
    indexes: &mut dyn Iterator<Item = usize>,
    holds: impl Fn(usize) -> Result<bool, Stop>,
) -> Result<Option<usize>, Stop> {
    for index in indexes {
        if holds(index)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

fn position<'a>(index: Option<usize>) -> Operand<'a> {
    index.map_or(Json::from(-1.0), Json::from).into()
}

/// `array.reduce(arrow, initial)`.
pub(crate) fn reduce<'a>(
    array: &Operand<'a>,
    arrow: &'a Arrow,
    initial: Option<Operand<'a>>,
    frame: &Frame<'_, 'a>,
) -> Evaluated<'a> {
    let elements = elements_of(array)?;
    let from = usize::from(initial.is_none());
    let mut total = match initial {
        Some(initial) => initial,
        None if elements.len() == 0 => return Err(Stop::Blank),
        None => elements.get(0),
    };
    for index in from..elements.len() {
        let position = || Json::from(index).into();
        total = call_with(
            arrow,
            [&|| total.clone(), &|| elements.get(index), &position, &|| array.clone()],
            frame,
        )?;
    }
    Ok(total)
}
