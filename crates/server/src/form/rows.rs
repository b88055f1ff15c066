//! Fields with parts: collections, groups with rows, and lists of values.

use heddle_node::description::PropertyGroup;
use heddle_node::{Json, JsonObject, NodeProperty, PropertyType};
use maud::{Markup, html};

use super::field::{control, render as render_field, render_level};
use super::model;
use super::parts::{expression_at, group, id, row_buttons, toggle_at};
use super::pointer::child;
use super::text::plain_text;
use super::view::FormView;

/// A `collection` or `fixedCollection`.
pub(super) fn render(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    value: Option<&Json>,
) -> Markup {
    let body = match (property.kind, property.has_multiple_values()) {
        (PropertyType::Collection, false) => collection(view, property, place, value),
        (PropertyType::Collection, true) => collections(view, property, place, value),
        (_, multiple) => groups(view, property, place, value, multiple),
    };
    group(view, property, place, &body)
}

/// Fields that were added, and a list of those that can be.
fn collection(view: &FormView<'_>, property: &NodeProperty, place: &str, value: Option<&Json>) -> Markup {
    let empty = JsonObject::new();
    let values = value.and_then(Json::as_object).unwrap_or(&empty);
    let children: Vec<&NodeProperty> = property.children().collect();
    let chosen = view.shown(children.iter().copied(), values);
    let others: Vec<&&NodeProperty> = children
        .iter()
        .filter(|field| !values.contains_key(&field.name) && view.shows(field, values))
        .collect();
    let label = property.placeholder.as_deref().map_or_else(|| "Add option".to_owned(), plain_text);
    html! {
        @for field in chosen {
            div.row {
                div.grow { (render_field(view, field, &child(place, &field.name), values.get(&field.name))) }
                div.buttons {
                    button.icon type="submit" name="action" value={ "remove:" (child(place, &field.name)) }
                        aria-label={ "Remove " (plain_text(&field.display_name)) } title="Remove" { span aria-hidden="true" { "×" } }
                }
            }
        }
        @if !others.is_empty() {
            (adder(place, &label, others.iter().map(|field| (&*field.name, plain_text(&field.display_name)))))
        }
    }
}

/// A list of names with a button that adds one of them.
pub(super) fn adder<'a>(place: &str, label: &str, names: impl Iterator<Item = (&'a str, String)>) -> Markup {
    html! {
        div.adder {
            select id=(id("n", place)) name={ "new:" (place) } aria-label=(label) data-adds={ "add:" (place) } {
                option value="" { (label) "…" }
                @for (name, title) in names { option value=(name) { (title) } }
            }
            button.unscripted type="submit" name="action" value={ "add:" (place) } { "Add" }
        }
    }
}

fn add_button(place: &str, label: &str) -> Markup {
    html! {
        button.add type="submit" name="action" value={ "add:" (place) } id=(id("a", place)) { "+ " (label) }
    }
}

/// A list of collections.
fn collections(view: &FormView<'_>, property: &NodeProperty, place: &str, value: Option<&Json>) -> Markup {
    let rows = value.and_then(Json::as_array).unwrap_or_default();
    let what = plain_text(&property.display_name);
    html! {
        @for (index, row) in rows.iter().enumerate() {
            div.card {
                div.cardhead { strong { (what) " " (index + 1) } (row_buttons(place, index, rows.len(), &what)) }
                (collection(view, property, &child(place, &index.to_string()), Some(row)))
            }
        }
        (add_button(place, &button_text(property, &what)))
    }
}

fn button_text(property: &NodeProperty, what: &str) -> String {
    model::button_text(property)
        .map(str::to_owned)
        .or_else(|| property.placeholder.clone())
        .map_or_else(|| format!("Add {what}"), |text| plain_text(&text))
}

/// The groups of a `fixedCollection`.
fn groups(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    value: Option<&Json>,
    multiple: bool,
) -> Markup {
    let all: Vec<&PropertyGroup> = property.groups().collect();
    let value_of = |group: &PropertyGroup| value.and_then(|value| value.get(&group.name));
    let is_only = all.len() == 1;
    let absent: Vec<&&PropertyGroup> = all.iter().filter(|group| value_of(group).is_none()).collect();
    html! {
        @for group in &all {
            @let here = child(place, &group.name);
            @if let (true, Some(rows)) = (multiple, value_of(group).and_then(Json::as_array)) {
                @for (index, row) in rows.iter().enumerate() {
                    (group_row(view, group, &here, index, rows.len(), row))
                }
                @if !is_only && !rows.is_empty() {
                    (add_button(&here, &format!("Add {}", plain_text(&group.display_name))))
                }
            } @else if let Some(fields) = value_of(group).and_then(Json::as_object) {
                div.card {
                    div.cardhead {
                        strong { (plain_text(&group.display_name)) }
                        div.buttons {
                            button.icon type="submit" name="action" value={ "remove:" (here) }
                                aria-label={ "Remove " (plain_text(&group.display_name)) } title="Remove" { span aria-hidden="true" { "×" } }
                        }
                    }
                    (render_level(view, &group.values, &here, fields))
                }
            }
        }
        @if let (true, Some(only)) = (is_only, all.first()) {
            @if multiple || value_of(only).is_none() {
                (add_button(&child(place, &only.name), &button_text(property, &plain_text(&only.display_name))))
            }
        } @else if !absent.is_empty() {
            (adder(place, &button_text(property, "group"), absent.iter().map(|group| (&*group.name, plain_text(&group.display_name)))))
        }
    }
}

fn group_row(
    view: &FormView<'_>,
    group: &PropertyGroup,
    list: &str,
    index: usize,
    count: usize,
    row: &Json,
) -> Markup {
    let what = plain_text(&group.display_name);
    let here = child(list, &index.to_string());
    let empty = JsonObject::new();
    let is_flat = group.values.len() <= 3
        && group.values.iter().all(|field| {
            !field.is_structure()
                && !field.has_multiple_values()
                && !matches!(field.kind, PropertyType::Notice)
        });
    html! {
        div.card id=(id("f", &here)) {
            div.cardhead { strong { (what) " " (index + 1) } (row_buttons(list, index, count, &what)) }
            div class=(if is_flat { "flat" } else { "stack" }) {
                (render_level(view, &group.values, &here, row.as_object().unwrap_or(&empty)))
            }
        }
    }
}

/// A list of plain values.
pub(super) fn render_list(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    value: Option<&Json>,
) -> Markup {
    let what = plain_text(&property.display_name);
    let rows: Vec<Json> = match value.and_then(Json::as_array) {
        Some(rows) => rows.to_vec(),
        None => value
            .filter(|value| !value.is_null() && value.as_str() != Some(""))
            .cloned()
            .into_iter()
            .collect(),
    };
    let element = model::element(property);
    let body = html! {
        @for (index, row) in rows.iter().enumerate() {
            @let here = child(place, &index.to_string());
            @let label = format!("{what} {}", index + 1);
            div.row {
                div.grow {
                    @if row.as_str().is_some_and(|text| text.starts_with('=')) {
                        (expression_at(view, &here, Some(row), None, Some(&label)))
                    } @else {
                        label.hidden for=(id("c", &here)) { (label) }
                        (control(view, &element, &here, Some(row)))
                    }
                }
                (toggle_at(view, &here, &label))
                (row_buttons(place, index, rows.len(), &what))
            }
        }
        (add_button(place, &button_text(property, "value")))
    };
    group(view, property, place, &body)
}
