//! Time zones as luxon names them: the process zone, fixed offsets, zones of the tz database, and invalid ones.

use heddle_data::{Json, JsonObject, number_to_string};
use jiff::tz::TimeZone;
use jiff::{Timestamp, tz};
use smol_str::{SmolStr, format_smolstr};

/// Milliseconds after which the calendar repeats: 400 years.
const CYCLE: f64 = 146_097.0 * 86_400_000.0;
/// Milliseconds of the first and last times that the zone database is asked for (years -9998 and 9998).
const LOOKUP: (f64, f64) = (-377_673_580_800_000.0, 253_370_764_800_000.0);

/// Names that ICU, and with it `Intl`, knows besides those of the tz database.
const ICU_ALIASES: [(&str, &str); 29] = [
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Maputo"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "Europe/Paris"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
    ("US/Pacific-New", "America/Los_Angeles"),
    ("SystemV/EST5EDT", "America/New_York"),
    ("SystemV/CST6CDT", "America/Chicago"),
    ("SystemV/PST8PDT", "America/Los_Angeles"),
];

/// A zone of a `DateTime`.
#[derive(Debug, Clone)]
pub enum Zone {
    /// The zone of the process, which is UTC in n8n's containers and here.
    System,
    /// A fixed offset in minutes; 0 is luxon's UTC.
    Fixed(f64),
    /// A zone of the tz database, with the name as it was written if that differs from the database's.
    Iana(TimeZone, Option<SmolStr>),
    /// What cannot be read as a zone.
    Invalid(SmolStr),
}

impl Zone {
    /// luxon's UTC.
    pub const UTC: Self = Zone::Fixed(0.0);

    /// A zone of the tz database, or a fixed one.
    pub fn of_time_zone(zone: &TimeZone) -> Self {
        match zone.iana_name() {
            Some(name) if name.eq_ignore_ascii_case("utc") || name.eq_ignore_ascii_case("gmt") => Zone::UTC,
            Some(_) => Zone::Iana(zone.clone(), None),
            None => Zone::Fixed(f64::from(zone.to_offset(Timestamp::UNIX_EPOCH).seconds()) / 60.0),
        }
    }

    /// A zone by name, `UTC±h:mm`, `default`, `local` or `system`.
    pub fn parse(text: &str, default: &TimeZone) -> Self {
        let lowered = text.to_lowercase();
        match lowered.as_str() {
            "default" => Self::of_time_zone(default),
            "local" | "system" => Zone::System,
            "utc" | "gmt" => Zone::UTC,
            _ => match parse_utc_offset(&lowered) {
                Some(minutes) => Zone::Fixed(minutes),
                None => Self::iana(text),
            },
        }
    }

    /// A zone of the tz database, or a bare offset such as `+05:30`, which `Intl` takes for one.
    pub fn iana(name: &str) -> Self {
        let spelled = Some(SmolStr::new(name));
        if name.eq_ignore_ascii_case("factory") {
            return Zone::Invalid(SmolStr::new(name));
        }
        if let Ok(zone) = tz::db().get(name) {
            let spelled = spelled.filter(|spelled| zone.iana_name() != Some(spelled.as_str()));
            return Zone::Iana(zone, spelled);
        }
        let alias = ICU_ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name));
        match alias.and_then(|(_, zone)| tz::db().get(zone).ok()).or_else(|| parse_intl_offset(name)) {
            Some(zone) => Zone::Iana(zone, spelled),
            None => Zone::Invalid(SmolStr::new(name)),
        }
    }

    /// The zone again that [`Zone::to_json`] showed.
    pub fn from_json(json: &Json) -> Option<Self> {
        if let Some(minutes) = json.get("fixed").and_then(Json::as_f64) {
            return Some(Zone::Fixed(minutes));
        }
        json.get("zoneName").and_then(Json::as_str).map(Self::iana)
    }

    /// luxon's `zone.name`.
    pub fn name(&self) -> SmolStr {
        match self {
            Zone::System => SmolStr::new_static("UTC"),
            Zone::Fixed(0.0) => SmolStr::new_static("UTC"),
            Zone::Fixed(minutes) => format_smolstr!("UTC{}", format_offset(*minutes, OffsetStyle::Narrow)),
            Zone::Iana(_, Some(name)) => name.clone(),
            Zone::Iana(zone, None) => SmolStr::new(zone.iana_name().unwrap_or_default()),
            Zone::Invalid(name) => name.clone(),
        }
    }

    /// The zone that its name is read as where only the name is known; the process zone for a name of no zone.
    pub fn by_name(&self) -> Self {
        let lowered = match self {
            Zone::System | Zone::Invalid(_) => return Zone::System,
            Zone::Fixed(0.0) => return Zone::UTC,
            Zone::Fixed(_) | Zone::Iana(..) => self.name().to_lowercase(),
        };
        match lowered.as_str() {
            "local" | "system" | "default" => Zone::System,
            "gmt" => Zone::UTC,
            _ => match (parse_utc_offset(&lowered), self) {
                (Some(minutes), _) => Zone::Fixed(minutes),
                (None, Zone::Fixed(_)) => Zone::System,
                (None, _) => self.clone(),
            },
        }
    }

    /// luxon's `zone.ianaName`, for `[…]` after an offset.
    pub fn iana_name(&self) -> SmolStr {
        match self {
            Zone::Fixed(0.0) => SmolStr::new_static("Etc/UTC"),
            Zone::Fixed(minutes) => {
                format_smolstr!("Etc/GMT{}", format_offset(-minutes, OffsetStyle::Narrow))
            }
            _ => self.name(),
        }
    }

    /// Whether dates can be read in it.
    pub fn is_valid(&self) -> bool {
        !matches!(self, Zone::Invalid(_))
    }

    /// Whether it is one offset by definition (a tz database zone never is).
    pub fn is_fixed(&self) -> bool {
        matches!(self, Zone::Fixed(_))
    }

    /// Offset from UTC in minutes at a time; NaN in an invalid zone or at no time.
    pub fn offset(&self, millis: f64) -> f64 {
        match self {
            // it is the negative of what JavaScript's Date gives
            Zone::System => -0.0,
            Zone::Fixed(minutes) => *minutes,
            Zone::Invalid(_) => f64::NAN,
            Zone::Iana(zone, _) if millis.is_finite() => f64::from(offset_seconds(zone, millis)) / 60.0,
            Zone::Iana(..) => f64::NAN,
        }
    }

    /// luxon's `zone.equals`: by kind and by name as written.
    pub fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Zone::System, Zone::System) => true,
            (Zone::Fixed(one), Zone::Fixed(other)) => one == other,
            (Zone::Iana(..), Zone::Iana(..)) => self.name() == other.name(),
            _ => false,
        }
    }

    /// The object that a zone is when it leaves an expression.
    pub fn to_json(&self) -> Json {
        let mut object = JsonObject::new();
        match self {
            Zone::System => {}
            Zone::Fixed(minutes) => {
                object.insert("fixed", Json::from(*minutes));
            }
            Zone::Iana(..) | Zone::Invalid(_) => {
                object.insert("zoneName", Json::from(self.name()));
                object.insert("valid", Json::from(self.is_valid()));
            }
        }
        Json::from(object)
    }
}

/// Offset in seconds. The rules of a zone repeat every 400 years after the last year that the database answers for.
fn offset_seconds(zone: &TimeZone, millis: f64) -> i32 {
    let (first, last) = LOOKUP;
    let millis =
        if millis > last { millis - ((millis - last) / CYCLE).ceil() * CYCLE } else { millis.max(first) };
    match Timestamp::from_millisecond(millis.floor() as i64) {
        Ok(time) => zone.to_offset(time).seconds(),
        Err(_) => 0,
    }
}

/// `utc`, `utc+5`, `utc-3:30` in lower case.
fn parse_utc_offset(text: &str) -> Option<f64> {
    let rest = text.strip_prefix("utc")?;
    if rest.is_empty() {
        return Some(0.0);
    }
    let negative = match rest.as_bytes().first() {
        Some(b'+') => false,
        Some(b'-') => true,
        _ => return None,
    };
    let (hours, minutes) = match rest[1..].split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None => (&rest[1..], "0"),
    };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !(all_digits(hours) && hours.len() <= 2 && all_digits(minutes)) {
        return None;
    }
    let size = hours.parse::<f64>().ok()? * 60.0 + minutes.parse::<f64>().ok()?;
    Some(if negative { -size } else { size })
}

/// `+05:30`, `+0530`, `+05`.
fn parse_intl_offset(text: &str) -> Option<TimeZone> {
    let sign = match text.as_bytes().first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return None,
    };
    let rest = &text[1..];
    let digits = match rest.len() {
        5 if rest.as_bytes().get(2) == Some(&b':') => format!("{}{}", rest.get(..2)?, rest.get(3..)?),
        4 => rest.to_owned(),
        2 => format!("{rest}00"),
        _ => return None,
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = (digits.get(..2)?.parse::<i32>().ok()?, digits.get(2..)?.parse::<i32>().ok()?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    Some(TimeZone::fixed(tz::Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()?))
}

/// How an offset is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetStyle {
    /// `+5:30`, `+5`.
    Narrow,
    /// `+05:30`.
    Short,
    /// `+0530`.
    Techie,
}

/// An offset of minutes as text.
pub fn format_offset(minutes: f64, style: OffsetStyle) -> String {
    let hours = (minutes / 60.0).abs().trunc();
    let rest = (minutes % 60.0).abs().trunc();
    let sign = if minutes >= 0.0 { '+' } else { '-' };
    match style {
        OffsetStyle::Short => format!("{sign}{hours:02}:{rest:02}"),
        OffsetStyle::Techie => format!("{sign}{hours:02}{rest:02}"),
        OffsetStyle::Narrow if rest > 0.0 => format!("{sign}{hours}:{}", number_to_string(rest)),
        OffsetStyle::Narrow => format!("{sign}{hours}"),
    }
}
