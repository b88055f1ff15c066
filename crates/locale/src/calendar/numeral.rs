//! Numerals that are not digits by place, which some locales' patterns ask for in dates.

/// A kind of numerals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numeral {
    Hebrew,
    /// Chinese days of the month.
    HanDays,
    /// Chinese digits.
    HanDigits,
    Roman,
    /// Japanese years, of which the first has a name.
    JapaneseYear,
}

/// The numerals of a pattern: of one field, or of all in a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numerals {
    field: Option<char>,
    numeral: Numeral,
}

const HAN: [&str; 10] = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
const HEBREW_UNITS: [&str; 10] = ["", "א", "ב", "ג", "ד", "ה", "ו", "ז", "ח", "ט"];
const HEBREW_TENS: [&str; 10] = ["", "י", "כ", "ל", "מ", "נ", "ס", "ע", "פ", "צ"];
const HEBREW_HUNDREDS: [&str; 10] = ["", "ק", "ר", "ש", "ת", "תק", "תר", "תש", "תת", "תתק"];
const GERESH: &str = "׳";
const GERSHAYIM: &str = "״";

impl Numerals {
    /// Reads what a pattern asks for, such as `hebr` or `d=hanidays`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (field, system) = match text.split_once('=') {
            Some((field, system)) => (field.chars().next(), system),
            None => (None, text),
        };
        let numeral = match system {
            "hebr" => Numeral::Hebrew,
            "hanidays" => Numeral::HanDays,
            "hanidec" => Numeral::HanDigits,
            "romanlow" => Numeral::Roman,
            "jpanyear" => Numeral::JapaneseYear,
            _ => return None,
        };
        Some(Self { field, numeral })
    }

    /// Those of Japanese years.
    pub(crate) fn japanese_year() -> Self {
        Self { field: Some('y'), numeral: Numeral::JapaneseYear }
    }

    /// A field's number in these numerals; none where they are not the field's.
    pub(crate) fn write(self, letter: char, value: i64) -> Option<String> {
        const DATE: [char; 8] = ['y', 'u', 'r', 'U', 'M', 'L', 'd', 'G'];
        let is_own = match self.field {
            Some(field) => field == letter || (field, letter) == ('M', 'L'),
            None => DATE.contains(&letter),
        };
        if !is_own {
            return None;
        }
        match self.numeral {
            // years of the sixth millennium go without it
            Numeral::Hebrew if letter == 'y' && (5001..6000).contains(&value) => Some(hebrew(value - 5000)),
            Numeral::Hebrew => Some(hebrew(value)),
            Numeral::HanDays => Some(han_day(value)),
            Numeral::HanDigits => Some(digits_of(value).map(|digit| HAN[digit]).collect()),
            Numeral::Roman => roman(value),
            Numeral::JapaneseYear => (value == 1).then(|| "元".to_owned()),
        }
    }
}

/// The digits of a number, from the first.
fn digits_of(value: i64) -> impl Iterator<Item = usize> {
    let digits = value.unsigned_abs().to_string().into_bytes();
    digits.into_iter().map(|digit| usize::from(digit - b'0'))
}

/// A letter of a list by a digit.
fn letter(list: &[&'static str; 10], value: i64) -> &'static str {
    usize::try_from(value % 10).ok().and_then(|index| list.get(index)).copied().unwrap_or_default()
}

fn hebrew(value: i64) -> String {
    match value {
        ..0 => format!("−{}", hebrew(-value)),
        0 => format!("{GERSHAYIM}{GERESH}"),
        1..1000 => {
            let letters = hebrew_letters(value);
            let mut characters = letters.chars();
            let last = characters.next_back().unwrap_or_default();
            match characters.as_str() {
                "" => format!("{last}{GERESH}"),
                before => format!("{before}{GERSHAYIM}{last}"),
            }
        }
        1000 => "אלף".to_owned(),
        2000 => "אלפיים".to_owned(),
        1_000_000 => "אלף אלפים".to_owned(),
        1_000_001.. => value.to_string(),
        _ if value % 1000 == 0 => format!("{} אלפים", hebrew(value / 1000)),
        _ => {
            let thousands = value / 1000;
            let is_round = match thousands {
                0..10 => true,
                10..100 => thousands % 10 == 0,
                100..401 => thousands % 100 == 0,
                _ => false,
            };
            let mark = if is_round { "" } else { GERESH };
            format!("{}{mark}{}", hebrew(thousands), hebrew(value % 1000))
        }
    }
}

/// The letters of a number below a thousand. Some numbers are written otherwise, lest they be words of ill or a name.
fn hebrew_letters(value: i64) -> String {
    match value {
        298 => "רחצ".to_owned(),
        304 => "דש".to_owned(),
        344 => "שדמ".to_owned(),
        698 => "תרחצ".to_owned(),
        744 => "תשדמ".to_owned(),
        _ => {
            let hundreds = letter(&HEBREW_HUNDREDS, value / 100);
            match value % 100 {
                15 => format!("{hundreds}טו"),
                16 => format!("{hundreds}טז"),
                // at the end of a word of several letters
                80 if value > 100 => format!("{hundreds}ף"),
                rest => {
                    format!("{hundreds}{}{}", letter(&HEBREW_TENS, rest / 10), letter(&HEBREW_UNITS, rest))
                }
            }
        }
    }
}

fn han_day(value: i64) -> String {
    let unit = letter(&HAN, value);
    match value {
        1..10 => format!("初{unit}"),
        10 => "初十".to_owned(),
        11..20 => format!("十{unit}"),
        20 => "二十".to_owned(),
        21..30 => format!("廿{unit}"),
        30 => "三十".to_owned(),
        _ => value.to_string(),
    }
}

/// Small Roman numbers, as many as a year has months.
fn roman(value: i64) -> Option<String> {
    const NUMBERS: [&str; 13] =
        ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii"];
    usize::try_from(value - 1).ok().and_then(|index| NUMBERS.get(index)).map(|text| (*text).to_owned())
}
