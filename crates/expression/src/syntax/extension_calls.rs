//! Which templates are rewritten for extension methods (`docs/expressions/extensions.md §1.1`).

use crate::extensions;

/// Whether `name` is an extension method.
pub(crate) fn is_extension_name(name: &str) -> bool {
    extensions::NAMES.contains(&name)
}

/// Whether the text of a code chunk looks as if it called an extension method or `$if`.
pub(crate) fn seems_to_call_extension(code: &str) -> bool {
    let text = without_first_quote(code);
    calls_if(&text) || calls_method(&text)
}

/// The text without its first quoted piece: from the first quote character to the next of either kind.
fn without_first_quote(code: &str) -> String {
    let mut from = 0;
    while let Some(open) = code[from..].find(['"', '\'']).map(|at| from + at) {
        let rest = &code[open + 1..];
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        if let Some(close) = line.find(['"', '\'']) {
            return format!("{}{}", &code[..open], &rest[close + 1..]);
        }
        from = open + 1;
    }
    code.to_owned()
}

fn calls_if(text: &str) -> bool {
    text.match_indices("$if").any(|(at, name)| text[at + name.len()..].trim_start().starts_with('('))
}

fn calls_method(text: &str) -> bool {
    text.match_indices('.').any(|(at, _)| {
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        is_extension_name(&rest[..end]) && {
            let after = rest[end..].trim_start();
            after.strip_prefix("?.").map_or(after, str::trim_start).starts_with('(')
        }
    })
}
