//! Query parameters and pages (docs/wts-api.md §1, §1.3).

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::answer::Refusal;
use crate::words::{Word, words};

/// The parameters of a query: names are read ignoring case, lists are repeated parameters (with or without `[]`).
/// Values that cannot be read are collected, so that one answer names them all.
pub(super) struct Query {
    parameters: Vec<(String, String)>,
    errors: Vec<(String, String)>,
}

impl Query {
    pub(super) fn read(query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let parameters = pairs.map(|(name, value)| {
            (name.strip_suffix("[]").unwrap_or(&name).to_ascii_lowercase(), value.into_owned())
        });
        Self { parameters: parameters.collect(), errors: Vec::new() }
    }

    /// All values of a parameter that are not empty.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let values = self
            .parameters
            .iter()
            .filter(move |(key, value)| key.eq_ignore_ascii_case(name) && !value.is_empty());
        values.map(|(_, value)| value.as_str())
    }

    /// The first value of a parameter.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    fn parsed<T>(&mut self, name: &str, read: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let (mut values, mut errors) = (Vec::new(), Vec::new());
        for text in self.all(name) {
            match read(text) {
                Some(value) => values.push(value),
                None => errors.push((name.to_owned(), format!("The value '{text}' is not valid."))),
            }
        }
        self.errors.extend(errors);
        values
    }

    pub(super) fn words<T: Word>(&mut self, name: &str) -> Vec<T> {
        self.parsed(name, T::read)
    }

    pub(super) fn ids(&mut self, name: &str) -> Vec<Uuid> {
        self.parsed(name, |text| Uuid::try_parse(text).ok())
    }

    pub(super) fn word<T: Word>(&mut self, name: &str) -> Option<T> {
        self.words(name).into_iter().next()
    }

    pub(super) fn id(&mut self, name: &str) -> Option<Uuid> {
        self.ids(name).into_iter().next()
    }

    fn time(&mut self, name: &str) -> Option<Timestamp> {
        self.parsed(name, read_time).into_iter().next()
    }

    fn number(&mut self, name: &str, range: std::ops::RangeInclusive<u32>, default: u32) -> u32 {
        let Some(text) = self.one(name).map(str::to_owned) else { return default };
        match text.trim().parse::<i64>() {
            Ok(number) if u32::try_from(number).is_ok_and(|number| range.contains(&number)) => number as u32,
            Ok(_) => {
                let message =
                    format!("The field {name} must be between {} and {}.", range.start(), range.end());
                self.errors.push((name.to_owned(), message));
                default
            }
            Err(_) => {
                self.errors.push((name.to_owned(), format!("The value '{text}' is not valid for {name}.")));
                default
            }
        }
    }

    /// The parameters that every list has.
    pub(super) fn page(&mut self) -> Page {
        Page {
            number: self.number("PageNumber", 0..=i32::MAX as u32, 1).max(1) as usize,
            size: self.number("PageSize", 1..=100, 15) as usize,
            order_by: self.one("OrderBy").unwrap_or("createdat").to_ascii_lowercase(),
            direction: self.word("OrderDirection").unwrap_or(Direction::Descending),
            created_at: self.between("CreatedAt"),
            updated_at: self.between("UpdatedAt"),
        }
    }

    /// A window of time, `name.After` and `name.Before`.
    fn between(&mut self, name: &str) -> Between {
        Between { after: self.time(&format!("{name}.After")), before: self.time(&format!("{name}.Before")) }
    }

    /// Refuses if any value could not be read.
    pub(super) fn check(self) -> Result<(), Refusal> {
        if self.errors.is_empty() { Ok(()) } else { Err(Refusal::malformed(self.errors)) }
    }
}

/// ISO 8601; a time without an offset is UTC.
fn read_time(text: &str) -> Option<Timestamp> {
    let read = |text: &str| text.parse::<Timestamp>().ok();
    read(text).or_else(|| read(&format!("{text}Z"))).or_else(|| read(&format!("{text}T00:00:00Z")))
}

words! {
    /// The order of a list.
    enum Direction {
        Ascending = "ASCENDING",
        Descending = "DESCENDING",
    }
}

/// Neither end belongs to it.
struct Between {
    after: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl Between {
    fn holds(&self, time: Timestamp) -> bool {
        self.after.is_none_or(|after| time > after) && self.before.is_none_or(|before| time < before)
    }
}

/// Which page of a list is asked for.
pub(super) struct Page {
    number: usize,
    size: usize,
    order_by: String,
    direction: Direction,
    created_at: Between,
    updated_at: Between,
}

/// The page envelope.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageAnswer<T> {
    page_number: usize,
    page_size: usize,
    order_by: String,
    order_direction: &'static str,
    items: Vec<T>,
    total_items: usize,
    total_pages: usize,
    has_more_pages: bool,
}

/// What a list can be ordered and narrowed by.
pub(super) trait Listed {
    fn name(&self) -> &str;
    fn created_at(&self) -> Timestamp;
    fn updated_at(&self) -> Timestamp;
}

impl Page {
    /// Cuts the page out of `rows`, which stand in order of creation. Unknown `OrderBy` fields order by creation.
    pub(super) fn cut<'a, T: Listed + 'a, U>(
        self,
        rows: impl Iterator<Item = &'a T>,
        show: impl Fn(&'a T) -> U,
    ) -> PageAnswer<U> {
        let mut rows: Vec<&T> = rows
            .filter(|row| self.created_at.holds(row.created_at()) && self.updated_at.holds(row.updated_at()))
            .collect();
        match self.order_by.as_str() {
            "name" => rows.sort_by_cached_key(|row| row.name().to_lowercase()),
            "updatedat" => rows.sort_by_key(|row| row.updated_at()),
            _ => rows.sort_by_key(|row| row.created_at()),
        }
        let order_direction = match self.direction {
            Direction::Ascending => "asc",
            Direction::Descending => {
                rows.reverse();
                "desc"
            }
        };
        let start = (self.number - 1).saturating_mul(self.size);
        PageAnswer {
            page_number: self.number,
            page_size: self.size,
            order_by: self.order_by,
            order_direction,
            items: rows.iter().skip(start).take(self.size).map(|row| show(row)).collect(),
            total_items: rows.len(),
            total_pages: rows.len().div_ceil(self.size),
            has_more_pages: start.saturating_add(self.size) < rows.len(),
        }
    }
}
