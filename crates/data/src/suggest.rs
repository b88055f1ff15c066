//! The nearest names, for messages about a name that does not exist.

/// Names more different than this are no help.
const LEAST_LIKENESS: f64 = 0.7;
/// How many names a message shows.
const SHOWN: usize = 5;

/// The names nearest to `wrong`, or the first of all where none is near: `Did you mean …?`, or `{all} are …`.
pub fn suggest(all: &str, names: &[&str], wrong: &str) -> String {
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
        .map(|name| (strsim::jaro_winkler(&name.to_lowercase(), &wrong), *name))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(SHOWN).map(|(_, name)| name).collect()
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
    }
}
