//! The units of numbers.

/// The units that numbers can be of, and that can be put in relation by `-per-`.
pub(crate) const UNITS: [&str; 45] = [
    "acre",
    "bit",
    "byte",
    "celsius",
    "centimeter",
    "day",
    "degree",
    "fahrenheit",
    "fluid-ounce",
    "foot",
    "gallon",
    "gigabit",
    "gigabyte",
    "gram",
    "hectare",
    "hour",
    "inch",
    "kilobit",
    "kilobyte",
    "kilogram",
    "kilometer",
    "liter",
    "megabit",
    "megabyte",
    "meter",
    "microsecond",
    "mile",
    "mile-scandinavian",
    "milliliter",
    "millimeter",
    "millisecond",
    "minute",
    "month",
    "nanosecond",
    "ounce",
    "percent",
    "petabyte",
    "pound",
    "second",
    "stone",
    "terabit",
    "terabyte",
    "week",
    "yard",
    "year",
];

/// Whether a number can be of a unit.
pub(super) fn is_unit(unit: &str) -> bool {
    if UNITS.contains(&unit) {
        return true;
    }
    unit.split_once("-per-").is_some_and(|(one, other)| UNITS.contains(&one) && UNITS.contains(&other))
}
