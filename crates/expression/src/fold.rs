//! Templates with code that gives the same wherever it is evaluated, such as `={{ 'abc' }}`: what is wrong with their
//! value is wrong before any item is there.

use std::time::Duration;

use heddle_data::Json;
use jiff::tz::{TimeZone, offset};

use crate::alone::Alone;
use crate::clock::Clock;
use crate::engine::{EngineLimits, evaluate_here};
use crate::print::Place;
use crate::template::Template;

/// Longer code is left for the run.
const LONGEST: Duration = Duration::from_millis(50);

/// What most expressions read: they are not constant, and need not be compiled to see that.
const OF_THE_RUN: [&str; 8] = ["$json", "$(", "$node", "$input", "$now", "$today", "$item", "$vars"];

/// What a template always gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Folded {
    /// A value.
    Value(Json),
    /// Undefined: an object has no such member, and null stands in a list.
    Undefined,
}

impl Template {
    /// What the template gives wherever it is evaluated; `None` where it reads the run, the clock, the time zone or chance,
    /// takes JavaScript, or fails.
    pub fn fold(&self) -> Option<Folded> {
        if !self.is_closed() {
            return None;
        }
        // A value that hangs on the clock differs between these two.
        let clocks = [
            Clock { now: 0, zone: TimeZone::UTC },
            Clock { now: 1_234_567_890_123, zone: TimeZone::fixed(offset(5)) },
        ];
        let [first, second] = clocks.map(|clock| self.evaluate_alone(&clock));
        let (first, second) = (first?, second?);
        let is_same = match (&first, &second) {
            (Folded::Value(first), Folded::Value(second)) => {
                let is_nan = |value: &Json| value.as_f64().is_some_and(f64::is_nan);
                first == second || (is_nan(first) && is_nan(second))
            }
            (first, second) => first == second,
        };
        is_same.then_some(first)
    }

    fn evaluate_alone(&self, clock: &Clock) -> Option<Folded> {
        let run = Alone::new(Vec::new());
        let limits = EngineLimits { time: LONGEST, ..EngineLimits::default() };
        let value = evaluate_here(self, &run.scene(clock), limits).ok()??;
        match value.to_json_at(Place::Member) {
            // It would be taken for another template.
            Some(value) if value.as_str().is_some_and(|text| text.starts_with('=')) => None,
            Some(value) => Some(Folded::Value(value)),
            None => Some(Folded::Undefined),
        }
    }
}

/// A stored value with what its constant templates give in the place of their texts.
pub fn fold_constants(value: &Json) -> Json {
    if let Some(text) = value.as_str() {
        return match fold_text(text) {
            None => value.clone(),
            Some(Folded::Value(value)) => value,
            Some(Folded::Undefined) => Json::NULL,
        };
    }
    let mut folded = value.clone();
    if let Some(elements) = value.as_array() {
        for (index, element) in elements.iter().enumerate().filter(|(_, element)| may_fold(element)) {
            if let Some(place) = folded.get_index_mut(index) {
                *place = fold_constants(element);
            }
        }
    } else if let Some(object) = value.as_object() {
        for (key, member) in object.iter().filter(|(_, member)| may_fold(member)) {
            match member.as_str().and_then(fold_text) {
                Some(Folded::Undefined) => drop(folded.remove(key)),
                Some(Folded::Value(value)) => drop(folded.insert(key, value)),
                None => drop(folded.insert(key, fold_constants(member))),
            }
        }
    }
    folded
}

/// Whether there may be a template in the value.
fn may_fold(value: &Json) -> bool {
    value.as_str().map_or(value.is_array() || value.is_object(), |text| text.starts_with('='))
}

fn fold_text(text: &str) -> Option<Folded> {
    let template = text.strip_prefix('=')?;
    if !template.contains("{{") {
        return Some(Folded::Value(Json::from(template))).filter(|_| !template.starts_with('='));
    }
    if OF_THE_RUN.iter().any(|name| template.contains(name)) {
        return None;
    }
    Template::parse(text).ok()?.fold()
}
