//! Choices that a form loads.

use heddle_node::{OptionEntry, OptionsQuery};

/// What is looked for among choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Search<'a>(Option<&'a str>);

impl<'a> Search<'a> {
    /// The search of a query; blanks alone look for nothing.
    pub fn of(query: &OptionsQuery<'a>) -> Self {
        Self::new(query.search)
    }

    fn new(text: Option<&'a str>) -> Self {
        Self(text.map(str::trim).filter(|text| !text.is_empty()))
    }

    /// The text, where there is one: for services that search themselves.
    pub fn text(self) -> Option<&'a str> {
        self.0
    }

    /// Whether a choice is among those that are looked for, by its name or its description; upper and lower case are the
    /// same.
    pub fn finds(self, choice: &OptionEntry) -> bool {
        let Some(text) = self.0.map(str::to_lowercase) else { return true };
        choice.name.to_lowercase().contains(&text)
            || choice
                .description
                .as_ref()
                .is_some_and(|description| description.to_lowercase().contains(&text))
    }
}

/// Gives choices of the same name, which stand beside each other, what `line` makes of their value as a second line.
pub fn tell_apart(choices: &mut [OptionEntry], line: impl Fn(&str) -> String) {
    for index in 1..choices.len() {
        if choices[index - 1].name == choices[index].name {
            for choice in &mut choices[index - 1..=index] {
                choice.description = choice.value.as_str().map(&line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_found_by_name_and_description() {
        let mut choice = OptionEntry::new("Aviso São Paulo", "1");
        assert!(Search::new(Some(" são ")).finds(&choice) && Search::new(Some(" ")).finds(&choice));
        assert!(!Search::new(Some("rio")).finds(&choice));
        choice.description = Some("Rio".to_owned());
        assert!(Search::new(Some("RIO")).finds(&choice));
    }

    #[test]
    fn choices_of_one_name_are_told_apart() {
        let mut choices = ["a", "a", "b"].map(|name| OptionEntry::new(name, format!("key of {name}")));
        tell_apart(&mut choices, |key| format!("Key {key}"));
        let lines: Vec<_> = choices.iter().map(|choice| choice.description.as_deref()).collect();
        assert_eq!(lines, [Some("Key key of a"), Some("Key key of a"), None]);
    }
}
