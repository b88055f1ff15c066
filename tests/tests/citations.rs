//! What comments and pages refer to exists: pages, their sections, and the paths that pages name.
//!
//! A citation is the path of a page, alone or with sections: `docs/engine.md §4-§10, §12`. A section without a page belongs to
//! the page that it is written in, and in the sandbox to `docs/wts-api.md`. Sections are the numbers of headings.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use heddle_tests::{files_below, root};

/// A page, or a section of it, that a text refers to.
#[derive(Debug, PartialEq, Eq)]
struct Citation {
    /// Counted from 1.
    line: usize,
    /// The page as it is written; `None` for a section without a page.
    page: Option<String>,
    /// Its number, such as `9.3`; `None` for a page as a whole.
    section: Option<String>,
}

/// All citations of a text, in its order.
fn citations(text: &str) -> Vec<Citation> {
    let mut marks: Vec<(usize, &str)> = text.match_indices(".md").chain(text.match_indices('§')).collect();
    marks.sort_unstable();
    let mut found = Vec::new();
    // Where the last section ended, and the page that it belongs to: a list of sections goes on with the same page.
    let mut last: Option<(usize, Option<String>)> = None;
    for (at, mark) in marks {
        let line = 1 + text[..at].matches('\n').count();
        let after = at + mark.len();
        if mark == ".md" {
            let page = path_before(&text[..after]);
            let is_path = page.contains('/') && !page.starts_with('/');
            if is_path && !text[after..].starts_with(|next: char| next.is_alphanumeric()) {
                found.push(Citation { line, page: Some(page), section: None });
            }
            continue;
        }
        let numbers = section_numbers(&text[after..]);
        let Some(length) = numbers.last().map(|(_, end)| *end) else { continue };
        let before = text[..at].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '`' | ')'));
        let page = if before.ends_with(".md") {
            Some(path_before(before))
        } else if is_rfc(before) {
            continue;
        } else {
            last.filter(|(end, _)| is_between_sections(&text[*end..at])).and_then(|(_, page)| page)
        };
        for (number, _) in numbers {
            found.push(Citation { line, page: page.clone(), section: Some(number) });
        }
        last = Some((after + length, page));
    }
    found
}

/// The longest path that a text ends with.
fn path_before(text: &str) -> String {
    let is_of_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    text.rsplit(|c: char| !is_of_path(c)).next().unwrap_or_default().to_owned()
}

/// The number that a text begins with, or both ends of a range such as `1–6`, each with the place where it ends.
fn section_numbers(text: &str) -> Vec<(String, usize)> {
    let number_at = |start: usize| {
        let rest = &text[start..];
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let number = rest[..end].trim_end_matches('.');
        number.starts_with(|c: char| c.is_ascii_digit()).then(|| (number.to_owned(), start + number.len()))
    };
    let Some(first) = number_at(0) else { return Vec::new() };
    let dash = text[first.1..].chars().next().filter(|c| matches!(c, '-' | '–'));
    let second = dash.and_then(|dash| number_at(first.1 + dash.len_utf8()));
    [Some(first), second].into_iter().flatten().collect()
}

/// Whether a text only joins two sections of one page: `, `, `-`, ` and `.
fn is_between_sections(text: &str) -> bool {
    let is_joint = |c: char| c.is_whitespace() || matches!(c, ',' | '-' | '–');
    text.split(is_joint).all(|word| matches!(word, "" | "and" | "or" | "to"))
}

/// Whether a section after this text is one of an RFC.
fn is_rfc(before: &str) -> bool {
    let without_number = before.trim_end_matches(|c: char| c.is_ascii_digit());
    without_number.len() < before.len() && without_number.trim_end().ends_with("RFC")
}

/// The comments of a source file, each in its line.
fn comments(source: &str) -> String {
    let comment = |line: &str| {
        let start = line.find("//").unwrap_or(line.len());
        line[start..].trim_start_matches(['/', '!']).to_owned()
    };
    source.lines().map(comment).collect::<Vec<_>>().join("\n")
}

/// The numbers of a page's headings.
fn sections(page: &str) -> BTreeSet<String> {
    let mut is_code = false;
    let mut numbers = BTreeSet::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code && line.starts_with('#') {
            let number = line.trim_start_matches('#').split_whitespace().next().unwrap_or_default();
            numbers.insert(number.trim_end_matches('.').to_owned());
        }
    }
    numbers
}

/// The files that may cite something, with the text in which they do.
fn texts() -> Vec<(PathBuf, String)> {
    let mut files: Vec<PathBuf> = ["crates", "docs", "nodes", "schemas", "tests"]
        .iter()
        .flat_map(|folder| files_below(&root().join(folder)))
        .chain(["COMPATIBILITY.md", "Cargo.toml", "README.md"].map(|name| root().join(name)))
        .collect();
    files.sort();
    let text_of = |file: PathBuf| {
        let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let is_schema = || relative(&file).starts_with("schemas");
        let read = || std::fs::read_to_string(&file).expect("the file is text");
        let text = match extension {
            "rs" | "js" => comments(&read()),
            "md" | "toml" => read(),
            "json" if is_schema() => read(),
            _ => return None,
        };
        Some((file, text))
    };
    files.into_iter().filter_map(text_of).collect()
}

fn relative(file: &Path) -> &Path {
    file.strip_prefix(root()).expect("the file lies in the repository")
}

/// The page that a citation in `file` means.
fn page_of(file: &Path, citation: &Citation) -> Option<PathBuf> {
    let Some(page) = &citation.page else {
        let place = relative(file);
        return if place.starts_with("docs") {
            Some(file.to_owned())
        } else {
            place.starts_with("crates/wts-sandbox").then(|| root().join("docs/wts-api.md"))
        };
    };
    // Paths are written from the page's folder, from the crate's, or from the repository's root.
    let folders = file.ancestors().skip(1).take_while(|folder| folder.starts_with(root()));
    let found = folders.map(|folder| folder.join(page)).find(|page| page.exists());
    Some(found.unwrap_or_else(|| root().join(page)))
}

#[test]
fn cited_pages_and_sections_exist() {
    let mut pages: HashMap<PathBuf, Option<BTreeSet<String>>> = HashMap::new();
    let mut faults = Vec::new();
    let mut count = 0;
    for (file, text) in texts() {
        for citation in citations(&text) {
            count += 1;
            let place = format!("{}:{}", relative(&file).display(), citation.line);
            let Some(page) = page_of(&file, &citation) else {
                let section = citation.section.unwrap_or_default();
                faults.push(format!("{place}: section {section} of which page?"));
                continue;
            };
            let known = pages
                .entry(page.clone())
                .or_insert_with(|| std::fs::read_to_string(&page).ok().map(|page| sections(&page)));
            match (known, citation.section) {
                (None, _) => faults.push(format!("{place}: there is no page {}", page.display())),
                (Some(known), Some(section)) if !known.contains(&section) => {
                    faults.push(format!("{place}: {} has no section {section}", page.display()));
                }
                _ => {}
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 100, "only {count} citations were found");
}

#[test]
fn paths_and_links_of_pages_exist() {
    const FOLDERS: [&str; 5] = ["crates/", "docs/", "nodes/", "schemas/", "tests/"];
    let mut faults = Vec::new();
    let mut count = 0;
    for (file, text) in texts() {
        let place = relative(&file);
        let is_page = place.extension().is_some_and(|extension| extension == "md");
        if !is_page || !(place.starts_with("docs") || place.components().count() == 1) {
            continue;
        }
        let mut check = |target: PathBuf, written: &str| {
            count += 1;
            if !target.exists() {
                faults.push(format!("{}: there is no {written}", place.display()));
            }
        };
        for code in text.split('`').filter(|code| FOLDERS.iter().any(|folder| code.starts_with(folder))) {
            let path = code.split_whitespace().next().unwrap_or_default();
            check(root().join(path), path);
        }
        for link in text.split("](").skip(1) {
            let target = link.split([')', '#']).next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") {
                check(file.parent().expect("a file lies in a folder").join(target), target);
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 30, "only {count} paths were found");
}

#[test]
fn citations_are_found_in_all_their_forms() {
    let found = |text: &str| {
        let one = |citation: Citation| {
            let page = citation.page.as_deref().unwrap_or("-").to_owned();
            format!("{} {page} {}", citation.line, citation.section.as_deref().unwrap_or("*"))
        };
        citations(text).into_iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(found("(`docs/a.md`, list of types)"), ["1 docs/a.md *"]);
    assert_eq!(found("(`docs/a.md §9.3`)."), ["1 docs/a.md *", "1 docs/a.md 9.3"]);
    assert_eq!(
        found("docs/a.md §4-§10, §12 and §13.2."),
        ["1 docs/a.md *", "1 docs/a.md 4", "1 docs/a.md 10", "1 docs/a.md 12", "1 docs/a.md 13.2"]
    );
    assert_eq!(found("docs/a.md §1–6"), ["1 docs/a.md *", "1 docs/a.md 1", "1 docs/a.md 6"]);
    assert_eq!(found("see\n[b.md](b.md) §2, or §3"), ["2 b.md 2", "2 b.md 3"]);
    assert_eq!(found("see [b.md](b.md) §2. In §3"), ["1 b.md 2", "1 - 3"]);
    // Written so that this file's own scan does not take it for comments.
    let source = "x(); \u{2f}\u{2f} docs/a.md\n    \u{2f}\u{2f}/ §7 step 2";
    assert_eq!(found(&comments(source)), ["1 docs/a.md *", "2 docs/a.md 7"]);
    assert_eq!(found("(RFC 9110 §15.4.4), cited as §n, README.md"), [""; 0]);
    assert_eq!(
        sections("# 1. One\n```\n# 2 none\n```\n### 1.2 Two\n").into_iter().collect::<Vec<_>>(),
        ["1", "1.2"]
    );
}
