//! Finding the pattern of a locale for a skeleton, as ICU's `DateTimePatternGenerator` does.

use super::date_data::{Dates, Patterns};
use super::skeleton::{Distance, FIELDS, Field, Piece, Skeleton, field_of, is_numeric, pieces, unite};

/// The patterns of a locale and calendar, to choose from.
#[derive(Debug)]
pub(super) struct Generator {
    entries: Vec<Entry>,
    glue: Vec<String>,
    append: Vec<(String, String)>,
    /// The letter of the hour in the locale's times.
    pub(super) hour: char,
}

#[derive(Debug)]
struct Entry {
    skeleton: Skeleton,
    base: String,
    pattern: String,
    /// Whether the data name the skeleton; else it was taken from the pattern.
    specified: bool,
}

/// Single fields; they make sure that every field can be had.
const CANONICAL: [&str; 16] =
    ["G", "y", "Q", "M", "w", "W", "E", "d", "D", "F", "a", "H", "m", "s", "S", "v"];

/// Keys of the patterns that add a field, and of the fields' names, in the order of fields.
const APPEND: [(&str, &str); FIELDS] = [
    ("Era", "era"),
    ("Year", "year"),
    ("Quarter", "quarter"),
    ("Month", "month"),
    ("Week", "week"),
    ("", "week"),
    ("Day-Of-Week", "weekday"),
    ("", "day"),
    ("", "weekday"),
    ("Day", "day"),
    ("", "dayperiod"),
    ("Hour", "hour"),
    ("Minute", "minute"),
    ("Second", "second"),
    ("", ""),
    ("Timezone", "zone"),
];

impl Generator {
    /// The patterns of a calendar, with the times and words of a locale.
    pub(super) fn new(dates: &Dates, patterns: &Patterns, hour: char) -> Self {
        let mut generator = Self { entries: Vec::new(), glue: Vec::new(), append: Vec::new(), hour };
        for item in CANONICAL {
            generator.add(item, None, false);
        }
        for style in 0..4 {
            for pattern in [patterns.date.get(style), patterns.time.get(style)].into_iter().flatten() {
                generator.add(pattern, None, false);
            }
        }
        for skeleton in &patterns.order {
            if let Some(pattern) = patterns.available.get(skeleton) {
                generator.add(pattern, Some(skeleton), true);
            }
        }
        // tried in the order of the first letters of their bases, capitals first
        generator.entries.sort_by_key(|entry| entry.base.chars().next());
        let default = "{1} {0}".to_owned();
        generator.glue = (0..4)
            .map(|style| {
                // ICU has this of the Gregorian calendar for most others
                let own = |patterns: &Patterns| patterns.at_glue.get(style).cloned().flatten();
                let at_glue = own(patterns).or_else(|| own(&dates.patterns));
                at_glue.or_else(|| patterns.glue.get(style).cloned()).unwrap_or_else(|| default.clone())
            })
            .collect();
        generator.append = APPEND
            .iter()
            .map(|(key, name)| {
                let pattern = patterns
                    .append
                    .get(*key)
                    .cloned()
                    .unwrap_or_else(|| "{0} \u{251c}{2}: {1}\u{2524}".to_owned());
                let name = dates.field_names.get(*name).cloned().flatten();
                // the fraction, by its number in ICU
                let name = name.unwrap_or_else(|| "F14".to_owned());
                (pattern, name)
            })
            .collect();
        generator
    }

    fn add(&mut self, pattern: &str, skeleton: Option<&str>, replace: bool) {
        let specified = skeleton.is_some();
        let skeleton = Skeleton::parse(skeleton.unwrap_or(pattern));
        let base = skeleton.base();
        if let Some(known) = self.entries.iter().find(|entry| entry.base == base)
            && (!known.specified || (specified && !replace))
            && !replace
        {
            return;
        }
        if let Some(known) = self.entries.iter().find(|entry| entry.skeleton.is_written_as(&skeleton))
            && (!replace || (specified && known.specified))
        {
            return;
        }
        let pattern = pattern.to_owned();
        match self
            .entries
            .iter_mut()
            .find(|entry| entry.base == base && entry.skeleton.has_kinds_of(&skeleton))
        {
            Some(entry) => {
                entry.pattern = pattern;
                entry.specified = specified;
            }
            None => self.entries.push(Entry { skeleton, base, pattern, specified }),
        }
    }

    /// The best pattern for a skeleton. Hours keep the length that was asked for.
    pub(super) fn best_pattern(&self, skeleton: &str) -> String {
        self.best_pattern_with(skeleton, true)
    }

    /// The best pattern for a skeleton, with hours as long as they were asked for, or as the locale has them.
    pub(super) fn best_pattern_with(&self, skeleton: &str, asked_hours: bool) -> String {
        const DATE: u32 = (1 << Field::Period as u32) - 1;
        let mut wanted = Skeleton::parse(skeleton);
        if let Some((entry, distance)) = self.nearest(&wanted, u32::MAX)
            && distance.missing == 0
            && !distance.has_extra
        {
            return self.adjust(&entry.pattern, self.specified(entry), &wanted, None, asked_hours);
        }
        let mask = wanted.mask();
        let date = self.appended(&mut wanted, mask & DATE, asked_hours);
        let time = self.appended(&mut wanted, mask & !DATE, asked_hours);
        match (date, time) {
            (None, None) => String::new(),
            (Some(pattern), None) | (None, Some(pattern)) => pattern,
            (Some(date), Some(time)) => {
                let style = match wanted.get(Field::Month).map_or(0, |slot| slot.length) {
                    4 if wanted.get(Field::Weekday).is_some() => 0,
                    4 => 1,
                    3 => 2,
                    _ => 3,
                };
                let glue = self.glue.get(style).map_or("{1} {0}", String::as_str);
                fill(glue, &[&time, &date])
            }
        }
    }

    /// The entry that is nearest in the fields of a mask.
    fn nearest(&self, wanted: &Skeleton, mask: u32) -> Option<(&Entry, Distance)> {
        let mut best: Option<(&Entry, Distance)> = None;
        for entry in &self.entries {
            let found = wanted.distance(&entry.skeleton, mask);
            let nearer = best.is_none_or(|(_, least)| {
                found.distance < least.distance
                    || (found.distance == least.distance && least.missing < found.missing)
            });
            if nearer {
                best = Some((entry, found));
            }
            if found.distance == 0 {
                break;
            }
        }
        best
    }

    /// The skeleton that the data name for the text of an entry's skeleton.
    fn specified<'a>(&'a self, entry: &'a Entry) -> Option<&'a Skeleton> {
        let first =
            self.entries.iter().find(|other| other.skeleton.is_written_as(&entry.skeleton)).unwrap_or(entry);
        first.specified.then_some(&first.skeleton)
    }

    /// A pattern for some fields, put together from several where none has them all.
    fn appended(&self, wanted: &mut Skeleton, fields: u32, asked_hours: bool) -> Option<String> {
        const SECOND: u32 = 1 << Field::Second as u32;
        const FRACTION: u32 = 1 << Field::Fraction as u32;
        if fields == 0 {
            return None;
        }
        let (entry, Distance { mut missing, .. }) = self.nearest(wanted, fields)?;
        let mut specified = self.specified(entry);
        let mut pattern = self.adjust(&entry.pattern, specified, wanted, None, asked_hours);
        let mut last = 0;
        while missing != 0 && missing != last {
            if missing & (SECOND | FRACTION) == FRACTION
                && fields & (SECOND | FRACTION) == (SECOND | FRACTION)
            {
                let digits = wanted.get(Field::Fraction).map_or(0, |slot| slot.length);
                pattern = self.adjust(&pattern, specified, wanted, Some(digits), asked_hours);
                missing &= !FRACTION;
                continue;
            }
            let before = missing;
            let (entry, lacking) = self.nearest(wanted, missing)?;
            specified = self.specified(entry);
            let added = self.adjust(&entry.pattern, specified, wanted, None, asked_hours);
            missing = lacking.missing;
            let found = before & !missing;
            let field = (u32::BITS - 1).saturating_sub(found.leading_zeros());
            if let Some((append, name)) = self.append.get(field as usize).filter(|_| found != 0) {
                pattern = fill(append, &[&pattern, &added, &format!("'{}'", name.replace('\'', "''"))]);
            }
            last = missing;
        }
        Some(pattern)
    }

    /// A pattern with the lengths of its fields as they were asked for. `fraction` adds digits to the seconds.
    fn adjust(
        &self,
        pattern: &str,
        specified: Option<&Skeleton>,
        wanted: &Skeleton,
        fraction: Option<usize>,
        asked_hours: bool,
    ) -> String {
        let mut adjusted = Vec::new();
        for piece in pieces(pattern) {
            let Piece::Field(letter, length) = piece else {
                adjusted.push(piece);
                continue;
            };
            let Some(field) = field_of(letter) else {
                adjusted.push(piece);
                continue;
            };
            if let (Some(digits), Field::Second) = (fraction, field) {
                adjusted.push(piece);
                adjusted.push(Piece::Text(DECIMAL.to_owned()));
                adjusted.push(Piece::Field('S', digits));
                continue;
            }
            let Some(slot) = wanted.get(field) else {
                adjusted.push(piece);
                continue;
            };
            let asked = if slot.letter == 'E' { slot.length.max(3) } else { slot.length };
            let mut target = asked;
            if matches!(field, Field::Minute | Field::Second) || (field == Field::Hour && !asked_hours) {
                target = length;
            } else if let Some(specified) = specified.filter(|_| !matches!(slot.letter, 'c' | 'e')) {
                let own = specified.get(field).map_or(0, |slot| slot.length);
                let numeric = is_numeric(letter, length);
                if own == asked || numeric != (slot.kind > 0) {
                    target = length;
                }
            }
            let keeps_letter = matches!(field, Field::Hour | Field::Month | Field::Weekday)
                || (field == Field::Year && slot.letter != 'Y');
            let mut character = if keeps_letter { letter } else { slot.letter };
            if character == 'E' && target < 3 {
                character = 'e';
            }
            if field == Field::Hour {
                character = match (slot.letter, self.hour) {
                    (asked, default) if asked == default => default,
                    ('h', 'K') => 'K',
                    ('H', 'k') => 'k',
                    ('k', 'H') => 'H',
                    ('K', 'h') => 'h',
                    _ => character,
                };
            }
            adjusted.push(Piece::Field(character, target));
        }
        unite(&adjusted)
    }
}

/// Stands for the decimal sign of the numbering system, which is filled in when a date is written.
pub(super) const DECIMAL: &str = "\u{f8ff}";

/// Fills the slots of a pattern, leaving its quotes in place.
pub(super) fn fill(pattern: &str, values: &[&str]) -> String {
    let mut text = String::new();
    for piece in super::number::placeholders(pattern) {
        match piece {
            super::number::Piece::Text(piece) => text.push_str(piece),
            super::number::Piece::Slot(index) => {
                text.push_str(values.get(index).copied().unwrap_or_default())
            }
        }
    }
    text
}
