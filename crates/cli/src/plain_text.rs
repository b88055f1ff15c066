//! Texts of n8n that are HTML, as a terminal shows them.

use std::borrow::Cow;

/// Tags that n8n's descriptions have. Anything else between `<` and `>` is text.
const TAGS: [&str; 15] =
    ["p", "ol", "ul", "li", "br", "b", "i", "u", "strong", "em", "code", "pre", "a", "span", "div"];
/// Those that begin or end a paragraph.
const BLOCKS: [&str; 8] = ["p", "ol", "ul", "li", "br", "pre", "div", "hr"];

/// The text without its tags, in one paragraph: the points of a list are numbered.
pub(crate) fn plain_text(text: &str) -> Cow<'_, str> {
    if next_tag(text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut points = 0;
    let mut rest = text;
    while let Some((start, tag, end)) = next_tag(rest) {
        append(&mut plain, &rest[..start]);
        if BLOCKS.contains(&tag.name) && !plain.is_empty() && !plain.ends_with(' ') {
            plain.push(' ');
        }
        match (tag.name, tag.closes) {
            ("ol" | "ul", _) => points = 0,
            ("li", false) => {
                points += 1;
                plain.push_str(&format!("({points}) "));
            }
            _ => {}
        }
        rest = &rest[end..];
    }
    append(&mut plain, rest);
    let end = plain.trim_end().len();
    plain.truncate(end);
    Cow::Owned(plain)
}

struct Tag<'a> {
    name: &'a str,
    closes: bool,
}

/// The first tag of a text, with where it begins and ends.
fn next_tag(text: &str) -> Option<(usize, Tag<'_>, usize)> {
    text.match_indices('<').find_map(|(start, _)| {
        let inside = &text[start + 1..];
        let end = inside.find(['>', '<']).filter(|end| inside[*end..].starts_with('>'))?;
        let closes = inside.starts_with('/');
        let name = inside[..end].trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        let tag = TAGS.iter().find(|tag| tag.eq_ignore_ascii_case(name))?;
        Some((start, Tag { name: tag, closes }, start + 1 + end + 1))
    })
}

/// Adds text between tags: its entities read, its white space as a browser shows it.
fn append(plain: &mut String, text: &str) {
    let mut text = Cow::Borrowed(text);
    for (entity, character) in
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
    {
        if text.contains(entity) {
            text = Cow::Owned(text.replace(entity, character));
        }
    }
    for character in text.chars() {
        match character.is_whitespace() {
            true if plain.is_empty() || plain.ends_with(' ') => {}
            true => plain.push(' '),
            false => plain.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::plain_text;

    #[test]
    fn paragraphs_and_lists_become_one_line() {
        let html = "<p>Try either:</p> <ol> <li>Enabling <b>this</b></li> <li>Using &lt;that&gt;</li> </ol> or <a href=\"x\">more</a>";
        assert_eq!(plain_text(html), "Try either: (1) Enabling this (2) Using <that> or more");
    }

    #[test]
    fn what_is_no_tag_stays() {
        for text in
            ["a < b", "a <b> c d".replace("<b>", "<x>").as_str(), "use <YOUR KEY>", "1 <2> 3\n4", "<", "<p"]
        {
            assert_eq!(plain_text(text), text);
        }
    }
}
