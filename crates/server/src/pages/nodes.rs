//! The list of nodes, with a search.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use heddle_node::NodeHeader;
use maud::{Markup, html};
use serde::Deserialize;

use super::{encoded, layout, page};
use crate::shared::Shared;

#[derive(Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    category: String,
}

/// The categories, in their order, with the words for them.
pub(crate) const CATEGORIES: [(&str, &str); 6] = [
    ("trigger", "Triggers"),
    ("input", "Read"),
    ("output", "Send"),
    ("transform", "Transform"),
    ("organization", "Organise"),
    ("schedule", "Schedule"),
];

/// What is known of a node type for a list of them.
pub(crate) struct Listed<'a> {
    pub(crate) header: &'a NodeHeader,
    pub(crate) category: &'static str,
}

/// The newest version of each node type that matches a search and is in a category, by name.
pub(crate) fn listed<'a>(shared: &'a Shared, search: &str, category: &str) -> Vec<Listed<'a>> {
    let registry = shared.host.registry();
    let mut newest: BTreeMap<&str, &NodeHeader> = BTreeMap::new();
    for node in registry.nodes() {
        newest.insert(node.header().type_name, node.header());
    }
    let words: Vec<String> = search.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let mut nodes: Vec<Listed<'_>> = newest
        .into_values()
        .filter(|header| {
            let text =
                format!("{} {} {}", header.display_name, header.type_name, header.description).to_lowercase();
            words.iter().all(|word| text.contains(word.as_str()))
        })
        .map(|header| Listed { header, category: category_of(header) })
        .filter(|node| category.is_empty() || node.category == category)
        .collect();
    nodes.sort_by_key(|node| node.header.display_name.to_lowercase());
    nodes
}

fn category_of(header: &NodeHeader) -> &'static str {
    let groups = header.groups();
    let known = CATEGORIES.iter().find(|(name, _)| groups.iter().any(|group| group == name));
    known.map_or("transform", |(name, _)| name)
}

/// The page.
pub(super) async fn list(State(shared): State<Arc<Shared>>, Query(search): Query<Search>) -> Response {
    let nodes = listed(&shared, &search.q, &search.category);
    let body = html! {
        main #main tabindex="-1" {
            div.titled {
                h1 { "Nodes" }
                form.search role="search" method="get" action=(shared.url("/")) data-search {
                    label.hidden for="q" { "Search nodes" }
                    input type="search" id="q" name="q" value=(search.q) placeholder="Search by name or what it does" autocomplete="off";
                    label.hidden for="category" { "Category" }
                    select id="category" name="category" {
                        option value="" { "All categories" }
                        @for (name, title) in CATEGORIES { option value=(name) selected[name == search.category] { (title) } }
                    }
                    button.unscripted type="submit" { "Search" }
                }
            }
            div #results {
                p.help role="status" { (count(nodes.len())) }
                @for (name, title) in CATEGORIES {
                    @let of_category: Vec<&Listed<'_>> = nodes.iter().filter(|node| node.category == name).collect();
                    @if !of_category.is_empty() {
                        section aria-labelledby={ "g-" (name) } {
                            h2 id={ "g-" (name) } { (title) }
                            ul.tiles { @for node in of_category { (tile(&shared, node)) } }
                        }
                    }
                }
            }
        }
    };
    page(StatusCode::OK, layout::page(&shared, "Nodes", "nodes.js", &body))
}

fn count(nodes: usize) -> String {
    match nodes {
        0 => "No node matches.".to_owned(),
        1 => "1 node".to_owned(),
        nodes => format!("{nodes} nodes"),
    }
}

fn tile(shared: &Shared, node: &Listed<'_>) -> Markup {
    let header = node.header;
    html! {
        li {
            a.tile href=(shared.url(&format!("/nodes/{}", encoded(header.type_name)))) {
                strong { (header.display_name) }
                span { (header.description) }
                code { (header.type_name) }
            }
        }
    }
}
