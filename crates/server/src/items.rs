//! Items as people give them: JSON, JSON lines or CSV.

use heddle_node::{Item, Json};
use heddle_workflow::{Input, read_input, read_row};

use crate::error::{ApiError, ApiResult};

/// What messages call them.
const NAME: &str = "the items";

/// Reads the items of a text; one empty item where there is none.
///
/// # Errors
/// Says which line or item cannot be read.
pub(crate) fn parse(text: &str) -> ApiResult<Input> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Ok(Input { items: vec![Item::new(Json::object())], remarks: Vec::new() });
    }
    let input = read_input(NAME, text.as_bytes()).map_err(|error| ApiError {
        help: error.help,
        ..ApiError::unprocessable(crate::form::capitalized(&error.message))
    })?;
    if input.items.is_empty() && !text.starts_with('[') {
        return Err(ApiError::unprocessable("The items are neither JSON nor CSV with rows").with_help(
            "Give a JSON array of objects, one JSON object a line, or CSV with a line of names first.",
        ));
    }
    Ok(input)
}

/// The items of a JSON array.
///
/// # Errors
/// Names the first element that is no item.
pub(crate) fn of_json(json: &Json) -> ApiResult<Vec<Item>> {
    let Some(rows) = json.as_array() else {
        return Err(ApiError::unprocessable("The items are no list").at("/items"));
    };
    let row = |(index, row): (usize, &Json)| {
        read_row(row).map_err(|why| {
            ApiError::unprocessable(format!("Item {index} {why}")).at(format!("/items/{index}"))
        })
    };
    rows.iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match parse(text) {
            Ok(input) => input.items.iter().map(|item| item.json.to_string()).collect::<Vec<_>>().join("|"),
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
        assert_eq!(read("[1]"), "The items: item 0 is a number, not an object");
        assert!(read("{\"a\":1}\n{").starts_with("Line 2 of the items is not JSON"));
        assert!(read("name,to\nAna,1,2").starts_with("Line 2 of the items has 3 fields"));
        assert!(read("hello").starts_with("The items are neither JSON nor CSV"));
        let short = parse("name,to\nAna").expect("a table");
        assert_eq!(short.remarks.len(), 1, "{:?}", short.remarks);
    }
}
