//! The options that a date's pattern comes to, as `resolvedOptions` shows them.

use heddle_data::Json;

use super::date::DateFormat;
use super::skeleton::unite;

impl DateFormat {
    /// The fields of the format: option name and value.
    pub(super) fn resolved_fields(&self) -> Vec<(&'static str, Json)> {
        // V8 looks for letters in the whole pattern, be they fields or in quoted words.
        let pattern = unite(&self.pattern);
        let mut fields = Vec::new();
        for (name, letters) in RESOLVED {
            if name == "timeZoneName" {
                let digits = pattern.chars().skip_while(|letter| *letter != 'S');
                let digits = digits.take_while(|letter| *letter == 'S').count();
                if digits > 0 {
                    fields.push(("fractionalSecondDigits", Json::from(digits.min(3))));
                }
            }
            if let Some((_, value)) = letters.iter().find(|(letters, _)| pattern.contains(letters)) {
                fields.push((name, Json::from(*value)));
            }
        }
        fields
    }
}

/// Options with the letters that tell their values.
const RESOLVED: [(&str, &[(&str, &str)]); 10] = [
    (
        "weekday",
        &[
            ("EEEEE", "narrow"),
            ("EEEE", "long"),
            ("EEE", "short"),
            ("ccccc", "narrow"),
            ("cccc", "long"),
            ("ccc", "short"),
        ],
    ),
    ("era", &[("GGGGG", "narrow"), ("GGGG", "long"), ("GGG", "short")]),
    ("year", &[("yy", "2-digit"), ("y", "numeric")]),
    (
        "month",
        &[
            ("MMMMM", "narrow"),
            ("MMMM", "long"),
            ("MMM", "short"),
            ("MM", "2-digit"),
            ("M", "numeric"),
            ("LLLLL", "narrow"),
            ("LLLL", "long"),
            ("LLL", "short"),
            ("LL", "2-digit"),
            ("L", "numeric"),
        ],
    ),
    ("day", &[("dd", "2-digit"), ("d", "numeric")]),
    (
        "dayPeriod",
        &[
            ("BBBBB", "narrow"),
            ("bbbbb", "narrow"),
            ("BBBB", "long"),
            ("bbbb", "long"),
            ("B", "short"),
            ("b", "short"),
        ],
    ),
    (
        "hour",
        &[
            ("HH", "2-digit"),
            ("H", "numeric"),
            ("hh", "2-digit"),
            ("h", "numeric"),
            ("kk", "2-digit"),
            ("k", "numeric"),
            ("KK", "2-digit"),
            ("K", "numeric"),
        ],
    ),
    ("minute", &[("mm", "2-digit"), ("m", "numeric")]),
    ("second", &[("ss", "2-digit"), ("s", "numeric")]),
    (
        "timeZoneName",
        &[
            ("zzzz", "long"),
            ("z", "short"),
            ("OOOO", "longOffset"),
            ("O", "shortOffset"),
            ("vvvv", "longGeneric"),
            ("v", "shortGeneric"),
        ],
    ),
];
