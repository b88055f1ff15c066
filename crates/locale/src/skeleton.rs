//! Date patterns and skeletons: their fields, and how far two skeletons are apart (UTS #35, "Matching Skeletons").

/// A field of a date, in the order of skeletons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Era,
    Year,
    Quarter,
    Month,
    WeekOfYear,
    WeekOfMonth,
    Weekday,
    DayOfYear,
    WeekdayInMonth,
    Day,
    Period,
    Hour,
    Minute,
    Second,
    Fraction,
    Zone,
}

/// How many fields there are.
pub(super) const FIELDS: usize = 16;

const NARROW: i32 = -0x101;
const SHORTER: i32 = -0x102;
const SHORT: i32 = -0x103;
const LONG: i32 = -0x104;
const NUMERIC: i32 = 0x100;
const DELTA: i32 = 0x10;

/// Letter, field, kind, least length. The kinds of one field are the closer the more alike their texts are.
const LETTERS: [(char, Field, i32, usize); 72] = [
    ('G', Field::Era, SHORT, 1),
    ('G', Field::Era, LONG, 4),
    ('G', Field::Era, NARROW, 5),
    ('y', Field::Year, NUMERIC, 1),
    ('Y', Field::Year, NUMERIC + DELTA, 1),
    ('u', Field::Year, NUMERIC + 2 * DELTA, 1),
    ('r', Field::Year, NUMERIC + 3 * DELTA, 1),
    ('U', Field::Year, SHORT, 1),
    ('U', Field::Year, LONG, 4),
    ('U', Field::Year, NARROW, 5),
    ('Q', Field::Quarter, NUMERIC, 1),
    ('Q', Field::Quarter, SHORT, 3),
    ('Q', Field::Quarter, LONG, 4),
    ('Q', Field::Quarter, NARROW, 5),
    ('q', Field::Quarter, NUMERIC + DELTA, 1),
    ('q', Field::Quarter, SHORT - DELTA, 3),
    ('q', Field::Quarter, LONG - DELTA, 4),
    ('q', Field::Quarter, NARROW - DELTA, 5),
    ('M', Field::Month, NUMERIC, 1),
    ('M', Field::Month, SHORT, 3),
    ('M', Field::Month, LONG, 4),
    ('M', Field::Month, NARROW, 5),
    ('L', Field::Month, NUMERIC + DELTA, 1),
    ('L', Field::Month, SHORT - DELTA, 3),
    ('L', Field::Month, LONG - DELTA, 4),
    ('L', Field::Month, NARROW - DELTA, 5),
    ('w', Field::WeekOfYear, NUMERIC, 1),
    ('W', Field::WeekOfMonth, NUMERIC, 1),
    ('E', Field::Weekday, SHORT, 1),
    ('E', Field::Weekday, LONG, 4),
    ('E', Field::Weekday, NARROW, 5),
    ('E', Field::Weekday, SHORTER, 6),
    ('c', Field::Weekday, NUMERIC + 2 * DELTA, 1),
    ('c', Field::Weekday, SHORT - 2 * DELTA, 3),
    ('c', Field::Weekday, LONG - 2 * DELTA, 4),
    ('c', Field::Weekday, NARROW - 2 * DELTA, 5),
    ('c', Field::Weekday, SHORTER - 2 * DELTA, 6),
    ('e', Field::Weekday, NUMERIC + DELTA, 1),
    ('e', Field::Weekday, SHORT - DELTA, 3),
    ('e', Field::Weekday, LONG - DELTA, 4),
    ('e', Field::Weekday, NARROW - DELTA, 5),
    ('e', Field::Weekday, SHORTER - DELTA, 6),
    ('d', Field::Day, NUMERIC, 1),
    ('g', Field::Day, NUMERIC + DELTA, 1),
    ('D', Field::DayOfYear, NUMERIC, 1),
    ('F', Field::WeekdayInMonth, NUMERIC, 1),
    ('a', Field::Period, SHORT, 1),
    ('a', Field::Period, LONG, 4),
    ('a', Field::Period, NARROW, 5),
    ('b', Field::Period, SHORT - DELTA, 1),
    ('b', Field::Period, LONG - DELTA, 4),
    ('b', Field::Period, NARROW - DELTA, 5),
    ('B', Field::Period, SHORT - 3 * DELTA, 1),
    ('B', Field::Period, LONG - 3 * DELTA, 4),
    ('B', Field::Period, NARROW - 3 * DELTA, 5),
    ('H', Field::Hour, NUMERIC + 10 * DELTA, 1),
    ('k', Field::Hour, NUMERIC + 11 * DELTA, 1),
    ('h', Field::Hour, NUMERIC, 1),
    ('K', Field::Hour, NUMERIC + DELTA, 1),
    ('m', Field::Minute, NUMERIC, 1),
    ('s', Field::Second, NUMERIC, 1),
    ('A', Field::Second, NUMERIC + DELTA, 1),
    ('S', Field::Fraction, NUMERIC, 1),
    ('v', Field::Zone, SHORT - 2 * DELTA, 1),
    ('v', Field::Zone, LONG - 2 * DELTA, 4),
    ('z', Field::Zone, SHORT, 1),
    ('z', Field::Zone, LONG, 4),
    ('Z', Field::Zone, NARROW - DELTA, 1),
    ('Z', Field::Zone, LONG - DELTA, 4),
    ('Z', Field::Zone, SHORT - DELTA, 5),
    ('O', Field::Zone, SHORT - DELTA, 1),
    ('O', Field::Zone, LONG - DELTA, 4),
];

/// What a letter stands for at a length.
fn letter(character: char, length: usize) -> Option<&'static (char, Field, i32, usize)> {
    LETTERS.iter().filter(|row| row.0 == character).rfind(|row| row.3 <= length.max(1))
}

/// The field of a pattern letter.
pub(super) fn field_of(character: char) -> Option<Field> {
    LETTERS.iter().find(|row| row.0 == character).map(|row| row.1)
}

/// Whether a letter of that length prints a number.
pub(super) fn is_numeric(character: char, length: usize) -> bool {
    letter(character, length).is_some_and(|row| row.2 > 0)
}

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A letter, repeated.
    Field(char, usize),
    /// Text between fields, without its quotes.
    Text(String),
}

/// Takes a pattern apart.
pub(super) fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut quoted = false;
    let mut characters = pattern.chars().peekable();
    let push_text = |pieces: &mut Vec<Piece>, character: char| match pieces.last_mut() {
        Some(Piece::Text(text)) => text.push(character),
        _ => pieces.push(Piece::Text(character.to_string())),
    };
    while let Some(character) = characters.next() {
        if character == '\'' {
            if characters.next_if_eq(&'\'').is_some() {
                push_text(&mut pieces, '\'');
            } else {
                quoted = !quoted;
            }
        } else if !quoted && character.is_ascii_alphabetic() {
            let mut length = 1;
            while characters.next_if_eq(&character).is_some() {
                length += 1;
            }
            pieces.push(Piece::Field(character, length));
        } else {
            push_text(&mut pieces, character);
        }
    }
    pieces
}

/// The pattern of pieces again.
pub(super) fn unite(pieces: &[Piece]) -> String {
    let mut pattern = String::new();
    for piece in pieces {
        match piece {
            Piece::Field(letter, length) => pattern.extend(std::iter::repeat_n(*letter, *length)),
            Piece::Text(text) => {
                let needs_quotes = text.chars().any(|character| character.is_ascii_alphabetic());
                let text = text.replace('\'', "''");
                if needs_quotes {
                    pattern.push('\'');
                    pattern.push_str(&text);
                    pattern.push('\'');
                } else {
                    pattern.push_str(&text);
                }
            }
        }
    }
    pattern
}

/// A field of a skeleton as it is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) letter: char,
    pub(super) length: usize,
    /// Kind of text, with the length of numbers; 0 when the field is not there.
    pub(super) kind: i32,
    base: (char, usize),
}

/// Which fields are wanted, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Skeleton {
    slots: [Slot; FIELDS],
}

impl Skeleton {
    /// The skeleton of a pattern or of a skeleton's text.
    pub(super) fn parse(pattern: &str) -> Self {
        let mut skeleton = Self { slots: [Slot::default(); FIELDS] };
        for piece in pieces(pattern) {
            if let Piece::Field(character, length) = piece
                && let Some((own, field, kind, least)) = letter(character, length)
            {
                let kind = if *kind > 0 { kind + length as i32 } else { *kind };
                skeleton.slots[*field as usize] =
                    Slot { letter: character, length, kind, base: (*own, *least) };
            }
        }
        let has = |skeleton: &Self, field: Field| skeleton.get(field).is_some();
        if has(&skeleton, Field::Minute) && has(&skeleton, Field::Fraction) && !has(&skeleton, Field::Second)
        {
            skeleton.slots[Field::Second as usize] =
                Slot { letter: 's', length: 1, kind: NUMERIC, base: ('s', 1) };
        }
        match skeleton.get(Field::Hour).map(|slot| slot.letter) {
            Some('h' | 'K') if !has(&skeleton, Field::Period) => {
                skeleton.slots[Field::Period as usize] =
                    Slot { letter: 'a', length: 1, kind: SHORT, base: ('a', 1) };
            }
            Some('H' | 'k') => skeleton.slots[Field::Period as usize] = Slot::default(),
            _ => {}
        }
        skeleton
    }

    /// A field, if it is there.
    pub(super) fn get(&self, field: Field) -> Option<&Slot> {
        self.slots.get(field as usize).filter(|slot| slot.kind != 0)
    }

    /// All fields, in their order.
    pub(super) fn slots(&self) -> impl Iterator<Item = Option<&Slot>> {
        self.slots.iter().map(|slot| (slot.kind != 0).then_some(slot))
    }

    /// The fields as bits.
    pub(super) fn mask(&self) -> u32 {
        self.slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.kind != 0)
            .fold(0, |mask, (index, _)| mask | 1 << index)
    }

    /// The fields at their least lengths.
    pub(super) fn base(&self) -> String {
        self.slots
            .iter()
            .filter(|slot| slot.kind != 0)
            .flat_map(|slot| std::iter::repeat_n(slot.base.0, slot.base.1))
            .collect()
    }

    /// The fields as they were written.
    pub(super) fn written(&self) -> String {
        self.slots
            .iter()
            .filter(|slot| slot.kind != 0)
            .flat_map(|slot| std::iter::repeat_n(slot.letter, slot.length))
            .collect()
    }

    /// Whether two skeletons were written alike.
    pub(super) fn is_written_as(&self, other: &Self) -> bool {
        self.slots.iter().zip(&other.slots).all(|(one, two)| {
            (one.kind == 0) == (two.kind == 0)
                && (one.kind == 0 || (one.letter == two.letter && one.length == two.length))
        })
    }

    /// Whether two skeletons ask for the same kinds of text.
    pub(super) fn has_kinds_of(&self, other: &Self) -> bool {
        self.slots.iter().zip(&other.slots).all(|(one, two)| one.kind == two.kind)
    }

    /// How far a pattern's skeleton is from this one in the fields of `mask`.
    pub(super) fn distance(&self, other: &Self, mask: u32) -> Distance {
        const EXTRA: i32 = 0x10000;
        const MISSING: i32 = 0x1000;
        let mut total = Distance::default();
        for (index, (own, other)) in self.slots.iter().zip(&other.slots).enumerate() {
            let own = if mask & (1 << index) == 0 { 0 } else { own.kind };
            if own == other.kind {
                continue;
            }
            if own == 0 {
                total.distance += EXTRA;
                total.has_extra = true;
            } else if other.kind == 0 {
                total.distance += MISSING;
                total.missing |= 1 << index;
            } else {
                total.distance += (own - other.kind).abs();
            }
        }
        total
    }
}

/// How far two skeletons are apart.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Distance {
    pub(super) distance: i32,
    /// The fields that the other lacks, as bits.
    pub(super) missing: u32,
    /// Whether the other has fields that are not wanted.
    pub(super) has_extra: bool,
}
