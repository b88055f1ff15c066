//! `Date.parse` as V8 does it: ISO 8601, and whatever else looks like a date. The local zone is UTC.

mod scanner;

use self::scanner::{MOST_DIGITS, Scanner, Token, Word};
use super::civil::Fields;

/// Milliseconds after 1970 of a text; NaN when it is not a date.
pub fn parse_date(text: &str) -> f64 {
    Parser::new(text).parse().unwrap_or(f64::NAN)
}

/// The numbers of a date in the order in which they came, and a month that was named.
#[derive(Default)]
struct Day {
    numbers: Vec<i64>,
    month: Option<i64>,
    is_iso: bool,
}

impl Day {
    fn add(&mut self, number: i64) -> Option<()> {
        if self.numbers.len() == 3 {
            return None;
        }
        self.numbers.push(number);
        Some(())
    }

    /// Year, month, day.
    fn resolve(&self) -> Option<(i64, i64, i64)> {
        if self.numbers.is_empty() {
            return None;
        }
        let number = |index: usize| self.numbers.get(index).copied().unwrap_or(1);
        let starts_with_day = (1..=31).contains(&number(0));
        let (year, month, day) = match self.month {
            None if self.is_iso || !starts_with_day => (number(0), number(1), number(2)),
            None => (number(2), number(0), number(1)),
            Some(month) if starts_with_day => (number(1), month, number(0)),
            Some(month) => (number(0), month, number(1)),
        };
        let year = match year {
            0..=49 if !self.is_iso => year + 2000,
            50..=99 if !self.is_iso => year + 1900,
            _ => year,
        };
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((year, month, day))
    }
}

/// The numbers of a time of day.
#[derive(Default)]
struct Time {
    numbers: Vec<i64>,
    meridiem: Option<i64>,
}

impl Time {
    fn is_expecting(&self, number: i64) -> bool {
        match self.numbers.len() {
            1 | 2 => (0..60).contains(&number),
            3 => (0..1000).contains(&number),
            _ => false,
        }
    }

    fn add(&mut self, number: i64) -> Option<()> {
        if self.numbers.len() == 4 {
            return None;
        }
        self.numbers.push(number);
        Some(())
    }

    fn finish(&mut self, number: i64) {
        self.numbers.push(number);
        self.numbers.resize(4, 0);
    }

    fn resolve(&self) -> Option<[i64; 4]> {
        let number = |index: usize| self.numbers.get(index).copied().unwrap_or(0);
        let [mut hour, minute, second, millisecond] = [number(0), number(1), number(2), number(3)];
        if let Some(offset) = self.meridiem {
            if !(0..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + offset;
        }
        let rest_valid =
            (0..60).contains(&minute) && (0..60).contains(&second) && (0..1000).contains(&millisecond);
        let is_end_of_day = hour == 24 && minute == 0 && second == 0 && millisecond == 0;
        (((0..24).contains(&hour) && rest_valid) || is_end_of_day).then_some([
            hour,
            minute,
            second,
            millisecond,
        ])
    }
}

#[derive(Default)]
struct Zone {
    sign: Option<i64>,
    hour: Option<i64>,
    minute: Option<i64>,
}

impl Zone {
    fn set(&mut self, hours: i64) {
        *self = Self { sign: Some(if hours < 0 { -1 } else { 1 }), hour: Some(hours.abs()), minute: Some(0) };
    }

    fn is_utc(&self) -> bool {
        self.hour == Some(0) && self.minute == Some(0)
    }

    fn is_expecting(&self, number: i64) -> bool {
        self.hour.is_some() && self.minute.is_none() && (0..60).contains(&number)
    }

    /// Minutes east of UTC.
    fn resolve(&self) -> i64 {
        self.sign.map_or(0, |sign| sign * (self.hour.unwrap_or(0) * 60 + self.minute.unwrap_or(0)))
    }
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    day: Day,
    time: Time,
    zone: Zone,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            scanner: Scanner::new(text),
            day: Day::default(),
            time: Time::default(),
            zone: Zone::default(),
        }
    }

    fn parse(mut self) -> Option<f64> {
        let mut token = match self.iso()? {
            Token::End => self.scanner.next(),
            token => token,
        };
        let mut has_number = !self.day.numbers.is_empty();
        while token != Token::End {
            match token {
                Token::Number(number, _) => {
                    has_number = true;
                    self.number(number)?;
                }
                Token::Word(Word::Meridiem(hours)) if !self.time.numbers.is_empty() => {
                    self.time.meridiem = Some(hours);
                }
                Token::Word(Word::Month(month)) => {
                    self.day.month = Some(month);
                    self.scanner.skip('-');
                }
                Token::Word(Word::Zone(hours)) if has_number => self.zone.set(hours),
                Token::Word(Word::Zulu) if has_number => self.zone.set(0),
                // other words are no matter before the first number, if they do not touch it
                Token::Word(_) if has_number || matches!(self.scanner.peek(), Token::Number(..)) => {
                    return None;
                }
                Token::Symbol(sign @ ('+' | '-')) if self.zone.is_utc() || !self.time.numbers.is_empty() => {
                    has_number = true;
                    self.offset(if sign == '-' { -1 } else { 1 })?;
                }
                Token::Symbol('+' | '-' | ')') if has_number => return None,
                _ => {}
            }
            token = self.scanner.next();
        }
        let (year, month, day) = self.day.resolve()?;
        let [hour, minute, second, millisecond] = self.time.resolve()?;
        let fields = Fields {
            year: year as f64,
            month: month as f64,
            day: day as f64,
            hour: hour as f64,
            minute: (minute - self.zone.resolve()) as f64,
            second: second as f64,
            millisecond: millisecond as f64,
        };
        let millis = fields.unclipped_millis();
        (millis.abs() <= super::civil::MAX_TIME).then_some(millis)
    }

    /// Reads an ISO date. Gives the first token that is no part of one, `End` when all was read, `None` when what
    /// follows the time mark is no time.
    fn iso(&mut self) -> Option<Token> {
        let scanner = &mut self.scanner;
        if let Token::Symbol(sign @ ('+' | '-')) = scanner.peek() {
            let token = scanner.next();
            let Token::Number(year, 6) = scanner.peek() else { return Some(token) };
            scanner.next();
            if sign == '-' && year == 0 {
                return Some(token);
            }
            self.day.add(if sign == '-' { -year } else { year })?;
        } else if let Token::Number(year, 4) = scanner.peek() {
            scanner.next();
            self.day.add(year)?;
        } else {
            return Some(scanner.next());
        }
        if scanner.skip('-') {
            let Some(month) = scanner.fixed(2, 1, 12) else { return Some(scanner.next()) };
            self.day.add(month)?;
            if scanner.skip('-') {
                let Some(day) = scanner.fixed(2, 1, 31) else { return Some(scanner.next()) };
                self.day.add(day)?;
            }
        }
        if scanner.peek() == Token::Word(Word::TimeMark) {
            scanner.next();
            self.iso_time()?;
        } else if scanner.peek() != Token::End {
            return Some(scanner.next());
        }
        self.day.is_iso = true;
        Some(Token::End)
    }

    fn iso_time(&mut self) -> Option<()> {
        let scanner = &mut self.scanner;
        let hour = scanner.fixed(2, 0, 24)?;
        let most = if hour == 24 { 0 } else { 59 };
        self.time.add(hour)?;
        scanner.skip(':').then_some(())?;
        self.time.add(scanner.fixed(2, 0, most)?)?;
        if scanner.skip(':') {
            self.time.add(scanner.fixed(2, 0, most)?)?;
            if scanner.skip('.') {
                let Token::Number(number, length) = scanner.next() else { return None };
                if hour == 24 && number > 0 {
                    return None;
                }
                self.time.add(milliseconds(number, length))?;
            }
        }
        match scanner.peek() {
            Token::Word(Word::Zulu) => {
                scanner.next();
                self.zone.set(0);
            }
            Token::Symbol(sign @ ('+' | '-')) => {
                scanner.next();
                self.zone.sign = Some(if sign == '-' { -1 } else { 1 });
                let (hour, minute) = match scanner.peek() {
                    Token::Number(number, 4) => {
                        scanner.next();
                        (number / 100, number % 100)
                    }
                    _ => {
                        let hour = scanner.fixed(2, 0, 23)?;
                        scanner.skip(':').then_some(())?;
                        (hour, scanner.fixed(2, 0, 59)?)
                    }
                };
                if hour > 23 || minute > 59 {
                    return None;
                }
                (self.zone.hour, self.zone.minute) = (Some(hour), Some(minute));
            }
            _ => {}
        }
        (scanner.peek() == Token::End).then_some(())
    }

    /// A number outside of an ISO date.
    fn number(&mut self, number: i64) -> Option<()> {
        let scanner = &mut self.scanner;
        if scanner.skip(':') {
            if scanner.skip(':') {
                if !self.time.numbers.is_empty() {
                    return None;
                }
                self.time.add(number)?;
                return self.time.add(0);
            }
            self.time.add(number)?;
            scanner.skip('.');
            return Some(());
        }
        if scanner.skip('.') && self.time.is_expecting(number) {
            self.time.add(number)?;
            let Token::Number(fraction, length) = scanner.next() else { return None };
            self.time.finish(milliseconds(fraction, length));
        } else if self.zone.is_expecting(number) {
            self.zone.minute = Some(number);
        } else if self.time.is_expecting(number) {
            self.time.finish(number);
            // a time ends at the end, at white space or at a zone
            return matches!(
                scanner.peek(),
                Token::End | Token::Space | Token::Word(Word::Zulu) | Token::Symbol('+' | '-')
            )
            .then_some(());
        } else {
            self.day.add(number)?;
            scanner.skip('-');
        }
        Some(())
    }

    /// An offset behind UTC or a time.
    fn offset(&mut self, sign: i64) -> Option<()> {
        self.zone.sign = Some(sign);
        let (number, length) = match self.scanner.peek() {
            Token::Number(number, length) => {
                self.scanner.next();
                (number, length)
            }
            _ => (0, 0),
        };
        (self.zone.hour, self.zone.minute) = match length {
            _ if self.scanner.peek() == Token::Symbol(':') => (Some(number), None),
            1 | 2 => (Some(number), Some(0)),
            3 | 4 => (Some(number / 100), Some(number % 100)),
            _ => return None,
        };
        Some(())
    }
}

/// Milliseconds of the digits after a decimal point.
fn milliseconds(number: i64, length: usize) -> i64 {
    match length {
        0 | 1 => number * 100,
        2 => number * 10,
        _ => number / 10i64.pow(length.min(MOST_DIGITS) as u32 - 3),
    }
}
