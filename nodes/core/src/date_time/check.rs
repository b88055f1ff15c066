//! What is wrong with constants of Date & Time, before any item.

use heddle_node::{DateQuestion, Json, StoredParameters, StoredProblem, Weight};

use super::date::timestamp;

/// What is asked of a date to learn whether there is such a unit or part.
type Question = fn(&str) -> DateQuestion<'_>;

/// Dates that are none, and units and parts that a date does not have.
pub(super) fn problems(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
    let mut problems = Vec::new();
    let text = |name: &str| stored.constant_text(name);
    let reads_format =
        stored.values.pointer("/options/fromFormat").is_some_and(|format| format.as_str() != Some(""));
    let (dates, questions): (&[&str], &[(&str, Question)]) = match text("operation") {
        Some("addToDate" | "subtractFromDate") => {
            (&["magnitude"], &[("timeUnit", |unit| DateQuestion::Plus(1.0, unit))])
        }
        // Nothing stays nothing, and a format of one's own may read anything.
        Some("formatDate") if reads_format || text("date") == Some("") => (&[], &[]),
        Some("formatDate") => (&["date"], &[]),
        Some("roundDate") if text("mode") == Some("roundUp") => {
            (&["date"], &[("to", |unit| DateQuestion::StartOf(unit))])
        }
        Some("roundDate") => (&["date"], &[("toNearest", |unit| DateQuestion::StartOf(unit))]),
        Some("getTimeBetweenDates") => (&["startDate", "endDate"], &[]),
        Some("extractDate") => (
            &["date"],
            &[("part", |part| DateQuestion::Part(if part == "week" { "weekNumber" } else { part }))],
        ),
        _ => (&[], &[]),
    };
    let mut found = |name: &str, message: String, help: &str| {
        problems.push(StoredProblem::new(Weight::FailsWhenRun, format!("/{name}"), message, help));
    };
    for name in dates {
        match text(name) {
            Some("") => found(name, "There is no date".to_owned(), "Fill it in."),
            Some(date) if timestamp(date).is_none() && !stored.host.is_moment(date) => {
                found(
                    name,
                    format!("Invalid date format: \"{date}\""),
                    "Write it as 2024-12-31, or 2024-12-31T23:59:00.",
                );
            }
            _ => {}
        }
    }
    for (name, question) in questions {
        if let Some(value) = text(name)
            && let Err(error) = stored.host.check_date(question(value))
        {
            found(name, error.message.clone(), "Choose one that the form offers.");
        }
    }
    if text("operation") == Some("getTimeBetweenDates") {
        let units = stored.constant("units").and_then(Json::as_array).unwrap_or_default();
        for unit in units.iter().filter_map(Json::as_str) {
            if let Err(error) = stored.host.check_date(DateQuestion::Until(0.0, &[unit])) {
                found("units", error.message.clone(), "Choose those that the form offers.");
            }
        }
    }
    problems
}
