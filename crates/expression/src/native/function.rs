//! Functions written in an expression, and the methods of arrays that call them.

use heddle_data::Json;

use crate::native::Stop;
use crate::native::elements::{Elements, append_flat, array_of};
use crate::native::evaluate::{Evaluated, value};
use crate::native::expr::{ArrayMethod, Arrow, Parameter};
use crate::native::frame::Frame;
use crate::native::operand::{Operand, position};
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

/// Calls `arrow` as array methods do: with so many arguments, of which it takes what it has parameters for.
fn call_back<'a>(
    arrow: &'a Arrow,
    arguments: &[Operand<'a>; MAX_PARAMETERS],
    frame: &Frame<'_, 'a>,
) -> Evaluated<'a> {
    call(arrow, arguments.get(..arrow.parameters.len()).ok_or(Stop::Unsupported)?, frame)
}

/// The most parameters that a native function has: those that `reduce` has arguments for.
pub(crate) const MAX_PARAMETERS: usize = 4;

/// `array.method(arrow)`.
pub(crate) fn call_for_each<'a>(
    array: &Operand<'a>,
    method: ArrayMethod,
    arrow: &'a Arrow,
    frame: &Frame<'_, 'a>,
) -> Evaluated<'a> {
    let elements = elements_of(array)?;
    let result = |index: usize| match arrow.parameters.len() {
        // What most take.
        0 | 1 => call(arrow, &[elements.get(index)], frame),
        _ => {
            let arguments =
                [elements.get(index), Json::from(index).into(), array.clone(), Operand::UNDEFINED];
            call_back(arrow, &arguments, frame)
        }
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
                append_flat(&mut flat, result(index)?);
            }
            array_of(flat)
        }
        ArrayMethod::Filter => {
            let mut kept = Vec::new();
            for index in indexes {
                if holds(index)? {
                    kept.push(elements.get(index));
                }
            }
            array_of(kept)
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
        total = match arrow.parameters.len() {
            0..=2 => call(arrow, &[total, elements.get(index)], frame)?,
            _ => {
                let arguments = [total, elements.get(index), Json::from(index).into(), array.clone()];
                call_back(arrow, &arguments, frame)?
            }
        };
    }
    Ok(total)
}
