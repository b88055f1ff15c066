//! What a call says of its sends: who is left out, and when and how many may leave.

use heddle_runner::{SendingHours, SendingRules};

use crate::arguments::SendingArguments;
use crate::failure::Failure;

/// Reads the options and the files that they name.
pub(crate) fn read(arguments: &SendingArguments) -> Result<SendingRules, Failure> {
    let mut rules = SendingRules { at_most: arguments.at_most, ..SendingRules::default() };
    for path in &arguments.exclude {
        rules
            .exclude
            .add_file(path)
            .map_err(|error| Failure::usage(format!("--exclude: cannot read {error}")))?;
    }
    rules.hours = match (&arguments.between, &arguments.days) {
        (None, None) => None,
        (hours, days) => {
            let whole: SendingHours = "00:00-24:00".parse().map_err(Failure::usage)?;
            let hours = hours.clone().unwrap_or(whole);
            Some(match days {
                Some(days) => {
                    hours.on_days(days).map_err(|error| Failure::usage(format!("--days: {error}")))?
                }
                None => hours,
            })
        }
    };
    Ok(rules)
}
