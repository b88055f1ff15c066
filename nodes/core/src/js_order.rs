//! The order of values as JavaScript has it, and its sort, which copes with values that have none.

use std::borrow::Cow;
use std::cmp::Ordering;

use heddle_node::Json;
use heddle_node::parameters::javascript::{to_number, to_text};

/// Below this length a list is one run of the sort.
const SHORT: usize = 64;

/// JavaScript's `<` and `>`: `None` where neither side is less, nor both alike, as with a text that is not a number beside a
/// number.
pub(crate) fn relation(left: &Json, right: &Json) -> Option<Ordering> {
    match (primitive_text(left), primitive_text(right)) {
        (Some(left), Some(right)) => Some(compare_texts(&left, &right)),
        _ => to_number(left).partial_cmp(&to_number(right)),
    }
}

/// lodash's `lt`: two texts by their characters, anything else as numbers. A missing value is less than nothing.
pub(crate) fn is_less(left: Option<&Json>, right: Option<&Json>) -> bool {
    let (Some(left), Some(right)) = (left, right) else { return false };
    match (left.as_str(), right.as_str()) {
        (Some(left), Some(right)) => compare_texts(left, right).is_lt(),
        _ => to_number(left) < to_number(right),
    }
}

/// The text that the value becomes as a primitive, if it becomes one.
fn primitive_text(value: &Json) -> Option<Cow<'_, str>> {
    (value.is_string() || value.is_array() || value.is_object()).then(|| to_text(value))
}

/// The order of texts by their UTF-16 code units, which is that of their bytes but for characters beyond U+E000.
pub(crate) fn compare_texts(left: &str, right: &str) -> Ordering {
    const FIRST_BYTE_OF_E000: u8 = 0xee;
    let at = left.bytes().zip(right.bytes()).find(|(left, right)| left != right);
    match at {
        None => left.len().cmp(&right.len()),
        Some((left, right)) if left < FIRST_BYTE_OF_E000 || right < FIRST_BYTE_OF_E000 => left.cmp(&right),
        Some(_) => left.encode_utf16().cmp(right.encode_utf16()),
    }
}

/// The positions of `count` elements in the order that `compare` gives, as V8 sorts them: stable, and with a result even
/// where the order contradicts itself (a text among numbers is neither before nor behind them).
///
/// V8's sort is TimSort. Long lists whose order contradicts itself may come out otherwise: this one merges runs element by
/// element, where V8 leaps.
pub(crate) fn sorted(count: usize, compare: impl Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut list: Vec<usize> = (0..count).collect();
    let least = shortest_run(count);
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut low = 0;
    while low < count {
        let mut length = run_length(&mut list[low..], &compare);
        let wanted = least.min(count - low);
        if length < wanted {
            insert(&mut list[low..low + wanted], length, &compare);
            length = wanted;
        }
        runs.push((low, length));
        collapse(&mut list, &mut runs, &compare, false);
        low += length;
    }
    collapse(&mut list, &mut runs, &compare, true);
    list
}

/// TimSort's shortest run: between 32 and 64, so that the runs are about a power of two.
fn shortest_run(mut count: usize) -> usize {
    let mut odd = 0;
    while count >= SHORT {
        odd |= count & 1;
        count >>= 1;
    }
    count + odd
}

/// The length of the run at the start; one that strictly descends is turned round.
fn run_length(list: &mut [usize], compare: &impl Fn(usize, usize) -> Ordering) -> usize {
    let [first, second, ..] = *list else { return list.len() };
    let descends = compare(second, first).is_lt();
    let mut length = 2;
    while length < list.len() && compare(list[length], list[length - 1]).is_lt() == descends {
        length += 1;
    }
    if descends {
        list[..length].reverse();
    }
    length
}

/// Sorts by insertion; the first `done` elements are in order.
fn insert(list: &mut [usize], done: usize, compare: &impl Fn(usize, usize) -> Ordering) {
    for next in done..list.len() {
        let element = list[next];
        let place = partition_point(&list[..next], |other| compare(element, other).is_ge());
        list[place..=next].rotate_right(1);
    }
}

/// Merges runs until the stack holds its invariant, or all of them.
fn collapse(
    list: &mut [usize],
    runs: &mut Vec<(usize, usize)>,
    compare: &impl Fn(usize, usize) -> Ordering,
    all: bool,
) {
    while runs.len() > 1 {
        let length = |index: usize| runs[index].1;
        let holds = |index: usize| index < 2 || length(index - 2) > length(index - 1) + length(index);
        let mut at = runs.len() - 2;
        let shorter_before = at > 0 && length(at - 1) < length(at + 1);
        if all || !holds(at + 1) || !holds(at) {
            at -= usize::from(shorter_before);
        } else if length(at) > length(at + 1) {
            return;
        }
        let (low, left) = runs[at];
        let (_, right) = runs.remove(at + 1);
        runs[at] = (low, left + right);
        merge(&mut list[low..low + left + right], left, compare);
    }
}

/// Merges two runs, of which the first has `left` elements.
fn merge(list: &mut [usize], left: usize, compare: &impl Fn(usize, usize) -> Ordering) {
    let first: Vec<usize> = list[..left].to_vec();
    let (mut from_first, mut from_second) = (0, left);
    for place in 0..list.len() {
        let Some(&element) = first.get(from_first) else { return };
        match list.get(from_second) {
            Some(&other) if compare(other, element).is_lt() => {
                list[place] = other;
                from_second += 1;
            }
            _ => {
                list[place] = element;
                from_first += 1;
            }
        }
    }
}

/// How many elements at the start are before the place that is looked for, asked in the order that V8 asks in.
fn partition_point(list: &[usize], is_before: impl Fn(usize) -> bool) -> usize {
    let (mut left, mut right) = (0, list.len());
    while left < right {
        let middle = left + (right - left) / 2;
        if is_before(list[middle]) {
            left = middle + 1;
        } else {
            right = middle;
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use heddle_node::json;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_related_as_in_javascript() {
        for (left, right, order) in [
            (json!("10"), json!("9"), Some(Ordering::Less)),
            (json!("10"), json!(9), Some(Ordering::Greater)),
            (json!("a"), json!(9), None),
            (json!(null), json!(0), Some(Ordering::Equal)),
            (json!([2]), json!("10"), Some(Ordering::Greater)),
            (json!({}), json!("[object Object]"), Some(Ordering::Equal)),
            (json!("\u{ffff}"), json!("😀"), Some(Ordering::Greater)),
            (json!("a"), json!("ab"), Some(Ordering::Less)),
        ] {
            assert_eq!(relation(&left, &right), order, "{left} {right}");
        }
    }

    proptest! {
        #[test]
        fn a_sort_is_stable_and_complete(values in prop::collection::vec(0_u8..20, 0..500)) {
            let order = sorted(values.len(), |left, right| values[left].cmp(&values[right]));
            let mut expected: Vec<usize> = (0..values.len()).collect();
            expected.sort_by_key(|index| values[*index]);
            prop_assert_eq!(order, expected);
        }

        #[test]
        fn a_contradictory_order_loses_nothing(
            values in prop::collection::vec(0_u8..20, 0..500),
            salt in any::<usize>(),
        ) {
            let order = sorted(values.len(), |left, right| {
                if (left.wrapping_mul(31) ^ right ^ salt).is_multiple_of(3) { Ordering::Less } else { Ordering::Greater }
            });
            let mut all = order.clone();
            all.sort_unstable();
            prop_assert_eq!(all, (0..values.len()).collect::<Vec<_>>());
        }
    }
}
