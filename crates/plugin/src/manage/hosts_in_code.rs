//! The hosts that a package's own code names.

use std::collections::BTreeSet;
use std::path::Path;

use crate::package::for_own_code;

/// What stands before a link that is there to be read, not to be called.
const FOR_READERS: [&str; 14] = [
    "documentationUrl",
    "description",
    "placeholder",
    "hint",
    "displayName",
    "notice",
    "href",
    "primaryDocumentation",
    "credentialDocumentation",
    "homepage",
    "sourceMappingURL",
    "author",
    "subtitle",
    "action:",
];

/// Hosts in URLs of the code below a folder, without what it depends on. Links to documentation do not count.
pub(crate) fn collect(folder: &Path) -> BTreeSet<String> {
    let mut hosts = BTreeSet::new();
    for_own_code(folder, &["js", "cjs", "mjs"], &mut |text| {
        text.lines().for_each(|line| add(line, &mut hosts));
    });
    hosts
}

fn add(line: &str, hosts: &mut BTreeSet<String>) {
    let plain = line.trim_start();
    if plain.starts_with("//") || plain.starts_with('*') || plain.starts_with("/*") {
        return;
    }
    for (at, _) in line.match_indices("https://").chain(line.match_indices("http://")) {
        let before = &line[..at];
        // What was said last before the link decides.
        let begin = before.len().saturating_sub(200);
        let begin = (begin..before.len()).find(|at| before.is_char_boundary(*at)).unwrap_or(before.len());
        let before = &before[begin..];
        let key = before.rfind([',', '{', ';']).map_or(before, |at| &before[at..]);
        if FOR_READERS.iter().any(|word| key.contains(word)) {
            continue;
        }
        let rest = line[at..].split_once("://").map_or("", |(_, rest)| rest);
        hosts.extend(host_at(rest));
    }
}

/// The host that begins a text. Where a value stands in its name, all hosts below what follows it: `*.example.com`.
fn host_at(text: &str) -> Option<String> {
    let mut host = String::new();
    let mut after_value = None;
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        if let Some(inner) = ["${", "{{"].iter().find_map(|begin| rest.strip_prefix(begin)) {
            rest = after_braces(inner)?;
            rest = rest.strip_prefix('}').unwrap_or(rest);
            after_value = Some(host.len());
        } else if char.is_ascii_alphanumeric() || matches!(char, '.' | '-') {
            host.push(char.to_ascii_lowercase());
            rest = &rest[1..];
        } else {
            break;
        }
    }
    // What is put in directly behind a name is a path.
    if let Some(at) = after_value.filter(|at| *at < host.len()) {
        let domain = host[at..].strip_prefix('.').filter(|own| is_name(own))?;
        return Some(format!("*.{domain}"));
    }
    let is_own = is_name(&host)
        && !host.starts_with("example.")
        && !host.contains(".example.")
        && !host.ends_with("w3.org");
    is_own.then_some(host)
}

fn is_name(host: &str) -> bool {
    host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
}

/// What follows the brace that closes one that is open.
fn after_braces(text: &str) -> Option<&str> {
    let mut open = 1;
    for (at, char) in text.char_indices() {
        match char {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(&text[at + 1..]);
        }
    }
    None
}
