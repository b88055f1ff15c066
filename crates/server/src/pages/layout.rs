//! What all pages have around them.

use maud::{DOCTYPE, Markup, html};

use crate::assets;
use crate::shared::Shared;

/// A page with its heading; `script` is the module that it begins with.
pub(super) fn page(shared: &Shared, title: &str, script: &str, body: &Markup) -> Markup {
    document(&shared.settings.base_path, title, Some(script), body)
}

/// A page that belongs to no server in particular: it has no script.
pub(super) fn bare(title: &str, body: &Markup) -> Markup {
    document("", title, None, body)
}

fn document(base: &str, title: &str, script: Option<&str>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – Heddle" }
                link rel="stylesheet" href={ (base) "/assets/style.css?" (assets::VERSION) };
                link rel="icon" href={ (base) "/assets/icon.svg?" (assets::VERSION) } type="image/svg+xml";
                @if let Some(script) = script {
                    // What it imports comes at the same time.
                    @if script == "form.js" { @for name in ["morph.js", "choice.js", "complete.js", "run.js"] {
                        link rel="modulepreload" href={ (base) "/assets/" (name) };
                    } }
                    script type="module" src={ (base) "/assets/" (script) "?" (assets::VERSION) } {}
                }
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header.top {
                    a.brand href={ (base) "/" } { svg viewBox="0 0 16 16" aria-hidden="true" { path d="M2 2v12M6 2v12M10 2v12M14 2v12M1 8h14" {} } "Heddle" }
                    nav aria-label="Pages" { a href={ (base) "/" } { "Nodes" } }
                }
                (body)
            }
        }
    }
}
