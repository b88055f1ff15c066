//! How deep the elements of a page lie in each other, before a parser sees it: the time that parsers take grows with the
//! square of it, and what goes through their trees goes deeper with each level.

use heddle_node::NodeError;

/// Deeper than any page that a person wrote.
pub(crate) const MOST_LEVELS: usize = 2_000;
/// The same for what goes through the tree by calling itself, level by level.
pub(crate) const MOST_LEVELS_OF_CALLS: usize = 256;

/// Elements that have no end, or whose end is mostly left out.
const WITHOUT_END: [&str; 32] = [
    "area", "base", "body", "br", "col", "colgroup", "dd", "dt", "embed", "head", "hr", "html", "img",
    "input", "li", "link", "meta", "optgroup", "option", "p", "param", "rp", "rt", "source", "tbody", "td",
    "tfoot", "th", "thead", "tr", "track", "wbr",
];

/// Lets a page go on whose elements lie at most so many levels deep in each other.
///
/// # Errors
/// When they do.
pub(crate) fn check(page: &str, most: usize) -> Result<(), NodeError> {
    let mut levels = 0_usize;
    let bytes = page.as_bytes();
    for place in memchr::memchr_iter(b'<', bytes) {
        let rest = &bytes[place + 1..];
        let (closes, name) = match rest.strip_prefix(b"/") {
            Some(name) => (true, name),
            None => (false, rest),
        };
        let length = name.iter().take(12).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if length == 0 || !name[0].is_ascii_alphabetic() {
            continue;
        }
        let name = name[..length].to_ascii_lowercase();
        if WITHOUT_END.iter().any(|known| known.as_bytes() == name) {
            continue;
        }
        levels = if closes { levels.saturating_sub(1) } else { levels + 1 };
        if levels > most {
            return Err(NodeError::operation(format!(
                "The elements of the HTML lie more than {most} levels deep in each other"
            ))
            .with_description("No page of a person does: look where it comes from, or close its elements."));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_too_deep_is_refused() {
        assert!(WITHOUT_END.is_sorted());
        for (page, is_fine) in [
            ("<div>".repeat(MOST_LEVELS), true),
            ("<div>".repeat(MOST_LEVELS + 1), false),
            ("<DIV class='x'><b>".repeat(MOST_LEVELS), false),
            ("<div></div>".repeat(MOST_LEVELS * 3), true),
            ("<li>x<p>y<br><td>".repeat(MOST_LEVELS * 3), true),
            ("a < b < 1 <- ".repeat(MOST_LEVELS * 3), true),
            ("</div>".repeat(MOST_LEVELS * 3), true),
        ] {
            assert_eq!(check(&page, MOST_LEVELS).is_ok(), is_fine, "{}", &page[..12]);
        }
    }
}
