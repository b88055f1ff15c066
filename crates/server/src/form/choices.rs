//! Fields with choices: those that the property lists, and those that are loaded from the account.

use std::sync::Arc;

use heddle_node::{Json, NodeProperty, OptionPage};
use maud::{Markup, html};

use super::model;
use super::parts::{described, expression_at, group, id, text_of, toggle_at};
use super::pointer::child;
use super::text::plain_text;
use super::view::FormView;
use crate::error::ApiResult;

/// How choices are loaded.
struct Loader<'a> {
    /// `options` or `listSearch`.
    kind: &'static str,
    method: &'a str,
    is_searchable: bool,
}

/// One of several choices.
pub(super) fn render_one(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    value: Option<&Json>,
) -> Markup {
    if let Some(method) = property.load_options_method() {
        let loader = Loader { kind: "options", method, is_searchable: true };
        return loaded(view, property, place, value, &loader);
    }
    let described = described(view, property, place);
    let choices = view.choices_at(property, place);
    let is_known = value.is_some_and(|value| choices.iter().any(|choice| choice.value == *value));
    html! {
        select id=(id("c", place)) name={ "json:" (place) } aria-describedby=[described]
            aria-invalid=[(!view.issues_within(place).is_empty()).then_some("true")] {
            @if let Some(value) = value.filter(|_| !is_known) {
                option value=(value.to_string()) selected {
                    @if value.is_null() || value.as_str() == Some("") { "Choose…" } @else { (text_of(Some(value))) " (not among the choices)" }
                }
            }
            @for choice in &choices {
                option value=(choice.value.to_string()) selected[Some(&choice.value) == value] title=[choice.description.as_deref().map(plain_text)] {
                    (plain_text(&choice.name))
                }
            }
        }
    }
}

/// The choices that the form itself offers, by name.
fn own_choices(view: &FormView<'_>, property: &NodeProperty, place: &str) -> Vec<(String, Json)> {
    let choices = view.choices_at(property, place).into_iter();
    choices.map(|choice| (plain_text(&choice.name), choice.value.clone())).collect()
}

/// A choice from the account: a box to search in, or without script a list that is loaded by a button.
fn loaded(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    value: Option<&Json>,
    loader: &Loader<'_>,
) -> Markup {
    let value = value.cloned().unwrap_or(Json::NULL);
    let own = own_choices(view, property, place);
    let label = own.iter().find(|(_, known)| *known == value).map(|(name, _)| name.clone());
    let shown = label.unwrap_or_else(|| text_of(Some(&value)));
    let described = described(view, property, place);
    let described = match described {
        Some(described) => format!("{described} {}", id("s", place)),
        None => id("s", place),
    };
    let combo = Combo {
        place,
        title: &plain_text(&property.display_name),
        value: &value,
        shown: &shown,
        described: &described,
        is_labelled: true,
        is_invalid: !view.issues_within(place).is_empty(),
        name: None,
        own: &own,
    };
    combo.render(view, loader)
}

/// A box to search in, with a list that opens below it.
struct Combo<'a> {
    place: &'a str,
    title: &'a str,
    value: &'a Json,
    /// What the box says.
    shown: &'a str,
    /// The elements that describe it.
    described: &'a str,
    /// Whether the page has a label for it.
    is_labelled: bool,
    is_invalid: bool,
    /// Where the name of what is chosen is kept, too, and the name.
    name: Option<(&'a str, &'a str)>,
    /// Choices that the form itself has.
    own: &'a [(String, Json)],
}

impl Combo<'_> {
    fn render(&self, view: &FormView<'_>, loader: &Loader<'_>) -> Markup {
        let Self { place, title, .. } = *self;
        html! {
            div.choice data-choice=(place) data-kind=(loader.kind) data-method=(loader.method) data-label=(title)
                data-searchable[loader.is_searchable] {
                div.combo.scripted {
                    input type="text" role="combobox" id=(id("c", place)) aria-autocomplete="list" aria-expanded="false"
                        aria-controls=(id("l", place)) aria-label=[(!self.is_labelled).then_some(title)]
                        aria-describedby=(self.described) autocomplete="off" spellcheck="false" value=(self.shown)
                        placeholder="Choose…" aria-invalid=[self.is_invalid.then_some("true")] data-keep;
                    button.icon type="button" data-reload aria-label={ "Reload the choices of " (title) } title="Reload" { span aria-hidden="true" { "↻" } }
                }
                input type="hidden" name={ "json:" (place) } value=(self.value.to_string()) data-value;
                @if let Some((place, name)) = self.name {
                    input type="hidden" name={ "text:" (place) } value=(name) data-name;
                }
                p.state id=(id("s", place)) data-status data-keep {}
                noscript { (plain_choice(view, place, self.value, self.own, title)) }
            }
        }
    }
}

/// The same without script.
fn plain_choice(
    view: &FormView<'_>,
    place: &str,
    value: &Json,
    own: &[(String, Json)],
    title: &str,
) -> Markup {
    let page = view.choices.get(place);
    let options = choices_of(page, own);
    let is_known = options.iter().any(|(_, known)| known == value);
    html! {
        div.adder {
            select name={ "json:" (place) } aria-label=(title) {
                @if !is_known {
                    option value=(value.to_string()) selected {
                        @if value.is_null() || value.as_str() == Some("") { "Choose…" }
                        @else { (text_of(Some(value))) @if matches!(page, Some(Ok(_))) { " (no longer offered)" } }
                    }
                }
                @for (name, known) in &options {
                    option value=(known.to_string()) selected[known == value] { (name) }
                }
            }
            button type="submit" name="action" value={ "load:" (place) } { "Load choices" }
        }
        @if page.is_some() { input type="hidden" name={ "loaded:" (place) } value="true"; }
        @if let Some(Err(error)) = page {
            p.problem { (error.message) @if let Some(help) = &error.help { " " (help) } }
        }
    }
}

fn choices_of(page: Option<&ApiResult<Arc<OptionPage>>>, own: &[(String, Json)]) -> Vec<(String, Json)> {
    let mut options = own.to_vec();
    if let Some(Ok(page)) = page {
        for option in &page.options {
            if options.iter().all(|(_, known)| *known != option.value) {
                options.push((option.name.clone(), option.value.clone()));
            }
        }
    }
    options
}

/// Any of several choices.
pub(super) fn render_many(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    value: Option<&Json>,
) -> Markup {
    let chosen = value.and_then(Json::as_array).unwrap_or_default();
    let own = own_choices(view, property, place);
    let mut options = choices_of(view.choices.get(place), &own);
    let is_loaded = property.load_options_method().is_some();
    for value in chosen {
        if options.iter().all(|(_, known)| known != value) {
            let mark = if is_loaded { "" } else { " (not among the choices)" };
            options.push((format!("{}{mark}", text_of(Some(value))), value.clone()));
        }
    }
    let title = plain_text(&property.display_name);
    let body = html! {
        div.head.tight { (super::parts::toggle(view, property, place)) }
        input type="hidden" name={ "list:" (place) } value="";
        div.checks {
            @for (index, (name, known)) in options.iter().enumerate() {
                @let here = format!("{place}/{index}");
                label { input type="checkbox" id=(id("c", &here)) name={ "many:" (place) } value=(known.to_string())
                    checked[chosen.contains(known)]; span { (name) } }
            }
        }
        @if let Some(method) = property.load_options_method() {
            div.choice data-choice=(place) data-kind="options" data-method=(method) data-label=(title) data-searchable
                data-chooses={ "choose:" (place) } {
                div.combo.scripted {
                    input type="text" role="combobox" id=(id("c", place)) aria-autocomplete="list" aria-expanded="false"
                        aria-controls=(id("l", place)) aria-label={ "Add to " (title) } aria-describedby=(id("s", place))
                        autocomplete="off" spellcheck="false" placeholder="Add…" data-keep;
                    button.icon type="button" data-reload aria-label={ "Reload the choices of " (title) } title="Reload" { span aria-hidden="true" { "↻" } }
                }
                input type="hidden" name={ "new:" (place) } value="" data-value;
                p.state id=(id("s", place)) data-status data-keep {}
                noscript {
                    button type="submit" name="action" value={ "load:" (place) } { "Load choices" }
                    @if view.choices.contains_key(place) { input type="hidden" name={ "loaded:" (place) } value="true"; }
                    @if let Some(Err(error)) = view.choices.get(place) { p.problem { (error.message) } }
                }
            }
        }
    };
    group(view, property, place, &body)
}

/// A thing of a service: found in a list, or named by an id or a URL.
pub(super) fn render_locator(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    value: Option<&Json>,
) -> Markup {
    let mode_name = value.and_then(|value| value.get("mode")).and_then(Json::as_str);
    let mode =
        property.modes.iter().find(|mode| Some(&*mode.name) == mode_name).or_else(|| property.modes.first());
    let inner = match value {
        Some(value) if value.is_object() => value.get("value"),
        value => value,
    };
    let here = child(place, "value");
    let is_expression = inner.and_then(Json::as_str).is_some_and(|text| text.starts_with('='));
    let title = plain_text(&property.display_name);
    let control = html! {
        input type="hidden" name={ "json:" (child(place, "__rl")) } value="true";
        div.locator {
            @if property.modes.is_empty() {
                input type="hidden" name={ "text:" (child(place, "mode")) } value=(mode_name.unwrap_or("id"));
            } @else {
                select name={ "text:" (child(place, "mode")) } id=(id("m", place)) aria-label={ "How to name " (title) } {
                    @for candidate in &property.modes {
                        option value=(candidate.name) selected[Some(&candidate.name) == mode.map(|mode| &mode.name)] { (plain_text(&candidate.display_name)) }
                    }
                }
            }
            div.grow {
                @if is_expression {
                    (expression_at(view, &here, inner, None, Some(&title)))
                } @else if let Some(mode) = mode.filter(|mode| mode.kind == "list") {
                    @let method = model::search_method(mode).unwrap_or_default();
                    @let searchable = model::is_searchable(mode);
                    (listed(view, property, place, &here, inner, value, &Loader { kind: "listSearch", method, is_searchable: searchable }))
                } @else {
                    input type="text" id=(id("c", &here)) name={ "text:" (here) } value=(text_of(inner)) aria-label=(title)
                        placeholder=[mode.and_then(|mode| mode.placeholder.as_deref())] autocomplete="off"
                        aria-invalid=[(!view.issues_within(place).is_empty()).then_some("true")];
                }
            }
            (toggle_at(view, &here, &title))
        }
        @if let Some(hint) = mode.and_then(|mode| mode.hint.as_deref()) { p.help { (plain_text(hint)) } }
        (super::parts::problems(&view.issues_at(&here), &here))
    };
    group(view, property, place, &control)
}

fn listed(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    here: &str,
    inner: Option<&Json>,
    whole: Option<&Json>,
    loader: &Loader<'_>,
) -> Markup {
    let cached = whole.and_then(|value| value.get("cachedResultName")).and_then(Json::as_str);
    let value = inner.cloned().unwrap_or_else(|| Json::from(""));
    let combo = Combo {
        place: here,
        title: &plain_text(&property.display_name),
        value: &value,
        shown: &cached.map_or_else(|| text_of(Some(&value)), str::to_owned),
        described: &id("s", here),
        is_labelled: false,
        is_invalid: false,
        name: Some((&child(place, "cachedResultName"), cached.unwrap_or_default())),
        own: &[],
    };
    combo.render(view, loader)
}

/// The name of a credential, or of its type.
pub(super) fn render_credential_choice(
    view: &FormView<'_>,
    place: &str,
    value: Option<&Json>,
    described: Option<&str>,
) -> Markup {
    let text = text_of(value);
    let mut types: Vec<&str> = view.credential_names.iter().map(|(type_name, _)| &**type_name).collect();
    types.dedup();
    html! {
        input type="text" id=(id("c", place)) name={ "text:" (place) } value=(text) aria-describedby=[described]
            autocomplete="off" spellcheck="false" list=(id("d", place));
        datalist id=(id("d", place)) { @for name in types { option value=(name) {} } }
    }
}
