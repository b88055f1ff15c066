//! One field, by its kind.

use heddle_node::{Json, JsonObject, NodeProperty, PropertyType};
use maud::{Markup, html};

use super::parts::{described, expression, frame, help, id, problems, switch_at, text_of, toggle};
use super::pointer::child;
use super::text::plain_text;
use super::view::FormView;
use super::{choices, filter, mapper, model, rows};

/// The fields of the form that are shown now.
pub(crate) fn render_fields(view: &FormView<'_>) -> Markup {
    let shown = view.shown(view.node.description.properties.iter(), view.root());
    html! {
        @for property in shown {
            (render(view, property, &child("", &property.name), view.root().get(&property.name)))
        }
    }
}

/// Fields of a level below the top.
pub(super) fn render_level(
    view: &FormView<'_>,
    properties: &[NodeProperty],
    place: &str,
    values: &JsonObject,
) -> Markup {
    html! {
        @for property in view.shown(properties.iter(), values) {
            (render(view, property, &child(place, &property.name), values.get(&property.name)))
        }
    }
}

/// The field of a property.
pub(super) fn render(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    value: Option<&Json>,
) -> Markup {
    let field = render_changeable(view, property, place, value);
    if view.is_disabled(property, place) {
        // Its controls are not sent; the value stays what it is.
        return html! { fieldset.off id=(id("d", place)) disabled { (field) } };
    }
    field
}

fn render_changeable(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    value: Option<&Json>,
) -> Markup {
    let is_expression = value.and_then(Json::as_str).is_some_and(|text| text.starts_with('='));
    match property.kind {
        PropertyType::Hidden => html! {},
        PropertyType::Notice | PropertyType::Callout => html! {
            p.notice id=(id("f", place)) { (plain_text(&property.display_name)) }
        },
        _ if is_expression => frame(view, property, place, &expression(view, property, place, value)),
        PropertyType::Collection | PropertyType::FixedCollection => {
            rows::render(view, property, place, value)
        }
        PropertyType::Filter => filter::render_filter(view, property, place, value),
        PropertyType::AssignmentCollection => filter::render_assignments(view, property, place, value),
        PropertyType::ResourceMapper => mapper::render_mapper(view, property, place, value),
        PropertyType::ResourceLocator | PropertyType::WorkflowSelector | PropertyType::AgentSelector => {
            choices::render_locator(view, property, place, value)
        }
        PropertyType::MultiOptions => choices::render_many(view, property, place, value),
        _ if property.has_multiple_values() => rows::render_list(view, property, place, value),
        PropertyType::Boolean if value.is_none_or(Json::is_bool) => switch(view, property, place, value),
        _ => frame(view, property, place, &control(view, property, place, value)),
    }
}

/// A field that is on or off: its label stands beside it.
fn switch(view: &FormView<'_>, property: &NodeProperty, place: &str, value: Option<&Json>) -> Markup {
    let is_on = value.and_then(Json::as_bool) == Some(true);
    html! {
        div.field.switch id=(id("f", place)) data-field=(place) {
            div.head {
                label for=(id("c", place)) {
                    (switch_at(place, is_on, described(view, property, place).as_deref(), None))
                    span { (plain_text(&property.display_name)) }
                }
                (toggle(view, property, place))
            }
            (help(property, place))
            (problems(&view.issues_within(place), place))
        }
    }
}

/// The control of a fixed value.
pub(super) fn control(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    value: Option<&Json>,
) -> Markup {
    let described = described(view, property, place);
    let described = described.as_deref();
    let wrong = (!view.issues_within(place).is_empty()).then_some("true");
    let placeholder = property.placeholder.as_deref().map(plain_text);
    let required = property.required.then_some("true");
    let is_structure = value.is_some_and(|value| value.is_object() || value.is_array());
    match property.kind {
        PropertyType::Options => choices::render_one(view, property, place, value),
        PropertyType::CredentialsSelect | PropertyType::Credentials => {
            choices::render_credential_choice(view, place, value, described)
        }
        PropertyType::Number => html! {
            input type="text" inputmode="decimal" id=(id("c", place)) name={ "number:" (place) } autocomplete="off"
                value=(text_of(value)) placeholder=[placeholder] aria-describedby=[described] aria-invalid=[wrong]
                aria-required=[required];
        },
        PropertyType::DateTime => {
            let text = text_of(value);
            let is_local = text.is_empty() || is_local_time(&text);
            html! {
                input type=(if is_local { "datetime-local" } else { "text" }) step="1" id=(id("c", place))
                    name={ "text:" (place) } value=(text) aria-describedby=[described] aria-invalid=[wrong]
                    aria-required=[required];
            }
        }
        PropertyType::Color => html! {
            div.pair {
                input type="text" id=(id("c", place)) name={ "text:" (place) } value=(text_of(value)) placeholder="#rrggbb"
                    autocomplete="off" spellcheck="false" aria-describedby=[described] aria-invalid=[wrong];
                input.scripted type="color" data-sets=(id("c", place)) value=(colour(value))
                    aria-label={ "Choose " (plain_text(&property.display_name)) };
            }
        },
        PropertyType::Json => code(place, value, 6, described, wrong),
        PropertyType::Icon => code(place, value, 1, described, wrong),
        _ if is_structure => code(place, value, 4, described, wrong),
        PropertyType::CurlImport => text_area(place, value, 4, placeholder.as_deref(), described, wrong),
        _ if property.is_password() => html! {
            input type="password" id=(id("c", place)) name={ "text:" (place) } value=(text_of(value)) autocomplete="off"
                placeholder=[placeholder] aria-describedby=[described] aria-invalid=[wrong] aria-required=[required];
        },
        _ => {
            let (rows, is_code) = (model::rows(property), model::is_code(property));
            match (rows, is_code) {
                (_, true) => code(place, value, rows.map_or(10, |rows| rows.clamp(4, 30)), described, wrong),
                (Some(rows), false) if rows > 1 => {
                    text_area(place, value, rows.min(20), placeholder.as_deref(), described, wrong)
                }
                _ if value.and_then(Json::as_str).is_some_and(|text| text.contains('\n')) => {
                    text_area(place, value, 4, placeholder.as_deref(), described, wrong)
                }
                _ => html! {
                    input type="text" id=(id("c", place)) name={ "text:" (place) } value=(text_of(value))
                        autocomplete="off" placeholder=[placeholder] aria-describedby=[described] aria-invalid=[wrong]
                        aria-required=[required];
                },
            }
        }
    }
}

fn text_area(
    place: &str,
    value: Option<&Json>,
    rows: u64,
    placeholder: Option<&str>,
    described: Option<&str>,
    wrong: Option<&str>,
) -> Markup {
    html! {
        textarea id=(id("c", place)) name={ "text:" (place) } rows=(rows) placeholder=[placeholder]
            aria-describedby=[described] aria-invalid=[wrong] { "\n" (text_of(value)) }
    }
}

/// A control for code and for JSON.
fn code(
    place: &str,
    value: Option<&Json>,
    rows: u64,
    described: Option<&str>,
    wrong: Option<&str>,
) -> Markup {
    let text = match value {
        Some(value) if !value.is_string() && !value.is_null() => {
            serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
        }
        value => text_of(value),
    };
    let rows = u64::try_from(text.lines().count()).unwrap_or(rows).clamp(rows, 30);
    html! {
        textarea.code id=(id("c", place)) name={ "code:" (place) } rows=(rows) spellcheck="false" autocomplete="off"
            autocapitalize="off" aria-describedby=[described] aria-invalid=[wrong] { "\n" (text) }
    }
}

fn is_local_time(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    matches!(&*shape, "0000-00-00T00:00" | "0000-00-00T00:00:00")
}

fn colour(value: Option<&Json>) -> String {
    let text = text_of(value);
    let is_plain =
        text.len() == 7 && text.starts_with('#') && text.chars().skip(1).all(|c| c.is_ascii_hexdigit());
    if is_plain { text } else { "#000000".to_owned() }
}
