//! What all fields are made of: labels, help, problems, expressions with their previews, rows and their buttons.

use heddle_node::{Json, NodeProperty};
use maud::{Markup, html};

use super::pointer;
use super::text::{plain_text, shorten};
use super::view::FormView;
use crate::preview::Preview;

/// Characters of a preview that are shown.
const MOST_OF_PREVIEW: usize = 400;

/// An id of an element that belongs to a place of the parameters. An id holds no blanks.
pub(super) fn id(kind: &str, place: &str) -> String {
    format!("{kind}{}", place.replace('%', "%25").replace(|c: char| c.is_whitespace(), "%20"))
}

/// A field's label, help and problems around its control.
pub(super) fn frame(view: &FormView<'_>, property: &NodeProperty, place: &str, control: &Markup) -> Markup {
    let issues = view.issues_within(place);
    html! {
        div.field id=(id("f", place)) data-field=(place) {
            div.head {
                label for=(id("c", place)) {
                    (plain_text(&property.display_name))
                    @if property.required { span.required title="May not be empty" { " (required)" } }
                }
                (toggle(view, property, place))
            }
            (control)
            (help(property, place))
            (problems(&issues, place))
        }
    }
}

/// The texts below a control.
pub(super) fn help(property: &NodeProperty, place: &str) -> Markup {
    html! {
        @if let Some(description) = property.description.as_deref().filter(|text| !text.is_empty()) {
            p.help id=(id("h", place)) { (plain_text(description)) }
        }
        @if let Some(hint) = property.hint.as_deref().filter(|text| !text.is_empty()) {
            p.help { (plain_text(hint)) }
        }
    }
}

/// What is wrong, below a control.
pub(super) fn problems(issues: &[&crate::issue::Issue], place: &str) -> Markup {
    html! {
        @if !issues.is_empty() {
            div.problem id=(id("p", place)) {
                @for issue in issues {
                    p { (issue.message) @if let Some(help) = &issue.help { " " (help) } }
                }
            }
        }
    }
}

/// The button that changes between a fixed value and an expression.
pub(super) fn toggle(view: &FormView<'_>, property: &NodeProperty, place: &str) -> Markup {
    if property.no_data_expression {
        return html! {};
    }
    toggle_at(view, place, &plain_text(&property.display_name))
}

pub(super) fn toggle_at(view: &FormView<'_>, place: &str, label: &str) -> Markup {
    let value = view.draft.parameters.pointer(place).or_else(|| view.filled.pointer(place));
    let is_expression = value.and_then(Json::as_str).is_some_and(|text| text.starts_with('='));
    let verb = if is_expression { "fixed" } else { "expression" };
    html! {
        button.toggle type="submit" name="action" value={ (verb) ":" (place) } id=(id("t", place))
            aria-pressed=(is_expression) title=(if is_expression { "Use a fixed value" } else { "Use an expression" }) {
            span.hidden { "Expression for " (label) }
            span aria-hidden="true" { "fx" }
        }
    }
}

/// The ids that describe a control.
pub(super) fn described(view: &FormView<'_>, property: &NodeProperty, place: &str) -> Option<String> {
    let mut ids = Vec::new();
    if property.description.as_deref().is_some_and(|text| !text.is_empty()) {
        ids.push(id("h", place));
    }
    if !view.issues_within(place).is_empty() {
        ids.push(id("p", place));
    }
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// The control of an expression, with what it gives.
pub(super) fn expression(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    value: Option<&Json>,
) -> Markup {
    expression_at(view, place, value, described(view, property, place).as_deref(), None)
}

pub(super) fn expression_at(
    view: &FormView<'_>,
    place: &str,
    value: Option<&Json>,
    described: Option<&str>,
    label: Option<&str>,
) -> Markup {
    let text = value.and_then(Json::as_str).unwrap_or_default();
    let text = text.strip_prefix('=').unwrap_or(text);
    let lines = text.lines().count().clamp(1, 12);
    let described = match described {
        Some(described) => format!("{described} {}", id("v", place)),
        None => id("v", place),
    };
    let is_wrong = matches!(view.previews.get(place), Some(Preview::Error { .. }))
        || !view.issues_within(place).is_empty();
    html! {
        textarea.code.expression id=(id("c", place)) name={ "expression:" (place) } rows=(lines) spellcheck="false"
            autocomplete="off" autocapitalize="off" data-expression aria-describedby=(described) aria-label=[label]
            aria-invalid=[is_wrong.then_some("true")] placeholder="{{ $json.field }}" { "\n" (text) }
        (preview(view.previews.get(place), place))
    }
}

/// What an expression gives at the chosen item.
fn preview(preview: Option<&Preview>, place: &str) -> Markup {
    html! {
        output.preview id=(id("v", place)) for=(id("c", place)) data-state=[matches!(preview, Some(Preview::Error { .. })).then_some("error")] {
            @match preview {
                Some(Preview::Value(Some(value))) => {
                    @match value.as_str() {
                        Some("") => { em { "an empty text" } }
                        Some(text) => { (shorten(text, MOST_OF_PREVIEW)) }
                        None => { code { (shorten(&value.to_string(), MOST_OF_PREVIEW)) } }
                    }
                }
                Some(Preview::Value(None)) => { em { "nothing at this item" } }
                Some(Preview::InRun(why)) => { em { "known when it runs: " (why) } }
                Some(Preview::OfOtherItems) => { em { "known when it runs: it reads other items" } }
                Some(Preview::Error { message, help }) => {
                    (message) @if let Some(help) = help { " " (help) }
                }
                None => {}
            }
        }
    }
}

pub(super) fn switch_at(place: &str, is_on: bool, described: Option<&str>, label: Option<&str>) -> Markup {
    html! {
        input type="hidden" name={ "switch:" (place) } value="false";
        input type="checkbox" role="switch" id=(id("c", place)) name={ "switch:" (place) } value="true" checked[is_on]
            aria-describedby=[described] aria-label=[label];
    }
}

/// A value as the text of a control.
pub(super) fn text_of(value: Option<&Json>) -> String {
    match value {
        None => String::new(),
        Some(value) if value.is_null() => String::new(),
        Some(value) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    }
}

/// A value of a row that has its own type.
pub(super) struct Cell<'a> {
    /// The type.
    pub(super) kind: &'a str,
    pub(super) label: &'a str,
    /// Whether the page shows the label.
    pub(super) is_labelled: bool,
    /// Choices, where there are some: `{name, value}`.
    pub(super) choices: &'a [Json],
}

/// A text, switch or number in a row that has its own type, as an expression or as a fixed value. Its label is not seen.
pub(super) fn cell(
    view: &FormView<'_>,
    place: &str,
    value: Option<&Json>,
    kind: &str,
    label: &str,
) -> Markup {
    cell_with(view, place, value, &Cell { kind, label, is_labelled: false, choices: &[] })
}

pub(super) fn cell_with(view: &FormView<'_>, place: &str, value: Option<&Json>, cell: &Cell<'_>) -> Markup {
    let Cell { kind, label, is_labelled, choices } = *cell;
    let is_expression = value.and_then(Json::as_str).is_some_and(|text| text.starts_with('='));
    let wrong = (!view.issues_at(place).is_empty()).then_some("true");
    let own_label = (!is_labelled).then_some(label);
    // The first word of a label that is not seen stands in the empty control.
    let hint = own_label.and_then(|label| label.split_whitespace().next());
    html! {
        div.celled {
          div.cell {
            @if is_expression {
                div { (expression_at(view, place, value, None, own_label)) }
            } @else if !choices.is_empty() {
                (cell_choices(place, value, choices, own_label, wrong))
            } @else if kind == "boolean" && value.is_none_or(|value| value.is_bool() || value.is_null() || value.as_str() == Some("")) {
                @let is_on = value.and_then(Json::as_bool) == Some(true);
                @if is_labelled { div.bare { (switch_at(place, is_on, None, None)) } }
                @else { label.bare { (switch_at(place, is_on, None, Some(label))) } }
            } @else if kind == "number" {
                input type="text" inputmode="decimal" id=(id("c", place)) name={ "number:" (place) } value=(text_of(value))
                    aria-label=[own_label] aria-invalid=[wrong] placeholder=[hint] autocomplete="off";
            } @else if matches!(kind, "array" | "object") || value.is_some_and(|value| value.is_array() || value.is_object()) {
                textarea.code id=(id("c", place)) name={ "code:" (place) } rows="2" spellcheck="false" aria-label=[own_label] { "\n" (text_of(value)) }
            } @else {
                input type="text" id=(id("c", place)) name={ "text:" (place) } value=(text_of(value)) aria-label=[own_label]
                    aria-invalid=[wrong] placeholder=[hint] autocomplete="off";
            }
            (toggle_at(view, place, label))
          }
          (problems(&view.issues_at(place), place))
        }
    }
}

fn cell_choices(
    place: &str,
    value: Option<&Json>,
    choices: &[Json],
    label: Option<&str>,
    wrong: Option<&str>,
) -> Markup {
    let value = value.unwrap_or(&Json::NULL);
    let value_of = |choice: &Json| choice.get("value").cloned().unwrap_or_default();
    html! {
        select id=(id("c", place)) name={ "json:" (place) } aria-label=[label] aria-invalid=[wrong] {
            @if choices.iter().all(|choice| value_of(choice) != *value) {
                option value=(value.to_string()) selected {
                    @if value.is_null() || value.as_str() == Some("") { "Choose…" } @else { (text_of(Some(value))) " (not among the choices)" }
                }
            }
            @for choice in choices {
                option value=(value_of(choice).to_string()) selected[value_of(choice) == *value] { (plain_text(&text_of(choice.get("name")))) }
            }
        }
    }
}

/// The field set of a property whose value has parts.
pub(super) fn group(view: &FormView<'_>, property: &NodeProperty, place: &str, body: &Markup) -> Markup {
    html! {
        fieldset.group id=(id("f", place)) data-field=(place) aria-describedby=[described_exactly(view, property, place)] {
            legend { (plain_text(&property.display_name))
                @if property.required { span.required { " (required)" } } }
            @if let Some(description) = property.description.as_deref().filter(|text| !text.is_empty()) {
                p.help id=(id("h", place)) { (plain_text(description)) }
            }
            (body)
            (problems(&view.issues_at(place), place))
        }
    }
}

fn described_exactly(view: &FormView<'_>, property: &NodeProperty, place: &str) -> Option<String> {
    let mut ids = Vec::new();
    if property.description.as_deref().is_some_and(|text| !text.is_empty()) {
        ids.push(id("h", place));
    }
    if !view.issues_at(place).is_empty() {
        ids.push(id("p", place));
    }
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// Buttons of a row: to take it away, and to move it.
pub(super) fn row_buttons(list: &str, index: usize, count: usize, what: &str) -> Markup {
    let place = pointer::child(list, &index.to_string());
    let number = index + 1;
    html! {
        div.buttons {
            @if count > 1 {
                button.icon type="submit" name="action" value={ "up:" (place) } disabled[index == 0]
                    aria-label={ "Move " (what) " " (number) " up" } title="Move up" { span aria-hidden="true" { "↑" } }
                button.icon type="submit" name="action" value={ "down:" (place) } disabled[number == count]
                    aria-label={ "Move " (what) " " (number) " down" } title="Move down" { span aria-hidden="true" { "↓" } }
            }
            button.icon type="submit" name="action" value={ "remove:" (place) }
                aria-label={ "Remove " (what) " " (number) } title="Remove" { span aria-hidden="true" { "×" } }
        }
    }
}
