//! Texts as pages show them: cut, and those of descriptions, which n8n's nodes write with markup: as plain text, since nobody's markup is trusted.

/// The text of a description without its tags, its entities as characters.
pub(crate) fn plain_text(text: &str) -> String {
    if !text.contains(['<', '&']) {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        rest = match from.find('>') {
            Some(end) if is_tag(from) => {
                if from.starts_with("<br") || from.starts_with("</p") {
                    plain.push(' ');
                }
                from.get(end + 1..).unwrap_or_default()
            }
            _ => match ENTITIES.iter().find(|(entity, _)| from.starts_with(entity)) {
                Some((entity, character)) => {
                    plain.push(*character);
                    from.get(entity.len()..).unwrap_or_default()
                }
                None => {
                    plain.extend(from.chars().next());
                    from.get(1..).unwrap_or_default()
                }
            },
        };
    }
    plain.push_str(rest);
    plain
}

/// A text without what comes behind so many characters.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A text that begins with a capital letter.
pub(crate) fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

const ENTITIES: [(&str, char); 6] =
    [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&#39;", '\''), ("&nbsp;", ' ')];

fn is_tag(text: &str) -> bool {
    let name = text.strip_prefix('<').map(|rest| rest.strip_prefix('/').unwrap_or(rest));
    name.and_then(|name| name.chars().next()).is_some_and(|first| first.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::plain_text;

    #[test]
    fn tags_go_and_entities_become_characters() {
        assert_eq!(
            plain_text("Choose, or use an <a href=\"https://x.test\">expression</a>"),
            "Choose, or use an expression"
        );
        assert_eq!(plain_text("a &lt;b&gt; &amp; c < d"), "a <b> & c < d");
        assert_eq!(plain_text("one<br/>two"), "one two");
        assert_eq!(plain_text("é<é & <"), "é<é & <");
    }
}
