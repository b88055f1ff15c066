//! The English words of date formats, which need no locale data.

/// January to December.
pub(crate) const MONTHS_LONG: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// Jan to Dec.
pub(crate) const MONTHS_SHORT: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// J to D.
pub(crate) const MONTHS_NARROW: [&str; 12] = ["J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D"];
/// Monday to Sunday.
pub(crate) const WEEKDAYS_LONG: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// Mon to Sun.
pub(crate) const WEEKDAYS_SHORT: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// M to S.
pub(crate) const WEEKDAYS_NARROW: [&str; 7] = ["M", "T", "W", "T", "F", "S", "S"];
/// Before and after noon.
pub(crate) const MERIDIEMS: [&str; 2] = ["AM", "PM"];
/// Before and after year 1.
pub(crate) const ERAS_LONG: [&str; 2] = ["Before Christ", "Anno Domini"];
/// Before and after year 1.
pub(crate) const ERAS_SHORT: [&str; 2] = ["BC", "AD"];
/// Before and after year 1.
pub(crate) const ERAS_NARROW: [&str; 2] = ["B", "A"];
