//! Phone numbers as keys: two ways of writing one number are one key. What is sent is never rewritten.

/// Country codes by ISO 3166 letters (ITU E.164).
const COUNTRIES: [(&str, &str); 107] = [
    ("AE", "971"),
    ("AL", "355"),
    ("AO", "244"),
    ("AR", "54"),
    ("AT", "43"),
    ("AU", "61"),
    ("BA", "387"),
    ("BD", "880"),
    ("BE", "32"),
    ("BG", "359"),
    ("BH", "973"),
    ("BO", "591"),
    ("BR", "55"),
    ("BY", "375"),
    ("CA", "1"),
    ("CD", "243"),
    ("CH", "41"),
    ("CI", "225"),
    ("CL", "56"),
    ("CM", "237"),
    ("CN", "86"),
    ("CO", "57"),
    ("CR", "506"),
    ("CU", "53"),
    ("CV", "238"),
    ("CY", "357"),
    ("CZ", "420"),
    ("DE", "49"),
    ("DK", "45"),
    ("DO", "1"),
    ("DZ", "213"),
    ("EC", "593"),
    ("EE", "372"),
    ("EG", "20"),
    ("ES", "34"),
    ("ET", "251"),
    ("FI", "358"),
    ("FR", "33"),
    ("GB", "44"),
    ("GE", "995"),
    ("GH", "233"),
    ("GR", "30"),
    ("GT", "502"),
    ("HK", "852"),
    ("HN", "504"),
    ("HR", "385"),
    ("HU", "36"),
    ("ID", "62"),
    ("IE", "353"),
    ("IL", "972"),
    ("IN", "91"),
    ("IQ", "964"),
    ("IR", "98"),
    ("IS", "354"),
    ("IT", "39"),
    ("JM", "1"),
    ("JO", "962"),
    ("JP", "81"),
    ("KE", "254"),
    ("KR", "82"),
    ("KW", "965"),
    ("KZ", "7"),
    ("LB", "961"),
    ("LT", "370"),
    ("LU", "352"),
    ("LV", "371"),
    ("LY", "218"),
    ("MA", "212"),
    ("MD", "373"),
    ("MK", "389"),
    ("MT", "356"),
    ("MX", "52"),
    ("MY", "60"),
    ("MZ", "258"),
    ("NG", "234"),
    ("NI", "505"),
    ("NL", "31"),
    ("NO", "47"),
    ("NZ", "64"),
    ("OM", "968"),
    ("PA", "507"),
    ("PE", "51"),
    ("PH", "63"),
    ("PK", "92"),
    ("PL", "48"),
    ("PR", "1"),
    ("PT", "351"),
    ("PY", "595"),
    ("QA", "974"),
    ("RO", "40"),
    ("RS", "381"),
    ("RU", "7"),
    ("SA", "966"),
    ("SE", "46"),
    ("SG", "65"),
    ("SI", "386"),
    ("SK", "421"),
    ("SV", "503"),
    ("TH", "66"),
    ("TN", "216"),
    ("TR", "90"),
    ("TW", "886"),
    ("UA", "380"),
    ("US", "1"),
    ("UY", "598"),
    ("VE", "58"),
    ("ZA", "27"),
];
/// Countries whose numbers keep the zero at their beginning.
const KEEP_ZERO: [&str; 2] = ["IT", "CI"];
/// Brazil's country code.
const BRAZIL: &str = "55";
/// The shortest and the longest number with its country code, in digits (E.164 says 15 at most).
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=15;

/// A country, for numbers that are written without its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Country {
    letters: &'static str,
    code: &'static str,
}

impl Country {
    /// The country of two letters, such as `BR`.
    pub(crate) fn named(letters: &str) -> Option<Self> {
        let letters = letters.to_ascii_uppercase();
        let found = COUNTRIES.iter().find(|(known, _)| *known == letters)?;
        Some(Self { letters: found.0, code: found.1 })
    }

    /// A number that is written as its people do, with the code of the country.
    fn complete(self, digits: &str) -> String {
        // 55 is the area of Santa Maria, too: a Brazilian number is one with the country code from 12 digits on.
        let shortest = if self.code == BRAZIL { 12 } else { self.code.len() + 8 };
        if digits.starts_with(self.code) && digits.len() >= shortest {
            return digits.to_owned();
        }
        let trunk = match self.letters {
            "RU" | "KZ" if digits.len() == 11 => "8",
            "HU" => "06",
            letters if KEEP_ZERO.contains(&letters) => "",
            _ => "0",
        };
        let national = digits.strip_prefix(trunk).unwrap_or(digits);
        let was_dialled = national.len() < digits.len();
        // A Brazilian who dials to another area names the carrier between the zero and the area.
        let national = match national.len() {
            12 | 13 if self.code == BRAZIL && was_dialled => &national[2..],
            _ => national,
        };
        format!("{}{national}", self.code)
    }
}

/// Whether a text may be a phone number: digits and what is written between them.
pub(crate) fn is_phone(text: &str) -> bool {
    let text = text.trim();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let has_others = text.chars().any(|letter| {
        !(letter.is_ascii_digit() || letter.is_whitespace() || "+-–().|/\u{a0}\u{202f}".contains(letter))
    });
    digits >= 5 && !has_others
}

/// The number as digits with its country code, Brazil's mobile numbers with their ninth digit; `None` where it is none.
pub(crate) fn phone_key(text: &str, country: Option<Country>) -> Option<String> {
    if !is_phone(text) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let international = match digits.strip_prefix("00") {
        Some(rest) => Some(rest.to_owned()),
        None => text.trim().starts_with('+').then(|| digits.clone()),
    };
    let number = match (international, country) {
        (Some(number), _) => number,
        (None, Some(country)) => country.complete(&digits),
        (None, None) => digits,
    };
    let number = with_ninth_digit(number);
    LENGTHS.contains(&number.len()).then_some(number)
}

/// Brazil's mobile numbers got a ninth digit, a 9 before the eight that they had, which began with 6 to 9. Landlines begin
/// with 2 to 5 and stay as they are.
fn with_ninth_digit(number: String) -> String {
    let Some(national) = number.strip_prefix(BRAZIL).filter(|national| national.len() == 10) else {
        return number;
    };
    let (area, subscriber) = national.split_at(2);
    let is_mobile = matches!(subscriber.as_bytes().first(), Some(b'6'..=b'9')) && !area.contains('0');
    if is_mobile { format!("{BRAZIL}{area}9{subscriber}") } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str, country: &str) -> Option<String> {
        phone_key(text, Country::named(country))
    }

    #[test]
    fn ways_of_writing_a_number_are_one_key() {
        let forms =
            ["+55 (11) 98765-4321", "5511987654321", "551187654321", "+55|11987654321", "0055 11 8765 4321"];
        for form in forms {
            assert_eq!(key(form, "").as_deref(), Some("5511987654321"), "{form}");
        }
        for form in
            ["11 98765-4321", "(11) 8765-4321", "011 98765-4321", "0 15 11 98765 4321", "5511987654321"]
        {
            assert_eq!(key(form, "BR").as_deref(), Some("5511987654321"), "{form}");
        }
    }

    #[test]
    fn landlines_and_other_countries_stay_as_they_are() {
        assert_eq!(key("+55 11 3456-7890", "").as_deref(), Some("551134567890"));
        assert_eq!(key("(11) 3456-7890", "BR").as_deref(), Some("551134567890"));
        assert_eq!(key("0171 1234567", "DE").as_deref(), Some("491711234567"));
        assert_eq!(key("+49 171 1234567", "BR").as_deref(), Some("491711234567"));
        assert_eq!(key("8 912 345-67-89", "RU").as_deref(), Some("79123456789"));
        assert_eq!(key("06 1234 5678", "IT").as_deref(), Some("390612345678"));
        assert_eq!(key("(212) 555-0123", "US").as_deref(), Some("12125550123"));
        assert_eq!(key("55 99999-1234", "BR").as_deref(), Some("5555999991234"), "the area 55");
    }

    #[test]
    fn what_is_no_number_has_no_key() {
        for text in ["", "@someone", "12", "+", "a@example.com", "1234567890123456"] {
            assert_eq!(key(text, "BR"), None, "{text}");
        }
    }
}
