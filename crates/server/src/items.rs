//! Items as people give them: JSON, JSON lines or CSV.

use heddle_node::{Item, Json, JsonObject};
use heddle_workflow::read_row;

use crate::error::{ApiError, ApiResult};

/// What can be given, for messages.
const FORMS: &str =
    "Give a JSON array of objects, one JSON object a line, or CSV with a line of names first.";

/// Reads the items of a text; one empty item where there is none.
///
/// # Errors
/// Says which line or item cannot be read.
pub(crate) fn parse(text: &str) -> ApiResult<Vec<Item>> {
    let text = text.trim_start_matches('\u{feff}').trim();
    match text.chars().next() {
        None => Ok(vec![Item::new(Json::object())]),
        Some('[') => {
            let json = Json::parse(text).map_err(|error| wrong(format!("The items are no JSON: {error}")))?;
            of_json(&json)
        }
        Some('{') => lines(text),
        Some(_) => csv(text),
    }
}

/// The items of a JSON array.
///
/// # Errors
/// Names the first element that is no item.
pub(crate) fn of_json(json: &Json) -> ApiResult<Vec<Item>> {
    let Some(rows) = json.as_array() else {
        return Err(wrong("The items are no list".to_owned()).at("/items"));
    };
    let row = |(index, row): (usize, &Json)| {
        read_row(row).map_err(|why| wrong(format!("Item {index} {why}")).at(format!("/items/{index}")))
    };
    rows.iter().enumerate().map(row).collect()
}

/// One object a line, or one object over several lines.
fn lines(text: &str) -> ApiResult<Vec<Item>> {
    if let Ok(json) = Json::parse(text) {
        return Ok(vec![read_row(&json).map_err(|why| wrong(format!("Item 0 {why}")))?]);
    }
    let filled = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let line = |(index, line): (usize, &str)| {
        let number = index + 1;
        let json = Json::parse(line)
            .map_err(|error| wrong(format!("Line {number} of the items is no JSON: {}", error.message())))?;
        read_row(&json).map_err(|why| wrong(format!("Line {number} of the items {why}")))
    };
    filled.map(line).collect()
}

/// Each row becomes an object of texts, by the names of the first row.
fn csv(text: &str) -> ApiResult<Vec<Item>> {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: char| first.matches(separator).count();
    let separator =
        [',', ';', '\t'].into_iter().max_by_key(|separator| (count(*separator), *separator == ','));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.map_or(b',', |separator| separator as u8))
        .flexible(false)
        .from_reader(text.as_bytes());
    let names = reader.headers().map_err(|error| wrong(format!("The items are no CSV: {error}")))?.clone();
    let mut items = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| wrong(format!("The items are neither JSON nor CSV: {error}")))?;
        let mut object = JsonObject::with_capacity(names.len());
        for (name, value) in names.iter().zip(row.iter()) {
            object.insert(name.trim(), Json::from(value));
        }
        items.push(Item::new(Json::from(object)));
    }
    if items.is_empty() {
        return Err(wrong("The items are neither JSON nor CSV with rows".to_owned()));
    }
    Ok(items)
}

fn wrong(message: String) -> ApiError {
    ApiError::unprocessable(message).with_help(FORMS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match parse(text) {
            Ok(items) => items.iter().map(|item| item.json.to_string()).collect::<Vec<_>>().join("|"),
            Err(error) => error.message,
        }
    }

    #[test]
    fn items_are_json_lines_or_csv() {
        assert_eq!(read(""), "{}");
        assert_eq!(read("[{\"a\":1},{\"json\":{\"b\":2}}]"), "{\"a\":1}|{\"b\":2}");
        assert_eq!(read("{\"a\":1}\n\n{\"a\":2}"), "{\"a\":1}|{\"a\":2}");
        assert_eq!(read("{\n\"a\":1\n}"), "{\"a\":1}");
        assert_eq!(
            read("name;to\nAna;55\n\"B;c\";66"),
            "{\"name\":\"Ana\",\"to\":\"55\"}|{\"name\":\"B;c\",\"to\":\"66\"}"
        );
        assert_eq!(read("[1]"), "Item 0 is a number, not an object");
        assert!(read("{\"a\":1}\n{").starts_with("Line 2 of the items is no JSON"));
        assert!(read("hello").starts_with("The items are neither JSON nor CSV"));
    }
}
