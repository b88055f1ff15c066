//! How n8n's code printer changes template literals.

/// A piece of a template literal as n8n's code printer leaves it (`docs/expressions/language.md §15`).
pub(super) fn print_quasi(raw: &str, before_interpolation: bool) -> String {
    let mut lines = raw.split('\n');
    let mut printed = lines.next().unwrap_or_default().strip_suffix('\r').unwrap_or_default().to_owned();
    if !raw.contains('\n') || !raw.contains("\r\n") {
        printed = raw.split('\n').next().unwrap_or_default().to_owned();
    }
    for line in lines {
        let line = line.strip_suffix('\r').unwrap_or(line);
        printed.push('\n');
        let tabs = line.len() - line.trim_start_matches('\t').len();
        printed.extend(std::iter::repeat_n(' ', tabs * 4));
        printed.push_str(&line[tabs..]);
    }
    let breaks = raw.contains('\n') || raw.contains("\\n");
    let ends_in_word =
        raw.ends_with(|last: char| last.is_ascii_alphanumeric() || matches!(last, '_' | '$' | '\n'));
    if before_interpolation && breaks && ends_in_word {
        printed.push(' ');
    }
    printed
}
