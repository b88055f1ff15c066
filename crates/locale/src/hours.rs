//! The cycles of hours: `Intl`'s names for them, CLDR's letters, and which of them a region prefers.

use super::skeleton::Piece;
use super::store::supplement;

/// The letter of the hour that a language in a region prefers.
pub(super) fn preferred_hour(language: &str, region: &str) -> char {
    let hours = &supplement().hours;
    let own = hours.get(&format!("{language}-{region}")).or_else(|| hours.get(region));
    own.or_else(|| hours.get("001")).and_then(|(preferred, _)| preferred.chars().next()).unwrap_or('H')
}

/// The name of a letter's cycle.
pub(super) fn cycle_name(letter: char) -> &'static str {
    match letter {
        'K' => "h11",
        'h' => "h12",
        'k' => "h24",
        _ => "h23",
    }
}

/// The letter of a cycle's name.
pub(super) fn cycle_letter(name: &str) -> char {
    match name {
        "h11" => 'K',
        "h12" => 'h',
        "h24" => 'k',
        _ => 'H',
    }
}

/// The letter of the hour in a pattern.
pub(super) fn hour_of(pattern: &[Piece]) -> Option<char> {
    pattern.iter().find_map(|piece| match piece {
        Piece::Field(letter @ ('h' | 'H' | 'k' | 'K'), _) => Some(*letter),
        _ => None,
    })
}
