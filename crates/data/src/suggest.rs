//! The nearest names, for messages about a name that does not exist.

/// Names more different than this are no help.
const LEAST_LIKENESS: f64 = 0.7;
/// How many names a message shows.
const SHOWN: usize = 5;

/// The names nearest to `wrong`, or the first of all where none is near: `Did you mean …?`, or `{all} are …`.
pub fn suggest(all: &str, names: &[&str], wrong: &str) -> String {
    if let Some(alike) = names.iter().find(|name| **name != wrong && visible(name) == visible(wrong)) {
        return format!(
            "Did you mean \"{alike}\"? The two look alike: they differ by blanks, or by characters that do not show."
        );
    }
    let near = nearest(names, wrong);
    if !near.is_empty() {
        return format!("Did you mean {}?", quote(&near));
    }
    list(all, names)
}

/// The first of all names.
pub fn list(all: &str, names: &[&str]) -> String {
    if names.is_empty() {
        return format!("{all}: none.");
    }
    let more = if names.len() > SHOWN { format!(" and {} more", names.len() - SHOWN) } else { String::new() };
    format!("{all}: {}{more}.", quote(&names[..names.len().min(SHOWN)]))
}

fn nearest<'a>(names: &[&'a str], wrong: &str) -> Vec<&'a str> {
    let wrong = wrong.to_lowercase();
    let mut scored: Vec<(f64, &str)> = names
        .iter()
        .map(|name| (name.to_lowercase(), *name))
        .filter(|(lower, _)| is_near(lower, &wrong))
        .map(|(lower, name)| (strsim::jaro_winkler(&lower, &wrong), name))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(SHOWN).map(|(_, name)| name).collect()
}

/// Whether one of two names was probably meant by the other: they are alike, and not in some letters alone that any two short
/// words share.
fn is_near(name: &str, wrong: &str) -> bool {
    let shorter = name.chars().count().min(wrong.chars().count());
    let begins = shorter >= 3 && (name.starts_with(wrong) || wrong.starts_with(name));
    begins
        || (strsim::jaro_winkler(name, wrong) >= LEAST_LIKENESS
            && strsim::osa_distance(name, wrong) <= (shorter / 2).max(1))
}

/// A text without what does not show: blanks, and characters without a width.
fn visible(text: &str) -> String {
    let shows = |character: &char| {
        !character.is_whitespace()
            && !character.is_control()
            && !matches!(
                character,
                '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            )
    };
    text.chars().filter(shows).collect()
}

/// The names in quotation marks, with commas.
pub fn quote(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_come_first_and_all_names_else() {
        let names = ["Send Chatbot", "Set fields", "If"];
        assert_eq!(suggest("Nodes", &names, "send chatbt"), "Did you mean \"Send Chatbot\"?");
        assert_eq!(suggest("Nodes", &names, "zzz"), "Nodes: \"Send Chatbot\", \"Set fields\", \"If\".");
        assert_eq!(suggest("Nodes", &[], "zzz"), "Nodes: none.");
        assert_eq!(suggest("Nodes", &["one2"], "nope"), "Nodes: \"one2\".", "two letters are no likeness");
        assert_eq!(suggest("Nodes", &["child"], "chld"), "Did you mean \"child\"?");
    }

    #[test]
    fn a_name_that_only_looks_the_same_is_told_so() {
        for wrong in ["Set\u{a0}fields", "Set fields\u{200b}", "Set  fields", " Set fields"] {
            assert!(suggest("Nodes", &["If", "Set fields"], wrong).contains("look alike"), "{wrong:?}");
        }
    }
}
