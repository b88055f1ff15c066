//! Values taken out of HTML by CSS selectors.

use heddle_node::parameters::javascript::is_white_space;
use heddle_node::{Item, ItemContext, ItemOutput, Json, NodeError, StoredParameters, StoredProblem};
use scraper::{ElementRef, Html, Selector};

use super::{ExtractionValue, HtmlOptions, HtmlParameters, ReturnValue, SourceData, text};
use crate::fields::Field;
use crate::{binary, field_path, html_depth};

/// An item for each page in the field, or file.
pub(super) fn extract(
    parameters: &HtmlParameters,
    context: &ItemContext<'_>,
) -> Result<ItemOutput, NodeError> {
    let source = source(parameters, context)?;
    let pages = match source.as_array() {
        Some(pages) => pages,
        None => std::slice::from_ref(&source),
    };
    let rows: Vec<(&ExtractionValue, Option<Selector>)> = parameters
        .extraction_values
        .values
        .iter()
        .enumerate()
        .map(read_selector)
        .collect::<Result<_, _>>()?;
    let mut output = ItemOutput::nothing();
    for page in pages {
        let Some(page) = page.as_str() else {
            return Err(NodeError::parameter(
                "dataPropertyName",
                format!(
                    "The field \"{}\" holds no HTML but {}",
                    parameters.data_property_name,
                    page.type_name()
                ),
            ));
        };
        html_depth::check(page, html_depth::MOST_LEVELS)?;
        let page = Html::parse_document(page);
        let mut json = Json::object();
        for (row, selector) in &rows {
            let found: Vec<ElementRef<'_>> =
                selector.iter().flat_map(|selector| page.select(selector)).collect();
            let take = |elements: &[ElementRef<'_>]| {
                take(elements, row, context.type_version).map(|text| tidy(text, &parameters.options))
            };
            let value = if row.return_array {
                let values = found.chunks(1).map(|element| take(element).map_or(Json::NULL, Json::from));
                Some(values.collect())
            } else {
                take(&found).map(Json::from)
            };
            if let Some(value) = value {
                field_path::set_own(&mut json, &row.key, value);
            }
        }
        output.push(0, Item::new(json));
    }
    Ok(output)
}

/// The HTML: a text or a list of texts.
fn source(parameters: &HtmlParameters, context: &ItemContext<'_>) -> Result<Json, NodeError> {
    let name = parameters.data_property_name.as_str();
    if parameters.source_data == SourceData::Binary {
        let bytes = binary::bytes(context.item, name, context.index)?;
        return Ok(Json::from(String::from_utf8_lossy(&bytes).into_owned()));
    }
    let json = &context.item.json;
    let value = if context.type_version <= 1.0 {
        json.get(field_path::plain_key(json, name)).cloned()
    } else {
        Field::new(name, true).get(json).map(std::borrow::Cow::into_owned)
    };
    value.ok_or_else(|| {
        NodeError::parameter("dataPropertyName", format!("No property named \"{name}\" exists!"))
    })
}

/// The selector of a row; `None` where it is empty, which finds nothing.
fn read_selector(
    (index, row): (usize, &ExtractionValue),
) -> Result<(&ExtractionValue, Option<Selector>), NodeError> {
    let selector = row.css_selector.trim();
    if selector.is_empty() {
        return Ok((row, None));
    }
    let parsed = Selector::parse(selector).map_err(|error| {
        NodeError::parameter(
            format!("extractionValues.values[{index}].cssSelector"),
            format!("The CSS selector \"{selector}\" cannot be read: {error}"),
        )
        .with_description(
            "Selectors are those of CSS. Those that only jQuery knows, such as :first and :contains, are not supported.",
        )
    })?;
    Ok((row, Some(parsed)))
}

/// The value of the elements; `None` where there is none.
fn take(elements: &[ElementRef<'_>], row: &ExtractionValue, version: f64) -> Option<String> {
    let first = elements.first();
    match row.return_value {
        ReturnValue::Attribute => first?.value().attr(&row.attribute).map(str::to_owned),
        ReturnValue::Html => Some(first?.inner_html()).filter(|html| !html.is_empty()),
        ReturnValue::Text if version <= 1.1 => {
            let text: String = elements.iter().flat_map(ElementRef::text).collect();
            Some(text).filter(|text| !text.is_empty())
        }
        ReturnValue::Text => {
            let skipped: Vec<Selector> =
                row.skip_selectors.split(',').filter_map(|name| Selector::parse(name.trim()).ok()).collect();
            Some(first.map_or_else(String::new, |element| text::of(*element, &skipped)))
        }
        ReturnValue::Value => field_value(*first?),
    }
}

/// What a form would send of a field.
fn field_value(element: ElementRef<'_>) -> Option<String> {
    let attribute = |element: ElementRef<'_>| element.value().attr("value").map(str::to_owned);
    let option = |element: ElementRef<'_>| attribute(element).or_else(|| Some(element.text().collect()));
    match element.value().name() {
        "textarea" => Some(element.text().collect()),
        "select" => {
            let options: Vec<ElementRef<'_>> = element
                .descendants()
                .filter_map(ElementRef::wrap)
                .filter(|element| element.value().name() == "option")
                .collect();
            let selected = || options.iter().filter(|option| option.value().attr("selected").is_some());
            if element.value().attr("multiple").is_some() {
                return Some(selected().filter_map(|&chosen| option(chosen)).collect::<Vec<_>>().join(","));
            }
            option(*selected().next_back().or(options.first())?)
        }
        "option" => option(element),
        _ => attribute(element),
    }
}

fn tidy(text: String, options: &HtmlOptions) -> String {
    let text = if options.trim_values { text.trim_matches(is_white_space).to_owned() } else { text };
    if !options.clean_up_text {
        return text;
    }
    let mut tidy = String::with_capacity(text.len());
    let mut blank = false;
    // Line breaks go without a trace before blanks are counted.
    for character in
        text.trim_matches(is_white_space).chars().filter(|character| !matches!(character, '\n' | '\r'))
    {
        if is_white_space(character) {
            if !blank {
                tidy.push(' ');
            }
            blank = true;
        } else {
            tidy.push(character);
            blank = false;
        }
    }
    tidy
}

/// What is wrong with constant selectors.
pub(super) fn check(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
    let rows = stored.values.pointer("/extractionValues/values").and_then(Json::as_array).unwrap_or_default();
    let mut problems = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let selector = row.get("cssSelector").and_then(Json::as_str).filter(|text| !text.starts_with('='));
        let row =
            ExtractionValue { css_selector: selector.unwrap_or_default().to_owned(), ..Default::default() };
        problems.extend(read_selector((index, &row)).err().map(StoredProblem::from));
    }
    problems
}
