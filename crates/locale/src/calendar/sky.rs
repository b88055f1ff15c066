//! Where sun and moon stand, to the precision with which ICU's calendars know it: by the short series of Duffett-Smith's
//! "Practical Astronomy with your Calculator" from the elements of 1990. Times are milliseconds after 1970, angles
//! radians.

use std::f64::consts::{PI, TAU};

/// Milliseconds of a day.
pub(super) const DAY: f64 = 86_400_000.0;
/// Days from one new moon to the next.
pub(super) const SYNODIC_MONTH: f64 = 29.530_588_853;
const TROPICAL_YEAR: f64 = 365.242_191;
/// Days from 1970 to the start of 1990, for which the elements hold.
const ELEMENTS: f64 = 7304.0;
/// The sun's longitude at the winter solstice.
const WINTER_SOLSTICE: f64 = 1.5 * PI;
/// How exact a time is found.
const MINUTE: f64 = 60_000.0;

/// An angle in one turn from 0.
fn turn(angle: f64) -> f64 {
    angle - TAU * (angle / TAU).floor()
}

/// An angle in half a turn to either side of 0.
fn half_turn(angle: f64) -> f64 {
    turn(angle + PI) - PI
}

fn degrees(angle: f64) -> f64 {
    angle * PI / 180.0
}

/// Longitude and mean anomaly of the sun.
fn sun(time: f64) -> (f64, f64) {
    const ECCENTRICITY: f64 = 0.016_713;
    let day = time / DAY - ELEMENTS;
    let perigee = degrees(282.768_422);
    let anomaly = turn(turn(TAU / TROPICAL_YEAR * day) + degrees(279.403_303) - perigee);
    // Kepler's equation by Newton's method
    let mut eccentric = anomaly;
    loop {
        let error = eccentric - ECCENTRICITY * libm::sin(eccentric) - anomaly;
        eccentric -= error / (1.0 - ECCENTRICITY * libm::cos(eccentric));
        if error.abs() <= 1e-5 {
            break;
        }
    }
    let stretch = ((1.0 + ECCENTRICITY) / (1.0 - ECCENTRICITY)).sqrt();
    (turn(2.0 * libm::atan(libm::tan(eccentric / 2.0) * stretch) + perigee), anomaly)
}

/// The sun's longitude.
pub(super) fn sun_longitude(time: f64) -> f64 {
    sun(time).0
}

/// How far the moon is past the sun, in one turn from new moon.
pub(super) fn moon_age(time: f64) -> f64 {
    let (sun, sun_anomaly) = sun(time);
    let day = time / DAY - ELEMENTS;
    let mean = turn(degrees(13.176_396_6) * day + degrees(318.351_648));
    let mean_anomaly = turn(mean - degrees(0.111_404_1) * day - degrees(36.340_41));

    let evection = degrees(1.2739) * libm::sin(2.0 * (mean - sun) - mean_anomaly);
    let annual = degrees(0.1858) * libm::sin(sun_anomaly);
    let anomaly = mean_anomaly + evection - annual - degrees(0.37) * libm::sin(sun_anomaly);
    let center = degrees(6.2886) * libm::sin(anomaly);
    let longitude = mean + evection + center - annual + degrees(0.214) * libm::sin(2.0 * anomaly);
    let longitude = longitude + degrees(0.6583) * libm::sin(2.0 * (longitude - sun));

    // from the plane of its orbit to that of the sun
    let node =
        turn(degrees(318.510_107) - degrees(0.052_953_9) * day) - degrees(0.16) * libm::sin(sun_anomaly);
    let from_node = longitude - node;
    let ecliptic =
        libm::atan2(libm::sin(from_node) * libm::cos(degrees(5.145_366)), libm::cos(from_node)) + node;
    turn(ecliptic - sun)
}

/// The new moon after a time, or the one before.
pub(super) fn new_moon(time: f64, after: bool) -> f64 {
    time_of(moon_age, 0.0, SYNODIC_MONTH, time, after)
}

/// The winter solstice after a time.
pub(super) fn winter_solstice(time: f64) -> f64 {
    time_of(sun_longitude, WINTER_SOLSTICE, TROPICAL_YEAR, time, true)
}

/// When an angle that makes a turn in a period of days comes to a value, next after a start or last before it.
fn time_of(angle_at: fn(f64) -> f64, wanted: f64, period: f64, start: f64, after: bool) -> f64 {
    // farther off than the calendar reaches, the search would not end
    const TRIES: usize = 100;
    let (period, mut start) = (period * DAY, start);
    for _ in 0..TRIES {
        let mut angle = angle_at(start);
        let mut step = (turn(wanted - angle) - if after { 0.0 } else { TAU }) * period / TAU;
        let first = step;
        let mut last = first;
        let mut time = start + step.ceil();
        let found = loop {
            let now = angle_at(time);
            let pace = (step / half_turn(now - angle)).abs();
            step = half_turn(wanted - now) * pace;
            if step.is_nan() || step.abs() > last.abs() {
                break None;
            }
            (last, angle) = (step, now);
            time += step.ceil();
            if step.abs() <= MINUTE {
                break Some(time);
            }
        };
        if let Some(time) = found {
            return time;
        }
        // where the steps grow, the search begins anew an eighth of a period on
        start += (period / 8.0).ceil() * if after { 1.0 } else { -1.0 };
    }
    start
}
