//! Any value as JSON text with numbers as JavaScript writes them.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::number;

/// Writes a value as `JSON.stringify(value)` does.
///
/// # Errors
/// Those of the writer, and of the value.
pub fn to_writer(writer: impl io::Write, value: &impl Serialize) -> serde_json::Result<()> {
    write(writer, value, CompactFormatter)
}

/// Writes a value as `JSON.stringify(value, null, 2)` does.
///
/// # Errors
/// Those of the writer, and of the value.
pub fn to_writer_pretty(writer: impl io::Write, value: &impl Serialize) -> serde_json::Result<()> {
    write(writer, value, PrettyFormatter::new())
}

/// The text that [`to_writer_pretty`] writes.
///
/// # Errors
/// Those of the value.
pub fn to_string_pretty(value: &impl Serialize) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    to_writer_pretty(&mut bytes, value)?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

fn write(writer: impl io::Write, value: &impl Serialize, inner: impl Formatter) -> serde_json::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(writer, JavaScriptNumbers { inner });
    value.serialize(&mut serializer)
}

/// The format of `inner`, but for numbers: serde_json writes `1e20`, `1.0` and `-0.0`.
struct JavaScriptNumbers<F> {
    inner: F,
}

macro_rules! as_inner {
    ($($method:ident($($argument:ident: $kind:ty),*);)*) => {$(
        fn $method<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $argument: $kind)*) -> io::Result<()> {
            self.inner.$method(writer $(, $argument)*)
        }
    )*};
}

impl<F: Formatter> Formatter for JavaScriptNumbers<F> {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        number::with_text(value, |text| writer.write_all(text.as_bytes()))
    }

    as_inner! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }
}
