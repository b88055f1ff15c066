//! Dates that a node works with: the host answers in luxon's ways.

/// What is asked of a date. Units and formats are luxon's: `day` or `days`, `yyyy-MM-dd`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DateQuestion<'a> {
    /// Its ISO 8601 text with the offset of its zone.
    Iso,
    /// Its text in a format.
    Format(&'a str),
    /// One part of it, such as `month` or `weekNumber`.
    Part(&'a str),
    /// The date, in milliseconds since 1970, so many units later.
    Plus(f64, &'a str),
    /// The start of the unit that it lies in, in milliseconds since 1970.
    StartOf(&'a str),
    /// How long it is from it to another date, in milliseconds since 1970: an object with a number for each unit.
    Until(f64, &'a [&'a str]),
    /// The same as an ISO 8601 duration.
    IsoUntil(f64, &'a [&'a str]),
}
