//! The columns of a table, each with its value.

use heddle_node::parameters::{MapperColumn, mapper_columns, mapper_finds_rows, mapper_method};
use heddle_node::{Json, NodeProperty};
use maud::{Markup, html};

use super::parts::{Cell, cell_with, group, id, switch_at};
use super::pointer::child;
use super::rows::adder;
use super::text::plain_text;
use super::view::FormView;

/// Values for the columns of a table.
pub(super) fn render_mapper(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    value: Option<&Json>,
) -> Markup {
    let mapper = value.unwrap_or(&Json::NULL);
    let columns = mapper_columns(property, mapper);
    let settings = property.type_options.resource_mapper.as_deref();
    let is_automatic = mapper.get("mappingMode").and_then(Json::as_str) == Some("autoMapInputData");
    let words = Words::of(property);
    let converts = child(place, "attemptToConvertTypes");
    let body = html! {
        @if settings.is_none_or(|settings| settings.offers_automatic_mapping()) { (modes(place, is_automatic, &words)) }
        @if is_automatic { p.help { "Each " (words.one) " takes the item's field of the same name." } }
        @if mapper_finds_rows(property) && !columns.is_empty() { (matching(property, place, &columns, &words)) }
        @if !is_automatic { (values(view, place, mapper, &columns, &words)) }
        @if settings.is_some_and(|settings| settings.show_type_conversion_options) && !columns.is_empty() {
            label.inline {
                (switch_at(&converts, mapper.get("attemptToConvertTypes").and_then(Json::as_bool) == Some(true), None, None))
                span { "Convert values to the types of the " (words.many) }
            }
        }
        (loading(view, property, place, &columns, &words))
    };
    group(view, property, place, &body)
}

/// What columns are called.
struct Words {
    one: String,
    many: String,
}

impl Words {
    fn of(property: &NodeProperty) -> Self {
        let words =
            property.type_options.resource_mapper.as_ref().and_then(|settings| settings.field_words.as_ref());
        let word =
            |own: Option<&String>, usual: &str| own.map_or_else(|| usual.to_owned(), |own| plain_text(own));
        Self {
            one: word(words.and_then(|words| words.singular.as_ref()), "column"),
            many: word(words.and_then(|words| words.plural.as_ref()), "columns"),
        }
    }
}

fn modes(place: &str, is_automatic: bool, words: &Words) -> Markup {
    let here = child(place, "mappingMode");
    html! {
        div.inline {
            label for=(id("c", &here)) { "Mapping" }
            select id=(id("c", &here)) name={ "text:" (here) } {
                option value="defineBelow" selected[!is_automatic] { "Map each " (words.one) " below" }
                option value="autoMapInputData" selected[is_automatic] { "Map automatically" }
            }
        }
    }
}

/// The columns by which rows are found.
fn matching(property: &NodeProperty, place: &str, columns: &[MapperColumn<'_>], words: &Words) -> Markup {
    let here = child(place, "matchingColumns");
    let candidates: Vec<&MapperColumn<'_>> = columns.iter().filter(|column| column.can_match).collect();
    let finds_by_several =
        property.type_options.resource_mapper.as_ref().is_some_and(|settings| settings.multi_key_match);
    html! {
        @if finds_by_several {
            fieldset.group {
                legend { "Rows are found by these " (words.many) }
                input type="hidden" name={ "list:" (here) } value="";
                div.checks {
                    @for (index, column) in candidates.iter().enumerate() {
                        label { input type="checkbox" id=(id("c", &child(&here, &index.to_string()))) name={ "many:" (here) }
                            value=(Json::from(column.id)) checked[column.is_matched]; span { (plain_text(column.title)) } }
                    }
                }
            }
        } @else {
            div.inline {
                label for=(id("c", &here)) { "Rows are found by the " (words.one) }
                select id=(id("c", &here)) name={ "json:" (here) } {
                    @if candidates.iter().all(|column| !column.is_matched) { option value="[]" selected { "Choose…" } }
                    @for column in &candidates {
                        option value=(Json::from(vec![Json::from(column.id)])) selected[column.is_matched] { (plain_text(column.title)) }
                    }
                }
            }
        }
    }
}

fn values(
    view: &FormView<'_>,
    place: &str,
    mapper: &Json,
    columns: &[MapperColumn<'_>],
    words: &Words,
) -> Markup {
    let list = child(place, "value");
    let values = mapper.get("value");
    let removed: Vec<&MapperColumn<'_>> =
        columns.iter().filter(|column| column.is_removed && !column.is_matched).collect();
    let shown = columns.iter().filter(|column| !column.is_removed || column.is_matched);
    html! {
        @for column in shown {
            @let here = child(&list, column.id);
            @let title = plain_text(column.title);
            div.row id=(id("f", &here)) {
                div.grow.field {
                    div.head { label for=(id("c", &here)) {
                        (title)
                        @if column.is_matched { span.required { " (finds the row)" } }
                        @else if column.is_required { span.required { " (required)" } }
                    } }
                    (cell_with(view, &here, values.and_then(|values| values.get(column.id)), &Cell {
                        kind: column.kind, label: &title, choices: column.choices, is_labelled: true,
                    }))
                }
                @if column.can_be_removed {
                    div.buttons {
                        button.icon type="submit" name="action" value={ "remove:" (here) }
                            aria-label={ "Remove " (title) } title="Remove" { span aria-hidden="true" { "×" } }
                    }
                }
            }
        }
        @if !removed.is_empty() {
            (adder(place, &format!("Add {}", words.one), removed.iter().map(|column| (column.id, plain_text(column.title)))))
        }
        @if columns.len() > 2 {
            div.actions {
                @if !removed.is_empty() { button.add type="submit" name="action" value={ "add-all:" (place) } { "Add all " (words.many) } }
                @if columns.iter().any(|column| !column.is_removed && column.can_be_removed) {
                    button.add type="submit" name="action" value={ "remove-all:" (place) } { "Remove all " (words.many) }
                }
            }
        }
    }
}

/// The button that loads the columns, and what came of it. A script presses it where they are to be loaded by themselves.
fn loading(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    columns: &[MapperColumn<'_>],
    words: &Words,
) -> Markup {
    if mapper_method(property).is_none() {
        return html! {};
    }
    let depended = view.depended(property);
    let is_ready = depended.iter().all(|value| !value.is_null() && value.as_str() != Some(""));
    let settings = property.type_options.resource_mapper.as_deref();
    html! {
        @if let Some(error) = view.draft.failures.get(place) {
            p.problem role="alert" { (error.message) @if let Some(help) = &error.help { " " (help) } }
        } @else if view.draft.loaded_columns.contains(place) && columns.is_empty() {
            p.help { (settings.and_then(|settings| settings.no_fields_error.as_deref()).map_or_else(|| format!("There are no {}.", words.many), plain_text)) }
        }
        button.add type="submit" name="action" value={ "columns:" (place) } id=(id("a", place))
            data-loads=[is_ready.then(|| Json::from(depended).to_string())] data-empty[columns.is_empty()] {
            @if columns.is_empty() { "Load the " (words.many) } @else { "Refresh the " (words.many) }
        }
    }
}
