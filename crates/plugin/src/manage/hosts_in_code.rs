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
        let host: String = rest
            .chars()
            .take_while(|char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-'))
            .collect();
        let is_whole = host.contains('.')
            && !host.ends_with('.')
            && !rest[host.len()..].starts_with("${")
            && !host.starts_with("example.")
            && !host.contains(".example.")
            && !host.ends_with("w3.org");
        if is_whole {
            hosts.insert(host.to_lowercase());
        }
    }
}
