//! The text of an element as people read it: blocks on lines of their own, headings in capitals, lists with their marks,
//! links with their addresses.

use scraper::node::Node;
use scraper::{ElementRef, Selector};

use super::lines::{Lines, WIDTH};

/// How deep elements may lie in each other; deeper ones count for nothing.
const MAX_DEPTH: usize = 256;

/// The text of what is in the element.
pub(super) fn of(element: ElementRef<'_>, skipped: &[Selector]) -> String {
    // Of a whole document the body counts.
    let is_body = |child: &ElementRef<'_>| child.value().name() == "body";
    let body = element.children().filter_map(ElementRef::wrap).find(is_body);
    let mut writer = Writer { lines: Lines::new(), skipped };
    writer.children(body.unwrap_or(element), 0);
    writer.lines.finish()
}

struct Writer<'a> {
    lines: Lines,
    skipped: &'a [Selector],
}

impl Writer<'_> {
    fn children(&mut self, element: ElementRef<'_>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for child in element.children() {
            match child.value() {
                Node::Text(text) => self.lines.add(text),
                _ => {
                    if let Some(child) = ElementRef::wrap(child) {
                        self.element(child, depth + 1);
                    }
                }
            }
        }
    }

    fn element(&mut self, element: ElementRef<'_>, depth: usize) {
        if self.skipped.iter().any(|selector| selector.matches(&element)) {
            return;
        }
        match element.value().name() {
            "script" | "style" => {}
            "br" => self.lines.break_line(),
            "wbr" => self.lines.may_break(),
            "article" | "aside" | "div" | "footer" | "form" | "header" | "main" | "nav" | "section" => {
                self.block(element, depth, 1, 1, false)
            }
            "p" | "table" => self.block(element, depth, 2, 2, false),
            "pre" => self.block(element, depth, 2, 2, true),
            name @ ("h1" | "h2" | "h3" | "h4" | "h5" | "h6") => {
                let before = if matches!(name, "h1" | "h2" | "h3") { 3 } else { 2 };
                self.lines.begin_capitals();
                self.block(element, depth, before, 2, false);
                self.lines.end_capitals();
            }
            "blockquote" => {
                self.lines.open(2, 2, false);
                self.children(element, depth);
                self.lines.close_quote();
            }
            "hr" => {
                self.lines.open(2, 0, false);
                self.lines.add(&"-".repeat(WIDTH));
                self.lines.close(2);
            }
            "img" => self.image(element),
            "a" => self.link(element, depth),
            "ul" | "ol" => self.list(element, depth),
            _ => self.children(element, depth),
        }
    }

    fn block(&mut self, element: ElementRef<'_>, depth: usize, before: usize, behind: usize, is_pre: bool) {
        self.lines.open(before, 0, is_pre);
        self.children(element, depth);
        self.lines.close(behind);
    }

    fn image(&mut self, element: ElementRef<'_>) {
        let attribute = |name| element.value().attr(name).filter(|text| !text.is_empty());
        let text = match (attribute("alt"), attribute("src")) {
            (Some(words), Some(address)) => format!("{words} [{address}]"),
            (None, Some(address)) => format!("[{address}]"),
            (words, None) => words.unwrap_or_default().to_owned(),
        };
        self.lines.add_as_it_is(&text);
    }

    fn link(&mut self, element: ElementRef<'_>, depth: usize) {
        let address = element.value().attr("href").unwrap_or_default();
        let address = address.strip_prefix("mailto:").unwrap_or(address);
        let before = self.lines.words();
        self.children(element, depth);
        if address.is_empty() || address.starts_with('#') {
            return;
        }
        let has_words = self.lines.words() > before;
        self.lines.add_as_it_is(&if has_words { format!(" [{address}]") } else { address.to_owned() });
    }

    fn list(&mut self, element: ElementRef<'_>, depth: usize) {
        let parent = element.parent().and_then(ElementRef::wrap);
        let is_nested = parent.is_some_and(|parent| parent.value().name() == "li");
        let is_ordered = element.value().name() == "ol";
        let start = element.value().attr("start").and_then(|start| start.trim().parse().ok());
        let mut number: i64 = start.unwrap_or(1);
        let kind = element.value().attr("type").unwrap_or("1");
        let mut rows = Vec::new();
        for child in element.children() {
            let mark = match child.value() {
                Node::Element(child) if child.name() == "li" && is_ordered => {
                    number += 1;
                    format!(" {}. ", numeral(number - 1, kind))
                }
                Node::Element(child) if child.name() == "li" => " * ".to_owned(),
                Node::Text(text) if text.trim().is_empty() => continue,
                _ => String::new(),
            };
            rows.push((child, if is_nested { mark.trim_start().to_owned() } else { mark }));
        }
        let Some(width) = rows.iter().map(|(_, mark)| mark.len()).max() else { return };
        let breaks = if is_nested { 1 } else { 2 };
        self.lines.open_list(breaks);
        for (child, mark) in rows {
            self.lines.open(1, width, false);
            match child.value() {
                Node::Text(text) => self.lines.add(text),
                _ => {
                    if let Some(child) = ElementRef::wrap(child) {
                        self.element(child, depth + 1);
                    }
                }
            }
            self.lines.close_list_item(&mark, width);
        }
        self.lines.close_list(breaks);
    }
}

/// The number of a list item: `1`, `a`, `A`, `i` or `I` say how it is written.
fn numeral(number: i64, kind: &str) -> String {
    match kind {
        "a" => letters(number, b'a'),
        "A" => letters(number, b'A'),
        "i" => roman(number).to_lowercase(),
        "I" => roman(number),
        _ => number.to_string(),
    }
}

fn letters(mut number: i64, first: u8) -> String {
    let mut letters = Vec::new();
    while number > 0 {
        number -= 1;
        letters.push(char::from(first + u8::try_from(number % 26).unwrap_or(0)));
        number /= 26;
    }
    letters.iter().rev().collect()
}

fn roman(mut number: i64) -> String {
    const NUMERALS: [(i64, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if !(1..4000).contains(&number) {
        return number.to_string();
    }
    let mut text = String::new();
    for (value, letters) in NUMERALS {
        while number >= value {
            text.push_str(letters);
            number -= value;
        }
    }
    text
}
