//! Spans of dates, `Mar 5 – 7, 2024`.

use super::calendar::{Calendar, CalendarDate};
use super::date::{DateFormat, generator, plain_spaces, replace_hours};
use super::date_data::Patterns;
use super::hours::hour_of;
use super::number;
use super::part::{Part, join, push_literal};
use super::skeleton::{Field, Piece, Skeleton, Slot, field_of, is_numeric, pieces, unite};
use crate::Civil;

/// How a span is written.
pub(super) enum Range {
    /// Both ends look alike: as one date.
    Single,
    /// The first pattern with the start, then the second with the end.
    Halves(Vec<Piece>, Vec<Piece>),
    /// Both dates in full, in the slots of a pattern. The fields lack the given ones, without which the ends cannot be
    /// told apart.
    Fallback { slots: String, lacks: String },
}

impl DateFormat {
    /// The text of a span. Its narrow spaces stay, unlike those of a single date.
    pub fn format_range(&self, start: f64, end: f64) -> String {
        match self.range_parts(start, end) {
            (parts, true) => plain_spaces(join(&parts)),
            (parts, false) => join(&parts),
        }
    }

    /// The text of a span in parts, and whether it is that of a single date.
    pub fn range_parts(&self, start: f64, end: f64) -> (Vec<Part>, bool) {
        let (Some(from), Some(to)) = (self.reading(start), self.reading(end)) else {
            return (Vec::new(), true);
        };
        let patterns = self.calendar.patterns(&self.locale, &self.dates);
        let date_pattern = |fields: &[Piece]| {
            pieces(&generator(&self.locale, self.calendar).best_pattern_with(&unite(fields), false))
        };
        // The default of the locale's own calendar, whatever the calendar of the format.
        let glue = self.dates.patterns.glue.get(2).map_or("{1} {0}", String::as_str);
        let written = pattern(&patterns, &self.pattern, &from, &to, self.calendar, glue, &date_pattern);
        match written {
            Range::Single => (self.format_to_parts(start), true),
            Range::Halves(first, second) => {
                let mut parts = self.write(&first, start);
                parts.extend(self.write(&second, end));
                (parts, false)
            }
            Range::Fallback { slots, lacks } => {
                let full = self.pattern_with(&lacks);
                let mut parts = Vec::new();
                for piece in number::placeholders(&slots) {
                    match piece {
                        number::Piece::Text(text) => push_literal(&mut parts, text),
                        number::Piece::Slot(0) => parts.extend(self.write(&full, start)),
                        number::Piece::Slot(_) => parts.extend(self.write(&full, end)),
                    }
                }
                (parts, false)
            }
        }
    }

    /// The locale's pattern for the fields of the format and further ones.
    fn pattern_with(&self, fields: &str) -> Vec<Piece> {
        let mut own = pieces(&Skeleton::parse(&unite(&self.pattern)).written());
        let has_date = own.iter().any(|piece| is_of(piece, true));
        own.retain(|piece| match piece {
            Piece::Field('a' | 'b', _) => false,
            // ICU leaves out offsets where a date is added to times
            Piece::Field('O', _) => has_date || fields.is_empty(),
            _ => true,
        });
        let hour = hour_of(&own);
        let skeleton = format!("{fields}{}", unite(&own));
        let pattern = generator(&self.locale, self.calendar).best_pattern_with(&skeleton, false);
        pieces(&hour.map_or(pattern.clone(), |letter| replace_hours(&pattern, letter)))
    }
}

/// How two dates are joined where the locale does not say.
const SPAN: &str = "{0} – {1}";

/// Fields from the largest on, with the keys of the patterns for spans that differ in them.
const FIELDS: [(Field, &str); 8] = [
    (Field::Era, "G"),
    (Field::Year, "y"),
    (Field::Month, "M"),
    (Field::Day, "d"),
    (Field::Period, "a"),
    (Field::Hour, "h"),
    (Field::Minute, "m"),
    (Field::Second, "s"),
];

/// How a span from one clock reading to another is written, given the pattern of a single date. `glue` joins a date and
/// a span of times, and `date_pattern` gives the pattern for fields of a date.
pub(super) fn pattern(
    patterns: &Patterns,
    single: &[Piece],
    from: &Civil,
    to: &Civil,
    calendar: Calendar,
    glue: &str,
    date_pattern: &dyn Fn(&[Piece]) -> Vec<Piece>,
) -> Range {
    let fallback = |lacks: String| Range::Fallback {
        slots: patterns.interval_fallback.clone().unwrap_or_else(|| SPAN.to_owned()),
        lacks,
    };
    // ICU has no patterns for offsets
    let letters: Vec<Piece> = single
        .iter()
        .filter(|piece| matches!(piece, Piece::Field(letter, _) if *letter != 'O'))
        .cloned()
        .collect();
    let wanted = skeleton_of(&letters);
    let Some(different) = largest_difference(&wanted, from, to, calendar) else { return Range::Single };
    let has_date = letters.iter().any(|piece| is_of(piece, true));
    let has_time = letters.iter().any(|piece| is_of(piece, false));
    if has_time && (different as usize) < Field::Period as usize {
        let time: Vec<Piece> = letters.iter().filter(|piece| is_of(piece, false)).cloned().collect();
        let is_known = !has_date || best(patterns, &skeleton_of(&time)).is_some();
        return fallback(if is_known { lacking(&letters, different, has_date) } else { String::new() });
    }
    if !(has_date && has_time) {
        // no patterns of spans have months and days that stand alone
        if letters.iter().any(|piece| matches!(piece, Piece::Field('L' | 'c', _))) {
            return fallback(String::new());
        }
        return match halves(patterns, &wanted, different).or_else(|| extended(patterns, &wanted, different)) {
            // ICU does not see two dates in such a pattern
            Some((_, second)) if second.is_empty() => Range::Single,
            Some((first, second)) => Range::Halves(first, second),
            None => fallback(String::new()),
        };
    }
    // a span of one day shows the date once
    let (date, time): (Vec<Piece>, Vec<Piece>) = letters.into_iter().partition(|piece| is_of(piece, true));
    let known = halves(patterns, &skeleton_of(&time), different);
    let shown_date = if known.is_some() { date_pattern(&date) } else { plain_pattern(&date, date_pattern) };
    let (first, second) = known.unwrap_or_else(|| {
        let time = plain_pattern(&time, date_pattern);
        let mut first = Vec::new();
        for piece in number::placeholders(patterns.interval_fallback.as_deref().unwrap_or(SPAN)) {
            match piece {
                number::Piece::Text(text) => first.push(Piece::Text(text.to_owned())),
                number::Piece::Slot(0) => first.extend(time.clone()),
                number::Piece::Slot(_) => {}
            }
        }
        (first, time)
    });
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut halves = Some((first, second));
    for piece in number::placeholders(glue) {
        let side = if halves.is_some() { &mut before } else { &mut after };
        match piece {
            number::Piece::Text(text) => side.extend(pieces(text)),
            number::Piece::Slot(1) => side.extend(shown_date.iter().cloned()),
            number::Piece::Slot(_) => {
                if let Some((first, second)) = halves.take() {
                    before.extend(first);
                    after = second;
                }
            }
        }
    }
    Range::Halves(before, after)
}

/// The pattern of a single date or time, for fields at their least lengths.
fn plain_pattern(fields: &[Piece], pattern_of: &dyn Fn(&[Piece]) -> Vec<Piece>) -> Vec<Piece> {
    let least = |piece: &Piece| match piece {
        Piece::Field('a' | 'b', _) => None,
        Piece::Field(letter, length) => Some(Piece::Field(*letter, least_length(*letter, *length))),
        Piece::Text(_) => None,
    };
    let asked: Vec<Piece> = fields.iter().filter_map(least).collect();
    let pattern = pattern_of(&asked);
    match hour_of(&asked) {
        Some(letter) => pieces(&replace_hours(&unite(&pattern), letter)),
        None => pattern,
    }
}

/// The length of a field in the names of patterns: the least of numbers and short words.
fn least_length(letter: char, length: usize) -> usize {
    match letter {
        'd' | 'h' | 'H' | 'k' | 'K' | 'm' | 'v' | 'z' => 1,
        'M' if length < 3 => 1,
        'E' if length <= 3 => 1,
        _ => length,
    }
}

/// The halves of the pattern for fields and the one that differs, where there are patterns for the fields, but none that
/// tell this difference. A year or era that differs brings the month along if that would come by itself.
fn extended(patterns: &Patterns, wanted: &Skeleton, different: Field) -> Option<(Vec<Piece>, Vec<Piece>)> {
    let mut skeleton = wanted.written();
    let mut name = best(patterns, wanted)?.0.clone();
    let mut found = None;
    for (field, letter) in [(Field::Month, 'M'), (Field::Year, 'y'), (Field::Era, 'G')] {
        let is_own = field == different;
        if (field as usize) < different as usize {
            break;
        }
        if wanted.get(field).is_some() || !(is_own || field == Field::Month) {
            continue;
        }
        let (longer, longer_name) = (format!("{letter}{skeleton}"), format!("{letter}{name}"));
        // fields of another width than the patterns' have only the pattern of that very name
        let is_exact = best(patterns, &Skeleton::parse(&skeleton)).is_some_and(|(_, distance)| distance == 0);
        if is_exact || patterns.intervals.contains_key(&longer_name) {
            found = halves(patterns, &Skeleton::parse(&longer), field);
        }
        if found.is_some() {
            (skeleton, name) = (longer, longer_name);
        }
    }
    found
}

/// The fields of the date that a span with times needs besides those that are asked for: all of a short date where there
/// are none, else those from the day up to the largest that differs if that is not among them. Other letters of a field do
/// not count.
fn lacking(letters: &[Piece], different: Field, has_date: bool) -> String {
    if !has_date {
        return if different == Field::Era { "GyMd" } else { "yMd" }.to_owned();
    }
    let fields = [(Field::Day, 'd'), (Field::Month, 'M'), (Field::Year, 'y'), (Field::Era, 'G')];
    let is_there =
        |letter: char| letters.iter().any(|piece| matches!(piece, Piece::Field(own, _) if *own == letter));
    if fields.iter().any(|(field, letter)| *field == different && is_there(*letter)) {
        return String::new();
    }
    fields
        .into_iter()
        .filter(|(field, letter)| (*field as usize) >= different as usize && !is_there(*letter))
        .map(|(_, letter)| letter)
        .collect()
}

/// Whether a piece is a field of the date, or else of the time.
fn is_of(piece: &Piece, date: bool) -> bool {
    match piece {
        Piece::Field(letter, _) => {
            field_of(*letter).is_some_and(|field| ((field as usize) < Field::Period as usize) == date)
        }
        Piece::Text(_) => false,
    }
}

fn skeleton_of(fields: &[Piece]) -> Skeleton {
    let mut text = String::new();
    for field in fields {
        if let Piece::Field(letter, length) = field {
            let letter = match letter {
                'L' => 'M',
                'c' | 'e' => 'E',
                'a' | 'b' => continue,
                other => *other,
            };
            let length = least_length(letter, *length);
            text.extend(std::iter::repeat_n(letter, length));
        }
    }
    Skeleton::parse(&text)
}

/// The largest field in which two readings differ, if it is not smaller than the smallest that is shown.
fn largest_difference(wanted: &Skeleton, from: &Civil, to: &Civil, calendar: Calendar) -> Option<Field> {
    let (one, two) = (CalendarDate::new(calendar, from), CalendarDate::new(calendar, to));
    // A weekday tells days apart, and a fraction all that is larger.
    // A part of the day does not tell times of one day apart, and alone it is as good as the day.
    let has_period = wanted.get(Field::Period).is_some_and(|slot| slot.letter == 'B');
    let shows = |field: Field| {
        wanted.get(field).is_some_and(|slot| slot.letter != 'B')
            || field == Field::Day && wanted.get(Field::Weekday).is_some()
            || field == Field::Second && wanted.get(Field::Fraction).is_some()
    };
    let shown = (0..).zip(FIELDS).filter(|(_, (field, _))| shows(*field)).map(|(index, _)| index).max();
    let day = FIELDS.iter().position(|(field, _)| *field == Field::Day);
    let smallest: usize = shown.or(day.filter(|_| has_period))?;
    let differs = [
        one.era_index != two.era_index,
        one.year != two.year,
        one.month != two.month,
        one.day != two.day,
        (from.hour < 12) != (to.hour < 12),
        from.hour != to.hour,
        from.minute != to.minute,
        from.second != to.second,
    ];
    let found = differs.iter().position(|differs| *differs)?;
    (found <= smallest).then(|| FIELDS.get(found).map(|(field, _)| *field))?
}

/// The fields with patterns for spans that come nearest, if they are the same fields, and how far they are.
fn best<'p>(patterns: &'p Patterns, wanted: &Skeleton) -> Option<(&'p String, usize)> {
    let mut names: Vec<&String> = patterns.intervals.keys().collect();
    names.sort_unstable();
    let near = names.into_iter().map(|name| (name, distance(wanted, &Skeleton::parse(name))));
    near.min_by_key(|(_, distance)| *distance).filter(|(_, distance)| *distance < OTHER_FIELD)
}

/// What another field adds to a distance.
const OTHER_FIELD: usize = 0x1000;

/// The letter that patterns for spans have for one: they know two cycles of hours, and zones by one kind of name.
fn usual_letter(letter: char) -> char {
    match letter {
        'K' => 'h',
        'k' => 'H',
        'z' => 'v',
        other => other,
    }
}

/// How far the fields of patterns for spans are from those that are wanted. Here the letters tell the fields, and their
/// lengths how far they are apart.
fn distance(wanted: &Skeleton, other: &Skeleton) -> usize {
    const OTHER_KIND: usize = 0x100;
    let apart = |(one, two): (Option<&Slot>, Option<&Slot>)| match (one, two) {
        (None, None) => 0,
        (Some(one), Some(two)) if usual_letter(one.letter) == two.letter => {
            let differ = one.letter == 'M' && (one.length <= 2) != (two.length <= 2);
            if differ { OTHER_KIND } else { one.length.abs_diff(two.length) }
        }
        (Some(_), Some(_)) => 2 * OTHER_FIELD,
        _ => OTHER_FIELD,
    };
    wanted.slots().zip(other.slots()).map(apart).sum()
}

/// The two halves of the pattern for a span that differs in a field.
fn halves(patterns: &Patterns, wanted: &Skeleton, different: Field) -> Option<(Vec<Piece>, Vec<Piece>)> {
    let (name, _) = best(patterns, wanted)?;
    let skeleton = Skeleton::parse(name);
    let by_field = patterns.intervals.get(name)?;
    let uses_24 = matches!(wanted.get(Field::Hour).map(|slot| slot.letter), Some('H' | 'k'));
    let key = match different {
        Field::Period if uses_24 => "H",
        Field::Hour if uses_24 => "H",
        other => FIELDS.iter().find(|(field, _)| *field == other).map(|(_, key)| *key)?,
    };
    let of_period = || by_field.get("B").filter(|_| different == Field::Period);
    let pattern = by_field.get(key).or_else(of_period)?;
    let adjusted: Vec<Piece> =
        pieces(pattern).into_iter().map(|piece| adjust(piece, wanted, &skeleton)).collect();
    // the end begins with the first field that comes a second time
    let mut seen = Vec::new();
    let split = adjusted.iter().position(|piece| match piece {
        Piece::Field(letter, _) => {
            let again = seen.contains(letter);
            seen.push(*letter);
            again
        }
        Piece::Text(_) => false,
    });
    let (first, second) = adjusted.split_at(split.unwrap_or(adjusted.len()));
    Some((first.to_vec(), second.to_vec()))
}

fn adjust(piece: Piece, wanted: &Skeleton, found: &Skeleton) -> Piece {
    let Piece::Field(letter, length) = piece else { return piece };
    let Some(field) = field_of(letter) else { return piece };
    let (Some(asked), Some(own)) = (wanted.get(field), found.get(field)) else { return piece };
    // Patterns of spans know two cycles of hours; the others are written in their place.
    let letter = match (letter, asked.letter) {
        _ if field == Field::Zone => asked.letter,
        ('h', 'K') | ('H', 'k') => asked.letter,
        _ => letter,
    };
    // Only what is as long as the name of the pattern says, and written with that letter, follows what was asked for.
    let is_own = letter == asked.letter || (letter, asked.letter) == ('L', 'M');
    if !is_own
        || asked.length <= own.length
        || length != own.length
        || is_numeric(letter, length) != (asked.kind > 0)
    {
        return Piece::Field(letter, length);
    }
    Piece::Field(letter, asked.length)
}
