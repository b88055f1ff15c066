//! Places of values within parameters.

use heddle_data::Json;
use heddle_data::json::pointer_token;

/// Where a value stands, from the inside out; the text is made only when something is wrong.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    Root,
    Key(&'a Place<'a>, &'a str),
    Index(&'a Place<'a>, usize),
    Path(&'a [Segment]),
}

/// A step of an owned path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    Key(Box<str>),
    Index(usize),
}

impl Place<'_> {
    /// The path as users see it, `a.b[0].c`.
    pub(crate) fn path(&self) -> String {
        let mut path = String::new();
        for segment in self.segments() {
            match segment {
                Segment::Key(key) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&key);
                }
                Segment::Index(index) => {
                    path.push('[');
                    path.push_str(&index.to_string());
                    path.push(']');
                }
            }
        }
        path
    }

    /// The path as a JSON pointer.
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for segment in self.segments() {
            pointer.push('/');
            match segment {
                Segment::Key(key) => pointer.push_str(&pointer_token(&key)),
                Segment::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }

    /// The row that the value stands in, counted from 1, as people do.
    pub(crate) fn row(&self) -> Option<usize> {
        match self.segments().as_slice() {
            [.., Segment::Index(row), Segment::Key(_)] => Some(row + 1),
            _ => None,
        }
    }

    /// The steps from the root.
    pub(crate) fn segments(&self) -> Vec<Segment> {
        match self {
            Self::Root => Vec::new(),
            Self::Path(segments) => segments.to_vec(),
            Self::Key(parent, key) => {
                let mut segments = parent.segments();
                segments.push(Segment::Key((*key).into()));
                segments
            }
            Self::Index(parent, index) => {
                let mut segments = parent.segments();
                segments.push(Segment::Index(*index));
                segments
            }
        }
    }
}

/// The value at a path.
pub(super) fn value_at<'a>(root: &'a Json, path: &[Segment]) -> Option<&'a Json> {
    path.iter().try_fold(root, |value, segment| match segment {
        Segment::Key(key) => value.get(key),
        Segment::Index(index) => value.get_index(*index),
    })
}

/// Sets the value at a path whose parents are there.
pub(super) fn set_value(target: &mut Json, path: &[Segment], value: Json) {
    match path.split_first() {
        None => *target = value,
        Some((Segment::Key(key), rest)) => {
            if let Some(object) = target.as_object_mut() {
                if rest.is_empty() {
                    object.insert(key, value);
                } else if let Some(child) = object.get_mut(key) {
                    set_value(child, rest, value);
                }
            }
        }
        Some((Segment::Index(index), rest)) => {
            if let Some(child) = target.as_array_mut().and_then(|array| array.get_mut(*index)) {
                set_value(child, rest, value);
            }
        }
    }
}

/// Takes the property at a path away.
pub(super) fn remove_value(target: &mut Json, path: &[Segment]) {
    match path.split_first() {
        Some((Segment::Key(key), [])) => {
            target.remove(key);
        }
        Some((Segment::Key(key), rest)) => {
            if let Some(child) = target.as_object_mut().and_then(|object| object.get_mut(key)) {
                remove_value(child, rest);
            }
        }
        Some((Segment::Index(index), rest)) => {
            if let Some(child) = target.as_array_mut().and_then(|array| array.get_mut(*index)) {
                remove_value(child, rest);
            }
        }
        None => {}
    }
}

/// The JSON pointer of a path such as `rows.row[1].key`.
pub fn pointer_of(path: &str) -> String {
    let mut pointer = String::new();
    for key in path.split('.') {
        let mut steps = key.split('[');
        let name = steps.next().unwrap_or_default();
        if !name.is_empty() {
            pointer.push('/');
            pointer.push_str(&pointer_token(name));
        }
        for index in steps {
            pointer.push('/');
            pointer.push_str(index.trim_end_matches(']'));
        }
    }
    pointer
}
